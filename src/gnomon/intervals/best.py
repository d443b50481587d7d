"""Which of several models may be the best, and how much better than it is the best of them looks."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DRAWS, SEED = 20_000, 0


def deviations(variances: Array, freedom: float = math.inf) -> Array:
    """How far chance takes each model from the mean of all: draws that differ by pairs as much as they do.

    Normal ones, or of a multivariate t where the variances rest on few independent units.

    Args:
        variances: The variance of the difference of each pair of models.
        freedom: Their degrees of freedom.

    Returns:
        An array of shape (draws, models).
    """
    centred = np.eye(len(variances)) - 1 / len(variances)
    # The covariance whose differences have these variances (W. S. Torgerson, Psychometrika 17, 1952).
    values, vectors = np.linalg.eigh(-0.5 * centred @ variances @ centred)
    factor = vectors * np.sqrt(np.maximum(values, 0.0))
    rng = np.random.default_rng(SEED)
    drawn = rng.standard_normal((DRAWS, len(variances))) @ factor.T
    if math.isfinite(freedom):
        drawn *= np.sqrt(freedom / rng.chisquare(freedom, DRAWS))[:, None]
    return np.asarray(drawn)


def may_be_best(values: Array, variances: Array, level: float, freedom: float = math.inf) -> NDArray[np.bool_]:
    """Which models are not shown to be worse than another one, all comparisons of a model together.

    J. C. Hsu, "Constrained simultaneous confidence intervals for multiple comparisons with the best", Annals of
    Statistics 12 (1984), with the quantile of the greatest of the correlated differences (max-t).

    Args:
        values: What each model scores: higher is better.
        variances: The variance of the difference of each pair of models; 0 where they are the same.
        level: How often the best one is among them.
        freedom: The degrees of freedom of the variances.
    """
    drawn = deviations(variances, freedom)
    made = np.ones(len(values), bool)
    for place in range(len(values)):
        others = variances[place] > 0
        if not others.any():
            continue
        errors = np.sqrt(variances[place, others])
        ahead = (values[others] - values[place]) / errors
        by_chance = ((drawn[:, others] - drawn[:, [place]]) / errors).max(axis=1)
        made[place] = ahead.max() <= np.quantile(by_chance, level)
    return made


def winners_curse(values: Array, variances: Array) -> tuple[float, float]:
    """By how much the best of several models looks better than it is: as they were seen, and if all were equal.

    The mean of what chance gives to the one that wins; the second is the most that it can be.

    Args:
        values: What each model scores: higher is better.
        variances: The variance of the difference of each pair of models.
    """
    if len(values) < 2:
        return 0.0, 0.0
    drawn = deviations(variances)
    winners = np.argmax(values + drawn, axis=1)
    return float(drawn[np.arange(DRAWS), winners].mean()), float(drawn.max(axis=1).mean())
