"""Some consecutive rows of a file, which can be read in another process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from gnomon.errors import SourceError
from gnomon.message import Message
from gnomon.sources.base import Piece
from gnomon.sources.readers import RowGroups, beyond_memory, brief, with_constants


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells a file from one that took its place, and from what it was before it was written to."""

    device: int
    inode: int
    size: int
    modified: int

    @classmethod
    def of(cls, file: Path) -> Self:
        """That of a file as it is now.

        Raises:
            SourceError: The file is gone.
        """
        try:
            told = file.stat()
        except OSError as error:
            raise SourceError(
                Message("cannot_read", "cannot read {path}: {error}", path=file, error=error.strerror or error)
            ) from None
        return cls(told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class FilePartition:
    """Consecutive rows of a file, read where they are iterated.

    Attributes:
        file: The file.
        seen: What it was when it was opened.
        origin: What it is called in a message about a row; empty where it is the only one.
        start: The number of the first row, from 1.
        batches: Its record batches, or the row groups that hold them.
        constants: Columns that hold one value throughout, as the folders of the file are called.
        columns: The names of all columns, in their order.
        number: Which of the files it is, from 0 on.
    """

    file: Path
    seen: Identity
    origin: str
    start: int
    batches: Iterable[Any]
    constants: Mapping[str, Any]
    columns: tuple[str, ...]
    number: int = 0

    def __iter__(self) -> Iterator[Piece]:
        check_unchanged(self.file, self.seen)
        row = self.start
        for batch in guarded(self.file, self.batches):
            yield Piece(with_constants(batch, self.constants, self.columns), self.origin, row, file=self.number)
            row += batch.num_rows
        check_unchanged(self.file, self.seen)

    def __reduce__(self) -> tuple[Any, ...]:
        if not isinstance(self.batches, RowGroups):  # read already: the rows travel
            return list, (list(self),)
        return type(self), tuple(getattr(self, name) for name in self.__slots__)


def check_unchanged(file: Path, seen: Identity) -> None:
    """Refuse a file that is no longer the one that was opened: its rows would be those of two files.

    Raises:
        SourceError: It is not.
    """
    if Identity.of(file) != seen:
        raise SourceError(
            Message(
                "changed_while_read",
                "{file} was replaced or written to while it was read\nrun again once it is complete",
                file=file,
            )
        )


def guarded(file: Path, items: Iterable[Any]) -> Iterator[Any]:
    """What is read of a file, with errors that say which one it is."""
    with telling(file):
        yield from items


@contextmanager
def telling(file: Path) -> Iterator[None]:
    """Says of a file that cannot be read which one it is, and why."""
    import pyarrow as pa

    try:
        yield
    except MemoryError as error:
        if not beyond_memory(error):
            raise
        raise SourceError(
            Message(
                "damaged_sizes",
                "cannot read {file}: it is damaged, as its parts claim impossible sizes",
                file=file,
            )
        ) from None
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise SourceError(
            Message("cannot_read", "cannot read {path}: {error}", path=file, error=brief(error))
        ) from None
