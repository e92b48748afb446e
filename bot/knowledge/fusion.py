"""Fusion: the scores of the parts become one calibrated probability per label.

A conditional logit: each label's utility is a weighted sum of what speaks for it, "nothing of ours" has a utility of
its own, and a softmax makes probabilities of them. The few weights are learnt by `wegwijzer train` on scores that the
parts gave to questions they had not been taught (cross-validation), by maximum likelihood; that calibrates them.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.knowledge.finder import Ranking, ranking
from bot.knowledge.library import OUTSIDE, Library
from bot.knowledge.light import LightPart
from bot.knowledge.semantic import Meaning, SemanticPart
from bot.knowledge.skeleton import skeleton

FUSION_FILE = "fusion.json"
SEMANTIC_FILE = "semantic.npz"
"""What a folder of weights holds."""


class WeightsProblem(Exception):
    """The weights are missing or were learnt from other content; `wegwijzer train` makes them anew."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What fusion learnt; each tuple has one weight for each kind of evidence (`evidence` gives their order).

    `label`: what one point of evidence is worth, for the label it speaks for. `nothing`: the utility of "nothing of
    ours" at zero; `outside`: what a point of evidence for the label `outside` adds to it; `top`: what a point of the
    strongest evidence for any of ours adds to it.
    """

    label: tuple[float, ...]
    nothing: float
    outside: tuple[float, ...]
    top: tuple[float, ...]


LIGHT = ("light",)
ALL = ("light", "linear", "near")
"""The kinds of evidence, without and with the semantic part."""

_FAINT = 0.02
"""Nearness below this says no more than that there is none."""


def evidence(light: Sequence[float], meaning: Meaning | None) -> tuple[Sequence[float], ...]:
    """Return what speaks for each label, a sequence for each kind of evidence; of nearness its logarithm."""
    if meaning is None:
        return (light,)
    return light, meaning.linear, [math.log(max(near, 0.0) + _FAINT) for near in meaning.near]


def utilities(weights: Weights, outside: int, seen: Sequence[Sequence[float]]) -> list[float]:
    """Return the utility of every label but that at position `outside`, and last that of nothing."""
    nothing = weights.nothing
    ours = [0.0] * (len(seen[0]) - 1)
    for scores, label, beside, top in zip(seen, weights.label, weights.outside, weights.top, strict=True):
        inside = [*scores[:outside], *scores[outside + 1 :]]
        ours = [utility + label * score for utility, score in zip(ours, inside, strict=True)]
        nothing += beside * scores[outside] + top * max(inside)
    return [*ours, nothing]


def softmax(values: Sequence[float]) -> list[float]:
    """Return probabilities in proportion to exp(value)."""
    top = max(values)
    powers = [math.exp(value - top) for value in values]
    total = sum(powers)
    return [power / total for power in powers]


class FusedFinder:
    """The finder: the light part always, the semantic part where there is one."""

    def __init__(
        self, library: Library, light: LightPart, weights: Weights, semantic: SemanticPart | None = None
    ) -> None:
        self._light = light
        self._weights = weights
        self.semantic = semantic
        if semantic is not None and semantic.labels != light.labels:
            raise WeightsProblem("the semantic weights were learnt from other content; run  wegwijzer train")
        self._outside = light.labels.index(OUTSIDE)
        self._labels = tuple(label for label in light.labels if label != OUTSIDE)
        self._titles = exact_titles(library)

    @classmethod
    def load(cls, library: Library, folder: Path, semantic: SemanticPart | None) -> "FusedFinder":
        """Return the finder with the weights in `folder`.

        Raises:
            WeightsProblem: if they are missing or do not fit.

        """
        path = folder / FUSION_FILE
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            weights = weights_from(
                stored["light" if semantic is None else "semantic"], LIGHT if semantic is None else ALL
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise WeightsProblem(f"{path} is missing or damaged; run  wegwijzer train") from error
        return cls(library, LightPart(library.examples()), weights, semantic)

    def rank(self, question: str) -> Ranking:
        """Return the ranking for a question in any of our languages."""
        exact = self._titles.get(skeleton(question))
        if exact is not None:
            return ranking(self._labels, [_CERTAIN if label == exact else 0.0 for label in self._labels])
        meaning = self.semantic.scores(question) if self.semantic is not None else None
        seen = evidence(self._light.scores(question), meaning)
        *ours, _nothing = softmax(utilities(self._weights, self._outside, seen))
        return ranking(self._labels, ours)


_CERTAIN = 0.99


def exact_titles(library: Library) -> Mapping[str, str]:
    """Return titles and buttons as people may type them, by skeleton; what names two labels names none."""
    found: dict[str, set[str]] = {}
    for (label, _), entry in library.entries.items():
        for text in {entry.title, entry.button}:
            if text and "{{" not in text:
                found.setdefault(skeleton(text), set()).add(label)
    return {folded: next(iter(labels)) for folded, labels in found.items() if folded and len(labels) == 1}


def learnt_from(folder: Path) -> str:
    """Return the fingerprint of the questions that the weights in a folder were learnt from; "" if there is none."""
    try:
        stored = json.loads((folder / FUSION_FILE).read_text(encoding="utf-8"))
        return str(stored["learnt_from"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def weights_from(stored: Mapping[str, Any], kinds: Sequence[str]) -> Weights:
    """Return weights as `dump` wrote them; KeyError if one is missing."""
    return Weights(
        nothing=float(stored["nothing"]),
        **{part: tuple(float(stored[part][kind]) for kind in kinds) for part in ("label", "outside", "top")},
    )


def dump(light: Weights, semantic: Weights, path: Path, learnt_from: str) -> None:
    """Write the weights of both finders, and the fingerprint of the questions they were learnt from."""

    def written(weights: Weights, kinds: Sequence[str]) -> dict[str, Any]:
        named = {name: dict(zip(kinds, getattr(weights, name), strict=True)) for name in ("label", "outside", "top")}
        return {"nothing": weights.nothing, **named}

    stored = {"learnt_from": learnt_from, "light": written(light, LIGHT), "semantic": written(semantic, ALL)}
    path.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")
