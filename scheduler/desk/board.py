"""The public side of the desk: what can be followed, read and come to. It implements bot.dialogue.following.Board."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from bot.dialogue.following import Coming, Letter, Subject
from bot.dialogue.values import File, Reach
from bot.knowledge.announceable import Phase
from bot.knowledge.document import Document, Role, line, parse
from bot.knowledge.facts import AMSTERDAM, Audience
from scheduler.announcements import Announcement, Part, State
from scheduler.desk.office import Office
from scheduler.desk.planning import HORIZON
from scheduler.desk.signing import Signing
from scheduler.events import Answer, Event, Happening, Occurrence, SignedUp
from scheduler.feeds import NAMES, CalendarEntry, Item, atom, calendar

KEPT = timedelta(days=366)
"""How long letters can be read."""


class PublicBoard:
    """What everybody may see, and what somebody does with it."""

    def __init__(self, office: Office, signing: Signing) -> None:
        self._office = office
        self._signing = signing

    def local_day(self) -> date:
        """Return the local day."""
        return self._office.now().astimezone(AMSTERDAM).date()

    def can_reach(self, address: str) -> bool:
        """Return whether messages can be sent to an address later on: to a private chat of Telegram, to no group."""
        channel, _, number = address.partition(":")
        return channel == "telegram" and number.isdigit()

    # --- subscriptions -------------------------------------------------------------------------

    def subjects(self, language: str) -> tuple[Subject, ...]:
        """Return what can be followed now: the locations, then the themes."""
        locations = [one for one in self._office.locations.all() if one.phase is not Phase.DROPPED]
        words = self._office.library.words[language]
        return (
            *(Subject(one.id, one.name, location=True) for one in locations),
            *(
                Subject(theme, words(f"subjects.{theme}"), location=False)
                for theme in self._office.library.announcements.themes
            ),
        )

    def follows(self, address: str) -> frozenset[str]:
        """Return what somebody follows."""
        return self._office.subscriptions.of(address)

    def follow(self, address: str, subject: str, words: str) -> None:
        """Begin a subscription; `words` is the version of the words of consent."""
        self._office.subscriptions.add(address, subject, self._office.now(), words)

    def unfollow(self, address: str, subject: str | None = None) -> int:
        """End one subscription or all at once; return how many there were.

        What waits for them is left out when its turn comes: each row is looked at again before it leaves.
        """
        return self._office.subscriptions.end(address, subject)

    def reach(self, address: str) -> Reach:
        """Return how somebody wants to be reached."""
        return self._office.people.reach(address)

    def set_reach(self, address: str, reach: Reach) -> None:
        """Remember how somebody wants to be reached."""
        self._office.people.set_reach(address, reach)
        self._office.deliveries.look_again(self._office.people.number(address))

    # --- letters -------------------------------------------------------------------------------

    def places(self) -> tuple[Subject, ...]:
        """Return the locations whose letters can be read: also one that was dropped, as long as there are any."""
        since = self._office.now() - KEPT
        return tuple(
            Subject(one.id, one.name, location=True)
            for one in self._office.locations.all()
            if one.phase is not Phase.DROPPED or self._office.announcements.letters(one.id, since)
        )

    def letters(self, location: str, language: str) -> tuple[Letter, ...]:
        """Return the letters of the last twelve months about a location, the newest first."""
        return tuple(
            Letter(one.id, one.texts[one.true_in(language)].title, one.sent_at.astimezone(AMSTERDAM).date())
            for one in self._office.announcements.letters(location, self._office.now() - KEPT)
            if one.sent_at is not None
        )

    def letter(self, number: int, language: str) -> tuple[Document, str] | None:
        """Return a letter and the language that it is in, None if there is none."""
        one = self._office.announcements.find(number)
        if one is None or one.sent_at is None or not _public_letter(one):
            return None
        code = one.true_in(language)
        day = self._office.library.words[language]("letters.sent", day=one.sent_at.astimezone(AMSTERDAM).date())
        text = one.texts[code]
        said = line(text.title, Role.TITLE, anchor=str(number)) + parse(text.body)
        return said.in_language(code) + line(day, Role.NOTE), code

    def letters_feed(self, location: str, language: str, base: str) -> bytes | None:
        """Return the letters about a location as an Atom feed, None if there is no such location.

        `base` is the address at which this server is reached, without a slash at its end.
        """
        place = self._office.locations.find(location)
        if place is None:
            return None
        items = []
        for letter in self.letters(location, language):
            found = self.letter(letter.id, language)
            announcement = self._office.announcements.find(letter.id)
            if found is not None and announcement is not None and announcement.sent_at is not None:
                items.append(
                    Item(
                        id=f"{NAMES}/{language}/brief/{letter.id}",
                        address=f"{base}/{language}/brieven/{location}#{letter.id}",
                        title=letter.title,
                        document=found[0],
                        updated=self._last_changed(announcement, announcement.sent_at),
                    )
                )
        words = self._office.library.words[language]
        return atom(
            name=f"{NAMES}/{language}/brieven/{location}",
            title=words("letters_page.heading", name=place.name),
            address=f"{base}/{language}/brieven/{location}",
            items=items,
            now=self._office.now(),
        )

    def _last_changed(self, letter: Announcement, sent: datetime) -> datetime:
        """Return when a letter last got another meaning: when a correction was released. Typing errors are none."""
        released = (
            min(one.due, self._office.now())
            for one in self._office.announcements.replies(letter.id)
            if one.due is not None and one.state not in (State.DRAFT, State.SUBMITTED)
        )
        return max((sent, *released))

    # --- events --------------------------------------------------------------------------------

    def coming(self, language: str, audience: Audience | None, address: str = "") -> tuple[Coming, ...]:
        """Return what is in the calendar for somebody; "" as an address is everybody.

        Who never said who they are sees all that is for everyone; what staff meant for some of them only is seen by
        those who said that they belong to these, and who follow the place.
        """
        follows = self.follows(address) if address else frozenset()
        return tuple(
            self._coming(event, occurrence, language)
            for event, occurrence in self._occurrences()
            if _concerns(event, audience, follows) and (audience is None or self._meant_for(event) in (None, audience))
        )

    def signed_up(self, address: str, language: str) -> tuple[Coming, ...]:
        """Return what is to come that somebody signed up for."""
        return tuple(
            self._coming(event, occurrence, language)
            for event, occurrence in self._occurrences()
            if event.sign_up and self.mine(address, occurrence.id).answer is not Answer.NOT_COMING
        )

    def open_to(self, occurrence: int, audience: Audience | None, address: str = "") -> bool:
        """Return whether an occurrence is for somebody: all that `coming` lists is."""
        found = self._public(occurrence, address)
        follows = self.follows(address) if address else frozenset()
        return found is not None and _concerns(found[0], audience, follows)

    def event(self, occurrence: int, language: str, address: str = "") -> Document | None:
        """Return what there is to say about an occurrence to whoever is at an address, None if there is none."""
        found = self._public(occurrence, address)
        if found is None:
            return None
        event, one = found
        words = self._office.library.words[language]
        text = self._office.composer.texts(event, one, Part.ANNOUNCEMENT, now=self._office.now())[language]
        document = line(text.title, Role.TITLE) + parse(text.body)
        if one.state is Happening.CANCELLED or event.state is State.CANCELLED:
            return line(words("events.cancelled"), Role.LABEL) + document
        if one.start <= self._office.now():
            return line(words("events.over"), Role.LABEL) + document
        return document

    def sign_up_open(self, occurrence: int, address: str = "") -> bool:
        """Return whether whoever is at an address can sign up for an occurrence."""
        found = self._public(occurrence, address)
        return (
            found is not None
            and found[0].sign_up
            and found[0].state is State.SCHEDULED
            and found[1].state is not Happening.CANCELLED
            and found[1].start > self._office.now()
        )

    def mine(self, address: str, occurrence: int) -> SignedUp:
        """Return whether somebody comes."""
        return self._signing.mine(address, occurrence)

    def come(self, address: str, occurrence: int, people: int) -> SignedUp:
        """Sign somebody up."""
        if self._public(occurrence, address) is None:
            return SignedUp(Answer.GONE)
        return self._signing.come(address, occurrence, people)

    def leave(self, address: str, occurrence: int) -> SignedUp:
        """Note that somebody does not come."""
        return self._signing.leave(address, occurrence)

    def calendar_file(self, occurrence: int, language: str, address: str = "") -> File | None:
        """Return an occurrence as an iCalendar file for whoever is at an address, None if there is none."""
        found = self._public(occurrence, address)
        if found is None:
            return None
        content = calendar([self._entry(*found, language)], name="", now=self._office.now())
        return File(f"wegwijzer-{occurrence}.ics", content, f"/{language}/agenda/{occurrence}.ics")

    def calendar_feed(self, language: str) -> bytes:
        """Return everything in everybody's calendar as an iCalendar feed."""
        name = self._office.library.words[language]("agenda_page.heading")
        entries = [
            self._entry(event, occurrence, language)
            for event, occurrence in self._occurrences()
            if _concerns(event, None, frozenset())
        ]
        return calendar(entries, name=name, now=self._office.now())

    # --- small help ----------------------------------------------------------------------------

    def _occurrences(self) -> Iterator[tuple[Event, Occurrence]]:
        now = self._office.now()
        yield from self._office.events.coming(now, now + HORIZON)

    def _coming(self, event: Event, occurrence: Occurrence, language: str) -> Coming:
        return Coming(
            occurrence.id,
            self._office.library.announcements.kinds[event.kind].theme,
            self._office.composer.title(event.kind, language),
            self._office.composer.when(occurrence.local_start, language, self.local_day()),
            occurrence.state is Happening.CANCELLED,
            event.sign_up,
        )

    def _meant_for(self, event: Event) -> Audience | None:
        """For whom an event is, by what was chosen or by its kind; what one follows by name is sent in any case."""
        return event.target.who or self._office.library.announcements.kinds[event.kind].who

    def _public(self, occurrence: int, address: str) -> tuple[Event, Occurrence] | None:
        """Return an occurrence that somebody may see; a practice one: staff, while everything is practice.

        What is real stays there for everybody meanwhile: the public does not practise.
        """
        found = self._signing.occurrence(occurrence)
        if found is None or not found[0].practice:
            return found
        return found if self._office.rules.practice and address and self._office.staff.at(address) else None

    def _entry(self, event: Event, occurrence: Occurrence, language: str) -> CalendarEntry:
        text = self._office.composer.texts(event, occurrence, Part.ANNOUNCEMENT, now=self._office.now())[language]
        return CalendarEntry(text.title, parse(text.body), event, occurrence)


def _concerns(event: Event, audience: Audience | None, follows: frozenset[str]) -> bool:
    """Whether somebody is among those whom staff chose for an event: this audience, the followers of these places."""
    who, near = event.target.who, event.target.near
    return who in (None, audience) and (not near or not follows.isdisjoint(near))


def _public_letter(one: Announcement) -> bool:
    sent = one.state in (State.SENDING, State.PAUSED, State.SENT)
    everybody = one.target.who is None and not one.target.near and not one.practice
    return one.kind == "bewonersbrief" and one.part is Part.ON_ITS_OWN and sent and everybody
