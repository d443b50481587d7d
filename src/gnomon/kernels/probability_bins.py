"""Counts of probabilities in bins, and the sums of the probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels import _core
from gnomon.kernels.histogram import WeightUnits
from gnomon.kernels.ranking import integer_weights

UNIT_BITS = 52


@dataclass(frozen=True, slots=True)
class ProbabilityCounts:
    """Whole numbers for each bin, so that they add up the same in any order.

    Attributes:
        positives, negatives: Rows (or integer weight) of each class, int64.
        positive_squares, negative_squares: Integer sums of their squared weights; 0 without weights.
        high, low: The sum of weight times probability in units of 2^-52, as two words of 64 bits.
    """

    positives: NDArray[np.int64]
    negatives: NDArray[np.int64]
    positive_squares: NDArray[np.int64]
    negative_squares: NDArray[np.int64]
    high: NDArray[np.uint64]
    low: NDArray[np.uint64]

    def columns(self) -> tuple[NDArray[Any], ...]:
        """All of them, in order."""
        return (
            self.positives,
            self.negatives,
            self.positive_squares,
            self.negative_squares,
            self.high,
            self.low,
        )

    def __add__(self, other: ProbabilityCounts) -> ProbabilityCounts:
        low = self.low + other.low
        return ProbabilityCounts(
            self.positives + other.positives,
            self.negatives + other.negatives,
            self.positive_squares + other.positive_squares,
            self.negative_squares + other.negative_squares,
            self.high + other.high + (low < self.low),
            low,
        )


def count_probabilities(
    score: NDArray[Any],
    label: NDArray[np.uint8],
    weight: NDArray[np.float64] | None,
    units: WeightUnits | None,
    edges: NDArray[np.float64],
    threads: int,
) -> ProbabilityCounts:
    """Counts some rows.

    Args:
        score: Probabilities, float32 or float64.
        label: 1 for a positive row, 0 for a negative.
        weight: Positive weights; None for none.
        units: How weights become integers, of one unit for both classes; None without weights.
        edges: Ascending, between 0 and 1: a probability on an edge belongs to the bin below it.
        threads: How many threads there may be.

    Raises:
        ValueError: A probability lies outside [0, 1], the columns differ in length, or the edges do not ascend.
    """
    weights = square = None
    if weight is not None and units is not None:
        weights = integer_weights(weight, label, units.weight)
        square = integer_weights(weight * weight, label, units.square)
    return ProbabilityCounts(*_core.probability_bins(score, label, weights, square, edges, threads))
