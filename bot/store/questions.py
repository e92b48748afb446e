"""Unanswered questions for the editors: masked text and language, never beside an address, kept 30 days."""

import datetime as dt

from sqlite_utils import Database

from bot.store.times import stored

KEPT_DAYS = 30


class Questions:
    """The editors' list."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep(self, text: str, language: str, today: dt.date) -> None:
        """Keep a question; the text must be masked already."""
        self._db.table("questions").insert({"text": text, "language": language, "asked_on": today.isoformat()})

    def all(self) -> list[dict[str, str]]:
        """Return the kept questions, oldest first: text, language and day, in no finer order than the day.

        Within a day they are sorted by their text, so that the list does not tell who asked what after whom.
        """
        return list(self._db.query("SELECT text, language, asked_on FROM questions ORDER BY asked_on, text"))

    def numbered(self) -> tuple[tuple[int, str, str], ...]:
        """Return the kept questions as (number, text, language), sorted by text so that no order of asking shows."""
        return tuple(self._db.execute("SELECT id, text, language FROM questions ORDER BY text, id").fetchall())

    def want(self, text: str, person: int, until: dt.datetime) -> bool:
        """Note that somebody wants to hear the answer to a kept question; return whether it is there.

        This is the one place where a question stands beside a person: they asked for it, and only until then.
        """
        row = self._db.execute("SELECT max(id) FROM questions WHERE text = ?", [text]).fetchone()
        if row[0] is None:
            return False
        self._db.execute(
            "INSERT OR REPLACE INTO askers (question, person, until) VALUES (?, ?, ?)", [row[0], person, stored(until)]
        )
        return True

    def askers(self, numbers: tuple[int, ...]) -> tuple[int, ...]:
        """Return the numbers of the people who want to hear the answer to any of these questions."""
        marks = ", ".join("?" * len(numbers))
        rows = self._db.execute(f"SELECT DISTINCT person FROM askers WHERE question IN ({marks})", list(numbers))  # noqa: S608 - question marks only
        return tuple(int(person) for (person,) in rows)

    def drop(self, numbers: tuple[int, ...]) -> None:
        """Forget questions that have been answered, and who wanted to know."""
        for number in numbers:
            self._db.execute("DELETE FROM askers WHERE question = ?", [number])
            self._db.execute("DELETE FROM questions WHERE id = ?", [number])

    def purge(self, today: dt.date) -> int:
        """Delete what is older than KEPT_DAYS and return how many there were."""
        limit = (today - dt.timedelta(days=KEPT_DAYS)).isoformat()
        self._db.execute(
            "DELETE FROM askers WHERE until < ? OR question IN (SELECT id FROM questions WHERE asked_on < ?)",
            [today.isoformat(), limit],
        )
        return int(self._db.execute("DELETE FROM questions WHERE asked_on < ?", [limit]).rowcount)
