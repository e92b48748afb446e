"""The finder: a question becomes a ranking of what we can answer, with one calibrated probability each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Ranked:
    """A topic or an elsewhere entry, and how probable it is that the question is about it (0 to 1)."""

    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Labels, best first. What is missing to 1 is the probability that nothing of ours is meant."""

    best: tuple[Ranked, ...]

    @property
    def nothing(self) -> float:
        """The probability that the question is about nothing that we know."""
        return max(0.0, 1.0 - sum(ranked.probability for ranked in self.best))

    def among(self, labels: Mapping[str, object]) -> tuple[Ranked, ...]:
        """The ranked labels that are in `labels`, best first."""
        return tuple(ranked for ranked in self.best if ranked.label in labels)


class Finder(Protocol):
    """Anything that ranks."""

    def rank(self, question: str) -> Ranking:
        """Return the ranking for a question in any of our languages."""


def ranking(labels: Sequence[str], probabilities: Sequence[float]) -> Ranking:
    """Return the ranking that puts the most probable label first."""
    pairs = sorted(zip(labels, probabilities, strict=True), key=lambda pair: -pair[1])
    return Ranking(tuple(Ranked(label, probability) for label, probability in pairs))
