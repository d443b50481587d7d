"""Whether probabilities hold what they say: the calibration of a binary task."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import NAN, Estimate
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.result.calibration import Calibration, ReliabilityCurve
from gnomon.intervals.binomial import chance_error, consistency_band
from gnomon.intervals.interval import NO_INTERVAL, Interval, normal_quantile, two_sided
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
from gnomon.states.reliability import WIDTHS, Reliability

Array = NDArray[np.float64]


def calibration_of(state: Reliability, brier: float, hull: Curve, n: int, options: Options) -> Calibration:
    """The calibration of some rows.

    Args:
        state: Their probabilities in fine bins.
        brier: Their Brier score.
        hull: Vertices of the convex hull of their ROC curve: its upper side is the best non-decreasing map of the
            scores (T. Fawcett and A. Niculescu-Mizil, "PAV and the ROC convex hull", Machine Learning 68, 2007).
        n: The number of rows.
        options: The level of intervals, the seed.
    """
    groups = Groups.of(state)
    odds = log_odds(groups.probability)
    ones = np.ones((len(odds), 1))
    both = logistic_fit(np.column_stack([odds, ones]), np.zeros(len(odds)), groups)
    large = logistic_fit(ones, odds, groups)
    tenths = groups.equal_width(WIDTHS)
    parts = brier_parts(tenths, brier)
    steps = upper_steps(hull)
    best = isotonic_brier(steps.positives, steps.negatives)
    z = spiegelhalter(groups, brier)
    return Calibration(
        reliability_curve(tenths, options),
        reliability_curve(groups.equal_mass(WIDTHS), options),
        coefficient(both, n, options),
        coefficient(large, n, options),
        parts,
        brier - best,
        parts.uncertainty - best,
        z,
        two_sided(z),
    )


def reliability_curve(groups: Groups, options: Options) -> ReliabilityCurve:
    """The curve over bins of rows."""
    share, trials = groups.positives / groups.weight, groups.effective
    low, high = wilson_ends(share, trials, options.level)
    band_low, band_high = consistency_band(groups.probability, trials, options.level)
    error = calibration_error(groups)
    expected, p_value = chance_error(groups, error, options.seed)
    return ReliabilityCurve(
        groups.probability, share, low, high, band_low, band_high, groups.weight, error, expected, p_value
    )


def coefficient(fit: Fit | None, n: int, options: Options) -> Estimate:
    """The first coefficient of a fit, with Wald's interval."""
    if fit is None:
        reason = "no finite fit: the scores separate the classes, or all are the same"
        return options.estimate(NAN, NO_INTERVAL, n, reason)
    value, half = float(fit.coefficients[0]), normal_quantile(options.level) * math.sqrt(float(fit.covariance[0, 0]))
    return options.estimate(value, Interval(value - half, value + half, "wald"), n)
