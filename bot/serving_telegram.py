"""Serving Telegram: the bot, what is sent to those who follow something, and the menus of staff."""

import asyncio
import secrets
import time

import click
from pydantic import SecretStr

from bot.app import Knowledge, Store, now
from bot.assistant import Assistant
from bot.channels.telegram.channel import TelegramChannel, webhook_secret
from bot.channels.telegram.messenger import TelegramMessenger
from bot.channels.telegram.staff_menus import StaffMenus
from bot.dialogue.staff.talk import COMMANDS
from bot.settings import Settings
from bot.store.database import open_database
from bot.store.deliveries import Deliveries
from bot.store.files import Files
from bot.store.menus import Menus
from bot.store.running import Generation
from bot.store.updates import Updates
from scheduler.desk.desk import Desk
from scheduler.outbox import Outbox
from scheduler.pace import Pace


class TelegramService:
    """One bot: it answers, sends announcements, and keeps the menus of staff, all at one pace.

    The settings must have a token.
    """

    def __init__(
        self, settings: Settings, knowledge: Knowledge, store: Store, assistant: Assistant, desk: Desk
    ) -> None:
        self._webhook_url = settings.webhook_url
        self._notes = store.notes
        self.name = ""
        """The bot's user name, known once started."""
        token = _text(settings.telegram_token)
        self.secret = webhook_secret(token, _text(settings.webhook_secret))
        """What Telegram sends along with each update that comes by webhook."""
        pace = Pace(
            time.monotonic, asyncio.sleep, per_second=settings.pace_per_second,
            per_chat_second=settings.pace_per_chat, per_group_minute=settings.pace_per_group,
        )  # fmt: skip
        updates = Updates(store.db, "telegram", run=secrets.token_hex(8))
        updates.purge()
        self._channel = TelegramChannel(
            assistant, knowledge.library, store.notes, updates,
            token=token, api_url=settings.telegram_api_url, pace=pace,
        )  # fmt: skip
        self.receive = self._channel.receive
        self._sending = _Sending(settings, store, self._channel, pace, desk)
        self._menus = _staff_menus(knowledge, store, self._channel, desk)
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to serve; this ends when everything is under way.

        Raises:
            ChannelError: if Telegram refuses the token or the webhook.

        """
        if self._webhook_url is None:
            await self._channel.start()
            click.echo(f"Telegram: @{self._channel.name}, by long polling.")
        else:
            await self._channel.start(self._webhook_url, self.secret)
            click.echo(f"Telegram: @{self._channel.name}, by webhook at {self._webhook_url}.")
        self.name = self._channel.name
        self._notes.set("telegram_username", self.name)
        self._sending.start()
        self._keeping = asyncio.create_task(self._menus.run())

    async def stop(self) -> None:
        """Let what is being sent and answered arrive, then end."""
        await self._sending.stop()
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        await self._channel.stop()


class _Sending:
    """The outbox at work: a connection of its own, and the task that it runs in.

    The desk gives the words of an announcement, and is told what became of it.
    """

    def __init__(self, settings: Settings, store: Store, channel: TelegramChannel, pace: Pace, desk: Desk) -> None:
        self._db = open_database(settings.database, store.sealer)
        self._generation = Generation(self._db, settings.data_dir)
        bot_number = channel.token.partition(":")[0]
        self._outbox = Outbox(
            Deliveries(self._db, store.sealer, now, practice=settings.practice),
            TelegramMessenger(channel.app.bot, Files(store.db, bot_number), settings.attachments),
            pace, desk.mailroom.letter, now,
            finished=desk.clockwork.finished,
            refused=desk.clockwork.refused,
            turned=self._generation.rotate,
        )  # fmt: skip
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to send."""
        if not self._generation.check():
            click.echo(
                "Sending is paused: this database was put back from a backup, and what it holds may have been sent "
                "since. Look at it with  wegwijzer outbox status, and go on with  wegwijzer outbox resume."
            )
        self._generation.rotate()
        self._task = asyncio.create_task(self._outbox.run())

    async def stop(self) -> None:
        """Let what is under way arrive, then end."""
        self._outbox.stop()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
        self._db.close()


def _staff_menus(knowledge: Knowledge, store: Store, channel: TelegramChannel, desk: Desk) -> StaffMenus:
    office, source = desk.office, knowledge.library.source_language

    def staff() -> dict[str, str]:
        return {address: office.people.find(address).language or source for address in office.staff.addresses()}

    return StaffMenus(channel.app.bot, knowledge.library, Menus(store.db, store.sealer), staff, COMMANDS)


def _text(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
