"""How two models differ on the same rows, measure by measure, as it is saved and shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from gnomon.estimate import NAN, Difference
from gnomon.measures.registry import named
from gnomon.visible import visible

# What a difference says of the second model.
BETTER, WORSE, DIFFERENT, UNCLEAR, SAME = "better", "worse", "different", "cannot tell", "the same"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PairedDifference(Difference):
    """What the second of two models scores less what the first does, on the same rows.

    ``n`` is the number of rows that the second rests on. The fields of a :class:`gnomon.Difference`, and

    Attributes:
        exact: The exact p-value of McNemar's test, where ``p_value`` is its mid-p; else NaN.
        holm: ``p_value`` adjusted for all pairs of models by S. Holm (1979): calling those of at most 0.05 different is
            wrong even once in at most one of twenty comparisons. (``adjusted`` is that of Benjamini and Hochberg.)
        verdict: ``"better"``, ``"worse"``, ``"cannot tell"`` or ``"the same"``, of the second model, by ``holm`` at the
            level of the intervals; of a bias, which is best at 0, ``"different"``.
        to_see: A difference that is worth seeing.
        rows_needed: About how many rows show such a difference four times out of five; None where it is not known.
        margin: By how much the second may be worse and still not count as worse; NaN where none was given.
        p_not_worse: How often chance alone makes a model that is worse by the margin look at least so good.
        p_equivalent: How often chance alone makes one that differs by the margin, either way, look at least so alike.
        warning: Why the interval is to be taken with care, such as few rows of a class; else None.
        not_worse, equivalent: Whether that is settled at the level of the intervals, half of 1 - level on each side;
            None where there is no margin.
    """

    exact: float = NAN
    holm: float = NAN
    verdict: str = UNCLEAR
    to_see: float = NAN
    rows_needed: int | None = None
    margin: float = NAN
    p_not_worse: float = NAN
    p_equivalent: float = NAN
    warning: str | None = None

    @property
    def not_worse(self) -> bool | None:
        """Whether the second is worse by less than the margin."""
        return None if math.isnan(self.p_not_worse) else self.p_not_worse <= (1 - self.level) / 2

    @property
    def equivalent(self) -> bool | None:
        """Whether the two differ by less than the margin."""
        return None if math.isnan(self.p_equivalent) else self.p_equivalent <= (1 - self.level) / 2

    def to_dict(self) -> dict[str, Any]:
        """The fields in their JSON form: NaN is None."""
        values = {own.name: getattr(self, own.name) for own in fields(self)}
        values |= {"not_worse": self.not_worse, "equivalent": self.equivalent}
        return {
            name: None if isinstance(own, float) and not math.isfinite(own) else own for name, own in values.items()
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_dict`."""
        known: dict[str, Any] = {own.name: form[own.name] for own in fields(cls)}
        optional = ("method", "reason", "rows_needed", "warning")
        values: dict[str, Any] = {
            name: NAN if own is None and name not in optional else own for name, own in known.items()
        }
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two models on the same rows.

    Attributes:
        first, second: What they are called.
        differences: By the name of the estimate, what the second scores less what the first does.
        says: What that means, in words.
    """

    first: str
    second: str
    differences: Mapping[str, PairedDifference]
    says: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> PairedDifference:
        """The difference of an estimate.

        Raises:
            UnknownEstimateError: There is none; the message names the nearest.
        """
        return self.differences[named(name, self.differences)]

    def __str__(self) -> str:
        return "\n".join(map(visible, self.says))

    def __repr__(self) -> str:
        return f"Pair({visible(repr(self.first))}, {visible(repr(self.second))}, {len(self.differences)} differences)"

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        differences = {name: own.to_dict() for name, own in self.differences.items()}
        return {"first": self.first, "second": self.second, "differences": differences, "says": list(self.says)}

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_dict`."""
        differences = {name: PairedDifference.from_dict(own) for name, own in form["differences"].items()}
        return cls(form["first"], form["second"], differences, tuple(form["says"]))
