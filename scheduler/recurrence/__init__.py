"""When an event takes place: a rule (RFC 5545), a list of dates, days off, and what people call it. Pure."""

from scheduler.recurrence.days_off import CALENDARS, days_off, knows_school_holidays
from scheduler.recurrence.phrases import read_phrase, say_rule
from scheduler.recurrence.rules import BadRule, Problem, Rule
from scheduler.recurrence.starting import starts

__all__ = [
    "CALENDARS",
    "BadRule",
    "Problem",
    "Rule",
    "days_off",
    "knows_school_holidays",
    "read_phrase",
    "say_rule",
    "starts",
]
