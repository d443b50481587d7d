"""Intervals made independently: how a measure moves with the weight of each row, by scikit-learn and finite steps."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

STEP = 1e-5


def influences(measure, weight):
    """How the measure moves when the weight of a row grows by a share: the derivative, for each row."""
    found = np.empty(len(weight))
    for row in range(len(weight)):
        ends = []
        for sign in (1, -1):
            moved = weight.astype(float).copy()
            moved[row] *= 1 + sign * STEP
            ends.append(measure(moved))
        found[row] = (ends[0] - ends[1]) / (2 * STEP)
    return found


def variance_of(influence, weight):
    """The sum of squares, or what it is if heavy rows are as light ones, times n / (n - 1); and the effective rows."""
    units = kish(weight)
    alike = (influence**2 / weight).sum() * (weight**2).sum() / weight.sum()
    return float(max((influence**2).sum(), alike) * units / (units - 1)), units


def without_each(influence, weight, cluster):
    """How the measure moves, to first order, where each cluster is left out."""
    members = [cluster == own for own in np.unique(cluster)]
    return np.array([influence[own].sum() / (1 - weight[own].sum() / weight.sum()) for own in members])


def variance_of_clusters(influence, weight, cluster):
    """The jackknife's variance over clusters, and one more than its degrees of freedom."""
    steps = without_each(influence, weight, cluster)
    return float((steps**2).sum() * (len(steps) - 1) / len(steps)), min(len(steps), 1 + freedom(steps))


def freedom(influence):
    """Satterthwaite's degrees of freedom of a sum of squares; infinite where nothing varies."""
    share = (influence**4).sum() / (influence**2).sum() ** 2 - 1 / len(influence)
    return max(1.0, 2 / share) if share > 0 else math.inf


def tails(influence):
    """One more than half of them."""
    return 1 + max(1.0, freedom(influence) / 2)


def kish(weight):
    """The effective number of rows."""
    return weight.sum() ** 2 / (weight**2).sum()


def t_of(level, units):
    """Student's t with one degree of freedom less."""
    return stats.t.ppf(0.5 + level / 2, units - 1)


def on_logit(value, variance, units, level):
    """A share."""
    half = t_of(level, units) * math.sqrt(variance) / (value * (1 - value))
    centre = math.log(value / (1 - value))
    return tuple(1 / (1 + math.exp(-(centre + side * half))) for side in (-1, 1))


def on_fisher(value, variance, units, level):
    """A correlation."""
    half = t_of(level, units) * math.sqrt(variance) / (1 - value**2)
    return tuple(math.tanh(math.atanh(value) + side * half) for side in (-1, 1))


def on_log(value, variance, units, level):
    """What cannot be below 0."""
    half = t_of(level, units) * math.sqrt(variance) / value
    return value * math.exp(-half), value * math.exp(half)


def below_one(value, variance, units, level):
    """What has an upper end only."""
    half = t_of(level, units) * math.sqrt(variance) / (1 - value)
    return 1 - (1 - value) * math.exp(half), 1 - (1 - value) * math.exp(-half)


def plain(value, variance, units, level):
    """What has no ends."""
    half = t_of(level, units) * math.sqrt(variance)
    return value - half, value + half


def wilson(share, trials, level):
    """Wilson's score interval of so many (effective) trials, by its equation (z of the normal)."""
    z = stats.norm.ppf(0.5 + level / 2)
    centre = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z / (1 + z**2 / trials) * math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    return centre - half, centre + half
