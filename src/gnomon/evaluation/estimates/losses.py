"""Estimates of losses that are averaged over rows: their means, roots of means, and ratios of means."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache

import numpy as np

from gnomon.estimate import NAN, Estimate
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.influence.influences import Influences
from gnomon.evaluation.reading.summary import CERTAIN_ERRORS
from gnomon.intervals.interval import NO_INTERVAL, Interval
from gnomon.intervals.mean import mean_interval, without_interval
from gnomon.kernels.losses import sum_values
from gnomon.measures.cells import Array
from gnomon.measures.influence import tail_freedom
from gnomon.measures.means import MeanAndError, mean_loss, mean_ratio
from gnomon.measures.measure import MeanLoss, Measure, Other
from gnomon.measures.probability import LOG_LOSS
from gnomon.measures.registry import get_measure
from gnomon.measures.regression import MSE, RMSE
from gnomon.message import Message
from gnomon.schema.schema import Schema
from gnomon.states.base import State
from gnomon.states.mean import ClassLoss, RatioLoss
from gnomon.states.mean import MeanLoss as MeanLossState
from gnomon.states.paired import ModelOutput, PairedRows
from gnomon.states.residuals import Amounts

# With fewer degrees of freedom than this, a few rows make up most of what is uncertain.
FEW_DEGREES = 5.0
FEW_ROWS_MATTER = Message(
    "few_large_errors",
    "interval is unreliable: a few rows with large errors or values determine most of its width",
)
# Of more rows, the variance of a variance is left out: it takes a look at every row's influence.
MOST_ROWS = 1 << 17

# A root, and the mean under it.
ROOT, SQUARED_LOSS = RMSE.name, MSE.name


class RowInfluences:
    """The rows of a regression, where they are kept and intervals are wanted: what each contributes to an estimate."""

    def __init__(self, kept: State | None, schema: Schema, options: Options) -> None:
        self._threads = options.threads
        self._rows = 0
        if isinstance(kept, Amounts) and options.intervals:
            target, prediction, weight = kept.columns()
            self._rows = len(target)
            self._influences = Influences(
                PairedRows(target, (), weight), ModelOutput(prediction), schema, options.threads
            )
        self._of = cache(self._influence)

    def freedom(self, name: str) -> float:
        """Degrees of freedom of the variance of an estimate; infinite where that is not known, or the rows are many."""
        if self._rows > MOST_ROWS:
            return math.inf
        influence = self._of(SQUARED_LOSS if name == ROOT else name)  # those of a root are those of the mean, scaled
        return math.inf if influence is None else tail_freedom(influence, self._rows, self._threads)

    def variance(self, name: str) -> float | None:
        """The variance of an estimate; None where it is not known."""
        influence = self._of(name)
        return None if influence is None else float(sum_values(influence, None, self._threads).square)

    def _influence(self, name: str) -> Array | None:
        if not self._rows:
            return None
        try:
            with np.errstate(all="ignore"):
                influence = self._influences.of(name)
        except OverflowError:
            return None
        return influence if influence is not None and np.isfinite(influence).all() else None


def certain_errors_doubt(states: Mapping[str, State]) -> dict[str, Message]:
    """How much of a log loss rests on rows whose class has a probability of 0, which counts as a little more."""
    certain, whole = states.get(CERTAIN_ERRORS), states.get(LOG_LOSS.name)
    if not isinstance(certain, MeanLossState) or not isinstance(whole, ClassLoss) or not certain.weight.n:
        return {}
    rows, share = certain.weight.n, certain.value.over(whole.loss.value)
    counted = (
        Message("one_row_has", "1 row has") if rows == 1 else Message("rows_have", "{rows:,} rows have", rows=rows)
    )
    return {
        LOG_LOSS.name: Message(
            "clipped_share",
            "{counted} a probability of 0 for the true class: clipped to the rounding unit, they make up {share:.0%} "
            "of the value",
            counted=counted,
            share=share,
        )
    }


def skewed(name: str) -> bool:
    """Whether an interval of a regression is made on a scale of logarithms: of what has one end, as skewed as it is."""
    measure = get_measure(name)
    return math.isinf(measure.low) != math.isinf(measure.high) and (
        not isinstance(measure.basis, Other) or measure.low < 0
    )


def loss_estimates(
    wanted: Iterable[Measure], states: Mapping[str, State], n: int, options: Options, rows: RowInfluences
) -> dict[str, Estimate]:
    """Measures whose losses were summed as rows passed, by name.

    Args:
        wanted: The measures; those without sums are left out.
        states: The sums, by the names of the measures.
        n: The rows.
        options: How estimates are made.
        rows: The rows, where they are kept.
    """
    estimates = {}
    for measure in wanted:
        loss = measure.row_loss
        if measure.name not in states or loss is None:
            continue
        state = states[measure.name]
        try:
            measured = mean_ratio(state) if isinstance(state, RatioLoss) else mean_loss(state)  # type: ignore[arg-type]
        except (OverflowError, ZeroDivisionError):
            estimates[measure.name] = options.estimate(NAN, NO_INTERVAL, n, loss.reason)
        else:
            estimates[measure.name] = mean_estimate(measure, measured, n, options, rows)
    return estimates


def mean_estimate(measure: Measure, measured: MeanAndError, n: int, options: Options, rows: RowInfluences) -> Estimate:
    """The estimate of a mean, or of the root of one.

    Losses are skewed, so that their variance is known less well than the number of rows says; of values of both signs
    the interval is Student's.

    Args:
        measure: The measure.
        measured: The mean, before a root is taken.
        n: The rows.
        options: How estimates are made.
        rows: The rows, where they are kept.
    """
    assert isinstance(measure.basis, MeanLoss)
    varies = skewed(measure.name) and measured.variance is not None and measured.variance > 0
    degrees = rows.freedom(measure.name) if varies else math.inf
    interval, value = mean_interval(measured, options.level, measure.low, measure.high, degrees), measured.mean
    if measure.basis.root:
        value = math.sqrt(value)
        low, high, method, error, freedom = interval
        error = error / (2 * value) if value > 0 else error
        interval = Interval(math.sqrt(low), math.sqrt(high), method, error, freedom)
    reason = None
    if options.intervals:
        reason = without_interval(measured)
    if options.intervals and not measure.low <= value <= measure.high:
        interval, reason = NO_INTERVAL, outside(measure)
    return with_tail(options.estimate(value, interval, n, reason), degrees)


def outside(measure: Measure) -> Message:
    """Why a value has no interval that its declaration rules out."""
    return Message(
        "outside_range",
        "no interval: the value lies outside [{low:g}, {high:g}], the range declared for {name}",
        low=measure.low,
        high=measure.high,
        name=measure.name,
    )


def with_tail(estimate: Estimate, freedom: float) -> Estimate:
    """The estimate, with a warning where a few rows make up most of its interval."""
    if math.isnan(estimate.low) or freedom >= FEW_DEGREES:
        return estimate
    return replace(estimate, warning=FEW_ROWS_MATTER)
