"""Some of the rows of a source, the same ones however it is divided: those whose places draw the least numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.sources.base import Piece

_MOST = np.uint64(2**64 - 1)


@dataclass(slots=True)
class Sampled:
    """Rows that are kept: all of them, or a half, a quarter, ... where they are too many.

    Attributes:
        rows: At least so many are kept, if there are as many, and less than twice that.
        level: How often the share was halved.
        kept: What is kept of each piece, a pyarrow Table, with the number that each of its rows drew.
    """

    rows: int
    level: int = 0
    kept: list[tuple[Any, NDArray[np.uint64]]] = field(default_factory=list)

    def add(self, piece: Piece) -> None:
        """Keep some rows of a piece, as a pyarrow Table."""
        drawn = draws(piece)
        self._put(piece.table, drawn)
        self._thin()

    def merge(self, other: Self) -> Self:
        """The rows of both."""
        self.level = max(self.level, other.level)
        theirs, self.kept = [*self.kept, *other.kept], []
        for table, drawn in theirs:
            self._put(table, drawn)
        self._thin()
        return self

    @property
    def tables(self) -> list[Any]:
        """What is kept, in tables."""
        return [table for table, _ in self.kept]

    def _put(self, table: Any, drawn: NDArray[np.uint64]) -> None:
        import pyarrow as pa

        chosen = np.flatnonzero(drawn <= _MOST >> np.uint64(self.level))
        if len(chosen) == len(drawn):
            self.kept.append((table, drawn))
        elif len(chosen):
            self.kept.append((table.take(pa.array(chosen)), drawn[chosen]))

    def _thin(self) -> None:
        while sum(len(drawn) for _, drawn in self.kept) >= 2 * self.rows:
            self.level += 1
            more, self.kept = self.kept, []
            for table, drawn in more:
                self._put(table, drawn)


def draws(piece: Piece) -> NDArray[np.uint64]:
    """A number for each row of a piece, from where the row is: evenly scattered, and always the same.

    G. Steele, D. Lea, C. Flood, Fast splittable pseudorandom number generators (2014): the finaliser of SplitMix64.
    """
    first = piece.start + 1 + (piece.file << 40)  # files have fewer rows
    place = np.arange(first, first + len(piece), dtype=np.uint64)
    mixed = place * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))
