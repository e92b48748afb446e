"""What other programs read: the agenda as iCalendar (RFC 5545), the letters as Atom (RFC 4287). Pure."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Timezone, TimezoneDaylight, TimezoneStandard, vRecur
from icalendar import Event as CalendarEvent

from bot.knowledge.document import Document, Paragraph, Role, Span, plain
from bot.knowledge.facts import AMSTERDAM
from scheduler.announcements import State
from scheduler.events import Event, Happening, Occurrence

PRODUCT = "-//Heemstede//Wegwijzer//NL"
NAMES = "tag:heemstede.nl,2026:wegwijzer"
"""How names in feeds begin (RFC 4151): they stay, whatever address the server is reached at."""
REFRESH = timedelta(hours=6)
"""How often a calendar program is asked to look again."""

_NOT_IN_FEEDS = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML cannot hold and a calendar should not."""


# --- iCalendar -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One occurrence in a calendar, in one language. `changed` is when it last changed (aware), None: not known."""

    title: str
    document: Document
    event: Event
    occurrence: Occurrence
    changed: datetime | None = None


_SEQUENCE = {Happening.PLANNED: 0, Happening.MOVED: 1, Happening.CANCELLED: 2}


def calendar(entries: Iterable[CalendarEntry], *, name: str, now: datetime) -> bytes:
    """Return an iCalendar file: one event for one entry, or a feed of many.

    An occurrence keeps its UID in every language and wherever it moves. A program that has it already takes
    the version with the higher SEQUENCE, or among equals the later DTSTAMP (RFC 5546): so a change arrives.

    Args:
        entries: what is in it.
        name: what the calendar is called; "" for a file of one event, which belongs into the reader's own calendar.
        now: aware; when the file is made.

    """
    file = Calendar()
    file.add("prodid", PRODUCT)
    file.add("version", "2.0")
    file.add("calscale", "GREGORIAN")
    # No METHOD: that would make it a message of an organizer (RFC 5546, 3.2.1), whom a reader could answer.
    if name:
        file.add("x-wr-calname", _clean(name))
        file.add("name", _clean(name))
        file.add("x-wr-timezone", AMSTERDAM.key)
        file.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        file.add("x-published-ttl", "PT6H")
    file.add_component(_timezone())
    for entry in entries:
        file.add_component(_calendar_event(entry, now))
    return bytes(file.to_ical())


def uid(occurrence: Occurrence) -> str:
    """Return the name that an occurrence keeps for ever."""
    return f"{occurrence.id}-{occurrence.original.astimezone(UTC):%Y%m%dT%H%M%SZ}@wegwijzer.heemstede"


def _calendar_event(entry: CalendarEntry, now: datetime) -> CalendarEvent:
    occurrence = entry.occurrence
    cancelled = occurrence.state is Happening.CANCELLED or entry.event.state is State.CANCELLED
    # Minutes that pass, not minutes on the clock: an event across a change of the clock is not longer for it.
    end = occurrence.start.astimezone(UTC) + timedelta(minutes=entry.event.minutes)
    made = CalendarEvent()
    made.add("uid", uid(occurrence))
    made.add("dtstamp", (entry.changed or now).astimezone(UTC))
    if entry.changed is not None:
        made.add("last-modified", entry.changed.astimezone(UTC))
    made.add("dtstart", occurrence.local_start)
    made.add("dtend", end.astimezone(AMSTERDAM))
    made.add("summary", _clean(entry.title))
    made.add("description", _clean(plain(entry.document)))
    made.add("location", _clean(occurrence.place))
    made.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    made.add("sequence", occurrence.revision + _SEQUENCE[Happening.CANCELLED if cancelled else occurrence.state])
    return made


def _timezone() -> Timezone:
    """The European rule since 1996, for programs that do not know the zone by its name."""
    zone = Timezone()
    zone.add("tzid", AMSTERDAM.key)
    for part, name, month, hour, before, after in (
        (TimezoneDaylight(), "CEST", 3, 2, 1, 2),
        (TimezoneStandard(), "CET", 10, 3, 2, 1),
    ):
        last_sunday = {3: 31, 10: 27}[month]
        part.add("dtstart", datetime(1996, month, last_sunday, hour))  # noqa: DTZ001 - RFC 5545 wants the local time here
        part.add("rrule", vRecur({"FREQ": "YEARLY", "BYMONTH": month, "BYDAY": "-1SU"}))
        part.add("tzoffsetfrom", timedelta(hours=before))
        part.add("tzoffsetto", timedelta(hours=after))
        part.add("tzname", name)
        zone.add_component(part)
    return zone


# --- Atom ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """One letter in a feed. `id` names it for ever; `updated`, aware, is when its words last changed."""

    id: str
    address: str
    title: str
    document: Document
    updated: datetime


def atom(
    *, name: str, title: str, address: str, items: Iterable[Item], now: datetime, author: str = "Wegwijzer",
    language: str = "",
) -> bytes:  # fmt: skip
    """Return an Atom 1.0 feed, with the texts as HTML.

    Args:
        name: of the feed, for ever.
        title: of the feed.
        address: of the page that shows the same.
        items: what is in it, in the order in which it shall stand there.
        now: aware; when an empty feed was updated.
        author: who writes.
        language: code of the language of the texts, "" if they are in several.

    """
    letters = tuple(items)
    feed = ET.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom"})
    if language:
        feed.set("xml:lang", language)
    _add(feed, "id", name)
    _add(feed, "title", title)
    _add(feed, "updated", _moment(max((letter.updated for letter in letters), default=now)))
    _add(_add(feed, "author"), "name", author)
    _add(feed, "link", rel="alternate", type="text/html", href=address)
    for letter in letters:
        entry = _add(feed, "entry")
        _add(entry, "id", letter.id)
        _add(entry, "title", letter.title)
        _add(entry, "updated", _moment(letter.updated))
        _add(entry, "link", rel="alternate", type="text/html", href=letter.address)
        _add(entry, "content", html(letter.document), type="html")
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True))


_TAGS = {Role.TITLE: "h1", Role.LABEL: "h2"}
_SCHEMES = ("https:", "http:", "mailto:", "tel:")


def html(document: Document) -> str:
    """Return a document as HTML: headings, paragraphs, lists, bold, links, and nothing else."""
    blocks: list[ET.Element] = []
    for block in document.blocks:
        language = {"lang": block.language} if block.language else {}
        if isinstance(block, Paragraph):
            paragraph = ET.Element(_TAGS.get(block.role, "p"), language)
            _add_spans(paragraph, block.spans)
            blocks.append(paragraph)
        else:
            bullets = ET.Element("ul", language)
            for item in block.items:
                _add_spans(_add(bullets, "li"), item)
            blocks.append(bullets)
    return "".join(ET.tostring(block, encoding="unicode", method="html") for block in blocks)


def _add_spans(parent: ET.Element, spans: Iterable[Span]) -> None:
    for span in spans:
        linked = span.link is not None and span.link.startswith(_SCHEMES)
        inner = _add(parent, "a", href=span.link or "") if linked else parent
        if span.strong:
            _add(inner, "strong", span.text)
        else:
            _add_text(inner, span.text)


def _add_text(parent: ET.Element, text: str) -> None:
    """Add text behind what is there already: ElementTree keeps it at the end of the last child."""
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + _clean(text)
    else:
        parent.text = (parent.text or "") + _clean(text)


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, tag, {name: _clean(value) for name, value in attributes.items()})
    child.text = _clean(text)
    return child


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _clean(text: str) -> str:
    return _NOT_IN_FEEDS.sub("", text)
