"""Sums without rounding: an integer times 2^-1074, the unit in which every double is whole."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

_UNIT = 1 << 1074


@dataclass(frozen=True, slots=True)
class ExactSum:
    """A sum of doubles, exact, hence the same for every order of its terms.

    Attributes:
        units: The sum as a multiple of 2^-1074; None if a term was too large for a double.

    >>> tenth = ExactSum.of(0.1)
    >>> float(tenth + tenth + tenth), 0.1 + 0.1 + 0.1
    (0.30000000000000004, 0.30000000000000004)
    >>> float(ExactSum.of(1e100) + ExactSum.of(1.0) + ExactSum.of(-1e100))
    1.0
    """

    units: int | None = 0

    @classmethod
    def of(cls, value: float | int) -> ExactSum:
        """The sum of one term, a double or a whole number."""
        top, bottom = value.as_integer_ratio()
        return cls(top * (_UNIT // bottom))

    @classmethod
    def from_core(cls, raw: bytes | None) -> ExactSum:
        """The sum that a kernel returned."""
        return cls(None if raw is None else int.from_bytes(raw, "little", signed=True))

    @classmethod
    def of_text(cls, text: str | None) -> ExactSum:
        """The inverse of :attr:`text`."""
        return cls(None if text is None else int(text, 16))

    @property
    def text(self) -> str | None:
        """Its units in hexadecimal, for bytes that travel."""
        return None if self.units is None else format(self.units, "x")

    def __add__(self, other: ExactSum) -> ExactSum:
        if self.units is None or other.units is None:
            return ExactSum(None)
        return ExactSum(self.units + other.units)

    def __sub__(self, other: ExactSum) -> ExactSum:
        if self.units is None or other.units is None:
            return ExactSum(None)
        return ExactSum(self.units - other.units)

    @property
    def finite(self) -> bool:
        """Whether every term could be represented."""
        return self.units is not None

    def whole(self) -> int:
        """The sum as a multiple of 2^-1074.

        Raises:
            OverflowError: A term was too large for a double.
        """
        if self.units is None:
            raise OverflowError("a term of the sum was too large for a double")
        return self.units

    def fraction(self) -> Fraction:
        """The sum as an exact fraction.

        Raises:
            OverflowError: A term was too large for a double.
        """
        return Fraction(self.whole(), _UNIT)

    def __float__(self) -> float:
        """The sum, rounded once."""
        return self.whole() / _UNIT

    def over(self, other: ExactSum) -> float:
        """The quotient of two sums, rounded once.

        Raises:
            OverflowError: A term of either was too large for a double.
            ZeroDivisionError: The other sum is 0.
        """
        if not other.whole():
            raise ZeroDivisionError("the weights sum to zero: there is no mean")
        return self.whole() / other.whole()
