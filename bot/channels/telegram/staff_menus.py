"""Staff see their own commands in the menu of their chat, in their language; nobody else does.

Who is staff lies in the store, and may change there through another process: `refresh` compares and tells the rest.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import BadRequest, Forbidden

from bot.channels.telegram.profile import SHOWN_COMMANDS
from bot.knowledge.library import Library
from scheduler.announcements import fingerprint

_log = logging.getLogger(__name__)
LOOK = 20.0
"""Seconds between two looks at who is staff."""
_CHANNEL = "telegram:"


class ToldMenus(Protocol):
    """Remembers whose menu was told (bot.store.menus)."""

    def told(self) -> Mapping[str, str]:
        """Return what each address was told last, as a fingerprint."""

    def put(self, address: str, digest: str) -> None:
        """Remember what an address was told."""

    def drop(self, address: str) -> None:
        """Forget an address whose menu was taken back."""


class StaffMenus:
    """Keeps the menus of staff as they should be.

    Args:
        bot: python-telegram-bot's, initialised.
        library: the words of the commands.
        menus: what was told.
        staff: returns the addresses of all staff now, with the language that each reads.
        commands: those of staff, which come before everybody's.

    """

    def __init__(
        self,
        bot: Bot,
        library: Library,
        menus: ToldMenus,
        staff: Callable[[], Mapping[str, str]],
        commands: Sequence[str],
    ) -> None:
        self._names = (*commands, *SHOWN_COMMANDS)
        self._bot = bot
        self._library = library
        self._menus = menus
        self._staff = staff
        self._hopeless: set[tuple[str, str]] = set()

    async def run(self) -> None:
        """Refresh again and again, until cancelled."""
        while True:
            try:
                await self.refresh()
            except Exception as error:  # noqa: BLE001 - a menu must never end the serving of everybody else
                _log.warning("a menu of staff could not be set (%s); trying again", type(error).__name__)
            await asyncio.sleep(LOOK)

    async def refresh(self) -> None:
        """Tell the menus that have changed, and take back those of who is staff no longer.

        Raises:
            telegram.error.TelegramError: if the Bot API cannot be reached; what is told by then is remembered.

        """
        told = self._menus.told()
        wanted = {address: code for address, code in self._staff().items() if address.startswith(_CHANNEL)}
        for address in told.keys() - wanted.keys():
            await self._take_back(address)
        for address, code in wanted.items():
            commands = self._commands(code)
            digest = self._digest(commands)
            if told.get(address) != digest and (address, digest) not in self._hopeless:
                await self._tell(address, commands, digest)

    async def _tell(self, address: str, commands: list[BotCommand], digest: str) -> None:
        try:
            await self._bot.set_my_commands(commands, scope=BotCommandScopeChat(_chat(address)))
        except (BadRequest, Forbidden) as error:
            # A chat that is gone: the next start tries again.
            self._hopeless.add((address, digest))
            _log.info("a menu of staff was refused (%s)", type(error).__name__)
            return
        self._menus.put(address, digest)

    async def _take_back(self, address: str) -> None:
        try:
            await self._bot.delete_my_commands(scope=BotCommandScopeChat(_chat(address)))
        except (BadRequest, Forbidden) as error:
            _log.info("a menu of former staff was gone already (%s)", type(error).__name__)
        self._menus.drop(address)

    def _commands(self, code: str) -> list[BotCommand]:
        words = self._library.words[self._library.answer_language(code)]
        return [BotCommand(name, words(f"telegram.{name}")) for name in self._names]

    def _digest(self, commands: list[BotCommand]) -> str:
        return fingerprint(self._bot.id, [(one.command, one.description) for one in commands])


def _chat(address: str) -> int:
    return int(address.removeprefix(_CHANNEL))
