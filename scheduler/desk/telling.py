"""Notices: short messages to single people, through the same rows as everything else, so that a crash loses none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.store.staff import Member
from scheduler.announcements import Announcement, Missing, Part, State, Target, Text
from scheduler.composing import escaped
from scheduler.desk.office import Mistake, Office

USEFUL = timedelta(days=3)


class Telling:
    """Tells single people something, in their language."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def tell_staff(self, key: str, **values: object) -> int | None:
        """Tell all members of staff the words `staff.told.<key>`; return the number of the notice."""
        numbers = [self._office.people.number(address) for address in self._office.staff.addresses()]
        return self.tell(numbers, f"staff.told.{key}", practice=self._office.rules.practice, **values)

    def tell(self, people: Iterable[int], key: str, *, practice: bool = False, **values: object) -> int | None:
        """Tell some people, by their numbers, the words `key`; return the number of the notice, None if nobody."""
        safe = {name: escaped(value) if isinstance(value, str) else value for name, value in values.items()}
        texts = {code: Text("", words(key, **safe)) for code, words in self._office.library.words.items()}
        return self.send(people, texts, practice=practice)

    def send(
        self,
        people: Iterable[int],
        texts: Mapping[str, Text],
        *,
        source: str = "",
        practice: bool = False,
        occurrence: int | None = None,
        until: datetime | None = None,
    ) -> int | None:
        """Send some people, by their numbers, a text per language; return the number of the notice.

        Whose language is not there gets that of `source`, "" = the source language of the content. A notice about
        their place at an `occurrence` has the buttons of the sign-up, and falls away with it. After `until` it is of no
        use any more, in any case after some days.
        """
        chosen = list(dict.fromkeys(people))
        if practice or self._office.rules.practice:
            staff = {self._office.people.find_number(address) for address in self._office.staff.addresses()}
            chosen = [person for person in chosen if person in staff]
        if not chosen:
            return None
        return self._send(
            Announcement(
                id=0,
                kind="notice",
                target=Target(()),
                state=State.SENDING,
                part=Part.NOTICE,
                texts=texts,
                source=source or self._office.library.source_language,
                practice=practice,
                occurrence=occurrence,
                useful_until=until,
            ),
            chosen,
        )

    def test(self, member: Member, announcement: Announcement) -> int:
        """Send a member of staff what readers would get, with the frame and the buttons that they see.

        Raises:
            Mistake: if they have no chat.

        """
        person = self._office.people.find_number(self._office.staff.address_of(member.id) or "")
        if person is None:
            raise Mistake("no_chat")
        # What leaves now is either practice or real; a test goes to staff only, and comes at once in both.
        practice = self._office.rules.practice
        test = replace(
            announcement, state=State.SENDING, part=Part.TEST, reply_to=None, useful_until=None, practice=practice
        )
        return self._send(test, [person])

    def _send(self, announcement: Announcement, people: Sequence[int]) -> int:
        now = self._office.now()
        until = min(announcement.useful_until or now + USEFUL, now + USEFUL)
        notice = replace(announcement, missing=Missing.FALL_BACK, due=now, useful_until=until, sent_at=now)
        number = int(self._office.announcements.add(notice) or 0)
        self._office.deliveries.prepare_for(replace(notice, id=number), people, now)
        return number
