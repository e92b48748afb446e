"""What can be announced and followed: kinds, themes and locations, from content/announcements.yaml."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.knowledge.facts import Audience

EVENT_PARTS = ("announcement", "reminder", "correction", "cancellation")
"""The parts of the template of a kind that announces something that takes place."""

FREE_PARTS = ("announcement",)
"""The one part of the template of a kind whose words staff write themselves."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_ID = 40
"""Letters; a button that carries one beside other things stays below 64 bytes."""
_KEYS = frozenset({"theme", "who", "event", "minutes", "sign_up", "useful_days", "slots"})


class Phase(StrEnum):
    """Where a location is in its life."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSING = "closing"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class AnnouncementKind:
    """A kind of announcement.

    `theme` is what its readers follow unless staff choose otherwise, `who` for whom it is meant (None: everyone),
    `event` whether it announces something that takes place, `minutes` how long that takes, `sign_up` whether people
    say that they come, `useful_days` after how many days it is no longer sent, `slots` what the template wants to
    know besides time and place.
    """

    id: str
    theme: str = ""
    who: Audience | None = None
    event: bool = False
    minutes: int = 120
    sign_up: bool = False
    useful_days: int = 3
    slots: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that its template must have."""
        return EVENT_PARTS if self.event else FREE_PARTS


@dataclass(frozen=True, slots=True)
class Announceable:
    """Everything in announcements.yaml; locations as id -> (name, phase at the beginning)."""

    kinds: Mapping[str, AnnouncementKind] = field(default_factory=dict)
    themes: tuple[str, ...] = ()
    locations: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @staticmethod
    def is_id(text: str) -> bool:
        """Return whether a text can be the id of a kind, theme or location: it stands in links and buttons."""
        return len(text) <= _LONGEST_ID and bool(_ID.fullmatch(text))


def read_announceable(tree: Mapping[str, Any], taken: frozenset[str]) -> tuple[Announceable, list[tuple[str, str]]]:
    """Return what announcements.yaml holds, and what is wrong with it as (key, message).

    Args:
        tree: the file.
        taken: ids that a theme or location may not have, because a topic has them in a menu of its own.

    """
    problems: list[tuple[str, str]] = []
    themes = tuple(str(one) for one in _listed(tree, "themes", problems))
    locations = {}
    for location, entry in _mapped(tree, "locations", problems).items():
        name, phase = (entry.get("name"), entry.get("state")) if isinstance(entry, dict) else (None, None)
        if not isinstance(name, str) or phase not in tuple(Phase):
            problems.append((location, f"location {location}: expected a name and a state of {', '.join(Phase)}"))
            continue
        locations[location] = (name, str(phase))
    kinds = dict(_kinds(_mapped(tree, "kinds", problems), themes, problems))
    no_ids = [one for one in (*kinds, *themes, *locations) if not Announceable.is_id(one)]
    problems += [(one, f"{one!r} is no id: small letters, digits, dashes, at most {_LONGEST_ID}") for one in no_ids]
    twice = sorted(set(themes) & set(locations) | set(locations) & taken)
    problems += [(one, f"{one!r} names two things") for one in twice]
    return Announceable(kinds, themes, locations), problems


def _kinds(
    tree: Mapping[str, Any], themes: tuple[str, ...], problems: list[tuple[str, str]]
) -> Iterator[tuple[str, AnnouncementKind]]:
    for kind, entry in tree.items():
        values = entry or {}
        if not isinstance(values, dict) or set(values) - _KEYS:
            problems.append((kind, f"kind {kind}: the keys are {', '.join(sorted(_KEYS))}"))
            continue
        if values.get("theme", "") not in ("", *themes):
            problems.append((kind, f"kind {kind}: there is no theme {values['theme']!r}"))
        who = values.get("who")
        if who is not None and who not in tuple(Audience):
            problems.append((kind, f"kind {kind}: `who` is one of {', '.join(Audience)}"))
            continue
        numbers = {name: values.get(name, default) for name, default in (("minutes", 120), ("useful_days", 3))}
        if any(not isinstance(value, int) or value <= 0 for value in numbers.values()):
            problems.append((kind, f"kind {kind}: minutes and useful_days are whole numbers above zero"))
            continue
        yield (
            kind,
            AnnouncementKind(
                id=kind,
                theme=str(values.get("theme", "")),
                who=Audience(who) if who else None,
                event=bool(values.get("event")),
                sign_up=bool(values.get("sign_up")),
                slots=tuple(map(str, values.get("slots", ()))),
                **numbers,
            ),
        )


def _mapped(tree: Mapping[str, Any], key: str, problems: list[tuple[str, str]]) -> Mapping[str, Any]:
    value = tree.get(key) or {}
    if isinstance(value, dict):
        return {str(name): entry for name, entry in value.items()}
    problems.append((key, f"{key}: expected `name: value` lines"))
    return {}


def _listed(tree: Mapping[str, Any], key: str, problems: list[tuple[str, str]]) -> list[Any]:
    value = tree.get(key) or []
    if isinstance(value, list):
        return value
    problems.append((key, f"{key}: expected a list"))
    return []
