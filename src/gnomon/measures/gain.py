"""Discounted cumulative gain of a ranking of documents, or of labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels.row_rankings import gains

Array = NDArray[np.float64]


def discounted_gain(
    relevance: Array, scores: Array, k: int | None, log_base: float, ignore_ties: bool, threads: int
) -> Array:
    """For each row the sum over ranks r of the relevance at r over log(r + 1).

    K. Järvelin and J. Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM Transactions on
    Information Systems 20 (2002). Tied documents share the mean of their gains.

    Args:
        relevance: Of shape (rows, documents).
        scores: Of the same shape.
        k: How many ranks count; None for all.
        log_base: Base of the logarithm.
        ignore_ties: Whether tied documents may stand in any order.
        threads: How many threads there may be.
    """
    discount = np.log(log_base) / np.log(np.arange(relevance.shape[1]) + 2)
    if k is not None:
        discount[k:] = 0
    return gains(relevance, scores, discount, ignore_ties, threads)


def normalized_gain(relevance: Array, scores: Array, k: int | None, ignore_ties: bool, threads: int) -> Array:
    """The gain of each row over that of the best ranking; 0 where nothing is relevant."""
    gain = discounted_gain(relevance, scores, k, 2, ignore_ties, threads)
    best = discounted_gain(relevance, relevance, k, 2, True, threads)
    return np.divide(gain, best, out=np.zeros_like(gain), where=best != 0)
