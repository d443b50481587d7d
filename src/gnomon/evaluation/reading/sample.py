"""A sample of the rows, from which the bins of histograms follow.

Which rows it holds decides how narrow the bins are, never whether a bound holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import DataError
from gnomon.schema.batch import Batch, encode
from gnomon.schema.schema import Schema
from gnomon.sources.base import Piece, Source

# Rows of a sample: at least so many, if there are as many, and less than twice that.
ROWS = 1 << 18


@dataclass(frozen=True, slots=True)
class Sample:
    """Some rows, encoded."""

    batches: list[Batch]

    def column(self, of: Any) -> NDArray[np.float64]:
        """What ``of`` takes from each batch, as one array; a single 0 where there are no rows."""
        parts = [np.asarray(of(batch), np.float64) for batch in self.batches]
        return np.concatenate(parts) if sum(map(len, parts)) else np.zeros(1)


def glimpse(source: Source, schema: Schema) -> Sample | None:
    """A sample from a few places of the source, read without the rest; None if it cannot be read so."""
    pieces = source.glimpses(schema.uses, ROWS)
    return None if pieces is None else Sample(encoded(pieces, schema))


def every_so_many(source: Source, schema: Schema, threads: int) -> Sample:
    """Every k-th row of the whole source, which is read once; k doubles while there are too many."""
    taken: list[Any] = []
    step, rows, held = 1, 0, 0
    for part in source.parts(schema.uses, threads):
        for piece in part:
            first = -rows % step
            taken.append(replace(piece, table=piece.every(first, step)))
            rows += len(piece.table)
            held += len(taken[-1].table)
            if held >= 2 * ROWS:
                taken = [replace(own, table=own.every(0, 2)) for own in taken]
                held = sum(len(own.table) for own in taken)
                step *= 2
    return Sample(encoded(taken, schema))


def encoded(pieces: Iterable[Piece], schema: Schema) -> list[Batch]:
    """The pieces as batches; what holds a bad value is left out here, and refused when it is counted."""
    batches = []
    for piece in pieces:
        try:
            batches.append(encode(piece, schema, 1))
        except DataError:
            continue
    return batches
