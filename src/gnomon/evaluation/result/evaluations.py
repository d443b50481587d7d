"""Several evaluations side by side: of models on the same rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gnomon.errors import StateError, UnknownEstimateError, UsageError, nearest
from gnomon.evaluation.result.change import Change, changes_of
from gnomon.evaluation.result.displayable import Displayable
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.evaluation.result.serialisable import Serialisable
from gnomon.evaluation.result.versions import SCHEMA_VERSION, present
from gnomon.message import Message
from gnomon.visible import visible


class Evaluations(Serialisable, Displayable, Mapping[str, Evaluation]):
    """Evaluations by the names of their models, in the order to be shown in.

    Examples:
        >>> import gnomon
        >>> y = [0, 0, 1, 1]
        >>> both = gnomon.Evaluations({
        ...     "old": gnomon.evaluate(y, [0.1, 0.4, 0.35, 0.8]), "new": gnomon.evaluate(y, [0.1, 0.3, 0.6, 0.8])
        ... })
        >>> {name: ev["roc_auc"].value for name, ev in both.items()}
        {'old': 0.75, 'new': 1.0}
    """

    __slots__ = ("_evaluations",)

    def __init__(self, evaluations: Mapping[str, Evaluation]) -> None:
        if not evaluations:
            raise UsageError(Message("no_evaluations", "there is no evaluation\npass a dict of evaluations by name"))
        tasks = {own.task for own in evaluations.values()}
        if len(tasks) > 1:
            raise UsageError(
                Message(
                    "evaluations_of_tasks",
                    "evaluations of {tasks} tasks cannot be shown side by side",
                    tasks=" and ".join(sorted(tasks)),
                )
            )
        first = next(iter(evaluations.values()))
        for name, evaluation in evaluations.items():
            if (set(evaluation.classes), evaluation.positive) != (set(first.classes), first.positive):
                raise UsageError(
                    Message(
                        "evaluations_of_classes",
                        "the evaluation of {name!r} has other classes, or another positive class, than that of "
                        "{first!r}: they cannot be shown side by side",
                        name=name,
                        first=next(iter(evaluations)),
                    )
                )
        if len(set(map(str, evaluations))) < len(evaluations):
            raise UsageError(
                Message(
                    "evaluations_of_one_name",
                    "two evaluations have the same name: {names}",
                    names=", ".join(map(repr, evaluations)),
                )
            )
        self._evaluations = {str(name): own for name, own in evaluations.items()}

    def __getitem__(self, name: str) -> Evaluation:
        """The evaluation of a model.

        Raises:
            UnknownEstimateError: There is none of that name.
        """
        if name not in self._evaluations:
            raise UnknownEstimateError(
                Message(
                    "no_such_model",
                    "there is no model {name!r}\n{hint}",
                    name=name,
                    hint=nearest(str(name), self._evaluations),
                )
            )
        return self._evaluations[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._evaluations)

    def __len__(self) -> int:
        return len(self._evaluations)

    def __repr__(self) -> str:
        return "\n".join(f"{visible(name)}: {own!r}" for name, own in self.items())

    @property
    def task(self) -> str:
        """The task of all of them."""
        return next(iter(self.values())).task

    def changes(self, old: str | None = None, new: str | None = None) -> tuple[Change, ...]:
        """What changed from one model to another: measures and slices, those that got worse first.

        Args:
            old: The name of the one; None for the first.
            new: The name of the other; None for the last.

        Raises:
            UnknownEstimateError: There is no model of that name.
        """
        names = list(self)
        return changes_of(self[names[0] if old is None else old], self[names[-1] if new is None else new])

    def to_dict(self) -> dict[str, Any]:
        """The stable JSON form, version 2: see docs/json.md."""
        return {
            "schema_version": SCHEMA_VERSION,
            "evaluations": {name: own.to_dict() for name, own in self.items()},
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Evaluations:
        """The inverse of :meth:`to_dict`.

        Raises:
            StateError: The form holds no evaluations, or those of another version.
        """
        form = present(form)
        if form.get("schema_version") != SCHEMA_VERSION or not isinstance(form.get("evaluations"), Mapping):
            raise StateError(Message("not_evaluations", "not saved gnomon evaluations"))
        evaluations = {str(name): Evaluation.from_dict(own) for name, own in form["evaluations"].items()}
        try:
            return cls(evaluations)
        except UsageError as error:
            raise StateError(
                Message("damaged_evaluations", "the saved evaluations are damaged: {error}", error=error)
            ) from None
