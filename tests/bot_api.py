"""A local Bot API server: real HTTP, the part of Telegram that the tests need, and faults on demand.

It keeps every call, hands out updates by long polling as Telegram does (an offset confirms what lies before it),
and refuses what Telegram refuses: wrong tokens, messages and callback data that are too long, unknown HTML.
"""

import asyncio
import itertools
import json
import re
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

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
class BotApi:
    """The server's state; `base` is its address."""

    base: str = ""
    calls: list[Call] = field(default_factory=list)
    faults: deque[tuple[str, int, dict[str, Any]]] = field(default_factory=deque)
    slow: dict[int, float] = field(default_factory=dict)
    webhook: dict[str, Any] = field(default_factory=dict)
    closing: bool = False
    _updates: list[dict[str, Any]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1000))
    _messages: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

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

    # --- the server ----------------------------------------------------------------------------

    async def serve(self, request: Request) -> Response:
        """Answer a call."""
        if request.path_params["token"] != TOKEN:
            return _failure(401, "Unauthorized")
        method = request.path_params["method"]
        form = await request.form()
        data = {name: _value(str(value)) for name, value in form.items()}
        if method == "getUpdates":
            return await self._get_updates(data)
        if self.faults and self.faults[0][0] == method:
            _, status, extra = self.faults.popleft()
            if extra.pop("delivered", False):
                self.calls.append(Call(method, data, time.monotonic()))
            return _failure(status, "a fault on demand", **extra)
        if "chat_id" in data and data["chat_id"] in self.slow:
            await asyncio.sleep(self.slow[data["chat_id"]])
        refusal = _refused(method, data) or _refused_buttons(data)
        if refusal:
            return _failure(400, refusal)
        self.calls.append(Call(method, data, time.monotonic()))
        return JSONResponse({"ok": True, "result": self._result(method, data)})

    async def _get_updates(self, data: dict[str, Any]) -> Response:
        offset = int(data.get("offset", 0))
        with self._lock:
            self._updates = [update for update in self._updates if update["update_id"] >= offset]
        for _ in range(20):
            if self._updates or self.closing:
                break
            await asyncio.sleep(0.02)
        return JSONResponse({"ok": True, "result": self._updates[:100]})

    def _result(self, method: str, data: dict[str, Any]) -> Any:
        if method == "getMe":
            return BOT
        if method == "setWebhook":
            self.webhook = data
        if method in ("sendMessage", "editMessageText", "editMessageReplyMarkup"):
            shown = self.message(chat=int(data["chat_id"]), text=str(data.get("text", "…")))
            return {**shown, "from": BOT}
        return True


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _failure(status: int, description: str, **extra: Any) -> Response:
    return JSONResponse({"ok": False, "error_code": status, "description": description, **extra}, status)


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


@contextmanager
def running(api: BotApi | None = None) -> Iterator[BotApi]:
    """Run the server in a thread of its own on a free port."""
    api = api or BotApi()
    app = Starlette(routes=[Route("/bot{token}/{method}", api.serve, methods=["POST"])])
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    api.base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        api.closing = True
        server.should_exit = True
        thread.join(5)
        listening.close()
