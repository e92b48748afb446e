"""The commands about announcements and letters to neighbours."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.cli.counter import WHO, Counter, ToldError, at_the_counter, by_whom, subject_named
from bot.dialogue.staff.desk_forms import chosen_who
from bot.dialogue.staff.reading import read_time
from bot.knowledge.document import plain
from bot.store.database import writing
from scheduler.announcements import Announcement, Attachment, Missing, State
from scheduler.desk.announcement_file import AnnouncementFile, read_announcement_file
from scheduler.desk.office import Mistake


class _OnlyTried(Exception):
    """Takes back what was done only to show it."""


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
            [subject_named(one) for one in subjects or written.to],
            who=chosen_who(who) if who else written.who,
            near=[subject_named(one) for one in near or written.near],
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


COMMANDS = (announce, announcements, letter)


def _show(counter: Counter, announcement: Announcement) -> None:
    click.echo(plain(counter.showing.announcement(announcement, counter.words.locale.language)))


def _attached(counter: Counter, path: Path) -> Attachment:
    try:
        return counter.files.keep(path.name, path.read_bytes())
    except OSError as error:
        raise ToldError(f"{path} cannot be read: {error.strerror}.") from error
