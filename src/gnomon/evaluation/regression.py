"""Estimates of a regression."""

from __future__ import annotations

import math
from typing import cast

import numpy as np

from gnomon.estimate import NAN, Estimate
from gnomon.evaluation.options import Options
from gnomon.evaluation.parts import Parts
from gnomon.evaluation.summary import Summary
from gnomon.intervals.explained import explained_interval
from gnomon.intervals.interval import NO_INTERVAL, Interval
from gnomon.intervals.mean import mean_interval
from gnomon.intervals.quantile import median_interval
from gnomon.measures import regression as measures
from gnomon.measures.means import MeanAndError
from gnomon.measures.quantiles import BinnedRanks, Ranks
from gnomon.states.base import State
from gnomon.states.histogram import ScoreHistogram
from gnomon.states.residuals import Amounts, Residuals

TOO_LARGE = "its terms are too large for double precision: rescale the target and the prediction"
NO_UPPER_END = "no interval: the largest error of a sample says nothing of larger ones to come"
FEW_ROWS = "no interval: too few rows"


def evaluate_regression(summary: Summary, options: Options) -> Parts:
    """Errors in the target's unit, relative ones, and the share of the target's variation explained."""
    parts = Parts()
    state = cast(Residuals, summary.states["residuals"])
    n = summary.rows.n
    try:
        squared = measures.squared_error(state)
        measures.target_mean_and_variance(state)
    except OverflowError:
        too_large = options.estimate(NAN, NO_INTERVAL, n, TOO_LARGE)
        parts.estimates |= dict.fromkeys(("mse", "rmse", "r2", "explained_variance"), too_large)
    else:
        parts.estimates["mse"] = mean_estimate(squared, n, options)
        parts.estimates["rmse"] = root(parts.estimates["mse"], options)
        for name, centre in (("r2", False), ("explained_variance", True)):
            parts.estimates[name] = explained_estimate(state, centre, n, options)
    for name, loss, least in (
        ("mae", measures.absolute_error, 0.0),
        ("mape", measures.relative_error, 0.0),
        ("mean_error", measures.mean_error, -math.inf),
    ):
        try:
            parts.estimates[name] = mean_estimate(loss(state), n, options, least)
        except OverflowError:
            parts.estimates[name] = options.estimate(NAN, NO_INTERVAL, n, TOO_LARGE)
    if "errors" in summary.states:
        errors = ranks_of(summary.states["errors"], state.largest, options)
        median = errors.certified(0.5)
        interval = median_interval(errors, summary.rows.effective, options.level)
        parts.estimates["median_absolute_error"] = with_reason(
            options.estimate(median.value, interval, n, bound=median.bound), options
        )
    parts.estimates["max_error"] = options.estimate(
        state.largest, NO_INTERVAL, n, NO_UPPER_END if options.intervals else None
    )
    return parts


def ranks_of(state: State, largest: float, options: Options) -> Ranks | BinnedRanks:
    """The sizes of the errors by rank: kept, or counted in bins."""
    if isinstance(state, ScoreHistogram):
        return BinnedRanks(state, largest)
    target, prediction, weight = cast(Amounts, state).columns()
    return Ranks(np.abs(target - prediction), weight, options.threads)


def mean_estimate(measured: MeanAndError, n: int, options: Options, least: float = 0.0) -> Estimate:
    """The mean of a loss that is not below a least value."""
    return with_reason(options.estimate(measured.mean, mean_interval(measured, options.level, least), n), options)


def root(squared: Estimate, options: Options) -> Estimate:
    """The square root of an estimate: its ends follow, the root being monotone."""
    ends = Interval(math.sqrt(squared.low), math.sqrt(squared.high), squared.method)
    return options.estimate(math.sqrt(squared.value), ends, squared.n, squared.reason)


def explained_estimate(state: Residuals, centre_errors: bool, n: int, options: Options) -> Estimate:
    """R², or the explained variance where errors are centred."""
    explained = measures.explained(state, centre_errors=centre_errors)
    if explained is None:
        return options.estimate(NAN, NO_INTERVAL, n, "the target does not vary")
    interval = explained_interval(explained, state.weight.effective, options.level)
    reason = f"no interval: {explained.reason}" if options.intervals and explained.reason else None
    return options.estimate(float(1 - explained.unexplained), interval, n, reason)


def with_reason(estimate: Estimate, options: Options) -> Estimate:
    """The estimate, with the reason said where its interval is missing."""
    if options.intervals and math.isnan(estimate.low) and estimate.reason is None:
        return options.estimate(estimate.value, NO_INTERVAL, estimate.n, FEW_ROWS, estimate.bound)
    return estimate
