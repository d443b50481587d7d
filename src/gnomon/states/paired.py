"""Rows with everything that one or several models say of each: for what must be looked at row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import StateError
from gnomon.schema.slices import Slices
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
        slices: For each way to divide the rows the slice of each row, by name; none where they are not divided.
    """

    target: NDArray[Any]
    answers: tuple[ModelOutput, ...]
    weight: NDArray[np.float64] | None = None
    clusters: NDArray[np.int64] | None = None
    slices: tuple[Slices, ...] = ()

    def where(self, mask: NDArray[np.bool_] | NDArray[np.intp]) -> PairedRows:
        """Some of the rows, their clusters numbered anew; they are not divided further."""
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

    The columns of a chunk are the target, the weights and the clusters if any, the codes of its slices, then each
    model's prediction if it has one and its scores.

    Attributes:
        weighted, clustered: Whether rows have weights, and clusters.
        answers: For each model whether it predicts, and how many scores it has.
        names: For each chunk, and each way to divide its rows, what the slices are called.
    """

    weighted: bool = False
    clustered: bool = False
    answers: tuple[tuple[bool, int], ...] = ()
    names: tuple[tuple[tuple[str, ...], ...], ...] = ()

    kind = "panel"

    @classmethod
    def of(
        cls,
        target: NDArray[Any],
        answers: Sequence[ModelOutput],
        weight: NDArray[np.float64] | None = None,
        clusters: NDArray[np.int64] | None = None,
        slices: Sequence[Slices] = (),
    ) -> Self:
        """The state of some rows."""
        known = (*(own for own in (weight, clusters) if own is not None), *(own.codes for own in slices))
        layout = tuple((own.prediction is not None, len(own.scores)) for own in answers)
        if not len(target):
            return cls((), weight is not None, clusters is not None, layout)
        chunk = (target, *known, *(column for own in answers for column in own.columns))
        names = tuple(own.names for own in slices)
        return cls((chunk,), weight is not None, clusters is not None, layout, (names,))

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
        names = self.names + other.names
        if len(set(map(len, names))) > 1:
            raise StateError("paired predictions that are divided into different slices do not merge")
        return type(self)(self.chunks + other.chunks, self.weighted, self.clustered, self.answers, names)

    def rows(self) -> PairedRows:
        """All rows in whole columns; there must be at least one."""
        whole = self._of_one_naming()
        columns = iter([np.concatenate(whole.column(number)) for number in range(len(whole.chunks[0]))])
        target = next(columns)
        weight = next(columns) if self.weighted else None
        clusters = next(columns) if self.clustered else None
        slices = tuple(Slices(names, next(columns)) for names in whole.names[0])
        answers = tuple(
            ModelOutput(next(columns) if predicts else None, tuple(next(columns) for _ in range(scores)))
            for predicts, scores in self.answers
        )
        return PairedRows(target, answers, weight, clusters, slices)

    def _of_one_naming(self) -> Self:
        """The same rows, the slices of all chunks numbered in the order of their names."""
        if not self.chunks or (len(self.chunks) == 1 and all(own == tuple(sorted(own)) for own in self.names[0])):
            return self
        first = 1 + self.weighted + self.clustered
        chunks = [list(chunk) for chunk in self.chunks]
        merged = []
        for number, of_chunks in enumerate(zip(*self.names, strict=True)):
            names = tuple(sorted(set().union(*of_chunks)))
            places = {name: place for place, name in enumerate(names)}
            for chunk, own in zip(chunks, of_chunks, strict=True):
                renumbered = np.array([places[name] for name in own], np.uint16)
                chunk[first + number] = renumbered[chunk[first + number]]
            merged.append(names)
        return replace(self, chunks=tuple(map(tuple, chunks)), names=(tuple(merged),) * len(chunks))

    def to_bytes(self) -> bytes:
        """The state as bytes, its rows in a canonical order."""
        whole = self._of_one_naming()
        header = {"weighted": self.weighted, "clustered": self.clustered, "answers": self.answers,
                  "names": whole.names[0] if whole.names else ()}  # fmt: skip
        return pack(self.kind, header, whole.ordered())

    @classmethod
    @strict
    def from_bytes(cls, raw: bytes) -> Self:
        """The inverse of :meth:`to_bytes`."""
        header, columns = unpack(cls.kind, raw)
        if any(own.shape != columns[0].shape or own.ndim != 1 for own in columns):
            raise StateError("the state is damaged: its columns differ in length")
        answers = tuple((bool(predicts), int(scores)) for predicts, scores in header["answers"])
        names = tuple(tuple(map(str, own)) for own in header["names"])
        if not columns:
            return cls((), header["weighted"], header["clustered"], answers)
        expected = 1 + header["weighted"] + header["clustered"] + len(names) + sum(map(sum, answers))
        if len(columns) != expected:
            raise StateError("the state is damaged: it has columns of no model")
        for number, own in enumerate(names, 1 + header["weighted"] + header["clustered"]):
            if columns[number].dtype != np.uint16 or (columns[number] >= len(own)).any():
                raise StateError("the state is damaged: rows of no slice")
        return cls((tuple(columns),), header["weighted"], header["clustered"], answers, (names,))
