"""Which rows belong together: the values of a column, by name, numbered in the order of the names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import ColumnError
from gnomon.lazy import lazy
from gnomon.message import Message
from gnomon.schema.labels import numbers, without_views
from gnomon.schema.slices import slice_name
from gnomon.sources.base import Piece, Use
from gnomon.wire import pack, refusing, unpack

# Names that a tally gathers before it sorts out those that it has twice.
GATHERED = 1 << 20
# A piece with fewer distinct values than this part of all names looks them up one by one.
FEW = 8


@dataclass(frozen=True, eq=False)
class ClusterNumbers:
    """A number for each value of a column, the same wherever and in whatever order its rows are read.

    Attributes:
        names: The values, ascending, each once: an Arrow array of text.
    """

    names: Any

    def of(self, column: Any, name: str) -> NDArray[np.int64]:
        """The numbers of an Arrow column without missing values, shape (rows,).

        Raises:
            ColumnError: It holds values that cannot be told apart, such as lists.
        """
        import pyarrow as pa

        if not len(column):
            return np.zeros(0, np.int64)
        coded = encoded(column, name)
        chunks = coded.chunks if isinstance(coded, pa.ChunkedArray) else [coded]
        parts = []
        for chunk in chunks:
            parts.append(self._numbers(cluster_names(chunk.dictionary))[numbers(chunk.indices)])
        return np.concatenate(parts)

    def _numbers(self, values: Any) -> NDArray[np.int64]:
        """The number of each of some distinct values."""
        import pyarrow.compute as pc

        if FEW * len(values) >= len(self.names):
            return numbers(pc.index_in(values, self.names).fill_null(-1)).astype(np.int64)
        return np.fromiter((self._places.get(own, -1) for own in values.to_pylist()), np.int64, len(values))

    @lazy
    def _places(self) -> dict[str, int]:
        """Where each name stands: made once in each process, as Arrow hashes all names again for every piece."""
        return {name: place for place, name in enumerate(self.names.to_pylist())}

    def __getstate__(self) -> dict[str, Any]:
        return {"names": self.names}


def encoded(column: Any, name: str) -> Any:
    """An Arrow column as a dictionary of its values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = without_views(column)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    try:
        return pc.dictionary_encode(column).combine_chunks()
    except pa.ArrowNotImplementedError:
        raise ColumnError(
            Message(
                "cluster_type",
                "column {name!r} holds {type}\nclusters must be text, numbers or dates",
                name=name,
                type=column.type,
            )
        ) from None


def cluster_names(values: Any) -> Any:
    """What the clusters of distinct values are called, an Arrow array of text; a whole number whatever its type."""
    import pyarrow as pa

    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type) or pa.types.is_integer(values.type):
        return values.cast(pa.large_string())
    return pa.array(list(map(slice_name, values.to_pylist())), pa.large_string())


@dataclass(frozen=True, slots=True)
class ClusterPlan:
    """Finds the values of a column.

    Attributes:
        column: The column.
        use: What it is read for: names, unless it is something else as well.
    """

    column: str
    use: Use = "text"

    @property
    def uses(self) -> Mapping[str, Use]:
        """The column."""
        return {self.column: self.use}

    def start(self) -> ClusterTally:
        """An empty tally."""
        return ClusterTally(self.column)

    @refusing
    def read(self, raw: bytes) -> ClusterTally:
        """The tally of these bytes."""
        _, (ends, text) = unpack("clusters", raw)
        return ClusterTally(self.column, [array_of(ends, text)])


@dataclass(slots=True)
class ClusterTally:
    """The values of a column that were seen."""

    column: str
    _seen: list[Any] = field(default_factory=list)
    _held: int = 0

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the values of a piece."""
        import pyarrow as pa

        if not len(piece):
            return
        coded = encoded(piece.table[self.column], self.column)
        for chunk in coded.chunks if isinstance(coded, pa.ChunkedArray) else [coded]:
            self._take(cluster_names(chunk.dictionary.drop_null()))

    def merge(self, other: Self) -> Self:
        """The values of both."""
        for names in other._seen:
            self._take(names)
        return self

    def _take(self, names: Any) -> None:
        self._seen.append(names)
        self._held += len(names)
        if self._held >= 2 * GATHERED:
            self._seen = [self._distinct()]
            self._held = max(0, len(self._seen[0]) - GATHERED)  # so that many distinct ones are not sorted each time

    def _distinct(self) -> Any:
        import pyarrow as pa

        return pa.chunked_array(self._seen, pa.large_string()).unique()

    def numbers(self) -> ClusterNumbers:
        """A number for each of them."""
        names = self._distinct()
        return ClusterNumbers(names.sort())

    def to_bytes(self) -> bytes:
        """The tally as bytes."""
        names = self.numbers().names
        _, ends, text = names.buffers()
        whole = np.frombuffer(ends, np.int64, len(names) + 1, 8 * names.offset) if len(names) else np.zeros(1, np.int64)
        raw = b"" if text is None else text[int(whole[0]) : int(whole[-1])]
        return pack("clusters", {}, [whole - whole[0], np.frombuffer(raw, np.uint8)])


def array_of(ends: NDArray[np.int64], text: NDArray[np.uint8]) -> Any:
    """An Arrow array of text from where its texts end."""
    import pyarrow as pa

    buffers = pa.py_buffer(ends.astype(np.int64, casting="safe").tobytes()), pa.py_buffer(text.tobytes())
    names = pa.LargeStringArray.from_buffers(len(ends) - 1, *buffers)
    names.validate(full=True)
    return names
