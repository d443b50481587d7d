"""Whether probabilities hold what they say: the calibration of a binary task."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import NAN, Estimate
from gnomon.evaluation.options import Options
from gnomon.intervals.binomial import chance_error, consistency_band
from gnomon.intervals.interval import NO_INTERVAL, Interval, normal_quantile, two_sided
from gnomon.intervals.wilson import wilson_ends
from gnomon.measures.calibration import (
    BrierParts,
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


@dataclass(frozen=True, eq=False)
class ReliabilityCurve:
    """Mean probability against the share that happened, bin by bin; empty bins are left out.

    Attributes:
        probability: Mean probability of each bin.
        observed: Share of the positive class.
        low, high: Wilson's interval of that share.
        band_low, band_high: Where the share would lie, at the same level, if the probabilities held (J. Bröcker and
            L. A. Smith, "Increasing the reliability of reliability diagrams", Weather and Forecasting 22, 2007).
        weight: Rows (or weight) of each bin.
        error: The expected calibration error over these bins. It grows as bins get fewer rows, even of a perfect model:
        expected_error: what it would be by chance if the probabilities held,
        error_p_value: and how often it would then be at least as great.
    """

    probability: Array
    observed: Array
    low: Array
    high: Array
    band_low: Array
    band_high: Array
    weight: Array
    error: float
    expected_error: float
    error_p_value: float

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {name: own.tolist() if isinstance(own, np.ndarray) else own for name, own in self.__dict__.items()}

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> ReliabilityCurve:
        """The inverse of :meth:`to_dict`."""
        fields: dict[str, Any] = {
            name: np.array(own, np.float64) if isinstance(own, list) else own for name, own in form.items()
        }
        return cls(**fields)


@dataclass(frozen=True, eq=False)
class Calibration:
    """How far probabilities are from frequencies.

    Attributes:
        equal_width: The reliability curve over ten bins of equal width.
        equal_mass: The same over ten bins of nearly equal mass.
        slope: Of the outcome's log odds on those of the probability: below 1, probabilities are too extreme.
        intercept: By how much log odds are too low throughout (the slope held at 1): calibration in the large.
        brier: The parts of the Brier score over the bins of equal width.
        miscalibration: By how much the best non-decreasing map of the probabilities would lower the Brier score.
        discrimination: By how much that map's Brier score is below that of the share of positives: the Brier score is
            miscalibration - discrimination + uncertainty (T. Dimitriadis, T. Gneiting and A. I. Jordan, "Stable
            reliability diagrams for probabilistic classifiers", PNAS 118, 2021).
        z: Spiegelhalter's statistic; NaN where it is undefined.
        p_value: Of it, two-sided: the test that all probabilities hold.
    """

    equal_width: ReliabilityCurve
    equal_mass: ReliabilityCurve
    slope: Estimate
    intercept: Estimate
    brier: BrierParts
    miscalibration: float
    discrimination: float
    z: float
    p_value: float

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Calibration):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return (
            f"Calibration(slope={self.slope}, intercept={self.intercept}, "
            f"ECE={self.equal_width.error:.4g} ({self.equal_width.expected_error:.4g} by chance), p={self.p_value:.3g})"
        )

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "equal_width": self.equal_width.to_dict(),
            "equal_mass": self.equal_mass.to_dict(),
            "slope": self.slope.to_dict(),
            "intercept": self.intercept.to_dict(),
            "brier": asdict(self.brier),
            "miscalibration": self.miscalibration,
            "discrimination": self.discrimination,
            "z": None if math.isnan(self.z) else self.z,
            "p_value": None if math.isnan(self.p_value) else self.p_value,
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Calibration:
        """The inverse of :meth:`to_dict`."""
        return cls(
            ReliabilityCurve.from_dict(form["equal_width"]),
            ReliabilityCurve.from_dict(form["equal_mass"]),
            Estimate.from_dict(form["slope"]),
            Estimate.from_dict(form["intercept"]),
            BrierParts(**form["brier"]),
            form["miscalibration"],
            form["discrimination"],
            NAN if form["z"] is None else form["z"],
            NAN if form["p_value"] is None else form["p_value"],
        )


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
