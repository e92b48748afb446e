"""Fusion: the scores of the parts become one calibrated probability per label.

A conditional logit: each label's utility is a weighted sum of its scores, "nothing of ours" has a utility of its
own, and a softmax makes probabilities of them. The few weights are learnt by `wegwijzer train` on scores that the
parts gave to questions they had not been taught (cross-validation), by maximum likelihood; that calibrates them.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.knowledge.finder import Ranking, ranking
from bot.knowledge.library import OUTSIDE, Library
from bot.knowledge.light import LightPart
from bot.knowledge.semantic import SemanticPart
from bot.knowledge.skeleton import skeleton


class WeightsProblem(Exception):
    """The weights are missing or were learnt from other content; `wegwijzer train` makes them anew."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What fusion learnt.

    `light`, `semantic`: what one point of a part's score is worth, for a label. `nothing`: the utility of "nothing
    of ours" at zero; `outside_light`, `outside_semantic`: what a point of the label `outside` adds to it;
    `top_light`: what a point of the best light score takes from it.
    """

    light: float
    semantic: float
    nothing: float
    outside_light: float
    outside_semantic: float
    top_light: float


def utilities(
    weights: Weights, labels: Sequence[str], light: Sequence[float], semantic: Sequence[float] | None
) -> list[float]:
    """Return the utility of every label but `outside`, and last that of nothing."""
    meaning = semantic if semantic is not None else [0.0] * len(labels)
    ours = [
        weights.light * a + weights.semantic * b
        for label, a, b in zip(labels, light, meaning, strict=True)
        if label != OUTSIDE
    ]
    outside = labels.index(OUTSIDE)
    top = max(score for label, score in zip(labels, light, strict=True) if label != OUTSIDE)
    nothing = (
        weights.nothing
        + weights.outside_light * light[outside]
        + weights.outside_semantic * meaning[outside]
        - weights.top_light * top
    )
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
        self._semantic = self.semantic = semantic
        if semantic is not None and semantic.labels != light.labels:
            raise WeightsProblem("the semantic weights were learnt from other content; run  wegwijzer train")
        self._labels = tuple(label for label in light.labels if label != OUTSIDE)
        self._titles = exact_titles(library)

    @classmethod
    def load(cls, library: Library, folder: Path, semantic: SemanticPart | None) -> "FusedFinder":
        """Return the finder with the weights in `folder`.

        Raises:
            WeightsProblem: if they are missing or do not fit.

        """
        path = folder / "fusion.json"
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            weights = Weights(**stored["light" if semantic is None else "semantic"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise WeightsProblem(f"{path} is missing or damaged; run  wegwijzer train") from error
        return cls(library, LightPart(library.examples()), weights, semantic)

    def rank(self, question: str) -> Ranking:
        """Return the ranking for a question in any of our languages."""
        exact = self._titles.get(skeleton(question))
        if exact is not None:
            return ranking(self._labels, [_CERTAIN if label == exact else 0.0 for label in self._labels])
        light = self._light.scores(question)
        semantic = self._semantic.scores(question) if self._semantic is not None else None
        *ours, _nothing = softmax(utilities(self._weights, self._light.labels, light, semantic))
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


def dump(light: Weights, semantic: Weights, path: Path, learnt_from: str) -> None:
    """Write the weights of both finders, and the fingerprint of the questions they were learnt from."""
    text = json.dumps({"learnt_from": learnt_from, "light": asdict(light), "semantic": asdict(semantic)}, indent=2)
    path.write_text(text + "\n", encoding="utf-8")
