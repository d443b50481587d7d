"""Threads that take the partitions of a source in turn, until there are none or one fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import Any, Protocol

Partition = Iterable[Any]


class Hand(Protocol):
    """What takes the partitions of one thread."""

    def take(self, partition: Partition, stopped: Callable[[], bool]) -> None:
        """Read a partition, as long as nothing has stopped the crew."""
        ...


class Crew:
    """Some threads, each with its own hand.

    Args:
        partitions: What they take, in order.
        interrupt: Called, besides, where the caller is interrupted.
    """

    def __init__(self, partitions: Iterator[Partition], interrupt: Callable[[], None] | None = None) -> None:
        self._partitions = enumerate(partitions)
        self._interrupt = interrupt
        self._taking = threading.Lock()
        self._failures: dict[int, BaseException] = {}
        self._stopped = False

    def run(self, hands: Iterable[Hand]) -> None:
        """Have the hands take all partitions.

        Raises:
            BaseException: That of the first partition that failed.
        """
        hands = list(hands)
        with ThreadPoolExecutor(len(hands), thread_name_prefix="gnomon") as pool:
            # Each thread works in a copy of the caller's context, such as how NumPy treats overflow.
            working = [pool.submit(copy_context().run, self._work, hand) for hand in hands]
            try:
                wait(working)
            except BaseException:  # Ctrl-C: each thread stops after the piece in hand
                self._stopped = True
                if self._interrupt is not None:
                    self._interrupt()
                raise
        if self._failures:
            raise self._failures[min(self._failures)]
        for worker in working:
            worker.result()

    def _work(self, hand: Hand) -> None:
        while not self._stopped and (taken := self._take()) is not None:
            number, partition = taken
            try:
                hand.take(partition, lambda: self._stopped)
            except BaseException as error:
                self._failures[number] = error
                return

    def _take(self) -> tuple[int, Partition] | None:
        """The next partition. After a failure none is taken any more, but those before it are read to their end."""
        with self._taking:
            if self._failures or self._stopped:
                return None
            try:
                return next(self._partitions, None)
            except BaseException as error:
                self._failures[2**63] = error  # partitions that were taken come before it
                return None
