"""One process sends; a database that was put back from a backup asks before it sends anything."""

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.errors import StoreError
from bot.store import running
from bot.store.audit import Audit
from bot.store.deliveries import Deliveries
from bot.store.running import RESTORED, Generation
from tests import sending


def database(folder: Path) -> Database:
    return sending.open_folder(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder from which something has been sent."""
    folder = tmp_path / "var"
    db = database(folder)
    sending.add_people(db, [1])
    start(folder)
    sending.announce(db)
    Deliveries(db, sending.SEALER, sending.now).claim(sending.now(), 1)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return folder


def start(folder: Path) -> str | None:
    """Begin to send as a new process does; return why that is paused."""
    db = database(folder)
    generation = Generation(db, folder)
    generation.check()
    generation.rotate()
    reason = running.paused(db)
    db.close()
    return reason


def test_a_restart_and_a_broadcast_change_nothing(folder: Path) -> None:
    assert start(folder) is None
    db = database(folder)
    for _ in range(4):
        Generation(db, folder).rotate()
    assert start(folder) is None


def copied_database(folder: Path) -> None:
    kept = folder.parent / "kept.sqlite"
    shutil.copy(folder / "wegwijzer.sqlite", kept)
    db = database(folder)
    Generation(db, folder).rotate()  # sending began or ended meanwhile
    db.close()
    for path in folder.glob("wegwijzer.sqlite*"):
        path.unlink()
    shutil.copy(kept, folder / "wegwijzer.sqlite")


def whole_folder(folder: Path) -> None:
    kept = folder.parent / "kept"
    shutil.copytree(folder, kept)
    shutil.rmtree(folder)
    shutil.copytree(kept, folder)


def generation_gone(folder: Path) -> None:
    (folder / "wegwijzer.generation").unlink()


def generation_spoilt(folder: Path) -> None:
    (folder / "wegwijzer.generation").write_bytes(b"\xff\x00")


def our_backup(folder: Path) -> None:
    db = database(folder)
    running.backup(db, folder.parent / "backup.sqlite")
    with pytest.raises(StoreError, match="exists already"):
        running.backup(db, folder.parent / "backup.sqlite")
    db.close()
    for path in folder.glob("wegwijzer.sqlite*"):
        path.unlink()
    shutil.copy(folder.parent / "backup.sqlite", folder / "wegwijzer.sqlite")


@pytest.mark.parametrize(
    "put_back",
    [copied_database, whole_folder, generation_gone, generation_spoilt, our_backup],
    ids=lambda one: one.__name__,
)
def test_a_database_that_was_put_back_sends_nothing_until_somebody_says_so(
    folder: Path, put_back: Callable[[Path], None]
) -> None:
    put_back(folder)
    assert start(folder) == RESTORED
    assert start(folder) == RESTORED
    db = database(folder)
    assert Deliveries(db, sending.SEALER, sending.now).claim(sending.now(), 1) == []
    (logged, *_) = Audit(db).latest(5)
    assert (logged.what, logged.subject, logged.after) == ("pause sending", "outbox", RESTORED)
    assert running.resume(db)
    assert not running.resume(db)
    db.close()
    assert start(folder) is None


@pytest.mark.parametrize("writes", range(4))
def test_a_crash_between_two_writes_is_no_restore(folder: Path, writes: int) -> None:
    db = database(folder)
    generation = Generation(db, folder)
    left = iter(range(writes))

    def or_crash(write: Callable[..., None]) -> Callable[..., None]:
        def wrapped(*what: str) -> None:
            if next(left, None) is None:
                raise KeyboardInterrupt
            write(*what)

        return wrapped

    generation._write = or_crash(generation._write)  # type: ignore[method-assign] # a crash cannot be ordered from outside
    generation._notes.set = or_crash(generation._notes.set)  # type: ignore[method-assign] # the same
    with pytest.raises(KeyboardInterrupt) if writes < 3 else contextlib.nullcontext():
        generation.rotate()
    db.close()
    assert start(folder) is None


def test_a_new_folder_is_no_restore(tmp_path: Path) -> None:
    assert start(tmp_path / "new") is None


def test_an_early_copy_put_back_into_a_folder_that_has_sent_is_noticed(folder: Path, tmp_path: Path) -> None:
    for path in folder.glob("wegwijzer.sqlite*"):
        path.unlink()
    database(folder).close()
    assert start(folder) == RESTORED
