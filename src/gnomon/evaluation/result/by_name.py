"""What a result holds by name: read-only, printed in a few lines, with an error that names the nearest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

from gnomon.errors import UnknownEstimateError, nearest
from gnomon.estimate import Estimate
from gnomon.measures.registry import called, shown_in
from gnomon.message import Message
from gnomon.visible import visible

Held_co = TypeVar("Held_co", covariant=True)

# Entries that are printed, and estimates of each.
MOST_LINES, MOST_ESTIMATES = 12, 4
LONGEST_NAME = 40


class ByName(Mapping[str, Held_co], Generic[Held_co]):
    """A read-only mapping from names.

    A name is text; a class may be asked for as it was given, ``ev.per_class[3]`` for ``"3"``, and a measure by another
    name that people know.

    Args:
        held: What it holds, by name.
        kind: What the names are, such as ``"class"``.
    """

    __slots__ = ("_held", "_kind")

    def __init__(self, held: Mapping[str, Held_co], kind: str) -> None:
        self._held = dict(held)
        self._kind = kind

    def __getitem__(self, name: Any) -> Held_co:
        """What is held under a name.

        Raises:
            UnknownEstimateError: Nothing is; the message names the nearest.
        """
        key = self._called(name)
        if key not in self._held:
            raise UnknownEstimateError(
                Message(
                    "no_such_part",
                    "there is no {kind} {name!r}\n{hint}",
                    kind=self._kind,
                    name=name,
                    hint=nearest(key, self._held),
                )
            )
        return self._held[key]

    def __contains__(self, name: object) -> bool:
        return self._called(name) in self._held

    def _called(self, name: object) -> str:
        return called(str(name), self._held) if self._kind == "measure" else str(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def __repr__(self) -> str:
        lines = [f"{visible(name, LONGEST_NAME)}: {told(own)}" for name, own in list(self._held.items())[:MOST_LINES]]
        left = len(self._held) - len(lines)
        return "\n".join([*lines, *([f"... and {left:,} more"] if left else [])]) or f"no {self._kind}"


def told(value: Any) -> str:
    """One entry on a line: of a mapping of estimates the most telling ones."""
    if not isinstance(value, ByName) or not all(isinstance(each, Estimate) for each in value.values()):
        return visible(repr(value)) if "\n" not in repr(value) else f"{len(value):,} entries"
    first = [name for name in shown_in("class_table") if name in value][:MOST_ESTIMATES] or list(value)[:MOST_ESTIMATES]
    left = len(value) - len(first)
    values = ", ".join(f"{name} {value[name].value:.4g}" for name in first)
    return values + (f" and {left} more" if left > 0 else "")
