"""Rows that are kept beside the history, by a hash of their content."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gnomon.errors import GnomonError, HistoryError
from gnomon.evaluation.arguments.sources import open_named
from gnomon.files import write_whole
from gnomon.history.fingerprint import Fingerprint, listed
from gnomon.history.run import Run
from gnomon.message import Message
from gnomon.schema.slicing import columns_asked
from gnomon.sources.base import Use
from gnomon.sources.columns import spelled_values
from gnomon.sources.tables import table_of

ROWS = "rows"


def keep(data: Any, columns: dict[str, Any], folder: Path) -> str:
    """Writes the columns of an evaluation as Parquet beside the database; the name of the file.

    Args:
        data: The rows.
        columns: The columns, as the provenance of the evaluation has them.
        folder: Where the database is.

    Raises:
        HistoryError: The file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    source = open_named(data)
    texts = [*listed(columns["target"]), *listed(columns.get("prediction")), *listed(columns.get("id"))]
    texts += listed(columns.get("cluster"))
    texts += [name for own in columns.get("slices") or () for name in columns_asked([own], source.columns, source.name)]
    part = columns.get("part")
    texts += [] if part is None else re.split(r" (?:=|is not) ", str(part))[:1]
    uses: dict[str, Use] = {name: "text" for name in dict.fromkeys(texts) if name in source.columns}
    uses |= dict.fromkeys((*listed(columns.get("score")), *listed(columns.get("weight"))), "number")
    table = table_of(source, uses, 1)
    for name in uses:
        if source.untyped(name) and uses[name] == "text" and name != columns.get("id"):
            table = table.set_column(table.column_names.index(name), name, spelled_values(table[name]))
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(None), sink, compression="zstd")
    content = sink.getvalue().to_pybytes()
    name = named_by(content)
    place = folder / ROWS / name
    try:
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(place, content)
    except OSError as error:
        raise HistoryError(
            Message(
                "rows_not_kept", "the rows cannot be kept in {place}: {error}", place=place,
                error=getattr(error, "strerror", None) or error,
            )
        ) from None  # fmt: skip
    return f"{ROWS}/{name}"


def named_by(content: bytes) -> str:
    """What a file of rows is called: by a hash of its content, so that a change shows."""
    return f"{hashlib.sha256(content).hexdigest()[:32]}.parquet"


def changed(run: Run, place: str) -> HistoryError:
    """What to say of rows that are no longer those that were evaluated."""
    return HistoryError(
        Message(
            "run_rows_changed",
            "{source} is no longer what run {name} ({id}) was evaluated on\nevaluate it again, and log with "
            "--keep-rows to keep the rows",
            source=place,
            name=run.name,
            id=run.id,
        )
    )


def kept_rows(run: Run, folder: Path, fingerprint_of: Callable[[Any], Fingerprint]) -> Any:
    """The rows of a run, which are those that were evaluated.

    Args:
        run: The run.
        folder: Where the database is.
        fingerprint_of: What makes the fingerprint of rows.

    Raises:
        HistoryError: They are not at hand, or have changed.
    """
    if run.kept is not None and (folder / run.kept).is_file():
        place = folder / run.kept
        if named_by(place.read_bytes()) != place.name:
            raise changed(run, str(place))
        return place
    if run.source is None:
        raise HistoryError(
            Message(
                "rows_not_at_hand",
                "the rows of run {name} ({id}) are not kept\nlog with rows= (--log of a file), or keep_rows=True "
                "(--keep-rows)",
                name=run.name,
                id=run.id,
            )
        )
    paths = json.loads(run.source) if run.source.startswith("[") else run.source
    data = [Path(own) for own in paths] if isinstance(paths, list) else Path(paths)
    try:
        found = fingerprint_of(data)
    except (GnomonError, OSError) as error:
        raise HistoryError(
            Message(
                "rows_gone",
                "the rows of run {name} ({id}) cannot be read: {error}\nlog with --keep-rows to keep them",
                name=run.name,
                id=run.id,
                error=error,
            )
        ) from None
    if (found.rows, found.predictions) != (run.rows, run.predictions):
        raise changed(run, run.source)
    return data
