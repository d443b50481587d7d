"""Whether predictions follow from the scores beside them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.states.base import of_one_class
from gnomon.wire import pack, strict, unpack


@dataclass(frozen=True, slots=True)
class Agreement:
    """Predictions beside scores.

    Attributes:
        rows: The number of rows.
        differing: Of several classes: the rows whose predicted class does not have the greatest score.
        lowest: Of two classes: the least score of a row predicted positive; infinity where there is none.
        highest: The greatest score of a row predicted negative; minus infinity where there is none.
        least: The least score of any row.
    """

    kind: ClassVar[str] = "agreement"
    rows: int = 0
    differing: int = 0
    lowest: float = math.inf
    highest: float = -math.inf
    least: float = math.inf

    @classmethod
    def of_two(cls, prediction: NDArray[Any], score: NDArray[Any]) -> Self:
        """The state of rows of two classes.

        Args:
            prediction: Class codes, 1 for the positive class; shape (rows,).
            score: The scores of the positive class; shape (rows,).
        """
        positive = prediction == 1
        lowest = float(score[positive].min(initial=np.inf))
        highest = float(score[~positive].max(initial=-np.inf))
        # Adding 0 makes -0.0 and 0.0 one score.
        return cls(len(score), 0, lowest + 0.0, highest + 0.0, float(score.min(initial=np.inf)) + 0.0)

    @classmethod
    def of_several(cls, prediction: NDArray[Any], scores: tuple[NDArray[Any], ...]) -> Self:
        """The state of rows of several classes; a predicted class that shares the greatest score has it.

        Args:
            prediction: Class codes; shape (rows,).
            scores: The scores of each class, in the order of the codes; each of shape (rows,).
        """
        table = np.stack(scores, axis=1)
        score = table[np.arange(len(table)), prediction] if len(table) else np.zeros(0)
        return cls(len(table), int((score < table.max(axis=1, initial=-np.inf)).sum()))

    @of_one_class
    def merge(self, other: Self) -> Self:
        """The state of the rows of both."""
        return type(self)(
            self.rows + other.rows,
            self.differing + other.differing,
            min(self.lowest, other.lowest),
            max(self.highest, other.highest),
            min(self.least, other.least),
        )

    def to_bytes(self) -> bytes:
        """The state as bytes."""
        ends = [own.hex() for own in (self.lowest, self.highest, self.least)]
        return pack(self.kind, {"rows": self.rows, "differing": self.differing, "ends": ends})

    @classmethod
    @strict
    def from_bytes(cls, raw: bytes) -> Self:
        """The inverse of :meth:`to_bytes`."""
        header, _ = unpack(cls.kind, raw)
        return cls(header["rows"], header["differing"], *(float.fromhex(own) for own in header["ends"]))
