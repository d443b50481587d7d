"""A sample of the rows, from which the bins of histograms follow.

Which rows it holds decides how narrow the bins are, never whether a bound holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.engines.base import Engine
from gnomon.errors import DataError
from gnomon.schema.batch import Batch, encode
from gnomon.schema.sampling import Sampled
from gnomon.schema.schema import Schema
from gnomon.sources.base import Piece, Source, Use, stream_of, table_of_stream
from gnomon.wire import pack_all, refusing, unpack_all

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


def from_all_over(source: Source, schema: Schema, engine: Engine) -> Sample:
    """A sample of the whole source, which is read once."""
    tables = engine.fold(source, SamplePlan(schema)).sampled.tables
    return Sample(encoded([Piece(table, "", 0) for table in tables], schema))


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """Takes a sample.

    Attributes:
        schema: What the columns mean.
    """

    schema: Schema

    @property
    def uses(self) -> Mapping[str, Use]:
        """All columns."""
        return self.schema.uses

    def start(self) -> SampleTally:
        """An empty tally."""
        return SampleTally(Sampled(ROWS))

    @refusing
    def read(self, raw: bytes) -> SampleTally:
        """The tally of these bytes."""
        header, parts = unpack_all("sample", raw)
        kept = [
            (table_of_stream(table), np.frombuffer(drawn, np.uint64))
            for table, drawn in zip(parts[::2], parts[1::2], strict=True)
        ]
        return SampleTally(Sampled(ROWS, header["level"], kept))


@dataclass(slots=True)
class SampleTally:
    """The sample of the rows that were seen."""

    sampled: Sampled

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in some rows of a piece."""
        self.sampled.add(piece)

    def merge(self, other: Self) -> Self:
        """The sample of the rows of both."""
        self.sampled.merge(other.sampled)
        return self

    def to_bytes(self) -> bytes:
        """The tally as bytes: of each piece the rows as an Arrow stream, and what they drew."""
        parts = [raw for table, drawn in self.sampled.kept for raw in (stream_of(table), drawn.tobytes())]
        return pack_all("sample", {"level": self.sampled.level}, parts)


def encoded(pieces: Iterable[Piece], schema: Schema) -> list[Batch]:
    """The pieces as batches; what holds a bad value is left out here, and refused when it is counted."""
    batches = []
    for piece in pieces:
        try:
            batches.append(encode(piece, schema, 1))
        except DataError:
            continue
    return batches
