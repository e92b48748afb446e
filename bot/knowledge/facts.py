"""Facts: every amount, number, date and address that a text may show, written once in content/facts.yaml."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, get_day_names
from babel.numbers import format_currency, format_decimal, format_percent

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Audience(StrEnum):
    """For whom an answer is meant, as the catalogue names them."""

    OEKRAINE = "oekraine"
    ASIEL = "asiel"
    BUURT = "buurt"


EVERYONE = frozenset(Audience)

NUMBERS_IN_DANGER = ("emergency_number", "suicide_number", "suicide_number_free", "safe_home_number")
"""The facts that the assistant itself shows: whom to call in danger."""


_HOST = r"[\w-]+(?:\.[\w-]+)+"
WEB = rf"https://{_HOST}(?:[:/?#]\S*)?"
EMAIL = rf"[\w.+-]+@{_HOST}"
"""What web and e-mail addresses look like."""


class Kind(StrEnum):
    """How a fact's value is read and shown."""

    EURO = "euro"
    NUMBER = "number"
    PERCENT = "percent"
    DATE = "date"
    DATETIME = "datetime"
    PHONE = "phone"
    EMAIL = "email"
    WEB = "web"
    ADDRESS = "address"
    HOURS = "hours"
    NAME = "name"
    TEXT = "text"


class BadFact(ValueError):
    """A fact in facts.yaml is not as it should be; the message names the fact and what is wrong."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact.

    `value` is None while nobody has supplied it; `ask` then says who can. `audiences` are those for whom the
    fact is valid. `source` is a section of the programme document or the address of a page, `checked` the day
    somebody last compared it with that source, `confirm` what staff still have to confirm.
    """

    name: str
    kind: Kind
    value: Any = None
    audiences: frozenset[Audience] = EVERYONE
    source: str = ""
    checked: dt.date | None = None
    confirm: str = ""
    ask: str = ""
    line: int = field(default=0, compare=False)

    @property
    def known(self) -> bool:
        """Whether the value has been supplied."""
        return self.value is not None


_PYTHON_TYPES: dict[Kind, tuple[type, ...]] = {
    Kind.EURO: (int, Decimal),
    Kind.NUMBER: (int,),
    Kind.PERCENT: (int,),
    Kind.DATE: (dt.date,),
    Kind.DATETIME: (dt.datetime,),
    Kind.PHONE: (str,),
    Kind.EMAIL: (str,),
    Kind.WEB: (str,),
    Kind.ADDRESS: (str,),
    Kind.HOURS: (dict,),
    Kind.NAME: (str,),
    Kind.TEXT: (str, dict),
}
_KNOWN_KEYS = frozenset({"value", "kind", "for", "section", "page", "confidence", "checked", "confirm", "ask", "note"})


def read_fact(name: str, entry: Any, line: int = 0) -> Fact:
    """Return the fact that an entry of facts.yaml describes.

    Raises:
        BadFact: if the entry is none, has an unknown key or kind, no source, or a value of the wrong type.

    """
    if not isinstance(entry, dict):
        raise BadFact(f"fact {name}: expected `{{value: …, kind: …}}`")
    unknown = set(entry) - _KNOWN_KEYS
    if unknown:
        raise BadFact(f"fact {name}: unknown key {', '.join(sorted(map(str, unknown)))}")
    try:
        kind = Kind(entry.get("kind", ""))
        audiences = frozenset(Audience(word) for word in entry.get("for", EVERYONE))
    except TypeError as error:
        raise BadFact(f"fact {name}: `for` must be a list, such as [oekraine, asiel]") from error
    except ValueError as error:
        raise BadFact(f"fact {name}: {error}") from error
    value = _value(name, kind, entry.get("value"))
    if value is None and not entry.get("ask"):
        raise BadFact(f"fact {name}: has no value, so `ask` must say who can supply it")
    source = str(entry.get("section") or entry.get("page") or "")
    checked = entry.get("checked")
    if value is not None and not source:
        raise BadFact(f"fact {name}: needs its source, a `section` of the programme or a `page`")
    if value is not None and type(checked) is not dt.date:
        raise BadFact(f"fact {name}: needs `checked`, the day it was compared with its source")
    if entry.get("page") and entry.get("confidence") not in ("A", "B"):
        raise BadFact(f"fact {name}: only pages of confidence A or B may be published")
    return Fact(
        name=name,
        kind=kind,
        value=value,
        audiences=audiences,
        source=source,
        checked=checked,
        confirm=str(entry.get("confirm", "")),
        ask=str(entry.get("ask", "")),
        line=line,
    )


def _value(name: str, kind: Kind, value: Any) -> Any:
    if value is None:
        return None
    if kind is Kind.EURO and isinstance(value, str) and re.fullmatch(r"\d+(\.\d\d)?", value):
        # An amount with cents is quoted in YAML, so that it never passes through a binary fraction.
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, _PYTHON_TYPES[kind]) or not _well_formed(kind, value):
        raise BadFact(f"fact {name}: {value!r} is no {kind.value} ({_FORMS[kind]})")
    return value


_FORMS: dict[Kind, str] = {
    Kind.EURO: 'a whole number, or with cents in quotes: "12.50"',
    Kind.NUMBER: "a whole number",
    Kind.PERCENT: "a whole number",
    Kind.DATE: "2027-03-04, without a time",
    Kind.DATETIME: "2027-03-04 19:30, local time",
    Kind.PHONE: "in quotes, digits with spaces or dashes",
    Kind.EMAIL: "one address",
    Kind.WEB: "beginning with https://",
    Kind.ADDRESS: "a text",
    Kind.HOURS: '{days: [mon, fri], from: "09:00", to: "17:00"}',
    Kind.NAME: "a text in quotes",
    Kind.TEXT: "a text, or one per language: {nl: …, uk: …, en: …}",
}


def _well_formed(kind: Kind, value: Any) -> bool:
    match kind:
        case Kind.DATE:
            return not isinstance(value, dt.datetime)
        case Kind.WEB:
            return bool(re.fullmatch(WEB, value))
        case Kind.EMAIL:
            return bool(re.fullmatch(EMAIL, value))
        case Kind.PHONE:
            return bool(re.fullmatch(r"[0-9 +-]*[0-9]", value))
        case Kind.HOURS:
            return set(value) == {"days", "from", "to"} and _hours_well_formed(**value)
        case Kind.TEXT if isinstance(value, dict):
            return all(isinstance(text, str) and text.strip() for text in value.values())
        case Kind.TEXT | Kind.NAME | Kind.ADDRESS:
            return bool(value.strip())
    return True


def _hours_well_formed(**hours: Any) -> bool:
    times = (hours["from"], hours["to"])
    return (
        isinstance(hours["days"], list) and bool(hours["days"]) and all(day in WEEKDAYS for day in hours["days"])
        and all(isinstance(time, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", time) for time in times)
    )  # fmt: skip


class FactBook(Mapping[str, Fact]):
    """All facts by name."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self._facts = dict(facts)

    def __getitem__(self, name: str) -> Fact:
        return self._facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)


def show(fact: Fact, locale: Locale, currency: str = "symbol") -> str:
    """Return a known fact as Markdown in the words and number forms of `locale`.

    Phone numbers, e-mail and web addresses become links. Dates and times are those of Amsterdam. `currency`
    says how the euro is written: "symbol" (€ 175) or "name" (175 євро).
    """
    value: Any = fact.value
    if fact.kind in _LINKS:
        return _LINKS[fact.kind](value)
    match fact.kind:
        case Kind.EURO:
            text = _euro(value, locale, currency)
        case Kind.NUMBER:
            text = format_decimal(value, locale=locale)
        case Kind.PERCENT:
            text = format_percent(Decimal(value) / 100, locale=locale)
        case Kind.DATE:
            text = format_date(value, "d MMMM y", locale=locale)
        case Kind.DATETIME:
            moment = value if value.tzinfo else value.replace(tzinfo=AMSTERDAM)
            text = format_datetime(moment, "EEEE d MMMM y, HH:mm", tzinfo=AMSTERDAM, locale=locale)
        case Kind.HOURS:
            text = _hours(value, locale)
        case Kind.TEXT if isinstance(value, dict):
            text = value[locale.language]
        case _:
            text = str(value)
    return text


def _euro(value: int | Decimal, locale: Locale, currency: str) -> str:
    if currency == "name":
        return format_currency(value, "EUR", locale=locale, format_type="name", currency_digits=False)
    pattern = locale.currency_formats["standard"].pattern
    whole = value == int(value)
    return format_currency(
        value,
        "EUR",
        format=pattern.replace("0.00", "0") if whole else pattern,
        locale=locale,
        currency_digits=False,
    )


def _short_address(address: str) -> str:
    """The site is what people recognise; a long path says nothing on a phone."""
    return address.removeprefix("https://").split("/", 1)[0]


_LINKS: dict[Kind, Callable[[str], str]] = {
    Kind.PHONE: lambda value: f"[{value}](tel:{value.replace(' ', '').replace('-', '')})",
    Kind.EMAIL: lambda value: f"[{value}](mailto:{value})",
    Kind.WEB: lambda value: f"[{_short_address(value)}]({value})",
}


def _hours(value: Mapping[str, Any], locale: Locale) -> str:
    names = get_day_names("wide", locale=locale)
    first, last = (names[WEEKDAYS.index(day)] for day in (value["days"][0], value["days"][-1]))
    start, end = (format_time(dt.time.fromisoformat(value[key]), "H:mm", locale=locale) for key in ("from", "to"))
    return f"{first} – {last}, {start}–{end}"
