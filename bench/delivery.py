"""Measure delivery against a local Bot API server in a process of its own.

    make bench-delivery                       all of it, some minutes
    python -m bench.delivery pace replies     only these parts: pace, speed, replies, prepare

pace: 2,000 messages to a server that enforces Telegram's limits; speed: 100,000 to one without limits, beside a bare
python-telegram-bot loop; replies: how long a reply takes with and without a broadcast; prepare: a million rows.
"""

import argparse
import asyncio
import json
import logging
import resource
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from telegram import Bot
from telegram.constants import ParseMode
from telegram.request import HTTPXRequest

from bot.app import Store, build_assistant, build_knowledge
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.formatting import messages
from bot.channels.telegram.messenger import TelegramMessenger
from bot.settings import Settings
from bot.store.announcements import Announcements
from bot.store.deliveries import Deliveries
from bot.store.files import Files
from bot.store.helped import Helped
from bot.store.notes import Notes
from bot.store.people import People
from bot.store.questions import Questions
from bot.store.updates import Updates
from scheduler.announcements import Announcement, State, Target, Text
from scheduler.outbox import Outbox
from scheduler.pace import Pace
from tests import sending
from tests.bot_api import TOKEN

AT_ONCE = 32
LIMIT = 30
WAY = 0.02
"""Seconds that a call and its answer travel each, where the pace matters: as between Amsterdam and Telegram."""


class Server:
    """The local Bot API server."""

    def __init__(self, base: str) -> None:
        self.base = base

    def control(self, **wanted: Any) -> dict[str, Any]:
        """Tell the server something and return its state."""
        request = urllib.request.Request(f"{self.base}/control", json.dumps(wanted).encode())  # noqa: S310 - our own server
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own server
            return dict(json.load(answer))


@contextmanager
def serving() -> Iterator[Server]:
    """Run the server in a process of its own."""
    command = [sys.executable, "-m", "tests.bot_api", "--no-calls"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        assert process.stdout
        assert process.stdin
        try:
            yield Server(process.stdout.readline().strip())
        finally:
            process.stdin.write("\n")
            process.stdin.close()
            process.wait(10)


@contextmanager
def prepared(people: int) -> Iterator[Path]:
    """Make a data folder with an announcement to so many people."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        db = sending.open_folder(folder)
        sending.add_people(db, range(1, people + 1))
        sending.announce(db)
        db.close()
        yield folder


# --- pace ----------------------------------------------------------------------------------------------------


def pace(server: Server, people: int) -> None:
    """Print which share of the allowed pace is used, and how many 429 that caused."""
    server.control(reset=True, limits=True, there=WAY, back=WAY)
    with prepared(people) as folder:
        start = time.monotonic()
        asyncio.run(sending.send_all(folder, server.base, Pace(time.monotonic, asyncio.sleep)))
        seconds = time.monotonic() - start
    state = server.control()
    rate = people / seconds
    print(
        f"{people:,} with limits on: {seconds:.1f} s, {rate:.2f} a second, {rate / LIMIT:.1%} of the {LIMIT} allowed; "
        f"429: {state['refused']}; most in any second: {state['most']}"
    )


# --- speed and memory ----------------------------------------------------------------------------------------


def speed(server: Server, people: int) -> None:
    """Print messages a second and peak memory without limits, beside a bare loop."""
    for role, count in (("outbox", people // 10), ("outbox", people), ("bare", people)):
        server.control(reset=True, limits=False, there=0, back=0)
        command = [
            sys.executable,
            "-m",
            "bench.delivery",
            "--role",
            role,
            "--base",
            server.base,
            "--people",
        ]
        subprocess.run([*command, str(count)], check=True)  # noqa: S603 - our own module
        state = server.control()
        assert state["counts"]["sendMessage"] == count


def outbox_role(base: str, people: int) -> None:
    """In a process of its own: send to so many people."""
    with prepared(people) as folder:
        before = _peak()
        start = time.monotonic()
        unlimited = Pace(time.monotonic, asyncio.sleep, per_second=0, per_chat_second=0, per_group_minute=0)
        asyncio.run(sending.send_all(folder, base, unlimited, at_once=AT_ONCE))
        seconds = time.monotonic() - start
    _print_speed("outbox", people, seconds, before)


def bare_role(base: str, people: int) -> None:
    """In a process of its own: the least that one can write with python-telegram-bot, keeping no account at all."""
    (text,) = messages(sending.letter(1, "nl").document)

    async def main() -> None:
        chats = iter(range(1, people + 1))
        async with Bot(TOKEN, base_url=f"{base}/bot", request=HTTPXRequest(connection_pool_size=AT_ONCE)) as bot:

            async def work() -> None:
                for chat in chats:
                    await bot.send_message(chat, text, parse_mode=ParseMode.HTML)

            await asyncio.gather(*(work() for _ in range(AT_ONCE)))

    before = _peak()
    start = time.monotonic()
    asyncio.run(main())
    seconds = time.monotonic() - start
    _print_speed("bare loop", people, seconds, before)


def _print_speed(name: str, people: int, seconds: float, before: float) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = 1000 * (used.ru_utime + used.ru_stime) / people
    print(
        f"{name:9} {people:>8,}: {people / seconds:5.0f} a second, {cpu:.2f} ms of CPU each, "
        f"peak {_peak():.0f} MB ({before:.0f} before)",
        flush=True,
    )


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- replies -------------------------------------------------------------------------------------------------


def replies(server: Server, count: int) -> None:
    """Print how long a reply takes with and without a broadcast at the same time."""
    server.control(reset=True, limits=True, there=WAY, back=WAY)
    for broadcast in (False, True):
        server.control(reset=True)
        with prepared(2_000 if broadcast else 0) as folder:
            asyncio.run(_replies(server, folder, count, broadcast=broadcast))
        state = server.control()
        times = sorted(1000 * seconds for seconds in state["reply_times"])
        print(
            f"{len(times)} replies {'during a broadcast' if broadcast else 'without one'}: p50 "
            f"{statistics.median(times):.0f} ms, p95 {times[int(len(times) * 0.95)]:.0f} ms; 429: {state['refused']}"
        )


async def _replies(server: Server, folder: Path, count: int, *, broadcast: bool) -> None:
    knowledge = build_knowledge(Settings.model_validate({"finder": "light"}))
    db = sending.open_folder(folder)
    store = Store(
        db, sending.SEALER, People(db, sending.SEALER), Questions(db), Helped(db), Notes(db), new_key=False
    )  # fmt: skip
    shared = Pace(time.monotonic, asyncio.sleep)
    updates = Updates(db, "telegram", secrets.token_hex(4))
    channel = TelegramChannel(
        build_assistant(knowledge, store), knowledge.library, store.notes, updates,
        token=TOKEN, api_url=server.base, pace=shared,
    )  # fmt: skip
    await channel.start()
    outbox = Outbox(
        Deliveries(sending.open_folder(folder), sending.SEALER, sending.now),
        TelegramMessenger(channel.app.bot, Files(db, "1"), folder), shared, sending.letter, sending.now,
        finished=lambda _: None, refused=lambda *_: None,
    )  # fmt: skip
    sends = asyncio.create_task(outbox.run())
    await asyncio.sleep(2)
    every = 0.237
    ask = {"text": "Waar vind ik een dokter?", "every": every, "count": count, "first": 5_000_000}
    await asyncio.to_thread(server.control, ask=ask)
    await asyncio.sleep(every * count + 1)
    if broadcast:
        assert Deliveries(db, sending.SEALER, sending.now).report(1).open, "the broadcast ended too early"
    outbox.stop()
    await sends
    await channel.stop()


# --- preparing -----------------------------------------------------------------------------------------------


def prepare(people: int) -> None:
    """Print how long preparing takes, how large a row is, and how long a claim takes with all of them waiting."""
    with tempfile.TemporaryDirectory() as name:
        db = sending.open_folder(Path(name))
        db.execute(
            "INSERT INTO people (address, language) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
            "WHERE i < ?) SELECT printf('%048d', i), CASE i % 3 WHEN 0 THEN 'nl' WHEN 1 THEN 'uk' ELSE 'en' END FROM n",
            [people],
        )
        db.execute("INSERT INTO subscriptions SELECT id, 'herenweg-55', '', '1' FROM people")
        db.execute("INSERT INTO subscriptions SELECT id, 'nieuws', '', '1' FROM people WHERE id % 2")
        texts = {code: Text("T", "t") for code in ("nl", "uk", "en")}
        made = Announcement(
            0, "algemeen", Target(("herenweg-55", "nieuws")), State.SENDING, texts=texts, due=sending.now()
        )
        number = Announcements(db).add(made)
        announcement = Announcements(db).find(number or 0)
        assert announcement
        deliveries = Deliveries(db, sending.SEALER, sending.now)
        pages = _pages(db)
        start = time.monotonic()
        count = deliveries.count(announcement).total
        counted = time.monotonic() - start
        start = time.monotonic()
        rows = deliveries.prepare(announcement, sending.now())
        seconds = time.monotonic() - start
        size = (_pages(db) - pages) * 4096 / rows
        assert count == rows == people
        print(f"{rows:,} rows prepared in {seconds:.1f} s (counted in {counted:.1f} s), {size:.0f} bytes each")
        night = datetime.now(UTC).replace(hour=2) + timedelta(days=1)
        start = time.monotonic()
        for _ in range(20):
            assert deliveries.claim(night, 5) == []
        print(f"a claim while all {people:,} sleep: {(time.monotonic() - start) / 20 * 1000:.0f} ms")


def _pages(db: Any) -> int:
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return int(db.execute("PRAGMA page_count").fetchone()[0])


def main() -> None:
    """Run the parts that were asked for, by default all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("parts", nargs="*", help="pace, speed, replies, prepare; by default all")
    parser.add_argument("--people", type=int, default=100_000, help="how many messages without limits")
    parser.add_argument("--role", choices=["outbox", "bare"], help=argparse.SUPPRESS)
    parser.add_argument("--base", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    # Each call's address holds the token; and a line for each message would be measured too.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if options.role:
        {"outbox": outbox_role, "bare": bare_role}[options.role](options.base, options.people)
        return
    parts = options.parts or ["prepare", "pace", "replies", "speed"]
    if "prepare" in parts:
        prepare(1_000_000)
    with serving() as server:
        if "pace" in parts:
            pace(server, 2_000)
        if "replies" in parts:
            replies(server, 200)
        if "speed" in parts:
            speed(server, options.people)


if __name__ == "__main__":
    main()
