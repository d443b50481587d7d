"""Maps that calibrate probabilities, fitted on rows whose outcome is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.measures.calibration import NEAREST, Groups, log_odds, logistic_fit
from gnomon.measures.ranking import Steps

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ScoreMap:
    """A map of probabilities to probabilities.

    Attributes:
        method: ``"platt"``, ``"beta"`` or ``"isotonic"``.
        parameters: Platt: the log odds become ``slope * log_odds(p) + intercept``. Beta: they become
            ``a * log(p) - b * log(1 - p) + c``. Isotonic: ``threshold`` and ``share``, from the highest threshold down;
            a probability takes the share of the highest threshold that it reaches, or the last.
    """

    method: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, probability: Any) -> Array:
        """The mapped probabilities."""
        p = np.asarray(probability, np.float64)
        parameters = self.parameters
        if self.method == "isotonic":
            threshold, share = np.asarray(parameters["threshold"]), np.asarray(parameters["share"])
            return np.asarray(share[np.minimum(np.searchsorted(-threshold, -p), len(share) - 1)])
        if self.method == "platt":
            z = parameters["slope"] * log_odds(p) + parameters["intercept"]
        else:
            kept = np.clip(p, NEAREST, 1 - NEAREST)
            z = parameters["a"] * np.log(kept) - parameters["b"] * np.log1p(-kept) + parameters["c"]
        return np.asarray(1 / (1 + np.exp(-np.clip(z, -700, 700))))

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "method": self.method,
            "parameters": {
                name: own.tolist() if isinstance(own, np.ndarray) else own for name, own in self.parameters.items()
            },
        }


def platt(groups: Groups) -> ScoreMap | None:
    """Logistic regression on the log odds; None where the classes are separated or all probabilities are the same.

    A slope that comes out negative is set to 0, so that the map does not fall.
    J. C. Platt, "Probabilistic outputs for support vector machines" (1999); his priors on the outcome are left out.
    """
    odds = log_odds(groups.probability)
    ones, nothing = np.ones(len(odds)), np.zeros(len(odds))
    fit = logistic_fit(np.column_stack([odds, ones]), nothing, groups)
    if fit is None:
        return None
    slope, intercept = map(float, fit.coefficients)
    if slope < 0:
        flat = logistic_fit(ones[:, None], nothing, groups)
        return None if flat is None else ScoreMap("platt", {"slope": 0.0, "intercept": float(flat.coefficients[0])})
    return ScoreMap("platt", {"slope": slope, "intercept": intercept})


def beta(groups: Groups) -> ScoreMap | None:
    """Beta calibration; None where it has no finite fit.

    M. Kull, T. M. Silva Filho and P. Flach, "Beta calibration: a well-founded and easily implemented improvement on
    logistic calibration for binary classifiers" (2017). A coefficient that comes out negative is set to 0 and the rest
    fitted again, so that the map does not fall.
    """
    p = np.clip(groups.probability, NEAREST, 1 - NEAREST)
    features = {"a": np.log(p), "b": -np.log1p(-p), "c": np.ones(len(p))}
    used = ["a", "b", "c"]
    while True:
        fit = logistic_fit(np.column_stack([features[name] for name in used]), np.zeros(len(p)), groups)
        if fit is None:
            return None
        coefficients = dict(zip(used, map(float, fit.coefficients), strict=True))
        negative = [name for name in ("a", "b") if coefficients.get(name, 0.0) < 0]
        if not negative:
            return ScoreMap("beta", {"a": 0.0, "b": 0.0} | coefficients)
        used.remove(min(negative, key=lambda name: coefficients[name]))


def isotonic(steps: Steps) -> ScoreMap:
    """The best non-decreasing map: blocks of rows are mapped to their share of positives.

    Pool adjacent violators (M. Ayer et al., "An empirical distribution function for sampling with incomplete
    information", 1955), whose blocks lie between the vertices of the ROC curve's convex hull.
    """
    return ScoreMap("isotonic", {"threshold": steps.threshold, "share": steps.share})
