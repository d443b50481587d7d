"""Measures at many thresholds at once, with their intervals: those that an evaluation at each threshold would have."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnomon.intervals.bootstrap import matrices_intervals
from gnomon.intervals.mean_of_shares import mean_of_shares
from gnomon.intervals.wilson import wilson_ends
from gnomon.measures import confusion as measures
from gnomon.measures.confusion import PROPORTIONS
from gnomon.measures.threshold import POSITIVE, THRESHOLD_MEASURES, Points

Array = NDArray[np.float64]

# Shares of some rows, and measures of the whole matrix.
SHARES = ("precision", "recall", "specificity", "false_positive_rate", "negative_predictive_value")
WHOLE = {
    "matthews_corrcoef": measures.matthews_corrcoef,
    "cohen_kappa": measures.cohen_kappa,
}
MEASURES = ("accuracy", *SHARES, "f1", "balanced_accuracy", *WHOLE)
# Their mean is the balanced accuracy.
RECALLS = ("recall", "specificity")


class Band(NamedTuple):
    """A measure at thresholds: the values and both ends of their intervals; NaN where undefined."""

    value: Array
    low: Array
    high: Array


def bands(points: Points, names: Collection[str], level: float | None, seed: int) -> dict[str, Band]:
    """Measures of a confusion matrix at each point, by name.

    Shares have Wilson's interval, F1 that of the Jaccard index, the balanced accuracy that of both recalls, the others
    come from replicates of the four cells.

    Args:
        points: Counts of rows.
        names: Those wanted, of :data:`MEASURES`.
        level: The confidence level; None for no intervals.
        seed: Seed of the replicates.
    """
    cells = points.cells()
    if level is None:
        return {name: Band(value, *(np.full(value.shape, np.nan),) * 2) for name in names
                for value in (THRESHOLD_MEASURES[name](points),)}  # fmt: skip
    own = cells.of_class(POSITIVE)
    found: dict[str, Band] = {}
    averaged = "balanced_accuracy" in names
    needed = {*names, *(RECALLS if averaged else ()), *(("jaccard",) if "f1" in names else ())}
    for name in [own for own in (*SHARES, "jaccard") if own in needed]:
        rule = PROPORTIONS[name]
        value, trials = rule(own)[..., 0], rule.trials(own)[..., 0]
        found[name] = Band(value, *wilson_ends(value, trials, level))
    if averaged:
        recalls = (np.stack(ends, axis=-1) for ends in zip(*(found[name] for name in RECALLS), strict=True))
        found["balanced_accuracy"] = Band(measures.balanced_accuracy(cells), *mean_of_shares(*recalls))
    if "f1" in names:
        jaccard = found.pop("jaccard")
        ends = (measures.f1_of_jaccard(end) for end in (jaccard.low, jaccard.high))
        found["f1"] = Band(measures.f1(own)[..., 0], *ends)
    if "accuracy" in names:
        accuracy = measures.accuracy(cells)
        found["accuracy"] = Band(accuracy, *wilson_ends(accuracy, np.asarray(points.total), level))
    formulas = {name: formula for name, formula in WHOLE.items() if name in names}
    tp, fp = points.true_positives, points.false_positives
    table = np.stack([points.negatives - fp, fp, points.positives - tp, tp], axis=-1).reshape(-1, 2, 2)
    values = {name: formula(cells) for name, formula in formulas.items()}
    for name, (low, high) in matrices_intervals(table, values, formulas, level, seed).items():
        found[name] = Band(values[name], low, high)
    return {name: band for name, band in found.items() if name in names}
