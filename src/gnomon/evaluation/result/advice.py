"""What a number means for what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gnomon.message import Message
from gnomon.visible import visible


@dataclass(frozen=True, slots=True)
class Advice:
    """What a number means for what to do next.

    Attributes:
        text: The advice, in plain words; its code is the name of the rule that applied.
    """

    text: Message

    @property
    def rule(self) -> str:
        """The name of the rule that applied."""
        return self.text.code

    @property
    def numbers(self) -> Mapping[str, Any]:
        """The numbers and names in it."""
        return self.text.values

    def __str__(self) -> str:
        return visible(self.text)

    def __repr__(self) -> str:
        return f"Advice({self.rule}: {visible(self.text)})"
