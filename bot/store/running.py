"""Running: one process sends, and a database that was put back from a backup asks before it sends anything.

The generation is a token that lies in the database and in a file beside it, and changes whenever sending begins and
ends. A copy of the database that is put back later holds an older one; a folder that is put back as a whole holds the
right one in a file that was made later than the database knows (its ctime, which no copy keeps). Either way sending
starts paused, until `outbox resume`.
"""

import contextlib
import fcntl
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from bot.errors import StoreError
from bot.store.audit import Audit
from bot.store.database import prepare_folder
from bot.store.notes import Notes

PAUSED_NOTE = "outbox_paused"
RESTORED = "restored"
"""Why sending is paused after a backup was put back; other reasons are the names of who paused it."""
_GENERATION_NOTE = "outbox_generation"
_LOCK = "wegwijzer.lock"
_GENERATION = "wegwijzer.generation"


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the lock of a data folder: as long as this lasts no other process sends from it.

    It ends with the process, however that ends.

    Raises:
        StoreError: if another process holds it.

    """
    prepare_folder(folder)
    try:
        # Opened without truncating: the number of the process that holds it stands in it.
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"The folder {folder} cannot be used: {error.strerror}.") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
            raise StoreError(
                f"Wegwijzer is running already on {folder}{f' (process {holder})' if holder else ''}: stop that one "
                "first, or name another folder with WEGWIJZER_DATA_DIR."
            ) from None
        # Its number only helps to find it: a full disk, which may be the reason for this start, must not prevent it.
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


class Generation:
    """The token by which a database knows that it is the one that sent last."""

    def __init__(
        self, db: Database, folder: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:  # fmt: skip
        self._clock = clock
        self._notes = Notes(db)
        self._db = db
        self._file = folder / _GENERATION

    def check(self) -> bool:
        """Return whether this is the database that sent last; if it is not, sending is paused and the log says so."""
        known = self._notes.get(_GENERATION_NOTE)
        token, made = self._read()
        if known is None:
            tried = "SELECT 1 FROM deliveries WHERE state <> 'waiting' OR tries > 0 LIMIT 1"
            right = not token and self._db.execute(tried).fetchone() is None
        else:
            tokens, _, known_made = known.partition(":")
            right = token in tokens.split() and known_made in ("", made)
        if not right:
            before = paused(self._db)
            pause(self._db, RESTORED)
            Audit(self._db).add(self._clock(), None, "start", "pause sending", "outbox", before, RESTORED)
        return right

    def rotate(self) -> None:
        """Take a new token. After a crash in between, the database knows both.

        Raises:
            StoreError: if it cannot be written.

        """
        token = secrets.token_hex(8)
        try:
            earlier = (self._notes.get(_GENERATION_NOTE) or "").partition(":")[0]
            self._notes.set(_GENERATION_NOTE, f"{token} {earlier}")
            self._write(token)
            self._notes.set(_GENERATION_NOTE, f"{token}:{self._read()[1]}")
        except (OSError, sqlite3.OperationalError) as error:
            raise StoreError(f"The file {self._file} cannot be written: {error}.") from error

    def _read(self) -> tuple[str, str]:
        """Return the token in the file, "" if there is none, and when the file was made or last changed."""
        try:
            return self._file.read_text(encoding="ascii").strip(), str(self._file.stat().st_ctime_ns)
        except (OSError, UnicodeDecodeError):
            return "", ""

    def _write(self, token: str) -> None:
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            text = f"{token}\n".encode()
            os.pwrite(descriptor, text, 0)
            os.ftruncate(descriptor, len(text))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def pause(db: Database, reason: str) -> None:
    """Send nothing from now on, also after a restart, until `resume`."""
    Notes(db).set(PAUSED_NOTE, reason)


def resume(db: Database) -> bool:
    """Send again; return whether it was paused."""
    return bool(db.execute("DELETE FROM notes WHERE name = ?", [PAUSED_NOTE]).rowcount)


def paused(db: Database) -> str | None:
    """Return why nothing is sent, None if it is."""
    return Notes(db).get(PAUSED_NOTE)


def backup(db: Database, path: Path) -> None:
    """Write a copy of the database that starts paused; `path` must not exist yet.

    Raises:
        StoreError: if it cannot be written.

    """
    try:
        # An empty file of our own: SQLite would make one that everybody may read.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise StoreError(f"{path} exists already: name a new file for the backup.") from None
    except OSError as error:
        raise StoreError(f"The backup {path} cannot be written: {(error.strerror or str(error)).lower()}.") from error
    try:
        db.execute("VACUUM INTO ?", [str(path)])
        copy = Database(path)
        Audit(copy).add(datetime.now(UTC), None, "backup", "pause sending", "outbox", paused(copy), RESTORED)
        pause(copy, RESTORED)
        copy.close()
    except sqlite3.Error as error:
        raise StoreError(f"The backup {path} cannot be written: {error}.") from error
