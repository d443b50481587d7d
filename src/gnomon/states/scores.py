"""Scores and labels, kept: exact ranking needs every row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels.ranking import Ranking
from gnomon.states.rows import KeptRows


class Scores(KeptRows):
    """The scores of some binary rows, their labels (1 positive, 0 negative) and their weights if any."""

    kind: ClassVar[str] = "scores"

    @classmethod
    def of(cls, score: NDArray[Any], label: NDArray[np.uint8], weight: NDArray[np.float64] | None) -> Self:
        """The state of some rows."""
        if not len(score):
            return cls()
        return cls(((score, label) if weight is None else (score, label, weight),))

    @property
    def weighted(self) -> bool:
        """Whether the rows have weights."""
        return bool(self.chunks) and len(self.chunks[0]) == 3

    def rank(self, threads: int, units: tuple[int, int] | None = None) -> Ranking:
        """The rows in order, ready for sweeps; there must be at least one. A stretch is told the units of weights."""
        weights = self.column(2) if self.weighted else None
        return Ranking(self.column(0), self.column(1), weights, threads, units if self.weighted else None)


class LabelRows(KeptRows):
    """Which labels some rows have, what is said of each label (a prediction or a score), and their weights if any.

    The columns of a chunk are those of the labels (uint8), then what is said of them in the same order, last the
    weights.
    """

    kind: ClassVar[str] = "label_rows"

    @classmethod
    def of(cls, target: NDArray[np.uint8], said: Sequence[NDArray[Any]], weight: NDArray[np.float64] | None) -> Self:
        """The state of some rows; ``target`` has shape (labels, rows)."""
        if not target.shape[1]:
            return cls()
        return cls(((*target, *said, *(() if weight is None else (weight,))),))


class ClassScores(KeptRows):
    """The class codes of some rows, a column of scores for each class, and their weights if any.

    The columns of a chunk are the codes, the scores in the order of the classes, and last the weights.
    """

    kind: ClassVar[str] = "class_scores"

    @classmethod
    def of(cls, target: NDArray[Any], scores: tuple[NDArray[Any], ...], weight: NDArray[np.float64] | None) -> Self:
        """The state of some rows."""
        if not len(target):
            return cls()
        return cls(((target, *scores, *(() if weight is None else (weight,))),))

    def one_vs_rest(self, code: int, classes: int) -> Scores:
        """The scores of one class, with that class as the positive one."""
        return Scores(
            tuple(
                (chunk[1 + code], (chunk[0] == code).astype(np.uint8), *chunk[1 + classes :]) for chunk in self.chunks
            )
        )
