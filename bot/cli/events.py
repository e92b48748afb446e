"""The commands about events."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.cli.counter import WHO, Counter, at_the_counter, by_whom, subject_named
from bot.dialogue.staff.desk_forms import chosen_who
from bot.dialogue.staff.reading import read_clock, read_time, typed_days
from bot.knowledge.document import plain
from scheduler.desk.planning import new_event
from scheduler.events import Change, Event
from scheduler.recurrence import read_phrase, say_rule


@click.group()
def event() -> None:
    """Events: entered once, announced and reminded of by themselves."""


@event.command("add")
@click.option("--kind", required=True, help="oudercafe, open-huis, nieuwkomersdiner …")
@click.option("--start", required=True, help='The first time, local: "2026-12-02 10:00".')
@click.option("--place", required=True, help="Where it is.")
@click.option("--minutes", type=int, help="How long it takes.")
@click.option("--to", "subjects", multiple=True, help="theme:<id> or location:<id>; without it the kind's own theme.")
@click.option("--who", type=WHO, help="Only for them; without it for everybody who follows it.")
@click.option("--near", multiple=True, help="Of these, only who follows this location too; may be given several times.")
@click.option("--with", "slots", multiple=True, help="What there is: interpreter, children …")
@click.option("--repeat", help='"every week", "monthly on the first Wednesday"… in any of our languages')
@click.option("--also", "dates", multiple=True, help="Another day that it takes place on, 2026-12-09; may be repeated.")
@click.option("--note", "notes", multiple=True, help='A sentence more in one language: "uk=…"; may be repeated.')
@click.option("--skip-holidays", is_flag=True, help="Leave out public and school holidays.")
@click.option("--sign-up/--no-sign-up", default=None, help="Whether people say that they come.")
@click.option("--maximum", type=int, help="How many people can come.")
@click.option("--announce-days", type=int, help="Days before, default 14.")
@click.option("--reminder-days", help='Days before, default "7,1"; "" = none.')
@click.option("--submit", "hand_over", is_flag=True, help="Hand it in for approval.")
@by_whom
@at_the_counter
def add_event(
    counter: Counter, kind: str, start: str, place: str, minutes: int | None, subjects: tuple[str, ...],
    who: str | None, near: tuple[str, ...], slots: tuple[str, ...], repeat: str | None, dates: tuple[str, ...],
    notes: tuple[str, ...],
    skip_holidays: bool, sign_up: bool | None, maximum: int | None,
    announce_days: int | None, reminder_days: str | None, hand_over: bool, by: str | None,
) -> None:  # fmt: skip
    """Enter an event."""
    library = counter.desk.office.library
    known = library.announcements.kinds.get(kind)
    more: dict[str, Any] = {}
    if announce_days is not None:
        more["announce_days"] = announce_days
    if reminder_days is not None:
        more["reminder_days"] = _days(reminder_days)
    made = new_event(
        kind,
        read_time(start),
        place,
        subjects=tuple(subject_named(one) for one in subjects),
        who=chosen_who(who) if who else None,
        near=tuple(subject_named(one) for one in near),
        minutes=minutes or (known.minutes if known else 120),
        slots={**{slot: slot in slots for slot in {*(known.slots if known else ()), *slots}}, **_notes(counter, notes)},
        dates=tuple(date.fromisoformat(day) for day in typed_days(",".join(dates), {})),
        sign_up=sign_up if sign_up is not None else bool(known and known.sign_up),
        maximum=maximum,
        rule=read_phrase(repeat, library.words.values()) if repeat else "",
        skip=frozenset({"public", "school"}) if skip_holidays else frozenset(),
        **more,
    )
    _know_slots(counter, kind, {"--with": slots})
    actor = counter.actor(by)
    written = counter.desk.planning.add(actor, made)
    if hand_over:
        written = counter.desk.planning.submit(actor, written.id)
    if hand_over and counter.desk.office.rules.solo:
        written = counter.desk.planning.approve(actor, written.id)
    _show_event(counter, written)


@event.command("list")
@at_the_counter
def list_events(counter: Counter) -> None:
    """List events with the numbers of their next occurrences."""
    table = Table("event", "state", "kind", "repeats", "next (occurrence: time)")
    for one in counter.desk.planning.current():
        coming = counter.desk.planning.coming(one)[:3]
        times = "\n".join(
            f"{occurrence.id or '–'}: {counter.showing.time(occurrence.start, counter.words)} {occurrence.state}"
            for occurrence in coming
        )
        rule = say_rule(one.rule, counter.words) if one.rule else "once"
        table.add_row(str(one.id), one.state, one.kind, escape(rule), times)
    Console().print(table)


@event.command("approve")
@click.argument("number", type=int)
@by_whom
@at_the_counter
def approve_event(counter: Counter, number: int, by: str | None) -> None:
    """Release an event that a colleague entered, with all its messages."""
    _show_event(counter, counter.desk.planning.approve(counter.actor(by), number))


@event.command("submit")
@click.argument("number", type=int)
@by_whom
@at_the_counter
def submit_event(counter: Counter, number: int, by: str | None) -> None:
    """Hand an event in for approval."""
    _show_event(counter, counter.desk.planning.submit(counter.actor(by), number))


@event.command("move")
@click.argument("occurrence", type=int)
@click.option("--start", required=True, help='The new time, local: "2026-12-03 10:00".')
@click.option("--place", default="", help="The new place; without it the same.")
@by_whom
@at_the_counter
def move_event(counter: Counter, occurrence: int, start: str, place: str, by: str | None) -> None:
    """Move one OCCURRENCE; who was told already hears of it."""
    moved = counter.desk.planning.move(counter.actor(by), occurrence, read_time(start), place)
    click.echo(f"Occurrence {moved.id}: {counter.showing.time(moved.start, counter.words)}, {moved.place}.")


@event.command("change")
@click.argument("number", type=int)
@click.option("--time", "at", help='The new local time of day: "19:30".')
@click.option("--place", default="", help="The new place.")
@click.option("--minutes", type=int, help="How long it takes from now on.")
@click.option("--with", "there", multiple=True, help="What there is now: interpreter, children …")
@click.option("--without", "gone", multiple=True, help="What there is no more.")
@click.option("--note", "notes", multiple=True, help='A sentence more in one language: "uk=…"; "uk=" takes it away.')
@click.option("--sign-up/--no-sign-up", default=None, help="Whether people say that they come.")
@click.option("--maximum", type=int, help="How many people can come; 0 = no limit.")
@by_whom
@at_the_counter
def change_event(
    counter: Counter, number: int, at: str | None, place: str, minutes: int | None, there: tuple[str, ...],
    gone: tuple[str, ...], notes: tuple[str, ...], sign_up: bool | None, maximum: int | None, by: str | None,
) -> None:  # fmt: skip
    """Change an event with all that is to come (without an option it stays the same); who was told hears of it."""
    _know_slots(counter, counter.desk.planning.find(number).kind, {"--with": there, "--without": gone})
    change = Change(
        at=read_clock(at) if at else None,
        place=place,
        minutes=minutes,
        slots={**dict.fromkeys(gone, False), **dict.fromkeys(there, True)},
        notes=_notes(counter, notes).get("note", {}),
        sign_up=sign_up,
        maximum=maximum,
    )
    _show_event(counter, counter.desk.planning.change(counter.actor(by), number, change))


@event.command("cancel")
@click.argument("number", type=int)
@click.option("--occurrence", is_flag=True, help="NUMBER is that of one occurrence, not of the event.")
@by_whom
@at_the_counter
def cancel_event(counter: Counter, number: int, occurrence: bool, by: str | None) -> None:
    """Cancel an event with all that is to come, or one occurrence."""
    if occurrence:
        counter.desk.planning.cancel_occurrence(counter.actor(by), number)
    else:
        counter.desk.planning.cancel(counter.actor(by), number)
    click.echo("Cancelled. Who was told of it hears that it does not take place.")


COMMANDS = (event,)


def _show_event(counter: Counter, one: Event) -> None:
    click.echo(plain(counter.showing.event(one, counter.words.locale.language)))


def _know_slots(counter: Counter, kind: str, named: Mapping[str, Sequence[str]]) -> None:
    """Refuse what an announcement of a kind of event has no place for; an unknown kind is refused elsewhere."""
    known = counter.desk.office.library.announcements.kinds.get(kind)
    if known is None:
        return
    for option, slots in named.items():
        nonsense = set(slots) - set(known.slots)
        if nonsense:
            there = ", ".join(known.slots) or "nothing of the kind"
            raise click.BadParameter(f"{', '.join(sorted(nonsense))}: there is {there}", param_hint=option)


def _notes(counter: Counter, notes: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """The notes of an event by language, as its templates want them; nothing where there is none."""
    by_language = dict(note.partition("=")[::2] for note in notes)
    known = counter.desk.office.library.words
    wrong = [code for code in by_language if code not in known]
    if wrong:
        raise click.BadParameter(f"{', '.join(wrong)}: there is {', '.join(known)}", param_hint="--note")
    return {"note": by_language} if by_language else {}


def _days(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(day) for day in text.split(",") if day.strip())
    except ValueError as error:
        raise click.BadParameter(
            'days are whole numbers with commas, such as "7,1"', param_hint="--reminder-days"
        ) from error
