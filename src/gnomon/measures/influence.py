"""What each row contributes to the error of a measure: its influence, by which intervals and differences are made.

The influence of a row is the derivative of the measure by the row's weight, times that weight. Influences sum to 0, and
the sum of their squares estimates the variance of the measure (the linearisation of survey sampling, or infinitesimal
jackknife: D. A. Binder, "On the variances of asymptotically normal estimators from complex surveys", International
Statistical Review 51, 1983). Two measures on the same rows vary together as their influences do, and rows of one
cluster are taken together by adding theirs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels.losses import sum_values, total_of
from gnomon.measures.cells import Cells
from gnomon.measures.means import mean_of

if TYPE_CHECKING:
    from gnomon.measures.measure import MeanLoss

Array = NDArray[np.float64]

# The share of all weight by which cells are changed to see what a formula does.
_STEP = 1e-6
# More classes than these have more cells than are changed one by one.
MANY = 16
# Sums of fourth powers below this may have lost digits.
_SMALLEST = 1e-200
# Changed matrices that are made at once, in cells.
_AT_ONCE = 1_000_000


def cell_influence(formula: Callable[[Cells], Array], mass: Array, cells: NDArray[np.intp]) -> Array:
    """The derivative of a measure of the confusion matrix by the weight of each of some cells.

    Central differences: the measures are smooth wherever they are defined, so that the error is about the square of the
    step. With many classes it is the sums of rows and columns that are changed, of which there are far fewer.

    Args:
        formula: The measure; it does not change when all weights are multiplied alike.
        mass: Weight of the cells, shape (classes, classes).
        cells: The cells that are asked for, by their place in the flat matrix; each has weight.

    Returns:
        Derivatives of shape (cells,); 0 where the measure is undefined nearby.
    """
    classes = len(mass)
    if classes > MANY:
        if np.isnan(formula(Cells.of(mass))).all():
            return np.zeros(len(cells))
        by_sums = influence_by_sums(formula, mass, cells)
        if not np.isnan(by_sums).any():
            return by_sums
    derivatives = np.empty(len(cells))
    step = max(1, _AT_ONCE // mass.size)
    for start in range(0, len(cells), step):
        some_cells = cells[start : start + step]
        # A small cell is changed by a part of itself, as it must stay positive.
        change = np.minimum(_STEP * mass.sum(), 0.1 * mass.ravel()[some_cells])
        sides = []
        for sign in (1, -1):
            changed = np.repeat(mass.reshape(1, -1), len(some_cells), axis=0)
            changed[np.arange(len(some_cells)), some_cells] += sign * change
            sides.append(formula(Cells.of(changed.reshape(-1, classes, classes))))
        derivatives[start : start + step] = (sides[0] - sides[1]) / (2 * change)
    return np.nan_to_num(derivatives, nan=0.0)


def influence_by_sums(formula: Callable[[Cells], Array], mass: Array, cells: NDArray[np.intp]) -> Array:
    """:func:`cell_influence` from derivatives by the sums of rows and columns; NaN where the measure is undefined near.

    A cell (i, j) off the diagonal adds to the support of i, to the predictions of j and to all rows, and no measure
    knows more of it than that. So its derivative is that of a row that is missed, plus that of one that is a false
    positive, less that of one more row, which is in both.
    """
    classes = len(mass)
    sums = Cells.of(mass)
    hits, support, predicted, total = (np.asarray(own, np.float64) for own in
                                       (sums.hits, sums.support, sums.predicted, sums.total))  # fmt: skip
    of, called = np.divmod(cells, classes)
    diagonal = of == called
    missed, wrong = np.unique(of[~diagonal]), np.unique(called[~diagonal])

    def along(places: NDArray[np.intp], least: Array, *changed: str) -> Array:
        """The derivative where some sums of each class grow together with all rows."""
        made = np.empty(len(places))
        change = np.minimum(_STEP * total[0], 0.1 * least)
        step = max(1, _AT_ONCE // classes)
        for start in range(0, len(places), step):
            some, by = places[start : start + step], change[start : start + step]
            sides = []
            for sign in (1.0, -1.0):
                held = {"hits": hits, "support": support, "predicted": predicted}
                for name in changed:
                    held[name] = np.repeat(held[name][None, :], len(some), axis=0)
                    held[name][np.arange(len(some)), some] += sign * by
                sides.append(formula(Cells(**held, total=total[None, :] + sign * by[:, None])))
            made[start : start + step] = (sides[0] - sides[1]) / (2 * by)
        return made

    derivatives = np.empty(len(cells))
    derivatives[diagonal] = along(of[diagonal], hits[of[diagonal]], "hits", "support", "predicted")
    if not diagonal.all():
        by_row, by_column = np.full(classes, np.nan), np.full(classes, np.nan)
        by_row[missed] = along(missed, (support - hits)[missed], "support")
        by_column[wrong] = along(wrong, (predicted - hits)[wrong], "predicted")
        by_all = along(np.zeros(1, np.intp), total)[0]
        derivatives[~diagonal] = by_row[of[~diagonal]] + by_column[called[~diagonal]] - by_all
    return derivatives


def derivatives_by_cell(formula: Callable[[Cells], Array], mass: Array) -> Array:
    """:func:`cell_influence` for many matrices of two classes.

    Args:
        formula: The measure.
        mass: Weight of the cells, shape (matrices, 2, 2).

    Returns:
        Derivatives of shape (matrices, 4), by the cells in their order in a matrix; 0 by an empty cell, and where the
        measure is undefined nearby.
    """
    flat = mass.reshape(-1, 4)
    derivatives = np.zeros(flat.shape)
    for cell in range(4):
        change = np.minimum(_STEP * flat.sum(axis=1), 0.1 * flat[:, cell])
        sides = []
        for sign in (1, -1):
            changed = flat.copy()
            changed[:, cell] += sign * change
            sides.append(formula(Cells.of(changed.reshape(-1, 2, 2))))
        np.divide(sides[0] - sides[1], 2 * change, out=derivatives[:, cell], where=change > 0)
    return np.nan_to_num(derivatives, nan=0.0)


def average_precision_influence(positives: Array, negatives: Array) -> tuple[Array, Array]:
    """The derivative of the average precision by the weight of a positive, and of a negative, in each bin.

    With T and R the positives and all rows at or above a bin, P the positives in it and W all positives, AP is
    sum(P T / R) / W. A positive adds its own precision less AP, and raises that of all bins at or below its own; a
    negative lowers those.

    Args:
        positives: Weight of the positives in bins of scores, ascending, shape (bins,); the rows of a bin are taken as
            tied.
        negatives: The same of the negatives.
    """
    mass, rows = positives[::-1], (positives + negatives)[::-1]
    reached, above = np.cumsum(mass), np.cumsum(rows)
    whole = reached[-1]
    precision = reached / above
    average = float(mass @ precision) / whole
    raised = np.cumsum((mass / above)[::-1]) / whole
    lowered = np.cumsum((mass * reached / above**2)[::-1]) / whole
    return (precision[::-1] - average) / whole + raised - lowered, -lowered


def precision_gain_influence(positives: Array, negatives: Array) -> tuple[Array, Array]:
    """The same of the average precision minus the share of positives, which a score that says nothing has."""
    positive, negative = average_precision_influence(positives, negatives)
    total = float(positives.sum() + negatives.sum())
    share = float(positives.sum()) / total
    return positive - (1 - share) / total, negative + share / total


def auc_influence_by_bin(positives: Array, negatives: Array) -> tuple[Array, Array]:
    """The same of the AUC: the share of the other class that a row beats, or is beaten by, less the AUC."""
    totals = float(positives.sum()), float(negatives.sum())
    beaten = (np.cumsum(negatives) - negatives / 2) / totals[1]
    beating = 1 - (np.cumsum(positives) - positives / 2) / totals[0]
    auc = float(positives @ beaten) / totals[0]
    return (beaten - auc) / totals[0], (beating - auc) / totals[1]


def gap_influence(positives: Array, negatives: Array) -> tuple[Array, Array]:
    """The same of KS, at the threshold where the gap is largest: there it is a difference of two shares."""
    totals = float(positives.sum()), float(negatives.sum())
    below = np.cumsum(positives) / totals[0], np.cumsum(negatives) / totals[1]
    gap = below[1] - below[0]
    at = int(np.argmax(np.abs(gap)))
    sign = 1.0 if gap[at] >= 0 else -1.0
    under = np.arange(len(gap)) <= at
    return sign * (below[0][at] - under) / totals[0], sign * (under - below[1][at]) / totals[1]


def explained_influence(
    target: Array, errors: Array, weight: Array | None, threads: int, *, centre_errors: bool
) -> Array:
    """The influence of each row on R² = 1 - A / B, or on the explained variance where errors are centred.

    (b A / B - a) / B times the row's share of the weight, with a and b the row's squared error and its squared distance
    from the mean target: that the means were found on the same rows changes it in the second order only.

    Args:
        target: The true amounts, shape (rows,).
        errors: Target less prediction.
        weight: Of the rows, or None.
        threads: How many threads there may be.
        centre_errors: Whether the errors' mean is taken off them first.
    """
    spread = (target - mean_of(target, weight, threads)) ** 2
    squared_errors = (errors - mean_of(errors, weight, threads) if centre_errors else errors) ** 2
    whole = mean_of(spread, weight, threads)
    unexplained = mean_of(squared_errors, weight, threads) / whole
    return np.asarray(shares(weight, len(target), threads) * ((spread * unexplained - squared_errors) / whole))


def loss_influence(loss: MeanLoss, target: Array, prediction: Array, weight: Array | None, threads: int) -> Array:
    """The influence of each row on the mean of a loss, its root, or its ratio to another mean.

    Args:
        loss: The loss.
        target: The true values, shape (rows,).
        prediction: The predictions.
        weight: Of the rows, or None.
        threads: How many threads there may be.
    """
    assert loss.loss is not None  # else its task knows the losses
    losses = loss.loss(target, prediction)
    mean, influence = mean_of(losses, weight, threads), mean_influence(losses, weight, threads)
    if loss.per is not None:
        others = loss.per(target, prediction)
        whole = mean_of(others, weight, threads)
        mean = mean / whole
        influence = (influence - mean * mean_influence(others, weight, threads)) / whole
    if loss.root:
        return influence / (2 * math.sqrt(mean)) if mean > 0 else np.zeros(len(target))
    return np.asarray(influence)


def tail_freedom(influence: Array, units: int, threads: int) -> float:
    """Half of :func:`variance_freedom`, for losses.

    The kurtosis of a sample from a heavy tail is too small, most of all where it matters, and half of the degrees of
    freedom make intervals hold (docs/coverage.md).
    """
    return max(1.0, variance_freedom(influence, units, threads) / 2)


def variance_freedom(influence: Array, units: int, threads: int) -> float:
    """Degrees of freedom of a variance that is the sum of squared influences, by how much it varies itself.

    Twice its square over its variance (F. E. Satterthwaite, Biometrics 2, 1946): 2 n / (kurtosis - 1) of equal weights.

    Args:
        influence: Of the rows, or of clusters, summing to 0; some may be 0 that stand for none.
        units: How many rows, or clusters, there are.
        threads: How many threads there may be.

    Returns:
        The degrees of freedom, 1 or more; infinite where nothing varies.
    """
    sums = sum_values(influence * influence, None, threads)
    if not (sums.value.finite and sums.square.finite) or float(sums.square) < _SMALLEST:  # beyond the doubles
        largest = float(np.abs(influence).max(initial=0.0))
        if not largest > 0:
            return math.inf
        sums = sum_values((influence / largest) ** 2, None, threads)
    whole, fourth = float(sums.value), float(sums.square)
    relative = fourth / (whole * whole) - 1 / units
    return max(1.0, 2 / relative) if relative > 0 else math.inf


def mean_influence(values: Array, weight: Array | None, threads: int) -> Array:
    """The influence of each row on the weighted mean of a value."""
    return np.asarray(shares(weight, len(values), threads) * (values - mean_of(values, weight, threads)))


def shares(weight: Array | None, rows: int, threads: int) -> Array:
    """Each row's share of the weight; one number for all where they have none."""
    if weight is None:
        return np.array(1.0 / rows)
    return np.asarray(weight / float(total_of(weight, None, threads)))


def share_below_influence(values: Array, limit: float, weight: Array | None, threads: int) -> Array:
    """The influence of each row on the share of the weight at or below a limit: what a quantile's interval rests on.

    R. S. Woodruff, "Confidence intervals for medians and other position measures", Journal of the American Statistical
    Association 47 (1952).
    """
    return mean_influence((values <= limit).astype(np.float64), weight, threads)


def cluster_sums(influence: Array, clusters: NDArray[Any]) -> Array:
    """The influences of each cluster's rows, added; the same to the last bit in any order of the rows.

    Args:
        influence: Of the rows.
        clusters: The number of each row's cluster, from 0.
    """
    largest = float(np.abs(influence).max(initial=0.0))
    if not largest > 0:
        return np.zeros(int(clusters.max(initial=-1)) + 1)
    # Whole numbers in a unit of which each row has at most 2^62 / rows: their sums have no order.
    unit = 2.0 ** (np.ceil(np.log2(largest)) + np.ceil(np.log2(len(influence) + 1)) - 62)
    whole = np.rint(influence / unit).astype(np.int64)
    sums = np.zeros(int(clusters.max()) + 1, np.int64)
    np.add.at(sums, clusters, whole)
    return np.asarray(sums * unit)
