"""Writing a result: the whole file or none of it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from gnomon.errors import SourceError


def write_whole(path: Path, text: str) -> None:
    """Writes text to a file beside its place, then puts it there in one step.

    Whoever reads ``path`` meanwhile, or after a crash, finds the old file or the new one, never a part. A link
    is followed; what is no ordinary file (a pipe, a device) is written to directly.

    Raises:
        SourceError: The folder does not exist, or may not be written to.
    """
    try:
        path = path.resolve()
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
            return
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise SourceError(f"cannot write {path}: {error.strerror or error}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
