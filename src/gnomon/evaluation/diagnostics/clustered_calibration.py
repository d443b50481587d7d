"""How sure a calibration is where rows belong to clusters."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gnomon.evaluation.influence.influences import Spread, VarianceEstimator, jackknife_spread
from gnomon.intervals.bootstrap import REPLICATES
from gnomon.intervals.linearised import linearised_interval
from gnomon.intervals.wilson import wilson
from gnomon.measures.calibration import Fit, Groups
from gnomon.measures.influence import cluster_sums, mean_influence, shares
from gnomon.measures.measure import POSITIVE
from gnomon.states.paired import PairedRows

Array = NDArray[np.float64]


class ClusteredCalibration:
    """The rows of a binary task by cluster, with their probabilities.

    Args:
        rows: The rows, of one model that gives probabilities.
        threads: How many threads there may be.
    """

    def __init__(self, rows: PairedRows, threads: int) -> None:
        self._rows = rows
        self._threads = threads
        self._variances = VarianceEstimator(rows, threads)
        self._probability = rows.answers[0].scores[0].astype(np.float64)
        self._hit = (rows.target == POSITIVE).astype(np.float64)
        # Each row's share of the weight, times how far its outcome is from its probability.
        self._residual = shares(rows.weight, len(rows.target), threads) * (self._hit - self._probability)

    def of_coefficient(self, fit: Fit, features: Array, groups: Groups, place: int) -> Spread:
        """The variance of a coefficient: the jackknife over clusters, one step of Newton's method for each.

        Args:
            fit: The fit.
            features: Of the groups, shape (groups, features).
            groups: The groups of rows that it was made of.
            place: Which coefficient.
        """
        group = self._bins(groups)
        weight = np.ones(len(group)) if self._rows.weight is None else self._rows.weight
        row, mean = features[group], fit.fitted[group]
        slopes = np.stack([self._sums(weight * (self._hit - mean) * column) for column in row.T], axis=-1)
        curves = np.stack(
            [self._sums(weight * mean * (1 - mean) * one * other) for one in row.T for other in row.T], axis=-1
        ).reshape(-1, row.shape[1], row.shape[1])
        left = fit.information - curves
        try:
            steps = np.asarray(np.linalg.solve(left, slopes[..., None])[:, place, 0], np.float64)
        except np.linalg.LinAlgError:  # without one of the clusters there is no fit
            return Spread(math.nan, math.nan)
        return jackknife_spread(steps, self._variances.number, self._threads)

    def of_brier_excess(self) -> Spread:
        """The variance of what the Brier score has above what it would be if the probabilities held."""
        return self._variances.spread(self._residual * (1 - 2 * self._probability))

    def of_bins(self, groups: Groups, level: float) -> tuple[Array, Array, Array]:
        """How many independent rows say as much as those of each bin, and both ends of the interval of its share."""
        place = self._bins(groups)
        bins = []
        for number, share in enumerate(groups.positives / groups.weight):
            inside = place == number
            rows = self._rows.where(inside)
            variances = VarianceEstimator(rows, self._threads)
            spread = Spread(0.0, 0.0)
            if variances.number > 1:
                spread = variances.spread(mean_influence(self._hit[inside], rows.weight, self._threads))
            if spread.variance > 0:
                trials = min(share * (1 - share) / spread.variance, float(inside.sum()))
                ends = linearised_interval(float(share), spread.variance, spread.units, level)
            else:
                trials = float(variances.number)
                ends = wilson(float(share), trials, level)
            bins.append((trials, ends.low, ends.high))
        trials, low, high = np.array(bins).T
        return trials, low, high

    def errors_by_chance(self, groups: Groups, seed: int) -> Array:
        """Calibration errors of bins whose probabilities hold, drawn as clusters make the bins vary together.

        Draws of a multivariate t: the covariance is that of the sums of residuals in each bin, by cluster. NaN where
        all rows are of one cluster.
        """
        if self._variances.number < 2:
            return np.array([np.nan])
        place = self._bins(groups)
        sums = np.stack(
            [self._variances.cluster_influence(self._residual * (place == own)) for own in range(len(groups.weight))],
            axis=-1,
        )
        number = self._variances.number
        covariance = sums.T @ sums * (1 - 1 / number)
        values, vectors = np.linalg.eigh(covariance)
        rng = np.random.Generator(np.random.Philox(seed))
        normal = rng.standard_normal((REPLICATES, len(values))) * np.sqrt(np.maximum(values, 0.0))
        freedom = max(1.0, number - 1.0)
        scale = np.sqrt(freedom / rng.chisquare(freedom, (REPLICATES, 1)))
        return np.asarray(np.abs((normal * scale) @ vectors.T).sum(axis=1))

    def _bins(self, groups: Groups) -> NDArray[np.intp]:
        """The group that each row belongs to."""
        return np.searchsorted(groups.upper, self._probability)

    def _sums(self, values: Array) -> Array:
        assert self._rows.clusters is not None  # else rows are independent
        return cluster_sums(values, self._rows.clusters)
