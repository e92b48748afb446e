"""Starting `wegwijzer run` in a process of its own: a bad start says in one line what to do and changes nothing."""

import hashlib
import json
import signal
import socket
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest

from bot.store.database import open_database
from bot.store.sealing import Sealer, make_key_file, read_key_file
from tests import bot_api
from tests.processes import LIGHT, run, serving
from tests.small_content import small_content

KEY = "A" * 86 + "=="


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_content(tmp_path_factory.mktemp("start"))


@pytest.fixture
def settings(content: Path) -> dict[str, str]:
    return {**LIGHT, "WEGWIJZER_CONTENT_DIR": str(content), "WEGWIJZER_PORT": "0"}


def fingerprints(folder: Path) -> dict[str, str]:
    """Every file below a folder, with a hash of what is in it."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "dir"
        for path in folder.rglob("*")
        if path.name != "wegwijzer.lock"  # the trace of the lock that only one process may hold
    }


def database(folder: Path) -> None:
    """A data folder that has been used: a key and a database."""
    key = make_key_file(folder / "var" / "wegwijzer.key")
    open_database(folder / "var" / "wegwijzer.sqlite", Sealer(key)).close()


def file(path: str, inside: bytes = b"") -> Callable[[Path], None]:
    """What makes a file in a folder."""

    def make(folder: Path) -> None:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(inside)

    return make


def folder(path: str) -> Callable[[Path], None]:
    """What makes a folder in a folder."""
    return lambda folder: (folder / path).mkdir(parents=True)


def gone(path: str) -> Callable[[Path], None]:
    """What takes a file out of a folder."""
    return lambda folder: (folder / path).unlink()


def other_database(folder: Path) -> None:
    """A database of something else where ours should be."""
    (folder / "var").mkdir()
    connection = sqlite3.connect(folder / "var" / "wegwijzer.sqlite")
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()


def lost_key(folder: Path) -> None:
    """A database without its key."""
    database(folder)
    (folder / "var" / "wegwijzer.key").unlink()


def misspelt(folder: Path) -> None:
    """A placeholder that nobody fills in."""
    words = folder / "content" / "uk" / "interface.yaml"
    text = words.read_text(encoding="utf-8")
    words.write_text(text.replace("{emergency_number}", "{emergncy}", 1), encoding="utf-8")


def misspelt_fact(folder: Path) -> None:
    """A fact in the text about suicide that is none."""
    topic = folder / "content" / "en" / "topics" / "crisis.md"
    topic.write_text(topic.read_text(encoding="utf-8").replace("{{ suicide_", "{{ suicid_", 1), encoding="utf-8")


def without_number(folder: Path) -> None:
    """Facts in which nobody finds whom to call."""
    facts = folder / "content" / "facts.yaml"
    facts.write_text(
        facts.read_text(encoding="utf-8").replace("\nemergency_number:", "\nother_number:"), encoding="utf-8"
    )


@dataclass
class Bad:
    """A start that must fail: what lies in the folder, which settings there are, and what it says."""

    says: str
    before: list[Callable[[Path], object]] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)


BAD = {
    "an unknown setting": Bad("There is no setting WEGWIJZER_PROT. Did you", settings={"WEGWIJZER_PROT": "1"}),
    "a port that is no number": Bad("WEGWIJZER_PORT cannot be used: ", settings={"WEGWIJZER_PORT": "web"}),
    "a port beyond all ports": Bad("WEGWIJZER_PORT cannot be used: ", settings={"WEGWIJZER_PORT": "65536"}),
    "an unknown finder": Bad("WEGWIJZER_FINDER cannot be used: ", settings={"WEGWIJZER_FINDER": "best"}),
    "an unknown log level": Bad("WEGWIJZER_LOG_LEVEL cannot be used: ", settings={"WEGWIJZER_LOG_LEVEL": "loud"}),
    "a webhook that is no web address": Bad(
        "WEGWIJZER_WEBHOOK_URL cannot be used: must begin with https://", settings={"WEGWIJZER_WEBHOOK_URL": "me"}
    ),
    "a bad setting in .env": Bad("There is no setting WEGWIJZER_KEY_FIL.", [file(".env", b"WEGWIJZER_KEY_FIL=best\n")]),
    "a broken line in .env": Bad("The file .env cannot be read: line 1 is no", [file(".env", b"WEGWIJZER_PORT 80\n")]),
    "a proxy that is no address": Bad("WEGWIJZER_TRUSTED_PROXIES cannot be used: 'nginx' is no IP", settings={
        "WEGWIJZER_TRUSTED_PROXIES": "nginx"
    }),
    "a .env that is no text": Bad("The file .env cannot be read: ", [file(".env", b"\xff\xfe")]),
    "a host that does not exist": Bad(
        "'no.such.host.invalid' is no address that the web chat can listen on: check WEGWIJZER_HOST",
        settings={"WEGWIJZER_HOST": "no.such.host.invalid"},
    ),
    "an address of another machine": Bad(
        "Port 0 on 192.0.2.1 cannot be used (", settings={"WEGWIJZER_HOST": "192.0.2.1"}
    ),
    "a data folder that is a file": Bad("The data folder var cannot be made (", [file("var")]),
    "a data folder below a file": Bad(
        "The data folder file/var cannot be made (", [file("file")], {"WEGWIJZER_DATA_DIR": "file/var"}
    ),
    "a data folder below a file, the key elsewhere": Bad(
        "The data folder file/var cannot be made (", [file("file")],
        {"WEGWIJZER_DATA_DIR": "file/var", "WEGWIJZER_KEY_FILE": "new.key"},
    ),
    "a data folder that takes no files": Bad(
        "The folder /proc/self cannot be used: ", settings={"WEGWIJZER_DATA_DIR": "/proc/self"}
    ),
    "a data folder that takes no database": Bad(
        "The folder /proc/self cannot be used: ",
        settings={"WEGWIJZER_DATA_DIR": "/proc/self", "WEGWIJZER_KEY_FILE": "new.key"},
    ),
    "a key file below a file": Bad(
        "The key file file/new.key cannot be made: ", [file("file"), folder("var")],
        {"WEGWIJZER_KEY_FILE": "file/new.key"},
    ),
    "a database that is garbage": Bad(
        "The database var/wegwijzer.sqlite cannot be used: file is not a database. Put back your backup",
        [file("var/wegwijzer.sqlite", bytes(range(256)) * 20)], {"WEGWIJZER_KEY": KEY},
    ),
    "a database that is garbage, and no key": Bad(
        "The database var/wegwijzer.sqlite cannot be used: file is not a database. Put back your backup",
        [file("var/wegwijzer.sqlite", bytes(range(256)) * 20)],
    ),
    "a database of something else, and no key": Bad(
        "var/wegwijzer.sqlite is a database of something else. Name another folder with WEGWIJZER_DATA_DIR.",
        [other_database],
    ),
    "a database that is a folder": Bad(
        "The database var/wegwijzer.sqlite cannot be used: ", [folder("var/wegwijzer.sqlite")], {"WEGWIJZER_KEY": KEY}
    ),
    "a database of something else": Bad(
        "var/wegwijzer.sqlite is a database of something else. Name another folder with WEGWIJZER_DATA_DIR.",
        [other_database], {"WEGWIJZER_KEY": KEY},
    ),
    "a wrong key": Bad("This key is not the one that var/wegwijzer.sqlite was made with.", [database], {
        "WEGWIJZER_KEY": KEY
    }),
    "a key that is too short": Bad("The key is not complete: it must hold 64 bytes", [database], {
        "WEGWIJZER_KEY": "AAAA"
    }),
    "a key that is no key": Bad("The key is not readable: ", [database], {"WEGWIJZER_KEY": "secret"}),
    "a lost key file": Bad("The key file var/wegwijzer.key is missing, but the database needs it.", [lost_key]),
    "a key file that is cut off": Bad(
        "The key is not complete: ", [lost_key, file("var/wegwijzer.key", b"AAAA")]
    ),
    "a key file that is a folder": Bad(
        "The key file var/wegwijzer.key cannot be read: ", [folder("var/wegwijzer.key")]
    ),
    "no content": Bad("content/nothing: there is no such folder: check WEGWIJZER_CONTENT_DIR", settings={
        "WEGWIJZER_CONTENT_DIR": "content/nothing"
    }),
    "content that is a file": Bad(
        "content: there is no such folder: check WEGWIJZER_CONTENT_DIR", [file("content")],
        {"WEGWIJZER_CONTENT_DIR": "content"},
    ),
    "content with a mistake": Bad(
        "content/facts.yaml:2: not valid YAML",
        [small_content, file("content/facts.yaml", b"a: [\n")], {"WEGWIJZER_CONTENT_DIR": "content"},
    ),
    "content with a word that cannot be filled in": Bad(
        "content/uk/interface.yaml:1: the word 'trouble.failed' must have these placeholders: emergency_number",
        [small_content, misspelt], {"WEGWIJZER_CONTENT_DIR": "content"},
    ),
    "content that cannot be shown to who is in danger": Bad(
        "content/en/topics/crisis.md: cannot be shown: ",
        [small_content, misspelt_fact], {"WEGWIJZER_CONTENT_DIR": "content"},
    ),
    "content without the number to call": Bad(
        "content/facts.yaml:1: the assistant itself needs the fact 'emergency_number', with a value",
        [small_content, without_number], {"WEGWIJZER_CONTENT_DIR": "content"},
    ),
    "a safety net with a mistake": Bad(
        "content/nl/safety.yaml:2: is no YAML",
        [small_content, file("content/nl/safety.yaml", b"crisis: [\n")], {"WEGWIJZER_CONTENT_DIR": "content"},
    ),
    "a language without its words of danger": Bad(
        "content/uk/safety.yaml: this file is missing, so danger would go unseen",
        [small_content, gone("content/uk/safety.yaml")], {"WEGWIJZER_CONTENT_DIR": "content"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_start_says_in_one_line_what_to_do_and_changes_nothing(
    tmp_path: Path, settings: dict[str, str], name: str
) -> None:
    bad = BAD[name]
    if "/proc/self" in bad.settings.values() and not Path("/proc/self").is_dir():
        pytest.skip("no /proc here: nowhere that even the administrator cannot write")
    for make in bad.before:
        make(tmp_path)
    before = fingerprints(tmp_path)
    ended = run("run", folder=tmp_path, settings={**settings, **bad.settings})
    assert ended.err.startswith(f"wegwijzer: {bad.says}")
    assert ended.err.count("\n") == 1
    assert (ended.code, ended.out) == (1, "")
    assert fingerprints(tmp_path) == before


def test_a_port_in_use_is_named(tmp_path: Path, settings: dict[str, str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        ended = run("run", folder=tmp_path, settings={**settings, "WEGWIJZER_PORT": str(port)})
    assert ended.err == (
        f"wegwijzer: Port {port} on 127.0.0.1 cannot be used (address already in use): stop what uses it, or choose "
        "another with WEGWIJZER_PORT or WEGWIJZER_HOST.\n"
    )
    assert (ended.code, ended.out, fingerprints(tmp_path)) == (1, "", {})


@pytest.mark.parametrize(
    ("room", "says"),
    [
        (0, "The key file var/wegwijzer.key cannot be written: "),
        (1_000, "The database var/wegwijzer.sqlite cannot be used: disk I/O error. Make sure that the disk has room"),
        (20_000, "The database var/wegwijzer.sqlite cannot be used: disk I/O error. Make sure that the disk has room"),
    ],
)
def test_a_first_start_on_a_full_disk_leaves_nothing_that_the_next_one_stumbles_over(
    tmp_path: Path, settings: dict[str, str], room: int, says: str
) -> None:
    ended = run("run", folder=tmp_path, settings=settings, room=room)
    assert ended.err.startswith(f"wegwijzer: {says}")
    assert (ended.err.count("\n"), ended.code, ended.out) == (1, 1, "")
    assert set(fingerprints(tmp_path)) == {"var"}
    with serving(tmp_path, settings) as chat:
        assert chat.line_with("A new key was made")


def test_a_token_that_telegram_refuses_ends_the_start_and_the_data_stay(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    database(tmp_path)
    before = fingerprints(tmp_path)["var/wegwijzer.key"]
    with bot_api.running() as api:
        telegram = {"WEGWIJZER_TELEGRAM_TOKEN": "12345:wrong", "WEGWIJZER_TELEGRAM_API_URL": api.base}
        ended = run("run", folder=tmp_path, settings={**settings, **telegram})
    assert ended.err == (
        "wegwijzer: Telegram does not know this token: check WEGWIJZER_TELEGRAM_TOKEN (as @BotFather gave it).\n"
    )
    assert ended.code == 1
    assert "12345" not in ended.out
    assert fingerprints(tmp_path)["var/wegwijzer.key"] == before
    open_database(
        tmp_path / "var" / "wegwijzer.sqlite", Sealer(read_key_file(tmp_path / "var" / "wegwijzer.key"))
    ).close()
    assert not (tmp_path / "var" / "wegwijzer.generation").exists()  # nothing was sent


# --- a good start --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_good_start_says_where_it_is_serves_and_stops_when_told(
    tmp_path: Path, settings: dict[str, str], stop: signal.Signals
) -> None:
    with serving(tmp_path, settings) as chat:
        page = httpx.get(f"{chat.address}/uk", headers={"Accept-Language": "uk"})
        assert page.status_code == 200
        assert "Wegwijzer" in page.text
        assert chat.lines == [
            chat.line_with("A new key was made: var/wegwijzer.key. Keep a copy in a safe place"),
            "Telegram: not configured (set WEGWIJZER_TELEGRAM_TOKEN to switch it on).",
            f"Wegwijzer: the web chat is at {chat.address}",
        ]
        chat.process.send_signal(stop)
        assert chat.process.wait(20) == 0
        assert chat.errors() == ""
    assert set(fingerprints(tmp_path)) == {"var", "var/wegwijzer.key", "var/wegwijzer.sqlite"}
    assert (tmp_path / "var" / "wegwijzer.key").stat().st_mode & 0o777 == 0o600


def test_the_second_start_uses_the_key_of_the_first(tmp_path: Path, settings: dict[str, str]) -> None:
    database(tmp_path)
    key = (tmp_path / "var" / "wegwijzer.key").read_bytes()
    with serving(tmp_path, settings) as chat:
        assert chat.address
        assert not any("new key" in line for line in chat.lines)
    assert (tmp_path / "var" / "wegwijzer.key").read_bytes() == key


def test_settings_in_the_file_env_count(tmp_path: Path, content: Path) -> None:
    written = {**LIGHT, "WEGWIJZER_CONTENT_DIR": str(content), "WEGWIJZER_PORT": "0", "WEGWIJZER_DATA_DIR": "kept here"}
    (tmp_path / ".env").write_text("".join(f'{name}="{value}"\n' for name, value in written.items()), encoding="utf-8")
    with serving(tmp_path, {}) as chat:
        assert "light (by setting)" in chat.line_with("Finder:")
        assert chat.address != "http://127.0.0.1:8080"
    assert (tmp_path / "kept here" / "wegwijzer.key").exists()


def test_with_a_token_the_bot_is_named_and_answers(tmp_path: Path, settings: dict[str, str]) -> None:
    with bot_api.running() as api:
        telegram = {"WEGWIJZER_TELEGRAM_TOKEN": bot_api.TOKEN, "WEGWIJZER_TELEGRAM_API_URL": api.base}
        with serving(tmp_path, {**settings, **telegram}) as chat:
            assert chat.line_with("Telegram:") == "Telegram: @wegwijzer_test_bot, by long polling."
            api.says("Wat is Empatia?")
            assert "Empatia" in api.wait_for()[0].data["text"]
            chat.process.terminate()
            assert chat.process.wait(20) == 0
            assert bot_api.TOKEN not in chat.errors()


def test_even_the_most_talkative_log_holds_no_token_and_nothing_that_people_write(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    with bot_api.running() as api:
        telegram = {
            "WEGWIJZER_TELEGRAM_TOKEN": bot_api.TOKEN, "WEGWIJZER_TELEGRAM_API_URL": api.base,
            "WEGWIJZER_LOG_LEVEL": "debug",
        }  # fmt: skip
        with serving(tmp_path, {**settings, **telegram}) as chat:
            httpx.post(chat.address, data={"text": "geheim op het web"})
            chat.line_with("Telegram:")
            api.says("geheim in Telegram")
            api.wait_for()
            chat.process.terminate()
            errors = chat.errors()
    assert "DEBUG" in errors
    assert bot_api.TOKEN not in errors
    assert "geheim" not in errors


@pytest.mark.parametrize("path", ["", "/", "/updates/"])
def test_what_telegram_posts_to_the_registered_address_is_answered(
    tmp_path: Path, settings: dict[str, str], path: str
) -> None:
    with bot_api.running() as api:
        telegram = {
            "WEGWIJZER_TELEGRAM_TOKEN": bot_api.TOKEN, "WEGWIJZER_TELEGRAM_API_URL": api.base,
            "WEGWIJZER_WEBHOOK_URL": f"https://bot.example.nl{path}",
        }  # fmt: skip
        with serving(tmp_path, {**settings, **telegram}) as chat:
            address, registered = chat.address, chat.line_with("Telegram:").rstrip(".").rsplit(" ", 1)[-1]
            assert registered == api.webhook["url"]

            def post(body: bytes) -> int:
                headers = {"X-Telegram-Bot-Api-Secret-Token": api.webhook["secret_token"]}
                return httpx.post(f"{address}{urlsplit(registered).path}", content=body, headers=headers).status_code

            update = {"update_id": 1, "message": api.message(text="Wat is Empatia?")}
            assert post(json.dumps(update).encode()) == 200
            assert "Empatia" in api.wait_for()[0].data["text"]
            refused = [b"geheim", b"[1]", b"null", b'{"update_id": "geheim"}', b'{"update_id": 2, "message": "geheim"}']
            assert [post(body) for body in (*refused, b"[" * 100_000, b"\xff")] == [400] * 7
            assert post(b"x" * 1_100_000) == 413
            chat.process.terminate()
            errors = chat.errors()
    assert errors.count("what came by webhook was no update") == 7
    assert "Traceback" not in errors
    assert "geheim" not in errors


def test_a_webhook_that_telegram_refuses_is_named(tmp_path: Path, settings: dict[str, str]) -> None:
    with bot_api.running() as api:
        api.faults.append(("setWebhook", 400, {}))
        telegram = {
            "WEGWIJZER_TELEGRAM_TOKEN": bot_api.TOKEN, "WEGWIJZER_TELEGRAM_API_URL": api.base,
            "WEGWIJZER_WEBHOOK_URL": "https://bot.example.nl",
        }  # fmt: skip
        ended = run("run", folder=tmp_path, settings={**settings, **telegram})
    assert ended.err.endswith(
        "wegwijzer: Telegram refuses WEGWIJZER_WEBHOOK_URL https://bot.example.nl/telegram: a fault on demand.\n"
    )
    assert "Traceback" not in ended.err
    assert ended.code == 1


def test_a_page_that_fails_leaves_no_traceback_in_the_log(tmp_path: Path, settings: dict[str, str]) -> None:
    with serving(tmp_path, settings) as chat:
        address = chat.address
        elsewhere = sqlite3.connect(tmp_path / "var" / "wegwijzer.sqlite")
        elsewhere.execute("DROP TABLE people")
        elsewhere.close()
        page = httpx.post(address, data={"action": "l:nl"})
        chat.process.terminate()
        errors = chat.errors()
    assert page.status_code == 500
    assert "112" in page.text
    assert "page not served: OperationalError" in errors
    assert "Traceback" not in errors


def test_a_letter_that_is_released_appears_on_its_page_without_any_bot(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    letter = tmp_path / "letter.md"
    letter.write_text("## nl\n# Schilderwerk\nMorgen schilderen we de deuren.\n", encoding="utf-8")
    solo = {**settings, "WEGWIJZER_SOLO": "true"}
    with serving(tmp_path, solo) as served:
        page = f"{served.address}/nl/brieven/herenweg-55"
        done = run(
            "letter", "publish", str(letter), "--location", "herenweg-55", "--yes", folder=tmp_path, settings=solo
        )
        assert done.code == 0, done.err
        for _ in range(120):
            if "Schilderwerk" in httpx.get(page).text:
                break
            time.sleep(0.25)
        else:
            raise AssertionError("waited in vain")
