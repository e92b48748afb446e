"""The language data: content/<language>/safety.yaml, read line by line so that a mistake is named where it stands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bot.errors import ContentError, Finding
from bot.knowledge.loader import SafeLoader


class BadSafety(ContentError, ValueError):
    """A safety.yaml cannot be used; each of its `findings` names the file, the line and the entry."""

    def __init__(self, found: Sequence[Finding]) -> None:
        super().__init__([str(finding) for finding in found])
        self.found = tuple(found)


ACT, CRISIS, EMERGENCY = "act_now", "crisis", "emergency"
_VEILED, _WEARY = "veiled", "weary"
WEAK = frozenset({_VEILED, _WEARY})
HARMLESS, _PAST, _CALM, EVERYDAY = "harmless", "past", "calm", "everyday"
RULES = (HARMLESS, _PAST, _CALM, EVERYDAY, ACT, CRISIS, _VEILED, _WEARY, EMERGENCY)
# Which signs silence which rules: an information question silences no act, nothing silences a crisis.
SILENCED_BY = {ACT: (_PAST,), CRISIS: (), _VEILED: (), _WEARY: (EVERYDAY,), EMERGENCY: (_PAST, _CALM)}
_KEYS = frozenset({"family", "fillers", "lookalikes", "foreign", "words", *RULES})


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a safety.yaml and the line where it stands."""

    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Page:
    """One language's safety.yaml as it was read."""

    path: str
    language: str
    family: str
    fillers: tuple[Line, ...] = ()
    lookalikes: tuple[Line, ...] = ()
    foreign: tuple[Line, ...] = ()
    words: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    rules: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)


def read_page(path: Path) -> Page:
    """Return the safety.yaml at `path`.

    Raises:
        BadSafety: if it is no YAML, has an unknown key, or an entry of the wrong form.

    """
    name = "/".join(path.parts[-3:])
    try:
        tree = yaml.compose(path.read_text(encoding="utf-8"), Loader=SafeLoader)
    except FileNotFoundError as error:
        raise BadSafety([Finding(name, 0, "this file is missing, so danger would go unseen")]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadSafety([Finding(name, 1, f"cannot be read: {error}")]) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise BadSafety([Finding(name, line, f"is no YAML: {getattr(error, 'problem', error)}")]) from error
    findings: list[Finding] = []
    top = dict(_pairs(tree, name, findings))
    findings += [
        Finding(name, key.number, f"unknown key {key.text!r}; there are {', '.join(sorted(_KEYS))}")
        for key in top
        if key.text not in _KEYS
    ]
    parts = {key.text: node for key, node in top.items()}
    words = dict(_pairs(parts["words"], name, findings)) if "words" in parts else {}
    page = Page(
        path=name,
        language=path.parent.name,
        family=next((line.text for line in _entries(parts.get("family"), name, findings)), path.parent.name),
        fillers=tuple(_entries(parts.get("fillers"), name, findings)),
        lookalikes=tuple(_entries(parts.get("lookalikes"), name, findings)),
        foreign=tuple(_entries(parts.get("foreign"), name, findings)),
        words={key.text: tuple(_entries(node, name, findings)) for key, node in words.items()},
        rules={rule: tuple(_whole(parts.get(rule), name, findings)) for rule in RULES},
    )
    if not findings and not page.rules[CRISIS] + page.rules[EMERGENCY]:
        findings.append(Finding(name, 1, "has neither `crisis` nor `emergency`, so danger would go unseen"))
    if findings:
        raise BadSafety(findings)
    return page


def _pairs(node: yaml.Node | None, name: str, findings: list[Finding]) -> Iterator[tuple[Line, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        line = node.start_mark.line + 1 if node else 1
        findings.append(Finding(name, line, "here belong keys with values"))
        return
    seen: set[str] = set()
    for key, value in node.value:
        if key.value in seen:  # YAML itself would silently take the last one, and danger would go unseen
            findings.append(Finding(name, key.start_mark.line + 1, f"{key.value!r} stands here a second time"))
        seen.add(str(key.value))
        yield Line(str(key.value), key.start_mark.line + 1), value


def _whole(node: yaml.Node | None, name: str, findings: list[Finding]) -> Iterator[Line]:
    """The entries of a list, each a text."""
    if node is None:
        return
    if not isinstance(node, yaml.SequenceNode):
        findings.append(Finding(name, node.start_mark.line + 1, "here belongs a list"))
        return
    for entry in node.value:
        if isinstance(entry, yaml.ScalarNode) and entry.value.strip():
            yield Line(entry.value, entry.start_mark.line + 1)
        else:
            findings.append(Finding(name, entry.start_mark.line + 1, "each entry of this list is one line of text"))


def _entries(node: yaml.Node | None, name: str, findings: list[Finding]) -> Iterator[Line]:
    """The entries of a text that is divided by commas, or of a list of such texts."""
    lines = (
        [Line(node.value, node.start_mark.line + 1)]
        if isinstance(node, yaml.ScalarNode)
        else _whole(node, name, findings)
    )
    for line in lines:
        yield from (Line(part.strip(), line.number) for part in line.text.split(",") if part.strip())
