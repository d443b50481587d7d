"""Bootstrap on merged summaries: its cost does not grow with the rows, and no partition changes it.

docs/decisions/0004-intervals.md says why the draws are made as they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from gnomon.intervals.effective_trials import row_weights
from gnomon.intervals.interval import NO_INTERVAL, Interval
from gnomon.intervals.wilson import share_error, wilson
from gnomon.kernels.ranking import ScoreBins
from gnomon.measures.cells import Cells
from gnomon.measures.influence import cell_influence, precision_gain_influence
from gnomon.measures.measure import OfRanking
from gnomon.measures.ranking import AVERAGE_PRECISION, KS, binned_average_precision, prevalence
from gnomon.measures.registry import get_measure

Array = NDArray[np.float64]
# A measure of bins of scores, and the derivatives of one, from the weights of positives and of negatives.
Ranked = Callable[[Array, Array, NDArray[np.bool_]], Array]
Influence = Callable[[Array, Array], tuple[Array, Array]]

REPLICATES = 1000
# Rows that are spread over all cells of a confusion matrix before its shares are drawn: half a row a cell for two
# classes, H. Jeffreys' prior.
PRIOR_ROWS = 2.0
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
    kind: str = "percentile",
) -> dict[str, Interval]:
    """Intervals of any measures of one confusion matrix, from common replicates of its cells.

    The cells' shares are drawn from their Dirichlet posterior: the Bayesian bootstrap (D. B. Rubin, 1981)
    on the merged counts, with two prior rows spread over all cells. Unlike the multinomial bootstrap it
    does not collapse to a point where a cell is empty (no error seen is not no error ever).

    Args:
        mass: Weight of the cells, shape (classes, classes).
        squares: Sum of the squared weights in each cell; without weights the same.
        values: The measures' values, which the intervals will contain.
        formulas: The measures.
        level: The confidence level.
        seed: Seed of the draws.
        kind: ``"percentile"`` or ``"bca"``.
    """
    classes = len(mass)
    drawn: dict[str, list[Array]] = {name: [] for name in formulas}
    occupied = (mass > 0) | np.eye(classes, dtype=bool) | (classes <= _ALL_CELLS)
    cells = np.flatnonzero(occupied)
    # A cell is drawn as rows that all weigh as one of its rows does.
    cell_mass, unit = mass.ravel()[cells], row_weights(mass, squares).ravel()[cells]
    # A class without rows stays so in every replicate: what is undefined for it is not made up.
    present = (mass.sum(axis=1) > 0)[cells // classes]
    shape = np.where(present, cell_mass / unit + PRIOR_ROWS / len(cells), 0.0)
    # Cells are drawn in an order that follows from the matrix, so that no order of the classes changes a draw.
    rank = class_ranks(mass)
    drawing = np.argsort(rank[cells // classes] * classes + rank[cells % classes], kind="stable")
    back = np.argsort(drawing, kind="stable")
    rng = np.random.Generator(np.random.Philox(seed))
    step = max(1, _DRAWN_AT_ONCE // len(cells))
    for start in range(0, REPLICATES, step):
        size = min(step, REPLICATES - start), len(cells)
        draws = unit * rng.standard_gamma(shape[drawing], size=size)[:, back]
        replicates = margins(draws, cells, classes)
        for name, formula in formulas.items():
            drawn[name].append(formula(replicates))
    skew = dict.fromkeys(formulas, 0.0)
    if kind == "bca":
        held = np.flatnonzero(mass.ravel() > 0)
        cell_mass, weight = mass.ravel()[held] ** 2 / squares.ravel()[held], squares.ravel()[held] / mass.ravel()[held]
        skew = {
            name: acceleration(cell_mass, weight * cell_influence(formula, mass, held))
            for name, formula in formulas.items()
        }
    return {
        name: replicate_interval(np.concatenate(parts), values[name], level, kind, skew[name])
        for name, parts in drawn.items()
    }


def class_ranks(mass: Array) -> NDArray[np.intp]:
    """Each class's place in an order that follows from the confusion matrix, not from how classes are called.

    By their weight, that predicted as them, that predicted right, and the cells of their row and their column; classes
    that are alike in all of it stay as they are.
    """
    keys = [
        (mass[code].sum(), mass[:, code].sum(), mass[code, code], *np.sort(mass[code]), *np.sort(mass[:, code]))
        for code in range(len(mass))
    ]
    order = sorted(range(len(mass)), key=keys.__getitem__)
    rank = np.empty(len(mass), np.intp)
    rank[order] = np.arange(len(mass))
    return rank


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
    shapes = counts.reshape(-1, 4) + PRIOR_ROWS / 4
    turned = np.array([bool(class_ranks(own)[0]) for own in counts])  # which class is drawn first
    ends = {name: (np.empty(len(counts)), np.empty(len(counts))) for name in formulas}
    for start in range(0, len(counts), _MATRICES_AT_ONCE):
        rows = slice(start, start + _MATRICES_AT_ONCE)
        draws = np.stack(
            [
                np.random.Generator(np.random.Philox(seed)).standard_gamma(shape[::way], size=(REPLICATES, 4))[:, ::way]
                for shape, way in zip(shapes[rows], np.where(turned[rows], -1, 1), strict=True)
            ]
        )
        replicates = margins(draws, np.arange(4), 2)
        for name, formula in formulas.items():
            low, high = np.quantile(formula(replicates), [0.5 - level / 2, 0.5 + level / 2], axis=-1)
            value = values[name][rows]
            ends[name][0][rows], ends[name][1][rows] = np.minimum(low, value), np.maximum(high, value)
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
    kind: str,
) -> dict[str, Interval]:
    """Intervals of the AUC, of the average precision and of what it gains on the share of positives, and of KS.

    Each replicate draws the rows of each class in each bin anew (a Poisson bootstrap: A. Chamandy et al.,
    "Estimating uncertainty for massive data streams", 2012). The bins' own value stands for the exact one:
    the replicates are shifted by the difference of the two.

    Args:
        bins: Bins of scores, ascending.
        effective: Effective number of positives and of negatives.
        values: The exact values of ``roc_auc``, ``average_precision`` and ``ks``.
        level: The confidence level.
        seed: Seed of the draws.
        kind: ``"percentile"`` or ``"bca"``.
    """
    tied = bins.low == bins.high
    columns, drawn = (bins.positives, bins.negatives), ranking_replicates(bins, effective, seed)
    gain = values[AVERAGE_PRECISION.name] - float(prevalence(*columns))
    bases = {name: basis for name in values if isinstance(basis := get_measure(name).basis, OfRanking)}
    formulas: dict[str, tuple[Ranked, Influence, float]] = {
        name: (basis.binned, basis.influence, values[name]) for name, basis in bases.items()
    }
    formulas["precision_gain"] = (
        lambda p, n, tied: binned_average_precision(p, n, tied) - prevalence(p, n), precision_gain_influence, gain
    )  # fmt: skip
    intervals = {}
    for name, (formula, influence, value) in formulas.items():
        replicates = formula(*drawn, tied) - float(formula(*columns, tied)) + value
        if name != "precision_gain":
            replicates = np.clip(replicates, 0.0, 1.0)
        weight = [column.sum() / rows for column, rows in zip(columns, effective, strict=True)]
        skew = acceleration(
            np.concatenate([mass / each for mass, each in zip(columns, weight, strict=True)]),
            np.concatenate([each * by for each, by in zip(weight, influence(*columns), strict=True)]),
        )
        intervals[name] = replicate_interval(replicates, value, level, kind, skew)
    return intervals | separated(effective, values, level)


def ranking_replicates(
    bins: ScoreBins, effective: tuple[float, float], seed: int, number: int = REPLICATES
) -> tuple[Array, Array]:
    """The weights of positives and negatives in each bin, drawn anew: a row a replicate, both classes in each.

    Args:
        bins: Bins of scores, ascending.
        effective: Effective number of positives and of negatives.
        seed: Seed of the draws.
        number: How many replicates.
    """
    rng = np.random.Generator(np.random.Philox(seed))
    size = (number, len(bins.low))
    sides = [(own, own.sum() / rows) for own, rows in zip((bins.positives, bins.negatives), effective, strict=True)]
    first, way = drawing_order(bins, effective)
    drawn = {}
    for place in (first, 1 - first):
        side, scale = sides[place]
        drawn[place] = poisson(rng, side[::way] / scale, size)[:, ::way] * scale
    usable = (drawn[0].sum(axis=1) > 0) & (drawn[1].sum(axis=1) > 0)
    return drawn[0][usable], drawn[1][usable]


def drawing_order(bins: ScoreBins, effective: tuple[float, float]) -> tuple[int, int]:
    """Which class is drawn first, 0 the positives, and which way its bins go: which is called positive changes no draw.

    The smaller class comes first, from its own end of the scores.
    """
    sides = zip((bins.positives, bins.negatives), effective, (1, -1), strict=True)
    keys = [(rows, list(own[::way])) for own, rows, way in sides]
    return (0, 1) if keys[0] <= keys[1] else (1, -1)


def paired_replicates(
    mass: Array,
    squares: Array,
    places: tuple[tuple[NDArray[np.int64], int], tuple[NDArray[np.int64], int]],
    seed: int,
) -> tuple[Array, Array]:
    """The same draws of rows as two models see them: the weight of each of their answers, a row a replicate.

    Args:
        mass: Weight of the groups of rows that are alike for both, shape (groups,).
        squares: Sum of the squared weights in each.
        places: For each model the place of every group among its answers, and how many answers there are.
        seed: Seed of the draws.
    """
    from scipy.sparse import csr_matrix

    rng = np.random.Generator(np.random.Philox(seed))
    groups = np.arange(len(mass))
    unit = squares / mass
    sums = [csr_matrix((np.ones(len(mass)), (groups, place)), (len(mass), size)) for place, size in places]
    step = max(1, _DRAWN_AT_ONCE // len(mass))
    parts: list[list[Array]] = [[], []]
    for start in range(0, REPLICATES, step):
        drawn = poisson(rng, mass / unit, (min(step, REPLICATES - start), len(mass))) * unit
        for part, total in zip(parts, sums, strict=True):
            part.append(np.asarray(drawn @ total))
    return np.concatenate(parts[0]), np.concatenate(parts[1])


def poisson(rng: np.random.Generator, means: Array, size: tuple[int, int]) -> Array:
    """Poisson draws, a column for each mean; large means by the normal distribution, which is much quicker."""
    large = means >= _NEARLY_NORMAL
    drawn = np.empty(size)
    drawn[:, ~large] = rng.poisson(means[~large], (size[0], int((~large).sum())))
    centre = means[large]
    drawn[:, large] = np.rint(centre + np.sqrt(centre) * rng.standard_normal((size[0], len(centre))))
    return drawn


def separated(effective: tuple[float, float], values: Mapping[str, float], level: float) -> dict[str, Interval]:
    """Intervals where the classes are separated perfectly and every replicate is perfect too.

    The average precision is then taken as a proportion of the positives. KS is a difference of two
    proportions, TPR = 1 and FPR = 0, whose Wilson limits combine by R. G. Newcombe, "Interval estimation for
    the difference between independent proportions", Statistics in Medicine 17 (1998), method 10.
    """
    intervals = {}
    positive, negative = (1.0 - wilson(1.0, rows, level).low for rows in effective)
    if values[AVERAGE_PRECISION.name] == 1.0:
        error = share_error(1.0, effective[0])
        intervals[AVERAGE_PRECISION.name] = Interval(1.0 - positive, 1.0, "wilson", error)
    if values[KS.name] == 1.0:
        error = math.hypot(*(share_error(1.0, rows) for rows in effective))
        intervals[KS.name] = Interval(max(0.0, 1.0 - math.hypot(positive, negative)), 1.0, "wilson", error)
    return intervals


def replicate_interval(replicates: Array, value: float, level: float, kind: str, skew: float = 0.0) -> Interval:
    """The middle ``level`` of the replicates, widened to contain the value itself.

    Args:
        replicates: Of the value; NaN where they have none.
        value: The value.
        level: The confidence level.
        kind: ``"percentile"``; or ``"bca"`` for bias-corrected and accelerated ends: B. Efron, "Better bootstrap
            confidence intervals", JASA 82 (1987).
        skew: The acceleration, from the skewness of the influences.
    """
    known = replicates[~np.isnan(replicates)]
    if np.isnan(value) or not len(known):
        return NO_INTERVAL
    ends = np.array([0.5 - level / 2, 0.5 + level / 2])
    if kind == "bca":
        normal = NormalDist()
        below = (np.count_nonzero(known < value) + np.count_nonzero(known == value) / 2 + 0.5) / (len(known) + 1)
        bias = normal.inv_cdf(float(below))
        moved = [bias + normal.inv_cdf(float(end)) for end in ends]
        ends = np.array([normal.cdf(bias + own / max(1e-3, 1 - skew * own)) for own in moved])
    low, high = np.quantile(known, ends)
    method = "bootstrap" if kind == "percentile" else "bca"
    return Interval(min(float(low), value), max(float(high), value), method, float(known.std()))


def acceleration(rows: Array, influence: Array) -> float:
    """A sixth of the skewness of the influences, of so many rows each.

    >>> acceleration(np.array([3.0, 3.0]), np.array([-1.0, 1.0]))
    0.0
    """
    spread = float(rows @ influence**2)
    return float(rows @ influence**3) / (6 * spread**1.5) if spread > 0 else 0.0
