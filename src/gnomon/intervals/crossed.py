"""Several runs of one recipe on the same rows: what varies is the run as well as the rows.

Runs and rows are crossed: every run is judged on every row. The variance of the mean over k runs is MS / k + C, where
MS is the variance of the values between runs (which contains each run's own noise from the rows) and C the covariance
of two runs that the rows cause: N. A. Obuchowski and H. E. Rockette, Communications in Statistics - Simulation 24
(1995); the degrees of freedom are those of S. L. Hillis, Statistics in Medicine 26 (2007).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import NAN
from gnomon.intervals.interval import t_quantile

Array = NDArray[np.float64]


class Crossed(NamedTuple):
    """A mean over runs, or the difference of two.

    Attributes:
        value: The mean, or the difference.
        low, high: Its interval over rows and runs together; NaN where it is not known.
        between: The part of its variance that is of the runs.
        rows: The part that is of the rows.
        freedom: Degrees of freedom.
    """

    value: float
    low: float
    high: float
    between: float
    rows: float
    freedom: float


def between_pairs(variances: Array) -> float:
    """The mean variance of the difference of two runs that their rows cause.

    Args:
        variances: Of each pair of runs.
    """
    k = len(variances)
    return float(variances[~np.eye(k, dtype=bool)].mean()) if k > 1 else 0.0


def mean_of_runs(
    values: Array, errors: Array, variances: Array | None, level: float, freedom: float = math.inf
) -> Crossed:
    """The mean over runs of one recipe, with its interval over rows and runs.

    Args:
        values: What each run scores; two or more.
        errors: The standard error of each by its rows.
        variances: The variance of the difference of each pair by its rows; None where it is not known: the rows are
            then taken to move all runs alike, which is cautious.
        level: The confidence level.
        freedom: The degrees of freedom of what varies by rows.
    """
    private = 0.0 if variances is None else between_pairs(variances) / 2
    rows = positive(float((errors**2).mean()) - private)
    return assembled(float(values.mean()), [values], rows, level, freedom)


def difference_of_recipes(
    first: Array, second: Array, variances: Array, level: float, freedom: float = math.inf
) -> Crossed:
    """What the runs of one recipe score on average less those of another, on the same rows.

    Args:
        first: What each run of the recipe that is subtracted scores.
        second: The same of the other.
        variances: The variance of the difference of each pair by its rows, those of ``first`` before those of
            ``second``.
        level: The confidence level.
        freedom: The degrees of freedom of what varies by rows.
    """
    k = len(first)
    within = between_pairs(variances[:k, :k]) / 2 + between_pairs(variances[k:, k:]) / 2
    rows = positive(float(variances[:k, k:].mean()) - within)
    return assembled(float(second.mean() - first.mean()), [first, second], rows, level, freedom)


def positive(variance: float) -> float:
    """A variance, where its estimate may lie below 0; NaN stays."""
    return variance if not variance < 0 else 0.0


def assembled(value: float, runs: list[Array], rows: float, level: float, of_rows: float) -> Crossed:
    """A value whose variance is that of the rows and those of the means of some runs (Satterthwaite, as Hillis)."""
    parts = [float(own.var(ddof=1)) / len(own) for own in runs]
    between = sum(parts)
    squares = sum(part**2 / (len(own) - 1) for part, own in zip(parts, runs, strict=True)) + rows**2 / of_rows
    freedom = (between + rows) ** 2 / squares if squares > 0 else math.inf
    width = NAN if math.isnan(rows) else t_quantile(level, freedom) * math.sqrt(between + rows)
    return Crossed(value, value - width, value + width, between, rows, freedom)


def noise_floor(values: Array, level: float) -> float:
    """By how much two runs of a recipe differ at most, ``level`` of the time, though nothing was changed.

    Args:
        values: What each run scores; two or more.
        level: How often.
    """
    return t_quantile(level, len(values) - 1) * math.sqrt(2 * float(values.var(ddof=1)))
