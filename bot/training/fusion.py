"""Learning the weights of the fusion: maximum likelihood on evidence for questions that were not taught."""

from collections.abc import Sequence
from dataclasses import dataclass

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
    """What the parts said: a row per question, a column per label, a matrix per kind of evidence.

    `right` is the column of the right label.
    """

    labels: tuple[str, ...]
    kinds: tuple[Matrix, ...]
    right: NDArray[np.int64]

    @property
    def outside(self) -> int:
        """The column of OUTSIDE."""
        return self.labels.index(OUTSIDE)

    def rows(self, chosen: NDArray[np.bool_]) -> "Evidence":
        """Return the evidence of some of the questions."""
        return Evidence(self.labels, tuple(kind[chosen] for kind in self.kinds), self.right[chosen])


def fit_weights(evidence: Evidence) -> Weights:
    """Return the weights under which the right answers of the evidence are likeliest."""
    # Each kind is brought to unit spread, so that the pull towards zero is the same for all.
    spreads = [float(np.delete(kind, evidence.outside, axis=1).std()) for kind in evidence.kinds]
    ours, nothing = _terms([kind / spread for kind, spread in zip(evidence.kinds, spreads, strict=True)], evidence)
    count, rows = len(spreads), np.arange(len(evidence.right))
    # In the chances the column of OUTSIDE comes last.
    order = np.argsort([*np.delete(np.arange(len(evidence.labels)), evidence.outside), evidence.outside])
    right = order[evidence.right]

    def loss(values: Matrix) -> tuple[float, Matrix]:
        """Return the loss and its gradient."""
        chances = _softmax(np.column_stack([ours @ values[:count], nothing @ values[count:]]))
        likelihood = np.log(chances[rows, right] + 1e-12).mean()
        chances[rows, right] -= 1
        slope = np.concatenate([np.einsum("no,nok->k", chances[:, :-1], ours), chances[:, -1] @ nothing]) / len(rows)
        pull = _STRENGTH / len(rows)
        return pull * float(values @ values) - float(likelihood), slope + 2 * pull * values

    start = np.concatenate([np.ones(count), np.zeros(nothing.shape[1])])
    found = minimize(loss, start, jac=True, method="L-BFGS-B").x
    label, beside, top = (
        tuple(round(float(value / spread), 4) for value, spread in zip(values, spreads, strict=True))
        for values in (found[:count], found[count + 1 : 2 * count + 1], found[2 * count + 1 :])
    )
    return Weights(label, round(float(found[count]), 4), beside, top)


def probabilities(weights: Weights, evidence: Evidence) -> Matrix:
    """Return the probabilities of every label (the column of OUTSIDE holds that of nothing), a row per question."""
    ours, nothing = _terms(evidence.kinds, evidence)
    of_nothing = nothing @ np.array([weights.nothing, *weights.outside, *weights.top])
    chances = _softmax(np.column_stack([ours @ np.array(weights.label), of_nothing]))
    return np.insert(chances[:, :-1], evidence.outside, chances[:, -1], axis=1)


def _terms(kinds: Sequence[Matrix], evidence: Evidence) -> tuple[Matrix, Matrix]:
    """Return what the weights of a label multiply (question, label, kind) and what those of nothing do."""
    ours = np.stack([np.delete(kind, evidence.outside, axis=1) for kind in kinds], axis=-1)
    beside = np.stack([kind[:, evidence.outside] for kind in kinds], axis=-1)
    return ours, np.column_stack([np.ones(len(ours)), beside, ours.max(axis=1)])


def _softmax(utilities: Matrix) -> Matrix:
    powers = np.exp(utilities - utilities.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
