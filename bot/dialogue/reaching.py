"""The talk about when somebody wants no messages: quiet hours every night, and a pause until a day."""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Protocol

from babel.dates import format_date

from bot.dialogue.actions import action, whole
from bot.dialogue.values import QUIET, Button, Reach, Reply
from bot.knowledge.document import line
from bot.knowledge.words import Words

Row = tuple[Button, ...]

VERBS = frozenset("qp")
QUIET_CHOICES = (QUIET, (22 * 60, 7 * 60), (20 * 60, 10 * 60))
NEVER_QUIET = (0, 0)
PAUSE_DAYS = (7, 14, 30)
LONGEST_PAUSE = timedelta(days=366)
"""A pause ends by itself, so that nobody wonders for years why no letters come."""
_WEEK = 7
_MONTHS = 14
"""Months that are looked at: this one, and all that LONGEST_PAUSE reaches into."""


class Reachable(Protocol):
    """How somebody wants to be reached, and a day to count from."""

    def local_day(self) -> date:
        """Return the local day."""

    def reach(self, address: str) -> Reach:
        """Return how somebody wants to be reached."""

    def set_reach(self, address: str, reach: Reach) -> None:
        """Remember how somebody wants to be reached."""


class Reaching:
    """Quiet hours and the pause of one person, in the words of their language.

    Args:
        board: keeps how people want to be reached.
        words: of the person's language.
        address: the person's.
        noted: makes the reply once something has been noted, from the name of its words and their values.
        back: the row that leads back.

    """

    def __init__(self, board: Reachable, words: Words, address: str, noted: Callable[..., Reply], back: Row) -> None:
        self._board = board
        self._words = words
        self._address = address
        self._noted = noted
        self._back = back
        self._language = words.locale.language

    def reply(self, verb: str, first: str, second: str) -> Reply:
        """Return the reply to a button: q for quiet hours, p for the pause."""
        reach = self._board.reach(self._address)
        if verb == "q":
            chosen = whole(first), whole(second)
            if not first or chosen not in (*QUIET_CHOICES, NEVER_QUIET):
                return self._quiet_choices()
            return self._note(replace(reach, quiet_from=chosen[0], quiet_until=chosen[1]), "reach.quiet_noted")
        today = self._board.local_day()
        match first:
            case "":
                return self._pause_choices()
            case "on":
                return self._months(today) if not second else self._days(second, today)
            case "end":
                return self._note(replace(reach, paused_until=None), "reach.pause_ended")
            case "until":
                until = _day(second)
                if until is None or not today < until <= today + LONGEST_PAUSE:
                    return self._months(today)
            case _:
                until = today + min(timedelta(days=max(whole(first), 1)), LONGEST_PAUSE)
        return self._note(replace(reach, paused_until=until), "reach.pause_noted", day=until)

    def _note(self, reach: Reach, key: str, **values: object) -> Reply:
        self._board.set_reach(self._address, reach)
        return self._noted(key, **values)

    def _quiet_choices(self) -> Reply:
        rows = [
            (Button(self._words("reach.quiet_choice", begin=clock(begin), end=clock(end)),
                    action("q", str(begin), str(end))),)
            for begin, end in QUIET_CHOICES
        ]  # fmt: skip
        rows.append((Button(self._words("reach.quiet_off"), action("q", *map(str, NEVER_QUIET))),))
        return self._choice("reach.quiet_title", rows)

    def _pause_choices(self) -> Reply:
        rows = [(Button(self._words("reach.pause_days", count=days), action("p", str(days))),) for days in PAUSE_DAYS]
        rows.append((Button(self._words("reach.pause_other"), action("p", "on")),))
        return self._choice("reach.pause_title", rows)

    def _months(self, today: date) -> Reply:
        buttons = [
            Button(self._month(month), action("p", "on", f"{month:%Y-%m}"))
            for month in (_month_after(today, count) for count in range(_MONTHS))
            if _free_days(month, today)
        ]
        return self._choice("reach.pause_month", [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)])

    def _days(self, month: str, today: date) -> Reply:
        first = _day(f"{month}-01")
        days = _free_days(first, today) if first else []
        if first is None or not days:
            return self._months(today)
        buttons = [Button(str(day.day), action("p", "until", day.isoformat())) for day in days]
        rows = [tuple(buttons[at : at + _WEEK]) for at in range(0, len(buttons), _WEEK)]
        return self._choice("reach.pause_day", rows, month=self._month(first))

    def _month(self, first: date) -> str:
        return str(format_date(first, "LLLL y", locale=self._words.locale))

    def _choice(self, key: str, rows: Sequence[Row], **values: object) -> Reply:
        return Reply(line(self._words(key, **values)), self._language, (*rows, self._back))


def reach_row(reach: Reach, today: date, words: Words) -> Row:
    """Return the buttons that say how somebody is reached, and change it."""
    quiet = words("reach.quiet_none")
    if reach.quiet_from != reach.quiet_until:
        quiet = words("reach.quiet", begin=clock(reach.quiet_from), end=clock(reach.quiet_until))
    paused = reach.paused_until is not None and reach.paused_until > today
    pause = words("reach.paused", day=reach.paused_until) if paused else words("reach.pause")
    return Button(quiet, action("q")), Button(pause, action("p", "end" if paused else ""))


def clock(minutes: int) -> str:
    """Return minutes after midnight as a time of day."""
    return datetime(2000, 1, 1, minutes // 60, minutes % 60).strftime("%H:%M")  # noqa: DTZ001 - a time of day only


def _month_after(today: date, count: int) -> date:
    """Return the first day of the month that many months on."""
    years, month = divmod(today.month - 1 + count, 12)
    return date(today.year + years, month + 1, 1)


def _free_days(first: date, today: date) -> list[date]:
    """Return the days of a month until which a pause can last."""
    days = (first.replace(day=day) for day in range(1, monthrange(first.year, first.month)[1] + 1))
    return [day for day in days if today < day <= today + LONGEST_PAUSE]


def _day(text: str) -> date | None:
    """Return the day that a button carries, None for a forged one."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
