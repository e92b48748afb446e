"""Learning the weights of the fusion: maximum likelihood on scores for questions that the parts had not been taught."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.knowledge.fusion import Weights
from bot.knowledge.library import OUTSIDE

Matrix = NDArray[np.float64]

_STRENGTH = 1e-3
"""Of the pull towards zero, so that a weight which nothing speaks for stays small."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the parts said: a row per question, a column per label; `right` is the column of the right label."""

    labels: tuple[str, ...]
    light: Matrix
    semantic: Matrix | None
    right: NDArray[np.int64]


def fit_weights(evidence: Evidence) -> Weights:
    """Return the weights under which the right answers of the evidence are likeliest."""
    names = [field.name for field in fields(Weights)]
    free = [name for name in names if evidence.semantic is not None or "semantic" not in name]
    start = np.array([_START[name] for name in free])

    def loss(values: NDArray[np.float64]) -> float:
        weights = _weights(free, values)
        return -mean_log_likelihood(weights, evidence) + _STRENGTH * float(values @ values) / len(evidence.right)

    found = minimize(loss, start, method="L-BFGS-B")
    return _weights(free, [round(float(value), 4) for value in found.x])


_START = {
    "light": 15.0,
    "semantic": 0.5,
    "nothing": 3.0,
    "outside_light": 15.0,
    "outside_semantic": 0.5,
    "top_light": 0.0,
}


def _weights(free: Sequence[str], values: Sequence[float] | NDArray[np.float64]) -> Weights:
    given = dict(zip(free, map(float, values), strict=True))
    return Weights(**{field.name: given.get(field.name, 0.0) for field in fields(Weights)})


def probabilities(weights: Weights, evidence: Evidence) -> Matrix:
    """Return the probabilities of every label (the column of OUTSIDE holds that of nothing), a row per question."""
    outside = evidence.labels.index(OUTSIDE)
    meaning = evidence.semantic if evidence.semantic is not None else np.zeros_like(evidence.light)
    utility = weights.light * evidence.light + weights.semantic * meaning
    ours = np.delete(evidence.light, outside, axis=1)
    utility[:, outside] = (
        weights.nothing
        + weights.outside_light * evidence.light[:, outside]
        + weights.outside_semantic * meaning[:, outside]
        - weights.top_light * ours.max(axis=1)
    )
    utility -= utility.max(axis=1, keepdims=True)
    powers = np.exp(utility)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def mean_log_likelihood(weights: Weights, evidence: Evidence) -> float:
    """Return the mean logarithm of the probability that the right label got."""
    right = probabilities(weights, evidence)[np.arange(len(evidence.right)), evidence.right]
    return float(np.log(right + 1e-12).mean())
