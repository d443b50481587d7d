"""How many equal rows would say as much of a share as weighted rows do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.measures.cells import Cells, Mass

Array = NDArray[np.float64]

# With as many effective rows as the first, a class tells nothing of its own of what its rows weigh; with as many as the
# second it tells all (docs/decisions/0018).
TELLING_ROWS = (10.0, 30.0)


def row_weights(mass: Array, squares: Array) -> Array:
    """The weight of one row in each cell of a confusion matrix, for the variance of what is counted there.

    A cell of mass W with the sum of squared weights Q varies as W / u rows of weight u = Q / W do. The few rows of a
    small cell may all be light by chance, so u is at least that of the rows of their true class, or of all rows where
    that class has few effective rows itself; in between, the geometric mean of both, weighted by how many it has. A
    weight that follows the class, as after sampling down, is known that way, and one that follows nothing is not taken
    to be known from a handful of rows.

    Args:
        mass: Weight of the cells, shape (..., classes, columns); the rows of a class may stand in any columns.
        squares: Sum of the squared weights in each; without weights the same.

    Returns:
        Weights of the same shape, positive wherever there are rows at all.
    """
    table = mass.sum(axis=(-2, -1), keepdims=True), squares.sum(axis=(-2, -1), keepdims=True)
    classes = mass.sum(axis=-1, keepdims=True), squares.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        of_all = table[1] / table[0]
        known = classes[0] > 0
        of_class = np.where(known, classes[1] / classes[0], of_all)
        few, enough = TELLING_ROWS
        trust = np.clip((np.where(known, classes[0] ** 2 / classes[1], 0.0) - few) / (enough - few), 0.0, 1.0)
        least = of_all ** (1 - trust) * of_class**trust
        return np.asarray(np.where(mass > 0, np.maximum(squares / mass, least), least))


def effective_trials(
    successes: Callable[[Cells], Mass], trials: Callable[[Cells], Mass], mass: Array, squares: Array
) -> Array:
    """:func:`trials_of_share` of shares of the rows of confusion matrices.

    Args:
        successes: The rows counted, from the cells of matrices.
        trials: The rows of which they are a share.
        mass: Weight of the cells of matrices, shape (..., classes, classes).
        squares: Sums of the squared weights.
    """
    weights = row_weights(mass, squares)
    total, hits = trials(Cells.of(mass)), successes(Cells.of(mass))
    whole, part = (np.asarray(of(Cells.of(mass * weights)), np.float64) for of in (trials, successes))
    # Of an outcome that was not seen, as its cells would weigh.
    among_all, among_hits = (np.asarray(of(Cells.of(weights)), np.float64) for of in (trials, successes))
    every, every_hit = (of(Cells.of(np.ones_like(mass))) for of in (trials, successes))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = hits / total
        success = np.where(share > 0, part / hits, among_hits / every_hit)
        failure = np.where(share < 1, (whole - part) / (total - hits), (among_all - among_hits) / (every - every_hit))
        return np.asarray(trials_of_share(share, total, success, failure))


def trials_of_share(share: Any, total: Any, success: Any, failure: Any) -> Any:
    """How many equal rows would say as much of a share, by the weight of one row among successes and failures.

    A share p = S / W of weighted rows has the linearised variance sum of (w (x - p))^2 / W^2 (W. G. Cochran, Sampling
    Techniques, 3rd edition, section 2.11). With u the weight of one row among the successes and v among the failures
    that is p (1 - p) ((1 - p) u + p v) / W, the variance of W / ((1 - p) u + p v) rows of weight 1. Without weights
    that is the number of rows.
    """
    return total / ((1 - share) * success + share * failure)
