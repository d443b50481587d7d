"""The parts of a report by name, and which of them are shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from gnomon.errors import UsageError, nearest
from gnomon.message import Message

T = TypeVar("T")

# All parts that a report of some kind has: what --only takes.
PARTS = (
    "answer", "changes", "models", "differences", "pairs", "decision", "plan", "trend", "advice", "measures",
    "classes", "amounts", "slices", "calibration", "confusion", "thresholds", "candidates", "errors", "train", "notes",
    "provenance",
)  # fmt: skip
# Parts that are long, and are shown where they are asked for.
ON_REQUEST = ("pairs", "plan")


def shown_parts(parts: Mapping[str, Callable[[], T | None]], only: Collection[str]) -> dict[str, T]:
    """The parts that there is something to say in, in their order: those asked for, or the usual ones.

    Args:
        parts: What makes each part, by name; None where it has nothing to say.
        only: The parts that were asked for; none for the usual ones.

    Raises:
        UsageError: The report has none of the parts that were asked for.
    """
    check_parts(only)
    asked = [name for name in parts if (name in only if only else name not in ON_REQUEST)]
    made = {name: part for name in asked if (part := parts[name]()) is not None}
    if only and not made:
        having = [name for name, make in parts.items() if make() is not None]
        raise UsageError(
            Message(
                "report_without_part",
                "this report has no {asked}\nit has: {having}",
                asked=", ".join(only),
                having=", ".join(having),
            )
        )
    return made


def check_parts(only: Collection[str]) -> None:
    """Raises UsageError for the name of no part."""
    for name in only:
        if name not in PARTS:
            raise UsageError(
                Message(
                    "unknown_part", "{name!r} is not a part of a report\n{hint}", name=name, hint=nearest(name, PARTS)
                )
            )
