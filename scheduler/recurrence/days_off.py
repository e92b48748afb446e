"""Days on which nothing is organised: public holidays, and the school holidays of the region that Heemstede is in."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from holidays import country_holidays

from scheduler.recurrence.rules import BadRule, Problem

REGION = "Noord"
CALENDARS = frozenset({"public", "school"})
# 5 May is in the library's list only in the years in which employers must give it; offices and schools close each year.
_CATEGORIES = {"public": ("public", "optional"), "school": ("school",)}
_BREAKS = 5


@lru_cache(maxsize=64)
def _year(calendar: str, year: int) -> dict[date, str]:
    return dict(
        country_holidays("NL", subdiv=REGION, categories=_CATEGORIES[calendar], years=year, expand=False, language="nl")
    )


def days_off(calendars: Iterable[str], year: int) -> frozenset[date]:
    """Return the days of a year that calendars (of CALENDARS) leave out.

    Raises:
        BadRule: if there is no such calendar.

    """
    chosen = set(calendars)
    if chosen - CALENDARS:
        raise BadRule(Problem.UNKNOWN_CALENDAR)
    return frozenset(day for calendar in chosen for day in _year(calendar, year))


def knows_school_holidays(year: int) -> bool:
    """Return whether all school holidays of a calendar year are known (autumn, Christmas, spring, May, summer).

    Those of a year that is not known are not left out, so whoever plans must be told.
    """
    return len(set(_year("school", year).values())) == _BREAKS
