"""Measures of a ranking within each row: labels by their scores, documents by their relevance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels import _core

Array = NDArray[np.float64]


def label_average_precision(truth: NDArray[np.uint8], scores: Array, threads: int) -> Array:
    """For each row the mean over its labels of the share of its labels among those that score at least as high.

    1 where a row has no label, or all. ``truth`` and ``scores`` have shape (rows, labels).
    """
    return _core.label_ranking("average_precision", truth, scores, threads)


def label_coverage(truth: NDArray[np.uint8], scores: Array, threads: int) -> Array:
    """For each row how many labels score at least as high as the lowest of its own; 0 where it has none."""
    return _core.label_ranking("coverage", truth, scores, threads)


def label_loss(truth: NDArray[np.uint8], scores: Array, threads: int) -> Array:
    """For each row the share of pairs of a label it has and one it has not that are not ordered so; ties are not.

    0 where a row has no label, or all.
    """
    return _core.label_ranking("loss", truth, scores, threads)


def gains(relevance: Array, scores: Array, discount: Array, ignore_ties: bool, threads: int) -> Array:
    """For each row the sum of the relevance of its documents times the discount of their ranks by score.

    Tied documents share the mean of their relevance, unless ties are ignored.

    Args:
        relevance: Of shape (rows, documents).
        scores: Of the same shape.
        discount: Of each rank, of shape (documents,).
        ignore_ties: Whether tied documents may stand in any order (that of the later column first).
        threads: How many threads there may be.
    """
    return _core.gains(relevance, scores, discount, ignore_ties, threads)


def top_k_hits(target: NDArray[np.int32], scores: NDArray[Any], k: int, threads: int) -> NDArray[np.uint8]:
    """1 for each row whose class is among its k highest scores; of equal scores the later column is higher."""
    return _core.top_k_hits(target, scores, k, threads)
