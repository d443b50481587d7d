"""Engines run a fold: partitions of the rows to tallies to one. They know no formula and no metric.

An engine is one file with a class that keeps the promises of :class:`gnomon.engines.base.Engine`, and a line in
``ENGINES``.
"""

from __future__ import annotations

from gnomon.engines.base import Engine, Progress
from gnomon.errors import UsageError, nearest
from gnomon.lazy import load
from gnomon.message import Message

# Where each engine is, ``"module:name"``. Loaded when it is used.
ENGINES = {
    "threads": "gnomon.engines.threads:Threads",
    "processes": "gnomon.engines.processes:Processes",
}


def engine_of(name: str, threads: int, progress: Progress | None = None) -> Engine:
    """Return an engine of this name, to be used in a ``with`` statement.

    Args:
        name: One of ``ENGINES``.
        threads: How many threads, or workers, there may be.
        progress: Called, from any thread, with how many rows were read so far and how many there are (None if that is
            not known); of each reading anew.

    Raises:
        UsageError: There is no such engine, or ``progress`` cannot be called.
    """
    if not isinstance(name, str) or name not in ENGINES:
        raise UsageError(
            Message("unknown_engine", "engine={name!r} is unknown\n{hint}", name=name, hint=nearest(str(name), ENGINES))
        )
    if progress is not None and not callable(progress):
        raise UsageError(
            Message(
                "progress_function",
                "progress= takes a function of the number of rows read and of all rows, not {progress!r}",
                progress=progress,
            )
        )
    engine: Engine = load(ENGINES[name])(threads, progress)
    return engine
