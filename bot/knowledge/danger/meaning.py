"""Danger by the meaning of a text: a support vector machine on its embedding."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What was learnt of embeddings.

    A vector is centred by `mean`, brought to length 1, and turned onto `axes`. Its margin is `bias` and, over all
    `supports`, `weights` times exp(-`width` · squared distance). `kind_weights` and `kind_bias` tell a crisis (above
    0) from an emergency.
    """

    mean: "Numbers"
    axes: "Numbers"
    supports: "Numbers"
    weights: "Numbers"
    bias: float
    width: float
    kind_weights: "Numbers"
    kind_bias: float
    _lengths: "Numbers" = field(init=False, repr=False)
    """The squared length of each support, which every message needs."""

    def __post_init__(self) -> None:
        lengths: Numbers = (self.supports**2).sum(axis=1)
        object.__setattr__(self, "_lengths", lengths)

    def turned(self, vectors: "Numbers") -> "Numbers":
        """Return embeddings as the machine looks at them."""
        import numpy as np

        centred = vectors - self.mean
        turned: Numbers = (centred / np.linalg.norm(centred, axis=1, keepdims=True)) @ self.axes
        return turned

    def margins(self, turned: "Numbers") -> "Numbers":
        """Return how far on the side of danger each row lies (1: like a clear example of it; below 0: harmless)."""
        import numpy as np

        apart = (turned**2).sum(axis=1)[:, None] + self._lengths - 2 * turned @ self.supports.T
        margins: Numbers = np.exp(-self.width * apart) @ self.weights + self.bias
        return margins

    def crises(self, turned: "Numbers") -> "Numbers":
        """Return how far each row lies on the side of a crisis (above 0), against an emergency."""
        crises: Numbers = turned @ self.kind_weights + self.kind_bias
        return crises
