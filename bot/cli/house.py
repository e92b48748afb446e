"""The commands about the house itself: staff, locations, sending as a whole, answers, copies, the log."""

import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.app import build_answering
from bot.cli.counter import Counter, ToldError, at_the_counter, by_whom
from bot.knowledge.announceable import Phase
from bot.store.locations import Location
from bot.store.running import backup as write_backup
from scheduler.announcements import Role


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


@click.group(invoke_without_command=True)
@click.option(
    "--export", type=click.Path(file_okay=False, path_type=Path), help="Write them as content files below DIR."
)
@click.pass_context
def answers(context: click.Context, export: Path | None) -> None:
    """List the answers that staff added in the chat, or write them as content files for the editors."""
    if context.invoked_subcommand is None:
        _list_answers(export)


@answers.command("drop")
@click.argument("number", type=int)
@by_whom
@at_the_counter
def drop_answer(counter: Counter, number: int, by: str | None) -> None:
    """Take an answer back: it was wrong, or it stands in the content files now. From now on nobody gets it."""
    gone = build_answering(counter.desk).drop(counter.actor(by), number)
    click.echo(f"{number}. {' / '.join(text.title for text in gone.texts.values())}: taken back.")


@at_the_counter
def _list_answers(counter: Counter, export: Path | None) -> None:
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


COMMANDS = (staff, location, outbox, answers, backup, audit)
