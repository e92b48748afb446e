"""Sending as a whole: store, outbox, pace and messenger against the local Bot API server, in real time."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.knowledge.document import line
from bot.store import running
from bot.store.deliveries import Deliveries
from scheduler.delivery import Job, Letter
from scheduler.outbox import Letters
from scheduler.pace import Pace
from tests import bot_api, sending
from tests.bot_api import BotApi, Chaos, Limits


def send_all(folder: Path, api: BotApi, per_second: int = 30, letters: Letters = sending.letter) -> float:
    """Send what there is; return how many seconds that took."""
    pace = Pace(time.monotonic, asyncio.sleep, per_second=per_second)
    start = time.monotonic()
    asyncio.run(sending.send_all(folder, api.base, pace, letters))
    return time.monotonic() - start


@pytest.mark.parametrize("way", [0.0, 0.03])
def test_a_broadcast_uses_what_telegram_allows_and_causes_no_429(tmp_path: Path, way: float) -> None:
    db = sending.open_folder(tmp_path)
    sending.add_people(db, range(1, 181))
    announcement = sending.announce(db)
    with bot_api.running(BotApi(limits=Limits(), there=way, back=way)) as api:
        seconds = send_all(tmp_path, api)
    assert Deliveries(db, sending.SEALER, sending.now).report(announcement).states == {"delivered": 180}
    assert api.refused == 0
    assert all(len(messages) == 1 for messages in api.chats.values())
    assert seconds < 9  # 6 where nobody else uses the machine; how near it comes is measured by `make bench-delivery`


@pytest.mark.timeout(120)
def test_random_faults_lose_nothing_and_what_may_have_come_twice_is_marked(tmp_path: Path) -> None:
    db = sending.open_folder(tmp_path)
    sending.add_people(db, range(1, 201))
    announcement = sending.announce(db)
    shares = dict.fromkeys(("server_error", "server_error_after", "reset_before", "reset_after", "429"), 0.02)
    chaos = Chaos(7, shares)
    with bot_api.running(BotApi(limits=Limits(per_second=0), chaos=chaos)) as api:
        send_all(tmp_path, api, per_second=200)
    assert set(chaos.happened) == set(shares)
    report = Deliveries(db, sending.SEALER, sending.now).report(announcement)
    assert report.states == {"delivered": 200}
    assert len(api.chats) == 200
    twice = sum(len(messages) - 1 for messages in api.chats.values())
    assert twice == chaos.happened["server_error_after"] + chaos.happened["reset_after"] <= report.doubt


def test_what_was_delivered_is_corrected_and_taken_back_in_every_chat(tmp_path: Path) -> None:
    db = sending.open_folder(tmp_path)
    sending.add_people(db, range(1, 6))
    announcement = sending.announce(db)
    deliveries = Deliveries(db, sending.SEALER, sending.now)
    with bot_api.running() as api:
        send_all(tmp_path, api)
        db.execute("UPDATE announcements SET state = 'sending', revision = 2")
        deliveries.give_job(announcement, Job.EDIT)
        send_all(tmp_path, api, letters=lambda *_: Letter(line("Gewijzigd")))
        assert [api.texts(chat) for chat in range(1, 6)] == [["Gewijzigd"]] * 5
        assert deliveries.report(announcement).corrected == 5
        db.execute("UPDATE announcements SET state = 'recalled'")
        deliveries.give_job(announcement, Job.DELETE)
        sending.announce(db)
        send_all(tmp_path, api)
        assert [len(api.texts(chat)) for chat in range(1, 6)] == [1] * 5
    assert deliveries.report(announcement).states == {"deleted": 5}


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
