"""A local Bot API server: real HTTP, the part of Telegram that the tests need, its limits, and faults on demand.

It keeps every call and every chat's messages, hands out updates by long polling as Telegram does (an offset confirms
what lies before it), and refuses what Telegram refuses: wrong tokens, messages and callback data that are too long,
unknown HTML, changes of what is not there. With `limits` it counts arrivals and answers 429 as Telegram does.

    python -m tests.bot_api      serves in a process of its own and prints its address; see `Control`
"""

import argparse
import asyncio
import email.parser
import email.policy
import itertools
import json
import random
import re
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

TOKEN = "123456:test-token-of-the-local-bot-api"  # noqa: S105 - no secret: it opens nothing but this test server
BOT = {"id": 123456, "is_bot": True, "first_name": "Wegwijzer", "username": "wegwijzer_test_bot"}


@dataclass
class Call:
    """One call of a Bot API method."""

    method: str
    data: dict[str, Any]
    at: float

    @property
    def chat(self) -> int:
        """The chat that it was for."""
        return int(self.data["chat_id"])

    @property
    def buttons(self) -> list[dict[str, str]]:
        """The buttons that it showed."""
        markup = self.data.get("reply_markup") or {"inline_keyboard": []}
        return [button for row in markup["inline_keyboard"] for button in row]


@dataclass
class Kept:
    """A message in a chat."""

    text: str
    method: str
    at: float
    markup: Any = None
    silent: bool = False
    reply_to: int | None = None
    file: str | None = None
    edits: int = 0
    deleted: bool = False


@dataclass
class Limits:
    """What Telegram allows; arrivals are counted, in sliding windows."""

    per_second: int = 30
    chat_burst: int = 3
    per_chat_second: int = 1
    per_group_minute: int = 20


@dataclass
class Chaos:
    """Faults at random: the share of calls that each kind befalls. `hold` is longer than a client waits."""

    seed: int
    shares: dict[str, float]
    hold: float = 2.0
    dice: random.Random = field(init=False)
    happened: Counter[str] = field(default_factory=Counter)

    KINDS = (
        "server_error",
        "server_error_after",
        "reset_before",
        "reset_after",
        "timeout_before",
        "timeout_after",
        "429",
    )

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 - chance for tests, no secret

    def draw(self) -> str:
        """Return which fault befalls a call, "" if none."""
        drawn = self.dice.random()
        for kind, share in self.shares.items():
            if drawn < share:
                self.happened[kind] += 1
                return kind
            drawn -= share
        return ""


class _Counting:
    """Counts arrivals as Telegram does, and says how long to wait."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._all: deque[float] = deque()
        self._free: dict[int, float] = {}
        self._groups: dict[int, deque[float]] = defaultdict(deque)
        self._until: dict[int, float] = {}
        self.refused = 0
        self.too_early = 0
        self.most = 0

    def retry_after(self, chat: int, now: float) -> int:
        """Count a call; 0 if it is allowed, else the seconds that the bot must wait."""
        until = max(self._until.get(chat, 0.0), self._until.get(0, 0.0))
        if now < until:
            self.too_early += 1
            self.refused += 1
            return int(until - now) + 1
        limits = self._limits
        while self._all and self._all[0] <= now - 1:
            self._all.popleft()
        if limits.per_second and len(self._all) >= limits.per_second:
            return self._refuse(0, now, 1)
        interval = 1 / limits.per_chat_second
        free = max(self._free.get(chat, 0.0), now)
        if free - now > (limits.chat_burst - 1) * interval + 1e-6:
            return self._refuse(chat, now, 1)
        group = self._groups[chat] if chat < 0 else deque[float]()
        while group and group[0] <= now - 60:
            group.popleft()
        if chat < 0 and len(group) >= limits.per_group_minute:
            return self._refuse(chat, now, int(group[0] + 60 - now) + 1)
        self._all.append(now)
        group.append(now)
        self._free[chat] = free + interval
        self.most = max(self.most, len(self._all))
        return 0

    def _refuse(self, whom: int, now: float, seconds: int) -> int:
        self.refused += 1
        self._until[whom] = now + seconds
        return seconds


_HELD_BACK = frozenset({
    "sendMessage", "sendPhoto", "sendDocument", "editMessageText", "editMessageCaption", "editMessageReplyMarkup",
    "editMessageMedia", "deleteMessage",
})  # fmt: skip
_SENDING = {"sendMessage": "text", "sendPhoto": "photo", "sendDocument": "document"}
_TWO_DAYS = 48 * 3600
Answer = tuple[int, dict[str, Any]] | None
"""Status and body; None: the connection is reset."""


@dataclass
class BotApi:
    """The server's state; `base` is its address.

    `shift` moves its clock on, in seconds. `there` and `back` are the seconds that a call and its answer travel.
    `keep_calls` can be switched off where there are a great many.
    """

    base: str = ""
    calls: list[Call] = field(default_factory=list)
    faults: deque[tuple[str, int, dict[str, Any]]] = field(default_factory=deque)
    slow: dict[int, float] = field(default_factory=dict)
    webhook: dict[str, Any] = field(default_factory=dict)
    chats: dict[int, dict[int, Kept]] = field(default_factory=lambda: defaultdict(dict))
    blocked: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    uploads: dict[str, int] = field(default_factory=dict)
    limits: Limits | None = None
    chaos: Chaos | None = None
    there: float = 0.0
    back: float = 0.0
    shift: float = 0.0
    keep_calls: bool = True
    counts: Counter[str] = field(default_factory=Counter)
    closing: bool = False
    asked: dict[int, float] = field(default_factory=dict)
    reply_times: list[float] = field(default_factory=list)
    _updates: list[dict[str, Any]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1000))
    _messages: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _files: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _counting: _Counting | None = None

    # --- what people do ------------------------------------------------------------------------

    def says(self, text: str, chat: int = 7, language: str = "nl", **more: Any) -> int:
        """Somebody types this in a private chat; returns the update id."""
        return self.push({"message": self.message(text=text, chat=chat, language=language, **more)})

    def presses(self, call: Call, label: str, chat: int = 7, language: str = "nl") -> int:
        """Somebody presses the button with this label under a message that the bot sent."""
        data = next(button["callback_data"] for button in call.buttons if label in button["text"])
        return self.presses_data(data, call, chat, language)

    def presses_data(self, data: str, call: Call | None = None, chat: int = 7, language: str = "nl") -> int:
        """Somebody presses a button with this callback data."""
        shown = self.message(text="…", chat=chat, language=language)
        shown["from"] = BOT
        self.chats[chat][shown["message_id"]] = Kept("…", "sendMessage", time.time())
        if call is not None and call.data.get("reply_markup"):
            shown["reply_markup"] = call.data["reply_markup"]
        query = {"id": str(next(self._numbers)), "from": self.user(chat, language), "chat_instance": "1", "data": data}
        return self.push({"callback_query": {**query, "message": shown}})

    def message(self, chat: int = 7, language: str = "nl", kind: str = "private", **content: Any) -> dict[str, Any]:
        """Return a message as Telegram sends it."""
        text = content.get("text", "")
        if text.startswith("/"):
            command = text.split()[0]
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(command)}]
        return {
            "message_id": next(self._messages),
            "date": int(time.time()),
            "chat": {"id": chat, "type": kind, "first_name": "A", "title": "G"},
            "from": self.user(chat, language),
            **content,
        }

    def user(self, number: int, language: str) -> dict[str, Any]:
        """Return somebody as Telegram describes them."""
        return {"id": abs(number), "is_bot": False, "first_name": "A", "language_code": language}

    def push(self, update: dict[str, Any], update_id: int | None = None) -> int:
        """Hand out an update."""
        number = next(self._numbers) if update_id is None else update_id
        with self._lock:
            self._updates.append({"update_id": number, **update})
        return number

    # --- what the bot did ----------------------------------------------------------------------

    def sent(self, method: str = "sendMessage") -> list[Call]:
        """Return the calls of one method."""
        return [call for call in self.calls if call.method == method]

    def wait_for(self, count: int = 1, method: str = "sendMessage", seconds: float = 20.0) -> list[Call]:
        """Wait until there were so many calls of a method, and return them."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if len(self.sent(method)) >= count:
                return self.sent(method)
            time.sleep(0.01)
        raise AssertionError(f"{len(self.sent(method))} of {count} {method}; calls: {[c.method for c in self.calls]}")

    def texts(self, chat: int) -> list[str]:
        """Return what a chat shows now, oldest first."""
        return [kept.text for kept in self.chats[chat].values() if not kept.deleted]

    @property
    def refused(self) -> int:
        """How many 429 the limits caused."""
        return self.counting.refused

    @property
    def counting(self) -> _Counting:
        """What was counted for the limits."""
        if self._counting is None:
            self._counting = _Counting(self.limits or Limits(per_second=0))
        return self._counting

    # --- the server ----------------------------------------------------------------------------

    async def serve(self, token: str, method: str, data: dict[str, Any], files: dict[str, bytes]) -> Answer:
        """Answer a call."""
        if token != TOKEN:
            return _failure(401, "Unauthorized")
        if method == "getUpdates":
            return await self._get_updates(data)
        if self.there:
            await asyncio.sleep(self.there)
        answer = await self._answer(method, data, files)
        if self.back:
            await asyncio.sleep(self.back)
        return answer

    async def _answer(self, method: str, data: dict[str, Any], files: dict[str, bytes]) -> Answer:
        chat = int(data.get("chat_id", 0))
        if self.limits is not None and method in _HELD_BACK:
            seconds = self.counting.retry_after(chat, time.monotonic())
            if seconds:
                return _too_many(seconds)
        if self.faults and self.faults[0][0] == method:
            _, status, extra = self.faults.popleft()
            if extra.pop("delivered", False):
                self._carry_out(method, chat, data, files)
            return _failure(status, "a fault on demand", **extra)
        if chat in self.slow:
            await asyncio.sleep(self.slow[chat])
        if self.chaos is not None and method in _HELD_BACK:
            fault = self.chaos.draw()
            if fault:
                return await self._fault(self.chaos, fault, method, data, files)
        return self._carry_out(method, chat, data, files)

    async def _fault(
        self, chaos: Chaos, fault: str, method: str, data: dict[str, Any], files: dict[str, bytes]
    ) -> Answer:
        if fault.endswith("_after"):
            self._carry_out(method, int(data.get("chat_id", 0)), data, files)
        if fault == "429":
            return _too_many(1)
        if fault.startswith("server_error"):
            return _failure(502, "Bad Gateway")
        if fault.startswith("timeout"):
            await asyncio.sleep(chaos.hold)
        return None

    def _carry_out(self, method: str, chat: int, data: dict[str, Any], files: dict[str, bytes]) -> Answer:
        if chat in self.blocked:
            return _failure(403, "Forbidden: bot was blocked by the user")
        if chat in self.unknown:
            return _failure(400, "Bad Request: chat not found")
        refusal = _refused(method, data) or _refused_buttons(data) or self._refused(method, chat, data, files)
        if refusal:
            return _failure(400, refusal)
        self.counts[method] += 1
        if self.keep_calls:
            self.calls.append(Call(method, data, time.monotonic()))
        return 200, {"ok": True, "result": self._result(method, chat, data, files)}

    def _refused(self, method: str, chat: int, data: dict[str, Any], files: dict[str, bytes]) -> str:
        """Why Telegram would not do this in this chat; empty if it would."""
        if method in _SENDING:
            reply = data.get("reply_parameters") or {}
            wanted = reply.get("message_id")
            if wanted and wanted not in self.chats[chat] and not reply.get("allow_sending_without_reply"):
                return "Bad Request: message to be replied not found"
            file = _SENDING[method]
            if file != "text" and file not in files and data.get(file) not in self.uploads:
                return "Bad Request: wrong file identifier/HTTP URL specified"
            return ""
        if method not in _HELD_BACK:
            return ""
        kept = self.chats[chat].get(int(data["message_id"]))
        what = "delete" if method == "deleteMessage" else "edit"
        if kept is None or kept.deleted:
            return f"Bad Request: message to {what} not found"
        if method == "deleteMessage":
            old = time.time() + self.shift - kept.at > _TWO_DAYS
            return "Bad Request: message can't be deleted for everyone" if old else ""
        if method == "editMessageText" and kept.method != "sendMessage":
            return "Bad Request: there is no text in the message to edit"
        if method == "editMessageMedia":
            name = str(data["media"]["media"]).removeprefix("attach://")
            return "" if files.get(name) else "Bad Request: file must be non-empty"
        text = data.get("text", data.get("caption", kept.text))
        if (text, data.get("reply_markup")) == (kept.text, kept.markup):
            return "Bad Request: message is not modified: specified new message content is the same"
        return ""

    async def _get_updates(self, data: dict[str, Any]) -> Answer:
        offset = int(data.get("offset", 0))
        with self._lock:
            self._updates = [update for update in self._updates if update["update_id"] >= offset]
        for _ in range(80):
            if self._updates or self.closing:
                break
            await asyncio.sleep(0.005)
        return 200, {"ok": True, "result": self._updates[:100]}

    def _result(self, method: str, chat: int, data: dict[str, Any], files: dict[str, bytes]) -> Any:
        if method == "getMe":
            return BOT
        if method == "setWebhook":
            self.webhook = data
        if method in _SENDING:
            return self._sent(method, chat, data, files)
        if method == "deleteMessage":
            self.chats[chat][int(data["message_id"])].deleted = True
            return True
        if method in _HELD_BACK:
            kept = self.chats[chat][int(data["message_id"])]
            if method == "editMessageMedia":
                data = {**data, **data["media"]}
                kept.file = self._file(str(data["media"]).removeprefix("attach://"), data, files)
            kept.text = str(data.get("text", data.get("caption", kept.text)))
            kept.markup = data.get("reply_markup")
            kept.edits += 1
            return {**self.message(chat=chat, text=kept.text), "message_id": int(data["message_id"]), "from": BOT}
        return True

    def _sent(self, method: str, chat: int, data: dict[str, Any], files: dict[str, bytes]) -> dict[str, Any]:
        text = str(data.get("text", data.get("caption", "")))
        shown = {**self.message(chat=chat, text=text), "from": BOT}
        kept = Kept(
            text, method, time.time() + self.shift, data.get("reply_markup"), bool(data.get("disable_notification")),
            (data.get("reply_parameters") or {}).get("message_id"),
        )  # fmt: skip
        field_name = _SENDING[method]
        if field_name != "text":
            kept.file = self._file(field_name, data, files)
            file = {"file_id": kept.file, "file_unique_id": kept.file}
            shown[field_name] = [{**file, "width": 1, "height": 1}] if field_name == "photo" else file
        if self.keep_calls or chat in self.asked:
            self.chats[chat][shown["message_id"]] = kept
        if chat in self.asked:
            self.reply_times.append(time.monotonic() - self.asked.pop(chat))
        return shown

    def _file(self, name: str, data: dict[str, Any], files: dict[str, bytes]) -> str:
        if name not in files:
            return str(data[name])
        file_id = f"{name}-{next(self._files)}"
        self.uploads[file_id] = len(files[name])
        return file_id


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _failure(status: int, description: str, **extra: Any) -> Answer:
    return status, {"ok": False, "error_code": status, "description": description, **extra}


def _too_many(seconds: int) -> Answer:
    return _failure(429, f"Too Many Requests: retry after {seconds}", parameters={"retry_after": seconds})


_TAGS = re.compile(r"<(/?)(\w+)[^>]*>")


def _refused(method: str, data: dict[str, Any]) -> str:
    """Why Telegram would not take a call; empty if it would."""
    if method not in ("sendMessage", "editMessageText"):
        return ""
    text = re.sub(_TAGS, "", str(data.get("text", "")))
    if not text.strip():
        return "Bad Request: message text is empty"
    if len(text.encode("utf-16-le")) // 2 > 4096:
        return "Bad Request: message is too long"
    open_tags: list[str] = []
    for closing, tag in _TAGS.findall(str(data.get("text", ""))):
        if tag not in ("b", "i", "u", "a"):
            return f"Bad Request: can't parse entities: unsupported start tag {tag}"
        if not closing:
            open_tags.append(tag)
        elif not open_tags or open_tags.pop() != tag:
            return "Bad Request: can't parse entities: tags do not match"
    return ""


def _refused_buttons(data: dict[str, Any]) -> str:
    rows = (data.get("reply_markup") or {"inline_keyboard": []})["inline_keyboard"]
    sizes = [len(button["callback_data"].encode()) for row in rows for button in row]
    return "" if all(1 <= size <= 64 for size in sizes) else "Bad Request: BUTTON_DATA_INVALID"


class _Http(asyncio.Protocol):
    """One connection: requests in, answers out, one after the other."""

    def __init__(self, api: BotApi) -> None:
        self._api = api
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, _: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._task is None:
            self._next()

    def _next(self) -> None:
        head, complete, rest = self._buffer.partition(b"\r\n\r\n")
        if not complete:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        self._task = asyncio.create_task(self._respond(first.split()[1], headers, rest[:length]))

    async def _respond(self, path: str, headers: dict[str, str], body: bytes) -> None:
        answer = await self._answer(path, headers, body)
        self._task = None
        if self._transport is None:
            return
        if answer is None:
            self._transport.abort()
            return
        status, content = answer
        text = json.dumps(content).encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
        self._transport.write(head.encode() + text)
        self._next()

    async def _answer(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if path == "/control":
            return 200, Control(self._api).carry_out(json.loads(body or b"{}"))
        token, _, method = path.removeprefix("/bot").partition("/")
        kind = headers.get("content-type", "")
        if kind.startswith("multipart/"):
            fields, files = _multipart(kind, body)
        else:
            fields, files = dict(parse_qsl(body.decode(), keep_blank_values=True)), {}
        return await self._api.serve(token, method, {name: _value(text) for name, text in fields.items()}, files)


def _multipart(kind: str, body: bytes) -> tuple[dict[str, str], dict[str, bytes]]:
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(f"Content-Type: {kind}\n\n".encode() + body)
    for part in message.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if part.get_filename():
            files[name] = content
        else:
            fields[name] = content.decode()
    return fields, files


class Control:
    """What another process can ask of a server: POST /control with a JSON object."""

    def __init__(self, api: BotApi) -> None:
        self._api = api

    def carry_out(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Return the state; before that, forget it (`reset`), set limits, begin to ask (`ask`: how often, how many)."""
        api = self._api
        if wanted.get("reset"):
            api.calls.clear()
            api.counts.clear()
            api.chats.clear()
            api.reply_times.clear()
            api._counting = None
        if "limits" in wanted:
            api.limits = Limits() if wanted["limits"] else None
        for name in ("there", "back", "keep_calls"):
            if name in wanted:
                setattr(api, name, wanted[name])
        if "ask" in wanted:
            self._asking = asyncio.create_task(self._ask(**wanted["ask"]))
        return {
            "counts": dict(api.counts),
            "refused": api.refused,
            "most": api.counting.most,
            "reply_times": api.reply_times,
            "chats": {str(chat): len(kept) for chat, kept in api.chats.items()} if wanted.get("chats") else {},
        }

    async def _ask(self, text: str, every: float, count: int, first: int) -> None:
        for chat in range(first, first + count):
            self._api.asked[chat] = time.monotonic()
            self._api.says(text, chat=chat)
            await asyncio.sleep(every)


async def _serve(api: BotApi, ready: threading.Event) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Http(api), "127.0.0.1", 0)
    api.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    ready.set()
    while not api.closing:  # noqa: ASYNC110 - set from another thread
        await asyncio.sleep(0.02)
    server.close()


@contextmanager
def running(api: BotApi | None = None) -> Iterator[BotApi]:
    """Run the server in a thread of its own on a free port."""
    api = api or BotApi()
    ready = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(api, ready)), daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield api
    finally:
        api.closing = True
        thread.join(5)


def main() -> None:
    """Serve in a process of its own until the end of its input; the first line it prints is its address."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--no-calls", action="store_true", help="keep no calls and no messages")
    options = parser.parse_args()
    with running(BotApi(keep_calls=not options.no_calls)) as api:
        print(api.base, flush=True)  # noqa: T201 - for the process that started this one
        input()


if __name__ == "__main__":
    main()
