"""Judging again as rows are added: how much of the error each look may spend, so that all together keep to it.

K. K. G. Lan and D. L. DeMets, "Discrete sequential boundaries for clinical trials", Biometrika 70 (1983), with the
spending function that is like P. C. O'Brien and T. R. Fleming's: early looks spend next to nothing, the last one nearly
all.
"""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from gnomon.intervals.interval import t_tail

NORMAL = NormalDist()
# Points of the grid on which the chance of having got so far is kept, and how many standard errors it reaches.
POINTS, REACH = 2001, 9.0
# What an early look spends at least, so that intervals have ends.
SMALLEST = 1e-11


@cache
def level_at_look(look: int, looks: int, level: float) -> float:
    """The confidence level of the intervals at one of several planned looks, each after about equally many more rows.

    Each end is wrong at any look in at most ``(1 - level) / 2`` of cases.

    >>> [round(level_at_look(look, 5, 0.95), 6) for look in (1, 4, 5)]
    [0.999999, 0.977971, 0.957754]

    Args:
        look: Which look it is, from 1.
        looks: How many there are to be.
        level: The confidence level of all looks together.
    """
    bound = boundaries(looks, (1 - level) / 2)[look - 1]
    return 1 - max(SMALLEST, 2 * t_tail(bound, math.inf))


def spent(share: float, error: float) -> float:
    """How much of the error may be spent when a share of the planned rows is there."""
    return 2 * t_tail(-NORMAL.inv_cdf(error / 2) / math.sqrt(share), math.inf)


@cache
def boundaries(looks: int, error: float) -> tuple[float, ...]:
    """How many standard errors a value has to lie off at each look, from the first to the last.

    The sum of what has come is a walk of normal steps; the chance of each place that it has reached without crossing
    is carried from look to look (P. Armitage, C. K. McPherson and B. C. Rowe, Journal of the Royal Statistical Society
    A 132, 1969).

    Args:
        looks: How many looks there are.
        error: How often a boundary on one side may be crossed by chance, at any of them.
    """
    shares = [look / looks for look in range(1, looks + 1)]
    bounds = [-NORMAL.inv_cdf(spent(shares[0], error))]
    step = 1 / math.sqrt(looks)
    grid = np.linspace(-REACH, REACH, POINTS)
    normal = np.exp(-0.5 * grid**2) / math.sqrt(2 * math.pi)
    # The density of the walk at the first look, on places in standard errors of that look.
    width = grid[1] - grid[0]
    density, places = normal.copy(), grid * step
    for before, now in pairwise(shares):
        kept = density * weights_below(places, bounds[-1] * math.sqrt(before))
        after = grid * math.sqrt(now)
        moves = np.exp(-0.5 * ((after[:, None] - places[None, :]) / step) ** 2) / (step * math.sqrt(2 * math.pi))
        density = moves @ kept * width * math.sqrt(now)
        places = after
        bounds.append(crossing(grid, density, spent(now, error) - spent(before, error)))
    return tuple(bounds)


def weights_below(places: np.ndarray, bound: float) -> np.ndarray:
    """How much of each cell of a grid lies below a bound."""
    return np.asarray(np.clip((bound - places) / (places[1] - places[0]) + 0.5, 0.0, 1.0))


def crossing(grid: np.ndarray, density: np.ndarray, error: float) -> float:
    """Where the density above has a mass."""
    width = grid[1] - grid[0]
    mass = np.cumsum((density[::-1][1:] + density[::-1][:-1]) / 2 * width)  # the trapezoids, from above
    return float(np.interp(error, np.concatenate([[0.0], mass]), grid[::-1]))
