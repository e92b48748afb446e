"""Whose chat has a command menu of its own (staff): told once, and taken back when they are staff no longer."""

from collections.abc import Mapping

from sqlite_utils import Database

from bot.store.sealing import Sealer


class Menus:
    """The menus that were told, by address."""

    def __init__(self, db: Database, sealer: Sealer) -> None:
        self._db = db
        self._sealer = sealer

    def told(self) -> Mapping[str, str]:
        """Return what each address was told last, as a fingerprint."""
        rows = self._db.execute("SELECT address, digest FROM menus ORDER BY rowid")
        return {self._sealer.open(address): str(digest) for address, digest in rows}

    def put(self, address: str, digest: str) -> None:
        """Remember what an address was told."""
        self._db.execute(
            "INSERT INTO menus (address, digest) VALUES (?, ?) "
            "ON CONFLICT (address) DO UPDATE SET digest = excluded.digest",
            [self._sealer.seal(address), digest],
        )

    def drop(self, address: str) -> None:
        """Forget an address whose menu was taken back."""
        self._db.execute("DELETE FROM menus WHERE address = ?", [self._sealer.seal(address)])
