"""Subscriptions: who follows which location or theme, since when, and to which words they said yes."""

from collections.abc import Mapping
from datetime import datetime

from sqlite_utils import Database

from bot.store.people import People
from bot.store.times import stored


class Subscriptions:
    """What people follow. A subject is the id of a location or a theme."""

    def __init__(self, db: Database, people: People) -> None:
        self._db = db
        self._people = people

    def of(self, address: str) -> frozenset[str]:
        """Return the subjects that a person follows."""
        rows = self._db.execute(
            "SELECT subject FROM subscriptions JOIN people ON people.id = person WHERE address = ?",
            [self._people.sealed(address)],
        )
        return frozenset(str(subject) for (subject,) in rows)

    def add(self, address: str, subject: str, now: datetime, words: str) -> None:
        """Begin a subscription; `words` names the version of the words of consent. One that exists is kept."""
        self._db.execute(
            "INSERT OR IGNORE INTO subscriptions (person, subject, since, words) VALUES (?, ?, ?, ?)",
            [self._people.number(address), subject, stored(now), words],
        )

    def end(self, address: str, subject: str | None = None) -> int:
        """End a subscription, or all of a person's, at once; return how many there were."""
        which, values = ("", []) if subject is None else (" AND subject = ?", [subject])
        return int(
            self._db.execute(
                f"DELETE FROM subscriptions WHERE person = (SELECT id FROM people WHERE address = ?){which}",  # noqa: S608 - two fixed forms
                [self._people.sealed(address), *values],
            ).rowcount
        )

    def end_subject(self, subject: str) -> int:
        """End everybody's subscription to a subject; return how many there were."""
        return int(self._db.execute("DELETE FROM subscriptions WHERE subject = ?", [subject]).rowcount)

    def followers(self, subject: str) -> tuple[int, ...]:
        """Return the numbers of the people who follow a subject."""
        rows = self._db.execute("SELECT person FROM subscriptions WHERE subject = ? ORDER BY person", [subject])
        return tuple(int(person) for (person,) in rows)

    def counts(self) -> Mapping[str, int]:
        """Return how many follow each subject; who has blocked the bot is not reached, and does not count."""
        return dict(
            self._db.execute(
                "SELECT subject, count(*) FROM subscriptions JOIN people ON people.id = person AND people.active "
                "GROUP BY subject"
            ).fetchall()
        )
