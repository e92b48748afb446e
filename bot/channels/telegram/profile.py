"""What Telegram shows of the bot: name, descriptions and the command menu, per language, told only when changed."""

import hashlib
import json
from collections.abc import Mapping
from typing import Protocol

from telegram import Bot, BotCommand

from bot.knowledge.library import Library

SHOWN_COMMANDS = ("start", "menu", "subscriptions", "letters", "events", "language", "help", "privacy", "stop")
_NOTE = "telegram_profile"


class Notebook(Protocol):
    """Where what was told last is remembered."""

    def get(self, name: str) -> str | None:
        """Return a note."""

    def set(self, name: str, value: str) -> None:
        """Write a note."""


def profiles(library: Library) -> Mapping[str, Mapping[str, str]]:
    """Return, per Bot API language code, what to show; "" is for every language that has none of its own."""
    keys = ("name", "short", "description", *SHOWN_COMMANDS)
    found = {}
    for code in library.languages:
        words = library.words[library.answer_language(code)]
        found[code] = {key: words(f"telegram.{key}") for key in keys}
    return {"": found[library.source_language], **found}


async def tell_profile(bot: Bot, library: Library, notes: Notebook) -> bool:
    """Tell the Bot API the profile if it has changed since the last time; return whether it was told.

    Raises:
        telegram.error.TelegramError: if the Bot API refuses; the next start tries again.

    """
    wanted = profiles(library)
    digest = hashlib.sha256(json.dumps([bot.id, wanted], sort_keys=True).encode()).hexdigest()
    if notes.get(_NOTE) == digest:
        return False
    for code, texts in wanted.items():
        language = code or None
        commands = [BotCommand(name, texts[name]) for name in SHOWN_COMMANDS]
        await bot.set_my_commands(commands, language_code=language)
        await bot.set_my_name(texts["name"], language_code=language)
        await bot.set_my_short_description(texts["short"], language_code=language)
        await bot.set_my_description(texts["description"], language_code=language)
    notes.set(_NOTE, digest)
    return True
