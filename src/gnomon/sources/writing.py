"""Writing rows back with a column more: what was decided of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO

from numpy.typing import NDArray

from gnomon.errors import DataError, GnomonError, SourceError, UsageError
from gnomon.files import aside
from gnomon.sources.base import Piece

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
                if writer is None:
                    schema, writer = table.schema, open_writer(output, stream, table.schema)
                writer.write_table(table.cast(schema))
                rows += len(table)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, ValueError) as error:
            if isinstance(error, GnomonError):
                raise
            raise SourceError(f"cannot write {output}: {error}") from None
        finally:
            if writer is not None:
                writer.close()
        if not rows:
            raise DataError("there are no rows to write")
    return rows


def check_format(output: Path) -> None:
    """Raises UsageError if the name of an output is that of no format."""
    if output.suffix.lower() not in FORMATS:
        raise UsageError(f"{output.name}: rows are written as {', '.join(FORMATS)}; name the file so")


def open_writer(output: Path, stream: BinaryIO, schema: Any) -> Any:
    """A writer of tables in the format that the name of the output says."""
    import pyarrow as pa
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    kind = output.suffix.lower()
    if kind == ".parquet":
        return pq.ParquetWriter(stream, schema)
    if kind == ".csv":
        return pc.CSVWriter(stream, schema)
    return pa.ipc.new_file(stream, schema)
