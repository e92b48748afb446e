import datetime as dt
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.errors import KeyProblem, StoreError
from bot.knowledge.facts import Audience
from bot.store import sessions
from bot.store.database import open_database, sealer_for
from bot.store.helped import Helped
from bot.store.migrations import migrations
from bot.store.notes import Notes
from bot.store.people import People
from bot.store.questions import Questions
from bot.store.running import backup
from bot.store.sealing import Sealer, key_from_text
from bot.store.updates import Updates

TODAY = dt.date(2026, 11, 24)
OTHER = Sealer(bytes(64))


def test_an_address_is_nowhere_in_the_database_file(tmp_path: Path, sealer: Sealer) -> None:
    path = tmp_path / "a.sqlite"
    db = open_database(path, sealer)
    People(db, sealer).set_language("telegram:7001234567", "uk")
    db.close()
    assert b"7001234567" not in path.read_bytes()
    assert People(open_database(path, sealer), sealer).find("telegram:7001234567").language == "uk"


def test_the_same_address_always_has_the_same_seal_and_opens_again(sealer: Sealer) -> None:
    assert sealer.seal("web:a") == sealer.seal("web:a") != sealer.seal("web:b")
    assert sealer.open(sealer.seal("web:a")) == "web:a"


def test_a_seal_of_another_key_or_a_changed_one_does_not_open(sealer: Sealer) -> None:
    for sealed in (OTHER.seal("web:a"), sealer.seal("web:a")[:-6] + "AAAAA=", "nonsense!"):
        with pytest.raises(KeyProblem):
            sealer.open(sealed)


def test_choices_are_remembered_one_by_one_and_forgotten_together(db: Database, sealer: Sealer) -> None:
    people = People(db, sealer)
    people.set_language("web:a", "uk")
    people.set_audience("web:a", Audience.OEKRAINE)
    found = people.find("web:a")
    assert (found.language, found.audience) == ("uk", Audience.OEKRAINE)
    people.set_audience("web:a", None)
    assert people.find("web:a").audience is None
    people.forget("web:a")
    assert people.count() == 0


def test_a_wrong_key_stops_with_one_line_and_changes_nothing(tmp_path: Path, sealer: Sealer) -> None:
    path = tmp_path / "a.sqlite"
    open_database(path, sealer).close()
    before = path.read_bytes()
    with pytest.raises(KeyProblem, match=r"not the one that .* was made with. Nothing was changed"):
        open_database(path, OTHER)
    assert path.read_bytes() == before


def test_a_key_file_is_made_once_readable_by_its_owner_only(tmp_path: Path) -> None:
    database, key_file = tmp_path / "a.sqlite", tmp_path / "keys" / "a.key"
    first, made = sealer_for(database, None, key_file)
    again, made_again = sealer_for(database, None, key_file)
    assert (made, made_again) == (True, False)
    assert first.probe == again.probe
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


def test_a_missing_key_file_beside_a_database_is_not_made_anew(tmp_path: Path, sealer: Sealer) -> None:
    open_database(tmp_path / "a.sqlite", sealer).close()
    with pytest.raises(KeyProblem, match="is missing, but the database needs it"):
        sealer_for(tmp_path / "a.sqlite", None, tmp_path / "a.key")
    assert not (tmp_path / "a.key").exists()


@pytest.mark.parametrize("text", ["", "short", "not base64 é", "QUJD"])
def test_a_damaged_key_is_named(text: str) -> None:
    with pytest.raises(KeyProblem, match="The key is not"):
        key_from_text(text)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path, sealer: Sealer) -> None:
    path = tmp_path / "a.sqlite"
    path.write_bytes(b"this is a letter, not a database" * 100)
    with pytest.raises(StoreError, match="cannot be used"):
        open_database(path, sealer)


def test_a_database_of_something_else_is_left_alone(tmp_path: Path, sealer: Sealer) -> None:
    path = tmp_path / "a.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(StoreError, match="of something else"):
        open_database(path, sealer)


def test_opening_again_applies_no_migration_twice(tmp_path: Path, sealer: Sealer) -> None:
    path = tmp_path / "a.sqlite"
    open_database(path, sealer).close()
    db = open_database(path, sealer)
    assert not migrations.pending(db)
    assert len(migrations.applied(db)) == len({one.name for one in migrations.applied(db)})


def test_questions_are_kept_without_an_address_for_thirty_days(db: Database) -> None:
    questions = Questions(db)
    questions.keep("oud", "nl", TODAY - dt.timedelta(days=31))
    questions.keep("grens", "nl", TODAY - dt.timedelta(days=30))
    questions.keep("nieuw", "uk", TODAY)
    assert questions.purge(TODAY) == 1
    assert [row["text"] for row in questions.all()] == ["grens", "nieuw"]
    assert set(db.table("questions").columns_dict) == {"id", "text", "language", "asked_on"}


def test_the_list_does_not_tell_who_asked_after_whom(db: Database) -> None:
    questions = Questions(db)
    for text in ("zwemles", "arts", "markt"):
        questions.keep(text, "nl", TODAY)
    assert [row["text"] for row in questions.all()] == ["arts", "markt", "zwemles"]


def test_thumbs_are_counted_per_topic_and_language(db: Database) -> None:
    helped = Helped(db)
    for thumb in (True, True, False):
        helped.count("dokter", "uk", helped=thumb)
    assert helped.all() == [{"topic": "dokter", "language": "uk", "yes": 2, "no": 1}]


def test_an_update_is_answered_once_also_after_a_restart(db: Database) -> None:
    first = Updates(db, "telegram", run="one")
    assert first.claim(5)
    assert not first.claim(5)
    first.settle(5)
    assert not Updates(db, "telegram", run="two").claim(5)


def test_an_update_that_a_crash_left_half_done_is_answered_by_the_next_run_once(db: Database) -> None:
    assert Updates(db, "telegram", run="one").claim(5)
    second = Updates(db, "telegram", run="two")
    assert second.claim(5)
    assert not second.claim(5)


def test_notes_are_overwritten(db: Database) -> None:
    notes = Notes(db)
    assert notes.get("profile") is None
    notes.set("profile", "a")
    notes.set("profile", "b")
    assert notes.get("profile") == "b"


def test_old_web_sessions_are_forgotten_and_telegram_chats_are_not(db: Database, sealer: Sealer) -> None:
    people = People(db, sealer)
    old = sessions.new_session(TODAY - dt.timedelta(days=31))
    fresh = sessions.new_session(TODAY - dt.timedelta(days=30))
    for address in ("telegram:7", sessions.address(old), sessions.address(fresh)):
        people.set_language(address, "uk")
    assert people.purge(TODAY) == 1
    assert people.find(sessions.address(old)).language is None
    assert people.find(sessions.address(fresh)).language == "uk"
    assert people.find("telegram:7").language == "uk"


def test_old_web_sessions_are_looked_for_once_a_day(db: Database, sealer: Sealer) -> None:
    people = People(db, sealer)
    assert people.purge(TODAY) == 0
    people.set_language(sessions.address(sessions.new_session(TODAY - dt.timedelta(days=31))), "uk")
    assert people.purge(TODAY) == 0
    assert people.purge(TODAY + dt.timedelta(days=1)) == 1


@pytest.mark.parametrize("cookie", [None, "", "x", "zzzz" + "a" * 32, "../../etc/passwd", "0001" + "a" * 32])
def test_a_cookie_that_is_no_fresh_session_of_ours_counts_for_nothing(cookie: str | None) -> None:
    assert not sessions.valid(cookie, TODAY)


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_nobody_else_on_the_machine_can_read_what_is_made(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        sealer, _ = sealer_for(tmp_path / "var" / "our.sqlite", None, tmp_path / "var" / "our.key")
        db = open_database(tmp_path / "var" / "our.sqlite", sealer)
        backup(db, tmp_path / "backup.sqlite")
    finally:
        os.umask(before)
    rights = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    assert rights == {
        "var": 0o700, "our.sqlite": 0o600, "our.sqlite-wal": 0o600, "our.sqlite-shm": 0o600, "our.key": 0o600,
        "backup.sqlite": 0o600,
    }  # fmt: skip


def test_what_an_earlier_version_left_readable_is_closed_at_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    sealer, _ = sealer_for(folder / "our.sqlite", None, folder / "our.key")
    first = open_database(folder / "our.sqlite", sealer)
    for path in (*folder.iterdir(), folder):
        path.chmod(0o755)
    sealer, _ = sealer_for(folder / "our.sqlite", None, folder / "our.key")
    open_database(folder / "our.sqlite", sealer)
    assert {path.name for path in folder.iterdir() if path.stat().st_mode & 0o077} == set()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    first.close()


def test_a_folder_that_all_may_write_to_is_left_as_it_is(tmp_path: Path, sealer: Sealer) -> None:
    tmp_path.chmod(0o1777)
    open_database(tmp_path / "our.sqlite", sealer).close()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o1777


def test_another_process_that_comes_and_goes_takes_nothing_from_under_this_one(tmp_path: Path, sealer: Sealer) -> None:
    path = tmp_path / "our.sqlite"
    first, second = open_database(path, sealer), open_database(path, sealer)

    def elsewhere(statement: str) -> str:
        code = f"import sqlite3; db = sqlite3.connect({str(path)!r}); print(db.execute({statement!r}).fetchall())"
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own

    assert elsewhere("SELECT count(*) FROM people") == "[(0,)]\n"
    People(first, sealer).set_language("telegram:7", "uk")
    assert People(second, sealer).find("telegram:7").language == "uk"
    assert elsewhere("SELECT language FROM people") == "[('uk',)]\n"
