"""The web server: the chat at /, a page per topic at /<language>/<topic-id>, Telegram's webhook if there is one."""

import hashlib
import hmac
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
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
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from bot.assistant import Assistant
from bot.channels.web.headers import SecurityHeaders
from bot.channels.web.limiting import BodyLimit, RateLimit, TooLarge, network_of
from bot.channels.web.publications import Board, Feed, Publications
from bot.dialogue.actions import LIMIT, action
from bot.dialogue.typed import command
from bot.dialogue.values import Command, Forget, Pressed, Reply, Typed
from bot.knowledge.document import Bullets, Document, line, parse, plain
from bot.knowledge.facts import AMSTERDAM, Audience, show
from bot.knowledge.library import Library
from bot.store import sessions

HERE = Path(__file__).parent
STYLES = ("document", "heading-2", "paragraph", "unordered-list", "link", "button", "textarea", "form-label",
          "skip-link", "page-header", "page-footer")  # fmt: skip
LONGEST_QUESTION = 2000
"""Characters; a longer text is refused kindly, nothing of it is cut off unseen."""
LARGEST_BODY = 64 * 1024
"""Bytes of a form."""
LARGEST_UPDATE = 1024 * 1024
"""Bytes of a webhook update: a long message in reply to a long one, its letters as \\uXXXX, is beyond a form."""

_log = logging.getLogger(__name__)


class WebChat:
    """The pages.

    `clock` gives aware times, `seconds` a monotonic clock for the rate limit, `bot_name` the user name of the bot in
    Telegram, "" as long as there is none.
    """

    def __init__(
        self,
        assistant: Assistant,
        library: Library,
        *,
        clock: Callable[[], datetime],
        seconds: Callable[[], float] = time.monotonic,
        board: Board | None = None,
        bot_name: Callable[[], str] = str,
    ) -> None:
        self._assistant = assistant
        self._library = library
        self._clock = clock
        self._by_session = RateLimit(seconds)
        self._by_network = RateLimit(seconds, burst=200, per_minute=400)
        self._warned = False
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self._templates.tests["bullets"] = lambda block: isinstance(block, Bullets)
        self._style = _stylesheet()
        self._version = _version(self._style)
        apologies = {one: assistant.trouble("web:", one.code).document for one in library.spoken}
        self._last_resort = self._templates.get_template("last_resort.html").render(apologies=apologies)
        self._board = board
        self._bot_name = bot_name

    def routes(self) -> list[Route | Mount]:
        """The addresses that the chat serves."""
        publications = (
            Publications(self._library, self._board, self._published, self._not_found, self._audience).routes()
            if self._board
            else []
        )
        return [
            Route("/", self.home, methods=["GET"]),
            Route("/", self.say, methods=["POST"]),
            Route("/healthz", self.health),
            Route("/style.css", self.style),
            Mount("/static", _Static(self._version)),
            Route("/{language}", self.in_language, methods=["GET"]),
            Route("/{language}/", self.in_language, methods=["GET"]),
            *publications,
            Route("/{language}/{topic}", self.topic, methods=["GET"]),
        ]

    # --- the pages -----------------------------------------------------------------------------

    async def home(self, request: Request) -> Response:
        """Greet, or welcome back."""
        reply = self._assistant.handle(self._address(request) or "web:", Command("start"), self._hint(request))
        return self._page(request, self._language(request), reply)

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
        form = await request.form(max_files=0, max_fields=8)
        request.state.page_language = _field(form, "language")
        pressed, typed = _field(form, "action"), _field(form, "text")
        wait = self._wait(request)
        too_long = len(typed) > LONGEST_QUESTION
        if (wait or too_long) and not self._assistant.speaks_of_danger(typed):
            if too_long:
                return self._too_long(request)
            return self._trouble(request, "web.too_often", 429, {"Retry-After": str(wait)}, count=wait)
        address, session = self._address(request), None
        if address is None:
            session = sessions.new_session(self._today())
            address = sessions.address(session)
        hint = self._hint(request)
        said = Pressed(pressed[:LIMIT]) if pressed else command(typed.strip()) or Typed(typed)
        reply = self._assistant.handle(address, said, hint)
        shown = self._assistant.language(address, hint)
        if request.headers.get("x-fragment"):
            response: Response = self._html("reply.html", shown, reply=reply, asked="", status=200)
        else:
            response = self._page(request, shown, reply, asked=typed.strip())
        secure = request.url.scheme == "https"
        if any(isinstance(change, Forget) for change in reply.changes):
            response.delete_cookie(sessions.COOKIE, httponly=True, samesite="lax", secure=secure)
        elif session is not None:
            response.set_cookie(sessions.COOKIE, session, httponly=True, samesite="lax", secure=secure)
        return response

    async def health(self, _request: Request) -> Response:
        """Say that the server is there."""
        return PlainTextResponse("ok\n")

    async def style(self, request: Request) -> Response:
        """The NL Design System and our own values for it, in one file."""
        headers = {"Cache-Control": _caching(request.scope, self._version)}
        return Response(self._style, media_type="text/css", headers=headers)

    async def too_large(self, request: Request, _error: Exception) -> Response:
        """Say that a body is too large; what is left of it is not read any more."""
        response = self._too_long(request)
        response.headers["Connection"] = "close"
        return response

    async def failed(self, request: Request, error: Exception) -> Response:
        """Say in the person's language what went wrong, or in every language; never a traceback."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 404:
            return self._not_found(request)
        if isinstance(error, HTTPException) and status < 500:
            return self._trouble(request, "web.refused", status, error.headers or {})
        # Only the kind of error is logged: its text may hold what the person wrote.
        _log.error("page not served: %s", type(error).__name__)
        try:
            reply = self._assistant.trouble("web:", self._hint(request))
            return self._page(request, reply.language, reply, status=status)
        except Exception as another:  # noqa: BLE001 - whatever else is broken, the number to call must be there
            _log.error("nor was the apology: %s", type(another).__name__)
            return HTMLResponse(self._last_resort, status)

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
            languages=self._library.spoken, path=request.url.path, feeds=feeds, bot=self._bot_name(),
            hint=self._hint_below(language), numbers=self._assistant.numbers(language),
        )  # fmt: skip

    def _published(
        self, request: Request, language: str, reply: Reply, topic: str, feeds: Sequence[Feed]
    ) -> HTMLResponse:
        return self._page(request, language, reply, topic=topic, feeds=feeds)

    def _html(self, template: str, language: str, *, status: int, **values: object) -> HTMLResponse:
        words = self._library.words[language]
        html = self._templates.get_template(template).render(
            words=words, language=self._library.languages[language], library=self._library,
            most=LONGEST_QUESTION, version=self._version, **values,
        )  # fmt: skip
        return HTMLResponse(html, status)

    def _hint_below(self, language: str) -> Document:
        number = show(self._library.facts["emergency_number"], self._library.languages[language].locale)
        return parse(self._library.words[language]("web.hint", emergency_number=number))

    def _not_found(self, request: Request) -> Response:
        """Say so; but who names a language that another one answers for is sent to that one."""
        language = request.path_params.get("language", "")
        if language in self._library.languages and language not in self._library.words:
            rest = request.url.path.removeprefix(f"/{language}")
            return RedirectResponse(f"/{self._library.answer_language(language)}{rest}", 302)
        return self._trouble(request, "web.not_found", 404, {})

    def _too_long(self, request: Request) -> Response:
        return self._trouble(request, "web.too_long", 413, {}, most=LONGEST_QUESTION)

    def _trouble(
        self, request: Request, key: str, status: int, headers: Mapping[str, str], **values: object
    ) -> Response:
        language = self._language(request)
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

    def _wait(self, request: Request) -> int:
        """Count a message; return how many seconds too early it is, or 0.

        A shelter, or a whole network, may share one address; who has a session is counted as a person first.
        """
        session, client = self._address(request), request.client.host if request.client else ""
        if client not in request.headers.get("x-forwarded-for", client) and not self._warned:
            self._warned = True
            _log.warning(
                "a proxy that is not among WEGWIJZER_TRUSTED_PROXIES sends X-Forwarded-For: all who come through it "
                "share one limit, and their cookies are not kept to https"
            )
        return (self._by_session.wait(session) if session else 0) or self._by_network.wait(network_of(client))

    def _today(self) -> date:
        return self._clock().astimezone(AMSTERDAM).date()

    def _address(self, request: Request) -> str | None:
        session = request.cookies.get(sessions.COOKIE)
        return sessions.address(session) if session and sessions.valid(session, self._today()) else None

    def _language(self, request: Request) -> str:
        """The language that the interface speaks with who asks this."""
        return self._assistant.language(self._address(request) or "web:", self._hint(request))

    def _audience(self, request: Request) -> Audience | None:
        return self._assistant.person(self._address(request) or "web:").audience

    def _hint(self, request: Request) -> str | None:
        """The language of the page that somebody is at (its address or its form says so), else of their browser."""
        page = (request.path_params.get("language"), getattr(request.state, "page_language", None))
        wanted = (*page, *_accepted(request.headers.get("accept-language", "")))
        return next((code for code in wanted if code in self._library.languages), None)


Webhook = Callable[[object], Awaitable[bool]]
"""Takes what came, and says whether it was an update."""


def web_app(
    chat: WebChat, *, webhook_path: str | None = None, webhook: Webhook | None = None, secret: str = ""
) -> ASGIApp:
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
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(GZipMiddleware, minimum_size=1000),
            Middleware(BodyLimit, most=LARGEST_BODY, larger={webhook_path: LARGEST_UPDATE}),
        ],
        exception_handlers={TooLarge: chat.too_large, HTTPException: chat.failed, Exception: chat.failed},
    )
    # Around everything: Starlette answers what nobody foresaw outside its own middleware.
    return SecurityHeaders(app)


def _accepted(header: str) -> list[str]:
    """Return the languages of an Accept-Language header, the most wanted first."""
    wanted: list[tuple[float, str]] = []
    for part in header.split(",")[:10]:
        name, *parameters = (piece.strip().casefold() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if re.fullmatch(r"q=[01](\.\d{0,3})?", piece)), "1")
        if float(quality):
            wanted.append((float(quality), name.split("-")[0]))
    return [code for _, code in sorted(wanted, key=lambda one: -one[0])]


def _field(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _same_origin(request: Request) -> bool:
    """Whether a form comes from our own page: browsers say so in Sec-Fetch-Site or Origin."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


class _Static(StaticFiles):
    """Files that a browser may keep for good where they are asked for by their version."""

    def __init__(self, version: str) -> None:
        super().__init__(directory=HERE / "static")
        self._version = version

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = _caching(scope, self._version)
        return response


def _caching(scope: Scope, version: str) -> str:
    """Return how long what is asked for may be kept: another version has another address."""
    return "public, max-age=31536000, immutable" if scope["query_string"] == version.encode() else "no-cache"


def _version(style: str) -> str:
    """Return a name that changes with the stylesheet or any other file of the page."""
    files = (path.read_bytes() for path in sorted((HERE / "static").glob("*.*")))
    return hashlib.sha256(b"".join((style.encode(), *files))).hexdigest()[:12]


def _stylesheet() -> str:
    parts = [HERE / "static" / "nl-design-system" / f"{name}.css" for name in STYLES]
    parts.append(HERE / "static" / "theme.css")
    return "\n".join(path.read_text(encoding="utf-8") for path in parts)
