"""A real process is killed again and again while it sends: nobody is left out, and what came twice is known."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.errors import StoreError
from bot.store import running
from bot.store.deliveries import Deliveries
from scheduler.announcements import State
from tests import bot_api, sending
from tests.bot_api import BotApi, Chaos, Limits

KILLS = 35
PEOPLE = 700
PER_SECOND = 100


def start(folder: Path, base: str) -> multiprocessing.process.BaseProcess:
    """Start the sending process. It is forked from a small server that has imported everything: quick, but real."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.sending"])
    process = context.Process(target=sending.send, args=(folder, base, PER_SECOND))
    process.start()
    return process


def under_way(db: Database) -> int:
    return int(db.execute("SELECT count(*) FROM deliveries WHERE state = 'sending'").fetchone()[0])


@pytest.mark.parametrize("seed", [1])
@pytest.mark.timeout(180)
def test_killed_at_any_instant_nobody_is_left_out_and_only_what_was_under_way_can_come_twice(
    tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 - chance for tests
    db = sending.open_folder(tmp_path)
    sending.add_people(db, range(1, PEOPLE + 1))
    announcement = sending.announce(db)
    in_doubt = kills = 0
    with bot_api.running(BotApi(there=0.02, back=0.02, limits=Limits(per_second=0))) as api:
        while True:
            process = start(tmp_path, api.base)
            if kills < KILLS:
                before = len(api.calls)
                while len(api.calls) == before and process.is_alive():
                    time.sleep(0.005)
                time.sleep(dice.uniform(0.0, 0.25))
                assert process.pid is not None
                os.kill(process.pid, signal.SIGKILL)
                process.join()
                if process.exitcode != -signal.SIGKILL:
                    break
                kills += 1
                time.sleep(0.05)  # what is on its way arrives
                in_doubt += under_way(db)
            else:
                process.join()
                break
        assert process.exitcode == 0
    received = {chat: len(messages) for chat, messages in api.chats.items()}
    twice = {chat for chat, count in received.items() if count > 1}
    doubtful = {
        int(sending.SEALER.open(sealed).split(":")[1])
        for (sealed,) in db.execute("SELECT address FROM deliveries d JOIN people p ON p.id = d.person WHERE doubt")
    }
    report = Deliveries(db, sending.SEALER, sending.now).report(announcement)
    assert kills >= 30
    assert set(received) == set(range(1, PEOPLE + 1))
    assert report.states == {"delivered": PEOPLE}
    assert sum(received.values()) - PEOPLE <= in_doubt
    assert twice <= doubtful
    assert db.execute("SELECT state FROM announcements").fetchone() == (str(State.SENT),)


@pytest.mark.timeout(120)
def test_random_faults_lose_nothing_and_what_may_have_come_twice_is_marked(tmp_path: Path) -> None:
    db = sending.open_folder(tmp_path)
    sending.add_people(db, range(1, 301))
    announcement = sending.announce(db)
    shares = dict.fromkeys(("server_error", "server_error_after", "reset_before", "reset_after", "429"), 0.02)
    with bot_api.running(BotApi(there=0.005, back=0.005, limits=Limits(per_second=0), chaos=Chaos(7, shares))) as api:
        process = start(tmp_path, api.base)
        process.join(100)
        assert process.exitcode == 0
        assert set(api.chaos.happened) == set(shares) if api.chaos else False
    twice = [chat for chat, messages in api.chats.items() if len(messages) > 1]
    report = Deliveries(db, sending.SEALER, sending.now).report(announcement)
    assert report.states == {"delivered": 300}
    assert len(api.chats) == 300
    assert len(twice) <= report.doubt


def test_a_second_process_on_the_same_folder_says_so_and_stops(tmp_path: Path) -> None:
    with running.only_one(tmp_path):
        result = subprocess.run(
            [sys.executable, "-c", "from bot.cli import main; main()", "run"],
            env={**os.environ, "WEGWIJZER_DATA_DIR": str(tmp_path), "WEGWIJZER_PORT": "0"},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert result.returncode == 1
    assert result.stderr.startswith("wegwijzer: Wegwijzer is running already")
    assert str(os.getpid()) in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["wegwijzer.lock"]
    with running.only_one(tmp_path), pytest.raises(StoreError, match="stop that one first"), running.only_one(tmp_path):
        pass
