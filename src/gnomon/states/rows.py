"""Rows that must be kept because their order is the answer: chunks that merge without being copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import StateError
from gnomon.states.base import of_one_class
from gnomon.wire import pack, strict, unpack


@dataclass(frozen=True, eq=False)
class KeptRows:
    """Columns of some rows, in chunks; two states are equal if they hold the same multiset of rows.

    The columns of a chunk lie in a tuple of arrays of one length. This is the base of the states that
    need every row; each names its ``kind`` and its columns.
    """

    kind: ClassVar[str]
    chunks: tuple[tuple[NDArray[Any], ...], ...] = ()

    @property
    def n(self) -> int:
        """The number of rows."""
        return sum(len(chunk[0]) for chunk in self.chunks)

    @of_one_class
    def merge(self, other: Self) -> Self:
        """The state of the rows of both.

        Raises:
            StateError: The states have different columns.
        """
        if self.chunks and other.chunks and len(self.chunks[0]) != len(other.chunks[0]):
            raise StateError(f"states of {self.kind} with different columns do not merge")
        return type(self)(self.chunks + other.chunks)

    def whole(self, number: int) -> NDArray[Any]:
        """One column of all rows; there must be some. Nothing is copied where they came at once."""
        parts = self.column(number)
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def column(self, number: int) -> list[NDArray[Any]]:
        """One column, chunk by chunk."""
        return [chunk[number] for chunk in self.chunks]

    def ordered(self) -> tuple[NDArray[Any], ...]:
        """The columns with their rows in a canonical order."""
        if not self.chunks:
            return ()
        columns = [np.concatenate(self.column(i)) for i in range(len(self.chunks[0]))]
        with np.errstate(invalid="ignore"):  # foreign bytes may hold a NaN that signals
            columns = [column + 0.0 if column.dtype.kind == "f" else column for column in columns]  # one zero, not two
        if ascending(columns):  # as bytes are that were written so
            return tuple(columns)
        order = np.lexsort(columns[::-1])
        return tuple(column[order] for column in columns)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        return self.to_bytes() == other.to_bytes()

    __hash__ = None  # type: ignore[assignment]

    def to_bytes(self) -> bytes:
        """The state as bytes, its rows in a canonical order."""
        columns = self.ordered() if self.n else ()
        return pack(self.kind, {}, columns)

    @classmethod
    @strict
    def from_bytes(cls, raw: bytes) -> Self:
        """The inverse of :meth:`to_bytes`."""
        _, columns = unpack(cls.kind, raw)
        if any(own.shape != columns[0].shape or own.ndim != 1 for own in columns):
            raise StateError("the state is damaged: its columns differ in length")
        return cls((tuple(columns),) if columns else ())


def ascending(columns: Sequence[NDArray[Any]]) -> bool:
    """Whether rows ascend by their first column, those that are alike there by the second, and so on.

    >>> ascending([np.array([1, 1, 2]), np.array([3, 4, 0])]), ascending([np.array([1, 1]), np.array([4, 3])])
    (True, False)
    """
    alike = np.ones(max(0, len(columns[0]) - 1), bool)
    for column in columns:
        before, after = column[:-1], column[1:]
        if not (before[alike] <= after[alike]).all():
            return False
        alike &= before == after
    return True
