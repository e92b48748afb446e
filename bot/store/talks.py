"""Talks that staff left half-way: what they had filled in so far, so that they can go on after a restart."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from sqlite_utils import Database

from bot.store.sealing import Sealer
from bot.store.times import stored

KEPT_DAYS = 30


class Talks:
    """One half-finished talk per address."""

    def __init__(self, db: Database, sealer: Sealer, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._sealer = sealer
        self._clock = clock

    def get(self, address: str) -> dict[str, Any] | None:
        """Return the talk at an address, None if there is none."""
        row = self._db.execute("SELECT state FROM talks WHERE address = ?", [self._sealer.seal(address)]).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def keep(self, address: str, state: dict[str, Any]) -> None:
        """Keep how far a talk is; `state` is what JSON can hold."""
        self._db.execute(
            "INSERT INTO talks (address, state, since) VALUES (?, ?, ?) "
            "ON CONFLICT (address) DO UPDATE SET state = excluded.state, since = excluded.since",
            [self._sealer.seal(address), json.dumps(state, ensure_ascii=False), stored(self._clock())],
        )

    def drop(self, address: str) -> None:
        """Forget the talk at an address."""
        self._db.execute("DELETE FROM talks WHERE address = ?", [self._sealer.seal(address)])

    def purge(self, today: date) -> int:
        """Forget talks that nobody went on with for 30 days; return how many there were."""
        limit = (today - timedelta(days=KEPT_DAYS)).isoformat()
        return int(self._db.execute("DELETE FROM talks WHERE since < ?", [limit]).rowcount)
