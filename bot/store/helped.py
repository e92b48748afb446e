"""Whether answers helped: a count per topic and language, nothing about people."""

from sqlite_utils import Database


class Helped:
    """Counts thumbs."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def count(self, topic: str, language: str, *, helped: bool) -> None:
        """Count one thumb up or down."""
        yes, no = (1, 0) if helped else (0, 1)
        self._db.execute(
            "INSERT INTO helped (topic, language, yes, no) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (topic, language) DO UPDATE SET yes = yes + excluded.yes, no = no + excluded.no",
            [topic, language, yes, no],
        )

    def all(self) -> list[dict[str, object]]:
        """Return topic, language, yes and no for every answer that got a thumb."""
        return list(self._db.query("SELECT topic, language, yes, no FROM helped ORDER BY topic, language"))
