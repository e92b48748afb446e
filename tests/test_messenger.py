"""Announcements on Telegram: a letter in, the exact requests out, over real HTTP through python-telegram-bot."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.channels.telegram.messenger import TelegramMessenger
from bot.dialogue.values import Button
from bot.knowledge.document import Document, Paragraph, Span, line
from bot.store.files import Files
from scheduler.announcements import Attachment
from scheduler.delivery import (
    Again,
    Claimed,
    Deleted,
    Delivered,
    Gone,
    Job,
    Letter,
    NotThere,
    Outcome,
    Refused,
    Wait,
    Withdrawn,
)
from tests.bot_api import TOKEN, BotApi, Chaos

BUTTONS = ((Button("Stop", "u:nieuws"),),)
LETTER = Letter(line("Koffie & thee"), BUTTONS, withdrawn=line("Dit bericht is ingetrokken."))
LONG = Document(tuple(Paragraph((Span("woord " * 300),)) for _ in range(2)))
PDF = Attachment("document", "brief.pdf", "Bewonersbrief november")
PICTURE = Attachment("picture", "kaart.png")
ROW = Claimed(1, 1, 1, "telegram:7", "nl")


Carry = Callable[..., Any]


def no_slot() -> AbstractAsyncContextManager[None]:
    return nullcontext()


@pytest.fixture
def carrying(api: BotApi, db: Database, tmp_path: Path) -> Carry:
    (tmp_path / "brief.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "kaart.png").write_bytes(b"PNG")

    @asynccontextmanager
    async def carry(patience: float = 5.0) -> AsyncIterator[TelegramMessenger]:
        bot = Bot(TOKEN, base_url=f"{api.base}/bot", request=HTTPXRequest(connection_pool_size=64))
        async with bot:
            yield TelegramMessenger(bot, Files(db, "123456"), tmp_path, patience=patience)
        await asyncio.sleep(0.05)

    return carry


async def outcomes(carrying: Carry, *given: tuple[Claimed, Letter], **how: Any) -> list[Outcome]:
    async with carrying(**how) as messenger:
        return [await messenger.deliver(row, letter, no_slot) for row, letter in given]


async def test_a_message_its_buttons_and_its_silence(carrying: Carry, api: BotApi) -> None:
    sent, silent = await outcomes(carrying, (ROW, LETTER), (replace(ROW, id=2, silent=True), LETTER))
    assert isinstance(sent, Delivered)
    assert api.texts(7) == ["Koffie &amp; thee"] * 2
    first, second = api.sent()
    assert [button["text"] for button in first.buttons] == ["Stop"]
    assert not first.data.get("disable_notification")
    assert second.data["disable_notification"] is True
    assert isinstance(silent, Delivered)


async def test_a_correction_stands_below_what_was_received_or_alone_if_that_is_gone(
    carrying: Carry, api: BotApi
) -> None:
    first, *_ = await outcomes(carrying, (ROW, LETTER))
    assert isinstance(first, Delivered)
    below, alone = replace(ROW, reply_to=first.message), replace(ROW, reply_to=99_999)
    assert all(isinstance(one, Delivered) for one in await outcomes(carrying, (below, LETTER), (alone, LETTER)))
    assert [kept.reply_to for kept in api.chats[7].values()] == [None, first.message, 99_999]


@pytest.mark.parametrize(("attachment", "method"), [(PDF, "sendDocument"), (PICTURE, "sendPhoto")])
async def test_a_short_text_stands_below_its_file_in_one_message(
    carrying: Carry, api: BotApi, attachment: Attachment, method: str
) -> None:
    letter = replace(LETTER, attachments=(attachment,))
    (sent,) = await outcomes(carrying, (ROW, letter))
    assert isinstance(sent, Delivered)
    assert [call.method for call in api.calls if call.method != "getMe"] == [method]
    assert api.texts(7) == ["Koffie &amp; thee"]
    changed = replace(letter, document=line("Koffie en thee"))
    (edited,) = await outcomes(carrying, (replace(ROW, job=Job.EDIT, message=sent.message), changed))
    assert edited == sent
    assert api.texts(7) == ["Koffie en thee"]


async def test_files_go_before_a_longer_text_without_a_sound_and_a_recall_takes_them_back(
    carrying: Carry, api: BotApi
) -> None:
    letter = replace(LETTER, document=LONG, attachments=(PDF, PICTURE))
    (sent,) = await outcomes(carrying, (ROW, letter))
    assert isinstance(sent, Delivered)
    kept = list(api.chats[7].values())
    assert [one.method for one in kept] == ["sendDocument", "sendPhoto", "sendMessage"]
    assert [one.silent for one in kept] == [True, True, False]
    assert [bool(one.markup) for one in kept] == [False, False, True]
    assert len(sent.others) == 2
    row = replace(ROW, job=Job.DELETE, message=sent.message, others=sent.others)
    assert await outcomes(carrying, (row, letter)) == [Deleted()]
    assert api.texts(7) == []


async def test_a_file_is_uploaded_once_also_by_many_at_the_same_time_and_after_a_restart(
    carrying: Carry, api: BotApi
) -> None:
    letter = replace(LETTER, attachments=(PDF,))
    for first in (1, 100):
        async with carrying() as messenger:
            rows = [replace(ROW, id=chat, address=f"telegram:{chat}") for chat in range(first, first + 30)]
            await asyncio.gather(*(messenger.deliver(row, letter, no_slot) for row in rows))
    assert list(api.uploads.values()) == [8]
    assert len(api.sent("sendDocument")) == 60


async def test_a_file_id_that_is_not_known_any_more_is_forgotten_and_the_file_uploaded_again(
    carrying: Carry, api: BotApi
) -> None:
    letter = replace(LETTER, attachments=(PDF,))
    await outcomes(carrying, (ROW, letter))
    api.uploads.clear()
    first, second = await outcomes(carrying, (ROW, letter), (ROW, letter))
    assert first == Again(unsure=False)
    assert isinstance(second, Delivered)


@pytest.mark.parametrize("status", [429, 502, 400])
async def test_trying_again_goes_on_behind_what_has_arrived(carrying: Carry, api: BotApi, status: int) -> None:
    letter = replace(LETTER, document=LONG, attachments=(PDF, PICTURE))
    api.faults.append(("sendMessage", status, {}))
    (first,) = await outcomes(carrying, (ROW, letter))
    assert isinstance(first, Wait | Again | Refused)
    assert first.others == tuple(api.chats[7])
    # By another process perhaps: what is known of the files is what the row says.
    (second,) = await outcomes(carrying, (replace(ROW, tries=1, others=first.others), letter))
    assert isinstance(second, Delivered)
    assert len(api.chats[7]) == 3
    assert second.others == first.others


async def test_a_text_that_became_so_short_that_it_fits_below_its_file_still_comes(
    carrying: Carry, api: BotApi
) -> None:
    letter = replace(LETTER, document=LONG, attachments=(PDF,))
    api.faults.append(("sendMessage", 502, {}))
    (first,) = await outcomes(carrying, (ROW, letter))
    assert isinstance(first, Again)
    row = replace(ROW, others=first.others)
    (second,) = await outcomes(carrying, (row, replace(letter, document=LETTER.document)))
    assert isinstance(second, Delivered)
    assert "Koffie &amp; thee" in api.texts(7)
    assert second.others == first.others


async def test_a_recall_takes_back_files_whose_text_never_came(carrying: Carry, api: BotApi) -> None:
    letter = replace(LETTER, document=LONG, attachments=(PDF, PICTURE))
    api.faults.append(("sendMessage", 502, {}))
    (first,) = await outcomes(carrying, (ROW, letter))
    assert isinstance(first, Again)
    row = replace(ROW, job=Job.DELETE, others=first.others)
    assert await outcomes(carrying, (row, letter)) == [Deleted()]
    assert all(kept.deleted for kept in api.chats[7].values())


async def test_what_changes_and_what_is_gone(carrying: Carry, api: BotApi) -> None:
    sent, *_ = await outcomes(carrying, (ROW, LETTER))
    assert isinstance(sent, Delivered)
    row = replace(ROW, job=Job.EDIT, message=sent.message)
    changed = replace(LETTER, document=line("Thee"))
    assert await outcomes(carrying, (row, changed), (row, changed)) == [sent, sent]
    assert api.texts(7) == ["Thee"]
    assert next(iter(api.chats[7].values())).edits == 1
    assert await outcomes(carrying, (replace(row, message=4711), changed)) == [NotThere()]


async def test_a_recall_deletes_and_after_two_days_says_withdrawn(carrying: Carry, api: BotApi) -> None:
    first, second = await outcomes(carrying, (ROW, LETTER), (ROW, LETTER))
    assert isinstance(first, Delivered)
    assert isinstance(second, Delivered)
    row = replace(ROW, job=Job.DELETE)
    assert await outcomes(carrying, (replace(row, message=first.message), LETTER)) == [Deleted()]
    assert await outcomes(carrying, (replace(row, message=first.message), LETTER)) == [Deleted()]
    api.shift = 49 * 3600
    assert await outcomes(carrying, (replace(row, message=second.message), LETTER)) == [Withdrawn()]
    assert api.texts(7) == ["Dit bericht is ingetrokken."]
    assert next(reversed(api.chats[7].values())).markup in (None, {"inline_keyboard": []})


@pytest.mark.parametrize("document", [LETTER.document, LONG], ids=["one message", "files and texts"])
async def test_a_recall_after_two_days_takes_the_files_out_too(
    carrying: Carry, api: BotApi, document: Document
) -> None:
    letter = replace(LETTER, document=document, attachments=(PDF,))
    (sent,) = await outcomes(carrying, (ROW, letter))
    assert isinstance(sent, Delivered)
    before = {one.file for one in api.chats[7].values()} - {None}
    api.shift = 49 * 3600
    row = replace(ROW, job=Job.DELETE, message=sent.message, others=sent.others)
    assert await outcomes(carrying, (row, letter)) == [Withdrawn()]
    assert set(api.texts(7)) == {"Dit bericht is ingetrokken."}
    assert not before & {one.file for one in api.chats[7].values()}
    assert all(one.markup in (None, {"inline_keyboard": []}) for one in api.chats[7].values())


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (("sendMessage", 403, {}), Gone()),
        (("sendMessage", 429, {"parameters": {"retry_after": 17}}), Wait(17)),
        (("sendMessage", 500, {}), Again(unsure=True)),
        (("sendMessage", 502, {"delivered": True}), Again(unsure=True)),
        (("sendMessage", 400, {}), Refused("a fault on demand")),
    ],
    ids=lambda one: type(one).__name__,
)
async def test_what_the_server_says_and_what_it_means(
    carrying: Carry, api: BotApi, fault: tuple[str, int, dict[str, Any]], expected: Outcome
) -> None:
    api.faults.append(fault)
    assert await outcomes(carrying, (ROW, LETTER)) == [expected]


@pytest.mark.parametrize("where", ["blocked", "unknown"])
async def test_nobody_there(carrying: Carry, api: BotApi, where: str) -> None:
    getattr(api, where).add(7)
    assert await outcomes(carrying, (ROW, LETTER)) == [Gone()]


@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "timeout_before", "timeout_after"])
async def test_without_an_answer_it_may_have_arrived(carrying: Carry, api: BotApi, kind: str) -> None:
    api.chaos = Chaos(1, {kind: 1.0}, hold=1.0)
    assert await outcomes(carrying, (ROW, LETTER), patience=0.3) == [Again(unsure=True)]
    assert len(api.chats[7]) == kind.endswith("_after")


async def test_a_server_that_cannot_be_reached_has_got_nothing(db: Database, tmp_path: Path) -> None:
    messenger = TelegramMessenger(Bot(TOKEN, base_url="http://127.0.0.1:9/bot"), Files(db, "1"), tmp_path)
    assert await messenger.deliver(ROW, LETTER, no_slot) == Again(unsure=False)
