"""What the clock does: make occurrences and their messages, start what is due, let go of what came too late.

`tick` may run as often as it likes, from any process that may send: it looks at the rows and does what is missing.
"""

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from bot.errors import StoreError
from bot.knowledge.facts import AMSTERDAM
from bot.store.database import writing
from bot.store.notes import Notes
from bot.store.times import moment_or_none, stored
from scheduler.announcements import PRIVATE, Announcement, Missing, Part, State, Step, after
from scheduler.desk.office import Office
from scheduler.desk.planning import Planning
from scheduler.desk.signing import Signing
from scheduler.desk.telling import Telling
from scheduler.events import Event, Happening, Occurrence, Planned, planned_messages, true_until

_log = logging.getLogger(__name__)

AHEAD = timedelta(hours=48)
"""How long before it is due a message of an event is made, so that staff can see it coming and stop it."""

LATE = timedelta(hours=1)
"""From so late on staff are told that something went out late."""

_TICK_NOTE = "last_tick"
_NOTED_EVERY = timedelta(minutes=1)
"""How often it is written down that the clock goes: each time is a write to the disk."""


class Clockwork:
    """Moves along what time moves along."""

    def __init__(self, office: Office, planning: Planning, telling: Telling, signing: Signing) -> None:
        self._office = office
        self._signing = signing
        self._planning = planning
        self._telling = telling
        self._notes = Notes(office.db)
        self._failing: set[str] = set()

    def tick(self) -> None:
        """Do everything that is due now."""
        now = self._office.now()
        went = moment_or_none(self._notes.get(_TICK_NOTE))
        for event in self._office.events.in_states((State.SCHEDULED,)):
            with self._alone(f"event {event.id}"):
                self._planning.materialise(event)
                for occurrence in self._office.events.of_event(event.id, now):
                    self._make_messages(event, occurrence, now, went or now)
        with self._alone("the waiting lists"):
            self._signing.refill()
        for announcement in self._office.announcements.out_of_date(now):
            with self._alone(f"announcement {announcement.id}"):
                self._expire(announcement)
        for group in _by_occurrence(self._office.announcements.due(now)):
            self._start(group, now)
        for number in self._office.deliveries.unprepared():
            self._prepare(number, now)
        for number in self._office.deliveries.done():
            self.finished(number)
        if went is None or not timedelta(0) <= now - went < _NOTED_EVERY:
            self._note(went or now, now)

    def finished(self, number: int) -> bool:
        """Note that an announcement has reached everybody; return whether it was still being sent."""
        return self._office.deliveries.finish(number, self._office.now())

    def refused(self, number: int, why: str) -> None:
        """Pause an announcement that the channel refuses again and again, and tell staff."""
        with writing(self._office.db):
            announcement = self._office.announcements.find(number)
            if announcement is not None and self._office.deliveries.hold(number):
                self._office.audit.add(
                    self._office.now(), None, "clock", "pause", f"announcement {number}", None, {"refused": why}
                )
                self._telling.tell_staff("refused", number=number, title=_title(announcement))

    @contextmanager
    def _alone(self, what: str, announcement: Announcement | None = None) -> Iterator[None]:
        """Let what is wrong with one thing stop no other: it is logged once, an announcement is paused, staff are told.

        A store that cannot be written is no fault of the thing: that ends the tick, and the next one tries again.
        """
        try:
            yield
        except (StoreError, sqlite3.Error):
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, all others must go on
            why = type(error).__name__  # only its kind: its text may hold what people wrote
            if what not in self._failing:
                self._failing.add(what)
                _log.error("%s cannot be made: %s; all others go on", what, why)
            if announcement is not None:
                self._put_aside(announcement, why)
        else:
            self._failing.discard(what)

    def _put_aside(self, announcement: Announcement, why: str) -> None:
        with writing(self._office.db):
            state = after(announcement.state, Step.PAUSE)
            if self._office.announcements.set_state(announcement.id, announcement.state, state):
                self._office.audit.add(
                    self._office.now(), None, "clock", "pause", f"announcement {announcement.id}", None, {"failed": why}
                )
                self._telling.tell_staff("failed", number=announcement.id, title=_title(announcement))

    # --- the messages of events ----------------------------------------------------------------

    def _make_messages(self, event: Event, occurrence: Occurrence, now: datetime, went: datetime) -> None:
        """Make what an occurrence asks for soon; `went` is when the clock is known to have gone last."""
        if occurrence.state is Happening.CANCELLED:
            return
        near = [planned for planned in planned_messages(event, occurrence) if planned.due <= now + AHEAD]
        made = self._office.announcements.made_for(occurrence.id) if near else frozenset()
        new = [planned for planned in near if (planned.part, planned.days_before) not in made]
        if not new:
            return
        # An event that is approved late does not get its announcement and all its reminders at once.
        overdue = [planned for planned in new if planned.due < now]
        chosen = _one_of(overdue)
        with writing(self._office.db):
            if (
                self._office.events.find(event.id) != event
                or self._office.events.occurrence(occurrence.id) != occurrence
            ):
                return  # changed meanwhile, by another process: the next tick looks again
            for planned in new:
                too_many = (
                    self._told_anew(occurrence.id, planned)
                    or (planned in overdue and planned is not chosen)
                    or _same_day(chosen, planned, now)
                )
                # An event entered shortly before it takes place is announced now, and that is not late. What was due
                # while the clock stood still is.
                entered_late = planned.part is Part.ANNOUNCEMENT and planned.due <= went
                due = max(planned.due, now) if entered_late else planned.due
                message = _message(event, occurrence, replace(planned, due=due), self._office)
                number = self._office.announcements.add(
                    replace(message, state=State.EXPIRED) if too_many else message, days_before=planned.days_before
                )
                if too_many and number is not None:
                    self._log_one_too_many(number)

    def _told_anew(self, occurrence: int | None, reminder: Planned | Announcement) -> bool:
        """Return whether a reminder was due before people were told of another time: they have just heard of it."""
        if occurrence is None or reminder.part is not Part.REMINDER or reminder.due is None:
            return False
        about = self._office.announcements.of_occurrence(occurrence)
        told = [one.due for one in about if one.part is Part.CORRECTION and one.due is not None]
        return bool(told) and reminder.due <= max(told)

    # --- a standstill --------------------------------------------------------------------------

    def _note(self, went: datetime, now: datetime) -> None:
        """Write down that the clock goes, and tell staff of what began since it went last without all its messages.

        Both in one transaction, so that they hear of each once.
        """
        with writing(self._office.db):
            stood_still = now - went > 2 * _NOTED_EVERY
            for event, occurrence in self._office.events.coming(went, now) if stood_still else ():
                if occurrence.state is not Happening.CANCELLED:
                    with self._alone(f"what was missed of occurrence {occurrence.id}"), writing(self._office.db):
                        self._tell_missed(event, occurrence)
            self._notes.set(_TICK_NOTE, stored(now))

    def _tell_missed(self, event: Event, occurrence: Occurrence) -> None:
        """Tell staff if an occurrence that has begun was not announced, or not reminded of, because nothing was made.

        What was made and came too late says so itself when it expires.
        """
        made = self._office.announcements.made_for(occurrence.id)
        missed = {one.part for one in planned_messages(event, occurrence) if (one.part, one.days_before) not in made}
        if not missed:
            return
        key = "not_announced" if Part.ANNOUNCEMENT in missed else "not_reminded"
        title = self._office.composer.title(event.kind, self._office.library.source_language)
        self._telling.tell_staff(key, number=event.id, title=title, day=occurrence.local_start.date())

    # --- starting ------------------------------------------------------------------------------

    def _start(self, group: Sequence[Announcement], now: datetime) -> None:
        """Start what is due; of several messages about one occurrence only one, however long we were away."""
        # What was paused half-way and goes on is no second message: who waits for it has had none.
        begun = [one for one in group if one.sent_at is not None]
        new = [one for one in group if one.sent_at is None]
        if len(new) > 1 and new[0].occurrence is not None:
            chosen = next((one for one in new if one.part is Part.ANNOUNCEMENT), new[-1])
            for other in new:
                if other is not chosen:
                    self._drop_one_too_many(other)
            new = [chosen]
        for announcement in (*begun, *new):
            if announcement.sent_at is None and self._told_anew(announcement.occurrence, announcement):
                self._drop_one_too_many(announcement)
                continue
            with self._alone(f"announcement {announcement.id}", announcement), writing(self._office.db):
                # Somebody may have paused, cancelled or changed it meanwhile, through another process.
                if self._office.announcements.find(announcement.id) == announcement:
                    self._begin(announcement, now)

    def _log_one_too_many(self, number: int) -> None:
        """Write down that a message falls away because another one about the same occurrence goes out."""
        why = {"because": "another message about the same occurrence"}
        self._office.audit.add(self._office.now(), None, "clock", "expire", f"announcement {number}", None, why)

    def _drop_one_too_many(self, announcement: Announcement) -> None:
        with writing(self._office.db):
            state = after(announcement.state, Step.EXPIRE)
            if self._office.announcements.set_state(announcement.id, announcement.state, state):
                self._log_one_too_many(announcement.id)

    def _begin(self, announcement: Announcement, now: datetime) -> None:
        office = self._office
        started = replace(
            announcement, state=after(announcement.state, Step.START), sent_at=announcement.sent_at or now
        )
        if not started.texts:
            event, occurrence = self._planning.occurrence(announcement.occurrence or 0)
            started = replace(
                started,
                texts=office.composer.texts(event, occurrence, started.part, now=now),
                useful_until=true_until(started.part, occurrence.start, now),
            )
        office.announcements.write(started)
        office.audit.add(now, None, "clock", "start", f"announcement {started.id}")
        if announcement.sent_at is None and started.due is not None and now - started.due > LATE:
            self._telling.tell_staff("late", number=started.id, title=_title(started))

    def _prepare(self, number: int, now: datetime) -> None:
        """Write the rows of an announcement that has begun: outside any transaction, for there may be a million."""
        announcement = self._office.announcements.find(number)
        if announcement is not None:
            self._office.deliveries.prepare(announcement, now)

    def _expire(self, announcement: Announcement) -> None:
        with writing(self._office.db):
            # What has reached some readers can still be corrected and recalled: it counts as sent.
            begun = announcement.sent_at is not None
            state = after(announcement.state, Step.FINISH if begun else Step.EXPIRE)
            if not self._office.announcements.set_state(announcement.id, announcement.state, state):
                return
            awake = self._office.deliveries.awake(announcement.id, announcement.useful_until or self._office.now())
            left = self._office.deliveries.expire(announcement.id)
            self._office.audit.add(
                self._office.now(), None, "clock", "expire", f"announcement {announcement.id}", None, {"left": left}
            )
            # Who slept through the day of a reminder wanted to sleep: nothing went wrong.
            missed = awake if announcement.part is Part.REMINDER and begun else left
            if announcement.part not in PRIVATE and (missed or not begun):
                self._telling.tell_staff("expired", number=announcement.id, title=_title(announcement), count=missed)


def _message(event: Event, occurrence: Occurrence, planned: Planned, office: Office) -> Announcement:
    return Announcement(
        id=0,
        kind=event.kind,
        target=event.target,
        state=State.SCHEDULED,
        part=planned.part,
        source=office.library.source_language,
        missing=Missing.FALL_BACK,  # templates are complete in every language: the content check sees to that
        occurrence=occurrence.id,
        due=planned.due,
        useful_until=planned.useful_until,
        writer=event.writer,
        approver=event.approver,
        practice=event.practice,
    )


def _one_of(overdue: Sequence[Planned]) -> Planned | None:
    """Which of several messages that are overdue is worth sending: the announcement, else the last reminder."""
    if not overdue:
        return None
    return next((one for one in overdue if one.part is Part.ANNOUNCEMENT), overdue[-1])


def _same_day(chosen: Planned | None, planned: Planned, now: datetime) -> bool:
    """Return whether a reminder would follow on the day on which its announcement comes late."""
    late = chosen is not None and chosen.part is Part.ANNOUNCEMENT
    today = now.astimezone(AMSTERDAM).date()
    return late and planned.part is Part.REMINDER and planned.due.astimezone(AMSTERDAM).date() == today


def _by_occurrence(announcements: Iterable[Announcement]) -> list[list[Announcement]]:
    """Announcements in order, those that the clock made for one occurrence together."""
    groups: dict[object, list[Announcement]] = {}
    for one in announcements:
        together = one.occurrence is not None and one.part in (Part.ANNOUNCEMENT, Part.REMINDER)
        groups.setdefault(one.occurrence if together else f"own {one.id}", []).append(one)
    return list(groups.values())


def _title(announcement: Announcement) -> str:
    text = announcement.texts.get(announcement.source)
    return text.title if text is not None else announcement.kind
