"""Residuals of a regression: exact moments, and the rows themselves where their order is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels.exact import ExactSum
from gnomon.kernels.losses import total_of
from gnomon.kernels.residuals import TERMS, largest_residual, sum_residuals
from gnomon.states.base import of_one_class
from gnomon.states.mean import Weight
from gnomon.states.rows import KeptRows
from gnomon.wire import pack, strict, unpack


@dataclass(frozen=True, slots=True)
class Residuals:
    """Exact weighted sums over rows of a target y and an error e = target - prediction.

    Attributes:
        weight: The rows behind the sums.
        sums: The sum of w times each of :data:`gnomon.kernels.residuals.TERMS`.
        sums2: The sum of w^2 times each, for variances.
        largest: The largest absolute error; 0.0 without rows.
        squares: The sum of w^2, each rounded to a double as it is where it multiplies a term: what is centred far from
            zero would be left with the rounding.
        zeros: How many rows have a target of 0, to which no error is relative.
    """

    kind: ClassVar[str] = "residuals"
    weight: Weight = Weight()
    sums: dict[str, ExactSum] = field(default_factory=lambda: {term: ExactSum() for term in TERMS})
    sums2: dict[str, ExactSum] = field(default_factory=lambda: {term: ExactSum() for term in TERMS})
    largest: float = 0.0
    squares: ExactSum = ExactSum()
    zeros: int = 0

    @classmethod
    def of(
        cls,
        target: NDArray[np.float64],
        prediction: NDArray[np.float64],
        weight: NDArray[np.float64] | None,
        threads: int,
    ) -> Self:
        """The state of some rows."""
        sums = sum_residuals(target, prediction, weight, threads)
        rows, largest = Weight.of(len(target), weight, threads), largest_residual(target, prediction, threads)
        zeros = len(target) - int(np.count_nonzero(target))
        if weight is None:
            return cls(rows, sums, sums, largest, rows.squares, zeros)
        squares = weight * weight
        sums2 = sum_residuals(target, prediction, squares, threads)
        return cls(rows, sums, sums2, largest, total_of(squares, None, threads), zeros)

    @of_one_class
    def merge(self, other: Self) -> Self:
        """The state of the rows of both."""
        return type(self)(
            self.weight.merge(other.weight),
            {term: self.sums[term] + other.sums[term] for term in TERMS},
            {term: self.sums2[term] + other.sums2[term] for term in TERMS},
            max(self.largest, other.largest),
            self.squares + other.squares,
            self.zeros + other.zeros,
        )

    def to_bytes(self) -> bytes:
        """The state as bytes."""
        header = {
            "weight": self.weight.to_header(),
            "sums": [[sums[term].text for term in TERMS] for sums in (self.sums, self.sums2)],
            "largest": self.largest.hex(),
            "squares": self.squares.text,
            "zeros": self.zeros,
        }
        return pack(self.kind, header)

    @classmethod
    @strict
    def from_bytes(cls, raw: bytes) -> Self:
        """The inverse of :meth:`to_bytes`."""
        header, _ = unpack(cls.kind, raw)
        sums, sums2 = (dict(zip(TERMS, map(ExactSum.of_text, own), strict=True)) for own in header["sums"])
        squares = ExactSum.of_text(header["squares"])
        largest, zeros = float.fromhex(header["largest"]), header["zeros"]
        return cls(Weight.from_header(header["weight"]), sums, sums2, largest, squares, zeros)


class Amounts(KeptRows):
    """The targets and the predictions of some rows of a regression, kept for quantiles, and the weights if any."""

    kind: ClassVar[str] = "amounts"

    @classmethod
    def of(
        cls,
        target: NDArray[np.float64],
        prediction: NDArray[np.float64],
        weight: NDArray[np.float64] | None,
    ) -> Self:
        """The state of some rows."""
        if not len(target):
            return cls()
        return cls(((target, prediction) if weight is None else (target, prediction, weight),))

    def columns(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64] | None]:
        """Targets, predictions and the weights if any, each in one array; there must be a row."""
        weighted = len(self.chunks[0]) > 2
        target, prediction, *weight = (np.concatenate(self.column(number)) for number in range(2 + weighted))
        return target, prediction, weight[0] if weight else None
