"""Rows with everything that one or several models say of each: for what must be looked at row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import StateError
from gnomon.states.base import of_one_class
from gnomon.states.rows import KeptRows
from gnomon.wire import pack, strict, unpack


@dataclass(frozen=True, slots=True)
class ModelOutput:
    """What one model says of some rows.

    Attributes:
        prediction: Class codes or amounts; None where nothing is predicted.
        scores: A column for each class that has one.
    """

    prediction: NDArray[Any] | None
    scores: tuple[NDArray[Any], ...] = ()

    @property
    def columns(self) -> tuple[NDArray[Any], ...]:
        """All of it."""
        return (*([] if self.prediction is None else [self.prediction]), *self.scores)


@dataclass(frozen=True, slots=True)
class PairedRows:
    """Some rows in whole columns.

    Attributes:
        target: Class codes or amounts, shape (rows,).
        answers: What each model says.
        weight: Of the rows; None where they have none.
        clusters: The number of each row's cluster; None where rows are independent.
    """

    target: NDArray[Any]
    answers: tuple[ModelOutput, ...]
    weight: NDArray[np.float64] | None = None
    clusters: NDArray[np.int64] | None = None

    def where(self, mask: NDArray[np.bool_]) -> PairedRows:
        """Some of the rows, their clusters numbered anew."""
        answers = tuple(
            ModelOutput(
                None if own.prediction is None else own.prediction[mask], tuple(score[mask] for score in own.scores)
            )
            for own in self.answers
        )
        clusters = None
        if self.clusters is not None:
            clusters = self.clusters[mask]
            seen = np.bincount(clusters) > 0
            clusters = (np.cumsum(seen) - 1)[clusters]
        return PairedRows(self.target[mask], answers, None if self.weight is None else self.weight[mask], clusters)


@dataclass(frozen=True, eq=False)
class PairedPredictions(KeptRows):
    """Some rows with the answers of one or several models.

    The columns of a chunk are the target, the weights and the clusters if any, then each model's prediction if it has
    one and its scores.

    Attributes:
        weighted, clustered: Whether rows have weights, and clusters.
        answers: For each model whether it predicts, and how many scores it has.
    """

    weighted: bool = False
    clustered: bool = False
    answers: tuple[tuple[bool, int], ...] = ()

    kind = "panel"

    @classmethod
    def of(
        cls,
        target: NDArray[Any],
        answers: Sequence[ModelOutput],
        weight: NDArray[np.float64] | None = None,
        clusters: NDArray[np.int64] | None = None,
    ) -> Self:
        """The state of some rows."""
        known = tuple(own for own in (weight, clusters) if own is not None)
        layout = tuple((own.prediction is not None, len(own.scores)) for own in answers)
        chunk = (target, *known, *(column for own in answers for column in own.columns))
        return cls((chunk,) if len(target) else (), weight is not None, clusters is not None, layout)

    @of_one_class
    def merge(self, other: Self) -> Self:
        """The state of the rows of both.

        Raises:
            StateError: They are of other models, or only one has weights or clusters.
        """
        if (self.weighted, self.clustered, self.answers) != (other.weighted, other.clustered, other.answers):
            raise StateError(
                "paired predictions of different models, or with and without weights or clusters, do not merge"
            )
        return type(self)(self.chunks + other.chunks, self.weighted, self.clustered, self.answers)

    def rows(self) -> PairedRows:
        """All rows in whole columns; there must be at least one."""
        columns = iter([np.concatenate(self.column(number)) for number in range(len(self.chunks[0]))])
        target = next(columns)
        weight = next(columns) if self.weighted else None
        clusters = next(columns) if self.clustered else None
        answers = tuple(
            ModelOutput(next(columns) if predicts else None, tuple(next(columns) for _ in range(scores)))
            for predicts, scores in self.answers
        )
        return PairedRows(target, answers, weight, clusters)

    def to_bytes(self) -> bytes:
        """The state as bytes, its rows in a canonical order."""
        header = {"weighted": self.weighted, "clustered": self.clustered, "answers": self.answers}
        return pack(self.kind, header, self.ordered())

    @classmethod
    @strict
    def from_bytes(cls, raw: bytes) -> Self:
        """The inverse of :meth:`to_bytes`."""
        header, columns = unpack(cls.kind, raw)
        if any(own.shape != columns[0].shape or own.ndim != 1 for own in columns):
            raise StateError("the state is damaged: its columns differ in length")
        answers = tuple((bool(predicts), int(scores)) for predicts, scores in header["answers"])
        return cls((tuple(columns),) if columns else (), header["weighted"], header["clustered"], answers)
