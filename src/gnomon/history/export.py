"""All estimates of all runs as a file: CSV or Parquet."""

from __future__ import annotations

from pathlib import Path

from gnomon.errors import UsageError
from gnomon.files import aside
from gnomon.history.history import History
from gnomon.message import Message


def export(history: History, path: Path) -> None:
    """Writes a row for each estimate of each run, of all rows and of slices, whole or not at all.

    Args:
        history: The history.
        path: The file, whose name ends in .csv or .parquet.

    Raises:
        UsageError: Its name ends otherwise.
        SourceError: It cannot be written.
    """
    import pyarrow as pa

    ending = path.suffix.lower()
    if ending not in (".csv", ".parquet"):
        raise UsageError(
            Message("export_ending", "{path} does not end in .csv or .parquet\nname the file so", path=path)
        )
    table = pa.table(history.to_columns())
    with aside(path) as stream:
        if ending == ".csv":
            import pyarrow.csv

            pyarrow.csv.write_csv(table, stream)
        else:
            import pyarrow.parquet

            pyarrow.parquet.write_table(table, stream)
