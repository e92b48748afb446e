"""Unanswered questions for the editors: masked text and language, never beside an address, kept 30 days."""

import datetime as dt

from sqlite_utils import Database

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

    def purge(self, today: dt.date) -> int:
        """Delete what is older than KEPT_DAYS and return how many there were."""
        limit = (today - dt.timedelta(days=KEPT_DAYS)).isoformat()
        return int(self._db.execute("DELETE FROM questions WHERE asked_on < ?", [limit]).rowcount)
