"""The fold on this machine: batches are summarised by a pool of threads while the next are read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from typing import Protocol, Self, TypeVar


class Mergeable(Protocol):
    """Anything with an associative, commutative merge."""

    def merge(self, other: Self) -> Self:
        """The two as one."""
        ...


P = TypeVar("P")
S = TypeVar("S", bound=Mergeable)


def fold(pieces: Iterable[P], summarise: Callable[[P, int], S], threads: int) -> S | None:
    """Summarises every piece and merges the summaries; None if there are no pieces.

    A single piece gets all the threads; several are spread over the threads, one each, with at most twice
    as many pieces in memory as there are threads. By the laws of states the result does not depend on it.

    Args:
        pieces: Whatever ``summarise`` takes.
        summarise: From a piece and a number of threads to its state.
        threads: How many threads there may be.
    """
    stream = iter(pieces)
    first = list(islice(stream, 2))
    if len(first) < 2 or threads == 1:
        states = (summarise(piece, threads) for piece in chain(first, stream))
        return _merge(states)
    with ThreadPoolExecutor(threads, thread_name_prefix="gnomon") as pool:
        return _merge(_pooled(chain(first, stream), summarise, pool, 2 * threads))


def _pooled(pieces: Iterable[P], summarise: Callable[[P, int], S], pool: ThreadPoolExecutor, ahead: int) -> Iterable[S]:
    pending: deque[Future[S]] = deque()
    for piece in pieces:
        pending.append(pool.submit(summarise, piece, 1))
        if len(pending) >= ahead:
            yield pending.popleft().result()
    while pending:
        yield pending.popleft().result()


def _merge(states: Iterable[S]) -> S | None:
    merged: S | None = None
    for state in states:
        merged = state if merged is None else merged.merge(state)
    return merged
