"""How two models differ on the same rows, measure by measure, as it is saved and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from gnomon.estimate import Difference
from gnomon.measures.registry import named
from gnomon.message import Message, forms_of
from gnomon.visible import visible

# What a difference says of the second model.
BETTER, WORSE, DIFFERENT, UNCLEAR, SAME = (
    "better",
    "worse",
    "different",
    "inconclusive",
    "equal",
)
VERDICTS = (BETTER, WORSE, DIFFERENT, UNCLEAR, SAME)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two models on the same rows.

    Attributes:
        first, second: What they are called.
        differences: By the name of the estimate, what the second scores minus what the first does.
        sentences: What that means, in words.
    """

    first: str
    second: str
    differences: Mapping[str, Difference]
    sentences: tuple[Message, ...] = ()

    def __getitem__(self, name: str) -> Difference:
        """The difference of an estimate.

        Raises:
            UnknownEstimateError: There is none; the message names the nearest.
        """
        return self.differences[named(name, self.differences)]

    def __str__(self) -> str:
        return "\n".join(map(visible, self.sentences))

    def __repr__(self) -> str:
        return f"Pair({visible(repr(self.first))}, {visible(repr(self.second))}, {len(self.differences)} differences)"

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        differences = {name: own.to_dict() for name, own in self.differences.items()}
        return {
            "first": self.first,
            "second": self.second,
            "differences": differences,
            "sentences": forms_of(self.sentences),
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_dict`."""
        differences = {name: Difference.from_dict(own) for name, own in form["differences"].items()}
        return cls(form["first"], form["second"], differences, tuple(map(Message.from_dict, form["sentences"])))
