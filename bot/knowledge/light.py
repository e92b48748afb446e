"""The light part of the finder: pure Python, always there.

Questions become character n-grams of their skeleton (bot.knowledge.skeleton), so one index serves all languages and
scripts. Each label has one centroid of all its examples, whatever their language. The idf of an n-gram is counted over
labels; n-grams that very many labels share say nothing and are left out, which makes it fast
(docs/decisions/finder.md has the measurements).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from sys import intern

from bot.knowledge.skeleton import skeleton

_SHORTEST, _LONGEST = 2, 5
_TOO_COMMON = 0.5
"""The share of labels from which on an n-gram is left out."""


def grams(text: str) -> Counter[str]:
    """Return the n-grams of a text's skeleton, word by word with their edges marked."""
    return Counter(gram for word in skeleton(text).split() for gram in _grams_of_word(word))


def _grams_of_word(word: str) -> tuple[str, ...]:
    padded = f" {word} "
    return tuple(
        intern(padded[start : start + size])  # one object for each n-gram, however many words have it
        for size in range(_SHORTEST, min(_LONGEST, len(padded)) + 1)
        for start in range(len(padded) - size + 1)
    )


class LightPart:
    """Scores every label for a question: the cosine with its centroid (0 to 1)."""

    def __init__(self, examples: Iterable[tuple[str, str, str]]) -> None:
        """Learn from (label, language, question) examples."""
        bags: dict[str, Counter[str]] = defaultdict(Counter)
        of_word = lru_cache(maxsize=None)(_grams_of_word)  # while learning: most words come again
        for label, _language, question in examples:
            # Within one example an n-gram counts once: a repeated word is no proof.
            bags[label].update(dict.fromkeys(chain.from_iterable(map(of_word, skeleton(question).split()))).keys())
        self.labels: tuple[str, ...] = tuple(sorted(bags))
        self._bags = [bags[label] for label in self.labels]
        self._idf = _inverse_frequencies(bags)
        self._unseen = math.log(1 + len(self.labels))
        self._common = math.log((1 + len(self.labels)) / (_TOO_COMMON * len(self.labels)))
        log = [math.log1p(count) for count in range(1 + max(chain(*(bag.values() for bag in self._bags)), default=0))]
        self._norms = [_norm([log[count] * self._idf[gram] for gram, count in bag.items()]) for bag in self._bags]
        # Which labels have an n-gram is looked up when a question has it: for all of them it would take half a second.
        self._postings: dict[str, list[tuple[int, float]]] = {}

    def scores(self, question: str) -> Sequence[float]:
        """Return a score per label, in the order of `labels`."""
        # What was never seen counts in the norm, as rare as rare can be: strange questions score low everywhere.
        weights = {gram: self._weight(gram, count) for gram, count in grams(question).items()}
        norm = _norm(weights.values())
        found = [0.0] * len(self.labels)
        for gram, weight in weights.items():
            if self._common <= self._idf.get(gram, 0.0):
                for position, other in self._posting(gram):
                    found[position] += weight * other
        return [score / norm for score in found]

    def _weight(self, gram: str, count: int) -> float:
        return math.log1p(count) * self._idf.get(gram, self._unseen)

    def _posting(self, gram: str) -> list[tuple[int, float]]:
        """The labels that have an n-gram, by position, and the weight of the n-gram in their centroids."""
        found = self._postings.get(gram)
        if found is None:
            found = self._postings[gram] = [
                (position, self._weight(gram, bag[gram]) / self._norms[position])
                for position, bag in enumerate(self._bags) if gram in bag
            ]  # fmt: skip
        return found


def _inverse_frequencies(bags: Mapping[str, Mapping[str, int]]) -> dict[str, float]:
    labels_with = Counter(gram for bag in bags.values() for gram in bag)
    return {gram: math.log((1 + len(bags)) / count) for gram, count in labels_with.items()}


def _norm(weights: Iterable[float]) -> float:
    return math.sqrt(sum(weight * weight for weight in weights)) or 1.0
