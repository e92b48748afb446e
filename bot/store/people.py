"""People: the sealed address, the language they chose, who they said they are. Nothing else."""

import datetime as dt

from sqlite_utils import Database

from bot.dialogue.values import Person
from bot.knowledge.facts import Audience
from bot.store.sealing import Sealer
from bot.store.sessions import KEPT_DAYS as SESSION_DAYS
from bot.store.sessions import day_of as session_day


class People:
    """Looks people up and remembers their choices, by channel address ("telegram:123", "web:…")."""

    def __init__(self, db: Database, sealer: Sealer) -> None:
        self._db = db
        self._sealer = sealer

    def find(self, address: str) -> Person:
        """Return what is known of a person; an empty Person if nothing is."""
        row = self._db.execute(
            "SELECT language, audience FROM people WHERE address = ?", [self._sealer.seal(address)]
        ).fetchone()
        if row is None:
            return Person()
        return Person(row[0], Audience(row[1]) if row[1] in tuple(Audience) else None)

    def set_language(self, address: str, code: str) -> None:
        """Remember the language somebody chose."""
        self._set(address, "language", code)

    def set_audience(self, address: str, audience: Audience | None) -> None:
        """Remember who somebody said they are; None forgets it."""
        self._set(address, "audience", None if audience is None else str(audience))

    def forget(self, address: str) -> None:
        """Forget everything about a person."""
        self._db.execute("DELETE FROM people WHERE address = ?", [self._sealer.seal(address)])

    def count(self) -> int:
        """Return how many people something is kept of."""
        return int(self._db.execute("SELECT count(*) FROM people").fetchone()[0])

    def purge(self, today: dt.date) -> int:
        """Forget web sessions that are too old (their address tells their age) and return how many there were."""
        gone = 0
        for (sealed,) in self._db.execute("SELECT address FROM people").fetchall():
            channel, _, session = self._sealer.open(sealed).partition(":")
            day = session_day(session) if channel == "web" else today
            if day is None or today - day > dt.timedelta(days=SESSION_DAYS):
                gone += self._db.execute("DELETE FROM people WHERE address = ?", [sealed]).rowcount
        return gone

    def _set(self, address: str, column: str, value: str | None) -> None:
        self._db.table("people").upsert({"address": self._sealer.seal(address), column: value}, pk="address")
