"""The Telegram channel: an update in, the assistant's reply out."""

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from telegram import CallbackQuery, InlineKeyboardMarkup, InputFile, LinkPreviewOptions, Message, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import ApplicationBuilder, ContextTypes, TypeHandler

from bot.assistant import Assistant
from bot.channels.telegram.following import LiveMessages
from bot.channels.telegram.formatting import keyboard, messages, without_thumbs
from bot.channels.telegram.ordering import OnePersonAtATime
from bot.channels.telegram.polling import UpdatesRequest, read_update
from bot.channels.telegram.profile import Notebook, tell_profile
from bot.channels.telegram.sending import seconds_of, told_to_wait, with_retries
from bot.channels.telegram.translating import Incoming, incoming
from bot.dialogue.actions import taken_apart
from bot.dialogue.values import Attached, Pressed, Reply
from bot.errors import ChannelError
from bot.knowledge.library import Library
from scheduler.pace import Pace

_log = logging.getLogger(__name__)
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_UPDATES = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY]
# Buttons that lead through the menu change the message they hang on; all others get a new message.
_IN_PLACE = frozenset("mglbqp")
_LONGEST_PAUSE = 60.0
LARGEST_FILE = 10 * 1024 * 1024
"""Bytes of a file that staff may send; a larger one is not fetched."""


class SeenUpdates(Protocol):
    """Knows which updates have been answered."""

    def claim(self, update_id: int) -> bool:
        """Return whether this update is ours to answer."""

    def settle(self, update_id: int) -> None:
        """Note that an update has been answered."""


class TelegramChannel:
    """Serves one bot, by long polling or by webhook."""

    def __init__(
        self,
        assistant: Assistant,
        library: Library,
        notes: Notebook,
        updates: SeenUpdates,
        *,
        token: str,
        api_url: str,
        pace: Pace | None = None,
        live: LiveMessages | None = None,
    ) -> None:
        self._live = live or LiveMessages()
        self._assistant = assistant
        self.pace = pace or Pace(time.monotonic, asyncio.sleep)
        self._library = library
        self._notes = notes
        self._updates = updates
        self.token = token
        self.app = (
            ApplicationBuilder()
            .token(token)
            .base_url(f"{api_url}/bot")
            .base_file_url(f"{api_url}/file/bot")
            .get_updates_request(UpdatesRequest())
            .concurrent_updates(OnePersonAtATime())
            .build()
        )
        self.app.add_handler(TypeHandler(Update, self._on_update))

    # --- starting and stopping -----------------------------------------------------------------

    @property
    def name(self) -> str:
        """The bot's user name, known once started."""
        return str(self.app.bot.username)

    async def start(self, webhook_url: str | None = None, secret: str | None = None) -> None:
        """Begin to serve: by webhook if an address is given, else by long polling.

        Waits with growing pauses while the Bot API cannot be reached.

        Raises:
            ChannelError: if the token is wrong, or Telegram refuses the webhook's address.

        """
        await _patiently(self.app.initialize)
        try:
            await tell_profile(self.app.bot, self._library, self._notes)
        except TelegramError as error:
            _log.warning("the bot's name and commands could not be set (%s); trying again at the next start", error)
        await self.app.start()
        if webhook_url is not None:
            try:
                await _patiently(
                    lambda: self.app.bot.set_webhook(webhook_url, secret_token=secret, allowed_updates=_UPDATES)
                )
            except BadRequest as error:
                raise ChannelError(f"Telegram refuses WEGWIJZER_WEBHOOK_URL {webhook_url}: {error.message}.") from error
        elif self.app.updater is not None:
            await self.app.updater.start_polling(
                allowed_updates=_UPDATES, error_callback=_polling_failed, bootstrap_retries=-1
            )

    async def stop(self) -> None:
        """Finish what is being answered and stop."""
        await self._live.stop()
        if self.app.updater is not None and self.app.updater.running:
            await self.app.updater.stop()
        if self.app.running:
            await self.app.stop()
        await self.app.shutdown()

    async def receive(self, data: object) -> bool:
        """Take an update that came by webhook; return whether it was one."""
        update = read_update(data, self.app.bot)
        if update is not None:
            await self.app.update_queue.put(update)
        return update is not None

    # --- answering -----------------------------------------------------------------------------

    async def _on_update(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        came = incoming(update, self.name)
        if came is None or not self._updates.claim(update.update_id):
            return
        try:
            reply = self._reply(await self._with_file(came, update))
            await self._deliver(reply, came, update.callback_query)
        except Exception as error:  # noqa: BLE001 - the last door: a person must get an answer whatever failed
            # Only the kind of error is logged: its text may hold what the person wrote.
            _log.error("update not answered: %s at %s", type(error).__name__, _where(error))
            await self._deliver(self._assistant.trouble(came.address, came.language), came, None)
        self._updates.settle(update.update_id)

    def _reply(self, came: Incoming) -> Reply:
        # In a group nobody's choices apply and nothing may be kept.
        address = "telegram:group" if came.in_group else came.address
        return self._assistant.handle(address, came.message, came.language)

    async def _with_file(self, came: Incoming, update: Update) -> Incoming:
        """Fetch a file that somebody sent, if it was asked for; otherwise it is left where it is."""
        message = update.message
        sent = None if message is None else message.document or (message.photo[-1] if message.photo else None)
        if sent is None or came.in_group or not self._assistant.wants_file(came.address):
            return came
        if (sent.file_size or 0) > LARGEST_FILE:
            content = b""
        else:
            content = bytes(await (await sent.get_file()).download_as_bytearray())
        name = (message.document.file_name if message and message.document else None) or "foto.jpg"
        return replace(came, message=Attached(name, content, update.update_id))

    async def _deliver(self, reply: Reply, came: Incoming, query: CallbackQuery | None) -> None:
        markup = None if came.in_group else keyboard(reply.buttons)
        if query is not None:
            await _answered(query)
            if await self._in_place(reply, query, came.chat_id):
                return
        *first, last = messages(reply.message())
        for text in first:
            await self._send(came.chat_id, text)
        sent = await self._send(came.chat_id, last, markup)
        if reply.live and sent is not None and not first:
            self._keep_live(reply, came, sent)
        if reply.file is not None:
            file = InputFile(reply.file.content, filename=reply.file.name)
            await with_retries(lambda: self.app.bot.send_document(came.chat_id, file), self.pace, came.chat_id)

    def _keep_live(self, reply: Reply, came: Incoming, sent: Message) -> None:
        def ask(action: str) -> Reply:
            return self._reply(replace(came, message=Pressed(action)))

        async def change(fresh: Reply) -> bool:
            texts = messages(fresh.message())
            return len(texts) == 1 and await self._edited(sent, texts[0], fresh, came.chat_id)

        self._live.follow(came.chat_id, reply, ask, change)

    async def _send(self, chat_id: int, text: str, markup: InlineKeyboardMarkup | None = None) -> Message | None:
        return await with_retries(
            lambda: self.app.bot.send_message(
                chat_id,
                text,
                parse_mode=ParseMode.HTML,
                link_preview_options=_NO_PREVIEW,
                reply_markup=markup,
            ),
            self.pace,
            chat_id,
        )

    async def _in_place(self, reply: Reply, query: CallbackQuery, chat_id: int) -> bool:
        """Change the message of a pressed menu button; return whether that was all there was to do."""
        pressed = query.data or ""
        verb, _ = taken_apart(pressed)
        message = query.message
        if not isinstance(message, Message):
            return False  # too old for Telegram to change
        texts = messages(reply.message())
        if verb in _IN_PLACE and len(texts) == 1:
            return await self._edited(message, texts[0], reply, chat_id)
        if verb in "yn" and message.reply_markup is not None:
            rest = without_thumbs(message.reply_markup, pressed)
            await with_retries(lambda: message.edit_reply_markup(rest), self.pace, chat_id)
        return False

    async def _edited(self, message: Message, text: str, reply: Reply, chat_id: int) -> bool:
        try:
            async with self.pace.slot(chat_id, reply=True):
                await message.edit_text(
                    text,
                    parse_mode=ParseMode.HTML,
                    link_preview_options=_NO_PREVIEW,
                    reply_markup=keyboard(reply.buttons),
                )
        except BadRequest as error:
            # The same menu again is no fault; a message that can no longer be changed gets a new one.
            return "not modified" in error.message
        except RetryAfter as error:
            told_to_wait(self.pace, chat_id, seconds_of(error))
            return False
        except NetworkError:
            return False
        return True


async def _patiently(call: Callable[[], Awaitable[object]]) -> None:
    """Make a call of the start until the Bot API is reached."""
    pause = 1.0
    while True:
        try:
            await call()
            return
        except InvalidToken:
            raise ChannelError(
                "Telegram does not know this token: check WEGWIJZER_TELEGRAM_TOKEN (as @BotFather gave it)."
            ) from None
        except BadRequest:
            raise
        except (NetworkError, RetryAfter) as error:
            _log.warning("the Bot API cannot be reached (%s); trying again in %.0f s", type(error).__name__, pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


async def _answered(query: CallbackQuery) -> None:
    """Let the button stop turning. This is no message: it waits for nothing, and nothing depends on it."""
    try:
        await query.answer()
    except TelegramError as error:
        # Pressed long ago, most often: Telegram no longer waits for the answer.
        _log.info("a pressed button was not answered (%s)", type(error).__name__)


def _polling_failed(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        _log.error("another process is polling with the same token: stop one of the two")
    else:
        _log.warning("polling failed (%s); trying again", type(error).__name__)


def _where(error: BaseException) -> str:
    """The place in the code where an error arose: file and line, no text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else "?"


def webhook_secret(token: str, given: str | None) -> str:
    """Return the secret that Telegram sends along with each update: the one given, or one made from the token."""
    return given or hmac.new(token.encode(), b"wegwijzer webhook", hashlib.sha256).hexdigest()
