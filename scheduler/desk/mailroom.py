"""The mailroom: what an announcement looks like in a reader's chat, with its buttons and files."""

from bot.dialogue.actions import ANOTHER_NUMBER, action
from bot.dialogue.values import Button
from bot.knowledge.document import Role, line
from scheduler.announcements import Announcement, Part
from scheduler.delivery import Letter
from scheduler.desk.office import Mistake, Office


class Mailroom:
    """Makes letters."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def letter(self, number: int, language: str) -> Letter:
        """Return an announcement as its readers of one language get it, by its text as it is now.

        Its words are the source's where the translation has become stale since it was meant for them.

        Raises:
            Mistake: if there is no such announcement, or nothing in that language.

        """
        announcement = self._office.announcements.find(number)
        if announcement is None or language not in announcement.texts:
            raise Mistake("no_announcement", number=number)
        document = self._office.shown(announcement, language, announcement.true_in(language))
        if announcement.practice:
            document = line(self._office.library.words[language]("staff.practice"), Role.LABEL) + document
        return Letter(
            document=document,
            buttons=tuple(self._buttons(announcement, language)),
            attachments=announcement.attachments,
            withdrawn=line(self._office.library.words[language]("withdrawn")),
        )

    def _buttons(self, announcement: Announcement, language: str) -> list[tuple[Button, ...]]:
        words = self._office.library.words[language]
        rows: list[tuple[Button, ...]] = []
        occurrence = announcement.occurrence
        if occurrence is not None and announcement.part is not Part.CANCELLATION:
            found = self._office.events.occurrence(occurrence)
            event = self._office.events.find(found.event) if found else None
            if event is not None and event.sign_up and announcement.part is Part.NOTICE:
                # Who is told of a place has one: they can give it back with one tap.
                change = Button(words("sign_up.change"), action("r", str(occurrence), ANOTHER_NUMBER))
                rows.append((change, Button(words("sign_up.leave"), action("r", str(occurrence), "0"))))
            elif event is not None and event.sign_up:
                rows.append((Button(words("broadcast.sign_up"), action("r", str(occurrence))),))
            rows.append((Button(words("broadcast.calendar"), action("i", str(occurrence))),))
        for subject in announcement.target.subjects:
            name = self._office.subject_name(subject, language)
            rows.append((Button(words("subscriptions.stop_one", name=name)[:60], action("u", subject)),))
        return rows
