"""When an event takes place: rules, days off, both changes of the clock, and rules as people say them."""

import itertools
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.facts import AMSTERDAM
from bot.knowledge.library import Library
from bot.knowledge.words import Words
from scheduler.announcements import Target
from scheduler.events import Event
from scheduler.recurrence import BadRule, Problem, Rule, days_off, knows_school_holidays, read_phrase, say_rule, starts
from scheduler.recurrence.rules import DAYS, LAST, WORKDAYS


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def event(start: str | datetime, rule: str = "", *, skip: str = "", dates: tuple[str, ...] = ()) -> Event:
    begin = local(start) if isinstance(start, str) else start
    listed = tuple(map(date.fromisoformat, dates))
    return Event(
        1, "oudercafe", Target(("oudercafe",)), begin, 120, "Herenweg 55", {}, rule, frozenset(skip.split()), listed
    )


def first(some: Event, number: int = 100, before: str = "2035-01-01") -> list[str]:
    found = itertools.islice(starts(some, datetime(1990, 1, 1, tzinfo=UTC), local(before)), number)
    return [f"{start:%Y-%m-%d %H:%M}" for start in found]


# --- rules ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "rule", "expected"),
    [
        ("2026-12-02 10:00", "", ["2026-12-02"]),
        ("2026-12-02 10:00", "FREQ=WEEKLY;COUNT=3", ["2026-12-02", "2026-12-09", "2026-12-16"]),
        ("2026-12-02 10:00", "FREQ=WEEKLY;INTERVAL=2;COUNT=3", ["2026-12-02", "2026-12-16", "2026-12-30"]),
        ("2026-12-02 10:00", "FREQ=MONTHLY;BYDAY=1WE;COUNT=3", ["2026-12-02", "2027-01-06", "2027-02-03"]),
        ("2026-10-30 10:00", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", ["2026-10-30", "2026-11-27", "2026-12-25"]),
        # A fifth Wednesday and a 31st are not in every month: those months have none.
        ("2026-12-30 10:00", "FREQ=MONTHLY;BYDAY=5WE;COUNT=3", ["2026-12-30", "2027-03-31", "2027-06-30"]),
        ("2026-12-31 10:00", "FREQ=MONTHLY;COUNT=4", ["2026-12-31", "2027-01-31", "2027-03-31", "2027-05-31"]),
        ("2026-12-31 10:00", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", ["2026-12-31", "2027-01-31", "2027-02-28"]),
        ("2028-02-29 10:00", "FREQ=YEARLY;COUNT=3", ["2028-02-29", "2032-02-29", "2036-02-29"]),
        ("2096-02-29 10:00", "FREQ=YEARLY;COUNT=2", ["2096-02-29", "2104-02-29"]),
        ("2026-12-31 10:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", ["2026-12-31", "2027-01-29"]),
        ("2026-12-05 10:00", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=5;COUNT=2", ["2026-12-05", "2027-12-05"]),
        # The end is a whole day, and a moment in UTC is the local one that it is.
        ("2026-12-02 10:00", "FREQ=WEEKLY;UNTIL=20261209", ["2026-12-02", "2026-12-09"]),
        ("2026-12-02 10:00", "FREQ=WEEKLY;UNTIL=20261209T090000Z", ["2026-12-02", "2026-12-09"]),
        ("2026-12-02 10:00", "FREQ=WEEKLY;UNTIL=20261209T085959Z", ["2026-12-02"]),
        # The event's own start is the first time, also where the rule would not give it, and is counted.
        ("2026-12-01 10:00", "FREQ=MONTHLY;BYDAY=1WE;COUNT=2", ["2026-12-01", "2026-12-02"]),
    ],
)  # fmt: skip
def test_an_event_takes_place_when_its_rule_says(start: str, rule: str, expected: list[str]) -> None:
    assert first(event(start, rule), before="2200-01-01") == [f"{day} 10:00" for day in expected]


def test_dates_add_up_and_none_comes_twice() -> None:
    some = event("2026-12-02 10:00", "FREQ=WEEKLY;COUNT=2", dates=("2026-12-09", "2026-12-04", "2026-12-04"))
    assert first(some) == ["2026-12-02 10:00", "2026-12-04 10:00", "2026-12-09 10:00"]


def test_the_window_begins_with_after_and_ends_short_of_before() -> None:
    some = event("2026-12-02 10:00", "FREQ=WEEKLY")
    found = list(starts(some, local("2026-12-09 10:00"), datetime(2026, 12, 23, 9, tzinfo=UTC)))
    assert found == [local("2026-12-09 10:00"), local("2026-12-16 10:00")]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("FREQ=HOURLY", Problem.NOT_A_RULE),
        ("FREQ=MINUTELY;INTERVAL=60", Problem.NOT_A_RULE),
        ("WEEKLY", Problem.NOT_A_RULE),
        ("FREQ=WEEKLY;FREQ=DAILY", Problem.NOT_A_RULE),
        ("FREQ=WEEKLY;BYHOUR=3", Problem.NOT_A_RULE),
        ("FREQ=WEEKLY;BYDAY=XX", Problem.NOT_A_RULE),
        ("FREQ=WEEKLY;BYDAY=1WE", Problem.NOT_A_RULE),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=MO", Problem.NOT_A_RULE),
        ("FREQ=MONTHLY;BYDAY=WE", Problem.NOT_A_RULE),
        ("FREQ=YEARLY;BYMONTH=12", Problem.NOT_A_RULE),
        ("FREQ=WEEKLY;COUNT=2;UNTIL=20261209", Problem.NOT_A_RULE),
        ("FREQ=WEEKLY;UNTIL=soon", Problem.NOT_A_RULE),
        ("FREQ=WEEKLY;INTERVAL=two", Problem.NOT_A_RULE),
        ("FREQ=WEEKLY;INTERVAL=0", Problem.OUT_OF_RANGE),
        ("FREQ=WEEKLY;INTERVAL=-1", Problem.OUT_OF_RANGE),
        ("FREQ=YEARLY;INTERVAL=100", Problem.OUT_OF_RANGE),
        ("FREQ=WEEKLY;COUNT=0", Problem.OUT_OF_RANGE),
        ("FREQ=MONTHLY;BYMONTHDAY=32", Problem.OUT_OF_RANGE),
        ("FREQ=MONTHLY;BYDAY=6WE", Problem.OUT_OF_RANGE),
        ("FREQ=YEARLY;BYMONTH=13;BYMONTHDAY=1", Problem.OUT_OF_RANGE),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", Problem.NEVER),
    ],
)
def test_a_rule_that_cannot_be_used_says_why(rule: str, code: Problem) -> None:
    with pytest.raises(BadRule) as caught:
        first(event("2026-12-02 10:00", rule))
    assert caught.value.code is code


@pytest.mark.timeout(5)
def test_a_rule_that_gives_nothing_more_ends() -> None:
    """The 31st, every twelve months from a February on: there is none, to the end of the calendar."""
    some = event("2027-02-10 10:00", "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31")
    assert first(some, before="9999-01-01") == ["2027-02-10 10:00"]


# --- the clock -----------------------------------------------------------------------------------------


def test_local_time_stays_across_both_changes_of_the_clock() -> None:
    some = event("2026-10-22 19:30", "FREQ=WEEKLY;UNTIL=20270410")
    found = list(starts(some, local("2026-10-01 00:00"), local("2027-05-01 00:00")))
    assert {start.time() for start in found} == {time(19, 30)}
    utc = [start.astimezone(UTC).hour for start in found]
    assert (utc[0], utc[1], utc[-2], utc[-1]) == (17, 18, 17, 17)


def test_an_hour_that_the_clock_skips_is_an_hour_later_and_only_that_day() -> None:
    some = event("2027-03-27 02:30", "FREQ=DAILY;COUNT=3")
    assert first(some) == ["2027-03-27 02:30", "2027-03-28 03:30", "2027-03-29 02:30"]


def test_of_an_hour_that_comes_twice_the_first_is_meant() -> None:
    some = event("2026-10-24 02:30", "FREQ=DAILY;COUNT=3")
    found = list(starts(some, local("2026-10-01 00:00"), local("2026-11-01 00:00")))
    assert [start.astimezone(UTC).strftime("%d %H:%M") for start in found] == ["24 00:30", "25 00:30", "26 01:30"]


# --- days off ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "calendar"),
    [
        ("2026-12-25", "public"), ("2027-03-29", "public"), ("2027-04-27", "public"), ("2027-05-05", "public"),
        ("2027-05-06", "public"), ("2028-06-05", "public"),
        # Regeling vaststelling schoolvakanties 2025-2030, region Noord.
        ("2026-10-10", "school"), ("2026-10-18", "school"), ("2026-12-19", "school"), ("2027-01-03", "school"),
        ("2027-02-20", "school"), ("2027-02-28", "school"), ("2027-04-24", "school"), ("2027-05-02", "school"),
        ("2027-07-10", "school"), ("2027-08-22", "school"), ("2027-10-16", "school"), ("2027-12-25", "school"),
        ("2028-01-09", "school"), ("2028-02-19", "school"), ("2028-04-29", "school"), ("2028-07-15", "school"),
        ("2028-08-27", "school"),
    ],
)  # fmt: skip
def test_a_day_off_is_left_out(day: str, calendar: str) -> None:
    some = event(f"{day} 10:00", "FREQ=DAILY;COUNT=1", skip=calendar)
    assert first(some) == []


@pytest.mark.parametrize("day", ["2026-10-09", "2026-10-19", "2027-01-04", "2027-07-09", "2027-08-23", "2027-12-24"])
def test_the_days_around_school_holidays_are_not_left_out(day: str) -> None:
    assert date.fromisoformat(day) not in days_off({"school"}, int(day[:4]))


def test_a_weekly_event_skips_what_is_left_out_and_counts_it() -> None:
    some = event("2026-10-07 10:00", "FREQ=WEEKLY;COUNT=3", skip="school public")
    assert first(some) == ["2026-10-07 10:00", "2026-10-21 10:00"]


def test_an_unknown_calendar_is_an_error() -> None:
    with pytest.raises(BadRule) as caught:
        first(event("2026-10-07 10:00", skip="religious"))
    assert caught.value.code is Problem.UNKNOWN_CALENDAR


def test_it_is_known_which_school_years_are_fixed() -> None:
    assert all(map(knows_school_holidays, range(2026, 2030)))
    assert not knows_school_holidays(2040)


# --- what always holds ---------------------------------------------------------------------------------

weekdays = st.lists(st.sampled_from(DAYS), unique=True, min_size=1, max_size=4)
ordinals = st.lists(
    st.tuples(st.sampled_from([1, 2, 3, 4, 5, LAST]), st.sampled_from(DAYS)), unique=True, min_size=1, max_size=3
)
ends = st.one_of(
    st.just(""),
    st.integers(1, 30).map(lambda count: f";COUNT={count}"),
    st.dates(date(2026, 1, 1), date(2035, 12, 31)).map(lambda day: f";UNTIL={day:%Y%m%d}"),
)


def _by_day(pairs: list[tuple[int, str]]) -> str:
    return ",".join(f"{nth}{day}" for nth, day in pairs)


shapes = st.one_of(
    st.integers(1, 30).map("FREQ=DAILY;INTERVAL={}".format),
    st.integers(1, 10).map("FREQ=WEEKLY;INTERVAL={}".format),
    st.builds("FREQ=WEEKLY;INTERVAL={};BYDAY={}".format, st.integers(1, 10), weekdays.map(",".join)),
    st.just(f"FREQ=WEEKLY;BYDAY={','.join(WORKDAYS)}"),
    st.integers(1, 12).map("FREQ=MONTHLY;INTERVAL={}".format),
    st.builds("FREQ=MONTHLY;INTERVAL={};BYDAY={}".format, st.integers(1, 12), ordinals.map(_by_day)),
    st.builds("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS={}".format, st.sampled_from([1, 2, 3, 4, 5, -1])),
    st.builds("FREQ=MONTHLY;INTERVAL={};BYMONTHDAY={},{}".format, st.integers(1, 12), st.integers(1, 31),
              st.sampled_from([1, 31, -1])),
    st.integers(1, 5).map("FREQ=YEARLY;INTERVAL={}".format),
    st.builds("FREQ=YEARLY;BYMONTH={},{};BYMONTHDAY={}".format, st.integers(1, 12), st.integers(1, 12),
              st.one_of(st.integers(1, 28), st.just(-1))),
    st.builds("FREQ=YEARLY;INTERVAL={};BYMONTH={};BYDAY={}".format, st.integers(1, 5), st.integers(1, 12),
              ordinals.map(_by_day)),
)  # fmt: skip
rules = st.builds(str.__add__, shapes, ends)
# No hour of the clock's changes: what becomes of those is fixed above.
moments = st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1)).filter(lambda moment: not 2 <= moment.hour < 3)  # noqa: DTZ001 - local time, given its zone below


@given(moment=moments, rule=st.one_of(st.just(""), rules), skip=st.sampled_from(["", "public", "school public"]),
       dates=st.lists(st.dates(date(2000, 1, 1), date(2060, 1, 1)), max_size=5))  # fmt: skip
def test_starts_keep_their_local_time_and_come_in_order(
    moment: datetime, rule: str, skip: str, dates: list[date]
) -> None:
    begin = moment.replace(second=0, microsecond=0, tzinfo=AMSTERDAM)
    some = event(begin, rule, skip=skip, dates=tuple(map(str, dates)))
    found = list(starts(some, datetime(1999, 1, 1, tzinfo=UTC), begin + timedelta(days=2000)))
    assert {start.time() for start in found} <= {begin.time()}
    assert all(start.tzinfo is AMSTERDAM for start in found)
    utc = [start.astimezone(UTC) for start in found]
    assert all(one < two for one, two in itertools.pairwise(utc))
    assert not any(start.date() in days_off(some.skip, start.year) for start in found)


@given(moment=moments, rule=rules, days=st.integers(0, 1500))
def test_two_windows_side_by_side_give_what_one_gives(moment: datetime, rule: str, days: int) -> None:
    begin = moment.replace(tzinfo=AMSTERDAM)
    some, end = event(begin, rule), begin + timedelta(days=1500)
    between = begin + timedelta(days=days)
    assert [*starts(some, begin, between), *starts(some, between, end)] == list(starts(some, begin, end))


@given(rule=rules)
def test_a_rule_is_written_as_it_is_read(rule: str) -> None:
    assert Rule.read(str(Rule.read(rule))) == Rule.read(rule)


# --- as people say it ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def all_words(library: Library) -> tuple[Words, ...]:
    return tuple(library.words.values())


@given(rule=rules)
def test_what_is_said_is_understood_again_in_every_language(all_words: tuple[Words, ...], rule: str) -> None:
    meant = Rule.read(rule)
    for words in all_words:
        said = say_rule(rule, words)
        assert read_phrase(said, [words]) == str(meant), said


SAID = [
    ("FREQ=WEEKLY", "elke week", "щотижня", "every week"),
    ("FREQ=WEEKLY;BYDAY=WE", "elke woensdag", "щосереди", "every Wednesday"),
    ("FREQ=WEEKLY;BYDAY=MO,TH", "elke maandag en elke donderdag", "щопонеділка і щочетверга",
     "every Monday and every Thursday"),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "om de week op vrijdag", "раз на два тижні у п’ятницю",
     "every other week on Friday"),
    ("FREQ=MONTHLY;BYDAY=1WE", "elke maand op de eerste woensdag", "щомісяця у першу середу",
     "every month on the first Wednesday"),
    ("FREQ=MONTHLY;BYDAY=-1FR", "elke maand op de laatste vrijdag", "щомісяця в останню п’ятницю",
     "every month on the last Friday"),
    ("FREQ=MONTHLY;INTERVAL=3;BYDAY=2TU", "elke 3 maanden op de tweede dinsdag", "кожні 3 місяці у другий вівторок",
     "every 3 months on the second Tuesday"),
    ("FREQ=MONTHLY;BYMONTHDAY=15", "elke maand op de 15e", "щомісяця 15-го числа", "every month on day 15"),
    ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "elke maand op de laatste werkdag",
     "щомісяця в останній робочий день", "every month on the last weekday"),
    ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=5", "elk jaar op 5 december", "щороку 5 грудня", "every year on 5 December"),
    ("FREQ=YEARLY;BYMONTH=12;BYDAY=1WE", "elk jaar op de eerste woensdag van december",
     "щороку у першу середу грудня", "every year on the first Wednesday of December"),
    ("FREQ=WEEKLY;COUNT=5", "elke week, 5 keer", "щотижня, 5 разів", "every week, 5 times"),
    ("FREQ=WEEKLY;UNTIL=20271231", "elke week, tot en met 31 december 2027", "щотижня, до 31 грудня 2027 включно",
     "every week, up to and including 31 December 2027"),
    ("", "eenmalig", "один раз", "once"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "nl", "uk", "en"), SAID)
def test_a_rule_is_said_as_people_say_it(library: Library, rule: str, nl: str, uk: str, en: str) -> None:
    assert {code: say_rule(rule, library.words[code]) for code in ("nl", "uk", "en")} == {"nl": nl, "uk": uk, "en": en}


@pytest.mark.parametrize(
    ("phrase", "rule"),
    [
        ("Wekelijks", "FREQ=WEEKLY"),
        ("iedere 2 weken", "FREQ=WEEKLY;INTERVAL=2"),
        ("om de twee weken op dinsdag en donderdag", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH"),
        ("om de andere woensdag", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"),
        ("'s woensdags", "FREQ=WEEKLY;BYDAY=WE"),
        ("één keer per week", "FREQ=WEEKLY"),
        ("elke eerste woensdag van de maand", "FREQ=MONTHLY;BYDAY=1WE"),
        ("de 1e en 3e woensdag van de maand", "FREQ=MONTHLY;BYDAY=1WE,3WE"),
        ("elke tweede woensdag van de maand", "FREQ=MONTHLY;BYDAY=2WE"),
        ("maandelijks op de laatste vrijdag", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("elke eerste van de maand", "FREQ=MONTHLY;BYMONTHDAY=1"),
        ("op de 15de van de maand", "FREQ=MONTHLY;BYMONTHDAY=15"),
        ("laatste dag van de maand", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("elke werkdag", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("jaarlijks", "FREQ=YEARLY"),
        ("elke woensdag t/m 31-12-2027", "FREQ=WEEKLY;BYDAY=WE;UNTIL=20271231T235959"),
        ("щотижня", "FREQ=WEEKLY"),
        ("кожну середу", "FREQ=WEEKLY;BYDAY=WE"),
        ("по середах", "FREQ=WEEKLY;BYDAY=WE"),
        ("раз на два тижні", "FREQ=WEEKLY;INTERVAL=2"),
        ("що два тижні у понеділок", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"),
        ("через тиждень, по п'ятницях", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"),
        ("у першу середу місяця", "FREQ=MONTHLY;BYDAY=1WE"),
        ("кожної останньої п’ятниці", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("щомісяця, в останню п'ятницю", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("раз на місяць", "FREQ=MONTHLY"),
        ("щороку 6 грудня", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=6"),
        ("щочетверга до 31 грудня 2027 року", "FREQ=WEEKLY;BYDAY=TH;UNTIL=20271231T235959"),
        ("Fortnightly", "FREQ=WEEKLY;INTERVAL=2"),
        ("every other Wednesday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"),
        ("every second week on Monday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"),
        ("on Wednesdays", "FREQ=WEEKLY;BYDAY=WE"),
        ("the first Wednesday of every month", "FREQ=MONTHLY;BYDAY=1WE"),
        ("every 1st of the month", "FREQ=MONTHLY;BYMONTHDAY=1"),
        ("monthly on the 15th", "FREQ=MONTHLY;BYMONTHDAY=15"),
        ("every two months on the last Friday", "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR"),
        ("once a year", "FREQ=YEARLY"),
        ("every year on December 5", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=5"),
        ("every week, 10 times", "FREQ=WEEKLY;COUNT=10"),
        ("eenmalig", ""),
        ("rrule:freq=weekly;byday=we", "FREQ=WEEKLY;BYDAY=WE"),
    ],
)
def test_a_phrase_is_understood(all_words: tuple[Words, ...], phrase: str, rule: str) -> None:
    assert read_phrase(phrase, all_words) == rule


@pytest.mark.parametrize(
    ("phrase", "code"),
    [
        ("", Problem.NOT_UNDERSTOOD),
        ("soms", Problem.NOT_UNDERSTOOD),
        ("wednesday", Problem.NOT_UNDERSTOOD),
        ("every", Problem.NOT_UNDERSTOOD),
        ("the first", Problem.NOT_UNDERSTOOD),
        # How often in a week is not when.
        ("2 keer per week", Problem.NOT_UNDERSTOOD),
        ("two times every week", Problem.NOT_UNDERSTOOD),
        ("twee keer elke week", Problem.NOT_UNDERSTOOD),
        ("2 рази на місяць", Problem.NOT_UNDERSTOOD),
        ("every week on the first Wednesday", Problem.NOT_UNDERSTOOD),
        ("elke week op de 15e", Problem.NOT_UNDERSTOOD),
        ("every Wednesday except in August", Problem.NOT_UNDERSTOOD),
        ("every 5 December and 6 June", Problem.NOT_UNDERSTOOD),
        ("every week until", Problem.NOT_UNDERSTOOD),
        ("every week until 31 December", Problem.NOT_UNDERSTOOD),
        ("every week daily", Problem.NOT_UNDERSTOOD),
        ("every " * 100, Problem.NOT_UNDERSTOOD),
        ("every second Wednesday", Problem.AMBIGUOUS),
        ("elke tweede woensdag", Problem.AMBIGUOUS),
        ("кожної другої середи", Problem.AMBIGUOUS),
        ("every other Wednesday of the month", Problem.AMBIGUOUS),
        ("every month on Wednesday", Problem.AMBIGUOUS),
        ("every 2 Wednesday", Problem.AMBIGUOUS),
        ("every 0 weeks", Problem.NOT_UNDERSTOOD),
        ("every 500 weeks", Problem.OUT_OF_RANGE),
        ("every week until 31-02-2027", Problem.OUT_OF_RANGE),
        ("every year on 30 February", Problem.NEVER),
    ],
)
def test_a_phrase_that_is_not_clear_is_not_guessed(all_words: tuple[Words, ...], phrase: str, code: Problem) -> None:
    with pytest.raises(BadRule) as caught:
        read_phrase(phrase, all_words)
    assert caught.value.code is code


@given(phrase=st.text(max_size=60))
def test_no_phrase_breaks_the_reading(all_words: tuple[Words, ...], phrase: str) -> None:
    try:
        rule = read_phrase(phrase, all_words)
    except BadRule:
        return
    assert rule == "" or Rule.read(rule)


def test_every_problem_has_words_in_every_language(all_words: tuple[Words, ...]) -> None:
    assert all(words(f"recurrence.problems.{problem}") for words in all_words for problem in Problem)


def test_no_words_stand_for_two_things(all_words: tuple[Words, ...]) -> None:
    for words in all_words:
        read = [key for key in words.keys() if key.startswith("recurrence.read.")]  # noqa: SIM118 - Words is no mapping
        texts = [text.replace("’", "'") for key in read for text in words.many(key)]
        assert len(texts) == len(set(texts))
