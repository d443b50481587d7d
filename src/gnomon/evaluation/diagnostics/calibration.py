"""Whether probabilities agree with frequencies: the calibration of a binary task."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import NAN, Estimate
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.diagnostics.clustered_calibration import ClusteredCalibration
from gnomon.evaluation.influence.influences import Spread
from gnomon.evaluation.result.calibration import Calibration, ReliabilityCurve
from gnomon.intervals.binomial import binomial_errors, chance_error, consistency_band
from gnomon.intervals.interval import NO_INTERVAL, Interval, t_quantile, two_sided_t
from gnomon.intervals.wilson import wilson_ends
from gnomon.measures.calibration import (
    Fit,
    Groups,
    brier_parts,
    calibration_error,
    isotonic_brier,
    log_odds,
    logistic_fit,
    spiegelhalter,
)
from gnomon.measures.ranking import Curve, upper_steps
from gnomon.message import Message
from gnomon.states.mean import Weight
from gnomon.states.reliability import WIDTHS, Reliability

Array = NDArray[np.float64]

NO_SPREAD_KNOWN = Message("fit_of_one", "no interval: the fit rests on a single row or cluster")
NO_FIT = Message("no_finite_fit", "no finite fit: the scores separate the classes perfectly, or are all equal")


def calibration_of(
    state: Reliability, brier: float, hull: Curve, rows: Weight, options: Options, clusters: ClusteredCalibration | None
) -> Calibration:
    """The calibration of some rows.

    Args:
        state: Their probabilities in fine bins.
        brier: Their Brier score.
        hull: Vertices of the convex hull of their ROC curve: its upper side is the best non-decreasing map of the
            scores (T. Fawcett and A. Niculescu-Mizil, "PAV and the ROC convex hull", Machine Learning 68, 2007).
        rows: The number of rows and their weight.
        options: The level of intervals, the seed.
        clusters: The rows by cluster; None where they are independent.
    """
    groups = Groups.of(state)
    odds = log_odds(groups.probability)
    ones = np.ones((len(odds), 1))
    tenths = groups.equal_width(WIDTHS)
    parts = brier_parts(tenths, brier)
    steps = upper_steps(hull)
    best = isotonic_brier(steps.positives, steps.negatives)

    def fitted(features: Array, offset: Array) -> list[Estimate]:
        """One coefficient per column of features."""
        places = range(features.shape[1])
        fit = logistic_fit(features, offset, groups)
        if fit is None:
            return [options.estimate(NAN, NO_INTERVAL, rows.n, NO_FIT) for _ in places]
        if clusters is None:
            spreads = [Spread(float(variance), rows.effective - 1) for variance in fit.variances(features, groups)]
        else:
            spreads = [clusters.of_coefficient(fit, features, groups, place) for place in places]
        return [coefficient(fit, place, spread, rows.n, options) for place, spread in enumerate(spreads)]

    excess, variance = spiegelhalter(groups, brier)
    of_excess = Spread(variance, math.inf) if clusters is None else clusters.of_brier_excess()
    z = excess / math.sqrt(of_excess.variance) if of_excess.variance > 0 else NAN
    slope, slope_intercept = fitted(np.column_stack([odds, ones]), np.zeros(len(odds)))
    (intercept,) = fitted(ones, odds)
    return Calibration(
        reliability_curve(tenths, options, clusters),
        reliability_curve(groups.equal_mass(WIDTHS), options, clusters),
        slope,
        slope_intercept,
        intercept,
        parts,
        brier - best,
        parts.uncertainty - best,
        z,
        two_sided_t(z, of_excess.freedom),
    )


def reliability_curve(
    groups: Groups, options: Options, clusters: ClusteredCalibration | None = None
) -> ReliabilityCurve:
    """The curve over bins of rows."""
    share = groups.positives / groups.weight
    error = calibration_error(groups)
    if clusters is None:
        trials = groups.effective
        low, high = wilson_ends(share, trials, options.level)
        errors = binomial_errors(groups, options.seed)
    else:
        trials, low, high = clusters.of_bins(groups, options.level)
        errors = clusters.errors_by_chance(groups, options.seed)
    band_low, band_high = consistency_band(groups.probability, trials, options.level)
    expected, p_value = chance_error(errors, error)
    return ReliabilityCurve(
        groups.probability, share, low, high, band_low, band_high, groups.weight, error, expected, p_value
    )


def coefficient(fit: Fit, place: int, spread: Spread, n: int, options: Options) -> Estimate:
    """A coefficient of a fit, with Wald's interval by Student's t."""
    value = float(fit.coefficients[place])
    if not spread.freedom > 0 or not math.isfinite(spread.variance):
        return options.estimate(value, NO_INTERVAL, n, NO_SPREAD_KNOWN if options.intervals else None)
    error = math.sqrt(spread.variance)
    half = t_quantile(options.level, spread.freedom) * error
    return options.estimate(value, Interval(value - half, value + half, "wald", error, spread.freedom), n)
