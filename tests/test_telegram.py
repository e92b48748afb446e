"""Telegram: an update in, the exact request out, over real HTTP through python-telegram-bot."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlite_utils import Database
from telegram import Update
from telegram.error import RetryAfter

from bot.assistant import Assistant
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.following import LiveMessages
from bot.channels.telegram.profile import SHOWN_COMMANDS
from bot.channels.telegram.sending import with_retries
from bot.channels.telegram.translating import incoming
from bot.dialogue.conversation import Conversation
from bot.dialogue.values import Command, Message, Person, Pressed, Reply, Typed
from bot.errors import ChannelError
from bot.knowledge.document import line
from bot.knowledge.library import Library
from bot.store.notes import Notes
from bot.store.sealing import Sealer
from bot.store.updates import Updates
from scheduler.pace import Pace
from tests import virtual
from tests.bot_api import TOKEN, BotApi
from tests.conftest import ScriptedFinder, new_assistant

QUESTION = {
    "nl": ("Waar vind ik een dokter voor mijn zoon?", "dokter"),
    "uk": ("Як записати дитину до школи, підкажіть", "school-aanmelden"),
    "en": ("Where can I learn the Dutch language here?", "taallessen"),
}


Start = Callable[..., Any]


@pytest.fixture
def serving(assistant: Assistant, library: Library, db: Database, api: BotApi) -> Start:
    @asynccontextmanager
    async def start(token: str = TOKEN, run: str = "run1", **how: Any) -> AsyncIterator[TelegramChannel]:
        updates = Updates(db, "telegram", run)
        channel = TelegramChannel(assistant, library, Notes(db), updates, token=token, api_url=api.base)
        try:
            await channel.start(**how)
            yield channel
        finally:
            await channel.stop()
            await asyncio.sleep(0.05)  # the loop needs a moment to let go of closed connections

    return start


async def until(condition: Callable[[], object], seconds: float = 15.0) -> None:
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("waited in vain")


@pytest.mark.parametrize("language", ["nl", "uk", "en"])
async def test_a_conversation_from_start_to_answer(
    serving: Start, api: BotApi, library: Library, finder: ScriptedFinder, language: str
) -> None:
    text, topic = QUESTION[language]
    finder.script[text] = {topic: 0.97}
    words = library.words[language]
    async with serving():
        api.says("/start", language=language)
        await until(lambda: len(api.sent()) == 1)
        greeting = api.sent()[0]
        assert words("start.greeting") in greeting.data["text"]
        api.presses(greeting, library.languages[language].name)
        await until(lambda: api.sent("editMessageText"))
        who = api.sent("editMessageText")[0]
        assert words("start.who") in who.data["text"]
        api.presses(who, words("audience.oekraine.button"))
        await until(lambda: len(api.sent()) == 2)
        api.says(text, language=language)
        await until(lambda: len(api.sent()) == 3)
    answer = api.sent()[2]
    assert answer.data["parse_mode"] == "HTML"
    assert answer.data["text"].startswith(f"<b>{library.entry(topic, language).title}</b>")
    assert words("audience.oekraine.label") not in answer.data["text"]
    assert [button["text"] for button in answer.buttons][-1] == words("answer.person")
    assert len(api.sent("answerCallbackQuery")) == 2


async def test_the_same_update_twice_is_answered_once_also_after_a_restart(serving: Start, api: BotApi) -> None:
    async with serving():
        number = api.says("/menu")
        await until(lambda: len(api.sent()) == 1)
        api.push({"message": api.message(text="/menu")}, update_id=number)
        api.says("/help")
        await until(lambda: len(api.sent()) == 2)
    async with serving(run="run2"):
        api.push({"message": api.message(text="/menu")}, update_id=number)
        api.says("/help")
        await until(lambda: len(api.sent()) == 3)
    assert [call.data["text"][:20] for call in api.sent()].count(api.sent()[0].data["text"][:20]) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("/start t-eropuit", Command("start", "t-eropuit")),
        ("/Menu@wegwijzer_bot", Command("menu")),
        ("/menu\nik heb een vraag", Command("menu", "ik heb een vraag")),
        ("/меню", Command("меню")),
        ("/", Typed("/")),
        ("1/2", Typed("1/2")),
    ],
)
def test_what_begins_with_a_slash_is_a_command(api: BotApi, text: str, message: Message) -> None:
    came = incoming(Update.de_json({"update_id": 9, "message": api.message(text=text)}, None), "wegwijzer_bot")
    assert came is not None
    assert came.message == message


def test_what_is_typed_is_known_again_by_the_number_of_its_update(api: BotApi) -> None:
    update = Update.de_json({"update_id": 9, "message": api.message(text="dank je")}, None)
    came = incoming(update, "bot")
    assert came is not None
    assert isinstance(came.message, Typed)
    assert came.message.update == 9


async def test_a_button_of_an_old_message_still_works_and_one_that_is_gone_says_so(
    serving: Start, api: BotApi, library: Library
) -> None:
    async with serving():
        api.presses_data("t:eropuit")
        await until(lambda: len(api.sent()) == 1)
        api.presses_data("t:afgeschaft")
        await until(lambda: len(api.sent()) == 2)
    assert library.entry("eropuit", "nl").title in api.sent()[0].data["text"]
    assert library.words["nl"]("answer.gone") in api.sent()[1].data["text"]


async def test_different_people_side_by_side_one_person_in_order(serving: Start, api: BotApi) -> None:
    api.slow[1] = 0.8
    async with serving():
        for text in ("/help", "/menu", "/privacy"):
            api.says(text, chat=1)
        for chat in range(2, 8):
            api.says("/menu", chat=chat)
        await until(lambda: len(api.sent()) == 9)
    order = [call.chat for call in api.sent()]
    assert order[:6] == [2, 3, 4, 5, 6, 7] or set(order[:6]) == {2, 3, 4, 5, 6, 7}
    texts = [call.data["text"] for call in api.sent() if call.chat == 1]
    assert ["Typ uw vraag" in texts[0], "Waar gaat" in texts[1], "bewaar" in texts[2]] == [True] * 3


async def test_a_thumb_can_be_pressed_once(serving: Start, api: BotApi, finder: ScriptedFinder) -> None:
    text, topic = QUESTION["nl"]
    finder.script[text] = {topic: 0.97}
    async with serving():
        api.says(text)
        await until(lambda: len(api.sent()) == 1)
        api.presses(api.sent()[0], "👎")
        await until(lambda: api.sent("editMessageReplyMarkup") and len(api.sent()) == 2)
    left = [button["text"] for button in api.sent("editMessageReplyMarkup")[0].buttons]
    assert left
    assert not any("👎" in label or "👍" in label for label in left)


@pytest.mark.parametrize(
    ("content", "medium"),
    [
        ({"voice": {"file_id": "a", "file_unique_id": "a", "duration": 1}}, "voice"),
        ({"photo": [{"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1}]}, "photo"),
        ({"document": {"file_id": "a", "file_unique_id": "a"}}, "document"),
        ({"sticker": {"file_id": "a", "file_unique_id": "a", "type": "regular", "width": 1, "height": 1,
                      "is_animated": False, "is_video": False}}, "sticker"),
        ({"location": {"latitude": 52.3, "longitude": 4.6}}, "location"),
        ({"contact": {"phone_number": "1", "first_name": "A"}}, "contact"),
    ],
)  # fmt: skip
async def test_other_kinds_of_message_get_a_kind_sentence(
    serving: Start, api: BotApi, library: Library, content: dict[str, Any], medium: str
) -> None:
    async with serving():
        api.push({"message": api.message(language="en", **content)})
        await until(lambda: len(api.sent()) == 1)
    assert api.sent()[0].data["text"] == library.words["en"](f"media.{medium}")


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("message", {"photo": [{"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1}], "caption": "FIRE"}),
        ("message", {"voice": {"file_id": "a", "file_unique_id": "a", "duration": 1}, "caption": "FIRE"}),
        ("message", {"chat": -5, "kind": "group", "text": "/help@wegwijzer_test_bot FIRE"}),
        ("edited_message", {"text": "FIRE", "edit_date": 1}),
    ],
    ids=["a photo's caption", "a voice message's caption", "in a group", "a changed message"],
)
async def test_danger_is_answered_wherever_its_words_stand(
    serving: Start, api: BotApi, library: Library, kind: str, content: dict[str, Any]
) -> None:
    for name in {"text", "caption"} & content.keys():
        content = {**content, name: content[name].replace("FIRE", "er is brand in de keuken")}
    async with serving():
        api.push({kind: api.message(language="nl", **content)})
        await until(lambda: len(api.sent()) == 1)
    assert str(library.facts["emergency_number"].value) in api.sent()[0].data["text"]
    assert library.words["nl"]("media.edited") not in api.sent()[0].data["text"]


async def test_an_edited_message_and_a_group_get_a_kind_sentence_and_service_messages_none(
    serving: Start, api: BotApi, library: Library
) -> None:
    words = library.words["nl"]
    async with serving():
        api.push({"message": api.message(pinned_message=api.message(text="x"))})
        api.push({"message": api.message(chat=-5, kind="group", text="zomaar een gesprek")})
        api.push({"edited_message": api.message(text="anders", edit_date=1)})
        await until(lambda: len(api.sent()) == 1)
        api.push({"message": api.message(chat=-5, kind="group", text="/start@wegwijzer_test_bot")})
        await until(lambda: len(api.sent()) == 2)
    assert [call.data["text"] for call in api.sent()] == [words("media.edited"), words("media.group")]


@pytest.mark.parametrize(
    "broken",
    [
        # A poll as a Bot API server older than 9.6 describes it.
        {"poll": {"id": "1", "question": "geheim", "options": [], "total_voter_count": 0}},
        {"date": "today", "text": "geheim"},
        {"from": {"id": 2}, "text": "geheim"},
    ],
    ids=["fields are missing", "no date", "nobody"],
)
async def test_an_update_that_cannot_be_read_keeps_nobody_else_waiting(
    serving: Start, api: BotApi, caplog: pytest.LogCaptureFixture, broken: dict[str, Any]
) -> None:
    caplog.set_level(logging.INFO)
    async with serving():
        api.says("/menu", chat=1)
        api.push({"message": api.message(chat=2, **broken)})
        api.says("/menu", chat=3)
        await until(lambda: {call.chat for call in api.sent()} >= {1, 3})
        await asyncio.sleep(0.1)
    async with serving(run="run2"):
        api.says("/menu", chat=4)
        await until(lambda: any(call.chat == 4 for call in api.sent()))
    assert len(api.sent()) == 3
    assert "cannot be read" in caplog.text
    assert "geheim" not in caplog.text


async def test_the_profile_is_told_per_language_and_only_when_it_changed(serving: Start, api: BotApi) -> None:
    async with serving():
        pass
    first = len(api.sent("setMyCommands"))
    languages = {call.data.get("language_code") for call in api.sent("setMyName")}
    async with serving():
        pass
    assert languages == {None, "nl", "uk", "en", "ru"}
    assert len(api.sent("setMyCommands")) == first
    names = {command["command"] for command in api.sent("setMyCommands")[0].data["commands"]}
    assert names == set(SHOWN_COMMANDS)


class Counting:
    """A talk about something that is under way until three have been counted."""

    def __init__(self) -> None:
        self.count = 0

    def reply(self, message: Message, address: str, person: Person, language: str) -> Reply | None:  # noqa: ARG002 - every talk is asked so
        """Say how far it is, to /outbox and to the action that gives a fresh report."""
        if message not in (Command("outbox"), Pressed("z:fresh")):
            return None
        self.count += 1
        return Reply(line(f"{self.count} of 3"), language, live="z:fresh" if self.count < 3 else "")

    def wants_text(self, address: str) -> bool:  # noqa: ARG002 - every talk is asked so
        """Wait for none."""
        return False

    def wants_file(self, address: str) -> bool:  # noqa: ARG002 - every talk is asked so
        """Want none."""
        return False


async def test_a_message_about_something_under_way_is_changed_until_it_is_over(
    conversation: Conversation, library: Library, db: Database, sealer: Sealer, api: BotApi
) -> None:
    counting = Counting()
    assistant = new_assistant(conversation, db, sealer, talks=(counting,))
    channel = TelegramChannel(
        assistant, library, Notes(db), Updates(db, "telegram", "run1"), token=TOKEN, api_url=api.base,
        live=LiveMessages(every=0.01),
    )  # fmt: skip
    await channel.start()
    api.says("/outbox")
    await until(lambda: api.texts(7) == ["3 of 3"])
    await asyncio.sleep(0.1)
    await channel.stop()
    assert counting.count == 3
    assert [call.data["text"] for call in api.sent()] == ["1 of 3"]
    await asyncio.sleep(0.05)  # the loop needs a moment to let go of closed connections


async def test_a_wrong_token_is_one_clear_line(serving: Start) -> None:
    with pytest.raises(ChannelError, match="check WEGWIJZER_TELEGRAM_TOKEN"):
        async with serving(token="1:wrong"):  # noqa: S106 - no secret
            pass


@pytest.mark.parametrize(
    ("faults", "delivered"),
    [
        ([("sendMessage", 502, {})], 1),
        ([("sendMessage", 429, {"parameters": {"retry_after": 1}})], 1),
        ([("sendMessage", 502, {}), ("sendMessage", 429, {"parameters": {"retry_after": 1}})], 1),
        ([("sendMessage", 403, {})], 0),
        ([("sendMessage", 502, {})] * 4, 0),
    ],
    ids=["server error", "too many requests", "both", "blocked", "given up"],
)
async def test_a_failing_send_is_tried_again_within_reason(
    serving: Start, api: BotApi, faults: list[tuple[str, int, dict[str, Any]]], delivered: int
) -> None:
    async with serving():
        api.faults.extend(faults)
        api.says("/menu", chat=1)
        await until(lambda: not api.faults)
        api.says("/menu", chat=2)
        await until(lambda: any(call.chat == 2 for call in api.sent()))
        await until(lambda: sum(call.chat == 1 for call in api.sent()) == delivered)


async def test_nothing_that_was_typed_reaches_the_log(
    serving: Start, api: BotApi, assistant: Assistant, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("geheim: mijn man slaat mij")

    caplog.set_level(logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # The one patch here: a fault of our own cannot be ordered from outside.
    monkeypatch.setattr(assistant, "handle", broken)
    async with serving():
        api.says("geheim: mijn man slaat mij")
        await until(lambda: len(api.sent()) == 1)
    assert "112" in api.sent()[0].data["text"]
    assert "geheim" not in caplog.text
    assert TOKEN not in caplog.text
    assert "RuntimeError" in caplog.text


def test_retries_wait_as_long_as_the_server_says() -> None:
    tries = iter([RetryAfter(7), RetryAfter(3), None])
    at: list[float] = []

    async def send() -> str:
        at.append(virtual.clock())
        fault = next(tries)
        if fault is not None:
            raise fault
        return "sent"

    async def main() -> str | None:
        return await with_retries(send, Pace(virtual.clock, asyncio.sleep), 1)

    assert virtual.run(main()) == "sent"
    assert [later - at[0] for later in at] == pytest.approx([0, 7, 10])


def test_nobody_waits_for_an_answer_while_the_server_says_to_wait_longer_than_a_minute() -> None:
    async def send() -> str:
        raise RetryAfter(61)

    async def main() -> tuple[str | None, float]:
        pace = Pace(virtual.clock, asyncio.sleep)
        start = virtual.clock()
        await with_retries(send, pace, 1)
        return await with_retries(send, pace, 2), virtual.clock() - start

    assert virtual.run(main()) == (None, 0)


async def test_a_webhook_is_set_with_its_secret(serving: Start, api: BotApi) -> None:
    async with serving(webhook_url="https://bot.example.nl/telegram", secret="s3cret") as channel:  # noqa: S106 - no secret
        await channel.receive({"update_id": 9, "message": api.message(text="/menu")})
        await until(lambda: len(api.sent()) == 1)
    assert api.webhook["url"] == "https://bot.example.nl/telegram"
    assert api.webhook["secret_token"] == "s3cret"  # noqa: S105 - no secret


@pytest.mark.parametrize(
    "data",
    [None, [], "text", 7, {}, {"update_id": 1, "message": 5}, {"update_id": 1, "message": {"message_id": "x"}},
     {"update_id": 1, "message": {"message_id": 1, "date": "today", "chat": {}}}],
)  # fmt: skip
async def test_what_is_no_update_is_turned_away(serving: Start, api: BotApi, data: object) -> None:
    async with serving(webhook_url="https://bot.example.nl/telegram", secret="s3cret") as channel:  # noqa: S106 - no secret
        assert not await channel.receive(data)
        assert await channel.receive({"update_id": 9, "message": api.message(text="/menu")})
        await until(lambda: len(api.sent()) == 1)
