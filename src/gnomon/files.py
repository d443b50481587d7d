"""Writing a result: the whole file or none of it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from gnomon.errors import SourceError

# How the names of files end that are still being written.
PART = ".gnomon-part"


def write_whole(path: Path, text: str) -> None:
    """Writes text to a file, whole or not at all.

    Raises:
        SourceError: The folder does not exist, or may not be written to.
    """
    with aside(path) as stream:
        stream.write(text.encode("utf-8"))


@contextlib.contextmanager
def aside(path: Path) -> Iterator[BinaryIO]:
    """A stream to a file beside a place, which is put there in one step once it is written.

    Whoever reads ``path`` meanwhile, or after a crash, finds the old file or the new one, never a part. A link
    is followed; what is no ordinary file (a pipe, a device) is written to directly.

    Raises:
        SourceError: The folder does not exist, or may not be written to.
    """
    try:
        path = path.resolve()
        if path.exists() and not path.is_file():
            with path.open("wb") as stream:
                yield stream
            return
        clean(path.parent)
        handle, name = begin(path)
        try:
            with os.fdopen(handle, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
                Path(name).chmod(0o666 & ~_umask())
                Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"cannot write {path}: {error.strerror or error}") from None


def begin(path: Path) -> tuple[int, str]:
    """A new hidden file beside the path, open and locked, so that no one takes it for one that was left behind."""
    while True:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=PART, dir=path.parent)
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            if os.stat(name).st_ino == os.fstat(handle).st_ino:
                return handle, name
        except FileNotFoundError:
            pass  # cleaned away before it was locked
        os.close(handle)


def clean(folder: Path) -> None:
    """Removes what runs that were killed while they wrote have left in a folder: parts that no one holds locked."""
    for left in folder.glob(f".*{PART}"):
        with contextlib.suppress(OSError), left.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
