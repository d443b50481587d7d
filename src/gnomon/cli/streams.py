"""The streams of a command: closed ones, pipes whose reader has gone, terminals that say that they have no width."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

# Narrower terminals are written to as if they had so many columns.
NARROWEST = 20


def console() -> Console:
    """A console for stdout: plain text, no markup; an error where the reader of a pipe has gone."""
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return Plain(markup=False, highlight=False, emoji=False)


def prepare() -> None:
    """Put the streams in order before a command runs.

    A stream that was closed would give its number to the next file that is opened, which would then be written to.
    """
    for number, mode in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # stdout cannot be written to: what goes there is an error, not lost
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a label that the terminal cannot show must not end the report
    columns = os.environ.get("COLUMNS", "")
    if columns and not (columns.isascii() and columns.isdigit() and int(columns) >= NARROWEST):
        del os.environ["COLUMNS"]
        if columns.isascii() and columns.isdigit() and int(columns) > 0:
            os.environ["COLUMNS"] = str(NARROWEST)


def flush() -> OSError | None:
    """Write out what stdout still holds; what went wrong, if anything did."""
    try:
        sys.stdout.flush()
    except OSError as error:
        silence()
        return error
    return None


def silence() -> None:
    """Let nothing more go to stdout: whoever read it has gone, or it cannot be written to."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)


class Terminated(BaseException):
    """The process was asked to end (SIGTERM)."""


@contextmanager
def ending_cleanly() -> Iterator[None]:
    """SIGTERM ends what is inside as Ctrl-C does: files that are half written are removed.

    Raises:
        Terminated: It came.
    """

    def end(number: int, frame: FrameType | None) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
