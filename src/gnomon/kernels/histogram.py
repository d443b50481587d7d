"""A histogram of the scores of two classes, and what is certain of a ranking of which only the histogram is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels import _core
from gnomon.kernels.ranking import Frame, PairCounts, ScoreBins, Stretch, integer_weights, step_of

# The words of a bin that holds no score, and of one that holds several (core/histogram.h).
NO_SCORE, SEVERAL = np.uint64(0), np.uint64(2**64 - 1)


@dataclass(frozen=True, slots=True)
class RankingBounds:
    """Limits of what the rows can give, however they are ordered within the bins.

    Attributes:
        open_pairs: Pairs of a positive and a negative within a bin of several scores (in integer weights).
        precision_sum: Lower and upper limit of the sum over positives of the precision at their own score.
        ks: The same of the largest \\|TPR - FPR\\|.
        best_fbeta: The same of the best F-beta of any threshold.
    """

    open_pairs: int
    precision_sum: tuple[float, float]
    ks: tuple[float, float]
    best_fbeta: tuple[float, float]


@dataclass(frozen=True, slots=True)
class WeightUnits:
    """The units in which weights, and their squares, become integers that sum to less than 2^61.

    Attributes:
        weight: Exponents for the weights of positives and of negatives.
        square: The same for the squares.
    """

    weight: tuple[int, int]
    square: tuple[int, int]

    def rounding(self, code: int, rows: int) -> float:
        """By how much rounding can change the weight of so many rows of a class (1 positive, 0 negative)."""
        return math.ldexp(rows, self.weight[1 - code] - 1)


class BinsForm(NamedTuple):
    """How a range of scores is divided into bins.

    Attributes:
        low, high: The words, as which the core sorts doubles, of the least and of the greatest score of the sample.
        wanted, bins: About how many bins were wanted, and how many there are.
        divisions: How each cell of the grid is divided (uint8).
    """

    low: int
    high: int
    wanted: int
    bins: int
    divisions: NDArray[np.uint8]


class ScoreCounts:
    """Counts of positives and negatives in bins of scores, and whether a bin holds one score only.

    The bins follow from a sample of the scores: narrow where it is dense, of any distribution. A histogram is added to
    by one thread at a time.

    Args:
        sample: Some of the scores, at least one, in any order (float64).
        wanted: About how many bins there should be; there are up to about four times as many.
        units: How weights become integers; None for rows without weights.
    """

    def __init__(self, sample: NDArray[np.float64], wanted: int, units: WeightUnits | None) -> None:
        self.units = units
        self._core = _core.Histogram(np.ascontiguousarray(sample, np.float64), wanted, units is not None)

    @classmethod
    def of_bins(cls, form: BinsForm, units: WeightUnits | None) -> Self:
        """An empty histogram of the bins of a form.

        Raises:
            ValueError: There are no such bins.
        """
        return cls._of(_core.Histogram.of_form(*form, units is not None), units)

    @classmethod
    def _of(cls, core: Any, units: WeightUnits | None) -> Self:
        new = cls.__new__(cls)
        new.units, new._core = units, core
        return new

    def like(self) -> Self:
        """An empty histogram of the same bins."""
        return self._of(self._core.like(), self.units)

    @property
    def form(self) -> BinsForm:
        """What tells its bins from those of others, in about as many bytes as a seventh of the bins."""
        return BinsForm(*self._core.form())

    def add(self, score: NDArray[Any], label: NDArray[np.uint8], weight: NDArray[np.float64] | None) -> None:
        """Counts some rows."""
        if self.units is None or weight is None:
            self._core.add(score, label, None, None)
            return
        integers = integer_weights(weight, label, self.units.weight)
        self._core.add(score, label, integers, integer_weights(weight * weight, label, self.units.square))

    def same_bins(self, other: ScoreCounts) -> bool:
        """Whether another histogram has the same bins and units."""
        mine, theirs = self.form, other.form
        same = mine[:4] == theirs[:4] and np.array_equal(mine.divisions, theirs.divisions)
        return same and self.units == other.units

    def merge(self, other: ScoreCounts) -> None:
        """Counts what another histogram of the same bins has counted."""
        self._core.merge(other._core)

    def counts(self) -> tuple[NDArray[Any], ...]:
        """Integer weights of positives and negatives, those of their squares, and the word of the one score: by bin."""
        return self._core.counts()

    def one_score(self, number: int) -> bool:
        """Whether a bin holds one score only, or none."""
        return self._core.one_score(number)

    def restore(self, counts: Sequence[NDArray[Any]]) -> None:
        """Counts what :meth:`counts` said."""
        self._core.restore(*counts)

    @property
    def edges(self) -> NDArray[np.float64]:
        """The least score of each bin; minus infinity for the first."""
        return self._core.edges()

    @property
    def whole(self) -> Frame:
        """The frame of all bins."""
        return Frame(0, 0, *self._core.totals())

    def pairs(self, threads: int, start: int = 0, stop: int | None = None, frame: Frame | None = None) -> PairCounts:
        """Counts of pairs, as if all scores of a bin were one, in all bins or from ``start`` up to ``stop``."""
        end = self._core.bins() if stop is None else stop
        from_bins = self._core.pairs(start, end, frame or self.whole, self._negative_unit, threads)
        return PairCounts.from_core(from_bins, weighted=self.units is not None)

    def bins(self, wanted: int) -> ScoreBins:
        """The bins gathered into fewer, as :meth:`gnomon.kernels.ranking.Ranking.bins` gathers scores."""
        stretch = self.stretch(wanted, 0, None, self.whole, (1, 1))
        return ScoreBins.joined([stretch], (0, 0) if self.units is None else self.units.weight)

    def stretch(self, wanted: int, start: int, stop: int | None, frame: Frame, largest: tuple[int, int]) -> Stretch:
        """Some of the bins gathered into fewer."""
        steps = step_of(frame.positives, wanted, largest[0]), step_of(frame.negatives, wanted, largest[1])
        return self._core.gather(start, self._core.bins() if stop is None else stop, frame, *steps)

    def bounds(self, threads: int, beta: float = 1.0) -> RankingBounds:
        """What is certain of the ranking."""
        opened, *ends = self._core.bounds(self._negative_unit, beta * beta, threads)
        return RankingBounds(opened, (ends[0], ends[1]), (ends[2], ends[3]), (ends[4], ends[5]))

    def influence_squares(self, auc: float) -> tuple[float, float]:
        """Sums over positives, and over negatives, of (weight * (placement - auc))^2."""
        positive, negative = self._core.spread(auc)
        units = (0, 0) if self.units is None else self.units.square
        return math.ldexp(positive, units[0]), math.ldexp(negative, units[1])

    @property
    def _negative_unit(self) -> float:
        return 1.0 if self.units is None else math.ldexp(1.0, self.units.weight[1] - self.units.weight[0])
