"""The frozen result of a comparison: the models, every pair of them, and what their differences say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gnomon.comparison import checking
from gnomon.comparison.judging import Margins, mirrored
from gnomon.comparison.pair import Pair
from gnomon.errors import StateError, UnknownEstimateError, nearest
from gnomon.evaluation.result.by_name import ByName
from gnomon.evaluation.result.displayable import Displayable
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.evaluation.result.serialisable import Serialisable, plain
from gnomon.evaluation.result.versions import SCHEMA_VERSION, present
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
    """

    models: Mapping[str, Evaluation]
    pairs: tuple[Pair, ...]
    n: int
    level: float = 0.95
    notes: tuple[Message, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "models", ByName(self.models, "model"))

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
                return mirrored(pair, self.models, of_differences, len(self.pairs))
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
        return "\n".join(map(visible, [head, *(text for pair in self.pairs for text in pair.sentences)]))

    def to_dict(self) -> dict[str, Any]:
        """The stable JSON form, version 2: see docs/json.md."""
        return {
            "schema_version": SCHEMA_VERSION,
            "gnomon_version": self.provenance.get("gnomon"),
            "task": self.task,
            "n": self.n,
            "level": self.level,
            "models": {name: own.to_dict() for name, own in self.models.items()},
            "pairs": [pair.to_dict() for pair in self.pairs],
            "notes": forms_of(self.notes),
            "provenance": plain(self.provenance),
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
            )
        except StateError:
            raise
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise StateError(
                Message("damaged_comparison", "the saved comparison is damaged: {error!r}", error=error)
            ) from None
