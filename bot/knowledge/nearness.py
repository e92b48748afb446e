"""Nearness: how much a question is like each single example, summed up for every label.

A kernel machine. A linear classifier sees where a whole topic lies; this one also remembers each example, and so a
question that says nearly the same as one of them. Examples are kept as small whole numbers, a byte for each direction:
the weights were learnt for exactly those (bot.training.semantic), so nothing is lost by it.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Bytes = NDArray[np.int8]

_LARGEST = 127


class Nearness:
    """Scores labels by the likeness of a question's embedding to every example's."""

    def __init__(self, centre: "Vectors", examples: "Bytes", shares: "Vectors", bias: "Vectors") -> None:
        """Take what `examples_as_bytes` made, what each example (row) says for each label (column), and a bias."""
        import numpy as np

        self.centre, self.examples, self.shares, self.bias = centre, examples, shares.astype(np.float32), bias
        self._directions = directions(examples.astype(np.float32))

    def scores(self, embeddings: "Vectors") -> "Vectors":
        """Return a row of scores per embedding: near 1 for a label whose examples say the same, near 0 for others."""
        import numpy as np

        # einsum and not @: that shares even this little work among threads, which wait busily for each other and
        # make it many times as slow wherever another process wants the processor too.
        alike = falling_off(np.einsum("qd,ed->qe", directions(embeddings - self.centre), self._directions))
        scores: Vectors = np.einsum("qe,el->ql", alike, self.shares) + self.bias
        return scores


def examples_as_bytes(embeddings: "Vectors", centre: "Vectors") -> "Bytes":
    """Return the embeddings of examples, seen from their centre, in whole numbers."""
    import numpy as np

    seen = embeddings - centre
    whole: Bytes = np.rint(seen * (_LARGEST / np.abs(seen).max(axis=1, keepdims=True))).astype(np.int8)
    return whole


def directions(vectors: "Vectors") -> "Vectors":
    """Return the vectors at length 1."""
    import numpy as np

    ones: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-6))
    return ones


def falling_off(cosines: "Vectors") -> "Vectors":
    """Return how alike directions are, by the cosines between them: 1 for the same (a Gaussian of their distance)."""
    import numpy as np

    alike: Vectors = np.exp(cosines - np.float32(1.0))
    return alike
