"""Events: entered once, approved once as a series; single occurrences are moved or cancelled."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from bot.knowledge.facts import AMSTERDAM, Audience
from bot.store.database import writing
from bot.store.staff import Member
from scheduler.announcements import Announcement, Part, Role, State, Step, Target, after, may
from scheduler.desk.office import AHEAD, Mistake, Office, everybody_who_wrote
from scheduler.desk.telling import Telling
from scheduler.events import Change, Event, Happening, Occurrence, planned_messages, same_day_at, true_until
from scheduler.recurrence import starts

HORIZON = timedelta(days=120)
"""How far ahead occurrences are made: what the agenda shows, and well beyond any announcement."""

_MOST_DAYS, _MOST_MINUTES, _MOST_PEOPLE = 366, 7 * 24 * 60, 9_999
_NOT_TOLD = (State.RECALLED, State.EXPIRED)
_OWN_WORDS = (Part.ANNOUNCEMENT, Part.REMINDER)


class Planning:
    """What staff do with events. `actor` is a number in the list of staff, or COMMAND_LINE."""

    def __init__(self, office: Office, telling: Telling) -> None:
        self._office = office
        self._telling = telling

    # --- reading -------------------------------------------------------------------------------

    def find(self, number: int) -> Event:
        """Return an event; a Mistake if there is none with this number."""
        event = self._office.events.find(number)
        if event is None:
            raise Mistake("no_event", number=number)
        return event

    def occurrence(self, number: int) -> tuple[Event, Occurrence]:
        """Return an occurrence and its event; a Mistake if there is none with this number."""
        occurrence = self._office.events.occurrence(number)
        if occurrence is None:
            raise Mistake("no_occurrence", number=number)
        return self.find(occurrence.event), occurrence

    def current(self) -> tuple[Event, ...]:
        """Return the events that are being written, wait, or are approved and not over, the newest first."""
        found = self._office.events.in_states((State.DRAFT, State.SUBMITTED, State.SCHEDULED))
        return tuple(one for one in found if one.state is not State.SCHEDULED or self._goes_on(one))

    def coming(self, event: Event) -> tuple[Occurrence, ...]:
        """Return the occurrences of an event that are still to come; of one not approved yet, those it would have."""
        if event.state is State.SCHEDULED:
            return self._office.events.of_event(event.id, self._office.now())
        return tuple(
            Occurrence(0, event.id, start, start, event.place)
            for start in starts(event, self._office.now(), self._office.now() + HORIZON)
        )

    def announced(self, event: Event) -> Announcement | None:
        """Return what readers would be told of the next occurrence of an event, None if it has none to come."""
        following = next(iter(self.coming(event)), None)
        if following is None:
            return None
        return Announcement(
            id=0,
            kind=event.kind,
            target=event.target,
            state=State.DRAFT,
            part=Part.ANNOUNCEMENT,
            texts=self._office.composer.preview(event, following),
            source=self._office.library.source_language,
            practice=event.practice,
        )

    # --- writing -------------------------------------------------------------------------------

    def add(self, actor: int, event: Event) -> Event:
        """Enter an event (the `id`, `state`, `writer` and `practice` that it has are not looked at).

        Raises:
            NotAllowed: if the actor may not.
            Mistake: if something is missing or cannot be; `no_start` if its rule gives no time to come.
            BadText: if what it would say cannot be sent.

        """
        with self._office.acting(actor) as member:
            new = replace(
                self._checked(event),
                state=State.DRAFT,
                writer=member.id or None,
                earlier_writers=(),
                approver=None,
                practice=self._office.rules.practice,
            )
            written = self.find(self._office.events.add(new))
            self._office.log(member, "write", _name(written), None, _shown(written))
            return written

    def submit(self, actor: int, number: int) -> Event:
        """Hand an event to a colleague for approval."""
        return self._moved(actor, number, Step.SUBMIT)

    def send_back(self, actor: int, number: int) -> Event:
        """Give a submitted event back to its writer."""
        return self._moved(actor, number, Step.SEND_BACK)

    def approve(self, actor: int, number: int, *, seen: str | None = None) -> Event:
        """Release an event with all its occurrences, announcements and reminders.

        `seen` is the `read_as` of what the approver has read, None = as it is now.

        Raises:
            NotAllowed: if the actor may not.
            Mistake: `changed_since`, if it is not what they have read; `no_start`, if it is over by now.

        """
        with self._office.acting(actor):
            if seen is not None and seen != self.find(number).read_as:
                raise Mistake("changed_since")
            event = self._moved(actor, number, Step.APPROVE)
            self._checked(event)
            self.materialise(event)
            return event

    def test(self, actor: int, number: int) -> int:
        """Send the actor what readers of each language would be told; return how many messages that is."""
        with self._office.acting(actor) as member:
            announced = self.announced(self.find(number))
            if announced is None:
                return 0
            for code, text in announced.texts.items():
                self._telling.test(member, replace(announced, kind="notice", texts={code: text}, source=code))
            return len(announced.texts)

    def cancel(self, actor: int, number: int) -> Event:
        """Cancel an event with all its occurrences to come; who was told of one hears that it is cancelled."""
        with self._office.acting(actor) as member:
            before = self._ours(self.find(number))
            step = Step.CANCEL if before.state is not State.SCHEDULED else Step.CORRECT
            may(step, member.role, own_work=False, solo=True)
            new = replace(before, state=after(before.state, Step.CANCEL))
            for occurrence in self._office.events.of_event(number, self._office.now()):
                if occurrence.state is not Happening.CANCELLED:  # who knew of that one has heard it already
                    self._cancel(before, occurrence, member)
            self._office.events.write(new)
            self._office.log(member, "cancel", _name(new), {"state": before.state}, {"state": new.state})
            return new

    def change(self, actor: int, number: int, change: Change) -> Event:
        """Change an event with all that is to come: its time of day, its place, what there is, who can come.

        Occurrences that were moved by themselves keep their time, and their place where it was another one; the only
        one of an event that takes place once does not, as it is that one which is changed. What takes place today and
        would already have begun stays as it is. Who was told of an occurrence hears of it below what they got, if
        they were told something else. A lower maximum takes nobody's place away; of a higher one those who wait hear
        at the next stroke of the clock. What has not been approved yet becomes a draft again.

        Args:
            actor: who changes it; an approver, if it is approved, because that sends messages.
            number: of the event.
            change: what becomes different.

        Raises:
            NotAllowed: if the actor may not.
            Mistake: if there is no such event, or nothing to change, or if it cannot be so.
            BadText: if what it would say cannot be sent.

        """
        office = self._office
        with office.acting(actor) as member:
            before = self._ours(self.find(number))
            approved = before.state is State.SCHEDULED
            may(Step.CORRECT if approved else Step.EDIT, member.role, own_work=False, solo=True)
            new = change.made_to(before)
            if new == before:
                raise Mistake("nothing_changed")
            self._possible(new)
            if not approved:
                new = replace(
                    new,
                    state=after(before.state, Step.EDIT),
                    writer=member.id or None,
                    earlier_writers=everybody_who_wrote(before),
                )
            office.events.write(new)
            for occurrence in office.events.of_event(number, office.now()):
                self._change(before, new, occurrence, member)
            office.log(member, "change", _name(new), _shown(before), _shown(new))
            return new

    def _change(self, before: Event, new: Event, occurrence: Occurrence, member: Member) -> None:
        """Let one occurrence follow what became of its event."""
        if occurrence.state is Happening.CANCELLED:
            return
        at = new.start.timetz().replace(tzinfo=None) if new.start != before.start else None
        follows = replace(
            occurrence,
            start=occurrence.start if before.moved_by_itself(occurrence) else same_day_at(occurrence.local_start, at),
            place=new.place if occurrence.place == before.place else occurrence.place,
        )
        says = self._office.composer.preview
        if says(before, occurrence) == says(new, follows) or follows.start <= self._office.now():
            return
        self._follow(new, occurrence, follows, member)

    def _follow(self, event: Event, before: Occurrence, new: Occurrence, member: Member) -> None:
        """Let an occurrence be as it is now, what is pending for it too, and tell who knew it as it was."""
        self._office.events.change(new)
        self._reschedule(event, new)
        self._tell_told(event, new, Part.CORRECTION, before, member)

    # --- one occurrence ------------------------------------------------------------------------

    def move(self, actor: int, number: int, start: datetime, place: str = "") -> Occurrence:
        """Move one occurrence to another time or place; who was told already hears of it below what they got.

        Raises:
            NotAllowed: if the actor is no approver.
            Mistake: if it is over or cancelled, or the new time is past.

        """
        office = self._office
        with office.acting(actor, Role.APPROVER) as member:
            event, before = self._to_come(number)
            if start <= office.now():
                raise Mistake("past", when=start)
            new = replace(before, start=start, place=place.strip() or before.place, state=Happening.MOVED)
            if (new.start, new.place) == (before.start, before.place):
                raise Mistake("nothing_changed")
            self._follow(event, before, new, member)
            office.log(member, "move", f"occurrence {number}", _times(before), _times(new))
            return new

    def cancel_occurrence(self, actor: int, number: int) -> Occurrence:
        """Cancel one occurrence; the others stay."""
        with self._office.acting(actor, Role.APPROVER) as member:
            event, occurrence = self._to_come(number)
            return self._cancel(event, occurrence, member)

    # --- also for the clock --------------------------------------------------------------------

    def materialise(self, event: Event) -> int:
        """Make the occurrences that an approved event's rule gives within the horizon; return how many were new."""
        if not self._new_starts(event):
            return 0
        with writing(self._office.db):
            current = self.find(event.id)  # another process may have changed it meanwhile
            new = self._new_starts(current) if current.state is State.SCHEDULED else []
            for start in new:
                self._office.events.happen(event.id, start, current.place)
        return len(new)

    def _new_starts(self, event: Event) -> list[datetime]:
        """Return the times that a rule gives and that are not there yet, by day: the time of day may have changed."""
        now = self._office.now()
        known = {start.astimezone(AMSTERDAM).date() for start in self._office.events.originals(event.id)}
        return [start for start in starts(event, now, now + HORIZON) if start.date() not in known]

    # --- small help ----------------------------------------------------------------------------

    def _goes_on(self, event: Event) -> bool:
        """Return whether an approved event has an occurrence to come, also one too far ahead to be made already."""
        return bool(self.coming(event)) or any(self._starts(event))

    def _starts(self, event: Event) -> Iterable[datetime]:
        return starts(event, self._office.now(), self._office.now() + AHEAD)

    def _checked(self, event: Event) -> Event:
        """Return an event with the readers of its kind, where it has none of its own, if it can take place."""
        office = self._office
        kinds = office.library.announcements.kinds
        if event.kind not in kinds or not kinds[event.kind].event:
            raise Mistake("unknown_kind", kind=event.kind, known=", ".join(name for name in kinds if kinds[name].event))
        subjects = event.target.subjects or ((kinds[event.kind].theme,) if kinds[event.kind].theme else ())
        checked = replace(event, target=office.check_target(replace(event.target, subjects=subjects)))
        self._possible(checked)
        if not any(self._starts(checked)):
            raise Mistake("no_start")
        return checked

    def _possible(self, event: Event) -> None:
        """Check the place, the numbers and the words of an event of a known kind."""
        office = self._office
        if not event.place.strip():
            raise Mistake("no_place")
        if event.minutes <= 0 or (event.maximum is not None and event.maximum <= 0):
            raise Mistake("not_positive")
        if event.announce_days < 0 or any(days < 0 for days in event.reminder_days):
            raise Mistake("not_positive")
        if (
            max(event.announce_days, *event.reminder_days, 0) > _MOST_DAYS
            or event.minutes > _MOST_MINUTES
            or (event.maximum or 0) > _MOST_PEOPLE
            or event.start > office.now() + AHEAD
        ):
            raise Mistake("too_much")
        missing = office.composer.missing_slots(event.kind, Part.ANNOUNCEMENT, event.slots)
        if missing:
            raise Mistake("missing_slots", slots=", ".join(missing))
        for text in office.composer.preview(event, Occurrence(0, 0, event.start, event.start, event.place)).values():
            office.composer.check_text(text.title, text.body)

    def _to_come(self, number: int) -> tuple[Event, Occurrence]:
        event, occurrence = self.occurrence(number)
        self._ours(event)
        if event.state is not State.SCHEDULED or occurrence.state is Happening.CANCELLED:
            raise Mistake("not_planned", number=number)
        if occurrence.start <= self._office.now():
            raise Mistake("past", when=occurrence.local_start)
        return event, occurrence

    def _ours(self, event: Event) -> Event:
        """Return an event, unless it is a real one and we only practise: what is done to it would hold for everybody.

        Raises:
            Mistake: `practice`.

        """
        if self._office.rules.practice and not event.practice:
            raise Mistake("practice")
        return event

    def _moved(self, actor: int, number: int, step: Step) -> Event:
        with self._office.acting(actor) as member:
            before = self._ours(self.find(number))
            own = self._office.own_work(member, before)
            may(step, member.role, own_work=own, solo=self._office.rules.solo)
            new = replace(before, state=after(before.state, step))
            if step is Step.APPROVE:
                new = replace(new, approver=member.id or None)
            self._office.events.write(new)
            solo = " (solo: the writer approved)" if step is Step.APPROVE and own else ""
            self._office.log(member, f"{step}{solo}", _name(new), {"state": before.state}, {"state": new.state})
            return new

    def _cancel(self, event: Event, occurrence: Occurrence, member: Member) -> Occurrence:
        office = self._office
        new = replace(occurrence, state=Happening.CANCELLED)
        office.events.change(new)
        self._tell_told(event, new, Part.CANCELLATION, occurrence, member)
        self._reschedule(event, new)
        office.log(member, "cancel", f"occurrence {occurrence.id}", _times(occurrence), _times(new))
        return new

    def _reschedule(self, event: Event, occurrence: Occurrence) -> None:
        """Let what is pending for an occurrence follow its new time, or fall away with it."""
        office = self._office
        if occurrence.state is not Happening.CANCELLED:
            for planned in planned_messages(event, occurrence):
                if planned.part is Part.REMINDER and planned.due > office.now():
                    # What has reminded of the old time reminds of the new one again.
                    office.announcements.release(occurrence.id, planned.days_before)
                office.announcements.reschedule(
                    occurrence.id, str(planned.part), planned.days_before, planned.due, planned.useful_until
                )
            return
        self._withdraw(
            one for one in office.announcements.of_occurrence(occurrence.id) if one.part is not Part.CANCELLATION
        )

    def _withdraw(self, announcements: Iterable[Announcement]) -> bool:
        """Cancel what has not reached everybody yet; return whether somebody has not got it."""
        unheard = False
        for pending in announcements:
            if pending.state in (State.SCHEDULED, State.SENDING, State.PAUSED):
                self._office.announcements.write(replace(pending, state=after(pending.state, Step.CANCEL)))
                left = self._office.deliveries.cancel(pending.id)
                unheard = unheard or left > 0 or pending.sent_at is None
                # Who changed or cancelled the event stands in the line about that.
                self._office.audit.add(
                    self._office.now(), None, "event", "cancel", f"announcement {pending.id}",
                    {"state": pending.state}, {"state": State.CANCELLED},
                )  # fmt: skip
        return unheard

    def _renew(self, told: Announcement, event: Event, occurrence: Occurrence) -> None:
        """Give an announcement the words that are true now, for whoever still waits for it (they sleep, or are next).

        Its new revision is how the correction knows who got the old words.
        """
        now = self._office.now()
        texts = self._office.composer.texts(event, occurrence, told.part, now=now)
        revision = told.revision + 1
        self._office.announcements.write(
            replace(
                told,
                revision=revision,
                texts={code: replace(text, made_from=revision) for code, text in texts.items()},
                useful_until=true_until(told.part, occurrence.start, now),
            )
        )

    def _tell_told(
        self, event: Event, occurrence: Occurrence, part: Part, before: Occurrence, member: Member
    ) -> Announcement | None:
        """Tell everybody who was told of an occurrence, or signed up, that it has changed: below what they received."""
        office = self._office
        about = office.announcements.of_occurrence(occurrence.id)
        # Also what was cancelled half-way, or paused and resumed: it has reached some.
        told = [
            one for one in about if one.sent_at is not None and one.state not in _NOT_TOLD and one.part in _OWN_WORDS
        ]
        if not told and not office.sign_ups.count(occurrence.id).entries_in_all:
            return None
        unheard = False
        if part is Part.CORRECTION:
            for one in told:
                self._renew(one, event, occurrence)
            # Who still waits for an earlier correction gets this one only.
            unheard = self._withdraw(one for one in about if one.part is Part.CORRECTION)
        # Some never heard of the time before this one: then it is not named, what they know stands above.
        texts = office.composer.texts(event, occurrence, part, old=None if unheard else before)
        announcement = Announcement(
            id=0,
            kind=event.kind,
            target=event.target,
            state=State.SCHEDULED,
            part=part,
            texts=texts,
            source=office.library.source_language,
            occurrence=occurrence.id,
            reply_to=told[-1].id if told else None,
            due=office.now(),
            useful_until=max(before.start, occurrence.start),
            writer=member.id or None,
            approver=member.id or None,
            practice=event.practice,
        )
        number = int(office.announcements.add(announcement) or 0)
        shown = {"occurrence": occurrence.id, "texts": {code: asdict(text) for code, text in texts.items()}}
        office.log(member, str(part), f"announcement {number}", None, shown)
        return office.announcements.find(number)


def new_event(
    kind: str, start: datetime, place: str, *, subjects: tuple[str, ...] = (), who: Audience | None = None,
    near: tuple[str, ...] = (), minutes: int = 120, slots: Mapping[str, object] | None = None, **more: object,
) -> Event:  # fmt: skip
    """Return an event to be added; `start` without a zone is local time."""
    local = start.replace(tzinfo=AMSTERDAM) if start.tzinfo is None else start.astimezone(AMSTERDAM)
    return Event(0, kind, Target(subjects, who, near), local, minutes, place, dict(slots or {}), **more)  # type: ignore[arg-type] # the names of Event's own fields


def _name(event: Event) -> str:
    return f"event {event.id}"


def _shown(event: Event) -> Mapping[str, object]:
    return {**asdict(event), "skip": sorted(event.skip)}


def _times(occurrence: Occurrence) -> Mapping[str, object]:
    return {"start": occurrence.local_start.isoformat(), "place": occurrence.place, "state": occurrence.state}
