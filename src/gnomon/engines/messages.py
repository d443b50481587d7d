"""What engine and worker processes say to each other: bytes, with their length before them."""

from __future__ import annotations

import pickle
import struct
import traceback
from dataclasses import dataclass
from typing import IO

_LENGTH = struct.Struct("<Q")
_GREETING = b"\ngnomon worker ready\n"
_MOST = 1 << 20  # bytes that are asked of a pipe at once


def send(stream: IO[bytes], content: bytes) -> None:
    """Write a message."""
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def greet(stream: IO[bytes]) -> None:
    """Write what a worker begins with."""
    stream.write(_GREETING)
    stream.flush()


def await_greeting(stream: IO[bytes]) -> None:
    """Read up to what a worker begins with.

    Raises:
        EOFError: The other side has ended.
    """
    seen = b""
    while not seen.endswith(_GREETING):
        seen = seen[-len(_GREETING) :] + _exactly(stream, 1)


def receive(stream: IO[bytes]) -> bytes:
    """Read a message.

    Raises:
        EOFError: The other side has ended.
    """
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    return _exactly(stream, length)


def _exactly(stream: IO[bytes], length: int) -> bytes:
    received = bytearray()
    while len(received) < length:
        more = stream.read(min(_MOST, length - len(received)))
        if not more:
            raise EOFError
        received += more
    return bytes(received)


@dataclass(frozen=True, slots=True)
class Failure:
    """An error on the other side.

    Attributes:
        pickled: It, where it can be pickled.
        trace: Where it happened.
    """

    pickled: bytes
    trace: str

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """Return one that can be sent."""
        trace = "".join(traceback.format_exception(error))
        try:
            raw = pickle.dumps(error)
            pickle.loads(raw)
        except Exception:  # an error's own pickling is its author's code, and may raise anything
            raw = pickle.dumps(RuntimeError(trace))
        return cls(raw, trace)

    def error(self) -> BaseException:
        """Return the error, with a note of where it happened."""
        error: BaseException = pickle.loads(self.pickled)
        error.add_note(f"in a worker process:\n{self.trace}")
        return error
