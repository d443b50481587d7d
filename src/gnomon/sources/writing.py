"""Writing rows back with a column more: what was decided of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from numpy.typing import NDArray

from gnomon.errors import ColumnError, DataError, GnomonError, SourceError, UsageError
from gnomon.files import aside
from gnomon.message import Message
from gnomon.sources.base import Piece
from gnomon.sources.columns import is_text, spelled_numbers

FORMATS = (".parquet", ".csv", ".feather", ".arrow")


def write_rows(pieces: Iterable[Piece], columns: dict[str, Callable[[Piece], NDArray[Any]]], output: Path) -> int:
    """Writes all rows with some columns more, whole or not at all; returns the number of rows.

    Args:
        pieces: The rows, in order.
        columns: What to add, by name: an array of numbers or text for each piece.
        output: A ``.parquet``, ``.csv``, ``.feather`` or ``.arrow`` file.

    Raises:
        UsageError: The name of the output ends otherwise.
        SourceError: It cannot be written, or the pieces differ in their columns.
    """
    import pyarrow as pa

    check_format(output)
    writer: Any = None
    schema: Any = None
    rows = 0
    with aside(output) as stream:
        try:
            for piece in pieces:
                table = piece.table
                for name, make in columns.items():
                    values = make(piece)
                    table = table.append_column(
                        name, pa.array(values.tolist() if values.dtype.kind in "OU" else values)
                    )
                schema = schema or table.schema
                if output.suffix.lower() == ".csv":
                    write_csv(stream, table.cast(schema), header=not rows)
                else:
                    writer = writer or open_writer(output, stream, schema)
                    writer.write_table(table.cast(schema))
                rows += len(table)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, ValueError) as error:
            if isinstance(error, GnomonError):
                raise
            raise SourceError(
                Message("cannot_write", "cannot write {path}: {reason}", path=output, reason=error)
            ) from None
        finally:
            if writer is not None:
                writer.close()
        if not rows:
            raise DataError(Message("no_rows_to_write", "there are no rows to write"))
    return rows


def as_numbers(piece: Piece, columns: Sequence[str]) -> Piece:
    """A piece with some columns as numbers, where they may be text as a CSV holds it.

    Raises:
        ColumnError: A field is not a number.
    """
    import pyarrow as pa

    table = piece.table
    for name in columns:
        column = table[name]
        if not pa.types.is_string(column.type):
            continue
        try:
            numbers = spelled_numbers(column)
        except pa.ArrowInvalid as error:
            raise ColumnError(
                Message(
                    "text_for_numbers_written",
                    "column {name!r} holds text where numbers are needed: {error}",
                    name=name,
                    error=error,
                )
            ) from None
        table = table.set_column(table.column_names.index(name), name, numbers)
    return replace(piece, table=table)


def check_format(output: Path) -> None:
    """Raises UsageError if the name of an output is that of no format."""
    if output.suffix.lower() not in FORMATS:
        raise UsageError(
            Message(
                "format_of_rows",
                "{name}: rows are written as {formats}\nchoose a name that ends so",
                name=output.name,
                formats=", ".join(FORMATS),
            )
        )


def open_writer(output: Path, stream: BinaryIO, schema: Any) -> Any:
    """A writer of tables in the format that the name of the output says."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if output.suffix.lower() == ".parquet":
        return pq.ParquetWriter(stream, schema)
    return pa.ipc.new_file(stream, schema)


def write_csv(stream: BinaryIO, table: Any, *, header: bool) -> None:
    """Writes rows as CSV, in quotes only where a field of a column needs them."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv

    for place, column in enumerate(table.columns):
        if pa.types.is_dictionary(column.type):
            table = table.set_column(place, table.column_names[place], column.cast(column.type.value_type))
    texts = [name for name in table.column_names if is_text(table[name].type)]
    special = [name for name in texts if pc.any(pc.match_substring_regex(table[name], '[,"\r\n]')).as_py()]
    if not special and not any(mark in name for name in table.column_names for mark in ',"\r\n'):
        if header:
            stream.write((",".join(table.column_names) + "\n").encode())
        options = csv.WriteOptions(include_header=False, quoting_style="none")
        csv.write_csv(table, stream, options)
        return
    csv.write_csv(table, stream, csv.WriteOptions(include_header=header))
