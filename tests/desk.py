"""A desk for tests: real stores in a file, a clock that is moved by hand, people and staff."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from bot.app import build_desk
from bot.dialogue.values import Reach
from bot.knowledge.facts import AMSTERDAM, Audience
from bot.knowledge.library import Library
from bot.settings import Settings
from bot.store.database import open_database
from bot.store.sealing import Sealer
from scheduler.announcements import Announcement, Role
from scheduler.delivery import Claimed, Delivered, Outcome
from scheduler.desk.desk import Desk
from scheduler.desk.planning import new_event
from scheduler.events import Event

NEVER_QUIET = Reach(0, 0)
TEXTS = {"nl": ("Nieuws", "Er is nieuws."), "uk": ("Новини", "Є новини."), "en": ("News", "There is news.")}


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A local time."""
    return datetime(year, month, day, hour, minute, tzinfo=AMSTERDAM)


@dataclass
class Place:
    """The desk, the clock and the database."""

    folder: Path
    library: Library
    sealer: Sealer
    now: datetime = field(default_factory=lambda: local(2026, 11, 24, 12))
    settings: Settings = field(default_factory=Settings)
    db: Database = field(init=False)
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        """Open the database."""
        self.db = open_database(self.folder / "wegwijzer.sqlite", self.sealer)
        self.desk = build_desk(self.library, self.db, self.sealer, self.settings, lambda: self.now)

    def staff(self, name: str, role: Role) -> int:
        """Make somebody staff; their address is telegram:<a number made of the name>."""
        code = self.desk.staffing.invite(0, role, name)
        member = self.desk.staffing.accept(code, address_of(name))
        assert member is not None
        return member.id

    def person(
        self,
        number: int,
        language: str | None = "nl",
        follows: Iterable[str] = ("nieuws",),
        audience: Audience | None = None,
        reach: Reach = NEVER_QUIET,
    ) -> str:
        """Make a person who follows something and, if not said otherwise, never sleeps."""
        address = f"telegram:{number}"
        people = self.desk.office.people
        people.number(address)
        if language is not None:
            people.set_language(address, language)
        people.set_audience(address, audience)
        people.set_reach(address, reach)
        for subject in follows:
            self.desk.board.follow(address, subject, "test")
        return address

    def move_on(self, **step: float) -> None:
        """Let time pass."""
        self.now += timedelta(**step)

    def send(self, outcome: Outcome | None = None) -> list[tuple[str, str, str]]:
        """Let the clock tick and send everything that can leave now; return (address, language, title) of each."""
        self.desk.clockwork.tick()
        sent: list[tuple[str, str, str]] = []
        message = 1000
        while rows := self.desk.office.deliveries.claim(self.now, 50):
            outcomes: list[tuple[Claimed, Outcome]] = []
            for row in rows:
                message += 1
                letter = self.desk.mailroom.letter(row.announcement, row.language)
                sent.append((row.address, row.language, _first_line(letter)))
                outcomes.append((row, outcome or Delivered(message)))
            self.desk.office.deliveries.settle(outcomes)
        self.desk.clockwork.tick()
        return sent


def publish(desk: Desk) -> None:
    """Have a letter about Herenweg 55 sent and an oudercafé approved, in solo mode."""
    texts = {
        "nl": ("Onderhoud", "Volgende week schilderen we de **deuren**.\n\n- maandag\n- dinsdag"),
        "uk": ("Ремонт", "Наступного тижня фарбуємо **двері**.\n\n- понеділок\n- вівторок"),
    }
    letter = desk.announcing.write(0, "bewonersbrief", ("herenweg-55",), texts=texts)
    desk.announcing.submit(0, letter.id)
    desk.announcing.approve(0, letter.id)
    cafe = new_event(
        "oudercafe", local(2026, 12, 2, 10), "De Luifel", slots={"interpreter": True, "children": True}, sign_up=True,
        rule="FREQ=MONTHLY;BYDAY=1WE",
    )  # fmt: skip
    event = desk.planning.add(0, cafe)
    desk.planning.submit(0, event.id)
    desk.planning.approve(0, event.id)
    desk.clockwork.tick()


def released(place: Place, editor: int, approver: int, **how: Any) -> Announcement:
    """An announcement that has been written, handed in and approved."""
    written = place.desk.announcing.write(editor, how.pop("kind", "algemeen"), **{"texts": TEXTS, **how})
    place.desk.announcing.submit(editor, written.id)
    return place.desk.announcing.approve(approver, written.id)


def parent_cafe(**how: Any) -> Event:
    """An oudercafé on the first Wednesday of December 2026, unless said otherwise."""
    start = how.pop("start", local(2026, 12, 2, 10))
    return new_event(
        "oudercafe", start, "De Luifel", slots={"interpreter": True, "children": True},
        **{"sign_up": True, "reminder_days": (1,), **how},
    )  # fmt: skip


def address_of(name: str) -> str:
    """The address of a member of staff by name."""
    return f"telegram:{900_000 + sum(map(ord, name))}"


def _first_line(letter: object) -> str:
    document = letter.document  # type: ignore[attr-defined] # a Letter
    return "".join(span.text for span in document.blocks[0].spans)
