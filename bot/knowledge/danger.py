"""A second net for danger, by meaning: it catches what the words of the safety net (bot.knowledge.safety) do not know.

A linear classifier on the sentence embedding that the semantic part makes anyway, with the classes harmless, crisis
and emergency; `wegwijzer train` learns it from the tables in tests/safety. Where there is no semantic part, the words
work alone. docs/decisions/safety.md has the measurements.
"""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.knowledge.safety import Alarm
from bot.knowledge.semantic import Embedder, SemanticUnavailable, views

if TYPE_CHECKING:
    from bot.knowledge.semantic import Vectors

DANGER_FILE = "danger.npz"
HARMLESS = "harmless"
CERTAIN = 0.9
"""From this probability of danger on a message counts as danger; chosen by cross-validation."""


class SecondNet:
    """Says whether a message means danger."""

    def __init__(
        self, labels: tuple[str, ...], weights: "Vectors", bias: "Vectors", embedder: Embedder, learnt_from: str = ""
    ) -> None:
        """Take a weight column and a bias per label; `learnt_from` is the fingerprint of the taught lines."""
        self.labels = labels
        self.learnt_from = learnt_from
        self._weights = weights
        self._bias = bias
        self._embedder = embedder

    @classmethod
    def load(cls, path: Path, embedder: Embedder) -> "SecondNet":
        """Return the net with the weights in a file.

        Raises:
            SemanticUnavailable: if they are missing or damaged.

        """
        import numpy as np

        try:
            with np.load(path, allow_pickle=False) as stored:
                labels = tuple(str(label) for label in stored["labels"])
                weights, bias = stored["weights"].astype(np.float32), stored["bias"].astype(np.float32)
                learnt_from = str(stored["learnt_from"])
        except (OSError, ValueError, KeyError) as error:
            raise SemanticUnavailable("the weights of the second safety net are missing or damaged") from error
        return cls(labels, weights, bias, embedder, learnt_from)

    def save(self, path: Path) -> None:
        """Write the weights."""
        import numpy as np

        np.savez_compressed(
            path,
            labels=np.array(self.labels),
            weights=self._weights.astype(np.float16),
            bias=self._bias.astype(np.float32),
            learnt_from=np.array(self.learnt_from),
        )

    def alarm(self, text: str) -> Alarm | None:
        """Return the alarm that a message raises, if any; one view of a long story is enough."""
        for row in self._embedder.embed(views(text)) @ self._weights + self._bias:
            chances = dict(zip(self.labels, _softmax([float(value) for value in row]), strict=True))
            if 1 - chances.pop(HARMLESS) >= CERTAIN:
                return Alarm(max(chances, key=lambda label: chances[label]))
        return None


class Remembering:
    """An embedder that remembers the latest texts, so that two parts which look at one message embed it once."""

    def __init__(self, embedder: Embedder, most: int = 16) -> None:
        self._embedder = embedder
        self._most = most
        self._known: dict[str, Vectors] = {}

    def embed(self, texts: Sequence[str]) -> "Vectors":
        """Return one row per text."""
        import numpy as np

        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        if len(self._known) + len(missing) > self._most:
            self._known.clear()
            missing = list(dict.fromkeys(texts))
        if missing:
            self._known.update(zip(missing, self._embedder.embed(missing), strict=True))
        return np.stack([self._known[text] for text in texts])


def _softmax(values: Sequence[float]) -> list[float]:
    top = max(values)
    powers = [math.exp(value - top) for value in values]
    return [power / sum(powers) for power in powers]


Net = Callable[[str], Alarm | None]
"""Anything that says whether a message means danger."""
