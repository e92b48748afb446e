"""Small things to remember between starts, such as what the Bot API was last told about our commands."""

from sqlite_utils import Database


class Notes:
    """Named texts."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, name: str) -> str | None:
        """Return a note, None if there is none."""
        row = self._db.execute("SELECT value FROM notes WHERE name = ?", [name]).fetchone()
        return None if row is None else str(row[0])

    def set(self, name: str, value: str) -> None:
        """Write a note."""
        self._db.table("notes").upsert({"name": name, "value": value}, pk="name")
