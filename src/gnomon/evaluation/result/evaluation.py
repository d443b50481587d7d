"""The frozen result of an evaluation: what renderers read, what is saved, what other programs rely on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gnomon.errors import StateError, UnknownEstimateError, UsageError, nearest
from gnomon.estimate import Difference, Estimate
from gnomon.evaluation.result import checking
from gnomon.evaluation.result.advice import Advice
from gnomon.evaluation.result.baseline import Baseline
from gnomon.evaluation.result.by_name import ByName
from gnomon.evaluation.result.calibration import Calibration
from gnomon.evaluation.result.confusion_matrix import ConfusionMatrix
from gnomon.evaluation.result.displayable import Displayable
from gnomon.evaluation.result.error_analysis import ErrorAnalysis
from gnomon.evaluation.result.operating_points import OperatingPoints, operating_points
from gnomon.evaluation.result.serialisable import Serialisable, plain
from gnomon.evaluation.result.versions import SCHEMA_VERSION, present
from gnomon.intervals.difference import independent_difference
from gnomon.lazy import load
from gnomon.measures.measure import Measure
from gnomon.measures.registry import asked, get_measure, named, shown, shown_in
from gnomon.message import Message, forms_of, word
from gnomon.thresholds.table import Thresholds
from gnomon.visible import visible


@dataclass(frozen=True, eq=False)
class Evaluation(Serialisable, Displayable, Mapping[str, Estimate]):
    """Every estimate of one model on one set of rows.

    A mapping from the names of estimates to :class:`gnomon.Estimate`; iteration gives the names.

    Attributes:
        task: ``"binary"``, ``"multiclass"``, ``"multilabel"`` or ``"regression"``.
        n: The number of rows that took part.
        estimates: The estimates by name.
        classes: What the classes, or the labels of a multilabel task, are called; of a binary task the negative one
            first.
        positive: The positive class; None unless the task is binary.
        threshold: A row was predicted positive at ``score >= threshold``; None where nothing was thresholded.
        per_class: For each class of a multiclass task, or label of a multilabel one, its estimates against the rest.
        confusion: The confusion matrix; None for a regression, several labels, or scores without a threshold.
        confusions: The confusion matrix of each label of a multilabel task.
        curves: Points of the ROC and the precision-recall curve of a binary task with scores.
        thresholds: What each threshold would do, and which is best (:class:`gnomon.Thresholds`); None unless a binary
            task has scores of both classes. Slices have none.
        baseline: What a constant or random prediction would score on the same rows (:class:`gnomon.Baseline`), and
            how far the model is from it; None where there is nothing to compare with. Slices have none.
        calibration: Whether probabilities are calibrated (:class:`gnomon.Calibration`); None unless a binary task
            has probabilities and rows of both classes. Slices have none.
        errors: Where the model errs (:class:`gnomon.ErrorAnalysis`): the rows that are most wrong, classes that are
            confused, residuals by prediction. Slices have none.
        slices: The evaluation of each slice, by the name of the column and of its value: estimates and counts only.
        differences: Of a slice: each estimate minus that of all other rows (:class:`gnomon.Difference`).
        reliable: Of a slice: whether it has rows enough (30, of a binary task 10 of each class) to be ranked.
        train: The evaluation of the rows that the model was fitted on, where ``split=`` told them apart or
            :meth:`with_train` named it; :attr:`gap` is how far both lie apart.
        advice: What the numbers mean for what to do next (:class:`gnomon.Advice`). Slices have none.
        notes: Remarks on the rows and on how they were read.
        provenance: Where the numbers came from: source, columns, options, versions.
    """

    task: str
    n: int
    estimates: Mapping[str, Estimate]
    classes: tuple[str, ...] = ()
    positive: str | None = None
    threshold: float | None = None
    per_class: Mapping[str, Mapping[str, Estimate]] = field(default_factory=dict)
    confusion: ConfusionMatrix | None = None
    confusions: Mapping[str, ConfusionMatrix] = field(default_factory=dict)
    curves: Mapping[str, Any] = field(default_factory=dict)
    thresholds: Thresholds | None = None
    baseline: Baseline | None = None
    calibration: Calibration | None = None
    errors: ErrorAnalysis = field(default_factory=ErrorAnalysis)
    slices: Mapping[str, Mapping[str, Evaluation]] = field(default_factory=dict)
    differences: Mapping[str, Difference] = field(default_factory=dict)
    reliable: bool = True
    train: Evaluation | None = None
    advice: tuple[Advice, ...] = ()
    notes: tuple[Message, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("estimates", "confusions", "curves", "differences", "provenance"):
            object.__setattr__(self, name, ByName(getattr(self, name), KINDS[name]))
        per_class = {label: ByName(own, "measure") for label, own in self.per_class.items()}
        object.__setattr__(self, "per_class", ByName(per_class, "label" if self.task == "multilabel" else "class"))
        slices = {
            column: ByName(own, Message("slice_of", "slice of {column}", column=column))
            for column, own in self.slices.items()
        }
        object.__setattr__(self, "slices", ByName(slices, word("column of slices")))

    def __getitem__(self, name: str) -> Estimate:
        """The estimate of that name, or of another name of its measure: ``ev["sensitivity"]`` is the recall.

        Raises:
            UnknownEstimateError: There is none; the message names the nearest.
        """
        return self.estimates[named(name, self.estimates)]

    def __iter__(self) -> Iterator[str]:
        return iter(self.estimates)

    def __len__(self) -> int:
        return len(self.estimates)

    @property
    def level(self) -> float | None:
        """The confidence level of the intervals; None where they were left out."""
        if self.provenance.get("interval") == "none":
            return None
        return next((own.level for own in self.values()), 0.95)

    def operating_points(
        self, measures: str | Measure | Sequence[str | Measure] | None = None, *, most: int | None = None
    ) -> OperatingPoints:
        """Measures of the confusion matrix at other thresholds, with their intervals, of a binary task with scores.

        Args:
            measures: As for :func:`gnomon.evaluate`; None for those that an evaluation shows by default.
            most: How many thresholds there are at most, 2 or more; None for all of :attr:`thresholds`.

        Raises:
            UsageError: There are no thresholds, as of a slice; there is no measure of a name; ``most`` is too small.

        Examples:
            >>> import gnomon
            >>> ev = gnomon.evaluate([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
            >>> found = ev.operating_points(["recall"])
            >>> found.thresholds.threshold.tolist(), found.bands["recall"].value.tolist(), found.start
            ([inf, 0.8, 0.4, 0.35, 0.1], [0.0, 0.5, 0.5, 1.0, 1.0], 1)
        """
        if self.thresholds is None:
            raise UsageError(
                Message(
                    "no_thresholds",
                    "this {task} evaluation has no thresholds: only binary evaluations of scores have them",
                    task=word(self.task),
                )
            )
        if most is not None and (not isinstance(most, int) or most < 2):
            raise UsageError(
                Message(
                    "most_thresholds",
                    "most= takes a whole number of thresholds, at least 2, not {most!r}",
                    most=most,
                )
            )
        names = [own.name for own in (shown("binary") if measures is None else asked(measures))]
        return operating_points(self, self.thresholds, names, most)

    @property
    def gap(self) -> Mapping[str, Difference]:
        """By the name of each estimate, what the rows that the model was fitted on score more than the others.

        The rows are not the same, so the interval is made of both intervals (:func:`independent_difference`). Empty
        where :attr:`train` is None.
        """
        if self.train is None:
            return {}
        return {
            name: independent_difference(self.train[name], own)
            for name, own in self.estimates.items()
            if get_measure(name).compared and own.defined and name in self.train and self.train[name].defined
        }

    def with_train(self, train: Evaluation) -> Evaluation:
        """The evaluation beside that of the rows that the model was fitted on: with its gap, and advice on it.

        Raises:
            UsageError: It is of another task, of other classes, at another threshold or another level.
        """
        if not isinstance(train, Evaluation):
            raise UsageError(
                Message(
                    "train_kind",
                    "with_train() takes an evaluation, not a {kind}",
                    kind=type(train).__name__,
                )
            )
        if (train.task, train.classes, train.positive) != (self.task, self.classes, self.positive):
            raise UsageError(
                Message(
                    "train_differs",
                    "the evaluation of the training rows has another task, other classes or another positive class: "
                    "the two cannot be compared",
                )
            )
        if train.threshold != self.threshold:
            raise UsageError(
                Message(
                    "train_threshold",
                    "the training rows were evaluated at a threshold of {threshold}, these at {other}\nevaluate both "
                    "at the same one",
                    threshold=train.threshold,
                    other=self.threshold,
                )
            )
        levels = {own.level for each in (train, self) for own in each.values()}
        if len(levels) > 1:
            raise UsageError(
                Message(
                    "different_levels",
                    "the intervals have different levels ({levels})\nuse one level",
                    levels=", ".join(map(str, sorted(levels))),
                )
            )
        with_gap = replace(self, train=train)
        return replace(with_gap, advice=load(ADVISE)(with_gap))

    def __repr__(self) -> str:
        shown = [
            f"{name}={estimate.value:.3f}"
            + ("" if math.isnan(estimate.low) else f" [{estimate.low:.3f}, {estimate.high:.3f}]")
            for name in shown_in("headline")
            if (estimate := self.estimates.get(name)) is not None and estimate.defined
        ]
        what = f", positive={visible(repr(self.positive))}" if self.positive is not None else ""
        return f"Evaluation({self.task}, n={self.n:,}{what}{''.join(', ' + text for text in shown)})"

    def to_dict(self) -> dict[str, Any]:
        """The stable JSON form, version 2: see docs/json.md."""
        return {
            "schema_version": SCHEMA_VERSION,
            "gnomon_version": self.provenance.get("gnomon"),
            "task": self.task,
            "classes": list(self.classes),
            "positive": self.positive,
            "threshold": self.threshold,
            "n": self.n,
            **self._measured(),
            "curves": plain(self.curves),
            "thresholds": None if self.thresholds is None else self.thresholds.to_dict(),
            "baseline": None if self.baseline is None else self.baseline.to_dict(),
            "calibration": None if self.calibration is None else self.calibration.to_dict(),
            "errors": self.errors.to_dict(),
            "slices": {
                column: {value: own._of_slice() for value, own in values.items()}
                for column, values in self.slices.items()
            },
            "train": None if self.train is None else self.train.to_dict(),
            "gap": {name: own.to_dict() for name, own in self.gap.items()},
            "advice": forms_of(own.text for own in self.advice),
            "notes": forms_of(self.notes),
            "provenance": plain(self.provenance),
        }

    def _of_slice(self) -> dict[str, Any]:
        """What a slice is in the JSON form."""
        return {
            "n": self.n,
            "reliable": self.reliable,
            **self._measured(),
            "differences": {name: own.to_dict() for name, own in self.differences.items()},
        }

    def worst_slices(self, by: str | None = None) -> list[tuple[str, str, Evaluation]]:
        """The slices, as column, value and evaluation, the one furthest below the rest first.

        Those that are worse by more than chance come before all others. Those that are not reliable are left out.

        Args:
            by: The name of the estimate to rank by; None for that of each column: the AUC, the balanced accuracy, the
                accuracy or the RMSE, the first that all its slices are compared in (:func:`ranked_by`).

        Raises:
            UnknownEstimateError: No slice has a difference of that name.
        """
        every = [(column, value, own) for column, values in self.slices.items() for value, own in values.items()]
        known = dict.fromkeys(name for *_, own in every for name in own.differences)
        if by is not None and by not in known:
            raise UnknownEstimateError(
                Message(
                    "no_such_difference",
                    "no slice has a difference of {by!r}\n{hint}",
                    by=by,
                    hint=nearest(str(by), known),
                )
            )
        names = {column: by or ranked_by(values.values()) for column, values in self.slices.items()}

        def rank(one: tuple[str, str, Evaluation]) -> tuple[bool, float]:
            name = names[one[0]]
            assert name is not None  # it has a difference of that name
            difference = one[2].differences[name]
            below = get_measure(name).better * difference.value
            return not (below < 0 and difference.p_value_bh <= SURE), below

        return sorted((one for one in every if one[2].reliable and names[one[0]] in one[2].differences), key=rank)

    def _measured(self) -> dict[str, Any]:
        """What a slice has in the JSON form, too."""
        return {
            "estimates": {name: estimate.to_dict() for name, estimate in self.estimates.items()},
            "per_class": {
                label: {name: estimate.to_dict() for name, estimate in own.items()}
                for label, own in self.per_class.items()
            },
            "confusion": None if self.confusion is None else self.confusion.to_dict(),
            "confusions": {label: own.to_dict() for label, own in self.confusions.items()},
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Evaluation:
        """The inverse of :meth:`to_dict`.

        Raises:
            StateError: The form is not an evaluation, or of another version.
        """
        if not isinstance(form, Mapping) or "schema_version" not in form or "estimates" not in form:
            raise StateError(Message("not_an_evaluation_file", "not a saved gnomon evaluation"))
        form = present(form)
        checking.evaluation(form)
        try:
            whole = cls._of_measured(form, form)
            slices = {
                column: {value: cls._of_slice_form(form, own) for value, own in values.items()}
                for column, values in form["slices"].items()
            }
            return replace(
                whole,
                curves=form["curves"],
                thresholds=None if form["thresholds"] is None else Thresholds.from_dict(form["thresholds"]),
                baseline=None if form["baseline"] is None else Baseline.from_dict(form["baseline"]),
                calibration=None if form["calibration"] is None else Calibration.from_dict(form["calibration"]),
                errors=ErrorAnalysis.from_dict(form["errors"]),
                slices=slices,
                train=None if form["train"] is None else cls.from_dict(form["train"]),
                advice=tuple(Advice(Message.from_dict(own)) for own in form["advice"]),
                notes=tuple(map(Message.from_dict, form["notes"])),
                provenance=form["provenance"],
            )
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise StateError(
                Message("damaged_evaluation", "the saved evaluation is damaged: {error!r}", error=error)
            ) from None

    @classmethod
    def _of_slice_form(cls, form: Mapping[str, Any], part: Mapping[str, Any]) -> Evaluation:
        """A slice of a JSON form."""
        differences = {name: Difference.from_dict(each) for name, each in part["differences"].items()}
        return replace(cls._of_measured(form, part), differences=differences, reliable=part["reliable"])

    @classmethod
    def _of_measured(cls, form: Mapping[str, Any], part: Mapping[str, Any]) -> Evaluation:
        """The whole, or a slice, of a JSON form."""
        return cls(
            task=form["task"],
            n=part["n"],
            estimates=estimates_from(part["estimates"]),
            classes=tuple(form["classes"]),
            positive=form["positive"],
            threshold=form["threshold"],
            per_class={label: estimates_from(each) for label, each in part["per_class"].items()},
            confusion=None if part["confusion"] is None else ConfusionMatrix.from_dict(part["confusion"]),
            confusions={label: ConfusionMatrix.from_dict(each) for label, each in part.get("confusions", {}).items()},
        )


# What the names of its parts are.
KINDS = {
    "estimates": "measure",
    "confusions": "label",
    "curves": "curve",
    "differences": "measure",
    "provenance": "fact",
}
# What advises on an evaluation, above this room.
ADVISE = "gnomon.evaluation.diagnostics.advice:advise"
# False discoveries that are accepted among slices called worse than the rest.
SURE = 0.05


def ranked_by(slices: Iterable[Evaluation]) -> str | None:
    """What some slices are ranked by: the first measure that all reliable ones are compared in; None if none is."""
    reliable = [own for own in slices if own.reliable and own.differences]
    if not reliable:
        return None
    return next((name for name in shown_in("ranks_slices") if all(name in own.differences for own in reliable)), None)


def estimates_from(form: Mapping[str, Any]) -> dict[str, Estimate]:
    """Estimates by name from their JSON form."""
    return {name: Estimate.from_dict(own) for name, own in form.items()}
