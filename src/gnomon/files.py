"""Files on disk: results are written whole or not at all, and never over an input; pipes are not opened unasked."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from gnomon.errors import SourceError, UsageError
from gnomon.message import Message, word

# How the names of files end that are still being written.
UNFINISHED = ".gnomon-part"
# A link is not followed, and a pipe is not waited for: whoever put one there does not decide what is opened.
_CAREFULLY = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def write_whole(path: Path, content: str | bytes) -> None:
    """Write text to a file, as UTF-8, or bytes as they are, whole or not at all.

    Raises:
        SourceError: The folder does not exist, or may not be written to.
    """
    with aside(path) as stream:
        stream.write(content if isinstance(content, bytes) else content.encode("utf-8", errors="backslashreplace"))


def write_folder(folder: Path, files: Mapping[str, str | None]) -> None:
    """Write several texts into a folder, which is made if it is not there, each whole or not at all.

    Args:
        folder: The folder.
        files: The texts by name; None for a file of before that is no longer. The first one begins with a line that
            tells a folder that was written so from any other.

    Raises:
        UsageError: The folder holds files of these names that were not written so.
        SourceError: It cannot be made, or may not be written to.
    """
    first, content = next(iter(files.items()))
    mark = str(content).partition("\n")[0]
    held = [name for name in files if (folder / name).exists()]
    if held and not (first in held and (folder / first).read_text("utf-8", "replace").startswith(mark)):
        raise UsageError(
            Message(
                "folder_of_others",
                "{folder} holds {name}, which gnomon did not write\nname another folder",
                folder=folder,
                name=held[0],
            )
        )
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise SourceError(
            Message("cannot_write", "cannot write {path}: {reason}", path=folder, reason=error.strerror or error)
        ) from None
    for name, text in files.items():
        if text is None:
            (folder / name).unlink(missing_ok=True)
        else:
            write_whole(folder / name, text)


def write_table(path: Path, columns: Mapping[str, Any]) -> None:
    """Write columns as a table, whole or not at all: CSV or Parquet, by how the name of the file ends.

    Raises:
        UsageError: It ends otherwise.
        SourceError: The file cannot be written.
    """
    import pyarrow as pa

    ending = path.suffix.lower()
    if ending not in (".csv", ".parquet"):
        raise UsageError(
            Message("export_ending", "{path} does not end in .csv or .parquet\nname the file so", path=path)
        )
    table = pa.table(dict(columns))
    with aside(path) as stream:
        if ending == ".csv":
            import pyarrow.csv

            pyarrow.csv.write_csv(table, stream)
        else:
            import pyarrow.parquet

            pyarrow.parquet.write_table(table, stream)


@contextlib.contextmanager
def aside(path: Path) -> Iterator[BinaryIO]:
    """Open a stream to a new file beside ``path``, which takes its place in one step once it is written.

    Whoever reads ``path`` meanwhile, or after a crash, finds the old file or the new one, never a part. The new file
    keeps the permissions of the one that it replaces. A link is followed; a pipe or a device is written to directly.
    An error that the body raises about another file passes through unchanged.

    Raises:
        SourceError: The folder does not exist, or may not be written to; the disk is full.
    """
    with _writing(path):
        direct = is_stream(path)
        path = Path(os.path.realpath(path))
        if direct:
            handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        else:
            clean(path.parent)
            handle, name = begin(path)
    if direct:
        with _stream(handle, path) as stream:
            yield stream
        return
    try:
        with _stream(handle, path) as stream:
            yield stream
            stream.flush()
            with _writing(path):
                _keep_permissions(handle, path)
                os.fsync(handle)
                os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _stream(handle: int, path: Path) -> io.BufferedWriter:
    return io.BufferedWriter(_Output(handle, path))


class _Output(io.FileIO):
    """A file that is written: its own errors name it, so that they are not taken for those of whoever writes."""

    def __init__(self, handle: int, path: Path) -> None:
        super().__init__(handle, "wb")
        self._path = path

    def write(self, data: Any) -> int:
        with _writing(self._path):
            return super().write(data)


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Errors of the operating system, told as those of writing a file."""
    try:
        yield
    except SourceError:
        raise
    except OSError as error:
        raise SourceError(
            Message("cannot_write", "cannot write {path}: {reason}", path=path, reason=error.strerror or error)
        ) from None


def is_stream(path: Path) -> bool:
    """Whether a path is that of a pipe, a device or an open stream, to be written to and not to be replaced."""
    opened = os.path.abspath(path).startswith(("/dev/", "/proc/"))
    return path.exists() and (opened or not path.is_file()) and not path.is_dir()


def begin(path: Path) -> tuple[int, str]:
    """Create a hidden file beside the path, open and locked, so that no one takes it for one that was left behind."""
    while True:
        name = str(path.parent / f".{os.fsdecode(os.fsencode(path.name)[:80])}.{secrets.token_hex(6)}{UNFINISHED}")
        try:
            # The process's umask applies by itself; setting it to read it would change it for every thread.
            handle = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | _CAREFULLY, 0o666)
        except FileExistsError:
            continue
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            if os.stat(name).st_ino == os.fstat(handle).st_ino:
                return handle, name
        except FileNotFoundError:
            pass  # cleaned away before it was locked
        os.close(handle)


def clean(folder: Path) -> None:
    """Remove what killed runs have left in a folder: regular part files that no one holds locked."""
    for left in folder.glob(f".*{UNFINISHED}"):
        with contextlib.suppress(OSError), open_regular(left) as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def open_regular(path: Path) -> BinaryIO:
    """Open a file that gnomon itself put there, for reading.

    Raises:
        OSError: There is none, or something else stands in its place: a link, a pipe, a device.
    """
    handle = os.open(path, os.O_RDONLY | _CAREFULLY)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(Message("not_regular", "{path} is not a regular file", path=path))
    return os.fdopen(handle, "rb")


def _keep_permissions(handle: int, path: Path) -> None:
    """Give a file that replaces another its mode, and its owner where that is allowed."""
    try:
        old = os.stat(path)
    except FileNotFoundError:
        return
    with contextlib.suppress(OSError):
        os.fchown(handle, old.st_uid, old.st_gid)
    os.fchmod(handle, stat.S_IMODE(old.st_mode))


def refuse_overwriting(output: Path, inputs: Iterable[Path], folders: Iterable[Path] = ()) -> None:
    """Refuse an output that is one of the inputs, by whatever name, or that would lie among them.

    Args:
        output: The file that is to be written.
        inputs: Every file that is read.
        folders: Folders whose files are read, all of them: what is written there would be read the next time.

    Raises:
        UsageError: The output is an input, or lies in a folder of inputs.
        SourceError: The output's folder does not exist.
    """
    try:
        status = output.stat() if output.exists() else None
    except OSError as error:
        raise SourceError(
            Message("cannot_write", "cannot write {path}: {reason}", path=output, reason=error.strerror or error)
        ) from None
    for path in inputs:
        if status is None or not stat.S_ISREG(status.st_mode):
            break
        with contextlib.suppress(OSError):
            if os.path.samestat(status, path.stat()):
                same = (
                    word("the input itself")
                    if path == output
                    else Message("input_path", "the input {path} itself", path=path)
                )
                raise UsageError(
                    Message(
                        "output_is_input",
                        "--output {output} is {same}\nwrite the result to another file",
                        output=output,
                        same=same,
                    )
                )
    place = Path(os.path.realpath(output))
    for folder in folders:
        if Path(os.path.realpath(folder)) in place.parents:
            raise UsageError(
                Message(
                    "output_in_input_folder",
                    "--output {output} lies in the input folder {folder}, whose files are all read\nwrite the result "
                    "elsewhere",
                    output=output,
                    folder=folder,
                )
            )
    if not output.parent.is_dir():
        raise SourceError(
            Message(
                "no_folder",
                "cannot write {path}: the folder {parent} does not exist",
                path=output,
                parent=output.parent,
            )
        )
