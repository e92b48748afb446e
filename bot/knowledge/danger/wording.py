"""Danger by the wording of a text: a linear machine on its words, their beginnings, and pairs of these.

The embedding sees what a message is about; a single telling word among many others it may overlook, above all in a long
story. Here every word counts by itself, as rare as it is.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING
from zlib import crc32

from bot.knowledge.skeleton import skeleton

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float32]

BUCKETS = 1 << 17
"""Words share so many weights: about as many as the examples have different ones."""
_BEGINNING = 5
"""So many letters of a word are its beginning: our languages bend the end."""


def buckets(text: str) -> list[int]:
    """Return where the weights of a text's words, of their beginnings, and of pairs of beginnings are kept."""
    words = skeleton(text).split()
    beginnings = [word[:_BEGINNING] for word in words]
    features = {*words, *(f"{one}*" for one in beginnings), *(f"{one} {next_}" for one, next_ in pairwise(beginnings))}
    return sorted({crc32(feature.encode()) % BUCKETS for feature in features})


@dataclass(frozen=True, slots=True)
class Wording:
    """What was learnt of words: of each bucket its `rarity` (an inverse document frequency) and its weight."""

    rarity: "Numbers"
    weights: "Numbers"
    bias: float

    def margin(self, text: str) -> float:
        """Return how far on the side of danger a text lies by its words (1: like a clear example; below 0: harmless).

        What was never seen counts as rare as rare can be, but for neither side.
        """
        found = buckets(text)
        rarity = self.rarity[found]
        length = float(rarity @ rarity) ** 0.5 or 1.0
        return float(rarity @ self.weights[found]) / length + self.bias
