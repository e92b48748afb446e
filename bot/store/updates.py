"""Updates already answered, so that one delivered twice is answered once, also across a restart."""

from sqlite_utils import Database

_KEPT = 10_000


class Updates:
    """Remembers update ids of a channel. `run` names this process: what another run left half done is open again."""

    def __init__(self, db: Database, channel: str, run: str) -> None:
        self._db = db
        self._channel = channel
        self._run = run

    def claim(self, update_id: int) -> bool:
        """Return whether this update is ours to answer now: not answered before and not being answered."""
        cursor = self._db.execute(
            "INSERT INTO updates (channel, id, state, run) VALUES (?, ?, 'claimed', ?) "
            "ON CONFLICT (channel, id) DO UPDATE SET run = excluded.run "
            "WHERE state = 'claimed' AND run <> excluded.run",
            [self._channel, update_id, self._run],
        )
        return bool(cursor.rowcount == 1)

    def settle(self, update_id: int) -> None:
        """Note that an update has been answered."""
        self._db.execute(
            "UPDATE updates SET state = 'answered' WHERE channel = ? AND id = ?", [self._channel, update_id]
        )

    def purge(self) -> int:
        """Forget all but the newest ids; Telegram keeps updates for a day at most (Bot API, getUpdates)."""
        return int(
            self._db.execute(
                "DELETE FROM updates WHERE channel = ?1 AND id <= "
                "(SELECT id FROM updates WHERE channel = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
                [self._channel, _KEPT],
            ).rowcount
        )
