"""How far probabilities are from frequencies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
