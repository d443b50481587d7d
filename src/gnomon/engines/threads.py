"""The fold in this process: threads take partitions, read them, and add them to a tally of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, islice
from types import TracebackType
from typing import Any, Generic, Self

from gnomon.engines.base import Counter, Plan, Progress, Rowed, T, merged
from gnomon.engines.crew import Crew


class Threads:
    """The threads of this process.

    Args:
        threads: How many there may be.
        progress: Told how many rows have been read, from any thread; of each reading anew.
    """

    name = "threads"

    def __init__(self, threads: int, progress: Progress | None = None) -> None:
        self.threads = threads
        self._progress = progress

    def fold(self, source: Rowed, plan: Plan[T]) -> T:
        """Return the tally of all rows; a single partition gets all the threads, piece by piece."""
        counter = Counter(self._progress, source.rows)
        stream = source.partitions(plan.uses, self.threads)
        first = list(islice(stream, 2))
        if len(first) < 2 or self.threads == 1:
            alone = Adder(plan.start(), counter, self.threads)
            for partition in chain(first, stream):
                alone.take(partition, lambda: False)
            return alone.tally
        hands = [Adder(plan.start(), counter, 1) for _ in range(self.threads)]
        Crew(chain(first, stream)).run(hands)
        return merged([own.tally for own in hands])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing was started that has to end."""


class Adder(Generic[T]):
    """What one thread adds to its tally."""

    def __init__(self, tally: T, counter: Counter, threads: int) -> None:
        self.tally = tally
        self._counter = counter
        self._threads = threads

    def take(self, partition: Iterable[Any], stopped: Callable[[], bool]) -> None:
        """Add the pieces of a partition."""
        for piece in partition:
            if stopped():
                return
            self.tally.add(piece, self._threads)
            self._counter.add(len(piece))
