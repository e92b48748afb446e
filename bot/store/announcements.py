"""Announcements as rows. What may be done with them is decided in scheduler.announcements and scheduler.desk."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.knowledge.facts import Audience
from bot.store.times import moment_or_none, stored, stored_or_none
from scheduler.announcements import Announcement, Attachment, Missing, Part, State, Target, Text

_COLUMNS = (
    "id, kind, part, state, subjects, who, near, texts, source, revision, missing, attachments, occurrence, reply_to, "
    "due, useful_until, writer, earlier_writers, approver, practice, sent_at"
)


class Announcements:
    """The announcements, and what goes along with them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, announcement: Announcement, *, days_before: int | None = None) -> int | None:
        """Add an announcement and return its number (the `id` that it has is not looked at).

        `days_before` is given for what an occurrence asks for; None is returned if that is there already.
        """
        values = {**_row(announcement), "days_before": days_before}
        row = self._db.execute(
            f"INSERT INTO announcements ({', '.join(values)}) VALUES ({', '.join('?' * len(values))}) "  # noqa: S608 - names of our own
            "ON CONFLICT DO NOTHING RETURNING id",
            list(values.values()),
        ).fetchone()
        return None if row is None else int(row[0])

    def find(self, number: int) -> Announcement | None:
        """Return an announcement by its number, None if there is none."""
        return next(iter(self._all("id = ?", [number])), None)

    def write(self, announcement: Announcement) -> None:
        """Write an announcement over the one with its number."""
        values = _row(announcement)
        self._db.execute(
            f"UPDATE announcements SET {', '.join(f'{name} = ?' for name in values)} WHERE id = ?",  # noqa: S608 - names of our own
            [*values.values(), announcement.id],
        )

    def reschedule(self, occurrence: int, part: str, days_before: int, due: datetime, useful_until: datetime) -> None:
        """Give what an occurrence asks for, and what has not begun, another time."""
        self._db.execute(
            "UPDATE announcements SET due = ?, useful_until = ? WHERE occurrence = ? AND part = ? AND days_before = ? "
            "AND state IN ('scheduled', 'paused') AND sent_at IS NULL",
            [stored(due), stored(useful_until), occurrence, part, days_before],
        )

    def release(self, occurrence: int, days_before: int) -> None:
        """Let a reminder that has begun or expired stand by itself: its place is free for another one."""
        self._db.execute(
            "UPDATE announcements SET days_before = NULL WHERE occurrence = ? AND part = 'reminder' "
            "AND days_before = ? AND (sent_at IS NOT NULL OR state = 'expired')",
            [occurrence, days_before],
        )

    def set_state(self, number: int, before: State, after: State) -> bool:
        """Move an announcement from one state to another; return whether it was still in the first."""
        return bool(
            self._db.execute(
                "UPDATE announcements SET state = ? WHERE id = ? AND state = ?", [str(after), number, str(before)]
            ).rowcount
        )

    def in_states(self, states: Iterable[State]) -> tuple[Announcement, ...]:
        """Return the announcements in these states, by the time when they are due."""
        wanted = [str(state) for state in states]
        return self._all(f"state IN ({', '.join('?' * len(wanted))}) ORDER BY due, id", wanted)

    def due(self, now: datetime) -> tuple[Announcement, ...]:
        """Return what is released and should have begun by now, the earliest first."""
        return self._all("state = 'scheduled' AND due <= ? ORDER BY due, id", [stored(now)])

    def out_of_date(self, now: datetime) -> tuple[Announcement, ...]:
        """Return what is released or under way but of no use any more."""
        return self._all("state IN ('scheduled', 'sending', 'paused') AND useful_until <= ?", [stored(now)])

    def of_occurrence(self, occurrence: int) -> tuple[Announcement, ...]:
        """Return everything that was made for an occurrence, the oldest first."""
        return self._all("occurrence = ? ORDER BY id", [occurrence])

    def made_for(self, occurrence: int) -> frozenset[tuple[Part, int]]:
        """Return which of the messages that an occurrence asks for have been made: (part, days before)."""
        rows = self._db.execute(
            "SELECT part, days_before FROM announcements WHERE occurrence = ? AND days_before IS NOT NULL", [occurrence]
        )
        return frozenset((Part(part), int(days)) for part, days in rows)

    def replies(self, number: int) -> tuple[Announcement, ...]:
        """Return the corrections of an announcement, the oldest first."""
        return self._all("reply_to = ? ORDER BY id", [number])

    def latest(self, count: int = 20, before: int | None = None) -> tuple[Announcement, ...]:
        """Return the newest announcements, also those that events made, the newest first; nothing to single people.

        With `before` only those that are older than the one with that number.
        """
        return self._all(
            "part NOT IN ('notice', 'test') AND (? IS NULL OR id < ?) ORDER BY id DESC LIMIT ?", [before, before, count]
        )

    def letters(self, subject: str, since: datetime) -> tuple[Announcement, ...]:
        """Return the letters about a location that have been sent since then and not been recalled, newest first.

        What is meant for some of them only is not for everybody to read.
        """
        return self._all(
            "kind = 'bewonersbrief' AND part = 'own' AND who IS NULL AND near = '[]' AND NOT practice "
            "AND state IN ('sending', 'paused', 'sent') AND sent_at >= ? AND subjects LIKE '%\"' || ? || '\"%' "
            "ORDER BY sent_at DESC, id DESC",
            [stored(since), subject],
        )

    def _all(self, condition: str, values: list[Any]) -> tuple[Announcement, ...]:
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM announcements WHERE {condition}", values)  # noqa: S608 - fixed conditions
        return tuple(map(_announcement, rows))


def target_row(target: Target) -> dict[str, Any]:
    """Return the columns that say whom something is for; events have the same."""
    return {
        "subjects": json.dumps(target.subjects),
        "who": target.who and str(target.who),
        "near": json.dumps(target.near),
    }


def target_of(row: Mapping[str, Any]) -> Target:
    """Return whom something is for, from those columns."""
    who = Audience(row["who"]) if row["who"] else None
    return Target(tuple(json.loads(row["subjects"])), who, tuple(json.loads(row["near"])))


def _row(one: Announcement) -> dict[str, Any]:
    return {
        "kind": one.kind, "part": str(one.part), "state": str(one.state),
        **target_row(one.target),
        "texts": json.dumps({code: asdict(text) for code, text in one.texts.items()}, ensure_ascii=False),
        "source": one.source, "revision": one.revision, "missing": str(one.missing),
        "attachments": json.dumps([asdict(file) for file in one.attachments], ensure_ascii=False),
        "occurrence": one.occurrence, "reply_to": one.reply_to, "due": stored_or_none(one.due),
        "useful_until": stored_or_none(one.useful_until), "writer": one.writer,
        "earlier_writers": json.dumps(one.earlier_writers), "approver": one.approver,
        "practice": int(one.practice), "sent_at": stored_or_none(one.sent_at),
    }  # fmt: skip


def _announcement(row: tuple[Any, ...]) -> Announcement:
    got: Mapping[str, Any] = dict(zip(_COLUMNS.split(", "), row, strict=True))
    return Announcement(
        id=got["id"],
        kind=got["kind"],
        target=target_of(got),
        state=State(got["state"]),
        part=Part(got["part"]),
        texts={code: Text(**text) for code, text in json.loads(got["texts"]).items()},
        source=got["source"],
        revision=got["revision"],
        missing=Missing(got["missing"]),
        attachments=tuple(Attachment(**file) for file in json.loads(got["attachments"])),
        occurrence=got["occurrence"],
        reply_to=got["reply_to"],
        due=moment_or_none(got["due"]),
        useful_until=moment_or_none(got["useful_until"]),
        writer=got["writer"],
        earlier_writers=tuple(json.loads(got["earlier_writers"])),
        approver=got["approver"],
        practice=bool(got["practice"]),
        sent_at=moment_or_none(got["sent_at"]),
    )
