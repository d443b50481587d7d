"""One number and everything that is known about it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from gnomon.message import Message, form_of, text_of
from gnomon.visible import visible

NAN = math.nan


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """A measure's value with its uncertainty, its numeric error bound, its support and its reason.

    Attributes:
        value: The measure, computed from the rows; NaN where it is undefined.
        low, high: The interval at ``level``: what the sample leaves open. NaN where there is none.
        level: The confidence level of the interval, such as 0.95.
        method: How the interval was made (``"wilson"``, ``"delong, logit"``, ...); None where there is none.
        n: The number of rows that the value rests on (for recall: the positive rows).
        bound: Half-width of the numeric error; 0.0 where the value is exact. Never mixed with the interval.
        reason: Why the value or its interval is undefined, in words; else None.
        warning: Why the interval is to be taken with care, such as few rows of a class; else None.
        standard_error: The standard error of the value, whatever the level: what differences from other rows are
            tested by. Of a share it is that with one row more of either kind (A. Agresti and B. Caffo, The American
            Statistician 54, 2000), so that it is not 0 where all rows are alike. NaN where it is unknown.
        degrees_of_freedom: The degrees of freedom of its variance; infinite where that is taken as known.

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
    reason: Message | None = None
    warning: Message | None = None
    standard_error: float = NAN
    degrees_of_freedom: float = math.inf

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
        return hash(tuple(getattr(self, field.name) for field in fields(self)))

    def __repr__(self) -> str:
        if not self.defined:
            return f"Estimate(undefined: {visible(str(self.reason))})"
        interval = "" if math.isnan(self.low) else f" [{self.low:.4g}, {self.high:.4g}]"
        return f"Estimate({self.value:.4g}{interval}, n={self.n}{f', {self.method}' if self.method else ''})"

    def to_dict(self) -> dict[str, Any]:
        """The fields in their JSON form: NaN and infinity are None."""
        return {field.name: form_of_field(getattr(self, field.name)) for field in fields(self)}

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
            reason=text_of(form["reason"]),
            warning=text_of(form.get("warning")),
            standard_error=NAN if form.get("standard_error") is None else float(form["standard_error"]),
            degrees_of_freedom=math.inf
            if form.get("degrees_of_freedom") is None
            else float(form["degrees_of_freedom"]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """How far one value lies from another, and how sure that is.

    Attributes:
        value: An estimate minus what it is compared with: a slice minus all other rows, a model minus the
            baseline, the rows that it was fitted on minus the evaluated ones, the second model minus the first.
        low, high: The interval at ``level``; NaN where there is none.
        level: The confidence level of the interval.
        method: How the interval was made; None where there is none.
        n: The number of rows that the first of the two values rests on.
        p_value: How often chance alone sets two equal values at least so far apart; NaN where it is unknown.
        p_value_bh: The same, adjusted for the number of comparisons by Y. Benjamini and Y. Hochberg (1995): of those of
            at most 0.05 that are called different, at most one of twenty is not.
        bound: Half-width of the numeric error of the value; 0.0 where it is exact.
        reason: Why the value or its interval is undefined, in words; else None.
        p_value_exact: Of two models: the exact p-value of McNemar's test, where ``p_value`` is its mid-p; else NaN.
        p_value_holm: Of models: ``p_value`` adjusted for all pairs by S. Holm (1979): in at most one of twenty
            comparisons is any pair of at most 0.05 called different that is not.
        verdict: Of two models: ``"better"``, ``"worse"``, ``"inconclusive"`` or ``"equal"``, of the second, by
            ``p_value_holm`` at the level of the intervals; of a bias, which is best at 0, ``"different"``. None of all
            else.
        minimum_effect: The smallest difference worth detecting; NaN where none applies.
        rows_needed: About how many rows show such a difference four times out of five; None where it is not known.
        margin: By how much the second model may be worse and still not count as worse; NaN where none was given.
        p_not_worse: How often chance alone makes a model that is worse by the margin look at least so good.
        p_not_better: The same of one that is better by the margin, and looks at most so good.
        p_equivalent: How often chance alone makes one that differs by the margin, either way, look at least so alike.
        warning: Why the interval is to be taken with care, such as few rows of a class; else None.
    """

    value: float
    low: float = NAN
    high: float = NAN
    level: float = 0.95
    method: str | None = None
    n: int = 0
    p_value: float = NAN
    p_value_bh: float = NAN
    bound: float = 0.0
    reason: Message | None = None
    p_value_exact: float = NAN
    p_value_holm: float = NAN
    verdict: str | None = None
    minimum_effect: float = NAN
    rows_needed: int | None = None
    margin: float = NAN
    p_not_worse: float = NAN
    p_not_better: float = NAN
    p_equivalent: float = NAN
    warning: Message | None = None

    @property
    def defined(self) -> bool:
        """Whether there is a value at all."""
        return not math.isnan(self.value)

    @property
    def not_worse(self) -> bool | None:
        """Whether the second model is shown to be worse by less than the margin; None where there is none.

        By ``p_not_worse``, at half of 1 - level.
        """
        return None if math.isnan(self.p_not_worse) else self.p_not_worse <= (1 - self.level) / 2

    @property
    def equivalent(self) -> bool | None:
        """Whether the two models are shown to differ by less than the margin; None where there is none.

        By ``p_equivalent``, at half of 1 - level.
        """
        return None if math.isnan(self.p_equivalent) else self.p_equivalent <= (1 - self.level) / 2

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
        return hash(tuple(getattr(self, field.name) for field in fields(self)))

    def to_dict(self) -> dict[str, Any]:
        """The fields in their JSON form: NaN is None. Those of models are left out of all else."""
        form = {field.name: form_of_field(getattr(self, field.name)) for field in fields(self)}
        if self.verdict is None:
            return {name: own for name, own in form.items() if name not in OF_MODELS}
        return form | {"not_worse": self.not_worse, "equivalent": self.equivalent}

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Difference:
        """The inverse of :meth:`to_dict`."""
        known = {field.name: form[field.name] for field in fields(cls) if form.get(field.name) is not None}
        known |= {name: text_of(known[name]) for name in ("reason", "warning") if name in known}
        return cls(**{"value": NAN, **known})  # what is None is so by default, or is NaN


# What only a difference of two models has.
OF_MODELS = frozenset(
    (
        "p_value_exact",
        "p_value_holm",
        "verdict",
        "minimum_effect",
        "rows_needed",
        "margin",
        "p_not_worse",
        "p_not_better",
        "p_equivalent",
        "warning",
    )
)


def undefined(reason: Message, *, n: int = 0, level: float = 0.95) -> Estimate:
    """An estimate without a value, and why."""
    return Estimate(NAN, level=level, n=n, reason=reason)


def form_of_field(value: object) -> object:
    """The JSON form of a field: a message in its own, NaN and infinity None."""
    return form_of(value) if isinstance(value, Message) else finite(value)


def finite(value: object) -> object:
    """A value that JSON can hold: NaN and infinity are None."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
