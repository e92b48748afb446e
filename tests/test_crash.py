"""A real process is killed again and again while it sends: nobody is left out, and what came twice is known."""

import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.store.deliveries import Deliveries
from scheduler.announcements import State
from tests import bot_api, sending
from tests.bot_api import BotApi, Limits

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
