"""A worker process: adds the partitions that it is sent to a tally, until its input ends."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from typing import IO, Any

import numpy as np

from gnomon.engines.messages import Failure, greet, receive, send
from gnomon.errors import EngineError
from gnomon.message import Message


def work() -> None:
    """Answer what comes at standard input at standard output; whatever else is printed goes to standard error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the engine, which then ends its workers
    stdin, stdout = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdin.close()
    greet(stdout)
    with np.errstate(all="ignore"):  # as gnomon.calling.verb has it
        answer_all(stdin, stdout)


def plan_of(raw: bytes) -> Any:
    """Return a plan from what it was pickled as.

    Raises:
        EngineError: A function of it stands in the caller's script, which is not imported here.
    """
    try:
        return pickle.loads(raw)
    except (AttributeError, ImportError) as error:
        raise EngineError(
            Message(
                "cannot_find",
                "a worker of engine='processes' cannot import part of the computation ({error})\ninstall cloudpickle, "
                "define functions at the top level of a module, or use engine='threads'",
                error=error,
            )
        ) from None


def answer_all(stdin: IO[bytes], stdout: IO[bytes]) -> None:
    """Answer each message: nothing for a plan, the number of rows for a partition, the bytes of the tally."""
    tally: Any = None
    while True:
        try:
            what, content = receive(stdin), receive(stdin)
        except EOFError:
            return
        answer: Any = None
        try:
            if what == b"plan":
                tally = plan_of(content).start()
            elif what == b"partition":
                answer = 0
                for piece in pickle.loads(content):
                    tally.add(piece, 1)
                    answer += len(piece)
            else:
                answer, tally = tally.to_bytes(), None
        except BaseException as error:
            answer = Failure.of(error)
        send(stdout, pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))
