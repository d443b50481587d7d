"""A user's own measure: a formula of the four cells, treated as any other measure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from gnomon.calling import verb
from gnomon.errors import UsageError
from gnomon.measures.cells import Array, Cells
from gnomon.measures.measure import HIGHER, LOWER, Measure, OfClass
from gnomon.measures.registry import refuse_taken, register

_NAME = re.compile(r"[a-z][a-z0-9_]*")
# Cells by which a formula is tried when it is declared: two lots of counts, none of them 0.
_TRIED = np.array([[60.0, 5.0], [10.0, 20.0], [7.0, 30.0], [23.0, 45.0]])


@verb
def measure(
    name: str,
    formula: Callable[[Any, Any, Any, Any], Any],
    /,
    *,
    better: Literal["higher", "lower"] = "higher",
    title: str | None = None,
    low: float = -math.inf,
    high: float = math.inf,
) -> Measure:
    """Declare a measure of your own, from the cells of the confusion matrix.

    Pass it as ``measures=[...]`` to :func:`gnomon.evaluate`, :func:`gnomon.compare` or :func:`gnomon.evaluate_model`;
    from then on its name is known, as a goal of :func:`gnomon.choose_threshold`, in constraints and to
    :func:`gnomon.get_scorer`. It has an interval (from 1,000 replicates of the confusion matrix), is compared with
    always predicting the most frequent class, and between models by the influence of each row. Of several classes it
    is evaluated for each class against the rest.

    Args:
        name: What its estimate is called: small letters, digits and underscores. Declaring a name of your own again
            replaces the measure.
        formula: The value from ``tp, fp, fn, tn``, the weights of the rows in each cell (floats, or arrays of them of
            one shape). It must not change when all four are multiplied alike. Where it divides by 0 the measure is
            undefined.
        better: Whether ``"higher"`` or ``"lower"`` values are better.
        title: What reports call it; None for its name.
        low: The least value that it can take.
        high: The greatest.

    Returns:
        The measure.

    Raises:
        UsageError: The name is taken or no name, or the formula fails, or changes with the number of rows.

    Examples:
        >>> import gnomon
        >>> profit = gnomon.measure("profit", lambda tp, fp, fn, tn: (50 * tp - 4 * fp) / (tp + fp + fn + tn))
        >>> ev = gnomon.evaluate([0, 0, 0, 1, 1, 1], [0.1, 0.4, 0.6, 0.35, 0.8, 0.9], measures=[profit])
        >>> ev["profit"].value
        16.0
        >>> gnomon.choose_threshold([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], goal="profit").threshold.value
        0.35
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise UsageError(f"a measure is named by small letters, digits and underscores, not {name!r}")
    refuse_taken(name)
    if not callable(formula):
        raise UsageError(f"the formula of {name!r} must be a function of tp, fp, fn, tn, not {formula!r}")
    if better not in ("higher", "lower"):
        raise UsageError(f"better={better!r}: say 'higher' or 'lower'")
    if not low < high:
        raise UsageError(f"low={low!r} is not below high={high!r}")
    own = Measure(
        name=name,
        title=name.replace("_", " ") if title is None else str(title),
        basis=OfClass(of_cells(name, formula), f"{name} is undefined for these rows"),
        low=float(low),
        high=float(high),
        better=HIGHER if better == "higher" else LOWER,
    )
    register(own)
    return own


def of_cells(name: str, formula: Callable[[Any, Any, Any, Any], Any]) -> Callable[[Cells], Array]:
    """A function of four cells as a formula of :class:`Cells`, NaN where it is not finite.

    A function that takes numbers only, such as one with an ``if``, is called for each of them.

    Raises:
        UsageError: It fails, or changes when all cells are multiplied alike.
    """

    def one(*cells: float) -> float:
        try:
            return float(formula(*cells))
        except ZeroDivisionError:
            return math.nan

    each = np.vectorize(one, otypes=[np.float64])
    try:
        expected = each(*_TRIED)
        tenfold = each(*(10 * _TRIED))
    except Exception as error:
        raise UsageError(f"the formula of {name!r} fails at tp, fp, fn, tn = 60, 10, 7, 23: {error!r}") from None
    if not np.allclose(expected, tenfold, rtol=1e-9, atol=0, equal_nan=True):
        raise UsageError(
            f"the formula of {name!r} changes with the number of rows ({expected[0]:g} becomes {tenfold[0]:g} with ten "
            "times as many): divide by tp + fp + fn + tn"
        )
    try:
        with np.errstate(all="ignore"):
            whole = np.asarray(formula(*_TRIED), np.float64)
        of_arrays = whole.shape == expected.shape and np.allclose(whole, expected, rtol=1e-9, atol=0, equal_nan=True)
    except Exception:
        of_arrays = False
    function = formula if of_arrays else each

    def value(cells: Cells) -> Array:
        parts = (cells.hits, cells.false_positives, cells.false_negatives, cells.true_negatives)
        with np.errstate(all="ignore"):
            found = np.asarray(function(*(np.asarray(own, np.float64) for own in parts)), np.float64)
        return np.where(np.isfinite(found), found, np.nan)

    return value
