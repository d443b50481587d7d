"""The rows of two classes in order of their scores: kept, read again in ranges of the scores, or counted in bins."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels.exact import ExactSum
from gnomon.kernels.histogram import RankingBounds, WeightUnits
from gnomon.kernels.losses import sum_values
from gnomon.kernels.ranking import (
    CurvePoints,
    Frame,
    PairCounts,
    Ranking,
    ScoreBins,
    Stretch,
    convex_hull,
    unit_of,
)
from gnomon.lazy import lazy
from gnomon.measures import ranking as measures
from gnomon.measures.ranking import Curve
from gnomon.states.confusion import Confusion
from gnomon.states.histogram import ScoreHistogram
from gnomon.states.mean import Weight
from gnomon.states.scores import Scores

Array = NDArray[np.float64]
# Of a measure by the weight of a positive, and of a negative, in each bin of scores.
Derivatives = tuple[Array, Array]


class RankedScores(Protocol):
    """What the estimates of a ranking are made of.

    Attributes:
        positives, negatives: The rows of each class.
        bounds: What is certain, where not every row's place is known; else None.
        units: The units to which weights were rounded for that, if they were.
    """

    positives: Weight
    negatives: Weight
    bounds: RankingBounds | None
    units: WeightUnits | None

    @property
    def pairs(self) -> PairCounts:
        """Counts of pairs."""
        ...

    def bins(self, wanted: int) -> ScoreBins:
        """Neighbouring scores gathered."""
        ...

    def auc_variance(self, auc: float) -> float:
        """DeLong's variance of the AUC."""
        ...

    def influence_squares(self, bins: ScoreBins, derivatives: Sequence[Derivatives]) -> list[float]:
        """The sums over rows of the squared influences on some measures, which follow from the bin of a row.

        Args:
            bins: The bins.
            derivatives: Of each measure, by the weight of a positive, and of a negative, in each bin.
        """
        ...

    def squares_reaching(self, thresholds: Array) -> tuple[Array, Array]:
        """The squared weights of the positives, and of the negatives, that reach each threshold."""
        ...

    def curves(self, candidates: str) -> Iterator[Curve]:
        """Thresholds with the weights that reach them, from the highest down, in one piece or several.

        Args:
            candidates: ``"hull"`` for the vertices of the ROC curve's convex hull, in one piece; ``"gains"`` for all
                thresholds that gain a positive, and perhaps others; ``"all"``.
        """
        ...


class RankedScoresInMemory:
    """Rows that were kept, sorted."""

    bounds: RankingBounds | None = None
    units: WeightUnits | None = None

    def __init__(self, state: Scores, threads: int) -> None:
        self._state = state
        self._threads = threads
        labels = state.whole(1)
        if state.weighted:
            weight = state.whole(2)
            self.positives, self.negatives = (Weight.of_group(labels == code, weight, threads) for code in (1, 0))
        else:
            count = int(np.count_nonzero(labels))
            self.positives, self.negatives = (Weight.of(own, None, threads) for own in (count, len(labels) - count))

    @lazy
    def _ranking(self) -> Ranking:
        return self._state.rank(self._threads)

    @lazy
    def pairs(self) -> PairCounts:
        """Exact."""
        return self._ranking.pairs()

    @lazy
    def _hull(self) -> Curve:
        return scaled(self._ranking.hull(), self._ranking.units)

    def bins(self, wanted: int) -> ScoreBins:
        """From the exact order."""
        return self._ranking.bins(wanted)

    def auc_variance(self, auc: float) -> float:
        """From counts, or from each row's influence where rows have weights."""
        if not self._state.weighted:
            return float(measures.delong_variance(self.pairs))
        score, label, weight = (np.concatenate(self._state.column(number)) for number in range(3))
        classes = self.negatives, self.positives
        influence = measures.auc_influence(score, label, weight, auc, self._threads, classes=classes)
        return float(sum_values(influence, None, self._threads).square)

    def influence_squares(self, bins: ScoreBins, derivatives: Sequence[Derivatives]) -> list[float]:
        """From each row, where rows have weights."""
        if not self._state.weighted:
            return squares_by_bin(self, bins, derivatives)
        return [float(own) for own in squares_of_rows(self._state, bins, derivatives, self._threads)]

    def squares_reaching(self, thresholds: Array) -> tuple[Array, Array]:
        """From each row."""
        return squares_reaching(self._state, thresholds)

    def curves(self, candidates: str) -> Iterator[Curve]:
        """Exact."""
        if candidates == "hull":
            yield self._hull
        else:
            threshold, *counts = self._ranking.curve(candidates)
            yield Curve(np.append(np.inf, threshold), *(np.append(0.0, own) for own in counts))


class RankedScoresOutOfCore:
    """Rows that are read again, one range of the scores at a time: exact, in as much memory as a range takes.

    Args:
        histogram: The numbers of rows in bins of scores.
        weights: Those of the positives and of the negatives, where rows have weights.
        read: Reads the rows whose scores lie from a lower limit up to below an upper one.
        rows: How many rows may be kept at once. A bin is not divided further.
        threads: How many threads there may be.
    """

    bounds: RankingBounds | None = None
    units: WeightUnits | None = None

    def __init__(
        self,
        histogram: ScoreHistogram,
        weights: tuple[Weight, Weight] | None,
        read: Callable[[float, float], Scores],
        rows: int,
        threads: int,
    ) -> None:
        self.positives, self.negatives = weights or counted(histogram)
        self._read = read
        self._threads = threads
        self._weighted = weights is not None
        self._units = unit_of(self.positives.total, self.negatives.total) if self._weighted else (0, 0)
        self._counts = histogram.counts
        self._edges = np.append(self._counts.edges, math.inf)
        positives, negatives, *_ = self._counts.counts()
        self._ranges = bin_ranges(positives + negatives, rows)
        self._rows = [(int(positives[a:b].sum()), int(negatives[a:b].sum())) for a, b in self._ranges]

    @property
    def pairs(self) -> PairCounts:
        """Exact: those of the ranges, added."""
        return self._sums.pairs

    def bins(self, wanted: int) -> ScoreBins:
        """From the exact order."""
        return ScoreBins.joined(self._sums.stretches[wanted], self._units)

    def influence_squares(self, bins: ScoreBins, derivatives: Sequence[Derivatives]) -> list[float]:
        """As of rows that were kept."""
        if not self._weighted:
            return squares_by_bin(self, bins, derivatives)
        sums = [ExactSum() for _ in derivatives]
        for _, range_totals in self._framed():
            scores = self._read(*self._limits(range_totals))
            more = squares_of_rows(scores, bins, derivatives, self._threads)
            sums = [mine + theirs for mine, theirs in zip(sums, more, strict=True)]
        return [float(own) for own in sums]

    def squares_reaching(self, thresholds: Array) -> tuple[Array, Array]:
        """From each row, range by range."""
        positives, negatives = np.zeros(len(thresholds)), np.zeros(len(thresholds))
        for bins in self._ranges:
            scores = self._read(*self._limits(bins))
            if scores.n:
                more = squares_reaching(scores, thresholds)
                positives, negatives = positives + more[0], negatives + more[1]
        return positives, negatives

    def curves(self, candidates: str) -> Iterator[Curve]:
        """Exact: range by range, each read again, or the hull of their hulls."""
        if candidates == "hull":
            yield scaled(convex_hull(joined(reversed(self._sums.hulls))), self._units)
            return
        yield Curve(*(np.array([own]) for own in (np.inf, 0.0, 0.0)))
        above = [0, 0]
        for bins, range_totals in list(zip(self._ranges, self._totals.ranges, strict=True))[::-1]:
            scores = self._read(*self._limits(bins))
            if scores.n:
                threshold, *counts = scores.rank(self._threads, self._units).curve(candidates)
                more = (math.ldexp(rows, unit) for rows, unit in zip(above, self._units, strict=True))
                yield Curve(threshold, *(ours + theirs for ours, theirs in zip(counts, more, strict=True)))
            above = [above[0] + range_totals[0], above[1] + range_totals[1]]

    def auc_variance(self, auc: float) -> float:
        """As of rows that were kept."""
        if not self._weighted:
            return float(measures.delong_variance(self.pairs))
        squares = ExactSum()
        classes = self.negatives, self.positives
        for frame, bins in self._framed():
            scores = self._read(*self._limits(bins))
            score, label, weight = (np.concatenate(scores.column(number)) for number in range(3))
            influence = measures.auc_influence(
                score, label, weight, auc, self._threads, classes=classes, place=(frame, self._units)
            )
            squares += sum_values(influence, None, self._threads).square
        return float(squares)

    @lazy
    def _sums(self) -> RangeSums:
        total: PairCounts | None = None
        stretches: dict[int, list[Stretch]] = {steps: [] for steps in (measures.STEPS, measures.TABLE_STEPS)}
        hulls: list[CurvePoints] = []
        for frame, bins in self._framed():
            if self._one_score(bins):
                pairs = self._counts.pairs(self._threads, *bins, frame)
                for wanted, pieces in stretches.items():
                    pieces.append(self._counts.stretch(wanted, *bins, frame, (1, 1)))
                score, _, positives, negatives, _ = stretches[measures.STEPS][-1]
                hulls.append(self._placed(frame, score, positives, negatives))
            else:
                ranking = self._read(*self._limits(bins)).rank(self._threads, self._units)
                pairs = ranking.pairs(frame)
                for wanted, pieces in stretches.items():
                    pieces.append(ranking.stretch(wanted, frame, self._totals.largest))
                score, positives, negatives = ranking.hull()
                hulls.append(self._placed(frame, score[1:], positives[1:], negatives[1:]))
            total = pairs if total is None else total + pairs
        assert total is not None  # there are rows
        return RangeSums(total, stretches, hulls)

    @staticmethod
    def _placed(
        frame: Frame, threshold: NDArray[Any], positives: NDArray[np.int64], negatives: NDArray[np.int64]
    ) -> CurvePoints:
        """Points of a range, of which the last reaches all of it, in the whole; none where its rows weigh nothing."""
        if not len(threshold):
            return threshold, positives, negatives
        above = frame.positives - frame.positives_below, frame.negatives - frame.negatives_below
        return threshold, positives + (above[0] - positives[-1]), negatives + (above[1] - negatives[-1])

    def _framed(self) -> Iterator[tuple[Frame, tuple[int, int]]]:
        """The ranges that hold rows, ascending, each with its frame."""
        below = (0, 0)
        for bins, rows, range_totals in zip(self._ranges, self._rows, self._totals.ranges, strict=True):
            if any(rows):
                yield Frame(*below, *self._totals.whole), bins
            below = below[0] + range_totals[0], below[1] + range_totals[1]

    @lazy
    def _totals(self) -> Totals:
        """The (integer) weights of the classes in each range; where rows have weights, the ranges are read for it."""
        if not self._weighted:
            return Totals(self._rows)
        ranges, largest = [], [1, 1]
        for bins in self._ranges:
            scores = self._read(*self._limits(bins))
            ranking = scores.rank(self._threads, self._units) if scores.n else None
            ranges.append((0, 0) if ranking is None else ranking.whole[2:])
            if ranking is not None:
                largest = [max(pair) for pair in zip(largest, ranking.largest, strict=True)]
        return Totals(ranges, (largest[0], largest[1]))

    def _limits(self, bins: tuple[int, int]) -> tuple[float, float]:
        return float(self._edges[bins[0]]), float(self._edges[bins[1]])

    def _one_score(self, bins: tuple[int, int]) -> bool:
        """Whether the rows of a range have one score and no weights: then their number says it all."""
        return not self._weighted and bins[1] == bins[0] + 1 and self._counts.one_score(bins[0])


@dataclass(frozen=True, slots=True)
class RangeSums:
    """What one reading of the ranges gives, ascending: pairs, bins by the number of steps, vertices of hulls."""

    pairs: PairCounts
    stretches: dict[int, list[Stretch]]
    hulls: list[CurvePoints]


@dataclass(frozen=True, slots=True)
class Totals:
    """The weights of positives and negatives in each range, and the greatest of a row of each class."""

    ranges: list[tuple[int, int]]
    largest: tuple[int, int] = (1, 1)

    @property
    def whole(self) -> tuple[int, int]:
        """Those of all ranges."""
        return sum(own[0] for own in self.ranges), sum(own[1] for own in self.ranges)


class RankedScoresInBins:
    """Rows of which only the bins of their scores are known: what follows from them is certain within bounds."""

    def __init__(self, histogram: ScoreHistogram, weights: tuple[Weight, Weight] | None, threads: int) -> None:
        self._counts = histogram.counts
        self._threads = threads
        self.positives, self.negatives = weights or counted(histogram)
        self.bounds: RankingBounds | None = self._counts.bounds(threads)
        self.units = self._counts.units

    @lazy
    def pairs(self) -> PairCounts:
        """As if all scores of a bin were one: half of the open pairs are won."""
        return self._counts.pairs(self._threads)

    def bins(self, wanted: int) -> ScoreBins:
        """Bins gathered; the points of a curve at their lower ends are exact."""
        return self._counts.bins(wanted)

    def auc_variance(self, auc: float) -> float:
        """From placements in the middle of a bin."""
        if self._counts.units is None:
            return float(measures.delong_variance(self.pairs))
        squares = self._counts.influence_squares(auc)
        classes = self.positives, self.negatives
        return sum(own * measures.influence_scale(group) ** 2 for own, group in zip(squares, classes, strict=True))

    def influence_squares(self, bins: ScoreBins, derivatives: Sequence[Derivatives]) -> list[float]:
        """From the bins."""
        return squares_by_bin(self, bins, derivatives)

    def squares_reaching(self, thresholds: Array) -> tuple[Array, Array]:
        """From the bins: exact at their lower ends."""
        _, _, *squares, _ = self._counts.counts()
        place = np.searchsorted(self._counts.edges, thresholds, side="right") - 1
        reaching = []
        for class_squares, unit in zip(squares, (0, 0) if self.units is None else self.units.square, strict=True):
            reached = np.cumsum(np.ldexp(class_squares.astype(np.float64), unit)[::-1])[::-1]
            reaching.append(np.where(np.isinf(thresholds), 0.0, reached[place]))
        return reaching[0], reaching[1]

    def curves(self, candidates: str) -> Iterator[Curve]:
        """At the lower ends of the bins, where the weights are exact."""
        rows = self._counts.whole
        low, _, positives, negatives, _ = self._counts.stretch(rows.positives + rows.negatives, 0, None, rows, (1, 1))
        points = low[::-1].copy(), np.cumsum(positives[::-1]), np.cumsum(negatives[::-1])
        units = (0, 0) if self.units is None else self.units.weight
        if candidates == "hull":
            yield scaled(convex_hull(points), units)
        else:
            yield scaled(joined([_NOTHING, points]), units)


def squares_of_rows(state: Scores, bins: ScoreBins, derivatives: Sequence[Derivatives], threads: int) -> list[ExactSum]:
    """The sums of squared influences of weighted rows."""
    score, label, weight = (np.concatenate(state.column(number)) for number in range(3))
    place, positive = places_in(bins, score), label == 1
    return [
        sum_values(weight * np.where(positive, own[0][place], own[1][place]), None, threads).square
        for own in derivatives
    ]


def squares_reaching(state: Scores, thresholds: Array) -> tuple[Array, Array]:
    """The squared weights of the positives, and of the negatives, of some rows that reach each threshold."""
    score, label, weight = (np.concatenate(state.column(number)) for number in range(3))
    reaching = []
    for code in (1, 0):
        of_class = label == code
        order = np.argsort(-score[of_class], kind="stable")
        reached = np.append(0.0, np.cumsum(weight[of_class][order] ** 2))
        reaching.append(reached[np.searchsorted(-score[of_class][order].astype(np.float64), -thresholds, side="right")])
    return reaching[0], reaching[1]


def squares_by_bin(order: RankedScores, bins: ScoreBins, derivatives: Sequence[Derivatives]) -> list[float]:
    """The same where the rows of a class in a bin are known by their weight alone.

    Exact without weights; with them, a row weighs in each bin what its class's squares say.
    """
    classes = (order.positives, order.negatives)
    unit = [group.squares.over(group.total) for group in classes]
    masses = (bins.positives, bins.negatives)
    return [
        sum(float(mass @ by**2) * each for mass, by, each in zip(masses, own, unit, strict=True)) for own in derivatives
    ]


def places_in(bins: ScoreBins, score: NDArray[Any]) -> NDArray[np.intp]:
    """The bin that each score lies in."""
    return np.searchsorted(bins.low, score.astype(np.float64, copy=False), side="right") - 1


_NOTHING: CurvePoints = (np.array([np.inf]), np.zeros(1, np.int64), np.zeros(1, np.int64))


def scaled(points: CurvePoints, units: tuple[int, int]) -> Curve:
    """A curve of integer weights in their units."""
    threshold, *weights = points
    return Curve(threshold, *(np.ldexp(own.astype(np.float64), unit) for own, unit in zip(weights, units, strict=True)))


def joined(pieces: Iterable[CurvePoints]) -> CurvePoints:
    """Neighbouring pieces of a curve as one."""
    threshold, positives, negatives = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    return threshold, positives, negatives


def counted(histogram: ScoreHistogram) -> tuple[Weight, Weight]:
    """The positives and the negatives of rows without weights."""
    frame = histogram.counts.whole
    return Weight.of(frame.positives, None, 1), Weight.of(frame.negatives, None, 1)


def class_weights(classes: Confusion) -> list[Weight]:
    """The weights of each class, from the weighted confusion of the target with itself."""
    assert classes.weights is not None
    nothing = ExactSum(), ExactSum()
    cells = (code * classes.classes + code for code in range(classes.classes))
    rows = map(int, classes.counts.diagonal())
    return [Weight(own, *classes.weights.get(cell, nothing)) for own, cell in zip(rows, cells, strict=True)]


def against_the_rest(classes: Sequence[Weight], code: int) -> tuple[Weight, Weight]:
    """The weights of one class and of all others."""
    rest = Weight()
    for other, weight in enumerate(classes):
        rest = rest if other == code else rest.merge(weight)
    return classes[code], rest


def bin_ranges(counts: NDArray[np.int64], rows: int) -> list[tuple[int, int]]:
    """Neighbouring bins in ranges of at most so many rows, or one bin each: first, and one beyond the last."""
    below = np.append(0, np.cumsum(counts))
    ranges, start = [], 0
    while start < len(below) - 1:
        stop = int(np.searchsorted(below, below[start] + rows, side="right")) - 1
        ranges.append((start, max(stop, start + 1)))
        start = ranges[-1][1]
    return ranges
