"""The mean of a per-row loss, and how much it varies."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import StateError
from gnomon.kernels.exact import ExactSum
from gnomon.kernels.losses import sum_binary_losses, sum_values, total_of
from gnomon.states.base import of_one_class
from gnomon.wire import pack, strict, unpack


@dataclass(frozen=True, slots=True)
class Weight:
    """The rows behind a sum: how many, and the exact sums of their weights and of the squares of those."""

    n: int = 0
    total: ExactSum = ExactSum()
    squares: ExactSum = ExactSum()

    @classmethod
    def of(cls, n: int, weight: NDArray[np.float64] | None, threads: int) -> Self:
        """The weight of some rows; without weights each row weighs 1."""
        if weight is None:
            one = ExactSum.of(float(n))
            return cls(n, one, one)
        sums = sum_values(weight, None, threads)
        return cls(n, sums.value, sums.square)

    @classmethod
    def of_group(cls, mask: NDArray[np.bool_], weight: NDArray[np.float64] | None, threads: int) -> Self:
        """The weight of the rows whose mask is True."""
        rows = int(np.count_nonzero(mask))
        if weight is None:
            return cls.of(rows, None, threads)
        sums = sum_values(weight * mask, None, threads)  # the rest adds nothing, and nothing is gathered
        return cls(rows, sums.value, sums.square)

    @of_one_class
    def merge(self, other: Self) -> Self:
        """The weight of the rows of both."""
        return type(self)(self.n + other.n, self.total + other.total, self.squares + other.squares)

    @property
    def effective(self) -> float:
        """Kish's effective number of rows: (sum of w)^2 / (sum of w^2); n where all weigh the same.

        L. Kish, Survey Sampling (1965), section 8.2.
        """
        if not self.n:
            return 0.0
        if self.total == self.squares:  # as where rows have no weights
            return float(self.total)
        return float(self.total.fraction() ** 2 / self.squares.fraction())

    def to_header(self) -> list[Any]:
        """For a state's header."""
        return [self.n, self.total.text, self.squares.text]

    @classmethod
    def from_header(cls, form: list[Any]) -> Self:
        """The inverse of :meth:`to_header`."""
        return cls(form[0], ExactSum.of_text(form[1]), ExactSum.of_text(form[2]))


@dataclass(frozen=True, slots=True)
class MeanLoss:
    """Exact sums of a loss over some rows.

    Attributes:
        weight: The rows.
        value, square: Sums of w * loss and w * loss^2.
        value2, square2: Sums of w^2 * loss and w^2 * loss^2, for the variance of the mean.
    """

    kind: ClassVar[str] = "mean"
    weight: Weight = Weight()
    value: ExactSum = ExactSum()
    square: ExactSum = ExactSum()
    value2: ExactSum = ExactSum()
    square2: ExactSum = ExactSum()

    @classmethod
    def of(cls, losses: NDArray[np.float64], weight: NDArray[np.float64] | None, threads: int) -> Self:
        """The state of some rows."""
        sums = sum_values(losses, weight, threads)
        squared = sums if weight is None else sum_values(losses, weight * weight, threads)
        return cls(Weight.of(len(losses), weight, threads), *sums, *squared)

    @of_one_class
    def merge(self, other: Self) -> Self:
        """The state of the rows of both."""
        return type(self)(
            self.weight.merge(other.weight),
            self.value + other.value,
            self.square + other.square,
            self.value2 + other.value2,
            self.square2 + other.square2,
        )

    def to_bytes(self) -> bytes:
        """The state as bytes."""
        sums = [own.text for own in (self.value, self.square, self.value2, self.square2)]
        return pack(self.kind, {"weight": self.weight.to_header(), "sums": sums})

    @classmethod
    @strict
    def from_bytes(cls, raw: bytes) -> Self:
        """The inverse of :meth:`to_bytes`."""
        header, _ = unpack(cls.kind, raw)
        return cls(Weight.from_header(header["weight"]), *map(ExactSum.of_text, header["sums"]))


@dataclass(frozen=True, slots=True)
class RatioLoss:
    """Exact sums of two losses over the same rows, whose means make a ratio.

    Attributes:
        above, below: Of the loss above the fraction line, and of the one below it.
        product, product2: Sums of w * above * below and of w^2 * above * below.
    """

    kind: ClassVar[str] = "ratio"
    above: MeanLoss = MeanLoss()
    below: MeanLoss = MeanLoss()
    product: ExactSum = ExactSum()
    product2: ExactSum = ExactSum()

    @classmethod
    def of(
        cls,
        above: NDArray[np.float64],
        below: NDArray[np.float64],
        weight: NDArray[np.float64] | None,
        threads: int,
    ) -> Self:
        """The state of some rows."""
        product = total_of(above * below, weight, threads)
        return cls(
            MeanLoss.of(above, weight, threads),
            MeanLoss.of(below, weight, threads),
            product,
            product if weight is None else total_of(above * below, weight * weight, threads),
        )

    @of_one_class
    def merge(self, other: Self) -> Self:
        """The state of the rows of both."""
        return type(self)(
            self.above.merge(other.above),
            self.below.merge(other.below),
            self.product + other.product,
            self.product2 + other.product2,
        )

    def to_bytes(self) -> bytes:
        """The state as bytes."""
        parts = [np.frombuffer(own.to_bytes(), np.uint8) for own in (self.above, self.below)]
        return pack(self.kind, {"products": [self.product.text, self.product2.text]}, parts)

    @classmethod
    @strict
    def from_bytes(cls, raw: bytes) -> Self:
        """The inverse of :meth:`to_bytes`."""
        header, (above, below) = unpack(cls.kind, raw)
        return cls(
            MeanLoss.from_bytes(above.tobytes()),
            MeanLoss.from_bytes(below.tobytes()),
            *map(ExactSum.of_text, header["products"]),
        )


@dataclass(frozen=True, slots=True)
class ClassLoss:
    """Exact sums of a loss over some rows, and over those of each class.

    Attributes:
        loss: Over all rows.
        value, value2: Sums of w * loss and of w^2 * loss over the rows of each class; empty for no rows.
    """

    kind: ClassVar[str] = "class_loss"
    loss: MeanLoss = MeanLoss()
    value: tuple[ExactSum, ...] = ()
    value2: tuple[ExactSum, ...] = ()

    @classmethod
    def of_probabilities(
        cls, target: NDArray[np.uint8], score: NDArray[Any], weight: NDArray[np.float64] | None, threads: int
    ) -> tuple[Self, Self]:
        """The Brier loss and the log loss of some rows with a probability of the positive class."""
        rows = Weight.of(len(target), weight, threads)
        losses = sum_binary_losses(target, score, weight, threads)
        squared = losses if weight is None else sum_binary_losses(target, score, weight * weight, threads)
        brier, log_loss = (
            cls(
                MeanLoss(rows, own.value, own.square, own2.value, own2.square),
                (own.value - own.positive, own.positive),
                (own2.value - own2.positive, own2.positive),
            )
            for own, own2 in zip(losses, squared, strict=True)
        )
        return brier, log_loss

    @classmethod
    def of(
        cls,
        losses: NDArray[np.float64],
        target: NDArray[Any],
        weight: NDArray[np.float64] | None,
        classes: int,
        threads: int,
    ) -> Self:
        """The state of some rows with a loss and a class code each."""
        loss = MeanLoss.of(losses, weight, threads)
        order = np.argsort(target, kind="stable")
        ends = np.searchsorted(target[order], np.arange(classes + 1))
        losses, some_weight = losses[order], None if weight is None else weight[order]

        def sums(weight: NDArray[np.float64] | None) -> tuple[ExactSum, ...]:
            return tuple(
                total_of(losses[a:b], None if weight is None else weight[a:b], threads) for a, b in pairwise(ends)
            )

        value = sums(some_weight)
        return cls(loss, value, value if some_weight is None else sums(some_weight * some_weight))

    @of_one_class
    def merge(self, other: Self) -> Self:
        """The state of the rows of both.

        Raises:
            StateError: They have different numbers of classes.
        """
        if not self.value or not other.value:
            return self if self.value else other
        if len(self.value) != len(other.value):
            raise StateError("losses of different numbers of classes do not merge")
        return type(self)(
            self.loss.merge(other.loss),
            tuple(mine + own for mine, own in zip(self.value, other.value, strict=True)),
            tuple(mine + own for mine, own in zip(self.value2, other.value2, strict=True)),
        )

    def to_bytes(self) -> bytes:
        """The state as bytes."""
        sums = [[own.text for own in sums] for sums in (self.value, self.value2)]
        return pack(self.kind, {"sums": sums}, [np.frombuffer(self.loss.to_bytes(), np.uint8)])

    @classmethod
    @strict
    def from_bytes(cls, raw: bytes) -> Self:
        """The inverse of :meth:`to_bytes`."""
        header, (loss,) = unpack(cls.kind, raw)
        value, value2 = (tuple(map(ExactSum.of_text, own)) for own in header["sums"])
        return cls(MeanLoss.from_bytes(loss.tobytes()), value, value2)
