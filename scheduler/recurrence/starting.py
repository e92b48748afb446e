"""The moments at which an event begins."""

import heapq
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain, islice

from bot.knowledge.facts import AMSTERDAM
from scheduler.events import Event
from scheduler.recurrence.days_off import days_off
from scheduler.recurrence.rules import Rule


def starts(event: Event, after: datetime, before: datetime) -> Iterator[datetime]:
    """Yield when an event begins, from `after` on and earlier than `before`, in order, in Europe/Amsterdam.

    The event's own start is the first (RFC 5545), also where the rule would not give it, and counts for COUNT; days
    of `skip` are left out, and count for COUNT too. The rule repeats the local time: 19:30 stays 19:30. A time that the
    clock skips in March is that much later (2:30 is 3:30); of one that comes twice in October the first is meant.

    Args:
        event: what takes place; `rule` and `dates` add to its start.
        after: the earliest moment, aware.
        before: the end, aware, itself left out.

    Raises:
        BadRule: if the rule cannot be used or a calendar of `skip` is not known.

    """
    first = event.start.astimezone(AMSTERDAM).replace(tzinfo=None, fold=0)
    listed = sorted(datetime.combine(day, first.time()) for day in event.dates)
    last: datetime | None = None
    for wall in heapq.merge(_repeated(event.rule, first), listed):
        # Through UTC: that is where the hour that the clock skips comes out, and where times can be compared.
        moment = wall.replace(tzinfo=AMSTERDAM).astimezone(UTC)
        if moment >= before:
            return
        if wall == last or moment < after or wall.date() in days_off(event.skip, wall.year):
            continue
        last = wall
        yield moment.astimezone(AMSTERDAM)


def _repeated(text: str, first: datetime) -> Iterator[datetime]:
    """The start and what the rule gives after it, as local times without a zone."""
    if not text:
        yield first
        return
    rule = Rule.read(text)
    later = (wall for wall in rule.from_start(first) if wall > first)
    yield from islice(chain((first,), later), rule.count)
