"""The whole story, over real HTTP with a Bot API server that enforces Telegram's limits, the clock moved by hand."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.app import Store, build_talks
from bot.assistant import Assistant
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.following import LiveMessages
from bot.channels.telegram.messenger import TelegramMessenger
from bot.dialogue.conversation import Conversation
from bot.knowledge.library import Library
from bot.settings import Settings
from bot.store.database import open_database
from bot.store.deliveries import Deliveries
from bot.store.files import Files
from bot.store.helped import Helped
from bot.store.notes import Notes
from bot.store.people import People
from bot.store.questions import Questions
from bot.store.sealing import Sealer
from bot.store.updates import Updates
from scheduler.announcements import Role
from scheduler.outbox import Outbox
from scheduler.pace import Pace
from tests.bot_api import TOKEN, BotApi, Limits, running
from tests.desk import Place, local

NEIGHBOUR, MOTHER, OTHER, EVA, ANNA = 11, 12, 13, 21, 22


@pytest.fixture
def api() -> Iterator[BotApi]:
    with running(BotApi(limits=Limits())) as server:
        yield server


@pytest.fixture
def place(tmp_path: Path, library: Library, sealer: Sealer) -> Place:
    return Place(tmp_path, library, sealer, settings=Settings(data_dir=tmp_path))


@pytest.fixture
def world(place: Place, conversation: Conversation, library: Library, api: BotApi, sealer: Sealer) -> Any:
    """The assistant on Telegram with desk and outbox, as `wegwijzer run` puts them together."""

    @asynccontextmanager
    async def start() -> AsyncIterator["World"]:
        store = Store(
            place.db, sealer, People(place.db, sealer), Questions(place.db), Helped(place.db), Notes(place.db),
            new_key=False,
        )  # fmt: skip
        numbers = iter(range(10_000))
        assistant = Assistant(
            conversation, store.people, store.questions, store.helped, clock=lambda: place.now,
            token=lambda: f"t{next(numbers)}", talks=build_talks(store, place.desk, place.settings, lambda: place.now),
            reachable=place.desk.board.can_reach,
        )  # fmt: skip
        pace = Pace(time.monotonic, asyncio.sleep)
        channel = TelegramChannel(
            assistant, library, store.notes, Updates(place.db, "telegram", "run"), token=TOKEN, api_url=api.base,
            pace=pace, live=LiveMessages(every=3600),  # a report that counts along is no answer to what somebody says
        )  # fmt: skip
        own = open_database(place.folder / "wegwijzer.sqlite", sealer)
        outbox = Outbox(
            Deliveries(own, sealer, lambda: place.now),
            TelegramMessenger(channel.app.bot, Files(place.db, "1"), place.folder / "attachments"),
            pace, place.desk.mailroom.letter, lambda: place.now,
            finished=place.desk.clockwork.finished, refused=place.desk.clockwork.refused,
        )  # fmt: skip
        await channel.start()
        sending = asyncio.create_task(outbox.run())
        try:
            yield World(place, api, outbox)
        finally:
            outbox.stop()
            await sending
            await channel.stop()
            await asyncio.sleep(0.05)
            own.close()

    return start


class World:
    """People with their chats, and time."""

    def __init__(self, place: Place, api: BotApi, outbox: Outbox) -> None:
        self._place, self._api, self._outbox = place, api, outbox

    async def says(self, chat: int, text: str, language: str = "nl") -> str:
        """Somebody types; return the answer."""
        before = len(self._api.calls)
        self._api.says(text, chat=chat, language=language)
        return await self._answer(chat, before)

    async def presses(self, chat: int, label: str, language: str = "nl") -> str:
        """Somebody presses the newest button with this in its label; return the answer."""
        shown = [call for call in self._api.calls if call.method in ("sendMessage", "editMessageText")]
        call = next(
            call for call in reversed(shown) if call.chat == chat and any(label in b["text"] for b in call.buttons)
        )
        before = len(self._api.calls)
        self._api.presses(call, label, chat=chat, language=language)
        return await self._answer(chat, before)

    async def at(self, *moment: int) -> None:
        """Let it be this local time, and let everything that is due arrive."""
        self._place.now = local(*moment)
        self._place.desk.clockwork.tick()
        self._outbox.wake()
        await until(lambda: not self._place.desk.office.deliveries.open_work() or self._asleep())
        self._place.desk.clockwork.tick()

    def _asleep(self) -> bool:
        row = self._place.db.execute(
            "SELECT count(*) FROM deliveries WHERE state = 'sending' OR (state = 'waiting' AND not_before <= ?)",
            [int(self._place.now.timestamp())],
        ).fetchone()
        return bool(row[0] == 0)

    async def _answer(self, chat: int, before: int) -> str:
        def answered() -> list[str]:
            return [
                str(call.data.get("text", ""))
                for call in self._api.calls[before:]
                if call.method in ("sendMessage", "editMessageText") and call.chat == chat
            ]

        await until(answered)
        return answered()[-1]


async def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("waited in vain")


async def test_a_neighbour_a_mother_and_two_colleagues(place: Place, api: BotApi, world: Any) -> None:
    place.now = local(2026, 11, 10, 12)
    eva = place.desk.staffing.invite(0, Role.EDITOR, "Eva")
    anna = place.desk.staffing.invite(0, Role.APPROVER, "Anna")
    async with world() as w:
        # A neighbour subscribes to the letters about Herenweg 55 by the code on a paper letter.
        assert "Herenweg 55" in await w.says(NEIGHBOUR, "/start s-herenweg-55")
        await w.presses(NEIGHBOUR, "Ja, graag")
        # A mother follows the oudercafé, in Ukrainian.
        assert "oudercaf" in (await w.says(MOTHER, "/start s-oudercafe", "uk")).casefold()
        await w.presses(MOTHER, "Так, будь ласка", "uk")

        # Eva plans an oudercafé for the first Wednesday of each month, with a reminder the day before.
        assert "redacteur" in await w.says(EVA, f"/start i-{eva}")
        assert "goedkeurder" in await w.says(ANNA, f"/start i-{anna}")
        await w.says(EVA, "/event")
        await w.presses(EVA, "Nieuwe bijeenkomst")
        await w.presses(EVA, "Oudercafé")
        await w.says(EVA, "2026-12-02 10:00")
        await w.says(EVA, "De Luifel")
        await w.presses(EVA, "Ja")
        await w.presses(EVA, "Nee")
        await w.says(EVA, "20")
        await w.presses(EVA, "eerste woensdag")
        await w.presses(EVA, "Nee")
        await w.presses(EVA, "Alleen een dag ervoor")
        assert "oudercafé" in await w.presses(EVA, "Nee")
        await w.presses(EVA, "Ter goedkeuring geven")
        assert api.texts(MOTHER)[-1].count("De Luifel") == 0

        # A colleague approves; it is announced two weeks before and reminded of the day before, once each.
        await w.says(ANNA, "/event")
        await w.presses(ANNA, "Oudercafé")
        await w.presses(ANNA, "Goedkeuren en versturen")
        count = len(api.chats[MOTHER])
        await w.at(2026, 11, 17, 10)
        assert len(api.chats[MOTHER]) == count
        await w.at(2026, 11, 18, 10)
        assert len(api.chats[MOTHER]) == count + 1
        assert "середа, 2 грудня о 10:00" in api.texts(MOTHER)[-1]
        await w.at(2026, 12, 1, 10)
        assert api.texts(MOTHER)[-1].startswith("<b>Нагадування")
        assert len(api.chats[MOTHER]) == count + 2
        # She says that she comes with three.
        assert "Скільки людей прийде" in await w.presses(MOTHER, "Записатися або відмовитися", "uk")
        assert "3" in await w.presses(MOTHER, "3", "uk")
        assert place.desk.signing.count(1).people == 3

        # A letter, with a typing error that is corrected in the chat afterwards.
        await w.says(EVA, "/letter")
        await w.presses(EVA, "Herenweg 55")
        await w.presses(EVA, "Iedereen")
        await w.says(EVA, "Werk\nWe schilderen de deuuren.")
        for _ in range(3):
            await w.presses(EVA, "Overslaan")
        await w.presses(EVA, "Zodra het is goedgekeurd")
        await w.presses(EVA, "Ter goedkeuring geven")
        await w.says(ANNA, "/outbox")
        await w.presses(ANNA, "Werk")
        await w.presses(ANNA, "Goedkeuren en versturen")
        await w.at(2026, 12, 1, 10, 5)
        assert "deuuren" in api.texts(NEIGHBOUR)[-1]
        await w.says(ANNA, "/outbox")
        await w.presses(ANNA, "Werk")
        await w.presses(ANNA, "Verbeteren")
        await w.presses(ANNA, "Nederlands")
        await w.says(ANNA, "Werk\nWe schilderen de deuren.")
        await w.presses(ANNA, "Nee")
        await w.at(2026, 12, 1, 10, 6)
        assert "deuren" in api.texts(NEIGHBOUR)[-1]
        assert not any("deuuren" in text for text in api.texts(NEIGHBOUR))

        # The next month comes by itself; whoever stops gets nothing more.
        await w.at(2026, 12, 23, 10)
        assert "середа, 6 січня о 10:00" in api.texts(MOTHER)[-1]
        assert "більше не буде" in await w.presses(MOTHER, "Відписатися: Oudercafé", "uk")
        count = len(api.chats[MOTHER])
        await w.at(2027, 1, 5, 10)
        assert len(api.chats[MOTHER]) == count
    assert api.refused == 0  # the server's limits were never overstepped
