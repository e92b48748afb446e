"""Events: what is entered once, when it takes place, and which messages that asks for. Pure: no clock, no store.

Times are aware: Europe/Amsterdam for people, so that local time stays right across both changes of the clock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from bot.knowledge.facts import AMSTERDAM
from scheduler.announcements import Part, State, Target, fingerprint

ANNOUNCE_DAYS = 14
REMINDER_DAYS = (7, 1)
MORNING = time(10, 0)
"""Local time at which what concerns a coming event is sent: nobody is woken, and everybody can still plan the day."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event as staff entered it.

    `start` is the first occurrence, in Europe/Amsterdam. `rule` is an RFC 5545 RRULE without DTSTART ("" = once),
    `skip` the calendars whose days are left out ("public", "school"). `slots` holds what the kind's template
    wants besides time and place. `maximum` is how many people can come, None = no limit. `state` is that of the
    whole series: DRAFT, SUBMITTED, SCHEDULED (approved) or CANCELLED. `writer` and `earlier_writers` are those of an
    announcement.
    """

    id: int
    kind: str
    target: Target
    start: datetime
    minutes: int
    place: str
    slots: Mapping[str, object] = field(default_factory=dict)
    rule: str = ""
    skip: frozenset[str] = frozenset()
    dates: tuple[date, ...] = ()
    sign_up: bool = False
    maximum: int | None = None
    announce_days: int = ANNOUNCE_DAYS
    reminder_days: tuple[int, ...] = REMINDER_DAYS
    state: State = State.DRAFT
    writer: int | None = None
    earlier_writers: tuple[int, ...] = ()
    approver: int | None = None
    practice: bool = False

    @property
    def notes(self) -> Mapping[str, str]:
        """What staff say besides, by language; nothing where there is none."""
        notes = self.slots.get("note")
        return notes if isinstance(notes, Mapping) else {}

    def moved_by_itself(self, occurrence: "Occurrence") -> bool:
        """Return whether one of several occurrences has another time than the others, and so keeps it.

        One of which only the room was changed has not.
        """
        if occurrence.state is not Happening.MOVED or not (self.rule or self.dates):
            return False
        at = self.start.timetz().replace(tzinfo=None)
        return occurrence.start != same_day_at(occurrence.original.astimezone(AMSTERDAM), at)

    @property
    def read_as(self) -> str:
        """The fingerprint of what an approver reads before releasing it."""
        return fingerprint(
            self.kind, *astuple(self.target), self.start, self.minutes, self.place,
            sorted(self.slots.items()), self.rule, sorted(self.skip), self.dates, self.sign_up, self.maximum,
            self.announce_days, self.reminder_days,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes different of an event with all that is to come; None or "" = it stays as it is.

    `slots` holds only the slots that change, `notes` only the languages whose note changes ("" = no note any more).
    A `maximum` of 0 takes the limit away.
    """

    at: time | None = None
    place: str = ""
    minutes: int | None = None
    slots: Mapping[str, bool] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    sign_up: bool | None = None
    maximum: int | None = None

    def made_to(self, event: Event) -> Event:
        """Return the event as it becomes."""
        slots = {**event.slots, **self.slots}
        if self.notes:
            notes = {**event.notes, **self.notes}
            slots["note"] = {code: note for code, note in notes.items() if note}
        return replace(
            event,
            start=same_day_at(event.start, self.at),
            place=self.place.strip() or event.place,
            minutes=event.minutes if self.minutes is None else self.minutes,
            slots=slots,
            sign_up=event.sign_up if self.sign_up is None else self.sign_up,
            maximum=event.maximum if self.maximum is None else self.maximum or None,
        )


def same_day_at(day: datetime, at: time | None) -> datetime:
    """Return the same local day at another time; one that the clock skips in March is that much later."""
    if at is None:
        return day
    return datetime.combine(day.date(), at, AMSTERDAM).astimezone(UTC).astimezone(AMSTERDAM)


class Happening(StrEnum):
    """Whether an occurrence takes place as planned."""

    PLANNED = "planned"
    MOVED = "moved"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that an event takes place. `original` is the start that the rule gave, and names it for ever.

    `revision` counts how often it has changed, so that a calendar takes the newest version.
    """

    id: int
    event: int
    original: datetime
    start: datetime
    place: str
    state: Happening = Happening.PLANNED
    revision: int = 0

    @property
    def local_start(self) -> datetime:
        """The start as people read it."""
        return self.start.astimezone(AMSTERDAM)


@dataclass(frozen=True, slots=True)
class Planned:
    """A message that an occurrence asks for: which part it plays, when it is due, until when it is of use."""

    part: Part
    days_before: int
    due: datetime
    useful_until: datetime


def planned_messages(event: Event, occurrence: Occurrence) -> Iterator[Planned]:
    """Yield the announcement and the reminders of an occurrence, in the order in which they are due.

    Each is due at ten in the morning local time, that many days before; one that would come after the event has
    begun is due when it has, and so is never sent.
    """
    start = occurrence.local_start
    parts = [(Part.ANNOUNCEMENT, event.announce_days)]
    parts += [(Part.REMINDER, days) for days in sorted(event.reminder_days, reverse=True) if days < event.announce_days]
    for part, days in parts:
        due = datetime.combine(start.date() - timedelta(days=days), MORNING, AMSTERDAM)
        yield Planned(part, days, min(due, start), start)


def true_until(part: Part, start: datetime, said: datetime) -> datetime:
    """Return until when a message about an event that begins at `start`, worded at `said`, is of use.

    A reminder counts the days ("tomorrow"), so it is true on the day of its wording only.
    """
    if part is not Part.REMINDER:
        return start
    tomorrow = said.astimezone(AMSTERDAM).date() + timedelta(days=1)
    return min(start, datetime.combine(tomorrow, time(), AMSTERDAM))


MOST = 8
"""People whom one person can sign up: a family, not a coach."""


class Answer(StrEnum):
    """What became of a sign-up; the words for it stand in following.yaml under `sign_up`."""

    COMING = "coming"
    WAITING = "waiting"
    NOT_COMING = "not_coming"
    OVER = "over"
    CANCELLED = "cancelled"
    NO_SIGN_UP = "no_sign_up"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class SignedUp:
    """What became of a sign-up, and with how many."""

    answer: Answer
    people: int = 0
