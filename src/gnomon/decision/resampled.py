"""What the same goal would choose in other samples: the interval of a threshold, and the optimism of choosing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gnomon.decision.search import Candidates, Choice
from gnomon.estimate import Estimate
from gnomon.evaluation.arguments.options import Options
from gnomon.intervals.bootstrap import REPLICATES, ranking_replicates
from gnomon.kernels.ranking import ScoreBins
from gnomon.measures.measure import Measure
from gnomon.measures.ranking import TABLE_STEPS, Curve, cumulative
from gnomon.measures.threshold import FLAGGED, Points
from gnomon.states.paired import PairedRows
from gnomon.thresholds.bands import bands
from gnomon.thresholds.cluster_spread import ClusterEvents
from gnomon.thresholds.goal import best_of

Array = NDArray[np.float64]
Masses = tuple[Array, Array]

# Replicates that are judged together, to bound the memory.
REPLICATES_AT_ONCE = 100
# The share of the rows that choose; the others judge.
CHOOSING = 0.8
# Draws of clusters, at the most, and replicates at the least.
MOST_DRAWS, FEWEST_REPLICATES = 50_000_000, 100


@dataclass(frozen=True, slots=True)
class Resampled:
    """What the same goal would choose in other samples.

    Attributes:
        low, high: The interval of the threshold.
        here: The counts of what was chosen.
        elsewhere: Those that a threshold so chosen has, in the mean, of as many other rows; NaN where that is unknown.
        trials: Effective rows for each unit of weight.
        reached: The counts that all rows have at the thresholds that other samples choose.
        bins: The lower ends of the bins of scores, ascending.
        shares: In what share of the splits that judge them rows of each class, the negatives first, are predicted
            positive, by the bin of their score; shape (2, bins).
    """

    low: float
    high: float
    here: Points
    elsewhere: Points
    trials: float
    reached: Points
    bins: Array
    shares: Array

    @classmethod
    def of(cls, candidates: Candidates, choice: Choice, options: Options, clustered: PairedRows | None) -> Resampled:
        """From replicates of bins of scores, or of clusters.

        The interval of the threshold is that of a Poisson bootstrap. For the optimism four fifths of the rows choose,
        and the last fifth judges, many times at random: the counts of those that judged, added up, say what a threshold
        so chosen achieves (a cross-validation, as of B. Efron, "Estimating the error rate of a prediction rule:
        improvement on cross-validation", JASA 78, 1983; his bootstrap estimate sees two thirds of the optimism of a
        choice among many, docs/coverage.md).

        Args:
            candidates: What is chosen among, and by what.
            choice: What was chosen.
            options: The level, the seed.
            clustered: The rows by cluster; None where they are independent.
        """
        goal, order = candidates.goal, candidates.order
        bins = order.bins(TABLE_STEPS)
        thresholds = Curve.of(bins).threshold
        effective = order.positives.effective, order.negatives.effective
        samples: Samples = (
            RowSamples(bins, effective, options.seed)
            if clustered is None
            else ClusterSamples(thresholds, clustered, options.seed)
        )
        like = candidates.points_at(thresholds, clustered)
        judged = np.zeros(4)
        masses, predicted = np.zeros((2, len(thresholds) - 1)), np.zeros((2, len(thresholds) - 1))
        places = [best_of(goal, counts(drawn, like), options.level).place for drawn in samples.replicates()]
        chosen = np.concatenate(places)
        for some, judging in samples.splits():
            place = best_of(goal, counts(some, like), options.level).place
            left = counts(judging, like)
            tp, fp = (
                np.take_along_axis(own, place[:, None], axis=1).sum()
                for own in (left.true_positives, left.false_positives)
            )
            judged += [tp, fp, left.positives.sum(), left.negatives.sum()]
            above = np.arange(len(thresholds) - 1) >= len(thresholds) - 1 - place[:, None]
            for code, mass in enumerate(reversed(judging)):
                masses[code] += mass.sum(axis=0)
                predicted[code] += (mass * above).sum(axis=0)
        known = np.concatenate([np.array([choice.threshold]), thresholds[chosen]])
        ends = np.quantile(known, [0.5 - options.level / 2, 0.5 + options.level / 2], method="inverted_cdf")
        low, high = min(float(ends[0]), choice.threshold), max(float(ends[1]), choice.threshold)
        here = (choice.points.true_positives, choice.points.false_positives, choice.points.positives,
                choice.points.negatives)  # fmt: skip
        weight = judged[2:].sum()
        elsewhere = judged * (choice.points.total / weight) if weight > 0 else np.full(4, np.nan)  # as much as all rows
        return cls(
            low,
            high,
            of_one(*map(float, here)),
            of_one(*map(float, elsewhere)),
            candidates.trials,
            replace(like, squares=None, spread=None).at(chosen),
            thresholds[:0:-1],
            np.where(masses > 0, predicted / np.maximum(masses, 1e-300), thresholds[:0:-1] >= choice.threshold),
        )

    def optimism(self, measure: Measure) -> float | None:
        """By how much a measure of what was chosen exceeds what a threshold so chosen achieves on other rows.

        None where that is not known: hardly any split has rows of both classes on both sides.
        """
        excess = float(measure.binary(self.here.cells())[0] - measure.binary(self.elsewhere.cells())[0])
        return None if math.isnan(excess) else excess

    def corrected(self, measure: Measure, value: Estimate, options: Options) -> Estimate | None:
        """What a threshold so chosen achieves on other rows, with the interval of such an estimate; None if unknown.

        The interval is that of the counts there: a count that is 0 because it was chosen to be would make one far too
        narrow. Where rows have clusters or weights, it is wider by what they make that of the estimate wider.

        Args:
            measure: The measure.
            value: Its estimate at the chosen threshold.
            options: The level, the seed.
        """
        if self.optimism(measure) is None:
            return None

        def band(points: Points, rows: float) -> tuple[float, float, float]:
            """Of so many rows for each unit of weight; a number of rows is brought back to that weight."""
            fewer = of_one(*(float(np.max(each)) * rows for each in (
                points.true_positives, points.false_positives, points.positives, points.negatives)))  # fmt: skip
            by_measure = bands(fewer, [measure], options.level, options.seed)[measure.name]
            back = 1 / rows if measure.name == FLAGGED else 1.0
            return tuple(float(end[0]) * back for end in by_measure)  # type: ignore[return-value]

        _, low, high = band(self.here, self.trials)
        wider = (value.high - value.low) / (high - low) if high > low else 1.0
        rows = self.trials / wider**2 if wider > 0 else self.trials
        there, low, high = band(self.elsewhere, rows)
        if math.isnan(value.low):
            low = high = math.nan
        method = None if value.method is None else f"{value.method}, optimism-corrected"
        return replace(
            value, value=there, low=low, high=high, method=method, standard_error=math.nan, degrees_of_freedom=math.inf
        )


def of_one(tp: float, fp: float, positives: float, negatives: float) -> Points:
    """The counts at one threshold."""
    return Points(np.array([tp]), np.array([fp]), positives, negatives)


class RowSamples:
    """Samples of independent rows, drawn anew in bins of their scores.

    Args:
        bins: The bins, ascending.
        effective: Effective number of positives and of negatives.
        seed: Of the draws.
    """

    def __init__(self, bins: ScoreBins, effective: tuple[float, float], seed: int) -> None:
        self._bins = bins
        self._effective = effective
        self._seed = seed

    def replicates(self) -> Iterator[Masses]:
        """The weights of both classes in the bins of samples of as many rows."""
        positives, negatives = ranking_replicates(self._bins, self._effective, self._seed)
        for start in range(0, len(positives), REPLICATES_AT_ONCE):
            part = slice(start, start + REPLICATES_AT_ONCE)
            yield positives[part], negatives[part]

    def splits(self) -> Iterator[tuple[Masses, Masses]]:
        """Those of the rows that choose, scaled to all, and of the rows that judge."""
        rng = np.random.Generator(np.random.Philox(self._seed))
        masses = self._bins.positives, self._bins.negatives
        units = [own.sum() / rows for own, rows in zip(masses, self._effective, strict=True)]
        for start in range(0, REPLICATES, REPLICATES_AT_ONCE):
            size = (min(REPLICATES_AT_ONCE, REPLICATES - start), len(self._bins.low))
            parts = [kept_part(rng, own / unit, size) for own, unit in zip(masses, units, strict=True)]
            some = parts[0] * masses[0], parts[1] * masses[1]
            usable = of_both_classes(some)
            some = some[0][usable], some[1][usable]
            yield scaled(some), (masses[0] - some[0], masses[1] - some[1])


class ClusterSamples:
    """Samples of clusters.

    Args:
        thresholds: The thresholds, from the highest down.
        rows: The rows by cluster.
        seed: Of the draws.
    """

    def __init__(self, thresholds: Array, rows: PairedRows, seed: int) -> None:
        from scipy.sparse import csr_matrix

        assert rows.clusters is not None  # else rows are drawn
        events = ClusterEvents.of(thresholds, rows.answers[0].scores[0], rows.target, rows.weight, rows.clusters)
        shape = events.number, events.thresholds
        self._tables = [csr_matrix((own, (events.cluster, events.place)), shape) for own in
                        (events.positives, events.negatives)]  # fmt: skip
        self._number = events.number
        self._seed = seed
        self._replicates = max(FEWEST_REPLICATES, min(REPLICATES, MOST_DRAWS // self._number))

    def replicates(self) -> Iterator[Masses]:
        """The weights of both classes between the thresholds in samples of as many clusters."""
        rng = np.random.Generator(np.random.Philox(self._seed))
        for size in self._sizes():
            drawn = self._sums(rng.poisson(1.0, (size, self._number)).astype(np.float64))
            usable = of_both_classes(drawn)
            yield drawn[0][usable], drawn[1][usable]

    def splits(self) -> Iterator[tuple[Masses, Masses]]:
        """Those of the clusters that choose, scaled to all, and of the clusters that judge."""
        rng = np.random.Generator(np.random.Philox(self._seed))
        for size in self._sizes():
            choosing = rng.random((size, self._number)) < CHOOSING
            some, others = (self._sums(own.astype(np.float64)) for own in (choosing, ~choosing))
            usable = of_both_classes(some)
            yield scaled((some[0][usable], some[1][usable])), (others[0][usable], others[1][usable])

    def _sizes(self) -> Iterator[int]:
        at_once = max(1, min(REPLICATES_AT_ONCE, MOST_DRAWS // (10 * self._number)))
        for start in range(0, self._replicates, at_once):
            yield min(at_once, self._replicates - start)

    def _sums(self, times: Array) -> Masses:
        """The weights where each cluster occurs so many times, from the lowest threshold up, as bins are."""
        positives, negatives = (np.asarray(times @ own)[:, :0:-1] for own in self._tables)
        return positives, negatives


Samples = RowSamples | ClusterSamples


def kept_part(rng: np.random.Generator, rows: Array, size: tuple[int, int]) -> Array:
    """Which part of each bin's rows chooses, in each of some splits."""
    whole = np.where(rows > 0, np.maximum(1, np.rint(rows)), 0).astype(np.int64)
    return np.asarray(rng.binomial(whole, CHOOSING, size) / np.maximum(1, whole))


def scaled(masses: Masses) -> Masses:
    """The weights of the rows that choose, as many as all: limits on numbers of rows are about all of them."""
    return masses[0] / CHOOSING, masses[1] / CHOOSING


def of_both_classes(masses: Masses) -> NDArray[np.bool_]:
    """Which tables have rows of both classes: of others no measure is defined to choose by."""
    return np.asarray((masses[0].sum(axis=1) > 0) & (masses[1].sum(axis=1) > 0))


def counts(masses: Masses, like: Points) -> Points:
    """Counts at the lower ends of bins, from the highest down, of many tables.

    Args:
        masses: The weights of both classes in the bins.
        like: The points of all rows at these thresholds, which say how sure the ends of intervals are there.
    """
    tp, fp = cumulative(masses[0]), cumulative(masses[1])
    return replace(like, true_positives=tp, false_positives=fp, positives=tp[:, -1:], negatives=fp[:, -1:])
