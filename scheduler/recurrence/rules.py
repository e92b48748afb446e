"""The part of RFC 5545's recurrence rules that an event can have.

Everything that staff can say in words, and no more: each rule that is accepted can be said back, repeats at most
once a day, and is worked out in bounded time, whatever it asks for.
"""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from dateutil import rrule

from bot.knowledge.facts import AMSTERDAM

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKDAYS = DAYS[:5]
LAST = -1
_MOST_APART = {"DAILY": 366, "WEEKLY": 104, "MONTHLY": 60, "YEARLY": 10}
_MOST_TIMES = 1000
_FREQUENCY: dict[str, Literal[0, 1, 2, 3]] = {
    "DAILY": rrule.DAILY,
    "WEEKLY": rrule.WEEKLY,
    "MONTHLY": rrule.MONTHLY,
    "YEARLY": rrule.YEARLY,
}
_WEEKDAY = dict(zip(DAYS, (rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU), strict=True))
_LEAP = 2000
"""A leap year, so that 29 February counts as a day that exists."""


class Problem(StrEnum):
    """What is wrong with a rule or a phrase; the words stand in recurrence.yaml under `recurrence.problems`."""

    NOT_UNDERSTOOD = "not_understood"
    AMBIGUOUS = "ambiguous"
    NOT_A_RULE = "not_a_rule"
    OUT_OF_RANGE = "out_of_range"
    NEVER = "never"
    UNKNOWN_CALENDAR = "unknown_calendar"


class BadRule(ValueError):
    """A rule or phrase that cannot be used; `code` says why."""

    def __init__(self, code: Problem) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass(frozen=True, slots=True)
class Rule:
    """A recurrence rule, read and checked.

    `days` are weekdays ("MO"), each with which one of the month it is: 1 to 5, LAST, or 0 for every one. `position`
    (1 to 5, LAST) is which of the working days of the month, and goes with `days` being these. `month_days` are
    1 to 31 or LAST. `until` is local time without a zone, the last moment at which it can begin.
    """

    frequency: str
    interval: int = 1
    days: tuple[tuple[int, str], ...] = ()
    position: int = 0
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    count: int | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be said, cannot be worked out, or would never give a day.

        Raises:
            BadRule: if so.

        """
        if self.frequency not in _FREQUENCY or not self._shape():
            raise BadRule(Problem.NOT_A_RULE)
        if self.count is not None and self.until is not None:
            raise BadRule(Problem.NOT_A_RULE)
        if not (
            1 <= self.interval <= _MOST_APART[self.frequency]
            and (self.count is None or 1 <= self.count <= _MOST_TIMES)
            and all(day == LAST or 1 <= day <= 31 for day in self.month_days)
            and all(1 <= month <= 12 for month in self.months)
            and all(nth == LAST or 0 <= nth <= 5 for nth, _ in (*self.days, (self.position, "")))
        ):
            raise BadRule(Problem.OUT_OF_RANGE)
        for month in self.months:
            if any(day > calendar.monthrange(_LEAP, month)[1] for day in self.month_days):
                raise BadRule(Problem.NEVER)

    def _shape(self) -> bool:
        """Return whether the parts go together."""
        if any(day not in DAYS for _, day in self.days):
            return False
        plain = all(nth == 0 for nth, _ in self.days)
        if self.frequency == "DAILY":
            return not (self.days or self.position or self.month_days or self.months)
        if self.frequency == "WEEKLY":
            return plain and not (self.position or self.month_days or self.months)
        if self.position:
            chosen = {day for _, day in self.days} == set(WORKDAYS) and plain and not self.month_days
        else:
            chosen = all(nth != 0 for nth, _ in self.days) and not (self.days and self.month_days)
        if self.months and LAST in self.month_days and len(self.month_days) > 1:
            return False
        within = bool(self.months) == bool(self.days or self.month_days) or self.frequency == "MONTHLY"
        return chosen and within and not (self.frequency == "MONTHLY" and self.months)

    @classmethod
    def read(cls, text: str) -> "Rule":
        """Return the rule that an RRULE (with or without that word before it, without DTSTART) describes.

        Raises:
            BadRule: if it is none, or none that an event can have.

        """
        try:
            parts = _parts(text)
            days = sort_days({_day(day) for day in parts.get("BYDAY", "").split(",") if day})
            position = int(parts.get("BYSETPOS", 0))
            if position and len(days) == 1 and days[0][0] == 0:
                days, position = ((position, days[0][1]),), 0
            return cls(
                frequency=parts.get("FREQ", ""),
                interval=int(parts.get("INTERVAL", 1)),
                days=days,
                position=position,
                month_days=_numbers(parts.get("BYMONTHDAY", "")),
                months=_numbers(parts.get("BYMONTH", "")),
                count=int(parts["COUNT"]) if "COUNT" in parts else None,
                until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
            )
        except BadRule:
            raise
        except ValueError:
            raise BadRule(Problem.NOT_A_RULE) from None

    def __str__(self) -> str:
        parts = [f"FREQ={self.frequency}"]
        parts += [f"INTERVAL={self.interval}"] if self.interval > 1 else []
        parts += [f"BYMONTH={_joined(self.months)}"] if self.months else []
        parts += [f"BYMONTHDAY={_joined(self.month_days)}"] if self.month_days else []
        parts += ["BYDAY=" + ",".join(f"{nth or ''}{day}" for nth, day in self.days)] if self.days else []
        parts += [f"BYSETPOS={self.position}"] if self.position else []
        parts += [f"COUNT={self.count}"] if self.count else []
        parts += [f"UNTIL={self.until:%Y%m%dT%H%M%S}"] if self.until else []
        return ";".join(parts)

    def from_start(self, start: datetime) -> rrule.rrule:
        """Return dateutil's rule that begins at a local time without a zone."""
        return rrule.rrule(
            _FREQUENCY[self.frequency],
            dtstart=start,
            interval=self.interval,
            byweekday=[_WEEKDAY[day](nth) if nth else _WEEKDAY[day] for nth, day in self.days] or None,
            bysetpos=self.position or None,
            bymonthday=self.month_days or None,
            bymonth=self.months or None,
            until=self.until,
        )


_PARTS = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYSETPOS", "BYMONTHDAY", "BYMONTH", "COUNT", "UNTIL", "WKST"})
"""WKST is read over: weeks begin on Monday here."""


def _parts(text: str) -> dict[str, str]:
    pairs = [part.split("=", 1) for part in text.strip().upper().removeprefix("RRULE:").rstrip(";").split(";")]
    parts = {name.strip(): value.strip() for name, value in pairs}
    if len(parts) != len(pairs) or set(parts) - _PARTS:
        raise BadRule(Problem.NOT_A_RULE)
    return parts


def sort_days(days: Iterable[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    """Put days in order: the first of the month before the last, Monday before Tuesday."""
    return tuple(sorted(days, key=lambda pair: (pair[0] % 7, DAYS.index(pair[1]) if pair[1] in DAYS else 0)))


def _day(text: str) -> tuple[int, str]:
    match = re.fullmatch(r"([+-]?\d{1,2})?([A-Z]{2})", text.strip())
    if match is None:
        raise BadRule(Problem.NOT_A_RULE)
    return int(match[1] or 0), match[2]


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(sorted({int(number) for number in text.split(",")})) if text else ()


def _joined(numbers: tuple[int, ...]) -> str:
    return ",".join(map(str, numbers))


def _until(text: str) -> datetime:
    """A day counts to its end; a moment in UTC (…Z) is read as the local time that it is."""
    if "T" not in text:
        text += "T235959"
    moment = datetime.strptime(text.removesuffix("Z") + "+0000", "%Y%m%dT%H%M%S%z")
    return (moment.astimezone(AMSTERDAM) if text.endswith("Z") else moment).replace(tzinfo=None)
