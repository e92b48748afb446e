"""Jobs: APScheduler wakes them at the right local time; each is one plain call with a clock."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from bot.knowledge.facts import AMSTERDAM


class Purged(Protocol):
    """Something that forgets what has become too old."""

    def purge(self, today: date) -> int:
        """Forget it and return how much it was."""


def forget_old(stores: tuple[Purged, ...], clock: Callable[[], datetime]) -> None:
    """Forget what may not be kept longer (questions, web sessions: 30 days)."""
    today = clock().astimezone(AMSTERDAM).date()
    for store in stores:
        store.purge(today)


def housekeeping(*stores: Purged, clock: Callable[[], datetime]) -> AsyncIOScheduler:
    """Return a scheduler, not yet started, that forgets old things now and every night at half past three."""
    scheduler = AsyncIOScheduler(timezone=AMSTERDAM)
    scheduler.add_job(
        forget_old, CronTrigger(hour=3, minute=30, timezone=AMSTERDAM), args=[stores, clock],
        id="forget_old", coalesce=True, misfire_grace_time=None, next_run_time=clock(),
    )  # fmt: skip
    return scheduler
