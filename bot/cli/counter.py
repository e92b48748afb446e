"""The counter: the desk as a command needs it, and what cannot be done in one clear line."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from bot.app import build_desk, build_store
from bot.cli.with_settings import with_settings
from bot.dialogue.staff.forms import Unreadable
from bot.dialogue.staff.showing import Showing
from bot.errors import WegwijzerError
from bot.knowledge.facts import Audience
from bot.knowledge.library import load
from bot.knowledge.words import Words
from bot.settings import Settings
from bot.store.attachments import AttachedFiles
from bot.store.notes import Notes
from scheduler.announcements import NotAllowed
from scheduler.composing import BadText
from scheduler.desk.announcement_file import BadFile
from scheduler.desk.desk import Desk
from scheduler.desk.office import COMMAND_LINE, Mistake
from scheduler.recurrence import BadRule

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


def subject_named(text: str) -> str:
    """Return the id of a location or theme, written with or without what it is."""
    return text.removeprefix("theme:").removeprefix("location:")
