"""An announcement as a file: Markdown with front matter and a section per language.

---
kind: algemeen            # optional; what and for whom can also be said on the command line
to: [theme:nieuws]
who: oekraine
near: [location:herenweg-55]     # of these, only who follows this location too
at: 2026-12-02 10:00
missing: fall_back        # what readers of a missing language get: stop, fall_back or skip
attachments: [letter.pdf]
---
## nl
# De titel
De tekst.

## uk
# Назва
Текст.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge.facts import AMSTERDAM, Audience
from scheduler.announcements import Missing

KEYS = ("kind", "to", "who", "near", "at", "missing", "attachments", "source")
_SECTION = re.compile(r"^##\s+([a-z]{2,3})\s*$")


class BadFile(ValueError):
    """The file is no announcement; the message names the file, the line and what is wrong."""


@dataclass(frozen=True, slots=True)
class AnnouncementFile:
    """What such a file says; `due` is local time, `texts` maps a language to title and body."""

    texts: Mapping[str, tuple[str, str]]
    kind: str = "algemeen"
    to: tuple[str, ...] = ()
    who: Audience | None = None
    near: tuple[str, ...] = ()
    due: datetime | None = None
    missing: Missing | None = None
    source: str = ""
    attachments: tuple[Path, ...] = field(default_factory=tuple)


def read_announcement_file(
    path: Path, *, kind: str = "algemeen", attachments: tuple[Path, ...] = ()
) -> AnnouncementFile:
    """Return the announcement in a file.

    Raises:
        BadFile: if it cannot be read, or is not of the form that this module's docstring shows.

    """
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors put a mark before the first letter
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{path} cannot be read: {error}") from error
    match = re.match(r"---\n(.*?\n?)---\n", text, re.DOTALL)
    front = _front(path, match[1]) if match else {}
    skipped = match[0].count("\n") if match else 0
    texts = _texts(path, text[match.end() :] if match else text, skipped)
    try:
        return AnnouncementFile(
            texts=texts,
            kind=str(front.get("kind", kind)),
            to=_names(front.get("to")),
            who=Audience(front["who"]) if front.get("who") else None,
            near=_names(front.get("near")),
            due=_due(front.get("at")),
            missing=Missing(front["missing"]) if front.get("missing") else None,
            source=str(front.get("source", "")),
            attachments=(*(path.parent / str(name) for name in front.get("attachments") or ()), *attachments),
        )
    except (ValueError, TypeError) as error:
        raise BadFile(f"{path}:1: the front matter cannot be used: {error}") from error


def _names(value: Any) -> tuple[str, ...]:
    """One name, or a list of them."""
    return (value,) if isinstance(value, str) else tuple(map(str, value or ()))


def _front(path: Path, text: str) -> dict[str, Any]:
    try:
        front = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise BadFile(f"{path}:1: the front matter is no YAML: {getattr(error, 'problem', error)}") from error
    if not isinstance(front, dict) or set(front) - set(KEYS):
        raise BadFile(f"{path}:1: the front matter may have {', '.join(KEYS)}")
    return front


def _texts(path: Path, text: str, skipped: int) -> dict[str, tuple[str, str]]:
    sections: dict[str, list[str]] = {}
    lines: dict[str, int] = {}
    current = ""
    for number, line in enumerate(text.splitlines(), skipped + 1):
        heading = _SECTION.match(line)
        if heading and heading[1] in sections:
            raise BadFile(f"{path}:{number}: the section {heading[1]} stands here a second time")
        if heading:
            current = heading[1]
            sections[current], lines[current] = [], number
        elif current:
            sections[current].append(line)
        elif line.strip():
            raise BadFile(f"{path}:{number}: text before the first section; begin with a line such as  ## nl")
    if not sections:
        raise BadFile(f"{path}: there is no section for a language; begin one with a line such as  ## nl")
    return {code: _title_and_body(path, lines[code], content) for code, content in sections.items()}


def _title_and_body(path: Path, line: int, content: list[str]) -> tuple[str, str]:
    title, _, body = "\n".join(content).strip().partition("\n")
    if not title.startswith("# ") or not body.strip():
        raise BadFile(f"{path}:{line}: a section begins with a title (# …) and goes on with the text")
    return title[2:].strip(), body.strip()


def _due(value: object) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.replace(tzinfo=AMSTERDAM) if value.tzinfo is None else value
    return datetime.strptime(str(value), "%Y-%m-%d %H:%M").replace(tzinfo=AMSTERDAM)
