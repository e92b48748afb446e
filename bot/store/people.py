"""People: the sealed address, the language they chose, who they said they are, when they want to be left alone."""

import datetime as dt

from sqlite_utils import Database

from bot.dialogue.values import QUIET, Person, Reach
from bot.knowledge.facts import Audience
from bot.store.database import writing
from bot.store.notes import Notes
from bot.store.sealing import Sealer
from bot.store.sessions import KEPT_DAYS as SESSION_DAYS
from bot.store.sessions import day_of as session_day

_PURGED_NOTE = "people_purged"

# Of whom nothing is kept that they chose, and to whom nothing refers any more: no subscription, no place in an event,
# no answer that they wait for, no message that can still be corrected or recalled (a notice to them alone cannot).
_OF_NO_USE = """
    SELECT p.id FROM people p
    WHERE (p.only_asked OR p.language IS NULL AND p.audience IS NULL AND p.quiet_from IS NULL
           AND p.paused_until IS NULL)
      AND NOT EXISTS (SELECT 1 FROM subscriptions s WHERE s.person = p.id)
      AND NOT EXISTS (SELECT 1 FROM sign_ups s WHERE s.person = p.id)
      AND NOT EXISTS (SELECT 1 FROM askers a WHERE a.person = p.id)
      AND NOT EXISTS (SELECT 1 FROM staff m WHERE m.address = p.address)
      AND NOT EXISTS (SELECT 1 FROM deliveries d JOIN announcements a ON a.id = d.announcement
                      WHERE d.person = p.id AND (d.state IN ('waiting', 'sending') OR a.part <> 'notice'))
"""


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

    def keep_language(self, address: str, code: str) -> None:
        """Note the language somebody reads, if something is kept of them and they never chose one."""
        person = self._db.execute(
            "SELECT id FROM people WHERE address = ? AND language IS NULL", [self._sealer.seal(address)]
        ).fetchone()
        if person is not None:
            self._db.execute("UPDATE people SET language = ? WHERE id = ? AND language IS NULL", [code, person[0]])

    def set_audience(self, address: str, audience: Audience | None) -> None:
        """Remember who somebody said they are; None forgets it."""
        self._set(address, "audience", None if audience is None else str(audience))

    def sealed(self, address: str) -> str:
        """Return an address as it lies in the database."""
        return self._sealer.seal(address)

    def number(self, address: str) -> int:
        """Return a person's number; from now on something is kept of them."""
        sealed = self._sealer.seal(address)
        self._db.execute("INSERT OR IGNORE INTO people (address) VALUES (?)", [sealed])
        return int(self._db.execute("SELECT id FROM people WHERE address = ?", [sealed]).fetchone()[0])

    def number_of_asker(self, address: str) -> int:
        """Return a person's number; who is new is kept only as long as something refers to them (see purge)."""
        self._db.execute(
            "INSERT OR IGNORE INTO people (address, only_asked) VALUES (?, 1)", [self._sealer.seal(address)]
        )
        return self.number(address)

    def find_number(self, address: str) -> int | None:
        """Return a person's number, None if nothing is kept of them."""
        row = self._db.execute("SELECT id FROM people WHERE address = ?", [self._sealer.seal(address)]).fetchone()
        return None if row is None else int(row[0])

    def address(self, number: int) -> str | None:
        """Return the address of a person by their number; None if they are forgotten."""
        row = self._db.execute("SELECT address FROM people WHERE id = ?", [number]).fetchone()
        return None if row is None else self._sealer.open(row[0])

    def reach(self, address: str) -> Reach:
        """Return how somebody wants to be reached."""
        row = self._db.execute(
            "SELECT quiet_from, quiet_until, paused_until FROM people WHERE address = ?", [self._sealer.seal(address)]
        ).fetchone()
        if row is None:
            return Reach()
        quiet = QUIET if row[0] is None else (int(row[0]), int(row[1]))
        return Reach(*quiet, None if row[2] is None else dt.date.fromisoformat(row[2]))

    def set_reach(self, address: str, reach: Reach) -> None:
        """Remember how somebody wants to be reached."""
        chosen = (reach.quiet_from, reach.quiet_until)
        self._db.execute(
            "UPDATE people SET quiet_from = ?, quiet_until = ?, paused_until = ?, only_asked = 0 WHERE id = ?",
            [
                *((None, None) if chosen == QUIET else chosen),
                None if reach.paused_until is None else reach.paused_until.isoformat(),
                self.number(address),
            ],
        )

    def returned(self, address: str) -> None:
        """Note that somebody who had blocked us is here again."""
        sealed = self._sealer.seal(address)
        # Read first: most had not, and a write would wait for its turn on every press.
        if self._db.execute("SELECT 1 FROM people WHERE address = ? AND NOT active", [sealed]).fetchone():
            self._db.execute("UPDATE people SET active = 1 WHERE address = ?", [sealed])

    def forget(self, address: str) -> None:
        """Forget everything about a person, in every table: only counts stay."""
        sealed = self._sealer.seal(address)
        with writing(self._db):
            self._db.execute(
                "UPDATE deliveries SET person = NULL, message = NULL, "
                "state = CASE WHEN state IN ('waiting', 'sending') THEN 'cancelled' ELSE state END "
                "WHERE person = (SELECT id FROM people WHERE address = ?)",
                [sealed],
            )
            self._db.execute("DELETE FROM people WHERE address = ?", [sealed])  # and, by CASCADE, what refers to it
            self._db.execute("DELETE FROM talks WHERE address = ?", [sealed])
            self._db.execute("UPDATE staff SET address = NULL, active = 0 WHERE address = ?", [sealed])

    def count(self) -> int:
        """Return how many people something is kept of."""
        return int(self._db.execute("SELECT count(*) FROM people").fetchone()[0])

    def purge(self, today: dt.date) -> int:
        """Forget web sessions that are too old (their address tells their age), and who was kept for what is over.

        Returns how many there were. Once a day: every address must be opened for it.
        """
        notes = Notes(self._db)
        if notes.get(_PURGED_NOTE) == today.isoformat():
            return 0
        gone = 0
        for (sealed,) in self._db.execute("SELECT address FROM people").fetchall():
            channel, _, session = self._sealer.open(sealed).partition(":")
            day = session_day(session) if channel == "web" else today
            if day is None or today - day > dt.timedelta(days=SESSION_DAYS):
                gone += self._db.execute("DELETE FROM people WHERE address = ?", [sealed]).rowcount
        with writing(self._db):
            for (person,) in self._db.execute(_OF_NO_USE).fetchall():
                self._db.execute("UPDATE deliveries SET person = NULL, message = NULL WHERE person = ?", [person])
                gone += self._db.execute("DELETE FROM people WHERE id = ?", [person]).rowcount
        notes.set(_PURGED_NOTE, today.isoformat())
        return gone

    def _set(self, address: str, column: str, value: str | None) -> None:
        # Whoever chooses something is kept for that; who takes a choice back is not kept any longer for it.
        chosen = {} if value is None else {"only_asked": 0}
        self._db.table("people").upsert({"address": self._sealer.seal(address), column: value, **chosen}, pk="address")
