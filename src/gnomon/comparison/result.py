"""The frozen result of a comparison: the models, every pair of them, and what their differences say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gnomon.comparison import checking
from gnomon.comparison.judging import Margins, mirrored
from gnomon.comparison.pair import Pair
from gnomon.comparison.ranking import Ranking, answer, leading, ranking
from gnomon.decision.threshold import ThresholdDecision
from gnomon.errors import StateError, UnknownEstimateError, UsageError, nearest
from gnomon.evaluation.result.by_name import ByName
from gnomon.evaluation.result.displayable import Displayable
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.evaluation.result.serialisable import Serialisable, plain
from gnomon.evaluation.result.versions import SCHEMA_VERSION, present
from gnomon.measures.registry import named
from gnomon.message import Message, forms_of
from gnomon.visible import visible


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Serialisable, Displayable):
    """Two models or more, evaluated on the same rows and compared pair by pair.

    Attributes:
        models: The evaluation of each model (:class:`gnomon.Evaluation`), by its name.
        pairs: Every pair of models (:class:`gnomon.Pair`), in their order.
        n: The number of rows.
        level: The confidence level.
        notes: Remarks on the rows and on how they were joined.
        provenance: Where the numbers came from.
        decisions: The best threshold of each model (:class:`gnomon.ThresholdDecision`), by its name, where a goal was
            given: the models are evaluated there, and what was wanted is corrected for the choice. Else empty.
    """

    models: Mapping[str, Evaluation]
    pairs: tuple[Pair, ...]
    n: int
    level: float = 0.95
    notes: tuple[Message, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    decisions: Mapping[str, ThresholdDecision] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("models", "decisions"):
            object.__setattr__(self, name, ByName(getattr(self, name), "model"))

    @property
    def task(self) -> str:
        """The task of all models."""
        return next(iter(self.models.values())).task

    @property
    def answer(self) -> tuple[Message, ...]:
        """The comparison in some sentences: the best model, those that are not significantly different from it."""
        return answer(self)

    def ranking(self, measure: str | None = None) -> Ranking:
        """The models in the order of a measure, and which of them the rows cannot tell from the best.

        Args:
            measure: The name of the measure; None for the one that ``answer`` is about: that of the goal, else the
                first of ROC AUC, macro F1, accuracy or RMSE that all models have.

        Raises:
            UnknownEstimateError: There is no such measure; the message names the nearest.
            UsageError: The measure is better neither when higher nor when lower, or a model has no value of it.

        Examples:
            >>> import gnomon
            >>> y = [0, 0, 0, 0, 1, 1, 1, 1]
            >>> old, new = [0.1, 0.6, 0.4, 0.2, 0.3, 0.8, 0.55, 0.7], [0.1, 0.3, 0.2, 0.4, 0.6, 0.8, 0.7, 0.9]
            >>> ranking = gnomon.compare(y, {"old": old, "new": new}).ranking("roc_auc")
            >>> ranking.best, ranking.tied
            ('new', ('old',))
        """
        estimates = next(iter(self.models.values())).estimates
        name = leading(self) if measure is None else named(measure, estimates)
        ranked = ranking(self, name)
        if ranked is None:
            raise UsageError(
                Message(
                    "no_ranking_by",
                    "models cannot be ranked by {name!r}: it is better neither when higher nor when lower, or a model "
                    "has no value of it",
                    name=name,
                )
            )
        return ranked

    def __getitem__(self, names: tuple[str, str]) -> Pair:
        """The pair of two models, in either order: ``comparison["old", "new"]`` is what new scores minus what old does.

        Raises:
            UnknownEstimateError: There is no such pair.
        """
        asked = names if isinstance(names, tuple) else (names,)
        for name in asked:
            if name not in self.models:
                raise UnknownEstimateError(
                    Message(
                        "no_such_model",
                        "there is no model {name!r}\n{hint}",
                        name=name,
                        hint=nearest(str(name), self.models),
                    )
                )
        for pair in self.pairs:
            if (pair.first, pair.second) == asked:
                return pair
            if (pair.second, pair.first) == asked:
                of_differences = Margins(self.provenance.get("margin"), self.provenance.get("minimum_effect"))
                wanted = dict.fromkeys(
                    name for own in self.decisions.values() for name in (*own.corrected_limits, own.measure)
                )
                return mirrored(pair, self.models, of_differences, len(self.pairs), tuple(wanted))
        shown = ", ".join(f"{pair.first!r}, {pair.second!r}" for pair in self.pairs)
        raise UnknownEstimateError(
            Message(
                "no_such_pair",
                "there is no pair {asked}\nname two models, as in {example}",
                asked=", ".join(map(repr, asked)),
                example=shown,
            )
        )

    def __iter__(self) -> Iterator[Pair]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def __repr__(self) -> str:
        head = f"Comparison({self.task}, n={self.n:,}, {', '.join(self.models)})"
        return "\n".join(map(visible, [head, *self.answer]))

    def to_dict(self) -> dict[str, Any]:
        """The stable JSON form, version 2: see docs/json.md."""
        return {
            "schema_version": SCHEMA_VERSION,
            "gnomon_version": self.provenance.get("gnomon"),
            "task": self.task,
            "n": self.n,
            "level": self.level,
            "answer": forms_of(self.answer),
            "models": {name: own.to_dict() for name, own in self.models.items()},
            "pairs": [pair.to_dict() for pair in self.pairs],
            "notes": forms_of(self.notes),
            "provenance": plain(self.provenance),
            **({"decisions": {name: own.to_dict() for name, own in self.decisions.items()}} if self.decisions else {}),
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Comparison:
        """The inverse of :meth:`to_dict`.

        Raises:
            StateError: The form is not a comparison, or of another version.
        """
        form = present(form)
        if form.get("schema_version") != SCHEMA_VERSION or not isinstance(form.get("models"), Mapping):
            raise StateError(Message("not_a_comparison", "not a saved gnomon comparison, or one of another version"))
        checking.comparison(form)
        try:
            return cls(
                {name: Evaluation.from_dict(own) for name, own in form["models"].items()},
                tuple(Pair.from_dict(own) for own in form["pairs"]),
                form["n"],
                form["level"],
                tuple(map(Message.from_dict, form["notes"])),
                form["provenance"],
                {name: ThresholdDecision.from_dict(own) for name, own in form.get("decisions", {}).items()},
            )
        except StateError:
            raise
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise StateError(
                Message("damaged_comparison", "the saved comparison is damaged: {error!r}", error=error)
            ) from None
