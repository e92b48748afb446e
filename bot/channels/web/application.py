"""The web server: the chat at /, a page per topic at /<language>/<topic-id>, Telegram's webhook if there is one."""

import hmac
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.assistant import Assistant
from bot.channels.web.headers import SecurityHeaders
from bot.channels.web.limiting import BodyLimit, RateLimit, TooLarge
from bot.channels.web.publications import Board, Feed, Publications
from bot.dialogue.actions import LIMIT, action
from bot.dialogue.values import Command, Message, Pressed, Reply, Typed
from bot.knowledge.document import Bullets, Document, line, plain
from bot.knowledge.facts import AMSTERDAM
from bot.knowledge.library import Library
from bot.store import sessions

HERE = Path(__file__).parent
STYLES = ("document", "heading-1", "heading-2", "paragraph", "unordered-list", "link", "button", "textarea",
          "form-label", "skip-link", "page-header", "page-footer")  # fmt: skip
LONGEST_QUESTION = 2000
"""Characters; a longer text is refused kindly, nothing of it is cut off unseen."""
LARGEST_BODY = 64 * 1024
"""Bytes of a form."""
LARGEST_UPDATE = 1024 * 1024
"""Bytes of a webhook update: a long message in reply to a long one, its letters as \\uXXXX, is beyond a form."""

_log = logging.getLogger(__name__)


class WebChat:
    """The pages. `clock` gives aware times, `seconds` a monotonic clock for the rate limit."""

    def __init__(
        self,
        assistant: Assistant,
        library: Library,
        *,
        clock: Callable[[], datetime],
        seconds: Callable[[], float] = time.monotonic,
        board: Board | None = None,
    ) -> None:
        self._assistant = assistant
        self._library = library
        self._clock = clock
        self._limit = RateLimit(seconds)
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self._templates.tests["bullets"] = lambda block: isinstance(block, Bullets)
        self._style = _stylesheet()
        self._board = board

    def routes(self) -> list[Route | Mount]:
        """The addresses that the chat serves."""
        publications = (
            Publications(self._library, self._board, self._published, self._not_found).routes() if self._board else []
        )
        return [
            Route("/", self.home, methods=["GET"]),
            Route("/", self.say, methods=["POST"]),
            Route("/healthz", self.health),
            Route("/style.css", self.style),
            Mount("/static", StaticFiles(directory=HERE / "static")),
            Route("/{language}", self.in_language, methods=["GET"]),
            Route("/{language}/", self.in_language, methods=["GET"]),
            *publications,
            Route("/{language}/{topic}", self.topic, methods=["GET"]),
        ]

    # --- the pages -----------------------------------------------------------------------------

    async def home(self, request: Request) -> Response:
        """Greet, or welcome back."""
        address, hint = self._address(request), self._hint(request)
        reply = self._assistant.handle(address or "web:", Command("start"), hint)
        return self._page(request, self._assistant.language(address or "web:", hint), reply)

    async def in_language(self, request: Request) -> Response:
        """Greet in the language of the address; nothing is remembered."""
        language = request.path_params["language"]
        if language not in self._library.words:
            return self._not_found(request)
        reply = self._assistant.handle("web:", Command("start"), language)
        return self._page(request, language, reply)

    async def topic(self, request: Request) -> Response:
        """Show one topic in one language; for who told us who they are, only what concerns them."""
        language, topic = request.path_params["language"], request.path_params["topic"]
        if language not in self._library.words or topic not in self._library.topics:
            return self._not_found(request)
        pressed = Pressed(action("t", topic, language))
        reply = self._assistant.handle(self._address(request) or "web:", pressed, language)
        return self._page(request, language, reply, topic=topic)

    async def say(self, request: Request) -> Response:
        """Answer what was typed or pressed: a fragment for the page's script, a whole page without it."""
        if not _same_origin(request):
            raise HTTPException(403)
        wait = self._limit.wait(request.client.host if request.client else "")
        address, hint = self._address(request), self._hint(request)
        language = self._assistant.language(address or "web:", hint)
        if wait:
            return self._trouble(request, language, "web.too_often", 429, {"Retry-After": str(wait)}, count=wait)
        form = await request.form(max_files=0, max_fields=8)
        message = _message(form)
        typed = message.text if isinstance(message, Typed) else ""
        if len(typed) > LONGEST_QUESTION and not self._assistant.speaks_of_danger(typed):
            return self._too_long(request, language)
        session = None
        if address is None:
            session = sessions.new_session(self._today())
            address = sessions.address(session)
        reply = self._assistant.handle(address, message, hint)
        shown = self._assistant.language(address, hint)
        if request.headers.get("x-fragment"):
            response: Response = self._html("reply.html", shown, reply=reply, asked="", status=200)
        else:
            response = self._page(request, shown, reply, asked=typed.strip())
        if session is not None:
            response.set_cookie(
                sessions.COOKIE, session, httponly=True, samesite="lax", secure=request.url.scheme == "https"
            )
        return response

    async def health(self, _request: Request) -> Response:
        """Say that the server is there."""
        return PlainTextResponse("ok\n")

    async def style(self, _request: Request) -> Response:
        """The NL Design System and our own values for it, in one file."""
        return Response(self._style, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})

    async def too_large(self, request: Request, _error: Exception) -> Response:
        """Say that a body is too large; what is left of it is not read any more."""
        hint = self._hint(request)
        response = self._too_long(request, self._assistant.language(self._address(request) or "web:", hint))
        response.headers["Connection"] = "close"
        return response

    async def failed(self, request: Request, error: Exception) -> Response:
        """Say in the person's language that something went wrong; never a traceback."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 404:
            return self._not_found(request)
        if status >= 500:
            # Only the kind of error is logged: its text may hold what the person wrote.
            _log.error("page not served: %s", type(error).__name__)
        hint = self._hint(request)
        reply = self._assistant.trouble("web:", hint)
        return self._page(request, reply.language, reply, status=status)

    # --- making pages --------------------------------------------------------------------------

    def _page(
        self,
        request: Request,
        language: str,
        reply: Reply,
        *,
        asked: str = "",
        topic: str = "",
        status: int = 200,
        feeds: Sequence[Feed] = (),
    ) -> HTMLResponse:
        title = plain(Document(reply.document.blocks[:1])) if topic else ""
        return self._html(
            "page.html", language, reply=reply, asked=asked, topic=topic, page_title=title, status=status,
            languages=self._library.spoken, path=request.url.path, feeds=feeds,
        )  # fmt: skip

    def _published(
        self, request: Request, language: str, reply: Reply, topic: str, feeds: Sequence[Feed]
    ) -> HTMLResponse:
        return self._page(request, language, reply, topic=topic, feeds=feeds)

    def _html(self, template: str, language: str, *, status: int, **values: object) -> HTMLResponse:
        words = self._library.words[language]
        html = self._templates.get_template(template).render(
            words=words, language=self._library.languages[language], library=self._library, rows=_rows,
            most=LONGEST_QUESTION, emergency_number=self._library.facts["emergency_number"].value, **values,
        )  # fmt: skip
        return HTMLResponse(html, status)

    def _not_found(self, request: Request) -> Response:
        language = request.path_params.get("language", "")
        hint = language if language in self._library.words else self._hint(request)
        code = self._assistant.language(self._address(request) or "web:", hint)
        return self._trouble(request, code, "web.not_found", 404, {})

    def _too_long(self, request: Request, language: str) -> Response:
        return self._trouble(request, language, "web.too_long", 413, {}, most=LONGEST_QUESTION)

    def _trouble(
        self,
        request: Request,
        language: str,
        key: str,
        status: int,
        headers: dict[str, str],
        **values: object,
    ) -> Response:
        words = self._library.words[language]
        menu = self._assistant.handle("web:", Command("menu"), language)
        document = line(words(key, **values)) + self._assistant.numbers(language)
        reply = Reply(document, language, menu.buttons)
        if request.headers.get("x-fragment"):
            response = self._html("reply.html", language, reply=reply, asked="", status=status)
        else:
            response = self._page(request, language, reply, status=status)
        response.headers.update(headers)
        return response

    # --- who is asking -------------------------------------------------------------------------

    def _today(self) -> date:
        return self._clock().astimezone(AMSTERDAM).date()

    def _address(self, request: Request) -> str | None:
        session = request.cookies.get(sessions.COOKIE)
        return sessions.address(session) if session and sessions.valid(session, self._today()) else None

    def _hint(self, request: Request) -> str | None:
        """The first language of the browser that we know."""
        for part in request.headers.get("accept-language", "").split(",")[:10]:
            code = part.split(";")[0].strip().split("-")[0].casefold()
            if code in self._library.languages:
                return code
        return None


Webhook = Callable[[object], Awaitable[bool]]
"""Takes what came, and says whether it was an update."""


def web_app(
    chat: WebChat, *, webhook_path: str | None = None, webhook: Webhook | None = None, secret: str = ""
) -> Starlette:
    """Return the web application; with a webhook, Telegram's updates come in at `webhook_path`."""

    async def receive(request: Request) -> Response:
        given = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return PlainTextResponse("", 403)
        try:
            taken = webhook is not None and await webhook(await request.json())
        except (ValueError, RecursionError):
            taken = False
        if not taken:
            _log.warning("what came by webhook was no update")
        return PlainTextResponse("", 200 if taken else 400)

    routes = chat.routes()
    if webhook_path is not None:
        routes.insert(0, Route(webhook_path, receive, methods=["POST"]))
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(GZipMiddleware, minimum_size=1000),
            Middleware(BodyLimit, most=LARGEST_BODY, larger={webhook_path: LARGEST_UPDATE}),
        ],
        exception_handlers={TooLarge: chat.too_large, HTTPException: chat.failed, Exception: chat.failed},
    )


def _message(form: FormData) -> Message:
    pressed = form.get("action")
    if isinstance(pressed, str) and pressed:
        return Pressed(pressed[:LIMIT])
    text = form.get("text")
    return Typed(text if isinstance(text, str) else "")


def _rows(reply: Reply) -> Iterable[tuple[str, Iterable[object]]]:
    """Rows of buttons with the name of their look: thumbs and small things lie side by side."""
    for row in reply.buttons:
        yield ("row" if len(row) > 1 else "single"), row


def _same_origin(request: Request) -> bool:
    """Whether a form comes from our own page: browsers say so in Sec-Fetch-Site or Origin."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _stylesheet() -> str:
    parts = [HERE / "static" / "nl-design-system" / f"{name}.css" for name in STYLES]
    parts.append(HERE / "static" / "theme.css")
    return "\n".join(path.read_text(encoding="utf-8") for path in parts)
