"""Updates of different people side by side, those of one person one after the other."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor


class OnePersonAtATime(BaseUpdateProcessor):
    """Runs updates concurrently, but never two of the same chat."""

    def __init__(self, max_concurrent_updates: int = 64) -> None:
        super().__init__(max_concurrent_updates)
        self._locks: dict[int, asyncio.Lock] = {}
        self._waiting: Counter[int] = Counter()

    async def do_process_update(self, update: object, coroutine: "Awaitable[Any]") -> None:
        """Wait until this chat's earlier updates are done, then process this one."""
        chat = update.effective_chat.id if isinstance(update, Update) and update.effective_chat else 0
        # An asyncio.Lock lets waiters in by the order in which they came, which is that of the update ids.
        lock = self._locks.setdefault(chat, asyncio.Lock())
        self._waiting[chat] += 1
        try:
            async with lock:
                await coroutine
        finally:
            self._waiting[chat] -= 1
            if not self._waiting[chat]:
                del self._waiting[chat], self._locks[chat]

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to free."""
