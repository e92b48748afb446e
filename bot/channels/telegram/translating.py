"""Updates become messages."""

from dataclasses import dataclass

from telegram import Message as TelegramMessage
from telegram import Update
from telegram.constants import ChatType, MessageEntityType

from bot.dialogue.typed import command
from bot.dialogue.values import Medium, Message, Pressed, Typed, Unsupported


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message for the assistant, and where it came from. `in_group`: answered, but nobody is remembered."""

    chat_id: int
    message: Message
    language: str | None
    in_group: bool = False

    @property
    def address(self) -> str:
        """The address by which the assistant knows this chat."""
        return f"telegram:{self.chat_id}"


# In the order in which they are asked for: a video note is a kind of voice, an animation comes as a document too.
_MEDIA = (
    (("voice", "audio", "video_note"), Medium.VOICE),
    (("photo", "video", "animation"), Medium.PHOTO),
    (("document",), Medium.DOCUMENT),
    (("sticker", "dice"), Medium.STICKER),
    (("location", "venue"), Medium.LOCATION),
    (("contact",), Medium.CONTACT),
    (("poll", "game", "story", "checklist", "paid_media", "invoice"), Medium.OTHER),
)


def incoming(update: Update, bot_name: str) -> Incoming | None:
    """Return what an update says to the assistant; None where nobody expects a reply.

    In groups only commands, mentions and replies to the bot are meant for us.
    """
    chat, user = update.effective_chat, update.effective_user
    if chat is None or (user is not None and user.is_bot):
        return None
    language = user.language_code.split("-")[0] if user and user.language_code else None
    in_group = chat.type != ChatType.PRIVATE
    message = _message(update, bot_name, in_group=in_group)
    return None if message is None else Incoming(chat.id, message, language, in_group)


def _message(update: Update, bot_name: str, *, in_group: bool) -> Message | None:
    if update.callback_query is not None:
        return Pressed(update.callback_query.data or "")
    if update.message is None and update.edited_message is None:
        return None
    received = update.message or update.edited_message
    if received is None:
        return None
    if in_group:
        return Unsupported(Medium.GROUP, _written(received)) if _meant_for_us(received, bot_name) else None
    if update.edited_message is not None:
        return Unsupported(Medium.EDITED, _written(received))
    if received.text is not None:
        return command(received.text) or Typed(received.text, update.update_id)
    return _medium(received)


def _medium(received: TelegramMessage) -> Message | None:
    for names, medium in _MEDIA:
        if any(getattr(received, name, None) for name in names):
            sign = received.sticker.emoji if received.sticker is not None else None
            return Unsupported(medium, sign or _written(received))
    # What is left are service messages (a pinned message, a changed photo): nobody expects a reply.
    return None


def _written(received: TelegramMessage) -> str:
    """The words of a message, wherever they stand."""
    if received.poll is not None:
        return received.poll.question
    return received.text or received.caption or ""


def _meant_for_us(received: TelegramMessage, bot_name: str) -> bool:
    text = _written(received)
    entities = {**received.parse_entities(), **received.parse_caption_entities()}
    for entity, words in entities.items():
        if entity.type == MessageEntityType.MENTION and words.casefold() == f"@{bot_name}".casefold():
            return True
        if entity.type == MessageEntityType.BOT_COMMAND:
            return "@" not in words or words.casefold().endswith(f"@{bot_name}".casefold())
    replied = received.reply_to_message
    to_us = bool(replied and replied.from_user and replied.from_user.username == bot_name)
    return to_us and bool(text)
