"""Estimates of a regression."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import cast

import numpy as np

from gnomon.estimate import NAN, Estimate
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.estimates.draft import Draft
from gnomon.evaluation.estimates.losses import RowInfluences, loss_estimates, mean_estimate, with_tail
from gnomon.evaluation.reading.summary import Summary
from gnomon.intervals.explained import explained_interval
from gnomon.intervals.interval import NO_INTERVAL
from gnomon.intervals.mean import NO_SPREAD, TOO_FEW
from gnomon.intervals.quantile import median_interval
from gnomon.measures import regression as measures
from gnomon.measures.quantiles import BinnedRanks, Ranks
from gnomon.measures.registry import get_measure
from gnomon.measures.regression import (
    EXPLAINED_VARIANCE,
    MAE,
    MAPE,
    MAX_ERROR,
    MEAN_ERROR,
    MEDIAN_ABSOLUTE_ERROR,
    MSE,
    R2,
    RMSE,
)
from gnomon.message import Message
from gnomon.schema.schema import Schema
from gnomon.states.base import State
from gnomon.states.histogram import ScoreHistogram
from gnomon.states.residuals import Amounts, Residuals

TOO_LARGE = Message(
    "terms_too_large",
    "its terms are too large for double precision: rescale the target and the prediction",
)
NO_UPPER_END = Message(
    "largest_error", "no interval: the largest error of a sample tells nothing about larger ones to come"
)
# Those that follow from the exact moments of targets and errors, and how.
SQUARED, EXPLAINED = (MSE.name, RMSE.name), {R2.name: False, EXPLAINED_VARIANCE.name: True}
LOSSES = {MAE.name: measures.absolute_error, MAPE.name: measures.relative_error, MEAN_ERROR.name: measures.mean_error}
MEDIAN, LARGEST = MEDIAN_ABSOLUTE_ERROR.name, MAX_ERROR.name


def evaluate_regression(summary: Summary, schema: Schema, options: Options) -> Draft:
    """Errors in the target's unit, relative ones, and the share of the target's variation explained."""
    draft = Draft()
    state = cast(Residuals, summary.states["residuals"])
    n = summary.rows.n
    rows = RowInfluences(summary.states.get("errors"), schema, options)
    too_large = options.estimate(NAN, NO_INTERVAL, n, TOO_LARGE)
    try:
        squared = measures.squared_error(state)
        measures.target_mean_and_variance(state)
    except OverflowError:
        draft.estimates |= dict.fromkeys((*SQUARED, *EXPLAINED), too_large)
    else:
        for name in SQUARED:
            draft.estimates[name] = mean_estimate(get_measure(name), squared, n, options, rows)
        for name, centre in EXPLAINED.items():
            draft.estimates[name] = explained_estimate(name, state, centre, n, options, rows)
    for name, loss in LOSSES.items():
        try:
            measured = loss(state)
        except OverflowError:
            draft.estimates[name] = too_large
        else:
            draft.estimates[name] = mean_estimate(get_measure(name), measured, n, options, rows)
    if state.zeros:
        draft.doubts[MAPE.name] = of_zeros(state.zeros)
    if "errors" in summary.states:
        errors = ranks_of(summary.states["errors"], state.largest, options)
        median = errors.certified(0.5)
        interval = median_interval(errors, summary.rows.effective, options.level)
        reason = TOO_FEW if options.intervals and math.isnan(interval.low) else None
        draft.estimates[MEDIAN] = options.estimate(median.value, interval, n, reason, median.bound)
    draft.estimates[LARGEST] = options.estimate(
        state.largest, NO_INTERVAL, n, NO_UPPER_END if options.intervals else None
    )
    draft.estimates |= loss_estimates(options.measures, summary.states, n, options, rows)
    return draft


def of_zeros(rows: int) -> Message:
    """Why the MAPE says little where amounts are 0."""
    counted = (
        Message("one_true_value_is", "1 true value is")
        if rows == 1
        else Message("true_values_are", "{rows:,} true values are", rows=rows)
    )
    return Message(
        "zero_targets",
        "{counted} 0, where a relative error is undefined: see the WAPE (measures='wape', --measure wape)",
        counted=counted,
    )


def ranks_of(state: State, largest: float, options: Options) -> Ranks | BinnedRanks:
    """The sizes of the errors by rank: kept, or counted in bins."""
    if isinstance(state, ScoreHistogram):
        return BinnedRanks(state, largest)
    target, prediction, weight = cast(Amounts, state).columns()
    return Ranks(np.abs(target - prediction), weight, options.threads)


def explained_estimate(
    name: str, state: Residuals, centre_errors: bool, n: int, options: Options, rows: RowInfluences
) -> Estimate:
    """R², or the explained variance where errors are centred."""
    explained = measures.explained(state, centre_errors=centre_errors)
    if explained is None:
        return options.estimate(NAN, NO_INTERVAL, n, Message("constant_target", "the target is constant"))
    if explained.relative_variance is None and state.weight.effective > 1:  # what moments do not tell, rows may
        variance = rows.variance(name)
        if variance is not None:
            explained = replace(explained, relative_variance=variance / float(explained.unexplained) ** 2, reason=None)
    degrees = rows.freedom(name) if explained.relative_variance else math.inf
    interval = explained_interval(explained, state.weight.effective, options.level, degrees)
    reason = (
        Message("no_interval", "no interval: {reason}", reason=explained.reason)
        if options.intervals and explained.reason
        else None
    )
    if options.intervals and explained.relative_variance == 0:
        interval, reason = NO_INTERVAL, NO_SPREAD
    return with_tail(options.estimate(float(1 - explained.unexplained), interval, n, reason), degrees)
