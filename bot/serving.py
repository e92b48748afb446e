"""Serving: the web chat and Telegram side by side in one process, until somebody stops it."""

import asyncio
import gc
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import uvicorn

from bot.app import Knowledge, Store, build_assistant, build_desk, build_knowledge, build_store, now
from bot.assistant import Assistant
from bot.channels.web.application import WebChat, web_app
from bot.errors import ChannelError
from bot.settings import Settings
from bot.store.database import open_database
from bot.store.questions import Questions
from bot.store.running import only_one
from bot.store.talks import Talks
from scheduler.desk.desk import Desk
from scheduler.jobs import jobs

if TYPE_CHECKING:
    from bot.serving_telegram import TelegramService

_log = logging.getLogger(__name__)


def serve(settings: Settings) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Raises:
        WegwijzerError: if something must be put right first. Nothing has been changed then, but for a token that
            Telegram refuses: that shows only once the web chat is there, with its key and its database.

    """
    # httpx writes the address of each call at the level "info", and the bot's token is part of it.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    # At the level "debug" it writes the token, and what people write.
    logging.getLogger("telegram").setLevel(max(logging.INFO, logging.getLogger().level))
    for talkative in ("uvicorn.error", "telegram.ext.Updater"):
        logging.getLogger(talkative).addFilter(_without_traceback)
    with _socket(settings.host, settings.port) as listening:
        knowledge = build_knowledge(settings)
        gc.freeze()  # it stays until the end: collecting garbage need not look at it again, which takes 0.1 s each time
        with only_one(settings.data_dir):
            store = build_store(settings)
            if store.new_key:
                click.echo(
                    f"A new key was made: {settings.key_path}. Keep a copy in a safe place, apart from the database: "
                    "without it nobody who subscribed can be reached again."
                )
            asyncio.run(_serve(settings, knowledge, store, listening))


def _without_traceback(record: logging.LogRecord) -> bool:
    """Take the traceback out of what is logged: the text of an error may hold what a person wrote."""
    record.exc_info = None
    return True


class _Server(uvicorn.Server):
    """A web server that ends when told to, and leaves the rest of the process time to end well too.

    uvicorn's own raises the signal once more when it is done, which would kill Telegram and the database in mid-work.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End at SIGINT and SIGTERM."""
        before = {which: signal.signal(which, self.handle_exit) for which in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for which, handler in before.items():
                signal.signal(which, handler)


def _socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        # Who comes while everything is being read waits for that, and is not turned away.
        listening.listen()
    except (socket.gaierror, UnicodeError) as error:
        listening.close()
        raise ChannelError(
            f"{host!r} is no address that the web chat can listen on: check WEGWIJZER_HOST (127.0.0.1 is this machine "
            "only)."
        ) from error
    except OSError as error:
        listening.close()
        raise ChannelError(
            f"Port {port} on {host} cannot be used ({(error.strerror or str(error)).lower()}): stop what uses it, "
            "or choose another with WEGWIJZER_PORT or WEGWIJZER_HOST."
        ) from error
    return listening


async def _serve(settings: Settings, knowledge: Knowledge, store: Store, listening: socket.socket) -> None:
    desk = build_desk(knowledge.library, store.db, store.sealer, settings)
    assistant = build_assistant(knowledge, store, desk, settings)
    telegram = _telegram(settings, knowledge, store, assistant, desk)
    server = _web_server(settings, knowledge, assistant, desk, telegram)
    host, port = listening.getsockname()[:2]
    click.echo(f"Wegwijzer: the web chat is at http://{f'[{host}]' if ':' in host else host}:{port}")
    click.echo(f"Finder: {knowledge.finder_status}. Topics: {len(knowledge.library.topics)}. Stop with Ctrl-C.")
    if settings.practice:
        click.echo("Practice mode: announcements reach nobody but staff.")
    # The clock has a desk of its own, over a connection of its own: it works in a thread beside the others.
    clock_db = open_database(settings.database, store.sealer)
    clock_desk = build_desk(knowledge.library, clock_db, store.sealer, settings)
    scheduler = jobs(
        (
            Questions(clock_db),
            clock_desk.office.people,
            Talks(clock_db, store.sealer, now),
            clock_desk.office.deliveries,
            clock_desk.office.staff,
        ),
        clock_desk.clockwork.tick,
        clock=now,
    )
    scheduler.start()
    web = asyncio.create_task(server.serve([listening]))
    starting = asyncio.create_task(telegram.start()) if telegram else None
    try:
        await _first_of(web, starting)
    finally:
        server.should_exit = True
        if starting is not None and telegram is not None:
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            await telegram.stop()
        await web
        # A tick under way ends before its connection is closed: the event loop carries the shutdown out, and waits.
        scheduler.shutdown()
        await asyncio.sleep(0)
        clock_db.close()
        store.db.close()


async def _first_of(web: "asyncio.Task[None]", starting: "asyncio.Task[None] | None") -> None:
    """Wait for the web server to end; a Telegram that cannot start (a wrong token) ends everything."""
    waiting = {web} if starting is None else {web, starting}
    while web in waiting:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            await task


def _telegram(
    settings: Settings, knowledge: Knowledge, store: Store, assistant: Assistant, desk: Desk
) -> "TelegramService | None":
    if settings.telegram_token is None:
        click.echo("Telegram: not configured (set WEGWIJZER_TELEGRAM_TOKEN to switch it on).")
        return None
    # Only now: the library takes a fifth of a second to read, and who has no bot waits for nothing.
    from bot.serving_telegram import TelegramService

    return TelegramService(settings, knowledge, store, assistant, desk)


def _web_server(
    settings: Settings, knowledge: Knowledge, assistant: Assistant, desk: Desk, telegram: "TelegramService | None"
) -> uvicorn.Server:
    def bot_name() -> str:
        return telegram.name if telegram else ""

    chat = WebChat(assistant, knowledge.library, clock=now, board=desk.board, bot_name=bot_name)
    if telegram is not None and settings.webhook_path is not None:
        app = web_app(chat, webhook_path=settings.webhook_path, webhook=telegram.receive, secret=telegram.secret)
    else:
        app = web_app(chat)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, lifespan="off",
        proxy_headers=bool(settings.trusted_proxies), forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_graceful_shutdown=5,
    )  # fmt: skip
    return _Server(config)
