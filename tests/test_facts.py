import datetime as dt
from typing import Any

import pytest
from babel import Locale

from bot.knowledge.facts import Audience, BadFact, Kind, read_fact, show

DUTCH, UKRAINIAN, ENGLISH = (Locale.parse(code) for code in ("nl_NL", "uk_UA", "en_GB"))
SOURCE: dict[str, Any] = {"section": "5.3.2", "checked": dt.date(2026, 11, 24)}


@pytest.mark.parametrize(
    ("kind", "value", "dutch", "ukrainian", "english"),
    [
        ("euro", 175, "€\xa0175", "175 євро", "€175"),
        ("euro", "244.22", "€\xa0244,22", "244,22 євро", "€244.22"),
        ("number", 1500, "1.500", "1\xa0500", "1,500"),
        ("percent", 80, "80%", "80%", "80%"),
        ("date", dt.date(2027, 3, 4), "4 maart 2027", "4 березня 2027", "4 March 2027"),
        ("datetime", dt.datetime(2026, 12, 8, 19, 30), "dinsdag 8 december 2026, 19:30",  # noqa: DTZ001 - local time
         "вівторок 8 грудня 2026, 19:30", "Tuesday 8 December 2026, 19:30"),
        ("phone", "0900-8844", *["[0900-8844](tel:09008844)"] * 3),
        ("web", "https://www.heemstede.nl/a/b", *["[www.heemstede.nl](https://www.heemstede.nl/a/b)"] * 3),
        ("hours", {"days": ["mon", "fri"], "from": "08:30", "to": "17:00"}, "maandag – vrijdag, 8:30–17:00",
         "понеділок – пʼятниця, 8:30–17:00", "Monday – Friday, 8:30–17:00"),
        ("text", {"nl": "hier", "uk": "тут", "en": "here"}, "hier", "тут", "here"),
    ],
)  # fmt: skip
def test_a_fact_is_written_in_the_forms_of_the_language(
    kind: str, value: object, dutch: str, ukrainian: str, english: str
) -> None:
    fact = read_fact("a", {"kind": kind, "value": value, **SOURCE})
    assert show(fact, DUTCH) == dutch
    assert show(fact, UKRAINIAN, "name") == ukrainian
    assert show(fact, ENGLISH) == english


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ({"kind": "euro", "value": 17.5, **SOURCE}, "is no euro"),
        ({"kind": "euro", "value": "12,50", **SOURCE}, "is no euro"),
        ({"kind": "euro", "value": "NaN", **SOURCE}, "is no euro"),
        ({"kind": "number", "value": True, **SOURCE}, "is no number"),
        ({"kind": "name", "value": " ", **SOURCE}, "is no name"),
        ({"kind": "phone", "value": "", **SOURCE}, "is no phone"),
        ({"kind": "web", "value": "https://", **SOURCE}, "is no web"),
        ({"kind": "text", "value": {"nl": 5}, **SOURCE}, "is no text"),
        ({"kind": "hours", "value": {"days": 5, "from": "09:00", "to": "17:00"}, **SOURCE}, "is no hours"),
        ({"kind": "hours", "value": {"days": [], "from": "09:00", "to": "17:00"}, **SOURCE}, "is no hours"),
        ({"kind": "hours", "value": {"days": [["mon"]], "from": "09:00", "to": "17:00"}, **SOURCE}, "is no hours"),
        ({"kind": "hours", "value": {"days": ["mon"], "from": "9 uur", "to": "17:00"}, **SOURCE}, "is no hours"),
        ({"kind": "hours", "value": {"days": ["mon"], "from": 540, "to": "17:00"}, **SOURCE}, "is no hours"),
        ({"kind": "web", "value": "www.heemstede.nl", **SOURCE}, "beginning with https://"),
        ({"kind": "email", "value": "heemstede.nl", **SOURCE}, "is no email"),
        ({"kind": "phone", "value": "bel ons", **SOURCE}, "is no phone"),
        ({"kind": "hours", "value": {"days": ["someday"], "from": "9:00", "to": "17:00"}, **SOURCE}, "is no hours"),
        ({"kind": "date", "value": dt.datetime(2026, 1, 1, 9), **SOURCE}, "without a time"),  # noqa: DTZ001 - local
        ({"kind": "money", "value": 1, **SOURCE}, "'money' is not a valid Kind"),
        ({"kind": "euro", "value": 1, "for": ["iedereen"], **SOURCE}, "'iedereen'"),
        ({"kind": "euro", "value": 1, "for": 5, **SOURCE}, "`for` must be a list"),
        ({"kind": "euro", "value": 1, "for": None, **SOURCE}, "`for` must be a list"),
        ({"kind": "euro", "value": 1, "valeu": 1, **SOURCE}, "unknown key valeu"),
        ({"kind": "euro", "value": 1, "checked": dt.date(2026, 1, 1)}, "needs its source"),
        ({"kind": "euro", "value": 1, "section": "5"}, "needs `checked`"),
        ({"kind": "euro", "value": None}, "`ask` must say who"),
        ({"kind": "phone", "value": "14 023", "page": "https://a.nl", "confidence": "C",
          "checked": dt.date(2026, 1, 1)},
         "confidence A or B"),
    ],
)  # fmt: skip
def test_a_wrong_fact_is_refused_with_its_name_and_the_reason(entry: dict[str, Any], complaint: str) -> None:
    with pytest.raises(BadFact, match="fact a: ") as caught:
        read_fact("a", entry)
    assert complaint in str(caught.value)


def test_an_open_fact_says_who_can_supply_it() -> None:
    fact = read_fact("a", {"kind": "datetime", "value": None, "for": ["oekraine"], "ask": "Welzijn"})
    assert (fact.known, fact.ask, fact.kind, fact.audiences) == (
        False,
        "Welzijn",
        Kind.DATETIME,
        frozenset({Audience.OEKRAINE}),
    )
