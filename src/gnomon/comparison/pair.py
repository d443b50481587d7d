"""How two models differ on the same rows, measure by measure, as it is saved and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
        slices: The differences on the rows of each slice, by the name of the column and of its value: ``pair.slices[
            "region"]["north"]["recall"]``.
    """

    first: str
    second: str
    differences: Mapping[str, Difference]
    sentences: tuple[Message, ...] = ()
    slices: Mapping[str, Mapping[str, Mapping[str, Difference]]] = field(default_factory=dict)

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
        slices = {
            column: {value: forms(own) for value, own in values.items()} for column, values in self.slices.items()
        }
        return {
            "first": self.first,
            "second": self.second,
            "differences": forms(self.differences),
            "sentences": forms_of(self.sentences),
            **({"slices": slices} if slices else {}),
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_dict`."""
        slices = {
            column: {value: of_forms(own) for value, own in values.items()}
            for column, values in form.get("slices", {}).items()
        }
        texts = tuple(map(Message.from_dict, form["sentences"]))
        return cls(form["first"], form["second"], of_forms(form["differences"]), texts, slices)


def forms(differences: Mapping[str, Difference]) -> dict[str, Any]:
    """Differences in their JSON form."""
    return {name: own.to_dict() for name, own in differences.items()}


def of_forms(forms: Mapping[str, Any]) -> dict[str, Difference]:
    """The inverse of :func:`forms`."""
    return {name: Difference.from_dict(own) for name, own in forms.items()}
