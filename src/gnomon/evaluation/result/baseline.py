"""What a constant or random prediction would score on the same rows, and how far the model is from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gnomon.estimate import Difference, Estimate
from gnomon.evaluation.result.by_name import ByName


@dataclass(frozen=True, eq=False)
class Baseline:
    """The scores of guesses that do not look at a row.

    Attributes:
        answers: What each strategy answers: ``"most_frequent"`` and ``"positive"`` a class, ``"prior"`` the share of
            each class, ``"mean"``, ``"median"`` and the like an amount, ``"random"`` None: any score that says nothing.
        strategies: Of each estimate's name the strategy that it is of.
        estimates: What the strategy scores.
        differences: What the model scores minus that, on the same rows, with its interval and p-value.
    """

    answers: Mapping[str, Any] = field(default_factory=dict)
    strategies: Mapping[str, str] = field(default_factory=dict)
    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    differences: Mapping[str, Difference] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("answers", "strategies", "estimates", "differences"):
            object.__setattr__(self, name, ByName(getattr(self, name), "strategy" if name == "answers" else "measure"))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Baseline):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "answers": {name: dict(own) if isinstance(own, Mapping) else own for name, own in self.answers.items()},
            "strategies": dict(self.strategies),
            "estimates": {name: own.to_dict() for name, own in self.estimates.items()},
            "differences": {name: own.to_dict() for name, own in self.differences.items()},
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Baseline:
        """The inverse of :meth:`to_dict`."""
        estimates = {name: Estimate.from_dict(own) for name, own in form["estimates"].items()}
        differences = {name: Difference.from_dict(own) for name, own in form["differences"].items()}
        return cls(form["answers"], form["strategies"], estimates, differences)
