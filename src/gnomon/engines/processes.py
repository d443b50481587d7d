"""The fold in processes of this machine: each has an interpreter of its own, gets partitions and sends back its tally.

They are started anew by the command line of this interpreter, neither by a fork nor by importing the caller's script
again: threads that hold locks, notebooks and scripts without a main guard are no trouble.
"""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain, islice
from types import TracebackType
from typing import IO, Any, Self

from gnomon.engines.base import Counter, Plan, Progress, Rowed, T, merged
from gnomon.engines.crew import Crew
from gnomon.engines.messages import Failure, await_greeting, receive, send
from gnomon.engines.threads import Threads
from gnomon.errors import EngineError
from gnomon.lazy import load
from gnomon.message import Message

BEGIN = "import sys; sys.path[:] = {path!r}; from gnomon.engines.worker import work; work()"


class Processes:
    """Worker processes, each started by the first partition that it gets and kept until the end.

    Args:
        threads: How many workers there may be.
        progress: Told how many rows have been read, a partition at a time; of each reading anew.
    """

    name = "processes"

    def __init__(self, threads: int, progress: Progress | None = None) -> None:
        self.threads = threads
        self._progress = progress
        self._workers: dict[int, Worker] = {}

    def fold(self, source: Rowed, plan: Plan[T]) -> T:
        """Return the tally of all rows; a single partition is read in this process, with as many threads.

        Raises:
            EngineError: A worker cannot be started, or ended before it had answered, or the plan cannot be sent.
        """
        stream = source.partitions(plan.uses, self.threads)
        first = list(islice(stream, 2))
        if len(first) < 2:
            return Threads(self.threads, self._progress).fold(Begun(first, source.rows), plan)
        sent, counter = pickled(plan), Counter(self._progress, source.rows)
        senders = [Sender(self._workers, place, sent, counter) for place in range(self.threads)]
        Crew(chain(first, stream), self._kill).run(senders)
        used = [own for own in senders if own.begun]
        with ThreadPoolExecutor(len(used)) as pool:
            tallies = list(pool.map(Sender.tally, used))
        return merged([plan.read(own) for own in tallies])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the workers."""
        self._kill()
        workers, self._workers = self._workers, {}
        for worker in workers.values():
            worker.wait()

    def _kill(self) -> None:
        for worker in list(self._workers.values()):
            worker.kill()


class Begun:
    """A source of which the first partitions were taken already: they are all that it has."""

    def __init__(self, partitions: list[Iterable[Any]], rows: int | None) -> None:
        self.rows = rows
        self._partitions = partitions

    def partitions(self, columns: Any, threads: int) -> Any:
        """Return them."""
        return iter(self._partitions)


class Sender:
    """What one thread has its worker do.

    Args:
        workers: Those that run, by their places; its own is started when there is something for it.
        place: Which of them is its own.
        plan: The plan, pickled.
        counter: Told of rows that were counted.
    """

    def __init__(self, workers: dict[int, Worker], place: int, plan: bytes, counter: Counter) -> None:
        self._workers = workers
        self._place = place
        self._plan = plan
        self._counter = counter
        self.begun = False

    def take(self, partition: Iterable[Any], stopped: Callable[[], bool]) -> None:
        """Send a partition, and wait until it is counted."""
        if not self.begun:
            if self._place not in self._workers:
                self._workers[self._place] = Worker()
            self._worker.ask("plan", self._plan)
            self.begun = True
        self._counter.add(self._worker.ask("partition", pickle.dumps(partition, pickle.HIGHEST_PROTOCOL)))

    def tally(self) -> bytes:
        """Return the bytes of the worker's tally."""
        raw: bytes = self._worker.ask("tally", b"")
        return raw

    @property
    def _worker(self) -> Worker:
        return self._workers[self._place]


class Worker:
    """A process, and the pipes to it.

    Raises:
        EngineError: It cannot be started.
    """

    def __init__(self) -> None:
        if not sys.executable:
            text = "engine='processes' starts Python again, but sys.executable is empty: use engine='threads'"
            raise EngineError(Message("no_executable", text))
        path = [os.path.abspath(own) for own in sys.path]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", BEGIN.format(path=path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        except OSError as error:
            raise EngineError(
                Message(
                    "worker_not_started",
                    "a worker process of engine='processes' cannot be started ({reason})\nuse fewer processes "
                    "(threads=), or engine='threads'",
                    reason=error.strerror or error,
                )
            ) from None
        self._greeted = False

    def ask(self, what: str, content: bytes) -> Any:
        """Send something, and return the answer.

        Raises:
            EngineError: The process ended before it had answered.
            BaseException: Whatever went wrong there.
        """
        stdin, stdout = self._pipes
        try:
            if not self._greeted:  # what an environment prints when Python starts comes before
                await_greeting(stdout)
                self._greeted = True
            send(stdin, what.encode())
            send(stdin, content)
            answer = pickle.loads(receive(stdout))
        except (EOFError, OSError):
            code = self._process.wait()
            how = (
                Message("by_signal", "by signal {signal}, as happens when memory runs out", signal=-code)
                if code < 0
                else Message("with_exit_code", "with exit code {code}", code=code)
            )
            raise EngineError(
                Message(
                    "worker_ended",
                    "a worker process of engine='processes' was ended {how} before it had counted its rows\nuse fewer "
                    "processes (threads=), or engine='threads'",
                    how=how,
                )
            ) from None
        if isinstance(answer, Failure):
            raise answer.error()
        return answer

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def wait(self) -> None:
        """Wait for its end."""
        try:
            self._process.wait()
        finally:
            for pipe in self._pipes:
                with suppress(OSError):  # what it was not sent any more
                    pipe.close()

    @property
    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout


def pickled(plan: Plan[Any]) -> bytes:
    """Return a plan as bytes.

    Raises:
        EngineError: It holds something that cannot be sent, such as a function that has no name of its own.
    """
    stream = io.BytesIO()
    try:
        pickler_class()(stream, pickle.HIGHEST_PROTOCOL).dump(plan)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise EngineError(
            Message(
                "cannot_send",
                "engine='processes' cannot send the computation to its workers ({error})\ninstall cloudpickle, define "
                "functions at the top level of a module, or use engine='threads'",
                error=error,
            )
        ) from None
    return stream.getvalue()


def pickler_class() -> type[pickle.Pickler]:
    """Return what pickles functions of notebooks and lambdas, too, if it is installed; else the plain one."""
    try:
        pickler: type[pickle.Pickler] = load("cloudpickle:Pickler")
    except ImportError:
        return pickle.Pickler
    return pickler
