"""What an engine is: it folds the rows of a source, as a plan says, to a tally.

A plan says which columns are read and what becomes of their rows. It is frozen, and travels by pickle between processes
of one person; a tally travels as versioned bytes. A tally's merge is associative and commutative, so that an engine may
divide the rows as it likes: by the laws of the states the result does not depend on it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

# Told the number of rows read so far, and of all rows if it is known.
Progress = Callable[[int, int | None], None]


class Rowed(Protocol):
    """What has rows: a source, as far as an engine knows it."""

    @property
    def rows(self) -> int | None:
        """Their number, where it is known without reading them."""
        ...

    def partitions(self, columns: Mapping[str, Any], threads: int) -> Iterator[Iterable[Any]]:
        """These columns of the rows, in order; as many partitions as there are threads may be read at the same time."""
        ...


class Tally(Protocol):
    """What was made of some rows. Its owner adds to it; two are merged, associatively and commutatively."""

    def add(self, piece: Any, threads: int) -> None:
        """Take in one more piece, with so many threads for it."""
        ...

    def merge(self, other: Self) -> Self:
        """Return what both have seen; either may be used up by it."""
        ...

    def to_bytes(self) -> bytes:
        """Return it as bytes that the plan can read, in another process too."""
        ...


T = TypeVar("T", bound=Tally)
T_co = TypeVar("T_co", bound=Tally, covariant=True)


class Plan(Protocol[T_co]):
    """What a fold does: frozen, and able to travel."""

    @property
    def uses(self) -> Mapping[str, Any]:
        """The columns that are read, and what each is read for."""
        ...

    def start(self) -> T_co:
        """Return an empty tally."""
        ...

    def read(self, raw: bytes) -> T_co:
        """Return the tally whose bytes these are.

        Raises:
            StateError: They are foreign or damaged.
        """
        ...


class Engine(Protocol):
    """Where a fold runs. Used in a ``with`` statement, which ends whatever it has started.

    Attributes:
        name: What it is called.
        threads: How many threads, or workers, there may be.
    """

    name: str
    threads: int

    def fold(self, source: Rowed, plan: Plan[T]) -> T:
        """Return the tally of all rows of the source.

        A partition is read where it is iterated, so that reading and counting go on side by side, and no more pieces
        are in memory than there are threads. An error is that of the first partition that fails.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Counter:
    """The rows of one reading, told as they are read, from any thread."""

    def __init__(self, progress: Progress | None, rows: int | None) -> None:
        self._progress = progress
        self._rows = rows
        self._read = 0
        self._counting = threading.Lock()

    def add(self, rows: int) -> None:
        """Tell of some more rows."""
        if self._progress is None:
            return
        with self._counting:
            self._read += rows
            self._progress(self._read, self._rows)


def merged(tallies: Sequence[T]) -> T:
    """Return what all of some tallies have seen, at least one."""
    first, *others = tallies
    for other in others:
        first = first.merge(other)
    return first
