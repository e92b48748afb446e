"""A rule as people say it: «elke maand op de eerste woensdag», and back. All words stand in recurrence.yaml.

A phrase is cut into the notions that the words of one language stand for (`_Notion`); a word that is
none makes it not understood, so that nothing is ever guessed past.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import Enum, auto
from functools import lru_cache
from typing import ClassVar

from babel.dates import format_date, get_month_names
from babel.lists import format_list

from bot.knowledge.words import Words
from scheduler.recurrence.rules import DAYS, LAST, WORKDAYS, BadRule, Problem, Rule, sort_days

LONGEST = 200
"""Characters; nobody says more than that about how often something is."""

WORK = "work"
_DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CODES = {**dict(zip(_DAY_NAMES, DAYS, strict=True)), WORK: WORK}
_NAMES = {code: name for name, code in _CODES.items()}
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": LAST}
_NTH_NAMES = {number: name for name, number in _NTH.items()}
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10, "twelve": 12}
_UNITS = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}
_UNIT_NAMES = {frequency: name for name, frequency in _UNITS.items()}


# --- a rule, said ----------------------------------------------------------------------------------------


def say_rule(rule: str, words: Words) -> str:
    """Return a rule in the words of a language: «elke maand op de eerste woensdag»; `read_phrase` reads it back.

    Raises:
        BadRule: if it is no rule that an event can have.

    """
    say = _Saying(words)
    return say.rule(Rule.read(rule)) if rule else say("once")


class _Saying:
    def __init__(self, words: Words) -> None:
        self._words = words

    def __call__(self, key: str, **values: object) -> str:
        return self._words(f"recurrence.say.{key}", **values)

    def rule(self, rule: Rule) -> str:
        text = self._repeated(rule)
        if rule.count is not None:
            return self("times", rule=text, count=rule.count)
        return self("until", rule=text, day=rule.until.date()) if rule.until is not None else text

    def _repeated(self, rule: Rule) -> str:
        when = list(self._when(rule))
        if rule.frequency == "WEEKLY" and rule.interval == 1 and when:
            return self._listed(self(f"each.{_NAMES[day]}") for _, day in _days(rule))
        often = self._often(rule.frequency, rule.interval)
        if not when:
            return often
        text = self._listed(when)
        if rule.months and (not rule.month_days or LAST in rule.month_days):
            names = get_month_names("wide", "format", self._words.locale)
            text = self("of_month", when=text, months=self._listed(names[month] for month in rule.months))
        return self("together", often=often, when=text)

    def _often(self, frequency: str, interval: int) -> str:
        unit = _UNIT_NAMES[frequency]
        if interval <= 2:
            return self(f"{'every' if interval == 1 else 'every_other'}.{unit}")
        return self(f"every_{unit}s", count=interval)

    def _when(self, rule: Rule) -> Iterator[str]:
        for nth, day in _days(rule):
            name = _NAMES[day]
            if nth:
                gender = self(f"gender.{name}")
                yield self(f"nth.{_NTH_NAMES[nth]}.{gender}", day=self(f"days.{name}"))
            else:
                yield self(f"on.{name}")
        for month_day in rule.month_days:
            if month_day == LAST:
                yield self("last_day")
            elif rule.months:
                for month in rule.months:
                    text = format_date(date(2000, month, month_day), "d MMMM", locale=self._words.locale)
                    yield self("date", date=text)
            else:
                yield self("month_day", day=month_day)

    def _listed(self, texts: Iterable[str]) -> str:
        return format_list(list(texts), locale=self._words.locale)


def _days(rule: Rule) -> tuple[tuple[int, str], ...]:
    """The days of a rule, Monday to Friday together being one."""
    if tuple(sorted((day for _, day in rule.days), key=DAYS.index)) == WORKDAYS and all(
        not nth for nth, _ in rule.days
    ):
        return ((rule.position, WORK),)
    return rule.days


# --- a rule, read ----------------------------------------------------------------------------------------


def read_phrase(phrase: str, words_of_all_languages: Iterable[Words]) -> str:
    """Return the RRULE that a phrase means in any of the languages; "" for «once». An RRULE itself is read too.

    Raises:
        BadRule: NOT_UNDERSTOOD, AMBIGUOUS («every second Wednesday»), or what is wrong with the rule it means.

    """
    if "=" in phrase:
        return str(Rule.read(phrase))
    if len(phrase) > LONGEST:
        raise BadRule(Problem.NOT_UNDERSTOOD)
    worst = BadRule(Problem.NOT_UNDERSTOOD)
    for words in words_of_all_languages:
        try:
            return _Reading(_notions(phrase, words)).rule()
        except BadRule as error:
            # What was understood in one language, and is wrong, says more than not being understood in another.
            worst = error if error.code is not Problem.NOT_UNDERSTOOD else worst
    raise worst


class _Kind(Enum):
    ONCE = auto()
    EVERY = auto()
    UNIT = auto()
    OFTEN = auto()
    DAY = auto()
    EACH = auto()
    NTH = auto()
    NUMBER = auto()
    MONTH = auto()
    DATE = auto()
    UNTIL = auto()
    TIMES = auto()
    FILL = auto()


@dataclass(frozen=True, slots=True)
class _Notion:
    """What some words of a phrase stand for.

    EVERY has the step (1 or 2), OFTEN a frequency and step, DAY and EACH a weekday or WORK, NTH and NUMBER a number;
    `ordinal`: whether a number was written as one («15e»).
    """

    kind: _Kind
    text: str = ""
    number: int = 0
    ordinal: bool = False


_TOKEN = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4}|\d+(?:-?[^\W\d_]{1,3}\b)?|[^\W\d_]+(?:['-][^\W\d_]+)*"
)


def _folded(text: str) -> str:
    """Fold case, kinds of apostrophe and stress marks («één»)."""
    text = re.sub("[\N{RIGHT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}`]", "'", text.casefold())
    plain = "".join(char for char in unicodedata.normalize("NFD", text) if char != "\N{COMBINING ACUTE ACCENT}")
    return unicodedata.normalize("NFC", plain)


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(_folded(text)))


def _notion_keys() -> Iterator[tuple[str, _Notion]]:
    """Each key below `recurrence.read`, and what its words stand for."""
    yield from (("every", _Notion(_Kind.EVERY, number=1)), ("other", _Notion(_Kind.EVERY, number=2)))
    yield from ((kind.name.lower(), _Notion(kind)) for kind in (_Kind.ONCE, _Kind.UNTIL, _Kind.TIMES, _Kind.FILL))
    for (unit, frequency), often in zip(_UNITS.items(), ("daily", "weekly", "monthly", "yearly"), strict=True):
        yield often, _Notion(_Kind.OFTEN, frequency, 1)
        yield f"other_{unit}", _Notion(_Kind.OFTEN, frequency, 2)
        yield unit, _Notion(_Kind.UNIT, frequency)
    for name, code in _CODES.items():
        yield f"days.{name}", _Notion(_Kind.DAY, code)
        yield f"each.{name}", _Notion(_Kind.EACH, code)
    yield from ((f"nth.{name}", _Notion(_Kind.NTH, number=number)) for name, number in _NTH.items())
    yield from ((f"numbers.{name}", _Notion(_Kind.NUMBER, number=number)) for name, number in _NUMBERS.items())


@lru_cache(maxsize=16)
def _vocabulary(words: Words) -> Mapping[tuple[str, ...], _Notion]:
    """Every phrase of a language, in tokens, with what it stands for."""
    found = {_tokens(text): notion for key, notion in _notion_keys() for text in words.many(f"recurrence.read.{key}")}
    for context in ("stand-alone", "format"):
        for number, name in get_month_names("wide", context, words.locale).items():
            found[_tokens(name)] = _Notion(_Kind.MONTH, number=number)
    return found


def _notions(phrase: str, words: Words) -> list[_Notion]:
    """Cut a phrase into notions, the longest words first; BadRule if any word is not known."""
    vocabulary, tokens = _vocabulary(words), _tokens(phrase)
    longest = max(map(len, vocabulary))
    notions: list[_Notion] = []
    at = 0
    while at < len(tokens):
        for size in range(min(longest, len(tokens) - at), 0, -1):
            notion = vocabulary.get(tokens[at : at + size])
            if notion is not None:
                notions.append(notion)
                at += size
                break
        else:
            notions.append(_figures(tokens[at]))
            at += 1
    return notions


def _figures(token: str) -> _Notion:
    if token.isdecimal() and len(token) <= 4:
        return _Notion(_Kind.NUMBER, number=int(token))
    if match := re.fullmatch(r"(\d{1,2})-?[^\W\d]{1,3}", token):
        return _Notion(_Kind.NUMBER, number=int(match[1]), ordinal=True)
    numbers = [int(number) for number in re.findall(r"\d+", token)]
    if len(numbers) != 3:
        raise BadRule(Problem.NOT_UNDERSTOOD)
    year, month, day = numbers if numbers[0] > 31 else reversed(numbers)
    return _Notion(_Kind.DATE, _iso(year, month, day))


def _iso(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise BadRule(Problem.OUT_OF_RANGE) from None


@dataclass
class _Reading:
    """Goes through the notions of one phrase, once, and gathers what they say."""

    left: list[_Notion]
    frequency: str = ""
    interval: int = 1
    said_every: bool = False
    of_the_month: bool = False
    nth: list[tuple[int, str]] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    month_days: list[int] = field(default_factory=list)
    months: list[int] = field(default_factory=list)
    dates: set[tuple[int, int]] = field(default_factory=set)
    waiting: list[int] = field(default_factory=list)
    count: int | None = None
    until: datetime | None = None

    def rule(self) -> str:
        if [one.kind for one in self.left if one.kind is not _Kind.FILL] == [_Kind.ONCE]:
            return ""
        while self.left:
            self._take(self.left.pop(0))
        if self.waiting:
            raise BadRule(Problem.NOT_UNDERSTOOD)
        return str(self._made())

    # --- one notion after the other --------------------------------------------------------------------

    def _take(self, notion: _Notion) -> None:
        if notion.kind is _Kind.FILL:
            return
        # What says when it ends comes last; dates and «times» belong behind something that asks for them.
        if self.count is not None or self.until is not None or notion.kind not in self._TAKING:
            raise BadRule(Problem.NOT_UNDERSTOOD)
        self._TAKING[notion.kind](self, notion)

    def _next(self, kind: _Kind, *, past_fill: bool = False) -> _Notion | None:
        """Take the next notion if it is of a kind."""
        skipped = next((i for i, one in enumerate(self.left) if one.kind is not _Kind.FILL), 0) if past_fill else 0
        if len(self.left) > skipped and self.left[skipped].kind is kind:
            found = self.left[skipped]
            del self.left[: skipped + 1]
            return found
        return None

    def _every(self, notion: _Notion) -> None:
        self.said_every = True
        step = notion.number
        if self.left and self.left[0].kind in (_Kind.NUMBER, _Kind.NTH):
            number, follows = self.left[0].number, self.left[1:2]
            # «every third month»; «every first day» is one of the month.
            if follows and follows[0].kind is _Kind.UNIT and number > 1:
                del self.left[:2]
                self._repeats(follows[0].text, number)
                return
        unit = self._next(_Kind.UNIT)
        if unit is not None:
            self._repeats(unit.text, step)
        elif step == 2:
            self._repeats("WEEKLY", 2)

    def _often(self, notion: _Notion) -> None:
        self.said_every = True
        self._repeats(notion.text, notion.number)

    def _repeats(self, frequency: str, interval: int) -> None:
        if self.frequency:
            raise BadRule(Problem.NOT_UNDERSTOOD)
        self.frequency, self.interval = frequency, interval

    def _unit(self, notion: _Notion) -> None:
        frequency = notion.text
        number = self._next(_Kind.NUMBER) if frequency == "DAILY" else None
        if number is not None:
            self.month_days.append(number.number)  # «on day 15»
        elif frequency == "MONTHLY":
            self.of_the_month = True
        else:
            raise BadRule(Problem.NOT_UNDERSTOOD)

    def _each(self, notion: _Notion) -> None:
        self.said_every = True
        self._day(notion)

    def _day(self, notion: _Notion) -> None:
        if self.waiting:
            self.nth += [(nth, notion.text) for nth in self.waiting]
            self.waiting.clear()
        else:
            self.days.append(notion.text)

    def _ordinal(self, notion: _Notion) -> None:
        self.waiting.append(notion.number)
        unit = self._next(_Kind.UNIT, past_fill=True)
        if unit is None:
            return
        if unit.text == "MONTHLY":
            self.of_the_month = True  # «the first of the month»
        elif unit.text != "DAILY":
            raise BadRule(Problem.NOT_UNDERSTOOD)
        self.month_days += self.waiting
        self.waiting.clear()

    def _number(self, notion: _Notion) -> None:
        number = notion.number
        if self._next(_Kind.TIMES):
            if not (self.frequency or self.nth or self.days or self.month_days or self.dates):
                raise BadRule(Problem.NOT_UNDERSTOOD)  # «two times every week» is something else
            self.count = number
        elif self._a_day_follows(ordinals=notion.ordinal):
            if not notion.ordinal or number not in _NTH_NAMES:
                raise BadRule(Problem.AMBIGUOUS)
            self.waiting.append(number)
        elif self.left and self.left[0].kind is _Kind.UNIT and self.left[0].text == "DAILY" and notion.ordinal:
            self.left.pop(0)
            self.month_days.append(number)
        elif self.left and self.left[0].kind is _Kind.UNIT:
            raise BadRule(Problem.NOT_UNDERSTOOD)
        elif month := self._next(_Kind.MONTH, past_fill=True):
            self.dates.add((month.number, number))
        else:
            self.month_days.append(number)

    def _a_day_follows(self, *, ordinals: bool) -> bool:
        """Return whether a weekday comes next, perhaps behind more ordinals: «1e en 3e woensdag»."""
        for notion in self.left:
            if notion.kind is _Kind.DAY:
                return True
            if not (ordinals and (notion.kind in (_Kind.FILL, _Kind.NTH) or notion.ordinal)):
                return False
        return False

    def _month(self, notion: _Notion) -> None:
        counted = len(self.left) > 1 and self.left[1].kind is _Kind.TIMES  # «of January, 2 times»
        number = None if counted else self._next(_Kind.NUMBER)
        if number is not None:
            self.dates.add((notion.number, number.number))
        else:
            self.months.append(notion.number)

    def _until(self, _: _Notion) -> None:
        self.until = datetime.combine(self._end(), time(23, 59, 59))

    def _end(self) -> date:
        found = self._next(_Kind.DATE, past_fill=True)
        if found is not None:
            return date.fromisoformat(found.text)
        day = self._next(_Kind.NUMBER, past_fill=True)
        month = self._next(_Kind.MONTH, past_fill=True)
        year = self._next(_Kind.NUMBER, past_fill=True)
        if day is None or month is None or year is None:
            raise BadRule(Problem.NOT_UNDERSTOOD)
        self._next(_Kind.UNIT)
        return date.fromisoformat(_iso(year.number, month.number, day.number))

    _TAKING: ClassVar[Mapping[_Kind, Callable[["_Reading", _Notion], None]]] = {
        _Kind.EVERY: _every,
        _Kind.OFTEN: _often,
        _Kind.UNIT: _unit,
        _Kind.EACH: _each,
        _Kind.DAY: _day,
        _Kind.NTH: _ordinal,
        _Kind.NUMBER: _number,
        _Kind.MONTH: _month,
        _Kind.UNTIL: _until,
    }

    # --- what it comes to ------------------------------------------------------------------------------

    def _made(self) -> Rule:
        self._put_dates_together()
        frequency = self._frequency()
        if frequency == "MONTHLY" and self.months:
            raise BadRule(Problem.NOT_UNDERSTOOD)
        if self.days and (self.nth or frequency == "MONTHLY"):
            raise BadRule(Problem.AMBIGUOUS)
        days, position = _spread([*self.nth, *((0, day) for day in self.days)])
        try:
            return Rule(
                frequency=frequency,
                interval=self.interval,
                days=days,
                position=position,
                month_days=tuple(sorted(set(self.month_days))),
                months=tuple(sorted(set(self.months))),
                count=self.count,
                until=self.until,
            )
        except BadRule as error:
            raise BadRule(Problem.NOT_UNDERSTOOD if error.code is Problem.NOT_A_RULE else error.code) from None

    def _put_dates_together(self) -> None:
        """Turn «5 December and 5 June» into months and days; what a rule would mix up is refused."""
        if not self.dates:
            return
        months, days = ({pair[index] for pair in self.dates} for index in (0, 1))
        if self.months or self.month_days or self.nth or self.days or len(self.dates) != len(months) * len(days):
            raise BadRule(Problem.NOT_UNDERSTOOD)
        self.months, self.month_days = list(months), list(days)

    def _frequency(self) -> str:
        if self.of_the_month and (self.frequency not in ("", "MONTHLY") or self.months):
            raise BadRule(Problem.AMBIGUOUS if self.days or self.nth else Problem.NOT_UNDERSTOOD)
        if self.frequency:
            return self.frequency
        if self.months and (self.nth or self.month_days):
            return "YEARLY"
        if self.nth:
            # «every second Wednesday» may mean the second of the month, or every other one.
            if self.said_every and not self.of_the_month and not {nth for nth, _ in self.nth} <= {1, LAST}:
                raise BadRule(Problem.AMBIGUOUS)
            return "MONTHLY"
        if self.month_days or self.of_the_month:
            return "MONTHLY"
        if self.days and self.said_every:
            return "WEEKLY"
        raise BadRule(Problem.NOT_UNDERSTOOD)


def _spread(days: list[tuple[int, str]]) -> tuple[tuple[tuple[int, str], ...], int]:
    """Write out the working days; return the days and which of the working days of the month is meant."""
    if (work := [nth for nth, day in days if day == WORK]) and len(days) == 1:
        return tuple((0, day) for day in WORKDAYS), work[0]
    if work:
        raise BadRule(Problem.NOT_UNDERSTOOD)
    return sort_days(set(days)), 0
