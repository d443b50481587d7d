"""How often each class was predicted as each class, in rows and in weight."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import StateError
from gnomon.kernels.confusion import count_confusion, count_confusion_at, sum_confusion_weights
from gnomon.kernels.exact import ExactSum
from gnomon.states.base import of_one_class
from gnomon.wire import pack, strict, unpack

# cell (true * classes + predicted) -> sum of weights, sum of squared weights
CellWeights = dict[int, tuple[ExactSum, ExactSum]]


@dataclass(frozen=True, eq=False)
class Confusion:
    """Confusion counts of shape (classes, classes): rows true, columns predicted.

    Attributes:
        counts: Rows in each cell (int64).
        weights: Exact sums of the weights and of their squares in each cell that occurs; None where
            rows have no weights.
    """

    kind: ClassVar[str] = "confusion"
    counts: NDArray[np.int64]
    weights: CellWeights | None = field(default=None)

    @classmethod
    def empty(cls, classes: int, weighted: bool) -> Self:
        """The state of no rows."""
        return cls(np.zeros((classes, classes), np.int64), {} if weighted else None)

    @classmethod
    def of_labels(
        cls,
        target: NDArray[Any],
        predicted: NDArray[Any],
        weight: NDArray[np.float64] | None,
        classes: int,
        threads: int,
    ) -> Self:
        """The state of some rows given as class codes."""
        counts = count_confusion(target, predicted, classes, threads)
        if weight is None:
            return cls(counts)
        return cls(counts, sum_confusion_weights(target, predicted, weight, classes, threads))

    @classmethod
    def of_scores(
        cls,
        target: NDArray[np.uint8],
        score: NDArray[Any],
        weight: NDArray[np.float64] | None,
        threshold: float,
        threads: int,
    ) -> Self:
        """The state of some binary rows that are predicted positive at ``score >= threshold``."""
        if weight is None:
            return cls(count_confusion_at(target, score, threshold, threads))
        return cls.of_labels(target, (score >= threshold).astype(np.uint8), weight, 2, threads)

    @property
    def classes(self) -> int:
        """The number of classes."""
        return len(self.counts)

    @of_one_class
    def merge(self, other: Self) -> Self:
        """The state of the rows of both.

        Raises:
            StateError: The states differ in their classes, or only one has weights.
        """
        if self.classes != other.classes or (self.weights is None) != (other.weights is None):
            raise StateError("confusion counts of different classes, or with and without weights, do not merge")
        if self.weights is None or other.weights is None:
            return type(self)(self.counts + other.counts)
        weights = dict(self.weights)
        for cell, (total, squares) in other.weights.items():
            mine = weights.get(cell, (ExactSum(), ExactSum()))
            weights[cell] = mine[0] + total, mine[1] + squares
        return type(self)(self.counts + other.counts, weights)

    def mass(self) -> NDArray[Any]:
        """The weight in each cell, exact: fractions, or whole numbers without weights, as objects."""
        return self._cells(0)

    def squared_mass(self) -> NDArray[Any]:
        """The sum of squared weights in each cell, in the same form."""
        return self._cells(1)

    def _cells(self, which: int) -> NDArray[Any]:
        if self.weights is None:
            return self.counts.astype(object)
        cells = np.full(self.counts.size, Fraction(0), object)
        for cell, sums in self.weights.items():
            cells[cell] = sums[which].fraction()
        return cells.reshape(self.counts.shape)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Confusion):
            return NotImplemented
        return np.array_equal(self.counts, other.counts) and self.weights == other.weights

    __hash__ = None  # type: ignore[assignment]

    def to_bytes(self) -> bytes:
        """The state as bytes."""
        weights: dict[str, list[str | None]] | None = None
        if self.weights is not None:
            weights = {str(cell): [own.text for own in sums] for cell, sums in self.weights.items()}
        return pack(self.kind, {"weights": weights}, [self.counts])

    @classmethod
    @strict
    def from_bytes(cls, raw: bytes) -> Self:
        """The inverse of :meth:`to_bytes`."""
        header, (counts,) = unpack(cls.kind, raw)
        weights = header["weights"]
        if weights is not None:
            weights = {
                int(cell): (ExactSum.of_text(total), ExactSum.of_text(sq)) for cell, (total, sq) in weights.items()
            }
        square = counts.ndim == 2 and counts.shape[0] == counts.shape[1] and counts.dtype == np.int64
        if not square or (counts < 0).any() or any(not 0 <= cell < counts.size for cell in weights or ()):
            raise StateError("the state is damaged: these are not counts of a confusion matrix")
        return cls(counts, weights)
