"""Data frames: pandas, Polars, PyArrow, and anything with the Arrow PyCapsule interface, through narwhals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gnomon.errors import ColumnError, UsageError
from gnomon.lazy import lazy
from gnomon.message import Message
from gnomon.sources.arrays import pairing_notes, row_labels, telling_labels
from gnomon.sources.base import Piece, Use, table_glimpses, table_partitions
from gnomon.sources.columns import is_text, to_arrow


class FrameSource:
    """The columns of a data frame; a lazy frame is collected, the used columns only.

    Args:
        frame: A narwhals frame.
        name: What to call it in a report.
        labels: What the rows are called, by place: a pandas index; None where they have numbers only.
        beside: Arrays of the same rows that are not columns of the frame, by the names that they get.

    Raises:
        ColumnError: A used column cannot be turned into Arrow data, or an array has another length.
    """

    def __init__(self, frame: Any, name: str, labels: Any = None, beside: Mapping[str, Any] | None = None) -> None:
        import narwhals as nw

        if beside and isinstance(frame, nw.LazyFrame):
            raise UsageError(
                Message(
                    "array_beside_lazy",
                    "{part}= is an array, which cannot be matched with the rows of a lazy frame, as their order is "
                    "not fixed\ncollect it first, or pass the name of one of its columns",
                    part=next(iter(beside)),
                )
            )
        self._frame = frame
        self._beside = {own: to_arrow(values, own) for own, values in (beside or {}).items()}
        self._labels = labels
        self.name = name
        self.notes: tuple[Message, ...] = ()
        self._names = {str(column): column for column in frame.collect_schema().names()}
        self.columns = (*self._names, *self._beside)
        for beside_name, values in self._beside.items():
            if len(values) != self.row_limit:
                raise ColumnError(
                    Message(
                        "length_beside",
                        "{name} has {rows:,} rows but {part!r} has {others:,}: they must match row by row",
                        name=name,
                        rows=self.row_limit,
                        part=beside_name,
                        others=len(values),
                    )
                )
        self._tables: dict[tuple[str, ...], Any] = {}

    def text_columns(self, columns: Sequence[str]) -> frozenset[str]:
        """Those of the columns that hold text or categories of it."""
        table = self._table(tuple(columns))
        return frozenset(name for name in columns if is_text(table.schema.field(name).type))

    def untyped(self, column: str) -> bool:
        """Never: every column has a type."""
        return False

    @property
    def rows(self) -> int | None:
        """The number of rows."""
        return self.row_limit

    @lazy
    def row_limit(self) -> int:
        """The number of rows."""
        import narwhals as nw

        if isinstance(self._frame, nw.LazyFrame):
            return int(self._frame.select(nw.len()).collect().item())
        return int(self._frame.shape[0])

    def glimpses(self, columns: Mapping[str, Use], rows: int) -> Iterable[Piece]:
        """Every so many rows."""
        return table_glimpses(self._table(tuple(columns)), rows)

    def whole_range(self, column: str) -> None:
        """Not known without reading."""

    def partitions(self, columns: Mapping[str, Use], threads: int) -> Iterator[Iterable[Piece]]:
        """The rows in pieces."""
        return table_partitions(self._table(tuple(columns)), self._labels)

    def _table(self, columns: tuple[str, ...]) -> Any:
        import narwhals as nw
        import pyarrow as pa

        if columns not in self._tables:
            held = [column for column in columns if column in self._names]
            try:
                chosen = {own: self._beside[own] for own in columns if own in self._beside}
                if held:
                    selected = self._frame.select(*(nw.col(self._names[column]) for column in held))
                    if isinstance(selected, nw.LazyFrame):
                        selected = selected.collect(backend="pyarrow")
                    chosen |= dict(zip(held, selected.to_arrow().columns, strict=False))
                self._tables[columns] = pa.table({own: chosen[own] for own in columns})
            except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
                raise ColumnError(Message("column_mixed", "a column mixes types: {error}", error=error)) from None
        return self._tables[columns]


def open_frame(data: Any, beside: Mapping[str, Any] | None = None) -> FrameSource | None:
    """A source over ``data`` if it is a data frame of any kind, else None.

    Args:
        data: The frame.
        beside: Arrays of the same rows, by the names that they get.
    """
    import narwhals as nw
    import pyarrow as pa

    if isinstance(data, Mapping):
        if not data or not all(isinstance(name, str) for name in data):
            raise ColumnError(
                Message(
                    "mapping_names",
                    "a mapping of columns needs at least one column, and names that are text",
                )
            )
        columns = {name: to_arrow(values, name) for name, values in data.items()}
        lengths = {name: len(column) for name, column in columns.items()}
        if len(set(lengths.values())) > 1:
            raise ColumnError(Message("columns_lengths", "the columns differ in length: {lengths}", lengths=lengths))
        data = pa.table(columns)
    data = named_by_text(data)
    try:
        frame = nw.from_native(data, pass_through=True)
    except nw.exceptions.NarwhalsError as error:
        raise ColumnError(
            Message("frame_unusable", "the data frame cannot be used: {error}", error=" ".join(str(error).split()))
        ) from None
    if isinstance(frame, (nw.DataFrame, nw.LazyFrame)):
        source = FrameSource(frame, f"{type(data).__module__.split('.')[0]} data frame", telling_labels(data), beside)
        source.notes = tuple(pairing_notes({"data": data, **(beside or {})}))
        return source
    if hasattr(data, "__arrow_c_stream__"):
        try:
            table = pa.table(data)
        except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError, ValueError):
            return None  # a stream of one column is an array, not a frame
        return FrameSource(nw.from_native(table), "Arrow data", None, beside)
    return None


def named_by_text(data: Any) -> Any:
    """A pandas frame whose columns are called by text: whole numbers as they are written, levels joined by dots.

    Anything else is returned as it is.

    Raises:
        ColumnError: Two columns would have one name.
    """
    if row_labels(data) is None:  # not pandas; others have names that are text, and may compute them
        return data
    columns = getattr(data, "columns", None)
    if columns is None or all(isinstance(name, str) for name in columns):
        return data
    names = [".".join(str(level) for level in name if str(level)) if isinstance(name, tuple) else str(name)
             for name in columns]  # fmt: skip
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ColumnError(
            Message(
                "frame_columns_of_one_name",
                "the data frame has two columns called {name!r}\nrename all but one",
                name=twice,
            )
        )
    return data.set_axis(names, axis=1)
