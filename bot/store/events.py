"""Events, their occurrences, and who comes to them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from bot.knowledge.facts import AMSTERDAM
from bot.store.announcements import target_of, target_row
from bot.store.times import moment, stored
from scheduler.announcements import State
from scheduler.events import Event, Happening, Occurrence

_EVENT = (
    "id, kind, subjects, who, near, start, minutes, place, slots, rule, skip, dates, sign_up, maximum, announce_days, "
    "reminder_days, state, writer, earlier_writers, approver, practice"
)
_OCCURRENCE = "occurrences.id, event, original, occurrences.start, occurrences.place, occurrences.state, revision"


class Events:
    """The events and their occurrences."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, event: Event) -> int:
        """Add an event and return its number (the `id` that it has is not looked at)."""
        values = _row(event)
        row = self._db.execute(
            f"INSERT INTO events ({', '.join(values)}) VALUES ({', '.join('?' * len(values))}) RETURNING id",  # noqa: S608 - names of our own
            list(values.values()),
        ).fetchone()
        return int(row[0])

    def find(self, number: int) -> Event | None:
        """Return an event by its number, None if there is none."""
        return next(iter(self._events("id = ?", [number])), None)

    def write(self, event: Event) -> None:
        """Write an event over the one with its number."""
        values = _row(event)
        self._db.execute(
            f"UPDATE events SET {', '.join(f'{name} = ?' for name in values)} WHERE id = ?",  # noqa: S608 - names of our own
            [*values.values(), event.id],
        )

    def in_states(self, states: Iterable[State]) -> tuple[Event, ...]:
        """Return the events in these states, the newest first."""
        wanted = [str(state) for state in states]
        return self._events(f"state IN ({', '.join('?' * len(wanted))}) ORDER BY id DESC", wanted)

    # --- occurrences ---------------------------------------------------------------------------

    def occurrence(self, number: int) -> Occurrence | None:
        """Return an occurrence by its number, None if there is none."""
        return next(iter(self._occurrences("occurrences.id = ?", [number])), None)

    def originals(self, event: int) -> frozenset[datetime]:
        """Return the times that an event's rule gave for the occurrences that are there, moved or not."""
        rows = self._db.execute("SELECT original FROM occurrences WHERE event = ?", [event])
        return frozenset(moment(row[0]) for row in rows)

    def happen(self, event: int, start: datetime, place: str) -> int | None:
        """Add the occurrence that a rule gives; return its number, None if it is there already, moved or not."""
        row = self._db.execute(
            "INSERT INTO occurrences (event, original, start, place, state) VALUES (?, ?, ?, ?, 'planned') "
            "ON CONFLICT DO NOTHING RETURNING id",
            [event, stored(start), stored(start), place],
        ).fetchone()
        return None if row is None else int(row[0])

    def change(self, occurrence: Occurrence) -> None:
        """Write when, where and whether an occurrence takes place; its revision goes up by itself."""
        self._db.execute(
            "UPDATE occurrences SET start = ?, place = ?, state = ?, revision = revision + 1 WHERE id = ?",
            [stored(occurrence.start), occurrence.place, str(occurrence.state), occurrence.id],
        )

    def of_event(self, event: int, after: datetime) -> tuple[Occurrence, ...]:
        """Return the occurrences of an event that begin later than this, in order."""
        return self._occurrences(
            "event = ? AND occurrences.start > ? ORDER BY occurrences.start", [event, stored(after)]
        )

    def coming(self, after: datetime, before: datetime) -> tuple[tuple[Event, Occurrence], ...]:
        """Return what approved events bring between two times, in order; cancelled occurrences too, practice not."""
        occurrences = self._occurrences(
            "occurrences.start > ? AND occurrences.start <= ? AND EXISTS (SELECT 1 FROM events "
            "WHERE events.id = event AND events.state = 'scheduled' AND NOT practice) "
            "ORDER BY occurrences.start, occurrences.id",
            [stored(after), stored(before)],
        )
        events = {event.id: event for event in self._events("state = 'scheduled' AND NOT practice", [])}
        return tuple((events[one.event], one) for one in occurrences)

    def _events(self, condition: str, values: list[Any]) -> tuple[Event, ...]:
        return tuple(map(_event, self._db.execute(f"SELECT {_EVENT} FROM events WHERE {condition}", values)))  # noqa: S608 - fixed conditions

    def _occurrences(self, condition: str, values: list[Any]) -> tuple[Occurrence, ...]:
        rows = self._db.execute(f"SELECT {_OCCURRENCE} FROM occurrences WHERE {condition}", values)  # noqa: S608 - fixed conditions
        return tuple(
            Occurrence(row[0], row[1], moment(row[2]), moment(row[3]), row[4], Happening(row[5]), row[6])
            for row in rows
        )


def _row(event: Event) -> dict[str, Any]:
    return {
        "kind": event.kind, **target_row(event.target),
        # The local wall time: what a rule repeats, whatever the clock does in March and October.
        "start": event.start.astimezone(AMSTERDAM).strftime("%Y-%m-%dT%H:%M"),
        "minutes": event.minutes, "place": event.place, "slots": json.dumps(event.slots, ensure_ascii=False),
        "rule": event.rule, "skip": ",".join(sorted(event.skip)),
        "dates": ",".join(day.isoformat() for day in event.dates), "sign_up": int(event.sign_up),
        "maximum": event.maximum, "announce_days": event.announce_days,
        "reminder_days": ",".join(map(str, event.reminder_days)), "state": str(event.state),
        "writer": event.writer, "earlier_writers": json.dumps(event.earlier_writers), "approver": event.approver,
        "practice": int(event.practice),
    }  # fmt: skip


def _event(row: tuple[Any, ...]) -> Event:
    got = dict(zip(_EVENT.split(", "), row, strict=True))
    return Event(
        id=got["id"],
        kind=got["kind"],
        target=target_of(got),
        start=datetime.fromisoformat(got["start"]).replace(tzinfo=AMSTERDAM),
        minutes=got["minutes"],
        place=got["place"],
        slots=json.loads(got["slots"]),
        rule=got["rule"],
        skip=frozenset(filter(None, got["skip"].split(","))),
        dates=tuple(date.fromisoformat(day) for day in got["dates"].split(",") if day),
        sign_up=bool(got["sign_up"]),
        maximum=got["maximum"],
        announce_days=got["announce_days"],
        reminder_days=tuple(int(days) for days in got["reminder_days"].split(",") if days),
        state=State(got["state"]),
        writer=got["writer"],
        earlier_writers=tuple(json.loads(got["earlier_writers"])),
        approver=got["approver"],
        practice=bool(got["practice"]),
    )


@dataclass(frozen=True, slots=True)
class Headcount:
    """How many come to an occurrence: entries and people, and those on the waiting list."""

    entries: int = 0
    people: int = 0
    waiting_entries: int = 0
    waiting_people: int = 0

    @property
    def entries_in_all(self) -> int:
        """How many signed up, those who wait among them."""
        return self.entries + self.waiting_entries


class SignUps:
    """Who comes, with how many. Staff see numbers only."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, occurrence: int, person: int, people: int, now: datetime, *, waiting: bool) -> None:
        """Note that somebody comes with so many; a second time changes the number."""
        self._db.execute(
            "INSERT INTO sign_ups (occurrence, person, people, waiting, at) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (occurrence, person) DO UPDATE SET people = excluded.people, waiting = excluded.waiting",
            [occurrence, person, people, int(waiting), stored(now)],
        )

    def drop(self, occurrence: int, person: int) -> bool:
        """Forget that somebody comes; return whether they had been noted."""
        return bool(
            self._db.execute("DELETE FROM sign_ups WHERE occurrence = ? AND person = ?", [occurrence, person]).rowcount
        )

    def of(self, occurrence: int, person: int) -> tuple[int, bool] | None:
        """Return with how many somebody comes and whether they wait for a place; None if they do not come."""
        row = self._db.execute(
            "SELECT people, waiting FROM sign_ups WHERE occurrence = ? AND person = ?", [occurrence, person]
        ).fetchone()
        return None if row is None else (int(row[0]), bool(row[1]))

    def count(self, occurrence: int) -> Headcount:
        """Return how many come and how many wait."""
        row = self._db.execute(
            "SELECT coalesce(sum(NOT waiting), 0), coalesce(sum(people * NOT waiting), 0), coalesce(sum(waiting), 0), "
            "coalesce(sum(people * waiting), 0) FROM sign_ups WHERE occurrence = ?",
            [occurrence],
        ).fetchone()
        return Headcount(*row)

    def with_queue(self, now: datetime) -> tuple[int, ...]:
        """Return the occurrences to come for which somebody waits."""
        rows = self._db.execute(
            "SELECT DISTINCT occurrence FROM sign_ups JOIN occurrences ON occurrences.id = sign_ups.occurrence "
            "WHERE waiting AND occurrences.start > ? ORDER BY occurrence",
            [stored(now)],
        )
        return tuple(int(row[0]) for row in rows)

    def waiting(self, occurrence: int) -> tuple[tuple[int, int], ...]:
        """Return who waits and can be told, (person, people), the first that came first."""
        return tuple(
            self._db.execute(
                "SELECT s.person, s.people FROM sign_ups s JOIN people p ON p.id = s.person AND p.active "
                "WHERE s.occurrence = ? AND s.waiting ORDER BY s.at, s.person",
                [occurrence],
            ).fetchall()
        )
