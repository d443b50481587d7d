"""All estimates of all runs as a file: CSV or Parquet."""

from __future__ import annotations

from pathlib import Path

from gnomon.files import write_table
from gnomon.history.history import History


def export(history: History, path: Path) -> None:
    """Writes a row for each estimate of each run, of all rows and of slices, whole or not at all.

    Args:
        history: The history.
        path: The file, whose name ends in .csv or .parquet.

    Raises:
        UsageError: Its name ends otherwise.
        SourceError: It cannot be written.
    """
    write_table(path, history.to_columns())
