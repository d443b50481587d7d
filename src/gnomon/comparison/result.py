"""The frozen result of a comparison: the models, every pair of them, and what their differences say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Self

from gnomon.comparison import checking
from gnomon.errors import StateError, UnknownEstimateError, nearest
from gnomon.estimate import NAN, Difference
from gnomon.evaluation.form import SCHEMA_VERSION, Form, plain
from gnomon.evaluation.result import Evaluation
from gnomon.evaluation.shown import Shown
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


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Form, Shown):
    """Two models or more, evaluated on the same rows and compared pair by pair.

    Attributes:
        models: The evaluation of each model (:class:`gnomon.Evaluation`), by its name.
        pairs: Every pair of models (:class:`gnomon.Pair`), in their order.
        n: The number of rows.
        level: The confidence level.
        notes: Remarks on the rows and on how they were joined.
        provenance: Where the numbers came from.
    """

    models: Mapping[str, Evaluation]
    pairs: tuple[Pair, ...]
    n: int
    level: float = 0.95
    notes: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "models", MappingProxyType(dict(self.models)))

    @property
    def task(self) -> str:
        """The task of all models."""
        return next(iter(self.models.values())).task

    def __getitem__(self, names: tuple[str, str]) -> Pair:
        """The pair of two models, in either order: ``comparison["old", "new"]`` is what new scores minus what old does.

        Raises:
            UnknownEstimateError: There is no such pair.
        """
        asked = names if isinstance(names, tuple) else (names,)
        for name in asked:
            if name not in self.models:
                raise UnknownEstimateError(f"there is no model {name!r}: {nearest(str(name), self.models)}")
        for pair in self.pairs:
            if (pair.first, pair.second) == asked:
                return pair
            if (pair.second, pair.first) == asked:
                from gnomon.comparison.judging import Asked, mirrored

                of_differences = Asked(self.provenance.get("margin"), self.provenance.get("worth"))
                return mirrored(pair, self.models, of_differences, len(self.pairs))
        shown = ", ".join(f"{pair.first!r}, {pair.second!r}" for pair in self.pairs)
        raise UnknownEstimateError(f"there is no pair {', '.join(map(repr, asked))}: name two models, as in {shown}")

    def __iter__(self) -> Iterator[Pair]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def __repr__(self) -> str:
        head = f"Comparison({self.task}, n={self.n:,}, {', '.join(self.models)})"
        return "\n".join(map(visible, [head, *(text for pair in self.pairs for text in pair.says)]))

    def _by_name(self) -> Mapping[str, Evaluation]:
        return self.models

    def _compared(self) -> Comparison:
        return self

    def to_dict(self) -> dict[str, Any]:
        """The stable JSON form, version 1: see docs/json.md."""
        return {
            "schema_version": SCHEMA_VERSION,
            "gnomon_version": self.provenance.get("gnomon"),
            "task": self.task,
            "n": self.n,
            "level": self.level,
            "models": {name: own.to_dict() for name, own in self.models.items()},
            "pairs": [pair.to_dict() for pair in self.pairs],
            "notes": list(self.notes),
            "provenance": plain(self.provenance),
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Comparison:
        """The inverse of :meth:`to_dict`.

        Raises:
            StateError: The form is no comparison, or of another version.
        """
        if form.get("schema_version") != SCHEMA_VERSION or not isinstance(form.get("models"), Mapping):
            raise StateError("not a saved gnomon comparison, or one of another version")
        checking.comparison(form)
        try:
            return cls(
                {name: Evaluation.from_dict(own) for name, own in form["models"].items()},
                tuple(Pair.from_dict(own) for own in form["pairs"]),
                form["n"],
                form["level"],
                tuple(form["notes"]),
                form["provenance"],
            )
        except StateError:
            raise
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise StateError(f"the saved comparison is damaged: {error!r}") from None
