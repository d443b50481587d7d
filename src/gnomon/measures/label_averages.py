"""Averages over the labels of a multilabel task, and what each row contributes to their error.

A row has several labels, so labels are not independent: an average's variance is that of the sum, over labels, of a
row's influences on it (the linearisation of a ratio of sums: W. G. Cochran, Sampling Techniques, 3rd edition, section
2.11).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.measures.cells import Cells
from gnomon.measures.confusion import PER_CLASS, mean_defined
from gnomon.measures.measure import LOWER, MeanLoss, Measure, places

Array = NDArray[np.float64]
Indicator = NDArray[np.uint8]

# Numerator and denominator that a row adds to a measure of one label, from its true and its predicted value.
_TERMS: dict[str, tuple[Callable[[Indicator, Indicator], Any], Callable[[Indicator, Indicator], Any]]] = {
    "precision": (lambda t, p: t & p, lambda t, p: p),
    "recall": (lambda t, p: t & p, lambda t, p: t),
    "f1": (lambda t, p: 2 * (t & p), lambda t, p: t + p),
}


def averaged_with_influence(
    name: str,
    average: str,
    cells: Cells,
    target: Sequence[Indicator],
    predicted: Sequence[Indicator],
    weight: Array | None,
) -> tuple[float, Array]:
    """The macro, micro or weighted average of a measure, and the influence of each row on it.

    Args:
        name: ``"precision"``, ``"recall"`` or ``"f1"``.
        average: ``"macro"``, ``"micro"`` or ``"weighted"``.
        cells: The weights of each label, a label along the axis.
        target: For each label, which rows have it.
        predicted: For each label, for which rows it was predicted.
        weight: Of the rows, or None.

    Returns:
        The value (NaN where it is undefined), and influences of shape (rows,): the sum of their squares is the
        variance of the value.
    """
    top, bottom = _TERMS[name]
    values = PER_CLASS[name](cells)
    influence = np.zeros(len(target[0]))
    pooled = cells.apply(lambda sums: sums.sum(keepdims=True))
    support = cells.support.astype(np.float64)
    if average == "micro":
        value, whole = float(PER_CLASS[name](pooled)[0]), _denominator(name, pooled)[0]
        for t, p in zip(target, predicted, strict=True):
            influence += top(t, p) - value * bottom(t, p)
        return value, _weigh(influence, weight, whole)
    shares = support if average == "weighted" else np.ones(len(values))
    value = float(mean_defined(values, shares))
    counted = ~np.isnan(values) & (shares > 0)
    whole = float(shares[counted].sum())
    denominators = _denominator(name, cells)
    for label in np.flatnonzero(counted).tolist():
        t, p = target[label], predicted[label]
        influence += (top(t, p) - values[label] * bottom(t, p)) * (shares[label] / denominators[label])
        if average == "weighted":  # the shares are estimated, too
            influence += t * (values[label] - value)
    return value, _weigh(influence, weight, whole)


def _denominator(name: str, cells: Cells) -> Array:
    sums = {"precision": cells.predicted, "recall": cells.support, "f1": cells.support + cells.predicted}[name]
    return np.asarray(sums, np.float64)


def _weigh(influence: Array, weight: Array | None, whole: float) -> Array:
    if weight is not None:
        influence = influence * weight
    return influence / whole if whole else influence


HAMMING_LOSS = Measure(
    name="hamming_loss",
    title="Hamming loss",
    definition="share of labels that are wrong, mean over rows",
    basis=MeanLoss(),
    better=LOWER,
    rows="own",
    shown=places(headline=2, slices=8),
)
LABEL_RANKING_AVERAGE_PRECISION = Measure(
    name="label_ranking_average_precision",
    title="label ranking AP",
    definition="mean over the labels of a row of the share of its labels among those ranked no lower",
    basis=MeanLoss(),
)
LABEL_RANKING_LOSS = Measure(
    name="label_ranking_loss",
    title="label ranking loss",
    definition="share of pairs of a label of the row and another that are ranked the wrong way",
    basis=MeanLoss(),
    better=LOWER,
)
COVERAGE_ERROR = Measure(
    name="coverage_error",
    title="coverage error",
    definition="how far down the ranking all labels of a row are found",
    basis=MeanLoss(),
    high=math.inf,
    better=LOWER,
)
MEASURES = (HAMMING_LOSS, LABEL_RANKING_AVERAGE_PRECISION, LABEL_RANKING_LOSS, COVERAGE_ERROR)
