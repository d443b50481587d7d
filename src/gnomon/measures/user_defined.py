"""A user's own measure: a formula of the four cells, or a loss of each row, treated as any other measure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from inspect import signature
from typing import Any, Literal

import numpy as np

from gnomon.calling import verb
from gnomon.errors import UsageError
from gnomon.measures.cells import Array, Cells
from gnomon.measures.measure import HIGHER, LOWER, Basis, Loss, MeanLoss, Measure, OfClass
from gnomon.measures.registry import refuse_taken, register
from gnomon.message import Message

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CELLS = ("tp", "fp", "fn", "tn")
# Cells by which a formula is tried when it is declared: two lots of counts, none of them 0.
_TRIED = np.array([[60.0, 5.0], [10.0, 20.0], [7.0, 30.0], [23.0, 45.0]])


# Rows by which a loss is tried: true values, and what was predicted for them.
_TRIED_ROWS = np.array([[1.0, 0.0, 1.0, 0.0, 1.0], [0.9, 0.2, 0.4, 0.6, 0.7]])


@verb
def measure(
    name: str,
    formula: Callable[[Any, Any, Any, Any], Any] | None = None,
    /,
    *,
    loss: Callable[[Any, Any], Any] | None = None,
    better: Literal["higher", "lower"] | None = None,
    title: str | None = None,
    low: float = -math.inf,
    high: float = math.inf,
) -> Measure:
    """Declare a measure of your own: a formula of the confusion matrix, or the mean of a loss of each row.

    Pass it as ``measures=[...]`` to :func:`gnomon.evaluate`, :func:`gnomon.compare` or :func:`gnomon.evaluate_model`;
    from then on its name is known to :func:`gnomon.get_scorer`, too, in this process. Its estimate has an interval, of
    each slice as well, and a baseline, and two models are compared by the influence of each row. A formula can be the
    goal of :func:`gnomon.choose_threshold` and stand in constraints; of several classes it is evaluated for each class
    against the rest.

    Args:
        name: What its estimate is called: small letters, digits and underscores. Declaring a name of your own again
            replaces the measure.
        formula: The value from ``tp, fp, fn, tn``, the weights of the rows in each cell (floats, or arrays of them of
            one shape); where its parameters have these names they may be fewer, or in another order. It must not change
            when all four are multiplied alike. Where it divides by 0 the measure is undefined. Its interval is made of
            1,000 replicates of the matrix, its baseline always predicts the most frequent class.
        loss: Instead of a formula: the loss of each row from the true values and the predictions, two arrays of shape
            (rows,), of a regression; of two classes from 0 and 1 and the scores (or predictions where there are none).
            The measure is its mean, with Student's interval. The baseline always predicts the median of the target, of
            two classes with scores the share of positives, where the rows are kept. It must not change its arguments.
        better: Whether ``"higher"`` or ``"lower"`` values are better; None for higher of a formula and lower of a loss.
        title: What reports call it; None for its name.
        low: The least value that it can take; a value below it has no interval. From 0 the interval of a loss is made
            on the log scale.
        high: The greatest.

    Returns:
        The measure.

    Raises:
        UsageError: The name is taken or no name; there is no formula and no loss, or both; it fails; a formula changes
            with the number of rows; a loss is not one number a row.

    Examples:
        >>> import gnomon, numpy as np
        >>> profit = gnomon.measure("profit", lambda tp, fp, fn, tn: (50 * tp - 4 * fp) / (tp + fp + fn + tn))
        >>> ev = gnomon.evaluate([0, 0, 0, 1, 1, 1], [0.1, 0.4, 0.6, 0.35, 0.8, 0.9], measures=[profit])
        >>> ev["profit"].value
        16.0
        >>> gnomon.choose_threshold([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], goal="profit").threshold.value
        0.35
        >>> late = gnomon.measure("lateness", loss=lambda y, p: np.maximum(y - p, 0), low=0)
        >>> gnomon.evaluate([3.0, 5.0, 4.0], [2.5, 6.0, 3.0], measures=[late])["lateness"].value
        0.5
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise UsageError(
            Message(
                "measure_name",
                "the name of a measure consists of lower-case letters, digits and underscores, unlike {name!r}",
                name=name,
            )
        )
    refuse_taken(name)
    if (formula is None) == (loss is None):
        raise UsageError(
            Message(
                "measure_formula_missing",
                "{name!r} needs a formula of tp, fp, fn, tn, or loss= for a loss of each row",
                name=name,
            )
        )
    if better not in (None, "higher", "lower"):
        raise UsageError(
            Message("measure_better", "better={better!r} is unknown\nexpected 'higher' or 'lower'", better=better)
        )
    if not low < high:
        raise UsageError(Message("measure_range", "low={low!r} is not below high={high!r}", low=low, high=high))
    reason = Message("undefined_here", "{name} is undefined for these rows", name=name)
    basis: Basis
    if loss is not None:
        basis = MeanLoss(of_rows(name, loss), of_scores=True, reason=reason)
    else:
        assert formula is not None  # else there is neither
        basis = OfClass(of_cells(name, formula), reason)
    made = Measure(
        name=name,
        title=Message("own_title", "{title}", title=name.replace("_", " ") if title is None else str(title)),
        basis=basis,
        low=float(low),
        high=float(high),
        better=HIGHER if (better or ("higher" if loss is None else "lower")) == "higher" else LOWER,
    )
    register(made)
    return made


@dataclass(frozen=True, slots=True)
class LossOfRows:
    """A user's loss, checked whenever it is called. It can be pickled if the user's function can.

    Attributes:
        name: The measure.
        loss: The user's function.
        by_row: Whether it takes the numbers of one row at a time.
    """

    name: str
    loss: Callable[[Any, Any], Any]
    by_row: bool

    def __call__(self, target: Array, prediction: Array) -> Array:
        """The loss of each row."""
        function = np.vectorize(self.loss, otypes=[np.float64]) if self.by_row else self.loss
        try:
            losses = np.asarray(function(*read_only((target, prediction))), np.float64)
        except Exception as error:
            raise UsageError(
                Message(
                    "loss_fails",
                    "the loss of {name!r} fails on these rows: {error!r}",
                    name=self.name,
                    error=error,
                )
            ) from error
        if losses.shape != np.shape(target):
            raise UsageError(
                Message(
                    "loss_shape",
                    "the loss of {name!r} has shape {shape} for {number:,} rows\nit must return one number per row",
                    name=self.name,
                    shape=losses.shape,
                    number=len(target),
                )
            )
        return losses


def of_rows(name: str, loss: Callable[[Any, Any], Any]) -> Loss:
    """A function of true values and predictions as the loss of each row.

    A function that takes numbers only, such as one with an ``if``, is called for each row.

    Raises:
        UsageError: It is not a function, it fails, or does not give one number a row.
    """
    if not callable(loss):
        raise UsageError(
            Message(
                "loss_function",
                "loss= of {name!r} must be a function of true values and predictions, not {loss!r}",
                name=name,
                loss=loss,
            )
        )
    by_row = np.vectorize(loss, otypes=[np.float64])
    try:
        expected = by_row(*read_only(_TRIED_ROWS))
    except Exception:  # a loss of whole arrays only, such as one that takes len(): the trial below tells
        expected = None
    function: Callable[..., Any] = loss
    try:
        whole = np.asarray(loss(*read_only(_TRIED_ROWS)), np.float64)
        part = np.asarray(loss(*read_only(_TRIED_ROWS[:, 1:3])), np.float64)
    except Exception as error:
        if expected is None:
            raise UsageError(
                Message(
                    "loss_fails_at_once",
                    "the loss of {name!r} fails for true values of 0 and 1: {error!r}",
                    name=name,
                    error=error,
                )
            ) from None
        function = by_row
    else:
        if whole.shape != (_TRIED_ROWS.shape[1],) or not np.allclose(whole[1:3], part, rtol=1e-9, equal_nan=True):
            raise UsageError(
                Message(
                    "loss_not_by_row",
                    "the loss of {name!r} must return one number per row, from that row alone, not their mean",
                    name=name,
                )
            )

    return LossOfRows(name, loss, by_row=function is by_row)


def by_name(formula: Callable[..., Any]) -> Callable[..., Any]:
    """A formula that takes ``tp, fp, fn, tn`` in this order, of one that names its parameters so, in any order.

    >>> by_name(lambda tn, fp, fn, tp: tp / (tp + fn))(3, 0, 1, 9)
    0.75
    """
    try:
        names = list(signature(formula).parameters)
    except (TypeError, ValueError):  # a compiled function does not tell
        return formula
    if not names or not set(names) <= set(_CELLS) or names == list(_CELLS):
        return formula
    places = [_CELLS.index(name) for name in names]
    return lambda *cells: formula(*(cells[place] for place in places))


def read_only(arrays: Iterable[Array]) -> list[Array]:
    """The same arrays, which a user's function cannot change."""
    views = [np.asarray(own, np.float64).view() for own in arrays]
    for view in views:
        view.flags.writeable = False
    return views


def of_cells(name: str, formula: Callable[[Any, Any, Any, Any], Any]) -> Callable[[Cells], Array]:
    """A function of four cells as a formula of :class:`Cells`, NaN where it is not finite.

    A function that takes numbers only, such as one with an ``if``, is called for each of them.

    Raises:
        UsageError: It fails, or changes when all cells are multiplied alike.
    """

    def one(*cells: float) -> float:
        try:
            return float(formula(*cells))
        except (ArithmeticError, ValueError):  # a division by 0, the logarithm or the root of a negative number
            return math.nan

    if not callable(formula):
        raise UsageError(
            Message(
                "formula_function",
                "the formula of {name!r} must be a function of tp, fp, fn, tn, not {formula!r}",
                name=name,
                formula=formula,
            )
        )
    formula = by_name(formula)
    by_cell = np.vectorize(one, otypes=[np.float64])
    try:
        expected = by_cell(*read_only(_TRIED))
        tenfold = by_cell(*read_only(10 * _TRIED))
    except Exception as error:
        raise UsageError(
            Message(
                "formula_fails",
                "the formula of {name!r} fails for tp, fp, fn, tn = 60, 10, 7, 23: {error!r}",
                name=name,
                error=error,
            )
        ) from None
    if not np.allclose(expected, tenfold, rtol=1e-9, atol=0, equal_nan=True):
        raise UsageError(
            Message(
                "formula_scales",
                "the formula of {name!r} depends on the number of rows ({expected:g} becomes {tenfold:g} with ten "
                "times as many)\ndivide by tp + fp + fn + tn",
                name=name,
                expected=expected[0],
                tenfold=tenfold[0],
            )
        )
    try:
        with np.errstate(all="ignore"):
            whole = np.asarray(formula(*read_only(_TRIED)), np.float64)
        of_arrays = whole.shape == expected.shape and np.allclose(whole, expected, rtol=1e-9, atol=0, equal_nan=True)
    except Exception:  # whatever it raises of arrays, it works on numbers: it is called cell by cell
        of_arrays = False
    function = formula if of_arrays else by_cell

    def value(cells: Cells) -> Array:
        parts = (cells.hits, cells.false_positives, cells.false_negatives, cells.true_negatives)
        with np.errstate(all="ignore"):
            result = np.asarray(function(*read_only(parts)), np.float64)
        return np.where(np.isfinite(result), result, np.nan)

    return value
