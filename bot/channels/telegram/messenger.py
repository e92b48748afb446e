"""Announcements on Telegram: a letter becomes one message, or files and then a message; errors become outcomes.

No text and no address reaches the log from here.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from telegram import Bot, InlineKeyboardMarkup, InputMediaDocument, LinkPreviewOptions, ReplyParameters
from telegram import Message as TelegramMessage
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.channels.telegram.formatting import keyboard, messages
from bot.channels.telegram.sending import seconds_of, surely_not_delivered
from bot.knowledge.document import plain
from scheduler.announcements import Attachment
from scheduler.composing import CAPTION_UNITS
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

PICTURES = frozenset({"picture", "photo"})
"""Kinds of attachments that are shown as a picture; every other one is sent as a file."""
_LETTERS_KEPT = 64
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
# What the Bot API says in a 400, by what it means; it has no codes for these.
_NOBODY_THERE = (
    "chat not found",
    "user not found",
    "user is deactivated",
    "peer_id_invalid",
    "group chat was deactivated",
)
_NOTHING_THERE = ("message to edit not found", "message to delete not found", "message_id_invalid")
_AS_IT_WAS = "message is not modified"
_HAS_NO_TEXT = "there is no text in the message to edit"
_WITHDRAWN_NAME = "wegwijzer.txt"
_CANNOT_DELETE = "message can't be deleted"
_UNKNOWN_FILE = ("wrong file identifier", "wrong remote file identifier", "file reference", "file_id")

Slots = Callable[[], AbstractAsyncContextManager[None]]


class FileIds(Protocol):
    """Remembers what was uploaded (bot.store.files)."""

    def get(self, name: str) -> str | None:
        """Return the id of an attachment, None if it has not been uploaded yet."""

    def set(self, name: str, file_id: str) -> None:
        """Remember the id of an attachment."""

    def forget(self, name: str) -> None:
        """Forget an id that is not known any more."""


@dataclass(frozen=True, slots=True)
class _Written:
    """A letter in Telegram's form: made once, sent to everybody."""

    texts: tuple[str, ...]
    markup: InlineKeyboardMarkup | None
    captioned: bool
    withdrawn: str
    withdrawn_file: bytes


class TelegramMessenger:
    """Carries letters to Telegram chats.

    Args:
        bot: python-telegram-bot's, initialised.
        files: remembers uploads.
        folder: where attachments lie under their names.
        patience: seconds to wait for an answer. Long: a message whose answer is not waited for is in doubt, and may
            have to be sent twice. An upload gets four times as much.

    """

    def __init__(self, bot: Bot, files: FileIds, folder: Path, *, patience: float = 30.0) -> None:
        self._timeouts: dict[str, Any] = {"read_timeout": patience, "write_timeout": patience, "connect_timeout": 10.0}
        self._for_uploads = {**self._timeouts, "read_timeout": 4 * patience, "write_timeout": 4 * patience}
        self._bot = bot
        self._files = files
        self._folder = folder
        self._uploading: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        # By identity, which is quicker than comparing texts: the outbox hands out one letter for all its readers.
        self._written: dict[int, tuple[Letter, _Written]] = {}

    def chat(self, row: Claimed) -> int:
        """Return the chat that a row is for."""
        return int(row.address.partition(":")[2])

    async def deliver(self, row: Claimed, letter: Letter, slot: Slots) -> Outcome:
        """Send, change or delete a message; every call of the Bot API is made within a `slot()` of its own."""
        written = self._write(letter)
        try:
            match row.job:
                case Job.SEND:
                    return await self._send(row, letter, written, slot)
                case Job.EDIT:
                    return await self._edit(row, written, slot)
                case Job.DELETE:
                    return await self._delete(row, written, slot)
        except TelegramError as error:
            return _outcome(error)

    def _write(self, letter: Letter) -> _Written:
        if id(letter) not in self._written:
            if len(self._written) >= _LETTERS_KEPT:
                self._written.clear()
            self._written[id(letter)] = (letter, _written(letter))
        return self._written[id(letter)][1]

    # --- sending -------------------------------------------------------------------------------

    async def _send(self, row: Claimed, letter: Letter, written: _Written, slot: Slots) -> Outcome:
        """Send the files first and without a sound, the text last: it carries the buttons.

        What of it has arrived is noted on the row, also if the rest has not: trying again goes on behind it.
        """
        arrived = list(row.others)
        parts: list[tuple[Attachment | None, str]]
        if written.captioned:
            parts = [(letter.attachments[0], written.texts[0])]
        else:
            parts = [(attachment, "") for attachment in letter.attachments]
            parts += [(None, text) for text in written.texts]
        # Never without the last: the text may be a shorter one by now, and there may be fewer parts.
        done = 0 if written.captioned else min(len(arrived), len(parts) - 1)
        for number, (attachment, text) in enumerate(parts[done:], done):
            last = number == len(parts) - 1
            how: dict[str, Any] = {
                "chat_id": self.chat(row),
                "disable_notification": row.silent or not last,
                "reply_markup": written.markup if last else None,
            }
            if last and row.reply_to is not None:
                how["reply_parameters"] = ReplyParameters(row.reply_to, allow_sending_without_reply=True)
            try:
                sent = await (
                    self._send_text(text, how, slot)
                    if attachment is None
                    else self._send_file(attachment, text, how, slot)
                )
            except TelegramError as error:
                return _outcome(error, tuple(arrived))
            except asyncio.CancelledError:
                if not arrived:
                    raise
                return Again(unsure=True, others=tuple(arrived))  # we end: the files must be known all the same
            arrived.append(sent.message_id)
        *others, message = arrived
        return Delivered(message, tuple(others))

    async def _send_text(self, text: str, how: dict[str, Any], slot: Slots) -> TelegramMessage:
        async with slot():
            return await self._bot.send_message(
                text=text, parse_mode=ParseMode.HTML, link_preview_options=_NO_PREVIEW, **how, **self._timeouts
            )

    async def _send_file(
        self, attachment: Attachment, caption: str, how: dict[str, Any], slot: Slots
    ) -> TelegramMessage:
        if caption:
            how.update(caption=caption, parse_mode=ParseMode.HTML)
        elif attachment.title:
            how["caption"] = attachment.title[:CAPTION_UNITS]
        known = self._files.get(attachment.name)
        if known is None:
            # The first one uploads it while the others wait: then it has an id for all of them.
            async with self._uploading[attachment.name]:
                known = self._files.get(attachment.name)
                if known is None:
                    return await self._upload(attachment, how, slot)
        try:
            return await self._send_known(attachment, known, how, slot, self._timeouts)
        except BadRequest as error:
            if _says(error, *_UNKNOWN_FILE):
                self._files.forget(attachment.name)
            raise

    async def _upload(self, attachment: Attachment, how: dict[str, Any], slot: Slots) -> TelegramMessage:
        if Path(attachment.name).name != attachment.name:
            raise ValueError("no name of an attached file")
        content = await asyncio.to_thread((self._folder / attachment.name).read_bytes)
        sent = await self._send_known(
            attachment, content, {**how, "filename": _file_name(attachment)}, slot, self._for_uploads
        )
        uploaded = sent.photo[-1] if attachment.kind in PICTURES and sent.photo else sent.document
        if uploaded is not None:
            self._files.set(attachment.name, uploaded.file_id)
        return sent

    async def _send_known(
        self, attachment: Attachment, file: str | bytes, how: dict[str, Any], slot: Slots, timeouts: Mapping[str, Any]
    ) -> TelegramMessage:
        async with slot():
            if attachment.kind in PICTURES:
                return await self._bot.send_photo(photo=file, **how, **timeouts)
            return await self._bot.send_document(document=file, **how, **timeouts)

    # --- changing and deleting -----------------------------------------------------------------

    async def _edit(self, row: Claimed, written: _Written, slot: Slots) -> Outcome:
        if row.message is None or len(written.texts) != 1:
            return Refused("only a message of one part can be changed")
        where = {**self._where(row, row.message), "reply_markup": written.markup}

        async def caption() -> None:
            await self._bot.edit_message_caption(
                caption=written.texts[0], parse_mode=ParseMode.HTML, **where, **self._timeouts
            )

        return await self._change(written.texts[0], where, slot, caption) or Delivered(row.message, row.others)

    async def _delete(self, row: Claimed, written: _Written, slot: Slots) -> Outcome:
        withdrawn = False
        for message in row.others:
            if not await self._deleted(row, message, slot):
                await self._withdraw(row, message, written, slot)
                withdrawn = True
        if row.message is None:
            return Withdrawn() if withdrawn else Deleted()
        if await self._deleted(row, row.message, slot):
            return Deleted()
        return await self._withdraw(row, row.message, written, slot) or Withdrawn()

    async def _withdraw(self, row: Claimed, message: int, written: _Written, slot: Slots) -> Outcome | None:
        """Let a message that cannot be deleted say "withdrawn", a file too; None if that worked."""
        where = self._where(row, message)

        async def file() -> None:
            # The file itself must go, not only the words below it. Its place can be taken, by a file of any kind
            # (Bot API, editMessageMedia); an empty one is refused.
            instead = InputMediaDocument(
                written.withdrawn_file, written.withdrawn, parse_mode=ParseMode.HTML, filename=_WITHDRAWN_NAME
            )
            await self._bot.edit_message_media(instead, **where, **self._for_uploads)

        return await self._change(written.withdrawn, where, slot, file)

    def _where(self, row: Claimed, message: int) -> dict[str, Any]:
        return {"chat_id": self.chat(row), "message_id": message}

    async def _change(
        self, text: str, where: dict[str, Any], slot: Slots, file: Callable[[], Awaitable[None]]
    ) -> Outcome | None:
        """Change the text of a message, or do what `file` does if it is one; None if that worked."""
        try:
            try:
                async with slot():
                    await self._bot.edit_message_text(
                        text, parse_mode=ParseMode.HTML, link_preview_options=_NO_PREVIEW, **where, **self._timeouts
                    )
            except BadRequest as error:
                if not _says(error, _HAS_NO_TEXT):
                    raise
                async with slot():
                    await file()
        except BadRequest as error:
            if _says(error, *_NOTHING_THERE):
                return NotThere()
            if not _says(error, _AS_IT_WAS):
                raise
        return None

    async def _deleted(self, row: Claimed, message: int, slot: Slots) -> bool:
        """Delete a message; False if it is too old for that (48 hours, Bot API, deleteMessage)."""
        try:
            async with slot():
                await self._bot.delete_message(self.chat(row), message, **self._timeouts)
        except BadRequest as error:
            if _says(error, *_NOTHING_THERE):
                return True
            if _says(error, _CANNOT_DELETE):
                return False
            raise
        return True


def _written(letter: Letter) -> _Written:
    withdrawn = messages(letter.withdrawn)
    return _Written(
        tuple(messages(letter.document)),
        keyboard(letter.buttons),
        len(letter.attachments) == 1 and len(messages(letter.document, CAPTION_UNITS)) == 1,
        withdrawn[0] if withdrawn else "",
        plain(letter.withdrawn).encode(),
    )


def _file_name(attachment: Attachment) -> str:
    """How the reader sees a file called: its title, with the ending that says what it is."""
    ending = Path(attachment.name).suffix
    return f"{attachment.title.removesuffix(ending)}{ending}" if attachment.title else attachment.name


def _says(error: TelegramError, *words: str) -> bool:
    message = error.message.casefold()
    return any(word in message for word in words)


def _outcome(error: TelegramError, others: tuple[int, ...] = ()) -> Outcome:
    match error:
        case Forbidden():
            return Gone()
        case RetryAfter():
            return Wait(seconds_of(error), others)
        case BadRequest() if _says(error, *_NOBODY_THERE):
            return Gone()
        case BadRequest() if _says(error, *_UNKNOWN_FILE):
            return Again(unsure=False, others=others)
        case BadRequest():
            return Refused(error.message, others)
        case NetworkError():
            # Also after a server error: what answers 502 may have handed it on.
            return Again(unsure=not surely_not_delivered(error, server_errors=False), others=others)
    return Again(unsure=False, others=others)
