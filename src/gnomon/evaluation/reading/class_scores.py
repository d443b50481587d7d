"""Scores that stand in a column for each class: which is the highest of a row, and those of some classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def highest(scores: Sequence[NDArray[Any]]) -> NDArray[np.intp]:
    """The class with the highest score of each row, the first where several are; column by column, without a matrix.

    >>> highest([np.array([0.2, 0.5]), np.array([0.7, 0.5])]).tolist()
    [1, 0]
    """
    best, code = np.array(scores[0]), np.zeros(len(scores[0]), np.intp)
    for place, column in enumerate(scores[1:], 1):
        code[column > best] = place
        np.maximum(best, column, out=best)
    return code


def picked(scores: Sequence[NDArray[Any]], rows: NDArray[np.intp], codes: NDArray[Any]) -> NDArray[np.float64]:
    """Of each of some rows the score of one class.

    >>> picked([np.array([0.2, 0.5]), np.array([0.7, 0.4])], np.array([1, 0]), np.array([1, 0])).tolist()
    [0.4, 0.2]
    """
    made = np.empty(len(rows))
    order = np.argsort(codes, kind="stable")
    for code, places in zip(*groups(codes[order], order), strict=True):
        made[places] = scores[code][rows[places]]
    return made


def groups(ordered: NDArray[Any], order: NDArray[np.intp]) -> tuple[list[int], list[NDArray[np.intp]]]:
    """Each code of a sorted column, and the places that have it."""
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(ordered) else np.zeros(0, int)
    return [int(own) for own in ordered[starts]], np.split(order, starts[1:]) if len(ordered) else []
