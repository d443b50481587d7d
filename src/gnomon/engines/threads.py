"""The fold on this machine: threads take parts of the rows, read them, and add them to a tally of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from itertools import chain, islice
from typing import Generic, Protocol, Self, TypeVar

P_contra = TypeVar("P_contra", contravariant=True)


class Tally(Protocol[P_contra]):
    """What one thread has seen so far. Its owner adds to it; two are merged, associatively and commutatively."""

    def add(self, piece: P_contra, threads: int) -> None:
        """Takes in one more piece, with so many threads for it."""
        ...

    def merge(self, other: Self) -> Self:
        """What both have seen."""
        ...


Q = TypeVar("Q")
T = TypeVar("T", bound=Tally)  # type: ignore[type-arg]


def fold(parts: Iterable[Iterable[Q]], start: Callable[[], T], threads: int) -> T:
    """The tally of all pieces of all parts.

    A part is read where it is iterated: by the thread that took it, so that reading and counting go on side by side,
    and no more pieces are in memory than there are threads. A single part gets all the threads, piece by piece. By
    the laws of states the result does not depend on it; nor does an error: of several it is that of the first part.

    Args:
        parts: Pieces to read in order, of as many parts as may be read at the same time.
        start: Makes an empty tally.
        threads: How many threads there may be.
    """
    stream = iter(parts)
    first = list(islice(stream, 2))
    if len(first) < 2 or threads == 1:
        tally = start()
        for part in chain(first, stream):
            for piece in part:
                tally.add(piece, threads)
        return tally
    return _Crew(chain(first, stream)).run(start, threads)


class _Crew(Generic[Q]):
    """Threads that take parts in turn."""

    def __init__(self, parts: Iterator[Iterable[Q]]) -> None:
        self._parts = enumerate(parts)
        self._taking = threading.Lock()
        self._failures: dict[int, BaseException] = {}
        self._stopped = False

    def run(self, start: Callable[[], T], threads: int) -> T:
        with ThreadPoolExecutor(threads, thread_name_prefix="gnomon") as pool:
            # Each thread works in a copy of the caller's context, such as how NumPy treats overflow.
            workers = [pool.submit(copy_context().run, self._work, start()) for _ in range(threads)]
            try:
                wait(workers)
            except BaseException:  # Ctrl-C: each thread stops after the piece in hand
                self._stopped = True
                raise
        if self._failures:
            raise self._failures[min(self._failures)]
        tally, *others = [worker.result() for worker in workers]
        for other in others:
            tally = tally.merge(other)
        return tally

    def _work(self, tally: T) -> T:
        while (taken := self._take()) is not None:
            number, part = taken
            try:
                for piece in part:
                    if self._stopped:
                        return tally
                    tally.add(piece, 1)
            except BaseException as error:
                self._failures[number] = error
                return tally
        return tally

    def _take(self) -> tuple[int, Iterable[Q]] | None:
        """The next part. After a failure none is taken any more, but those before it are read to their end."""
        with self._taking:
            if self._failures or self._stopped:
                return None
            try:
                return next(self._parts, None)
            except BaseException as error:
                self._failures[2**63] = error  # parts that were taken come before it
                return None
