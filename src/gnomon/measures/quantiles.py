"""Quantiles of a column, weighted or not, exact, without more sorting than they need."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels.ranking import class_units, integer_weights


class Ranks:
    """The values of a column by rank.

    Args:
        values: At least one; their order is changed.
        weight: Positive weights; None for values that weigh alike.
    """

    def __init__(self, values: NDArray[np.float64], weight: NDArray[np.float64] | None) -> None:
        self._values = values
        self._cumulative: NDArray[np.int64] | None = None
        if weight is not None:
            order = np.lexsort((weight, values))
            self._values, weight = values[order], weight[order]
            alike = np.ones(len(weight), np.uint8)
            self._cumulative = np.cumsum(integer_weights(weight, alike, class_units([alike], [weight])))

    def quantile(self, share: float) -> float:
        """The smallest value with at least this share of the weight at or below it.

        Where exactly this share lies at or below it, the mean of it and the next: the averaged inverted
        distribution function (R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", 1996,
        definition 2); of one half it is the ordinary median where all values weigh the same.
        """
        last = len(self._values) - 1
        if self._cumulative is None:
            wanted, slack = share * (last + 1), (last + 1) * 2.0**-50
            first = min(max(math.ceil(wanted - slack) - 1, 0), last)
            exact = abs(wanted - (first + 1)) <= slack
        else:
            total = int(self._cumulative[-1])
            goal, margin = round(share * total) if share != 0.5 else total // 2, total >> 50
            first = min(int(np.searchsorted(self._cumulative, max(goal - margin, 1))), last)
            exact = abs(int(self._cumulative[first]) - goal) <= margin + 1
        next_ = min(first + 1, last) if exact else first
        return (self._at(first) + self._at(next_)) / 2

    def at_rank(self, rank: int, rows: int) -> float:
        """The value of a rank, counted from 0 among ``rows`` rows that share the weight alike."""
        if self._cumulative is None:
            return self._at(rank)
        share = (rank + 0.5) / rows
        at = int(np.searchsorted(self._cumulative, share * float(self._cumulative[-1])))
        return self._at(min(at, len(self._values) - 1))

    def _at(self, index: int) -> float:
        if self._cumulative is None:
            self._values.partition(index)
        return float(self._values[index])
