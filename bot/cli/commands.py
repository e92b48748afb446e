"""The command `wegwijzer`."""

import datetime as dt
import io
import json
import math
import re
import sys
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from bot import __version__
from bot.app import Knowledge, build_assistant, build_knowledge, memory_store
from bot.cli import announcements, events, house
from bot.cli.with_settings import with_settings
from bot.dialogue.conversation import HELPED_WITHOUT_DESK, Conversation
from bot.dialogue.values import Person, Reply, Typed
from bot.errors import WegwijzerError
from bot.knowledge.document import plain
from bot.knowledge.facts import AMSTERDAM, Audience
from bot.knowledge.library import Library
from bot.settings import Settings, described

AUDIENCES = click.Choice([str(audience) for audience in Audience])


def main() -> None:
    """Run the command; an error that a person can put right becomes one line and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        # Ukrainian must come out whatever the locale says, and what reads our JSON counts on UTF-8.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except WegwijzerError as error:
        click.echo(f"wegwijzer: {error}", err=True)
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="wegwijzer")
def cli() -> None:
    """Wegwijzer: a multilingual signpost to the social programme of Heemstede."""


@cli.command()
@with_settings
def run(settings: Settings) -> None:
    """Start the assistant: the web chat, and Telegram if there is a token."""
    from bot.serving import serve

    serve(settings)


@cli.command()
@click.option("--language", help="Start in this language (nl, uk, en) instead of asking.")
@with_settings
def chat(settings: Settings, language: str | None) -> None:
    """Talk with the assistant here in the terminal; nothing is kept."""
    from bot.channels.terminal import Terminal

    knowledge = build_knowledge(settings)
    store = memory_store()
    _one_of_ours(knowledge.library, language)
    if language is not None:
        store.people.set_language(TERMINAL, language)
    assistant = build_assistant(knowledge, store, kept_days=0)
    console = Console(highlight=False)
    Terminal(assistant, knowledge.library.words.__getitem__, console, TERMINAL, language).talk(console.input)


TERMINAL = "terminal:here"


@cli.command()
@click.argument("question", required=False)
@click.option("--language", help="The language that the asker chose (nl, uk, en).")
@click.option("--audience", type=AUDIENCES, help="Who is asking.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--jsonl", is_flag=True, help="Read one JSON object a line from standard input, write one a line.")
@with_settings
def ask(
    settings: Settings,
    question: str | None,
    language: str | None,
    audience: str | None,
    as_json: bool,
    jsonl: bool,
) -> None:
    """Answer QUESTION as a person would see it."""
    if jsonl == (question is not None):
        raise click.UsageError("Give one question, or --jsonl and questions on standard input.")
    knowledge = build_knowledge(settings)
    asked = Asking(knowledge)
    _one_of_ours(knowledge.library, language)
    if jsonl:
        for line in answer_lines(asked, lines_of(sys.stdin.buffer), language, audience):
            click.echo(line)
        return
    reply = asked.ask(question or "", language, audience)
    if as_json:
        click.echo(_json(asked.as_object(reply, None)))
    else:
        click.echo(plain(reply.document))
        for caption, rows in reply.groups():
            if caption:
                click.echo(f"  {caption}")
            for row in rows:
                click.echo("  " + "  ".join(f"[{button.label}]" for button in row))


def _one_of_ours(library: Library, language: str | None) -> None:
    """Complain about a language that answers are not written in."""
    if language is not None and language not in library.words:
        raise click.BadParameter(f"choose one of {', '.join(library.words)}", param_hint="--language")


class Asking:
    """Answers questions one by one, without remembering anything."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.languages = tuple(knowledge.library.words)
        self._conversation = Conversation(
            knowledge.library, knowledge.renderer, knowledge.understanding, kept_days=0, helped=HELPED_WITHOUT_DESK
        )

    def ask(self, text: str, language: str | None = None, audience: str | None = None) -> Reply:
        """Return the reply to a typed question of somebody with these choices."""
        person = Person(language, Audience(audience) if audience else None)
        return self._conversation.reply(Typed(text), person)

    def as_object(self, reply: Reply, question_id: object) -> dict[str, object]:
        """Return a reply as the JSON object that the README describes."""
        return {
            "id": question_id,
            "kind": str(reply.kind or "none"),
            "language": reply.language,
            "topics": [{"id": ranked.label, "score": round(ranked.probability, 4)} for ranked in reply.topics],
            "text": plain(reply.document),
        }


LONGEST_LINE = 1_000_000
"""Bytes that a line of `ask --jsonl` may have: a line that never ends must not fill the memory."""


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a stream as they come; of a line that is too long only its beginning."""
    while line := stream.readline(LONGEST_LINE + 1):
        yield line
        while line and not line.endswith(b"\n"):
            line = stream.readline(LONGEST_LINE)


def answer_lines(
    asked: Asking, lines: Iterable[bytes], language: str | None = None, audience: str | None = None
) -> Iterator[str]:
    """Yield a JSON line for every line of questions; a malformed one becomes an error with its number.

    `language` and `audience` count for the lines that do not name their own.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            answer = _json(_answer_line(asked, line, language, audience))
        except _BadLine as error:
            answer = _json({"error": f"line {number}: {error}", "line": number})
        except RecursionError:
            answer = _json({"error": f"line {number}: nested too deeply", "line": number})
        yield answer


class _BadLine(ValueError):
    """A line of input that is no question; what is wrong with it is the message."""


def _answer_line(asked: Asking, line: bytes, language: str | None, audience: str | None) -> dict[str, object]:
    if len(line) > LONGEST_LINE:
        raise _BadLine(f"longer than {LONGEST_LINE} bytes")
    try:
        # Some editors begin a file with a byte order mark.
        question = json.loads(line.decode("utf-8-sig"), parse_constant=_no_json, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise _BadLine("not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise _BadLine("not a JSON object") from error
    if not isinstance(question, dict):
        raise _BadLine("not a JSON object")
    text = question.get("text")
    if not isinstance(text, str):
        raise _BadLine('"text" is missing or no text')
    language = _chosen(question.get("language"), language, "language", asked.languages)
    audience = _chosen(question.get("audience"), audience, "audience", AUDIENCES.choices)
    return asked.as_object(asked.ask(text, language, audience), question.get("id"))


def _chosen(given: object, otherwise: str | None, name: str, choices: Iterable[str]) -> str | None:
    """Return what a line says, or what the command line said if it says nothing."""
    if given is None:
        return otherwise
    if not isinstance(given, str) or given not in choices:
        raise _BadLine(f'"{name}" is one of {", ".join(choices)}')
    return given


def _no_json(word: str) -> object:
    """Refuse NaN and Infinity, which Python reads but JSON does not have."""
    raise ValueError(word)


def _finite(digits: str) -> float:
    """Read a number that can be written back: 1e999 would come out as Infinity."""
    number = float(digits)
    if math.isinf(number):
        raise ValueError(digits)
    return number


_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def _json(value: object, indent: int | None = None) -> str:
    """Return a value as JSON with readable letters; half a character, which UTF-8 does not have, stays escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _LONE_SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@with_settings
def topics(settings: Settings, as_json: bool) -> None:
    """List the topics."""
    knowledge = build_knowledge(settings)
    library, renderer = knowledge.library, knowledge.renderer
    if as_json:
        click.echo(_json([_topic_object(knowledge, topic_id) for topic_id in library.topics], indent=1))
        return
    table = Table(Column("id", no_wrap=True), "group", "for", *(language.name for language in library.spoken))
    for topic in library.topics.values():
        titles = [escape(renderer.title(topic.id, language.code)) for language in library.spoken]
        table.add_row(topic.id, topic.group, " ".join(sorted(topic.audiences)) or "all", *titles)
    Console().print(table)


def _topic_object(knowledge: Knowledge, topic_id: str) -> dict[str, object]:
    library, renderer = knowledge.library, knowledge.renderer
    topic = library.topics[topic_id]
    return {
        "id": topic_id,
        "group": topic.group,
        "audiences": sorted(topic.audiences or Audience),
        "languages": {
            language.code: {
                "title": renderer.title(topic_id, language.code),
                "questions": list(library.entry(topic_id, language.code).questions),
                "text": plain(renderer.topic(topic_id, language.code)),
            }
            for language in library.spoken
        },
    }


@cli.command()
@click.option("--open", "open_facts", is_flag=True, help="List what staff must still supply or confirm.")
@with_settings
def check(settings: Settings, open_facts: bool) -> None:
    """Validate all content and the finder's weights, and print every finding at once."""
    from bot.app import WEIGHTS
    from bot.checking import check_content, check_weights, open_questions

    if open_facts:
        for text in open_questions(settings.content_dir):
            click.echo(text)
        return
    today = dt.datetime.now(AMSTERDAM).date()
    findings = [*check_content(settings.content_dir, today), *check_weights(settings.content_dir, WEIGHTS)]
    for finding in findings:
        click.echo(str(finding))
    if findings:
        click.echo(f"{len(findings)} finding{'s' if len(findings) != 1 else ''}.", err=True)
        sys.exit(1)
    click.echo("The content is in order.")


@cli.command()
@click.argument("topics", nargs=-1)
@click.option("--language", help="Only this language.")
@with_settings
def stamp(settings: Settings, topics: tuple[str, ...], language: str | None) -> None:
    """Note that the translations of TOPICS (all, if none is named) are up to date with the Dutch text."""
    from bot.checking import stamp_translations

    count = stamp_translations(settings.content_dir, topics, language)
    click.echo(f"{count} file{'s' if count != 1 else ''} stamped.")


@cli.command()
@with_settings
def train(settings: Settings) -> None:
    """Learn the finder's weights from the example questions (needs the extra `train`)."""
    from bot.app import WEIGHTS
    from bot.training import learn

    learn(settings.content_dir, WEIGHTS, click.echo)


@cli.command(name="settings")
@with_settings
def settings_command(settings: Settings) -> None:
    """List all settings, their values and what they mean."""
    table = Table(Column("setting", no_wrap=True), Column("value", overflow="fold"), "meaning")
    for name, value, meaning in described(settings):
        table.add_row(name, escape(value), meaning)
    Console().print(table)


@cli.command()
@with_settings
def unanswered(settings: Settings) -> None:
    """List the questions that found no answer, for the editors (masked, 30 days)."""
    from bot.app import build_store

    if not settings.database.exists():
        return  # nobody asked anything yet; looking must not make a key and a database
    for question in build_store(settings).questions.all():
        click.echo(f"{question['asked_on']}  {question['language']}  {question['text']}")


for _command in (*announcements.COMMANDS, *events.COMMANDS, *house.COMMANDS):
    cli.add_command(_command)
