"""Opening the database: the right key, the newest tables, safe against a crash."""

import contextlib
import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from bot.errors import KeyProblem, StoreError
from bot.store.migrations import migrations
from bot.store.sealing import Sealer, key_from_text, make_key_file, read_key_file

_KEY_NOTE = "key_probe"
_BUSY_MILLISECONDS = 5_000


def open_database(path: Path, sealer: Sealer) -> Database:
    """Return the database at `path`, made if it is not there, with all migrations applied; nobody else may read it.

    The key is compared with the one the database was made with before anything is changed.

    Raises:
        KeyProblem: if the database was made with another key.
        StoreError: if the file cannot be opened, is no database, or belongs to something else.

    """
    prepare_folder(path.parent)
    with _errors_named(path):
        _make(path)
        connection = sqlite3.connect(path, timeout=_BUSY_MILLISECONDS / 1000, check_same_thread=False)
        connection.isolation_level = None
        db = Database(connection)
        if _is_ours(db, path):
            _check_key(db, path, sealer)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        migrations.apply(db)
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("INSERT OR IGNORE INTO notes (name, value) VALUES (?, ?)", [_KEY_NOTE, sealer.probe])
        _tighten(path.parent, *_files(path))
    return db


@contextlib.contextmanager
def _errors_named(path: Path) -> Iterator[None]:
    """Say what to do about a database that cannot be used."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        damaged = getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
        advice = (
            "Put back your backup" if damaged else "Make sure that the disk has room and the folder can be written to"
        )
        raise StoreError(
            f"The database {path} cannot be used: {error}. {advice}, or name another folder with WEGWIJZER_DATA_DIR."
        ) from error


def unmake_database(path: Path) -> None:
    """Take away a database that could not be finished, so that the next start makes a new one."""
    for made in _files(path):
        made.unlink(missing_ok=True)


@contextlib.contextmanager
def writing(db: Database) -> Iterator[None]:
    """Make one transaction of what is done inside; nothing of it stays if an error comes out.

    It takes the right to write at once: one that began by reading could not write after another connection has.
    """
    if db.conn.in_transaction:
        with db.atomic():
            yield
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.rollback()
        raise
    db.execute("COMMIT")


def prepare_folder(folder: Path) -> None:
    """Make the data folder if it is not there; StoreError if it cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The data folder {folder} cannot be made ({(error.strerror or str(error)).lower()}). Name another with "
            "WEGWIJZER_DATA_DIR."
        ) from error


def _make(path: Path) -> None:
    """Make the file if it is not there, so that nobody else on the machine ever reads it.

    SQLite gives its companions (-wal, -shm) the same rights. A file that is there is not even opened: closing it again
    would drop the locks of every connection that this process has to it, and the next process to come by would take
    the write-ahead log away from under them.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _files(path: Path) -> tuple[Path, ...]:
    """A database and what SQLite keeps beside it."""
    return (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm"))


def _tighten(*paths: Path) -> None:
    """Take from everybody else the rights to files and folders that an earlier version, or somebody, left readable.

    What is not ours to change stays as it is: a key that the system hands in, a folder like /tmp that all may write to.
    """
    for path in paths:
        with contextlib.suppress(OSError):
            mode = path.stat().st_mode
            if mode & 0o077 and not mode & stat.S_ISVTX:
                path.chmod(stat.S_IMODE(mode) & 0o700)


def _is_ours(db: Database, path: Path) -> bool:
    """Return whether a database has something of ours in it; StoreError if it is of something else."""
    tables = set(db.table_names())
    if tables and "notes" not in tables:
        raise StoreError(f"{path} is a database of something else. Name another folder with WEGWIJZER_DATA_DIR.")
    return bool(tables)


def _check_key(db: Database, path: Path, sealer: Sealer) -> None:
    row = db.execute("SELECT value FROM notes WHERE name = ?", [_KEY_NOTE]).fetchone()
    if row is not None and row[0] != sealer.probe:
        raise KeyProblem(
            f"This key is not the one that {path} was made with. Nothing was changed. Put back the right key file, "
            "or set WEGWIJZER_KEY to the right key."
        )


def sealer_for(database: Path, key: str | None, key_file: Path) -> tuple[Sealer, bool]:
    """Return the sealer for a database, and whether a key file was made for it just now.

    The key is `key` if given, else the one in `key_file`; a new key file is made only while there is no database.

    Raises:
        KeyProblem: if the key is missing for a database that exists, or unreadable.
        StoreError: if what needs the missing key is no database of ours at all.

    """
    if key:
        return Sealer(key_from_text(key)), False
    if database.exists() and not key_file.exists():
        # "immutable" leaves no file beside it.
        address = f"{database.resolve().as_uri()}?immutable=1"
        with _errors_named(database), contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
            _is_ours(Database(connection), database)
    if key_file.exists() or database.exists():
        key_bytes = read_key_file(key_file)
        _tighten(key_file)
        return Sealer(key_bytes), False
    return Sealer(make_key_file(key_file)), True
