"""How announcements and events look to staff."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from babel.dates import format_datetime

from bot.dialogue.actions import action
from bot.dialogue.values import Button
from bot.knowledge.document import Document, Role, UnsupportedMarkdown, line, parse
from bot.knowledge.facts import AMSTERDAM
from bot.knowledge.words import Words
from scheduler.announcements import Announcement, State, Step
from scheduler.desk.desk import Desk
from scheduler.events import Event, Happening, Occurrence
from scheduler.recurrence import knows_school_holidays, say_rule

Row = tuple[Button, ...]

_HANDS = (Step.SUBMIT, Step.APPROVE, Step.SEND_BACK, Step.PAUSE, Step.RESUME, Step.CORRECT, Step.RECALL, Step.CANCEL)


class Showing:
    """Makes documents and buttons of what is on the desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def time(self, moment: datetime | None, words: Words) -> str:
        """Return a time as staff read it; the words for "as soon as approved" where there is none."""
        if moment is None:
            return words("staff.at_once")
        return str(format_datetime(moment, "EEE d MMM y HH:mm", tzinfo=AMSTERDAM, locale=words.locale))

    def title(self, announcement: Announcement, language: str) -> str:
        """Return what an announcement is called in a list."""
        text = announcement.texts.get(announcement.source)
        if text is not None and text.title:
            return text.title
        return self._desk.office.library.words[language](f"kinds.{announcement.kind}")

    def subjects(self, announcement: Announcement | Event, language: str) -> str:
        """Return whom something is for, in words."""
        office, words = self._desk.office, self._desk.office.library.words[language]
        names = ", ".join(office.subject_name(subject, language) for subject in announcement.target.subjects)
        who, near = announcement.target.who, announcement.target.near
        parts = [names, words("staff.everyone") if who is None else words(f"audience.{who}.label")]
        if near:
            parts.append(words("staff.near", places=", ".join(office.subject_name(one, language) for one in near)))
        return "; ".join(parts)

    def line_of(self, announcement: Announcement, language: str) -> str:
        """Return one line about an announcement, for a list and its button."""
        words = self._desk.office.library.words[language]
        state = words(f"staff.states.{announcement.state}")
        return f"{announcement.id}. {self.title(announcement, language)} ({state})"

    def announcement(self, announcement: Announcement, language: str) -> Document:
        """Return the preview: exactly what each language gets, to whom it goes, and how far it is."""
        words = self._desk.office.library.words[language]
        document = line(self.line_of(announcement, language), Role.TITLE)
        for code in self._desk.office.library.words:
            document += line(self._desk.office.library.languages[code].name, Role.LABEL)
            document += self._text(announcement, code, words)
        for file in announcement.attachments:
            document += line(words("staff.attached", name=file.title or file.name), Role.NOTE)
        document += line(words("staff.to", subjects=self.subjects(announcement, language)))
        document += line(words("staff.when", when=self.time(announcement.due, words)))
        if announcement.state in (State.DRAFT, State.SUBMITTED, State.SCHEDULED):
            return document + self._readers(announcement, words, language)
        return document + self.report(announcement, language)

    def _text(self, announcement: Announcement, code: str, words: Words) -> Document:
        text = announcement.texts.get(code)
        if text is None and announcement.occurrence is not None:
            return line(words("staff.from_template"), Role.NOTE)
        if text is None:
            return line(words("staff.no_text"), Role.NOTE)
        note = Document() if announcement.fresh(code) else line(words("staff.stale"), Role.NOTE)
        try:
            return note + self._desk.office.shown(announcement, code)
        except UnsupportedMarkdown:
            return note + line(text.body)

    def _readers(self, announcement: Announcement, words: Words, language: str) -> Document:
        readers = self._desk.announcing.readers(announcement)
        document = line(words("staff.readers", count=readers.total))
        names = self._desk.office.library.languages
        cells = [f"{names[code].name}: {count}" for code, count in sorted(readers.languages.items())]
        cells += [
            f"{self._desk.office.subject_name(subject, language)}: {count}"
            for subject, count in sorted(readers.subjects.items())
        ]
        if cells:
            document += line("; ".join(cells), Role.NOTE)
        for code, count in sorted(readers.missing.items()):
            document += line(words("staff.missing", language=names[code].name, count=count))
        return document

    def report(self, announcement: Announcement, language: str) -> Document:
        """Return how far sending is: delivered, blocked, failed, waiting, per language and per subject followed."""
        words = self._desk.office.library.words[language]
        report = self._desk.office.deliveries.report(announcement.id)
        document = line(words("staff.report"), Role.LABEL)

        def cells(states: Mapping[str, int]) -> str:
            return ", ".join(f"{words(f'staff.delivery.{state}')}: {count}" for state, count in sorted(states.items()))

        for code, states in sorted(report.languages.items()):
            document += line(f"{self._desk.office.library.languages[code].name}: {cells(states)}")
        for subject, states in sorted(report.subjects.items()):
            if subject:
                document += line(f"{self._desk.office.subject_name(subject, language)}: {cells(states)}", Role.NOTE)
        if report.corrected:
            document += line(words("staff.corrected", count=report.corrected))
        if report.doubt:
            document += line(words("staff.doubt", count=report.doubt))
        return document

    def steps(self, announcement: Announcement, words: Words) -> Iterator[Row]:
        """Yield the buttons of what can be done with an announcement; who may do it is checked when it is pressed."""
        number = str(announcement.id)
        can = announcement.steps
        if Step.EDIT in can and announcement.occurrence is None:
            yield tuple(
                Button(words("staff.edit", language=code), action("z", "a", f"{number}.edit.{code}"))
                for code in self._desk.office.library.words
            )
            yield (
                Button(words("staff.change_time"), action("z", "a", f"{number}.time")),
                Button(words("staff.test"), action("z", "a", f"{number}.test")),
            )
        for step in _HANDS:
            wanted = step is not Step.RECALL or announcement.sent_at is not None
            if step in can and wanted and not (step is Step.CORRECT and announcement.occurrence is not None):
                seen = f".{announcement.read_as}" if step is Step.APPROVE else ""
                yield (Button(words(f"staff.steps.{step}"), action("z", "a", f"{number}.{step}{seen}")),)
        if announcement.occurrence is None:
            yield (Button(words("staff.copy"), action("z", "a", f"{number}.copy")),)

    # --- events --------------------------------------------------------------------------------

    def event_line(self, event: Event, language: str) -> str:
        """Return one line about an event, for a list and its button."""
        words = self._desk.office.library.words[language]
        state = words(f"staff.states.{event.state}")
        return f"{event.id}. {words(f'kinds.{event.kind}')} {self.time(self._next(event), words)} ({state})"

    def _next(self, event: Event) -> datetime:
        """When an event takes place next, moved or not; where it does not, the start that was entered."""
        coming = self._desk.planning.coming(event) if event.state is State.SCHEDULED else ()
        return next((one.start for one in coming if one.state is not Happening.CANCELLED), event.start)

    def event(self, event: Event, language: str) -> Document:
        """Return an event with its next occurrences and what readers of each language get of the first."""
        words = self._desk.office.library.words[language]
        document = line(self.event_line(event, language), Role.TITLE)
        document += line(words("staff.place", place=event.place))
        document += line(words("staff.to", subjects=self.subjects(event, language)))
        if event.rule:
            document += line(words("staff.repeats", rule=say_rule(event.rule, words)))
        document += line(
            words(
                "staff.announced", days=event.announce_days, reminders=", ".join(map(str, event.reminder_days)) or "–"
            )
        )
        if event.skip:
            document += line(words("staff.skipped"))
            document += self._unknown_holidays(words)
        if event.sign_up and event.maximum is not None:
            document += line(words("staff.maximum", count=event.maximum))
        elif event.sign_up:
            document += line(words("staff.no_maximum"))
        for occurrence in self._desk.planning.coming(event)[:6]:
            document += line(self._occurrence_line(event, occurrence, words))
        announced = self._desk.planning.announced(event)
        if announced is None:
            return document
        for code, text in announced.texts.items():
            document += line(self._desk.office.library.languages[code].name, Role.LABEL)
            document += line(text.title, Role.TITLE) + parse(text.body)
        return document + self._readers(announced, words, language)

    def _unknown_holidays(self, words: Words) -> Document:
        """Warn, a year before, that the school holidays are not known any more: nobody would be left out by them."""
        this_year = self._desk.office.now().astimezone(AMSTERDAM).year
        unknown = next((year for year in (this_year, this_year + 1) if not knows_school_holidays(year)), None)
        return Document() if unknown is None else line(words("staff.unknown_holidays", year=str(unknown)))

    def _occurrence_line(self, event: Event, occurrence: Occurrence, words: Words) -> str:
        text = f"{self.time(occurrence.start, words)} ({words(f'staff.happening.{occurrence.state}')})"
        if event.sign_up and occurrence.id:
            count = self._desk.signing.count(occurrence.id)
            text += "; " + words("staff.headcount", people=count.people, waiting=count.waiting_people)
        return text

    def event_steps(self, event: Event, words: Words) -> Iterator[Row]:
        """Yield the buttons of what can be done with an event."""
        number = str(event.id)
        hands: Mapping[State, tuple[str, ...]] = {
            State.DRAFT: ("submit", "change", "cancel"),
            State.SUBMITTED: ("approve", "send_back", "change", "cancel"),
            State.SCHEDULED: ("change", "cancel"),
        }
        if event.state in (State.DRAFT, State.SUBMITTED):
            yield (Button(words("staff.test"), action("z", "e", f"{number}.test")),)
        for step in hands.get(event.state, ()):
            seen = f".{event.read_as}" if step == "approve" else ""
            yield (Button(words(f"staff.steps.{step}"), action("z", "e", f"{number}.{step}{seen}")),)
        if event.state is State.SCHEDULED:
            for occurrence in self._desk.planning.coming(event)[:6]:
                if str(occurrence.state) != "cancelled":
                    when = self.time(occurrence.start, words)
                    yield (
                        Button(words("staff.move", when=when), action("z", "o", f"{occurrence.id}.move")),
                        Button(words("staff.drop", when=when), action("z", "o", f"{occurrence.id}.cancel")),
                    )
        yield (Button(words("staff.copy"), action("z", "e", f"{number}.copy")),)
