"""Residuals of a regression: exact moments, and the sizes of the errors where their order is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels.exact import ExactSum
from gnomon.kernels.residuals import TERMS, sum_residuals
from gnomon.states.mean import Weight
from gnomon.states.rows import KeptRows
from gnomon.states.wire import pack, pack_sum, unpack, unpack_sum


@dataclass(frozen=True, slots=True)
class Residuals:
    """Exact weighted sums over rows of a target y and an error e = target - prediction.

    Attributes:
        weight: The rows behind the sums.
        sums: The sum of each of :data:`gnomon.kernels.residuals.TERMS`.
        largest: The largest absolute error; 0.0 without rows.
    """

    weight: Weight = Weight()
    sums: dict[str, ExactSum] = field(default_factory=lambda: {term: ExactSum() for term in TERMS})
    largest: float = 0.0

    @classmethod
    def of(
        cls,
        target: NDArray[np.float64],
        prediction: NDArray[np.float64],
        weight: NDArray[np.float64] | None,
        threads: int,
    ) -> Self:
        """The state of some rows."""
        return cls(Weight.of(len(target), weight, threads), *sum_residuals(target, prediction, weight, threads))

    def merge(self, other: Self) -> Self:
        """The state of the rows of both."""
        return type(self)(
            self.weight.merge(other.weight),
            {term: self.sums[term] + other.sums[term] for term in TERMS},
            max(self.largest, other.largest),
        )

    def to_bytes(self) -> bytes:
        """The state as bytes."""
        header = {
            "weight": self.weight.to_header(),
            "sums": {term: pack_sum(total) for term, total in self.sums.items()},
            "largest": self.largest.hex(),
        }
        return pack("residuals", header)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """The inverse of :meth:`to_bytes`."""
        header, _ = unpack("residuals", raw)
        sums = {term: unpack_sum(header["sums"][term]) for term in TERMS}
        return cls(Weight.from_header(header["weight"]), sums, float.fromhex(header["largest"]))


class ErrorSizes(KeptRows):
    """The absolute errors of some rows, kept for their quantiles, and the weights if any."""

    kind: ClassVar[str] = "error_sizes"

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
        sizes = target - prediction
        np.abs(sizes, out=sizes)
        return cls(((sizes,) if weight is None else (sizes, weight),))
