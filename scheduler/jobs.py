"""Jobs: APScheduler wakes them at the right local time; each is one plain call with a clock."""

import logging
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.knowledge.facts import AMSTERDAM

_log = logging.getLogger(__name__)
TICK_SECONDS = 5


class Purged(Protocol):
    """Something that forgets what has become too old."""

    def purge(self, today: date) -> int:
        """Forget it and return how much it was."""


def forget_old(stores: Iterable[Purged], clock: Callable[[], datetime]) -> None:
    """Forget what may not be kept longer (questions, web sessions: 30 days)."""
    today = clock().astimezone(AMSTERDAM).date()
    for store in stores:
        store.purge(today)


def guarded(work: Callable[[], None]) -> Callable[[], None]:
    """Return work whose faults end nothing; only their kind is logged, for their text may hold what people wrote."""

    def run() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the next time it is tried again, whatever it was
            _log.error("what the clock should do failed: %s; trying again", type(error).__name__)

    return run


def jobs(stores: Iterable[Purged], tick: Callable[[], None], *, clock: Callable[[], datetime]) -> AsyncIOScheduler:
    """Return a scheduler, not yet started.

    It has one thread, so that two jobs never work on the clock's connection at once.

    Args:
        stores: forget what is too old, now and every night at half past three.
        tick: moves announcements and events along, every few seconds: letters and the calendar are on the web as well.
        clock: gives aware times.

    """
    scheduler = AsyncIOScheduler(timezone=AMSTERDAM, executors={"default": ThreadPoolExecutor(1)})
    remembered = tuple(stores)
    scheduler.add_job(
        guarded(lambda: forget_old(remembered, clock)), CronTrigger(hour=3, minute=30, timezone=AMSTERDAM),
        id="forget_old", coalesce=True, misfire_grace_time=None, next_run_time=clock(),
    )  # fmt: skip
    scheduler.add_job(
        guarded(tick), IntervalTrigger(seconds=TICK_SECONDS, timezone=AMSTERDAM), id="tick", coalesce=True,
        max_instances=1, misfire_grace_time=None, next_run_time=clock(),
    )  # fmt: skip
    return scheduler
