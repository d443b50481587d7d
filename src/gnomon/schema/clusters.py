"""Which rows belong together: the values of a column, by name, numbered as they turn up."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import ColumnError
from gnomon.schema.labels import numbers, without_views
from gnomon.schema.slices import slice_name


class ClusterNumbers:
    """Numbers for the values of a column, the same for all pieces and threads.

    A number tells a cluster from others, and nothing else: which one it gets depends on the order of the pieces.
    """

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}
        self._adding = threading.Lock()

    def of(self, column: Any, name: str) -> NDArray[np.int64]:
        """The numbers of an Arrow column without missing values, shape (rows,).

        Raises:
            ColumnError: It holds values that cannot be told apart, such as lists.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        column = without_views(column)
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if not column.length():
            return np.zeros(0, np.int64)
        try:
            coded = pc.dictionary_encode(column).combine_chunks()
        except pa.ArrowNotImplementedError:
            raise ColumnError(f"column {name!r} holds {column.type}: clusters need text, numbers or dates") from None
        chunks = coded.chunks if isinstance(coded, pa.ChunkedArray) else [coded]
        return np.concatenate([self._chunk(chunk) for chunk in chunks])

    def _chunk(self, chunk: Any) -> NDArray[np.int64]:
        values = list(map(slice_name, chunk.dictionary.to_pylist()))
        with self._adding:
            places = np.array([self._numbers.setdefault(own, len(self._numbers)) for own in values], np.int64)
        return np.asarray(places[numbers(chunk.indices)])
