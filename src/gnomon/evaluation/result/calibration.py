"""How far probabilities are from frequencies, as it is saved and shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import NAN, Estimate
from gnomon.measures.calibration import BrierParts
from gnomon.message import Message

Array = NDArray[np.float64]

# What results hold that were saved before it was estimated.
NOT_SAVED = Estimate(
    NAN, reason=Message("not_estimated_then", "it was not computed by the version that saved this file")
)


@dataclass(frozen=True, eq=False)
class ReliabilityCurve:
    """Mean probability against the share that happened, bin by bin; empty bins are left out.

    Attributes:
        probability: Mean probability of each bin.
        observed: Share of the positive class.
        low, high: The interval of that share: Wilson's, or where rows belong to clusters as of any share.
        band_low, band_high: Where the share would lie, at the same level, if the probabilities held (J. Bröcker and
            L. A. Smith, "Increasing the reliability of reliability diagrams", Weather and Forecasting 22, 2007).
        weight: Rows (or weight) of each bin.
        error: The expected calibration error over these bins. It grows as bins get fewer rows, even of a perfect model:
        expected_error: what it would be by chance if the probabilities held,
        error_p_value: and how often it would then be at least as great; NaN where all rows are of one cluster.
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

        def plain(value: Array | float) -> list[float] | float | None:
            return value.tolist() if isinstance(value, np.ndarray) else None if math.isnan(value) else value

        return {name: plain(own) for name, own in self.__dict__.items()}

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> ReliabilityCurve:
        """The inverse of :meth:`to_dict`."""
        fields: dict[str, Any] = {
            name: np.array(own, np.float64) if isinstance(own, list) else NAN if own is None else own
            for name, own in form.items()
        }
        return cls(**fields)


@dataclass(frozen=True, eq=False)
class Calibration:
    """How far probabilities are from frequencies.

    Attributes:
        equal_width: The reliability curve over ten bins of equal width.
        equal_mass: The same over ten bins of nearly equal mass.
        slope: Of the outcome's log odds on those of the probability: below 1, probabilities are too extreme.
        slope_intercept: The intercept that is fitted with the slope.
        intercept: By how much log odds are too low throughout, the slope held at 1: calibration in the large.
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
    slope_intercept: Estimate
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
            "slope_intercept": self.slope_intercept.to_dict(),
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
            Estimate.from_dict(form["slope_intercept"]) if "slope_intercept" in form else NOT_SAVED,
            Estimate.from_dict(form["intercept"]),
            BrierParts(**form["brier"]),
            form["miscalibration"],
            form["discrimination"],
            NAN if form["z"] is None else form["z"],
            NAN if form["p_value"] is None else form["p_value"],
        )
