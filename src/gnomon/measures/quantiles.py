"""Quantiles of a column, weighted or not, exact, without sorting it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels.ranking import class_units, integer_weights
from gnomon.kernels.select import next_above, select
from gnomon.measures.certified import Certified
from gnomon.states.histogram import ScoreHistogram


class Ranks:
    """The values of a column by rank.

    Args:
        values: At least one, none of them NaN.
        weight: Positive weights; None for values that weigh alike.
        threads: How many threads there may be.
    """

    def __init__(self, values: NDArray[np.float64], weight: NDArray[np.float64] | None, threads: int) -> None:
        self._values = np.ascontiguousarray(values, np.float64)
        self._weight: NDArray[np.int64] | None = None
        self._total = len(values)
        if weight is not None:
            alike = np.ones(len(weight), np.uint8)
            self._weight = integer_weights(weight, alike, class_units([alike], [weight]))
            self._total = int(self._weight.sum())
        self._threads = threads

    def quantile(self, share: float) -> float:
        """The smallest value with at least this share of the weight at or below it.

        Where exactly this share lies at or below it, the mean of it and the next: the averaged inverted
        distribution function (R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", 1996,
        definition 2); of one half it is the ordinary median where all values weigh the same.
        """
        wanted = share * self._total if share != 0.5 else self._total / 2
        slack = self._total * 2.0**-50
        value, reached = select(self._values, self._weight, max(math.ceil(wanted - slack), 1), self._threads)
        if reached - wanted > slack + (self._weight is not None):
            return value
        following = next_above(self._values, value, self._threads)
        return value if following is None else (value + following) / 2

    def certified(self, share: float) -> Certified:
        """The quantile, exact."""
        return Certified(self.quantile(share))

    def at_rank(self, rank: int, rows: int) -> float:
        """The value of a rank, counted from 0 among ``rows`` rows that share the weight alike."""
        goal = rank + 1 if self._weight is None else math.ceil((rank + 0.5) / rows * self._total)
        return select(self._values, self._weight, goal, self._threads)[0]


class BinnedRanks:
    """The values of a column by rank, where only the bins that they lie in are known.

    Args:
        histogram: The values, all of them counted as positives.
        largest: The greatest value.
    """

    def __init__(self, histogram: ScoreHistogram, largest: float) -> None:
        self._counts = histogram.counts
        self._reached = np.cumsum(self._counts.counts()[0])
        self._total = int(self._reached[-1])
        self._largest = largest
        # Each weight was rounded by half a unit at most.
        self._rounded = 0.0 if self._counts.units is None else histogram.n / 2

    def certified(self, share: float) -> Certified:
        """The quantile of :meth:`Ranks.quantile` to within a bin, or two neighbouring ones."""
        wanted = share * self._total
        slack = self._total * 2.0**-50 + self._rounded
        low = self._limits(math.ceil(wanted - slack))[0] if wanted > slack else 0.0
        high = self._limits(math.floor(wanted + slack) + 1)[1] if self._total > wanted + slack else self._largest
        return Certified.within((low + high) / 2, (high - low) / 2)

    def at_rank(self, rank: int, rows: int) -> float:
        """The value of a rank, as :meth:`Ranks.at_rank` counts it: the middle of its bin."""
        return sum(self._limits(math.ceil((rank + 0.5) / rows * self._total))) / 2

    def _limits(self, goal: int) -> tuple[float, float]:
        """Between which values the weight reaches a goal."""
        if not self._total:  # all weights were rounded to nothing
            return 0.0, self._largest
        number = int(np.searchsorted(self._reached, min(max(goal, 1), self._total)))
        low, high, *_ = self._counts.stretch(1, number, number + 1, self._counts.whole, (1, 1))
        return max(0.0, float(low[0])), min(float(high[0]), self._largest)
