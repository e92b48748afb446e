"""The agenda and the letters as other programs read them."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.document import Document, Paragraph, Role, Span, line, parse
from bot.knowledge.facts import AMSTERDAM
from scheduler.announcements import State, Target
from scheduler.events import Event, Happening, Occurrence
from scheduler.feeds import CalendarEntry, Item, atom, calendar, html

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
START = datetime(2026, 12, 8, 19, 30, tzinfo=AMSTERDAM)
EVENT = Event(3, "oudercafe", Target(("oudercafe",)), START, 120, "Herenweg 55")
OCCURRENCE = Occurrence(7, 3, START.astimezone(UTC), START.astimezone(UTC), "Herenweg 55, zaal 1; achterin")
TEXT = parse("Кава, чай і розмова.\n\n- Є перекладач\n- **Дітям** раді\n\n[Питання?](mailto:info@example.nl)")
ENTRY = CalendarEntry("Oudercafé · вівторок", TEXT, EVENT, OCCURRENCE)


def read(*entries: CalendarEntry, name: str = "Agenda") -> icalendar.Calendar:
    return icalendar.Calendar.from_ical(calendar(entries, name=name, now=NOW))


def only(*entries: CalendarEntry) -> Any:
    (event,) = read(*entries).walk("VEVENT")
    assert isinstance(event, icalendar.Event)
    return event


# --- iCalendar -----------------------------------------------------------------------------------------


def test_an_event_can_be_read_back() -> None:
    event = only(ENTRY)
    assert event["summary"] == "Oudercafé · вівторок"
    assert event["location"] == "Herenweg 55, zaal 1; achterin"
    assert "- Є перекладач\n- Дітям раді" in event["description"]
    assert (event.start, event.end) == (START, START + timedelta(hours=2))
    assert event["dtstart"].params["TZID"] == "Europe/Amsterdam"
    assert (event["status"], event["sequence"]) == ("CONFIRMED", 0)


def test_a_calendar_program_shows_each_occurrence_on_its_day() -> None:
    later = replace(OCCURRENCE, id=8, original=START + timedelta(days=28), start=START + timedelta(days=28))
    found = recurring_ical_events.of(read(ENTRY, replace(ENTRY, occurrence=later))).between((2026, 12), (2027, 2))
    assert [event.start for event in found] == [START, START + timedelta(days=28)]


def test_a_file_of_one_event_does_not_name_a_calendar() -> None:
    assert not {"NAME", "X-WR-CALNAME", "REFRESH-INTERVAL"} & set(read(ENTRY, name=""))
    assert read(ENTRY)["X-WR-CALNAME"] == "Agenda"


def test_moved_and_cancelled_keep_the_uid_and_win() -> None:
    moved = replace(OCCURRENCE, start=OCCURRENCE.start + timedelta(days=1), state=Happening.MOVED)
    versions = [
        only(replace(ENTRY, occurrence=one)) for one in (OCCURRENCE, moved, replace(moved, state=Happening.CANCELLED))
    ]
    assert len({event["uid"] for event in versions}) == 1
    assert [event["sequence"] for event in versions] == [0, 1, 2]
    assert [event["status"] for event in versions] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert versions[1].start == START + timedelta(days=1)


def test_every_occurrence_of_a_cancelled_series_is_cancelled() -> None:
    event = only(replace(ENTRY, event=replace(EVENT, state=State.CANCELLED)))
    assert (event["status"], event["sequence"]) == ("CANCELLED", 2)


def test_when_it_last_changed_is_said_where_it_is_known() -> None:
    changed = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
    event = only(replace(ENTRY, changed=changed))
    assert (event["last-modified"].dt, event["dtstamp"].dt) == (changed, changed)
    assert "last-modified" not in only(ENTRY)


def test_an_event_across_the_change_of_the_clock_lasts_as_long_as_any() -> None:
    start = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 2:30 for the first time; the clock goes back at 3:00
    event = only(replace(ENTRY, occurrence=replace(OCCURRENCE, original=start, start=start)))
    assert event["dtstart"].to_ical() == b"20261025T023000"
    assert event["dtend"].to_ical() == b"20261025T033000"


@pytest.mark.parametrize(
    ("moment", "hours"),
    [
        ("2026-12-08 19:30", 1), ("2026-07-08 19:30", 2), ("2027-03-28 01:59", 1), ("2027-03-28 03:00", 2),
        ("2026-10-25 01:59", 2), ("2026-10-25 03:00", 1), ("2040-07-01 12:00", 2),
    ],
)  # fmt: skip
def test_the_zone_in_the_file_is_that_of_amsterdam(moment: str, hours: int) -> None:
    (zone,) = read(ENTRY).walk("VTIMEZONE")
    assert isinstance(zone, icalendar.Timezone)
    local = datetime.fromisoformat(moment).replace(tzinfo=zone.to_tz(lookup_tzid=False))
    assert local.utcoffset() == timedelta(hours=hours)
    assert local.replace(tzinfo=ZoneInfo("Europe/Amsterdam")).utcoffset() == timedelta(hours=hours)


def test_lines_are_folded_and_end_as_the_standard_says() -> None:
    lines = calendar([replace(ENTRY, title="ї" * 200)], name="Agenda", now=NOW).split(b"\r\n")
    assert all(len(one) <= 75 and b"\n" not in one for one in lines)


@given(title=st.text(max_size=80), place=st.text(max_size=80))
def test_no_text_breaks_out_of_its_line(title: str, place: str) -> None:
    event = only(replace(ENTRY, title=title, occurrence=replace(OCCURRENCE, place=place)))
    assert len(event) == len(only(ENTRY))


# --- Atom ----------------------------------------------------------------------------------------------

ATOM = "{http://www.w3.org/2005/Atom}"
ADDRESS = "https://example.nl/nl/brieven/herenweg-55"
NAME = "tag:heemstede.nl,2026:wegwijzer/nl/brieven/herenweg-55"
LETTER = Item(
    f"{NAME}/4", f"{ADDRESS}#4", "Verbouwing & «rust» <nu>", TEXT, datetime(2026, 11, 20, 10, 0, tzinfo=AMSTERDAM)
)


def feed(*items: Item, language: str = "") -> ET.Element:
    return ET.fromstring(atom(name=NAME, title="Brieven", address=ADDRESS, items=items, now=NOW, language=language))  # noqa: S314 - our own


def test_a_letter_can_be_read_back() -> None:
    root = feed(LETTER, replace(LETTER, id=f"{NAME}/3", updated=LETTER.updated - timedelta(days=30)), language="nl")
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "nl"
    assert (root.findtext(f"{ATOM}id"), root.findtext(f"{ATOM}title")) == (NAME, "Brieven")
    assert root.findtext(f"{ATOM}updated") == "2026-11-20T09:00:00Z"
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    entries = root.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [f"{NAME}/4", f"{NAME}/3"]
    assert entries[0].findtext(f"{ATOM}title") == "Verbouwing & «rust» <nu>"
    content = entries[0].find(f"{ATOM}content")
    assert content is not None
    assert (content.get("type"), content.text) == ("html", html(TEXT))


def test_an_empty_feed_was_updated_now() -> None:
    assert feed().findtext(f"{ATOM}updated") == "2026-11-24T12:00:00Z"


def test_a_document_becomes_plain_html() -> None:
    document = line("Titel", Role.TITLE) + line("Wie", Role.LABEL) + line("Дім", language="uk") + TEXT
    assert html(document) == (
        '<h1>Titel</h1><h2>Wie</h2><p lang="uk">Дім</p><p>Кава, чай і розмова.</p>'
        "<ul><li>Є перекладач</li><li><strong>Дітям</strong> раді</li></ul>"
        '<p><a href="mailto:info@example.nl">Питання?</a></p>'
    )


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//elsewhere"])
def test_only_addresses_that_people_use_become_links(address: str) -> None:
    assert html(Document((Paragraph((Span("hier", link=address),)),))) == "<p>hier</p>"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - given by the parser
        self.tags.append(tag)


@given(text=st.text(max_size=80))
def test_no_text_becomes_markup(text: str) -> None:
    """The feed can be read whatever is in it, and a program that shows its HTML finds no more tags than ours."""
    (entry,) = feed(replace(LETTER, title=text, document=line(text))).findall(f"{ATOM}entry")
    tags = _Tags()
    tags.feed(entry.findtext(f"{ATOM}content") or "")
    assert tags.tags == ["p"]
