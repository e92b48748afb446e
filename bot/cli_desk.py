"""The commands of staff and administrators: announcements, events, letters, staff, the outbox."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.app import build_answering, build_desk, build_store
from bot.cli_settings import with_settings
from bot.dialogue.staff.desk_forms import chosen_who
from bot.dialogue.staff.forms import Unreadable
from bot.dialogue.staff.reading import read_clock, read_time, typed_days
from bot.dialogue.staff.showing import Showing
from bot.errors import WegwijzerError
from bot.knowledge.announceable import Phase
from bot.knowledge.document import plain
from bot.knowledge.facts import Audience
from bot.knowledge.library import load
from bot.knowledge.words import Words
from bot.settings import Settings
from bot.store.attachments import AttachedFiles
from bot.store.database import writing
from bot.store.locations import Location
from bot.store.notes import Notes
from bot.store.running import backup as write_backup
from scheduler.announcements import Announcement, Attachment, Missing, NotAllowed, Role, State
from scheduler.composing import BadText
from scheduler.desk.announcement_file import AnnouncementFile, BadFile, read_announcement_file
from scheduler.desk.desk import Desk
from scheduler.desk.office import COMMAND_LINE, Mistake
from scheduler.desk.planning import new_event
from scheduler.events import Event
from scheduler.recurrence import BadRule, read_phrase, say_rule

LANGUAGE = "en"
"""The language that the command line speaks, where its words are those of the talk with staff."""

WHO = click.Choice([str(one) for one in Audience])


class Counter:
    """The desk with what a command needs around it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        library = load(settings.content_dir)
        store = build_store(settings)
        self.notes = Notes(store.db)
        self.desk: Desk = build_desk(library, store.db, store.sealer, settings)
        self.files = AttachedFiles(settings.data_dir / "attachments")
        self.showing = Showing(self.desk)

    @property
    def words(self) -> Words:
        """The words that the command line speaks."""
        library = self.desk.office.library
        return library.words[LANGUAGE if LANGUAGE in library.words else library.source_language]

    def actor(self, name: str | None) -> int:
        """Return who is acting: a member of staff by name, or the command line."""
        if name is None:
            return COMMAND_LINE
        found = [one for one in self.desk.office.staff.all() if one.name == name]
        if len(found) != 1:
            known = ", ".join(one.name for one in self.desk.office.staff.all()) or "nobody yet"
            raise click.BadParameter(f"there is no (single) member of staff of this name; there is {known}",
                                     param_hint="--by")  # fmt: skip
        return found[0].id


class _OnlyTried(Exception):
    """Takes back what was done only to show it."""


class ToldError(WegwijzerError):
    """Something that staff asked for cannot be done; the message says why in the words of the talk with staff."""


def at_the_counter(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the desk, and turn what cannot be done into one clear line."""

    @with_settings
    @wraps(command)
    def wrapped(settings: Settings, *args: Any, **options: Any) -> Any:
        counter = Counter(settings)
        if settings.practice:
            click.echo("Practice mode: nothing reaches the public.", err=True)
        try:
            return command(counter, *args, **options)
        except NotAllowed as error:
            raise ToldError(counter.words(f"staff.refused.{error.why}")) from error
        except (Mistake, Unreadable) as error:
            raise ToldError(counter.words(f"staff.mistakes.{error.code}", **error.values)) from error
        except BadText as error:
            raise ToldError(counter.words(f"staff.text_problems.{error.code}", **error.values)) from error
        except BadRule as error:
            raise ToldError(counter.words(f"recurrence.problems.{error.code}")) from error
        except BadFile as error:
            raise ToldError(str(error)) from error

    return wrapped


by_whom = click.option("--by", help="Who does it: the name of a member of staff. Without it: the command line.")


# --- announcements -----------------------------------------------------------------------------------


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", "subjects", multiple=True, help="theme:<id> or location:<id>; may be given several times.")
@click.option("--who", type=WHO, help="Only for them; without it for everyone.")
@click.option("--near", multiple=True, help="Of these, only who follows this location too; may be given several times.")
@click.option("--at", help='When it is sent, local time: "2026-12-02 10:00". Without it: as soon as approved.')
@click.option("--dry-run", is_flag=True, help="Show what would be sent to how many; keep nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@by_whom
@at_the_counter
def announce(
    counter: Counter, file: Path, subjects: tuple[str, ...], who: str | None, near: tuple[str, ...], at: str | None,
    dry_run: bool, yes: bool, by: str | None,
) -> None:  # fmt: skip
    """Hand in the announcement in FILE (Markdown with front matter and a section per language)."""
    hand_in(counter, read_announcement_file(file), subjects, who, at, near=near, dry_run=dry_run, yes=yes, by=by)


def hand_in(
    counter: Counter, written: AnnouncementFile, subjects: tuple[str, ...], who: str | None, at: str | None, *,
    near: tuple[str, ...] = (), dry_run: bool, yes: bool, by: str | None,
) -> None:  # fmt: skip
    """Write an announcement, show it, and hand it in for approval; in solo mode approve it too."""
    desk, actor = counter.desk, counter.actor(by)
    attachments = tuple(_attached(counter, path) for path in written.attachments)
    due = read_time(at) if at else written.due

    def write() -> Announcement:
        return desk.announcing.write(
            actor,
            written.kind,
            [_subject(one) for one in subjects or written.to],
            who=chosen_who(who) if who else written.who,
            near=[_subject(one) for one in near or written.near],
            texts=written.texts,
            due=due,
            attachments=attachments,
            source=written.source,
            missing=written.missing or Missing.STOP,
        )

    with contextlib.suppress(_OnlyTried), writing(desk.office.db):
        _show(counter, write())
        raise _OnlyTried
    if dry_run:
        click.echo("This was a dry run: nothing is kept.")
        return
    if not yes:
        click.confirm("Hand this in?", abort=True)
    announcement = desk.announcing.submit(actor, write().id)
    if desk.office.rules.solo:
        announcement = desk.announcing.approve(actor, announcement.id)
        click.echo(
            f"Announcement {announcement.id} is released: {counter.showing.time(announcement.due, counter.words)}."
        )
        return
    click.echo(
        f"Announcement {announcement.id} waits for a colleague's approval: in the chat (/outbox), or with  "
        f"wegwijzer announcements approve {announcement.id} --by NAME"
    )


@click.group(invoke_without_command=True)
@click.pass_context
def announcements(context: click.Context) -> None:
    """List announcements; show, approve, pause, cancel, correct or recall one."""
    if context.invoked_subcommand is None:
        context.invoke(list_announcements)


@announcements.command("list")
@at_the_counter
def list_announcements(counter: Counter) -> None:
    """List what is being written, waits, is under way, and was sent last."""
    under_way = counter.desk.announcing.unfinished()
    table = Table("number", "state", "when", "for", "title")
    for one in (*under_way, *(one for one in counter.desk.announcing.latest() if one not in under_way)):
        table.add_row(
            str(one.id), one.state, counter.showing.time(one.due, counter.words),
            escape(counter.showing.subjects(one, counter.words.locale.language)),
            escape(counter.showing.title(one, counter.words.locale.language)),
        )  # fmt: skip
    Console().print(table)


@announcements.command()
@click.argument("number", type=int)
@at_the_counter
def show(counter: Counter, number: int) -> None:
    """Show exactly what each language gets, and how far it is."""
    _show(counter, counter.desk.announcing.find(number))


@announcements.command()
@click.argument("number", type=int)
@click.option(
    "--missing", type=click.Choice([str(one) for one in Missing]), help="What readers of a missing language get."
)
@by_whom
@at_the_counter
def approve(counter: Counter, number: int, missing: str | None, by: str | None) -> None:
    """Release an announcement that a colleague wrote."""
    choice = Missing(missing) if missing else None
    try:
        released = counter.desk.announcing.approve(counter.actor(by), number, choice)
    except Mistake as error:
        if error.code != "missing_languages":
            raise
        languages: Any = error.values["languages"]
        counts = ", ".join(f"{code}: {count}" for code, count in languages.items())
        raise ToldError(
            f"{counter.words('staff.mistakes.missing_languages')} ({counts}) Say --missing fall_back or skip, "
            "or translate first."
        ) from error
    click.echo(f"Announcement {number} is released: {counter.showing.time(released.due, counter.words)}.")


def _simple(name: str, text: str) -> None:
    @announcements.command(name, help=text)
    @click.argument("number", type=int)
    @by_whom
    @at_the_counter
    def run(counter: Counter, number: int, by: str | None) -> None:
        announcing = counter.desk.announcing
        steps: dict[str, Callable[[int, int], Announcement]] = {
            "pause": announcing.pause, "resume": announcing.resume, "cancel": announcing.cancel,
            "recall": announcing.recall, "send-back": announcing.send_back, "copy": announcing.copy,
        }  # fmt: skip
        done = steps[name](counter.actor(by), number)
        click.echo(f"Announcement {done.id}: {done.state}.")


for _name, _text in (
    ("pause", "Stop sending one for now."),
    ("resume", "Let a paused one go on."),
    ("cancel", "Never send it (further)."),
    ("recall", "Take it back from every chat."),
    ("send-back", "Give a submitted one back to its writer."),
    ("copy", "Begin a draft like an earlier one."),
):
    _simple(_name, _text)


@announcements.command()
@click.argument("number", type=int)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--in-meaning", is_flag=True, help="A time, place or amount changed: reply below the messages as well.")
@by_whom
@at_the_counter
def correct(counter: Counter, number: int, file: Path, in_meaning: bool, by: str | None) -> None:
    """Correct a sent announcement with the texts in FILE."""
    texts = read_announcement_file(file).texts
    done = counter.desk.announcing.correct(counter.actor(by), number, texts, in_meaning=in_meaning)
    what = "a colleague has to approve it" if done.state is State.SUBMITTED else "the correction is on its way"
    click.echo(f"Announcement {done.id}: {done.state}; {what}.")


# --- letters -----------------------------------------------------------------------------------------


@click.group()
def letter() -> None:
    """Letters to neighbours (bewonersbrieven)."""


@letter.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--location", "places", multiple=True, required=True, help="Id of the location; may be given several times."
)
@click.option("--pdf", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The letter as a file.")
@click.option("--at", help='When it is sent, local time: "2026-12-02 10:00".')
@click.option("--dry-run", is_flag=True, help="Show what would be sent to how many; keep nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@by_whom
@at_the_counter
def publish(
    counter: Counter, file: Path, places: tuple[str, ...], pdf: Path | None, at: str | None, dry_run: bool, yes: bool,
    by: str | None,
) -> None:  # fmt: skip
    """Hand in the letter in FILE (a section per language) to those who follow a location."""
    written = read_announcement_file(file, kind="bewonersbrief", attachments=(pdf,) if pdf else ())
    hand_in(counter, written, places, None, at, dry_run=dry_run, yes=yes, by=by)


# --- events ------------------------------------------------------------------------------------------


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
        subjects=tuple(_subject(one) for one in subjects),
        who=chosen_who(who) if who else None,
        near=tuple(_subject(one) for one in near),
        minutes=minutes or (known.minutes if known else 120),
        slots={**{slot: slot in slots for slot in {*(known.slots if known else ()), *slots}}, **_notes(counter, notes)},
        dates=tuple(date.fromisoformat(day) for day in typed_days(",".join(dates), {})),
        sign_up=sign_up if sign_up is not None else bool(known and known.sign_up),
        maximum=maximum,
        rule=read_phrase(repeat, library.words.values()) if repeat else "",
        skip=frozenset({"public", "school"}) if skip_holidays else frozenset(),
        **more,
    )
    nonsense = set(slots) - {slot for one in library.announcements.kinds.values() for slot in one.slots}
    if nonsense:
        there = ", ".join(known.slots) if known and known.slots else "nothing of the kind"
        raise click.BadParameter(f"{', '.join(sorted(nonsense))}: there is {there}", param_hint="--with")
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
@click.option("--time", "at", help='The new local time of day: "19:30"; without it the same.')
@click.option("--place", default="", help="The new place; without it the same.")
@by_whom
@at_the_counter
def change_event(counter: Counter, number: int, at: str | None, place: str, by: str | None) -> None:
    """Change the time of day or place of an event with all that is to come; who was told already hears of it."""
    wanted = read_clock(at) if at else None
    _show_event(counter, counter.desk.planning.change(counter.actor(by), number, at=wanted, place=place))


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


# --- staff, locations, the outbox --------------------------------------------------------------------


@click.group()
def staff() -> None:
    """Who may compose and release."""


@staff.command("list")
@at_the_counter
def list_staff(counter: Counter) -> None:
    """List the members of staff."""
    table = Table("number", "name", "role")
    for one in counter.desk.office.staff.all():
        table.add_row(str(one.id), escape(one.name), one.role)
    Console().print(table)


@staff.command()
@click.option("--role", type=click.Choice([str(one) for one in Role]), required=True)
@click.option("--name", default="", help="What colleagues see; by default the role.")
@by_whom
@at_the_counter
def invite(counter: Counter, role: str, name: str, by: str | None) -> None:
    """Print a one-time link that makes whoever opens it in Telegram a member of staff."""
    code = counter.desk.staffing.invite(counter.actor(by), Role(role), name or role)
    bot = counter.notes.get("telegram_username")
    if bot:
        click.echo(f"https://t.me/{bot}?start=i-{code}")
    else:
        click.echo(f"Send this to the bot in Telegram:  /start i-{code}")
    click.echo("It works once, for a week.", err=True)


@staff.command()
@click.argument("number", type=int)
@by_whom
@at_the_counter
def revoke(counter: Counter, number: int, by: str | None) -> None:
    """End the access of a member of staff, at once."""
    click.echo(f"{counter.desk.staffing.revoke(counter.actor(by), number).name} has no access any more.")


@click.group()
def location() -> None:
    """Locations: planned, open, closing, dropped."""


@location.command("list")
@at_the_counter
def list_locations(counter: Counter) -> None:
    """List the locations and how many follow each."""
    followers = counter.desk.office.subscriptions.counts()
    table = Table("id", "name", "phase", "followers")
    for one in counter.desk.staffing.locations():
        table.add_row(one.id, escape(one.name), one.phase, str(followers.get(one.id, 0)))
    Console().print(table)


@location.command("put")
@click.argument("location_id")
@click.option("--name", required=True, help="Its name, the same in every language.")
@click.option("--phase", type=click.Choice([str(one) for one in Phase]), help="Without it as it is; a new one: open.")
@click.option("--yes", is_flag=True, help="Do not ask before dropping it.")
@by_whom
@at_the_counter
def put_location(
    counter: Counter, location_id: str, name: str, phase: str | None, yes: bool, by: str | None
) -> None:  # fmt: skip
    """Add a location, or change it; dropping one sends its followers a last message."""
    before = counter.desk.office.locations.find(location_id)
    wanted = Phase(phase) if phase else before.phase if before else Phase.OPEN
    if wanted is Phase.DROPPED and not yes:
        count = counter.desk.office.subscriptions.counts().get(location_id, 0)
        click.confirm(f"{count} people follow {name}. They get a last message, and no more. Drop it?", abort=True)
    ended = counter.desk.staffing.put_location(counter.actor(by), Location(location_id, name, wanted))
    click.echo(f"{name}: {wanted}." + (f" {ended} subscriptions ended." if ended else ""))


@click.group()
def outbox() -> None:
    """Sending as a whole."""


@outbox.command()
@at_the_counter
def status(counter: Counter) -> None:
    """Say whether sending is paused, and how far everything under way is."""
    why = counter.desk.office.sending_paused()
    click.echo(f"Sending is paused ({why})." if why else "Sending goes on.")
    for one in counter.desk.announcing.unfinished():
        report = counter.desk.office.deliveries.report(one.id)
        states = ", ".join(f"{state} {count}" for state, count in sorted(report.states.items())) or one.state
        doubt = f"; in doubt {report.doubt}" if report.doubt else ""
        click.echo(f"{counter.showing.line_of(one, counter.words.locale.language)}: {states}{doubt}")


@outbox.command()
@by_whom
@at_the_counter
def pause(counter: Counter, by: str | None) -> None:
    """Send nothing at all from now on."""
    _switch(counter, by, on=False)


@outbox.command()
@by_whom
@at_the_counter
def resume(counter: Counter, by: str | None) -> None:
    """Let sending go on, also after a backup was put back."""
    _switch(counter, by, on=True)


def _switch(counter: Counter, by: str | None, *, on: bool) -> None:
    office = counter.desk.office
    with office.acting(counter.actor(by), Role.APPROVER) as member:
        before = office.sending_paused()
        if on:
            office.resume_sending()
        else:
            office.pause_sending("staff")
        office.log(member, "resume sending" if on else "pause sending", "outbox", before, office.sending_paused())
    click.echo("Sending goes on." if on else "Sending is paused.")


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@at_the_counter
def backup(counter: Counter, path: Path) -> None:
    """Write a copy of the database to PATH; put back, it asks before it sends anything. Copy the key file as well."""
    write_backup(counter.desk.office.db, path)
    click.echo(f"{path} is written. Keep it apart from the key file ({counter.settings.key_path}), and keep both.")


@click.command()
@click.option("--count", default=50, type=click.IntRange(min=1), help="How many lines.")
@click.option("--about", help='Only what was done to this, such as "announcement 12".')
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with what it was before and after.")
@at_the_counter
def audit(counter: Counter, count: int, about: str | None, as_json: bool) -> None:
    """Print the newest lines of the audit log: who did what, when."""
    for entry in counter.desk.office.audit.latest(count, about):
        if as_json:
            click.echo(json.dumps(asdict(entry), ensure_ascii=False, default=str))
        else:
            click.echo(f"{entry.at:%Y-%m-%d %H:%M:%S}  {entry.who}  {entry.what}  {entry.subject}")


@click.command()
@click.option(
    "--export", type=click.Path(file_okay=False, path_type=Path), help="Write them as content files below DIR."
)
@at_the_counter
def answers(counter: Counter, export: Path | None) -> None:
    """List the answers that staff added in the chat, or write them as content files for the editors."""
    for name, text, missing in build_answering(counter.desk).exported():
        to_translate = f" (to be translated: {', '.join(missing)})" if missing else ""
        if export is None:
            click.echo(f"{name}: {text.splitlines()[0].removeprefix('# ')}{to_translate}")
            continue
        path = export / name
        if path.exists():
            raise ToldError(f"{path} exists already: it is not written over.")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        click.echo(f"{path} is written. Give it a topic in topics.yaml{to_translate}.")


COMMANDS = (announce, announcements, letter, event, staff, location, outbox, answers, backup, audit)


# --- small help --------------------------------------------------------------------------------------


def _show(counter: Counter, announcement: Announcement) -> None:
    click.echo(plain(counter.showing.announcement(announcement, counter.words.locale.language)))


def _show_event(counter: Counter, one: Event) -> None:
    click.echo(plain(counter.showing.event(one, counter.words.locale.language)))


def _notes(counter: Counter, notes: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """The notes of an event by language, as its templates want them; nothing where there is none."""
    by_language = dict(note.partition("=")[::2] for note in notes)
    known = counter.desk.office.library.words
    wrong = [code for code in by_language if code not in known]
    if wrong:
        raise click.BadParameter(f"{', '.join(wrong)}: there is {', '.join(known)}", param_hint="--note")
    return {"note": by_language} if by_language else {}


def _subject(text: str) -> str:
    return text.removeprefix("theme:").removeprefix("location:")


def _attached(counter: Counter, path: Path) -> Attachment:
    try:
        return counter.files.keep(path.name, path.read_bytes())
    except OSError as error:
        raise ToldError(f"{path} cannot be read: {error.strerror}.") from error


def _days(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(day) for day in text.split(",") if day.strip())
    except ValueError as error:
        raise click.BadParameter(
            'days are whole numbers with commas, such as "7,1"', param_hint="--reminder-days"
        ) from error
