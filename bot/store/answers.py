"""Answers that staff wrote beside the files of content/: in force at once, to be exported into the files later."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.store.times import stored
from scheduler.announcements import Text


@dataclass(frozen=True, slots=True)
class Addition:
    """One answer: a text in each language that it has been written in, and the questions that it answers."""

    id: int
    texts: Mapping[str, Text]
    questions: tuple[str, ...]


class Answers:
    """The additions."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, text: Text, language: str, questions: Sequence[str], writer: int | None, now: datetime) -> int:
        """Add an answer and return its number."""
        row = self._db.execute(
            "INSERT INTO answers (texts, questions, writer, at) VALUES (?, ?, ?, ?) RETURNING id",
            [json.dumps({language: asdict(text)}), json.dumps(list(questions)), writer, stored(now)],
        ).fetchone()
        return int(row[0])

    def all(self) -> tuple[Addition, ...]:
        """Return the additions that are in force, the newest first."""
        rows = self._db.execute("SELECT id, texts, questions FROM answers ORDER BY id DESC")
        return tuple(
            Addition(
                row[0], {code: Text(**text) for code, text in json.loads(row[1]).items()}, tuple(json.loads(row[2]))
            )
            for row in rows
        )

    def find(self, number: int) -> Addition | None:
        """Return an addition by its number, None if it is not in force (any more)."""
        return next((one for one in self.all() if one.id == number), None)

    def write(self, number: int, texts: Mapping[str, Text]) -> None:
        """Give an addition other texts: one for each language that it is there in."""
        kept = json.dumps({language: asdict(text) for language, text in texts.items()})
        self._db.execute("UPDATE answers SET texts = ? WHERE id = ?", [kept, number])

    def drop(self, number: int) -> None:
        """Delete an addition, with the questions that it answered."""
        self._db.execute("DELETE FROM answers WHERE id = ?", [number])
