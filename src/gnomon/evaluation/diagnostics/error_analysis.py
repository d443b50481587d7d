"""Where the model errs: the rows that are most wrong, the classes that are confused most, residuals by prediction."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import Estimate
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.estimates.clustered import ONE_CLUSTER
from gnomon.evaluation.estimates.small_samples import CLUSTERS, few_of
from gnomon.evaluation.influence.influences import VarianceEstimator
from gnomon.evaluation.result.error_analysis import ConfusedClasses, ResidualRange
from gnomon.intervals.interval import NO_INTERVAL
from gnomon.intervals.linearised import linearised_interval
from gnomon.intervals.mean import NO_SPREAD, mean_interval, no_spread
from gnomon.kernels.exact import ExactSum
from gnomon.kernels.losses import total_of
from gnomon.measures.influence import mean_influence
from gnomon.measures.means import mean_loss
from gnomon.states.confusion import Confusion
from gnomon.states.mean import MeanLoss
from gnomon.states.paired import PairedRows
from gnomon.states.residuals import Amounts

# Confusions that are listed; ranges of the prediction that residuals are summarised in.
MOST_CONFUSIONS, RANGES = 10, 10
# The square of an error, squared again for its variance, must stay within the doubles.
LARGEST_ERROR = 1e75


def most_confused(state: Confusion, names: tuple[str, ...]) -> tuple[ConfusedClasses, ...]:
    """The cells off the diagonal with the most rows."""
    counts = state.counts.copy()
    support = counts.sum(axis=1)
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[:MOST_CONFUSIONS]
    cells = [divmod(int(place), len(names)) for place in order]
    return tuple(
        ConfusedClasses(names[true], names[said], int(counts[true, said]), float(counts[true, said] / support[true]))
        for true, said in cells
        if counts[true, said]
    )


def residuals_by_prediction(
    state: Amounts, options: Options, clustered: PairedRows | None
) -> tuple[ResidualRange, ...]:
    """The errors in ranges of the prediction with nearly equally many rows; equal predictions stay together.

    None of them where an error is too large to be squared.

    Args:
        state: The rows.
        options: How estimates are made.
        clustered: The same rows with their clusters; None where they are independent.
    """
    target, prediction, weight = state.columns()
    if np.abs(target - prediction).max() > LARGEST_ERROR:
        return ()
    limits = range_limits(prediction)

    def of_chunk(start: int) -> list[RangeSums]:
        rows = slice(start, start + _AT_ONCE)
        return range_sums(target[rows], prediction[rows], None if weight is None else weight[rows], limits)

    with ThreadPoolExecutor(options.threads) as pool:
        chunks = list(pool.map(of_chunk, range(0, len(prediction), _AT_ONCE)))
    ranges = []
    for sums in (reduce(RangeSums.merge, own) for own in zip(*chunks, strict=True)):
        if not sums.loss.weight.n:
            continue
        mean = mean_loss(sums.loss)
        interval = mean_interval(mean, options.level, least=-np.inf)
        estimate = options.estimate(mean.mean, interval, sums.loss.weight.n)
        if clustered is not None:
            estimate = by_cluster(estimate, clustered, sums, options)
        rmse = float(np.sqrt(sums.square.over(sums.loss.weight.total)))
        ranges.append(ResidualRange(sums.low, sums.high, sums.loss.weight.n, estimate, rmse))
    return tuple(ranges)


def by_cluster(estimate: Estimate, rows: PairedRows, sums: RangeSums, options: Options) -> Estimate:
    """The mean error of a range with the interval that allows for clusters."""
    if not options.intervals:
        return estimate
    prediction = rows.answers[0].prediction
    assert prediction is not None  # a regression always has one
    inside = rows.where((prediction >= sums.low) & (prediction <= sums.high))
    variances = VarianceEstimator(inside, options.threads)
    if variances.number < 2:
        return NO_INTERVAL.of(estimate, ONE_CLUSTER)
    said = inside.answers[0].prediction
    assert said is not None  # as above
    spread = variances.spread(mean_influence(said - inside.target, inside.weight, options.threads))
    if no_spread(estimate.value, spread.variance, spread.units):
        return NO_INTERVAL.of(estimate, NO_SPREAD)
    ends = linearised_interval(estimate.value, spread.variance, spread.units, options.level, -np.inf, np.inf)
    return few_of(ends.of(estimate), variances.number, CLUSTERS)


def range_limits(prediction: NDArray[np.float64]) -> NDArray[np.float64]:
    """Limits of ranges of nearly equally many rows: from all predictions, or from many picked by their own bits.

    So the limits depend on which predictions there are, never on their order.
    """
    some = prediction
    if len(prediction) > _MANY:
        mixed = (prediction + 0.0).view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        picked = prediction[mixed >> np.uint64(58) == 0]
        some = picked if len(picked) > _MANY // 128 else prediction
    return np.unique(np.quantile(some, np.arange(1, RANGES) / RANGES, method="inverted_cdf"))


# Rows that are taken together; more rows than this have limits from a part of them.
_AT_ONCE, _MANY = 1 << 17, 1 << 17


@dataclass(frozen=True, slots=True)
class RangeSums:
    """Sums over the rows of one range: of the error and of its square, and the predictions' ends."""

    loss: MeanLoss
    square: ExactSum
    low: float
    high: float

    def merge(self, other: RangeSums) -> RangeSums:
        """Those of the rows of both."""
        return RangeSums(
            self.loss.merge(other.loss),
            self.square + other.square,
            min(self.low, other.low),
            max(self.high, other.high),
        )


def range_sums(
    target: NDArray[np.float64],
    prediction: NDArray[np.float64],
    weight: NDArray[np.float64] | None,
    limits: NDArray[np.float64],
) -> list[RangeSums]:
    """The sums of each range, of some rows."""
    place = np.zeros(len(prediction), np.uint8)
    for limit in limits:
        place += prediction > limit
    order = np.argsort(place, kind="stable")  # of bytes: as quick as counting them
    span = prediction[order]
    error = span - target[order]
    ordered_weight = None if weight is None else weight[order]
    ends = np.append(0, np.cumsum(np.bincount(place, minlength=len(limits) + 1)))
    return [
        RangeSums(
            MeanLoss.of(error[a:b], None if ordered_weight is None else ordered_weight[a:b], 1),
            total_of(error[a:b] ** 2, None if ordered_weight is None else ordered_weight[a:b], 1),
            float(span[a:b].min(initial=np.inf)),
            float(span[a:b].max(initial=-np.inf)),
        )
        for a, b in pairwise(ends)
    ]
