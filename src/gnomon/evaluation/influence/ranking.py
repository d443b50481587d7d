"""The influence of each row on a measure of one ranking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.evaluation.reading.ranked_scores import RankedScoresInMemory, places_in
from gnomon.measures import influence as influences
from gnomon.measures import ranking as measures
from gnomon.measures.measure import OfRanking
from gnomon.measures.ranking import ROC_AUC
from gnomon.measures.registry import get_measure

Array = NDArray[np.float64]

# What the average precision gains on the share of positives.
PRECISION_GAIN = "precision_gain"


def ranking_influence(
    name: str,
    order: RankedScoresInMemory,
    score: NDArray[Any],
    label: NDArray[np.uint8],
    weight: Array | None,
    threads: int,
) -> Array | None:
    """The influence of each row, shape (rows,); None for other measures.

    Args:
        name: ``"roc_auc"``, ``"average_precision"``, ``"precision_gain"`` (on the share of positives) or ``"ks"``.
        order: The rows in the order of their scores; both classes have some.
        score: The scores.
        label: 1 for a positive row, 0 for a negative.
        weight: Of the rows, or None.
        threads: How many threads there may be.
    """
    if name == ROC_AUC.name:
        auc = measures.roc_auc(order.pairs)
        return measures.auc_influence(score, label, weight, auc, threads, classes=(order.negatives, order.positives))
    by_bin = influences.precision_gain_influence if name == PRECISION_GAIN else influence_by_bin(name)
    if by_bin is None:
        return None
    bins = order.bins(measures.TABLE_STEPS)
    positive, negative = by_bin(bins.positives, bins.negatives)
    place = places_in(bins, score)
    influence = np.where(label == 1, positive[place], negative[place])
    return influence if weight is None else influence * weight


def influence_by_bin(name: str) -> Callable[[Array, Array], tuple[Array, Array]] | None:
    """The influences of a measure that follow from the bin that a score lies in; None for other measures."""
    basis = get_measure(name).basis
    return basis.influence if isinstance(basis, OfRanking) else None
