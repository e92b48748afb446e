"""The examples of danger and of harmless talk, content/<language>/danger-examples.yaml."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml

from bot.errors import ContentError, Finding
from bot.knowledge.loader import SafeLoader
from bot.knowledge.semantic import prepared

FILE = "danger-examples.yaml"
"""The examples of a language, content/<language>/danger-examples.yaml."""


class Kind(StrEnum):
    """What an example is an example of."""

    CRISIS = "crisis"
    EMERGENCY = "emergency"
    HARMLESS = "harmless"


@dataclass(frozen=True, slots=True, order=True)
class Example:
    """A message somebody might write, in one language."""

    kind: Kind
    language: str
    text: str


def read_examples(content: Path) -> tuple[Example, ...]:
    """Return the examples of all languages, in a fixed order.

    Raises:
        ContentError: with every finding, if a file cannot be used.

    """
    examples, findings = gather(content)
    if findings:
        raise ContentError([str(finding) for finding in findings])
    return examples


def gather(content: Path) -> tuple[tuple[Example, ...], list[Finding]]:
    """Return the examples that can be read, and what is wrong with the files.

    Each must be a list of messages under each of the three kinds, and no message may stand under two of them.
    """
    findings: list[Finding] = []
    examples: list[Example] = []
    kind_of: dict[str, Kind] = {}
    for path in sorted(content.glob(f"*/{FILE}")):
        name = path.relative_to(content.parent).as_posix()
        for example in _read(path, name, findings):
            if kind_of.setdefault(prepared(example.text), example.kind) is not example.kind:
                findings.append(Finding(name, 1, f"{example.text!r} stands under two kinds"))
            examples.append(example)
    return tuple(sorted(examples)), findings


def _read(path: Path, name: str, findings: list[Finding]) -> Iterator[Example]:
    try:
        tree = yaml.load(path.read_text(encoding="utf-8"), Loader=SafeLoader)  # noqa: S506 - a safe one, by libyaml
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        findings.append(Finding(name, mark.line + 1 if mark else 1, f"cannot be read: {error}"))
        return
    kinds = ", ".join(Kind)
    if not isinstance(tree, dict) or set(tree) != set(Kind):
        findings.append(Finding(name, 1, f"here belong exactly the keys {kinds}"))
        return
    for kind in Kind:
        lines = tree[kind]
        if not isinstance(lines, list) or not all(isinstance(line, str) and line.strip() for line in lines):
            findings.append(Finding(name, 1, f"{kind}: each entry is one message in words (quote a number)"))
            continue
        yield from (Example(kind, path.parent.name, line.strip()) for line in lines)


def fingerprint(examples: Iterable[Example]) -> str:
    """Return a short hash of the examples of danger and harmless talk: what the net was taught."""
    lines = sorted(f"{one.kind}\t{one.language}\t{one.text}" for one in examples)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
