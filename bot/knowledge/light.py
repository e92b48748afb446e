"""The light part of the finder: pure Python, always there.

Questions become character n-grams of their skeleton (bot.knowledge.skeleton). Each label has, per language, one
centroid of its examples. The idf of an n-gram is counted over labels, so that what every topic says weighs little.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from bot.knowledge.skeleton import skeleton

_SHORTEST, _LONGEST = 2, 5


def grams(text: str) -> Counter[str]:
    """Return the n-grams of a text's skeleton, word by word with their edges marked, and whole words."""
    counts: Counter[str] = Counter()
    for word in skeleton(text).split():
        padded = f" {word} "
        for size in range(_SHORTEST, min(_LONGEST, len(padded)) + 1):
            counts.update(padded[start : start + size] for start in range(len(padded) - size + 1))
    return counts


class LightPart:
    """Scores every label for a question: the cosine with its nearest centroid (0 to 1)."""

    def __init__(self, examples: Iterable[tuple[str, str, str]]) -> None:
        """Learn from (label, language, question) examples."""
        bags: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for label, language, question in examples:
            bags[label, language].update(_dampened(grams(question)))
        self.labels: tuple[str, ...] = tuple(sorted({label for label, _ in bags}))
        position = {label: index for index, label in enumerate(self.labels)}
        self._idf = self._inverse_frequencies(bags)
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._owner: list[int] = []
        for number, ((label, _), bag) in enumerate(bags.items()):
            self._owner.append(position[label])
            weights = {gram: math.log1p(count) * self._idf[gram] for gram, count in bag.items()}
            norm = math.sqrt(sum(weight * weight for weight in weights.values()))
            for gram, weight in weights.items():
                self._postings[gram].append((number, weight / norm))

    def _inverse_frequencies(self, bags: dict[tuple[str, str], Counter[str]]) -> dict[str, float]:
        labels_with: dict[str, set[str]] = defaultdict(set)
        for (label, _), bag in bags.items():
            for gram in bag:
                labels_with[gram].add(label)
        return {gram: math.log((1 + len(self.labels)) / len(found)) for gram, found in labels_with.items()}

    def scores(self, question: str) -> Sequence[float]:
        """Return a score per label, in the order of `labels`."""
        # What was never seen counts in the norm, as rare as rare can be: strange questions score low everywhere.
        unseen = math.log(1 + len(self.labels))
        weights = {gram: math.log1p(count) * self._idf.get(gram, unseen) for gram, count in grams(question).items()}
        norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        found = [0.0] * len(self._owner)
        for gram, weight in weights.items():
            for number, other in self._postings.get(gram, ()):
                found[number] += weight * other
        best = [0.0] * len(self.labels)
        for number, score in enumerate(found):
            owner = self._owner[number]
            best[owner] = max(best[owner], score / norm)
        return best


def _dampened(counts: Counter[str]) -> Iterator[str]:
    """Within one example an n-gram counts once: a repeated word is no proof."""
    return iter(counts)
