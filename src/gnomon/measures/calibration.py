"""How far probabilities are from frequencies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels.probability_bins import UNIT_BITS
from gnomon.states.reliability import EDGES, Reliability

Array = NDArray[np.float64]


def bin_edges(probability: Array, bins: int, equal_mass: bool) -> Array:
    """The edges of bins of equal width, or of bins that hold equally many rows."""
    edges = np.linspace(0.0, 1.0, bins + 1)
    return np.quantile(probability, edges) if equal_mass else edges


def expected_calibration_error(
    outcome: NDArray[np.uint8], probability: Array, weight: Array | None, edges: Array
) -> float:
    """The mean over bins, by weight, of the distance between the mean probability and the share of outcomes.

    M. P. Naeini, G. F. Cooper and M. Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning"
    (2015). A probability on an edge belongs to the bin below it, as in scikit-learn's calibration curve.

    Args:
        outcome: 1 where what was predicted with that probability happened.
        probability: In [0, 1].
        weight: Of the rows, or None.
        edges: Of the bins, ascending, bins + 1 of them.
    """
    bins = len(edges) - 1
    place = np.searchsorted(edges[1:-1], probability)
    mass = np.bincount(place, weight, bins)
    happened = np.bincount(place, outcome if weight is None else outcome * weight, bins)
    expected = np.bincount(place, probability if weight is None else probability * weight, bins)
    return float(np.abs(happened - expected).sum() / mass.sum())


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows gathered by their probability, ascending; no group is empty.

    Attributes:
        upper: No probability of a group is greater.
        probability: Mean probability of each group.
        positives, negatives: Weight of each class.
        positive_squares, negative_squares: Sums of squared weights; without weights the same.
    """

    upper: Array
    probability: Array
    positives: Array
    negatives: Array
    positive_squares: Array
    negative_squares: Array

    @classmethod
    def of(cls, state: Reliability) -> Groups:
        """From fine bins."""
        counts = state.counts
        positives, negatives = (own.astype(np.float64) for own in (counts.positives, counts.negatives))
        squares = [positives, negatives]
        total = (counts.high.astype(np.float64) * 2.0**64 + counts.low.astype(np.float64)) * 2.0**-UNIT_BITS
        kept = positives + negatives > 0
        probability = total[kept] / (positives + negatives)[kept]
        if state.units is not None:
            scale, square = state.units.weight[0], state.units.square[0]
            positives, negatives = np.ldexp(positives, scale), np.ldexp(negatives, scale)
            squares = [
                np.ldexp(own.astype(np.float64), square) for own in (counts.positive_squares, counts.negative_squares)
            ]
        return cls(np.append(EDGES, 1.0)[kept], probability, *(own[kept] for own in (positives, negatives, *squares)))

    @property
    def weight(self) -> Array:
        """Weight of the rows of each group."""
        return self.positives + self.negatives

    @property
    def effective(self) -> Array:
        """Kish's effective number of rows of each group; one, where its weights are next to nothing beside others."""
        squares = self.positive_squares + self.negative_squares
        return np.maximum(1.0, self.weight**2 / np.where(squares > 0, squares, np.inf))

    def gathered(self, places: NDArray[np.intp]) -> Groups:
        """Fewer groups: ``places`` is the number, ascending, of the new group that each one belongs to."""
        starts = np.flatnonzero(np.diff(places, prepend=-1))

        def sums(values: Array) -> Array:
            return np.add.reduceat(values, starts)

        weight = sums(self.weight)
        return Groups(
            self.upper[np.append(starts[1:], len(places)) - 1],
            sums(self.probability * self.weight) / weight,
            sums(self.positives),
            sums(self.negatives),
            sums(self.positive_squares),
            sums(self.negative_squares),
        )

    def equal_width(self, bins: int) -> Groups:
        """Bins of equal width; empty ones are left out. Exact where the edges are among those of the groups."""
        inner = np.linspace(0.0, 1.0, bins + 1)[1:-1]
        return self.gathered(np.searchsorted(inner, self.upper))

    def equal_mass(self, bins: int) -> Groups:
        """Bins of as nearly equal weight as the groups allow."""
        upper = np.cumsum(self.weight)
        middle = (upper - self.weight / 2) / upper[-1]
        return self.gathered(np.minimum((middle * bins).astype(np.intp), bins - 1))


def calibration_error(groups: Groups) -> float:
    """The expected calibration error of bins: the mean distance of mean probability and observed share, by weight."""
    weight = groups.weight
    return float(np.abs(groups.positives - groups.probability * weight).sum() / weight.sum())


@dataclass(frozen=True, slots=True)
class BrierParts:
    """The Brier score taken apart: ``reliability - resolution + uncertainty + within = brier``.

    A. H. Murphy, "A new vector partition of the probability score", Journal of Applied Meteorology 12 (1973); what
    the spread within bins leaves is D. B. Stephenson et al., "Two extra components in the Brier score
    decomposition", Weather and Forecasting 23 (2008).

    Attributes:
        reliability: Mean squared distance of mean probability and observed share of a bin: 0 is best.
        resolution: Variance of the observed shares of the bins: the more the better.
        uncertainty: Variance of the outcome, whatever the model.
        within: What the spread of probabilities within bins adds.
    """

    reliability: float
    resolution: float
    uncertainty: float
    within: float


def brier_parts(groups: Groups, brier: float) -> BrierParts:
    """The parts of a Brier score over bins."""
    weight = groups.weight
    total = weight.sum()
    share = groups.positives / weight
    base = groups.positives.sum() / total
    reliability = float((weight * (groups.probability - share) ** 2).sum() / total)
    resolution = float((weight * (share - base) ** 2).sum() / total)
    uncertainty = float(base * (1 - base))
    return BrierParts(reliability, resolution, uncertainty, brier - (reliability - resolution + uncertainty))


def isotonic_brier(positives: Array, negatives: Array) -> float:
    """The Brier score of the best non-decreasing map of the scores, from the blocks of rows that it maps alike."""
    weight = positives + negatives
    return float((positives * negatives / np.where(weight > 0, weight, 1.0)).sum() / weight.sum())


def spiegelhalter(groups: Groups, brier: float) -> tuple[float, float]:
    """How far the Brier score is from what it would be if the probabilities held, and the variance of that.

    Their ratio, the first over the root of the second, is Spiegelhalter's z: D. J. Spiegelhalter, "Probabilistic
    prediction in patient management and clinical trials", Statistics in Medicine 5 (1986). The variance is 0 where
    every probability is 0, 1/2 or 1.
    """
    p, weight = groups.probability, groups.weight
    total = weight.sum()
    squares = groups.positive_squares + groups.negative_squares
    variance = (squares * (1 - 2 * p) ** 2 * p * (1 - p)).sum() / total**2
    return float(brier - (weight * p * (1 - p)).sum() / total), float(variance)


@dataclass(frozen=True, slots=True)
class Fit:
    """A logistic regression.

    Attributes:
        coefficients: Of the features.
        fitted: The probability of each group.
        information: The second derivatives of the negative log likelihood by the coefficients.
    """

    coefficients: Array
    fitted: Array
    information: Array

    def variances(self, features: Array, groups: Groups) -> Array:
        """Of the coefficients, robust (the sandwich of P. J. Huber, 1967): it takes in weights.

        No less than if heavy rows were as light ones (:func:`gnomon.measures.means.mean_and_error` says why).
        """
        squares, weight = groups.positive_squares + groups.negative_squares, groups.weight
        seen = groups.positive_squares * (1 - self.fitted) ** 2 + groups.negative_squares * self.fitted**2
        alike = groups.positives * (1 - self.fitted) ** 2 + groups.negatives * self.fitted**2
        bread = np.linalg.inv(self.information)

        def sandwich(inner: Array) -> Array:
            return np.diag(bread @ ((features * inner[:, None]).T @ features) @ bread)

        return np.maximum(sandwich(seen), sandwich(alike * (squares.sum() / weight.sum())))


def logistic_fit(features: Array, offset: Array, groups: Groups) -> Fit | None:
    """The maximum-likelihood fit of the outcome on features of shape (groups, features), by Newton's method.

    None where there is none: the classes are separated, or a feature does not vary.
    """
    beta = np.zeros(features.shape[1])
    weight, y = groups.weight, groups.positives
    scale = weight.sum()

    def loss(beta: Array) -> float:
        z = features @ beta + offset
        return float((weight * np.logaddexp(0.0, z) - y * z).sum() / scale)

    current = loss(beta)
    for _ in range(_STEPS):
        mu = 1 / (1 + np.exp(-np.clip(features @ beta + offset, -700, 700)))
        slope = features.T @ (y - weight * mu) / scale
        curve = (features * (weight * mu * (1 - mu) / scale)[:, None]).T @ features
        try:
            step = np.linalg.solve(curve, slope)
        except np.linalg.LinAlgError:
            return None
        if not np.isfinite(step).all():
            return None
        size = min(1.0, _LONGEST / max(1.0, float(np.abs(step).max())))
        while loss(beta + size * step) > current + 1e-14 and size > 1e-6:
            size /= 2
        beta = beta + size * step
        moved, current = current - loss(beta), loss(beta)
        if np.abs(size * step).max() < _CLOSE * (1 + np.abs(beta).max()):
            break
    else:
        return None
    if np.abs(beta).max() > _SEPARATED or np.linalg.cond(curve) > 1 / np.finfo(float).eps or moved < -1e-9:
        return None
    mu = 1 / (1 + np.exp(-np.clip(features @ beta + offset, -700, 700)))
    information = (features * (weight * mu * (1 - mu))[:, None]).T @ features
    with np.errstate(all="ignore"):
        fit = Fit(beta, mu, information)
        variances = fit.variances(features, groups)
    return fit if np.isfinite(variances).all() and (variances >= 0).all() else None


# Steps of Newton's method, how close the last must be, the longest that is taken; a greater coefficient is infinite.
_STEPS, _CLOSE, _LONGEST, _SEPARATED = 100, 1e-10, 100.0, 1e6
# Probabilities nearer to 0 and 1 than this have the log odds of it, as for the log loss.
NEAREST = float(np.finfo(np.float64).eps)


def log_odds(probability: Array) -> Array:
    """log(p / (1 - p)), with probabilities kept off 0 and 1."""
    p = np.clip(probability, NEAREST, 1 - NEAREST)
    return np.asarray(np.log(p) - np.log1p(-p))
