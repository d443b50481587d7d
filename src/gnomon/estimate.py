"""One number and everything that is known about it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from gnomon.visible import visible

NAN = math.nan


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """A measure's value with its uncertainty, its numeric error bound, its support and its reason.

    Attributes:
        value: The measure, computed from the rows; NaN where it is undefined.
        low, high: The interval at ``level``: what the sample leaves open. NaN where there is none.
        level: The confidence level of the interval, such as 0.95.
        method: How the interval was made (``"wilson"``, ``"delong"``, ...); None where there is none.
        n: The number of rows that the value rests on (for recall: the positive rows).
        bound: Half-width of the numeric error; 0.0 where the value is exact. Never mixed with the interval.
        reason: Why the value or its interval is undefined, in words; else None.
        warning: Why the interval is to be taken with care, such as few rows of a class; else None.

    >>> Estimate(0.9, 0.85, 0.93, method="wilson", n=450)
    Estimate(0.9 [0.85, 0.93], n=450, wilson)
    >>> float(Estimate(0.9, 0.85, 0.93, n=450)), f"{Estimate(0.9):.1%}"
    (0.9, '90.0%')
    """

    value: float
    low: float = NAN
    high: float = NAN
    level: float = 0.95
    method: str | None = None
    n: int = 0
    bound: float = 0.0
    reason: str | None = None
    warning: str | None = None

    @property
    def defined(self) -> bool:
        """Whether there is a value at all."""
        return not math.isnan(self.value)

    def __float__(self) -> float:
        return self.value

    def __format__(self, form: str) -> str:
        """The value in a number's format; without one, as :func:`repr`."""
        return format(self.value, form) if form else repr(self)

    def __eq__(self, other: object) -> bool:
        """Equal in every field; NaN equals NaN here, as two undefined estimates are the same."""
        if not isinstance(other, Estimate):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(tuple(self.to_dict().values()))

    def __repr__(self) -> str:
        if not self.defined:
            return f"Estimate(undefined: {visible(str(self.reason))})"
        interval = "" if math.isnan(self.low) else f" [{self.low:.4g}, {self.high:.4g}]"
        return f"Estimate({self.value:.4g}{interval}, n={self.n}{f', {self.method}' if self.method else ''})"

    def to_dict(self) -> dict[str, Any]:
        """The fields in their JSON form: NaN and infinity are None."""
        return {field.name: finite(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Estimate:
        """The inverse of :meth:`to_dict`."""
        numbers = {name: NAN if form[name] is None else float(form[name]) for name in ("value", "low", "high")}
        return cls(
            **numbers,
            level=float(form["level"]),
            method=form["method"],
            n=int(form["n"]),
            bound=float(form["bound"]),
            reason=form["reason"],
            warning=form.get("warning"),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """How far one value lies from another, and how sure that is.

    Attributes:
        value: The first less the second.
        low, high: The interval at ``level``; NaN where there is none.
        level: The confidence level of the interval.
        method: How the interval was made; None where there is none.
        n: The number of rows that the first rests on.
        p_value: How often chance alone sets two equal values at least so far apart; NaN where it is unknown.
        adjusted: The same, adjusted for the number of comparisons by Y. Benjamini and Y. Hochberg (1995): calling those
            of at most 0.05 different is wrong in at most one of twenty of them.
        bound: Half-width of the numeric error of the value; 0.0 where it is exact.
        reason: Why the value or its interval is undefined, in words; else None.
    """

    value: float
    low: float = NAN
    high: float = NAN
    level: float = 0.95
    method: str | None = None
    n: int = 0
    p_value: float = NAN
    adjusted: float = NAN
    bound: float = 0.0
    reason: str | None = None

    @property
    def defined(self) -> bool:
        """Whether there is a value at all."""
        return not math.isnan(self.value)

    def __repr__(self) -> str:
        if not self.defined:
            return f"Difference(undefined: {visible(str(self.reason))})"
        interval = "" if math.isnan(self.low) else f" [{self.low:.4g}, {self.high:.4g}]"
        chance = "" if math.isnan(self.p_value) else f", p={self.p_value:.3g}"
        return f"Difference({self.value:.4g}{interval}{chance}, n={self.n}{f', {self.method}' if self.method else ''})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Difference):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(tuple(self.to_dict().values()))

    def to_dict(self) -> dict[str, Any]:
        """The fields in their JSON form: NaN is None."""
        return {field.name: finite(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Difference:
        """The inverse of :meth:`to_dict`."""
        names = ("value", "low", "high", "p_value", "adjusted")
        numbers = {name: NAN if form.get(name) is None else float(form[name]) for name in names}
        numbers["bound"] = float(form.get("bound", 0.0))
        return cls(
            **numbers,
            level=float(form["level"]),
            method=form["method"],
            n=int(form["n"]),
            reason=form.get("reason"),
        )


def undefined(reason: str, *, n: int = 0, level: float = 0.95) -> Estimate:
    """An estimate without a value, and why."""
    return Estimate(NAN, level=level, n=n, reason=reason)


def finite(value: object) -> object:
    """A value that JSON can hold: NaN and infinity are None."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
