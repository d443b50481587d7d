"""Where the model errs: the rows that are most wrong, the classes that are confused most, residuals by prediction."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import Estimate
from gnomon.evaluation.options import Options
from gnomon.evaluation.scatter import Scatter
from gnomon.intervals.mean import mean_interval
from gnomon.kernels.exact import ExactSum
from gnomon.kernels.losses import total_of
from gnomon.measures.means import mean_loss
from gnomon.schema.batch import Batch
from gnomon.schema.schema import Schema
from gnomon.states.confusion import Confusion
from gnomon.states.mean import MeanLoss
from gnomon.states.residuals import Amounts
from gnomon.states.worst import WorstRows, WrongRow

# Confusions that are listed; ranges of the prediction that residuals are told in.
MOST_CONFUSIONS, RANGES = 10, 10
# The square of an error, squared again for its variance, must stay within the doubles.
LARGEST_ERROR = 1e75
# Limits of scores are rounded by less than this share, of either float type.
_SLACK = 1e-6
# Rows of a sample from which a bound on the most wrong ones follows.
_SAMPLED = 64


@dataclass(frozen=True, slots=True)
class ConfusedClasses:
    """One kind of error.

    Attributes:
        true, predicted: The two classes.
        rows: How many rows of the first were predicted as the second.
        share: Of the rows of the first.
    """

    true: str
    predicted: str
    rows: int
    share: float


@dataclass(frozen=True, slots=True)
class ResidualRange:
    """The errors of the rows whose prediction lies in a range.

    Attributes:
        low, high: The least and the greatest prediction.
        n: The rows.
        mean_error: The mean of prediction less target: below 0, predictions are too low there.
        rmse: The root of the mean squared error.
    """

    low: float
    high: float
    n: int
    mean_error: Estimate
    rmse: float


@dataclass(frozen=True, slots=True)
class Errors:
    """Where the model errs.

    Attributes:
        rows: The rows that are most wrong, the worst first: predicted wrong with the most confidence (of probabilities
            the distance to the truth, of decision values that to the threshold, of several classes the score of the
            predicted class less that of the true one), or with the largest error of a regression.
        confusions: Pairs of classes that are confused most.
        residuals: Errors of a regression in ten ranges of the prediction with equally many rows; empty where rows are
            not kept.
        scatter: Predicted against true amounts of a regression (:class:`gnomon.evaluation.scatter.Scatter`); None where
            rows are not kept.
    """

    rows: tuple[WrongRow, ...] = ()
    confusions: tuple[ConfusedClasses, ...] = ()
    residuals: tuple[ResidualRange, ...] = ()
    scatter: Scatter | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "rows": [row._asdict() for row in self.rows],
            "confusions": [asdict(own) for own in self.confusions],
            "residuals": [
                {"low": own.low, "high": own.high, "n": own.n, "mean_error": own.mean_error.to_dict(), "rmse": own.rmse}
                for own in self.residuals
            ],
            "scatter": None if self.scatter is None else self.scatter.to_dict(),
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Errors:
        """The inverse of :meth:`to_dict`."""
        return cls(
            tuple(WrongRow(**row) for row in form["rows"]),
            tuple(ConfusedClasses(**own) for own in form["confusions"]),
            tuple(
                ResidualRange(**{**own, "mean_error": Estimate.from_dict(own["mean_error"])})
                for own in form["residuals"]
            ),
            None if form.get("scatter") is None else Scatter.from_dict(form["scatter"]),
        )


def worst_rows(batch: Batch, schema: Schema, most: int, bound: float) -> WorstRows:
    """The most wrong rows of a batch, of those that are at least as wrong as a bound."""
    if not batch.n or not most or batch.called is None:
        return WorstRows(most)
    find = {"binary": wrong_scores, "multiclass": wrong_classes, "regression": large_errors}.get(schema.task)
    found = None if find is None else find(batch, schema, most, bound)
    if found is None:
        return WorstRows(most)
    rows, wrongness, predicted, scores = found
    if len(rows) > most:  # all that are as wrong as the last one that is kept: which of them are is settled by name
        least = np.partition(wrongness, len(wrongness) - most)[len(wrongness) - most]
        kept = np.flatnonzero(wrongness >= least)
        if schema.columns.id is None:  # by number: the first ones
            kept = np.sort(kept[np.argsort(-wrongness[kept], kind="stable")][:most])
        rows, wrongness, predicted = rows[kept], wrongness[kept], predicted[kept]
        scores = None if scores is None else scores[kept]
    regression = schema.task == "regression"

    def said(value: Any) -> str | float:
        return float(value) if regression else schema.names[int(value)]

    return WorstRows.of(
        most,
        [
            WrongRow(
                float(wrongness[place]),
                name,
                said(batch.target[rows[place]]),
                said(predicted[place]),
                None if scores is None else float(scores[place]),
            )
            for place, name in enumerate(batch.called(rows))
        ],
    )


# Rows, how wrong they are, what was predicted, and the scores if any.
Found = tuple[NDArray[np.intp], NDArray[np.float64], NDArray[Any], NDArray[Any] | None]


def wrong_scores(batch: Batch, schema: Schema, most: int, bound: float) -> Found | None:
    """Rows of a binary task on the wrong side of the threshold, or of the other label than predicted."""
    if not batch.scores:
        return None
    score, label = batch.scores[0], batch.target
    if batch.prediction is None and schema.threshold is None:
        return None
    if schema.scale == "probability":
        limits = 0.0, 1.0  # negatives are the more wrong the farther from 0, positives from 1
    elif schema.threshold is not None:
        limits = schema.threshold, schema.threshold
    else:
        return None

    def wrong(score: NDArray[Any], label: NDArray[Any], said: NDArray[Any] | None) -> NDArray[np.bool_]:
        if said is not None:
            return np.asarray(said != label)
        return np.asarray((score >= schema.threshold) != (label == 1))

    def distance(score: NDArray[Any], label: NDArray[Any]) -> NDArray[np.float64]:
        return np.abs(score.astype(np.float64) - np.where(label == 1, limits[1], limits[0]))

    said = batch.prediction
    if batch.n > _SAMPLED * most:  # a bound from some rows holds for all, and leaves few to look at
        some = slice(None, None, _SAMPLED)
        few = wrong(score[some], label[some], None if said is None else said[some])
        sizes = distance(score[some], label[some])[few]
        if len(sizes) >= most:
            bound = max(bound, float(np.partition(sizes, len(sizes) - most)[len(sizes) - most]))
    if np.isfinite(bound):  # a quick look with some slack, as limits are rounded; sizes decide below
        slack = _SLACK * (1 + bound + abs(limits[0]))
        high, low = float(limits[0] + bound - slack), float(limits[1] - bound + slack)
        rows = np.flatnonzero((label == 0) & (score >= high) | (label == 1) & (score <= low))
    else:
        rows = np.arange(batch.n)
    rows = rows[wrong(score[rows], label[rows], None if said is None else said[rows])]
    sizes = distance(score[rows], label[rows])
    kept = sizes >= bound
    rows, sizes = rows[kept], sizes[kept]
    return rows, sizes, 1 - label[rows], score[rows]


def wrong_classes(batch: Batch, schema: Schema, most: int, bound: float) -> Found | None:
    """Rows of several classes whose predicted class is not the true one, by how much higher it scores."""
    if not batch.scores:
        return None
    scores = np.stack(batch.scores, axis=1)
    said = np.argmax(scores, axis=1) if batch.prediction is None else batch.prediction
    rows = np.flatnonzero(said != batch.target)
    places = np.arange(len(rows))
    own = scores[rows].astype(np.float64)
    predicted = own[places, said[rows]]
    sizes = predicted - own[places, batch.target[rows]]
    kept = sizes >= bound
    return rows[kept], sizes[kept], said[rows][kept], predicted[kept]


def large_errors(batch: Batch, schema: Schema, most: int, bound: float) -> Found | None:
    """Rows of a regression by the size of their error."""
    assert batch.prediction is not None  # a regression always has one
    sizes = np.abs(batch.target - batch.prediction)
    rows = np.flatnonzero(sizes >= bound) if np.isfinite(bound) else np.arange(batch.n)
    return rows, sizes[rows], batch.prediction[rows], None


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


def residuals_by_prediction(state: Amounts, options: Options) -> tuple[ResidualRange, ...]:
    """The errors in ranges of the prediction with nearly equally many rows; equal predictions stay together.

    None of them where an error is too large to be squared.
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
    found = []
    for sums in (reduce(RangeSums.merge, own) for own in zip(*chunks, strict=True)):
        if not sums.loss.weight.n:
            continue
        mean = mean_loss(sums.loss)
        interval = mean_interval(mean, options.level, least=-np.inf)
        estimate = options.estimate(mean.mean, interval, sums.loss.weight.n)
        rmse = float(np.sqrt(sums.square.over(sums.loss.weight.total)))
        found.append(ResidualRange(sums.low, sums.high, sums.loss.weight.n, estimate, rmse))
    return tuple(found)


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
    own = None if weight is None else weight[order]
    ends = np.append(0, np.cumsum(np.bincount(place, minlength=len(limits) + 1)))
    return [
        RangeSums(
            MeanLoss.of(error[a:b], None if own is None else own[a:b], 1),
            total_of(error[a:b] ** 2, None if own is None else own[a:b], 1),
            float(span[a:b].min(initial=np.inf)),
            float(span[a:b].max(initial=-np.inf)),
        )
        for a, b in pairwise(ends)
    ]
