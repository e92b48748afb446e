"""Messages that show something under way: they are changed while it goes on, one in each chat."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from bot.dialogue.values import Reply

_log = logging.getLogger(__name__)
EVERY = 3.0
"""Seconds between two looks, at first; what takes long is looked at less often."""
_SHARE = 0.05
LONGEST = 3600.0
"""Seconds after which a message is left as it is; who opens it again sees how it stands."""


class LiveMessages:
    """Keeps the newest live message of each chat up to date, with a look `every` so many seconds."""

    def __init__(self, every: float = EVERY) -> None:
        self._every = every
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def follow(
        self, chat: int, shown: Reply, ask: Callable[[str], Reply], change: Callable[[Reply], Awaitable[bool]]
    ) -> None:
        """Change a message until what it shows is over.

        Args:
            chat: where it is; an earlier live message there stays as it is.
            shown: what it shows now.
            ask: returns what to show, for the action that `Reply.live` names.
            change: changes the message; False if that cannot be done any more.

        """
        if chat in self._tasks:
            self._tasks.pop(chat).cancel()
        task = asyncio.get_running_loop().create_task(self._keep(shown, ask, change))
        self._tasks[chat] = task
        task.add_done_callback(lambda done: self._tasks.pop(chat) if self._tasks.get(chat) is done else None)

    async def stop(self) -> None:
        """Leave all as they are."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(
        self, shown: Reply, ask: Callable[[str], Reply], change: Callable[[Reply], Awaitable[bool]]
    ) -> None:
        began = time.monotonic()
        while shown.live and (gone := time.monotonic() - began) < LONGEST:
            await asyncio.sleep(max(self._every, _SHARE * gone))
            try:
                fresh = ask(shown.live)
                changed = (fresh.document, fresh.buttons) != (shown.document, shown.buttons)
                if changed and not await change(fresh):
                    return
            except Exception as error:  # noqa: BLE001 - a look that fails harms nothing; the next one is asked for by hand
                _log.warning("a live message was left as it is: %s", type(error).__name__)
                return
            shown = fresh
