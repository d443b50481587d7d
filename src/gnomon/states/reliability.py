"""How often what was predicted with a probability happened, in fixed fine bins of the probability."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import StateError
from gnomon.kernels.histogram import WeightUnits
from gnomon.kernels.probability_bins import ProbabilityCounts, count_probabilities
from gnomon.kernels.ranking import unit_of
from gnomon.states.base import of_one_class
from gnomon.states.mean import Weight
from gnomon.wire import pack, strict, unpack

# Bins of equal width, whose edges are among the fine ones.
WIDTHS = 10
# Octaves towards 0 and towards 1, and bins in each.
_OCTAVES, _IN_OCTAVE = 40, 64


def fine_edges() -> NDArray[np.float64]:
    """Edges that lie ever denser towards 0 and 1, so that no bin spans more than 1/64 of the odds; and each tenth."""
    steps = 1 + np.arange(_IN_OCTAVE) / _IN_OCTAVE
    low = (2.0 ** np.arange(-_OCTAVES, -1)[:, None] * steps).ravel()
    return np.unique(np.concatenate([low, [0.5], 1 - low, np.linspace(0, 1, WIDTHS + 1)[1:-1]]))


EDGES = fine_edges()


class Reliability:
    """Counts of probabilities in fine bins, with their exact sums.

    Attributes:
        units: How weights become integers; None where rows have no weights.
        counts: By bin.
    """

    kind: ClassVar[str] = "reliability"

    def __init__(self, units: WeightUnits | None, counts: ProbabilityCounts) -> None:
        self.units = units
        self.counts = counts

    @classmethod
    def empty(cls, rows: Weight | None) -> Self:
        """The state of no rows. If rows have weights, those of all rows, which give the unit."""
        units = None if rows is None else units_for(rows)
        counts, sums = np.zeros(len(EDGES) + 1, np.int64), np.zeros(len(EDGES) + 1, np.uint64)
        return cls(units, ProbabilityCounts(counts, counts, counts, counts, sums, sums))

    def plus(
        self, score: NDArray[Any], label: NDArray[np.uint8], weight: NDArray[np.float64] | None, threads: int
    ) -> Self:
        """The state with some rows more."""
        counts = count_probabilities(score, label, weight, self.units, EDGES, threads)
        return type(self)(self.units, self.counts + counts)

    @of_one_class
    def merge(self, other: Self) -> Self:
        """The state of the rows of both.

        Raises:
            StateError: Their weights have different units.
        """
        if self.units != other.units:
            raise StateError("counts of probabilities with different units of weight do not merge")
        return type(self)(self.units, self.counts + other.counts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Reliability):
            return NotImplemented
        return self.to_bytes() == other.to_bytes()

    __hash__ = None  # type: ignore[assignment]

    def to_bytes(self) -> bytes:
        """The state as bytes."""
        units = None if self.units is None else [*self.units.weight, *self.units.square]
        return pack(self.kind, {"units": units}, self.counts.columns())

    @classmethod
    @strict
    def from_bytes(cls, raw: bytes) -> Self:
        """The inverse of :meth:`to_bytes`."""
        header, columns = unpack(cls.kind, raw)
        units = header["units"]
        return cls(
            None if units is None else WeightUnits((units[0], units[1]), (units[2], units[3])),
            ProbabilityCounts(*columns),
        )


def units_for(rows: Weight) -> WeightUnits:
    """One unit for the weights of both classes, such that they sum to less than 2^61."""
    return WeightUnits(unit_of(rows.total, rows.total), unit_of(rows.squares, rows.squares))
