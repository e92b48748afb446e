"""Composing: a template, what is known of an event or what staff wrote, and a language become a message."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_date, format_time
from jinja2 import Template, TemplateError

from bot.knowledge.document import Document, Role, UnsupportedMarkdown, line, parse, units_of
from bot.knowledge.facts import AMSTERDAM
from bot.knowledge.library import Library
from bot.knowledge.rendering import CannotRender, environment, used_facts
from scheduler.announcements import Announcement, Part, Text
from scheduler.events import Event, Occurrence

MESSAGE_UNITS = 4096
"""UTF-16 units that a message may have (Bot API, sendMessage)."""

CAPTION_UNITS = 1024
"""UTF-16 units that the text below a file may have (Bot API, sendPhoto)."""

AROUND_UNITS = 200
"""Units that are kept free for what a template puts around a text by staff."""

VARIABLES = ("when", "until", "place", "days", "sign_up", "note", "old_when", "old_place")
"""What every template of an event may refer to, beside the slots of its kind and `count`."""

FREE_VARIABLES = ("title", "body", "followed")
"""What a template may refer to whose words staff write themselves."""


class Problem(StrEnum):
    """What is wrong with a text by staff; the words stand in staff.yaml under `staff.text_problems`."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    MARKUP = "markup"
    LINK = "link"


class BadText(ValueError):
    """A text by staff cannot be sent as it is; `code` names the words for it, `values` fill them in."""

    def __init__(self, code: Problem, **values: object) -> None:
        super().__init__(str(code))
        self.code = code
        self.values: Mapping[str, object] = values


class Composer:
    """Makes messages from the templates of a library."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._compiled = lru_cache(maxsize=None)(environment().from_string)

    # --- events --------------------------------------------------------------------------------

    def texts(
        self,
        event: Event,
        occurrence: Occurrence,
        part: Part,
        *,
        old: Occurrence | None = None,
        now: datetime | None = None,
    ) -> Mapping[str, Text]:
        """Return what is said about an occurrence, in every language.

        Args:
            event: the event.
            occurrence: the occurrence as it is now.
            part: announcement, reminder, correction or cancellation.
            old: the occurrence as it was, for a correction; for a cancellation its time is the one that is named.
            now: the present, from which days are counted; None = the day of the occurrence.

        Raises:
            CannotRender: if a template is at fault (the content check finds this first).

        """
        return {
            code: self._event_text(event, occurrence, part, code, old or occurrence, now)
            for code in self._library.words
        }

    def preview(self, event: Event, occurrence: Occurrence) -> Mapping[str, Text]:
        """Return the announcement of an occurrence in every language."""
        return self.texts(event, occurrence, Part.ANNOUNCEMENT)

    def _event_text(
        self, event: Event, occurrence: Occurrence, part: Part, language: str, old: Occurrence, now: datetime | None
    ) -> Text:
        start = occurrence.local_start
        today = (now.astimezone(AMSTERDAM) if now else start).date()
        values = {
            **{slot: bool(event.slots.get(slot)) for slot in self._library.announcements.kinds[event.kind].slots},
            "when": self.when(start, language, today),
            "until": self._time(start + timedelta(minutes=event.minutes), language),
            "place": escaped(occurrence.place),
            "days": max(0, (start.date() - today).days),
            "sign_up": event.sign_up,
            "note": event.notes.get(language, ""),
            "old_when": self.when(old.local_start, language, today),
            "old_place": escaped(old.place),
        }
        title = self._library.words[language](f"broadcast.{part}", title=self.title(event.kind, language))
        return Text(title, self._render(event.kind, str(part), language, values))

    def missing_slots(self, kind: str, part: Part, slots: Mapping[str, object]) -> tuple[str, ...]:
        """Return the slots that the templates of a kind want and that are not given, by name."""
        wanted = {
            name
            for code in self._library.words
            for name in used_facts([self._library.templates[kind, code].parts.get(str(part), "")])
        }
        return tuple(sorted(wanted - set(VARIABLES) - set(slots)))

    def place_found(self, event: Event, occurrence: Occurrence, people: int) -> Mapping[str, str]:
        """Return what somebody is told who moved up from the waiting list, in every language."""
        return {
            code: words(
                "sign_up.place_found",
                count=people,
                title=self.title(event.kind, code),
                when=self.when(occurrence.local_start, code, occurrence.local_start.date()),
            )
            for code, words in self._library.words.items()
        }

    def title(self, kind: str, language: str) -> str:
        """Return what a kind of event is called."""
        return self._library.templates[kind, language].title

    # --- what staff write ----------------------------------------------------------------------

    def document(self, announcement: Announcement, language: str, followed: str = "") -> Document:
        """Return an announcement as a reader of a language gets it.

        `followed` is the name of what readers follow. A text by staff is never read as a template.
        """
        text = announcement.texts[language]
        title, body = text.title, text.body
        if announcement.kind in self._library.announcements.kinds and announcement.occurrence is None:
            values = {"title": title, "body": body, "followed": followed}
            body = self._render(announcement.kind, FREE_PART, language, values)
            template = self._library.templates[announcement.kind, language].title
            title = self._compiled(template).render(values)
            if announcement.part is Part.CORRECTION:
                title = self._library.words[language]("broadcast.corrected", title=title)
        return (line(title, Role.TITLE) if title else Document()) + parse(body)

    def check_text(self, title: str, body: str) -> None:
        """Check that a text by staff can be sent.

        Raises:
            BadText: saying what is wrong with it.

        """
        if not title.strip() or not body.strip():
            raise BadText(Problem.EMPTY)
        try:
            document = parse(body)
        except UnsupportedMarkdown as error:
            raise BadText(Problem.MARKUP, what=str(error)) from error
        units = units_of(line(title) + document) + AROUND_UNITS
        if units > MESSAGE_UNITS:
            raise BadText(Problem.TOO_LONG, units=units, most=MESSAGE_UNITS - AROUND_UNITS)
        for bad in _bad_links(document):
            raise BadText(Problem.LINK, link=bad)

    # --- words ---------------------------------------------------------------------------------

    def when(self, start: datetime, language: str, today: date) -> str:
        """Return a time as people say it: «вівторок, 8 грудня о 19:30»; with the year if it is far from today."""
        locale = self._library.languages[language].locale
        pattern = str(locale.date_formats["full"].pattern)
        if abs((start.date() - today).days) < _NEAR_DAYS:
            pattern = _YEAR.sub("", pattern)
        day = format_date(start, pattern, locale=locale)
        return self._library.words[language]("broadcast.when", day=day, time=self._time(start, language))

    def _time(self, moment: datetime, language: str) -> str:
        return str(format_time(moment, "HH:mm", locale=self._library.languages[language].locale))

    # --- templates -----------------------------------------------------------------------------

    def _render(self, kind: str, part: str, language: str, values: Mapping[str, object]) -> str:
        entry = self._library.templates[kind, language]
        template: Template = self._compiled(entry.parts[part])
        locale = self._library.languages[language].locale

        def count(number: int, **forms: str) -> str:
            form = forms.get(locale.plural_form(number), forms.get("other", ""))
            if not form:
                raise CannotRender("count() needs the plural form `other`")
            return f"{number}\N{NO-BREAK SPACE}{form}"

        try:
            return str(template.render({**values, "count": count})).strip()
        except TemplateError as error:
            raise CannotRender(f"{entry.path}: {error}") from error


FREE_PART = "announcement"
_NEAR_DAYS = 300
# The year at the end of a pattern such as "EEEE, d MMMM y 'р'." with what belongs to it.
_YEAR = re.compile(r"[\s,]*y.*$")


def escaped(text: str) -> str:
    """Return a line that staff typed as plain words within Markdown."""
    return "".join(f"\\{letter}" if letter in "\\*[]_`<&" else letter for letter in text)


def _bad_links(document: Document) -> Iterator[str]:
    for span in document.spans():
        if span.link is None:
            continue
        parts: Any = urlsplit(span.link)
        good = parts.scheme in ("mailto", "tel") or (parts.scheme == "https" and "." in (parts.hostname or ""))
        if not good:
            yield span.link
