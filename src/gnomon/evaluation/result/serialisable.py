"""What every result has that other programs read: a JSON form, as text and as a file."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from gnomon.errors import StateError
from gnomon.files import write_whole
from gnomon.lazy import load
from gnomon.message import Message


class Serialisable(ABC):
    """A result with a JSON form."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """The stable JSON form: see docs/json.md."""

    @classmethod
    @abstractmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Serialisable:
        """The inverse of :meth:`to_dict`."""

    def __eq__(self, other: object) -> bool:
        """Equal in everything; undefined values are equal to each other."""
        if not isinstance(other, type(self)):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_dict, (self.to_dict(),)

    def to_json(self) -> str:
        """The JSON form as text, with a line break at the end."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Reads back what was saved, if it is such a result: ``gnomon.Evaluation.load(path)``.

        Raises:
            SourceError: The file cannot be read.
            StateError: It holds no such result, or one of another version.
        """
        result = load("gnomon.loading:load")(path)
        if not isinstance(result, cls):
            raise StateError(
                Message(
                    "other_result",
                    "{path} is of kind {kind}, not {expected}",
                    path=path,
                    kind=type(result).__name__,
                    expected=cls.__name__,
                )
            )
        return result

    def save(self, path: str | Path) -> None:
        """Writes the JSON form to a file, whole or not at all.

        Raises:
            SourceError: The file cannot be written.
        """
        write_whole(Path(path), self.to_json())


def plain(value: Any) -> Any:
    """Mappings and tuples as JSON has them."""
    if isinstance(value, Mapping):
        return {str(key): plain(own) for key, own in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(own) for own in value]
    return value
