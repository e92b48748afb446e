"""Files that a bot has uploaded once, by the id under which the Bot API knows them."""

from sqlite_utils import Database


class Files:
    """The file ids of one bot: another bot cannot use them."""

    def __init__(self, db: Database, bot: str) -> None:
        self._db = db
        self._bot = bot

    def get(self, name: str) -> str | None:
        """Return the id of an attachment, None if it has not been uploaded yet."""
        row = self._db.execute("SELECT file_id FROM files WHERE name = ? AND bot = ?", [name, self._bot]).fetchone()
        return None if row is None else str(row[0])

    def set(self, name: str, file_id: str) -> None:
        """Remember the id of an attachment."""
        self._db.execute(
            "INSERT INTO files (name, bot, file_id) VALUES (?, ?, ?) "
            "ON CONFLICT (name, bot) DO UPDATE SET file_id = excluded.file_id",
            [name, self._bot, file_id],
        )

    def forget(self, name: str) -> None:
        """Forget an id that the Bot API does not know any more."""
        self._db.execute("DELETE FROM files WHERE name = ? AND bot = ?", [name, self._bot])
