"""Columns as a data frame of the library that the caller has, which is never imported before it is used."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from gnomon.errors import UsageError, nearest
from gnomon.message import Message

LIBRARIES = ("pandas", "polars", "pyarrow")


def frame(columns: Mapping[str, Sequence[Any]], library: str | None) -> Any:
    """A data frame.

    Args:
        columns: Values by the name of their column, all of one length.
        library: ``"pandas"``, ``"polars"`` or ``"pyarrow"``; None for the one that is imported already, else the first
            that is installed.

    Raises:
        UsageError: There is no such library, or it is not installed.

    >>> frame({"a": [1, 2]}, "pyarrow").num_rows
    2
    """
    import narwhals as nw

    if library is not None and library not in LIBRARIES:
        raise UsageError(
            Message(
                "unknown_library",
                "library={library!r} is unknown\n{hint}",
                library=library,
                hint=nearest(str(library), LIBRARIES),
            )
        )
    chosen: Any = library or next((own for own in LIBRARIES[:2] if own in sys.modules), None)
    chosen = chosen or next(own for own in LIBRARIES if find_spec(own) is not None)  # gnomon brings PyArrow
    if find_spec(chosen) is None:
        raise UsageError(
            Message(
                "library_missing",
                "library={library!r} is not installed\npip install {library}, or remove library=",
                library=chosen,
            )
        )
    return nw.from_dict({name: list(own) for name, own in columns.items()}, backend=chosen).to_native()
