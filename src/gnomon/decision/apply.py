"""Writing what a decision says of rows that have scores: the same rows with a column more."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import MissingValuesError, UsageError
from gnomon.files import refuse_overwriting
from gnomon.message import Message
from gnomon.schema.batch import Rows, check_sums, missing_masks, positions, score
from gnomon.schema.schema import Columns, Scale, Schema, Task
from gnomon.sources.base import Piece, Use, check_columns
from gnomon.sources.files import FileSource
from gnomon.sources.writing import as_numbers, check_format, write_rows

_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}")

# What is made of the scores of some rows, one array a score column.
Make = Callable[[tuple[NDArray[Any], ...]], NDArray[Any]]


def write_applied(
    source: FileSource, output: Path, scores: Sequence[str], scale: str | None, made: tuple[str, Make]
) -> int:
    """Writes the rows of some files with a column more that follows from their scores; returns their number.

    All other fields stay as they are; those of a CSV are text, also where they look like numbers.

    Args:
        source: The files, as :func:`applicable` gave them.
        output: Where to write: ``.parquet``, ``.csv``, ``.feather`` or ``.arrow``.
        scores: The columns of scores.
        scale: Whether they are probabilities, which is checked, or any numbers; None where they must be probabilities.
        made: The name of the column, and what makes it.

    Raises:
        ColumnError: A column of scores holds no numbers.
        DataError: A score is missing or no probability.
        SourceError: The output cannot be written.
    """
    name, make = made
    task = "multiclass" if len(scores) > 1 else "binary"
    schema = Schema(
        cast(Task, task),
        Columns((), (), tuple(scores)),
        scale=cast(Scale, scale or "probability"),
        has_scale=scale is not None,
    )

    def of(piece: Piece) -> NDArray[Any]:
        rows = Rows(as_numbers(piece, scores))
        missing = missing_masks(rows, scores)
        if missing:
            name, mask = next(iter(missing.items()))
            raise MissingValuesError(
                Message(
                    "missing_when_applied",
                    "column {name!r} has missing values, the first in {row}\nfill them in, or remove those rows from "
                    "the file",
                    name=name,
                    row=positions(rows, mask)[0],
                )
            )
        columns = tuple(score(rows, column, schema, 1) for column in scores)
        if len(scores) > 1 and schema.scale == "probability":
            check_sums(rows, columns, tuple(scores), has_scale=schema.has_scale)
        return make(columns)

    wanted: dict[str, Use] = dict.fromkeys(source.columns, "any")
    pieces = (piece for partition in source.partitions(wanted, 1) for piece in partition)
    if output.suffix.lower() != ".csv":  # a CSV keeps the digits that it has; other formats have numbers
        pieces = (as_numbers(piece, scores) for piece in pieces)
    return write_rows(pieces, {name: of}, output)


def applicable(paths: Sequence[Path], output: Path, scores: Sequence[str], name: str) -> FileSource:
    """The rows to apply to, once it is clear that they can be read and written.

    Raises:
        UsageError: The output is one of the files, or is named for no format; there is such a column already.
        ColumnError: A column of scores is missing.
        SourceError: The files cannot be read.
    """
    check_format(output)
    if not name.strip():
        raise UsageError(Message("new_column_unnamed", "the new column needs a name\npass --column"))
    source = FileSource(*paths, verbatim=True)
    check_columns(scores, source.columns, source.name)
    if name in source.columns:
        raise UsageError(
            Message(
                "column_exists",
                "{name} already has a column {column!r}\nchoose another name with --column",
                name=source.name,
                column=name,
            )
        )
    refuse_overwriting(output, source.files)
    return source


def labels(codes: NDArray[Any], classes: Sequence[str]) -> NDArray[Any]:
    """Class codes as the names of classes: whole numbers where all names are such."""
    if tuple(classes) == ("False", "True"):
        return codes.astype(bool)
    numbers = all(_WHOLE.fullmatch(name) for name in classes)
    named = np.array(list(map(int, classes)), np.int64) if numbers else np.array(list(classes), object)
    return np.asarray(named[codes])
