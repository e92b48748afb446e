"""The desk from the command line: what staff can do in the chat, for administrators and scripts."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.app import now
from bot.cli import cli
from bot.knowledge.facts import AMSTERDAM

Run = Callable[..., Result]

LETTER = """\
---
to: theme:nieuws
---
## nl
# Onderhoud
Volgende week schilderen we de deuren.

## en
# Maintenance
Next week we paint the doors.
"""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def invoke(*words: str, answer: str | None = None, **settings: str) -> Result:
        env = {"WEGWIJZER_DATA_DIR": str(tmp_path / "var"), "WEGWIJZER_SOLO": "true", **settings}
        return CliRunner().invoke(cli, words, input=answer, env=env)

    return invoke


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "letter.md"
    path.write_text(LETTER, encoding="utf-8")
    return path


def ahead(days: int) -> str:
    return f"{(now() + timedelta(days=days)).astimezone(AMSTERDAM):%Y-%m-%d} 10:00"


def test_a_dry_run_shows_what_would_be_sent_and_keeps_nothing(run: Run, file: Path) -> None:
    shown = run("announce", str(file), "--dry-run")
    assert shown.exit_code == 0
    assert "Next week we paint the doors." in shown.output
    assert "Onderhoud" not in run("announcements", "list").output


def test_an_announcement_is_asked_about_released_listed_and_recalled(run: Run, file: Path) -> None:
    assert run("announce", str(file), answer="n\n").exit_code != 0
    assert "Onderhoud" not in run("announcements", "list").output
    handed_in = run("announce", str(file), "--at", ahead(3), "--yes")
    assert handed_in.exit_code == 0, handed_in.output
    assert "Onderhoud" in run("announcements", "list").output
    assert "cancelled" in run("announcements", "cancel", "1").output


def test_a_file_with_a_mark_before_its_first_letter_is_read_like_any_other(run: Run, file: Path) -> None:
    file.write_text(LETTER, encoding="utf-8-sig")
    shown = run("announce", str(file), "--dry-run")
    assert (shown.exit_code, "Onderhoud" in shown.output) == (0, True)


@pytest.mark.parametrize("words", [(), ("--near", "location:herenweg-55")])
def test_a_theme_can_be_narrowed_to_a_location_in_the_file_or_beside_it(
    run: Run, file: Path, words: tuple[str, ...]
) -> None:
    if not words:
        file.write_text(LETTER.replace("theme:nieuws", "theme:oudercafe\nnear: herenweg-55"), encoding="utf-8")
    shown = run("announce", str(file), *words, "--dry-run")
    assert "only those who also follow: Herenweg 55" in shown.output


def test_a_location_that_is_none_is_named(run: Run, file: Path) -> None:
    refused = run("announce", str(file), "--near", "theme:oudercafe", "--dry-run")
    assert "oudercafe is not a location" in str(refused.exception)
    assert "herenweg-55" in str(refused.exception)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--with", "nonsense"), "there is interpreter, children"),
        (("--repeat", "now and then"), "I do not understand"),
        (("--maximum", "0"), "must be greater than zero"),
        (("--note", "xx=hallo"), "xx: there is"),
        (("--also", "soon"), "time"),
    ],
)
def test_a_mistake_in_an_event_is_said_and_nothing_is_entered(run: Run, words: tuple[str, ...], complaint: str) -> None:
    refused = run("event", "add", "--kind", "oudercafe", "--start", ahead(30), "--place", "De Luifel", *words)
    assert refused.exit_code != 0
    assert complaint in refused.output + str(refused.exception)
    assert "oudercafe" not in run("event", "list").output


def test_an_event_takes_place_on_other_days_too_and_says_more(run: Run) -> None:
    added = run(
        "event", "add", "--kind", "oudercafe", "--start", ahead(30), "--place", "De Luifel",
        "--also", ahead(37)[:10], "--also", ahead(44)[:10], "--note", "nl=Neem een bord mee.",
    )  # fmt: skip
    assert added.exit_code == 0, added.output
    assert "Neem een bord mee." in added.output
    assert added.output.count("(planned)") == 3


def test_an_event_is_entered_moved_and_cancelled(run: Run) -> None:
    added = run("event", "add", "--kind", "oudercafe", "--start", ahead(30), "--place", "De Luifel", "--submit")
    assert added.exit_code == 0, added.output
    assert "oudercafe" in run("event", "list").output
    assert run("event", "move", "1", "--start", ahead(31)).exit_code == 0
    assert run("event", "cancel", "1").exit_code == 0
    assert "oudercafe" not in run("event", "list").output


def test_an_event_is_changed_with_all_that_is_to_come(run: Run) -> None:
    run("event", "add", "--kind", "oudercafe", "--start", ahead(30), "--place", "De Luifel", "--with", "interpreter")
    changed = run(
        "event", "change", "1", "--time", "19:30", "--without", "interpreter", "--with", "children", "--maximum", "12",
        "--minutes", "45", "--note", "nl=Neem koekjes mee.", "--no-sign-up",
    )  # fmt: skip
    assert changed.exit_code == 0, changed.output
    assert "until 20:15" in changed.output
    assert "interpreter" not in changed.output
    assert "children can come" in changed.output
    assert "koekjes" in changed.output
    refused = run("event", "change", "1", "--without", "music")
    assert "there is interpreter, children" in refused.output
    assert run("event", "change", "1", "--time", "19:30").exit_code != 0


def test_the_audit_log_tells_what_it_was_before_and_after(run: Run) -> None:
    run("location", "put", "kerklaan", "--name", "Kerklaan 1", "--phase", "planned")
    run("location", "put", "kerklaan", "--name", "Kerklaan 1", "--phase", "open")
    said = run("audit", "--json", "--about", "location kerklaan")
    newest, first = map(json.loads, said.output.splitlines())
    assert (newest["before"]["phase"], newest["after"]["phase"]) == ("planned", "open")
    assert (first["who"], first["before"]) == ("command line", None)


def test_dropping_a_location_asks_first(run: Run) -> None:
    assert run("location", "put", "herenweg-55", "--name", "Herenweg 55", "--phase", "dropped", answer="n\n").exit_code
    assert "dropped" not in run("location", "list").output
    assert "Herenweg 55: dropped" in run(
        "location", "put", "herenweg-55", "--name", "Herenweg 55", "--phase", "dropped", "--yes"
    ).output  # fmt: skip


def test_sending_is_paused_and_goes_on(run: Run) -> None:
    assert "Sending is paused" in run("outbox", "pause").output
    assert "Sending is paused" in run("outbox", "status").output
    run("outbox", "resume")
    assert "Sending goes on" in run("outbox", "status").output


def test_practice_is_said_with_every_command(run: Run) -> None:
    assert "Practice mode" in run("outbox", "status", WEGWIJZER_PRACTICE="true").output
    assert "Practice mode" not in run("outbox", "status").output
