"""Which column of scores is of which class: by their names, or by their places where the order is plain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gnomon.errors import UsageError
from gnomon.message import Message

_NUMBERED = re.compile(r"^(.*?)(\d+)(\D*)$")
# Score columns, and classes, that a message names.
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Matched:
    """Score columns by class.

    Attributes:
        of_class: The place of each class's column among the columns; None for a class that has none.
        more: Names of classes that have a column and were not known.
    """

    of_class: tuple[int | None, ...]
    more: tuple[str, ...] = ()


def match_by_name(columns: Sequence[str], classes: Sequence[str]) -> Matched | None:
    """Columns that are called as the classes are, but for a beginning and an ending that all have in common.

    Classes without a column, and columns of classes that do not occur, are allowed, but not both at once; and two names
    at least must match.

    >>> match_by_name(["prob_dog", "prob_cat"], ["cat", "dog"]).of_class
    (1, 0)
    >>> match_by_name(["p1", "p2", "p10"], ["1", "10", "2"]).of_class
    (0, 2, 1)
    >>> match_by_name(["old", "new"], ["cat", "dog"]) is None
    True
    """
    best: Matched | None = None
    for known in reversed(stripped(classes)):
        for names in stripped(columns):
            matched = _matched(names, known)
            if matched is not None and (best is None or _matches(matched) > _matches(best)):
                best = matched
    return best


def _matches(matched: Matched) -> int:
    return sum(place is not None for place in matched.of_class)


def _matched(columns: Sequence[str], classes: Sequence[str]) -> Matched | None:
    """Columns whose names are those of classes; None where both sides have names that the other lacks."""
    wanted = {name: place for place, name in enumerate(map(folded, classes))}
    folded_names = list(map(folded, columns))
    if len(wanted) < len(classes) or len(set(folded_names)) < len(
        folded_names
    ):  # names that differ only in case, or the like
        wanted, folded_names = {name: place for place, name in enumerate(classes)}, list(columns)
    places = {wanted[name]: place for place, name in enumerate(folded_names) if name in wanted}
    if len(places) < 2 or (len(places) < len(classes) and len(places) < len(columns)):
        return None
    more = tuple(name for name, told in zip(columns, folded_names, strict=True) if told not in wanted)
    return Matched(tuple(places.get(place) for place in range(len(classes))), more)


def stripped(columns: Sequence[str]) -> list[list[str]]:
    """The names without some beginning and some ending that all have in common; as they are last."""
    shortest = min(map(len, columns))
    prefix = next((place for place in range(shortest) if len({name[place] for name in columns}) > 1), shortest)
    suffix = next((place for place in range(shortest) if len({name[-1 - place] for name in columns}) > 1), shortest)
    return [
        [name[start : len(name) - end] for name in columns]
        for start in range(prefix, -1, -1)
        for end in range(suffix, -1, -1)
        if start + end < shortest or (start, end) == (0, 0)
    ]


def folded(name: str) -> str:
    """A name without what people write differently: case, spaces and underscores, zeros before a number."""
    text = re.sub(r"[\s_\-.]+", "_", name.strip().casefold()).strip("_")
    return str(int(text)) if text.isdigit() and text.isascii() else text or name


def numbered(columns: Sequence[str]) -> bool:
    """Whether columns are called alike and numbered from 0 or 1 on, in order: they are in the order of the classes.

    >>> numbered(["p0", "p1", "p2"]), numbered(["p2", "p1", "p0"]), numbered(["a", "b"])
    (True, False, False)
    """
    parts = [_NUMBERED.match(name) for name in columns]
    if not all(parts):
        return False
    told = [(part[1], int(part[2]), part[3]) for part in parts if part is not None]
    start = told[0][1]
    return start in (0, 1) and told == [(told[0][0], start + place, told[0][2]) for place in range(len(told))]


def ask_for_order(columns: Sequence[str], classes: Sequence[str]) -> UsageError:
    """What to say where neither names nor numbers tell which column is of which class."""
    return UsageError(
        Message(
            "scores_unmatched",
            "cannot tell which score column belongs to which class: the columns are {columns}, the classes "
            "{classes}\npass the classes in the order of the columns, classes=[...] (--classes), or name the columns "
            "after the classes",
            columns=shown(columns),
            classes=shown(classes),
        )
    )


def shown(names: Sequence[str]) -> str:
    """Some names for a message."""
    return ", ".join(map(repr, names[:SHOWN])) + (", ..." if len(names) > SHOWN else "")
