"""The audit log: who did what to what, when, and what it was before and after. It is only ever added to."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.store.times import moment, stored


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log. `subject` is such as "announcement 12"."""

    at: datetime
    who: str
    what: str
    subject: str
    before: object
    after: object


class Audit:
    """The log; triggers in the database refuse to change or delete anything in it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(
        self, now: datetime, staff: int | None, who: str, what: str, subject: str,
        before: object = None, after: object = None,
    ) -> None:  # fmt: skip
        """Add a line; `before` and `after` are what JSON can hold."""
        values = [None if one is None else json.dumps(one, ensure_ascii=False, default=str) for one in (before, after)]
        self._db.execute(
            "INSERT INTO audit (at, staff, who, what, subject, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [stored(now), staff, who, what, subject, *values],
        )

    def latest(self, count: int = 50, subject: str | None = None) -> tuple[Entry, ...]:
        """Return the newest lines, the newest first; of one subject if given."""
        rows = self._db.execute(
            "SELECT at, who, what, subject, before, after FROM audit WHERE ?1 IS NULL OR subject = ?1 "
            "ORDER BY id DESC LIMIT ?2",
            [subject, count],
        )
        return tuple(Entry(moment(row[0]), *row[1:4], *(row[i] and json.loads(row[i]) for i in (4, 5))) for row in rows)
