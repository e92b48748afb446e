"""A process that does nothing but send: outbox, store and messenger, without anything that answers."""

import asyncio
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.channels.telegram.messenger import TelegramMessenger
from bot.knowledge.document import line
from bot.store.announcements import Announcements
from bot.store.database import open_database
from bot.store.deliveries import Deliveries
from bot.store.files import Files
from bot.store.running import Generation, only_one
from bot.store.sealing import Sealer
from scheduler.announcements import Announcement, State, Target, Text
from scheduler.delivery import Letter
from scheduler.outbox import Letters, Outbox
from scheduler.pace import Pace
from tests.bot_api import TOKEN

SEALER = Sealer(bytes(range(64)))
SUBJECT = "nieuws"


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def open_folder(folder: Path) -> Database:
    """Open the database of a folder."""
    return open_database(folder / "wegwijzer.sqlite", SEALER)


def add_people(db: Database, chats: Iterable[int]) -> None:
    """Add people who follow SUBJECT and never sleep."""
    rows = [(SEALER.seal(f"telegram:{chat}"),) for chat in chats]
    db.execute("BEGIN")
    db.conn.executemany("INSERT INTO people (address, language, quiet_from, quiet_until) VALUES (?, 'nl', 0, 0)", rows)
    db.execute("INSERT INTO subscriptions SELECT id, ?, '', '1' FROM people", [SUBJECT])
    db.execute("COMMIT")


def announce(db: Database) -> int:
    """Begin to send an announcement to everybody who follows SUBJECT; return its number."""
    made = Announcement(0, "algemeen", Target((SUBJECT,)), State.SENDING, texts={"nl": Text("T", "t")}, due=now())
    number = Announcements(db).add(made)
    found = Announcements(db).find(number or 0)
    assert found is not None
    Deliveries(db, SEALER, now).prepare(found, now())
    return found.id


def letter(announcement: int, language: str) -> Letter:
    """The letter of an announcement."""
    return Letter(line(f"Nieuws {announcement} ({language}): morgen is er koffie in het buurthuis, vanaf tien uur."))


async def send_all(
    folder: Path, base: str, pace: Pace, letters: Letters = letter, *, at_once: int | None = None
) -> None:
    """Send what there is in a folder's database, and come back when an announcement is finished."""
    db = open_folder(folder)
    bot = Bot(TOKEN, base_url=f"{base}/bot", request=HTTPXRequest(connection_pool_size=at_once or 256))
    deliveries = Deliveries(db, SEALER, now)
    generation = Generation(db, folder)
    assert generation.check()
    generation.rotate()

    def finished(number: int) -> None:
        deliveries.finish(number, now())
        outbox.stop()

    async with bot:
        outbox = Outbox(
            deliveries, TelegramMessenger(bot, Files(db, "1"), folder), pace, letters, now,
            finished=finished, refused=lambda number, _: deliveries.hold(number), turned=generation.rotate,
            at_once=at_once,
        )  # fmt: skip
        await outbox.run()
    db.close()


def send(folder: Path, base: str, per_second: int) -> None:
    """Be the process."""
    with only_one(folder):
        asyncio.run(send_all(folder, base, Pace(time.monotonic, asyncio.sleep, per_second=per_second)))
