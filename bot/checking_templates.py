"""The content check of the announcement templates: same parts, same variables, shown in every variant."""

import itertools
from collections.abc import Iterator
from datetime import datetime

from bot.errors import Finding
from bot.knowledge.document import UnsupportedMarkdown, parse, units_of
from bot.knowledge.facts import AMSTERDAM
from bot.knowledge.library import Entry, Library
from bot.knowledge.rendering import CannotRender, used_facts
from scheduler.announcements import Announcement, Part, Target, Text
from scheduler.composing import FREE_VARIABLES, MESSAGE_UNITS, VARIABLES, Composer
from scheduler.events import Event, Occurrence

_START = datetime(2027, 3, 31, 19, 30, tzinfo=AMSTERDAM)


def template_findings(library: Library) -> Iterator[Finding]:
    """Yield what is wrong with the templates of a library."""
    for entry in library.templates.values():
        findings = [*_form(library, entry), *_beside_source(library, entry)]
        yield from findings
        if not findings:
            yield from _shown(library, entry)
    for code, words in library.words.items():
        path = f"content/{code}/following.yaml"
        wanted = [f"subjects.{theme}" for theme in library.announcements.themes]
        wanted += [f"kinds.{kind}" for kind in library.announcements.kinds]
        yield from (Finding(path, 1, f"the word {key!r} is missing") for key in wanted if key not in words)


def _form(library: Library, entry: Entry) -> Iterator[Finding]:
    kind = library.announcements.kinds[entry.id]
    for part in kind.parts:
        if part not in entry.parts:
            yield Finding(entry.path, 1, f"there is no part `## {part}`")
    for part in entry.parts:
        if part not in kind.parts:
            line = entry.lines.get(part, entry.lines.get("title", 1))
            yield Finding(entry.path, line, f"{'text outside a part' if not part else f'`## {part}`'} is not used here")
    known = {*VARIABLES, *kind.slots} if kind.event else {*FREE_VARIABLES}
    for part, text in {"title": entry.title, **entry.parts}.items():
        try:
            names = used_facts([text])
        except CannotRender as error:
            yield Finding(entry.path, entry.begin_of(part), f"cannot be shown: {error}")
            continue
        for name in sorted(names - known):
            yield Finding(entry.path, entry.begin_of(part), f"there is no {name!r} here; there is {_listed(known)}")


def _beside_source(library: Library, entry: Entry) -> Iterator[Finding]:
    source = library.templates.get((entry.id, library.source_language))
    if source is None or source is entry:
        return
    for part in sorted(set(source.parts) & set(entry.parts)):
        try:
            here, there = used_facts([entry.parts[part]]), used_facts([source.parts[part]])
        except CannotRender:
            continue
        for name in sorted(here ^ there):
            which = "does not use" if name in there else "uses"
            yield Finding(entry.path, entry.begin_of(part), f"part {part} {which} {name!r}, unlike {source.path}")
    if entry.made_from != source.fingerprint:
        hint = f"read it again, then run  wegwijzer stamp {entry.id} --language {entry.language}"
        yield Finding(entry.path, 1, f"is older than the text it was made from ({source.path}): {hint}")


def _shown(library: Library, entry: Entry) -> Iterator[Finding]:
    composer, kind = Composer(library), library.announcements.kinds[entry.id]
    if not kind.event:
        text = Text("Titel", "Tekst")
        sample = Announcement(0, kind.id, Target(()), texts={entry.language: text})
        try:
            composer.document(sample, entry.language, "Herenweg")
        except (CannotRender, UnsupportedMarkdown) as error:
            yield Finding(entry.path, entry.begin_of("announcement"), f"cannot be shown: {error}")
        return
    for values in itertools.product((False, True), repeat=len(kind.slots)):
        for sign_up in (False, True):
            slots = dict(zip(kind.slots, values, strict=True))
            event = Event(0, kind.id, Target(()), _START, kind.minutes, "Raadhuis", slots, sign_up=sign_up)
            occurrence = Occurrence(0, 0, _START, _START, "Raadhuis")
            for part in kind.parts:
                yield from _shown_part(composer, entry, event, occurrence, Part(part))


def _shown_part(
    composer: Composer, entry: Entry, event: Event, occurrence: Occurrence, part: Part
) -> Iterator[Finding]:
    try:
        text = composer.texts(event, occurrence, part)[entry.language]
        units = units_of(parse(text.body)) + len(text.title)
    except (CannotRender, UnsupportedMarkdown) as error:
        yield Finding(entry.path, entry.begin_of(str(part)), f"cannot be shown: {error}")
        return
    if units > MESSAGE_UNITS:
        yield Finding(entry.path, entry.begin_of(str(part)), f"is too long for Telegram: {units} of {MESSAGE_UNITS}")


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names | {"count"}))
