"""The rows that are most wrong: a few of any number, with what they are called."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Self

from gnomon.errors import StateError
from gnomon.states.base import of_one_class
from gnomon.wire import pack, strict, unpack


class WrongRow(NamedTuple):
    """A row that was predicted wrong.

    Attributes:
        wrongness: How wrong it is, the greater the worse.
        id: What it is called: its value in the id column, or its number.
        true, predicted: The class, or the amount.
        score: The score behind the prediction; None where there is none.
    """

    wrongness: float
    id: str
    true: str | float
    predicted: str | float
    score: float | None

    @property
    def rank(self) -> tuple[float, list[tuple[int, int, str]], str, str, str]:
        """What rows are ordered by: the most wrong first, equally wrong ones by what they are called."""
        return -self.wrongness, natural(self.id), str(self.true), str(self.predicted), str(self.score)


@dataclass(frozen=True, slots=True)
class WorstRows:
    """The most wrong of some rows, in order.

    Attributes:
        most: How many are kept.
        rows: At most so many.
    """

    kind: ClassVar[str] = "worst_rows"
    most: int
    rows: tuple[WrongRow, ...] = ()

    @classmethod
    def of(cls, most: int, rows: list[WrongRow]) -> Self:
        """The most wrong ones of a list."""
        return cls(most, tuple(heapq.nsmallest(most, rows, key=lambda row: row.rank)))

    @property
    def bound(self) -> float:
        """How wrong a row must be to be kept."""
        return self.rows[-1].wrongness if len(self.rows) == self.most and self.rows else float("-inf")

    @of_one_class
    def merge(self, other: Self) -> Self:
        """The most wrong of the rows of both.

        Raises:
            StateError: They keep different numbers of rows.
        """
        if self.most != other.most:
            raise StateError("lists of the most wrong rows of different lengths do not merge")
        return type(self).of(self.most, [*self.rows, *other.rows])

    def to_bytes(self) -> bytes:
        """The state as bytes."""
        rows = [[row.wrongness.hex(), *row[1:]] for row in self.rows]
        return pack(self.kind, {"most": self.most, "rows": rows})

    @classmethod
    @strict
    def from_bytes(cls, raw: bytes) -> Self:
        """The inverse of :meth:`to_bytes`."""
        header, _ = unpack(cls.kind, raw)
        return cls(header["most"], tuple(WrongRow(float.fromhex(row[0]), *row[1:]) for row in header["rows"]))


def natural(name: str) -> list[tuple[int, int, str]]:
    """Text in the order in which people count: row 9 before row 10.

    >>> sorted(["row 10", "row 9"], key=natural)
    ['row 9', 'row 10']
    """
    parts: list[tuple[int, int, str]] = []
    digits = ""
    for letter in [*name, ""]:
        if letter.isdigit() and letter.isascii():
            digits += letter
            continue
        if digits:
            parts.append((0, int(digits), digits))
            digits = ""
        parts.append((1, 0, letter))
    return parts
