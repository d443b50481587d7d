"""Bootstrap on merged summaries: its cost does not grow with the rows, and no partition changes it.

docs/decisions/0004-intervals.md says why the draws are made as they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from gnomon.intervals.interval import NO_INTERVAL, Interval
from gnomon.intervals.wilson import wilson
from gnomon.kernels.ranking import ScoreBins
from gnomon.measures.confusion import Cells, ratio
from gnomon.measures.ranking import binned_average_precision, binned_ks

Array = NDArray[np.float64]

REPLICATES = 1000
# Replicates are drawn in parts of about this many numbers, to bound the memory.
_DRAWN_AT_ONCE = 4_000_000
# Matrices whose replicates are drawn together: few enough for the caches.
_MATRICES_AT_ONCE = 100
# A Poisson distribution of such a mean is normal to three digits.
_NEARLY_NORMAL = 1000.0
# With more classes than this, empty cells off the diagonal stay empty: there are too many to draw.
_ALL_CELLS = 64


def confusion_intervals(
    mass: Array,
    squares: Array,
    values: Mapping[str, float],
    formulas: Mapping[str, Callable[[Cells], Array]],
    level: float,
    seed: int,
) -> dict[str, Interval]:
    """Intervals of any measures of one confusion matrix, from common replicates of its cells.

    The cells' shares are drawn from their Dirichlet posterior: the Bayesian bootstrap (D. B. Rubin, 1981)
    on the merged counts, with one prior row spread over all cells. Unlike the multinomial bootstrap it
    does not collapse to a point where a cell is empty (no error seen is not no error ever).

    Args:
        mass: Weight of the cells, shape (classes, classes).
        squares: Sum of the squared weights in each cell; without weights the same.
        values: The measures' values, which the intervals will contain.
        formulas: The measures.
        level: The confidence level.
        seed: Seed of the draws.
    """
    classes = len(mass)
    drawn: dict[str, list[Array]] = {name: [] for name in formulas}
    occupied = (mass > 0) | np.eye(classes, dtype=bool) | (classes <= _ALL_CELLS)
    cells = np.flatnonzero(occupied)
    # A cell is drawn as its effective number of rows, each of their mean weight; an empty one as rows of the
    # table's mean weight.
    own, own_squares = mass.ravel()[cells], squares.ravel()[cells]
    unit = np.where(own > 0, own_squares / np.where(own > 0, own, 1.0), squares.sum() / mass.sum())
    # A class without rows stays so in every replicate: what is undefined for it is not made up.
    present = (mass.sum(axis=1) > 0)[cells // classes]
    shape = np.where(present, own / unit + 1.0 / len(cells), 0.0)
    rng = np.random.Generator(np.random.Philox(seed))
    step = max(1, _DRAWN_AT_ONCE // len(cells))
    for start in range(0, REPLICATES, step):
        draws = unit * rng.standard_gamma(shape, size=(min(step, REPLICATES - start), len(cells)))
        replicates = margins(draws, cells, classes)
        for name, formula in formulas.items():
            drawn[name].append(formula(replicates))
    return {name: percentile_interval(np.concatenate(parts), values[name], level) for name, parts in drawn.items()}


def matrices_intervals(
    counts: Array,
    values: Mapping[str, Array],
    formulas: Mapping[str, Callable[[Cells], Array]],
    level: float,
    seed: int,
) -> dict[str, tuple[Array, Array]]:
    """Both ends of :func:`confusion_intervals` for many matrices of two classes, each by the same seed.

    Args:
        counts: Rows of the cells, shape (matrices, 2, 2); each class has some.
        values: The measures' values, of shape (matrices,), which the intervals will contain.
        formulas: The measures.
        level: The confidence level.
        seed: Seed of the draws.
    """
    if not formulas:
        return {}
    shapes = counts.reshape(-1, 4) + 0.25
    ends = {name: (np.empty(len(counts)), np.empty(len(counts))) for name in formulas}
    for start in range(0, len(counts), _MATRICES_AT_ONCE):
        rows = slice(start, start + _MATRICES_AT_ONCE)
        draws = np.stack(
            [
                np.random.Generator(np.random.Philox(seed)).standard_gamma(shape, size=(REPLICATES, 4))
                for shape in shapes[rows]
            ]
        )
        replicates = margins(draws, np.arange(4), 2)
        for name, formula in formulas.items():
            low, high = np.quantile(formula(replicates), [0.5 - level / 2, 0.5 + level / 2], axis=-1)
            own = values[name][rows]
            ends[name][0][rows], ends[name][1][rows] = np.minimum(low, own), np.maximum(high, own)
    return ends


def margins(draws: Array, cells: NDArray[np.intp], classes: int) -> Cells:
    """The diagonal and margins of replicates given for some cells, ascending, the whole diagonal among them.

    The cells are the last axis.
    """
    rows, columns = np.divmod(cells, classes)
    by_column = np.argsort(columns, kind="stable")
    starts = np.arange(classes)
    return Cells(
        draws[..., rows == columns],
        np.add.reduceat(draws, np.searchsorted(rows, starts), axis=-1),
        np.add.reduceat(draws[..., by_column], np.searchsorted(columns[by_column], starts), axis=-1),
        draws.sum(axis=-1, keepdims=True),
    )


def ranking_intervals(
    bins: ScoreBins,
    effective: tuple[float, float],
    values: Mapping[str, float],
    level: float,
    seed: int,
) -> dict[str, Interval]:
    """Intervals of average precision, of what it gains on the share of positives, and of KS, from Poisson replicates.

    Each replicate draws the rows of each class in each bin anew (a Poisson bootstrap: A. Chamandy et al.,
    "Estimating uncertainty for massive data streams", 2012). The bins' own value stands for the exact one:
    the replicates are shifted by the difference of the two.

    Args:
        bins: Bins of scores, ascending.
        effective: Effective number of positives and of negatives.
        values: The exact values of ``average_precision`` and ``ks``.
        level: The confidence level.
        seed: Seed of the draws.
    """
    tied = bins.low == bins.high
    positives, negatives = ranking_replicates(bins, effective, seed)
    own, drawn = (float(prevalence(bins.positives, bins.negatives)), prevalence(positives, negatives))
    replicates = {
        "average_precision": binned_average_precision(positives, negatives, tied)
        - float(binned_average_precision(bins.positives, bins.negatives, tied))
        + values["average_precision"],
        "ks": binned_ks(positives, negatives) - float(binned_ks(bins.positives, bins.negatives)) + values["ks"],
    }
    intervals = {
        "average_precision": percentile_interval(
            np.clip(replicates["average_precision"], 0.0, 1.0), values["average_precision"], level
        ),
        "ks": ks_interval(replicates["ks"], values["ks"], effective, level),
        "precision_gain": percentile_interval(
            replicates["average_precision"] - drawn, values["average_precision"] - own, level
        ),
    }
    return intervals | separated(effective, values, level)


def prevalence(positives: Array, negatives: Array) -> Array:
    """The share of positives, along the last axis."""
    own = positives.sum(axis=-1)
    return ratio(own, own + negatives.sum(axis=-1))


def ranking_replicates(bins: ScoreBins, effective: tuple[float, float], seed: int) -> tuple[Array, Array]:
    """The weights of positives and negatives in each bin, drawn anew: a row a replicate, both classes in each.

    Args:
        bins: Bins of scores, ascending.
        effective: Effective number of positives and of negatives.
        seed: Seed of the draws.
    """
    rng = np.random.Generator(np.random.Philox(seed))
    size = (REPLICATES, len(bins.low))
    scales = [column.sum() / rows for column, rows in zip((bins.positives, bins.negatives), effective, strict=True)]
    positives = poisson(rng, bins.positives / scales[0], size) * scales[0]
    negatives = poisson(rng, bins.negatives / scales[1], size) * scales[1]
    usable = (positives.sum(axis=1) > 0) & (negatives.sum(axis=1) > 0)
    return positives[usable], negatives[usable]


def poisson(rng: np.random.Generator, means: Array, size: tuple[int, int]) -> Array:
    """Poisson draws, a column for each mean; large means by the normal distribution, which is much quicker."""
    large = means >= _NEARLY_NORMAL
    drawn = np.empty(size)
    drawn[:, ~large] = rng.poisson(means[~large], (size[0], int((~large).sum())))
    centre = means[large]
    drawn[:, large] = np.rint(centre + np.sqrt(centre) * rng.standard_normal((size[0], len(centre))))
    return drawn


def ks_interval(replicates: Array, value: float, effective: tuple[float, float], level: float) -> Interval:
    """The interval of KS.

    KS is the greatest of many gaps, so a sample's lies above the population's, and a replicate's above the
    sample's by about as much: the replicates are reflected at the value (the basic bootstrap). The lower end is
    0 where the two-sample Kolmogorov-Smirnov test (asymptotic) sees no difference at this level.
    """
    interval = percentile_interval(np.clip(2 * value - replicates, 0.0, 1.0), value, level)
    critical = math.sqrt(-math.log((1 - level) / 2) / 2 * sum(1 / rows for rows in effective))
    return interval._replace(low=0.0) if value <= critical else interval


def separated(effective: tuple[float, float], values: Mapping[str, float], level: float) -> dict[str, Interval]:
    """Intervals where the classes are separated perfectly and every replicate is perfect too.

    The average precision is then taken as a proportion of the positives. KS is a difference of two
    proportions, TPR = 1 and FPR = 0, whose Wilson limits combine by R. G. Newcombe, "Interval estimation for
    the difference between independent proportions", Statistics in Medicine 17 (1998), method 10.
    """
    intervals = {}
    positive, negative = (1.0 - wilson(1.0, rows, level).low for rows in effective)
    if values["average_precision"] == 1.0:
        intervals["average_precision"] = Interval(1.0 - positive, 1.0, "wilson")
    if values["ks"] == 1.0:
        intervals["ks"] = Interval(max(0.0, 1.0 - math.hypot(positive, negative)), 1.0, "wilson")
    return intervals


def percentile_interval(replicates: Array, value: float, level: float) -> Interval:
    """The middle ``level`` of the replicates, widened to contain the value itself."""
    known = replicates[~np.isnan(replicates)]
    if np.isnan(value) or not len(known):
        return NO_INTERVAL
    low, high = np.quantile(known, [0.5 - level / 2, 0.5 + level / 2])
    return Interval(min(float(low), value), max(float(high), value), "bootstrap")
