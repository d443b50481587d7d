"""What a number means for what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gnomon.visible import visible


@dataclass(frozen=True, slots=True)
class Advice:
    """What a number means for what to do next.

    Attributes:
        rule: The name of the rule that applied.
        text: The advice, in plain words.
        numbers: The numbers and names in it.
    """

    rule: str
    text: str
    numbers: Mapping[str, Any]

    def __str__(self) -> str:
        return visible(self.text)

    def __repr__(self) -> str:
        return f"Advice({self.rule}: {visible(self.text)})"

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"rule": self.rule, "text": self.text, "numbers": dict(self.numbers)}
