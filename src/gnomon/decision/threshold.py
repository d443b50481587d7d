"""``gnomon.choose_threshold``: the best threshold under a goal, how sure it is, and what it achieves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from gnomon.calling import EngineChoice, ExactChoice, IntervalChoice, MissingChoice, ScaleChoice, verb
from gnomon.decision.displayable import DisplayableDecision
from gnomon.decision.outcome import achieved, confusions_at, one_column, paired_rows_of, predicted_at
from gnomon.decision.remarks import remarks
from gnomon.decision.resampled import Resampled
from gnomon.decision.search import Candidates, Choice, best_threshold
from gnomon.engines import engine_of
from gnomon.engines.base import Progress
from gnomon.errors import DataError, UsageError
from gnomon.estimate import Estimate
from gnomon.evaluation.arguments.options import Options, check_asked
from gnomon.evaluation.arguments.retention import retention_for
from gnomon.evaluation.arguments.sources import Named, opened
from gnomon.evaluation.estimates.draft import matrix_of
from gnomon.evaluation.estimates.ranking import threshold_table
from gnomon.evaluation.provenance import left_out, provenance
from gnomon.evaluation.reading.reading import Reading
from gnomon.evaluation.reading.summary import Summary
from gnomon.evaluation.result.by_name import ByName
from gnomon.evaluation.result.confusion_matrix import ConfusionMatrix
from gnomon.evaluation.result.serialisable import Serialisable, plain
from gnomon.evaluation.result.versions import SCHEMA_VERSION
from gnomon.intervals.interval import NO_INTERVAL, Interval
from gnomon.kernels.threads import thread_count
from gnomon.measures.measure import Measure
from gnomon.measures.registry import asked, named
from gnomon.measures.threshold import Costs
from gnomon.message import Message, form_of, forms_of, word
from gnomon.schema.resolve import resolve
from gnomon.schema.schema import Schema
from gnomon.states.mean import Weight
from gnomon.thresholds.goal import Goal, make_goal
from gnomon.thresholds.table import Thresholds

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ThresholdDecision(Serialisable, DisplayableDecision):
    """A threshold, why it was chosen, and what it achieves.

    Attributes:
        goal: What was wanted, in words.
        measure: The measure that was optimised, or ``"cost"``.
        costs: What a row of each cell costs minus what it gains; None unless the measure is ``"cost"``.
        threshold: The chosen threshold; its interval says which others the same goal would choose in other samples.
            ``bound`` is by how much the goal's measure might be better at a threshold that was not tried: 0 unless
            scores were counted in bins.
        met: Whether the constraints hold on the rows it was chosen on; if not, the threshold is the one that misses
            them least.
        estimates: What it achieves, by name: the goal's measure, the share predicted positive, and the measures of an
            evaluation.
        corrected: The goal's measure minus its optimism, where it was chosen and judged on the same rows; else None.
        corrected_limits: The same of each measure that a constraint limits the value of, by name.
        optimism: By how much the goal's measure is overestimated on the rows that the threshold was chosen on,
            estimated by choosing on four fifths of them and evaluating on the last fifth, many times.
        confusion: The confusion matrix at the threshold, of the rows that ``estimates`` are of.
        default: The goal's measure at a threshold of 0.5, for comparison; None unless scores are probabilities.
        constants: The cost of predicting no row positive (``"all_negative"``) and every row (``"all_positive"``); empty
            unless the measure is ``"cost"``.
        thresholds: The table of thresholds of the rows that it was chosen on.
        classes: The negative class and the positive one.
        scale: Whether scores are probabilities (``"probability"``) or any numbers (``"any"``).
        notes: Remarks in plain words.
        provenance: Where the numbers came from.
    """

    goal: Message
    measure: str
    costs: Costs | None
    threshold: Estimate
    met: bool
    estimates: Mapping[str, Estimate]
    corrected: Estimate | None
    optimism: float | None
    confusion: ConfusionMatrix
    default: Estimate | None
    thresholds: Thresholds
    classes: tuple[str, ...]
    scale: str
    notes: tuple[Message, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    corrected_limits: Mapping[str, Estimate] = field(default_factory=dict)
    constants: Mapping[str, Estimate] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, what in (("estimates", "measure"), ("corrected_limits", "measure"), ("constants", "constant"),
                           ("provenance", "fact")):  # fmt: skip
            object.__setattr__(self, name, ByName(getattr(self, name), what))

    @property
    def positive(self) -> str:
        """The class that a row is predicted as at ``score >= threshold``."""
        return self.classes[1]

    def __getitem__(self, name: str) -> Estimate:
        """What the threshold achieves, by the name of a measure.

        Raises:
            UnknownEstimateError: There is none; the message names the nearest.
        """
        return self.estimates[named(name, self.estimates)]

    def __repr__(self) -> str:
        value = self.estimates[self.measure]
        there = "" if self.corrected is None else Message(
            "corrected_value", ", corrected for the choice {value:.4g}", value=self.corrected.value
        )  # fmt: skip
        missed = "" if self.met else Message("constraints_not_met", ", constraints not met")
        at = f"score >= {self.threshold.value:.6g}"
        return f"ThresholdDecision({self.goal}: {at}, {self.measure} {value}{there}{missed})"

    def apply(self, scores: Any) -> NDArray[np.bool_]:
        """Whether each score is predicted positive.

        Raises:
            DataError: A score is missing, or no probability where scores are.
        """
        values = one_column(scores)
        if np.isnan(values).any():
            raise DataError(
                Message(
                    "scores_missing",
                    "{count:,} {noun} missing\nleave out rows without a score",
                    count=int(np.isnan(values).sum()),
                    noun=word("score is") if int(np.isnan(values).sum()) == 1 else word("scores are"),
                )
            )
        if self.scale == "probability" and ((values < 0) | (values > 1)).any():
            raise DataError(
                Message(
                    "score_not_probability",
                    "a score lies outside [0, 1], but the threshold was chosen for probabilities",
                )
            )
        return values >= self.threshold.value

    def to_dict(self) -> dict[str, Any]:
        """The JSON form: see docs/json.md."""
        return {
            "schema_version": SCHEMA_VERSION,
            "decision": "threshold",
            "goal": form_of(self.goal),
            "measure": self.measure,
            "costs": None if self.costs is None else asdict(self.costs),
            "threshold": self.threshold.to_dict(),
            "met": self.met,
            "estimates": {name: own.to_dict() for name, own in self.estimates.items()},
            "corrected": None if self.corrected is None else self.corrected.to_dict(),
            "corrected_limits": {name: own.to_dict() for name, own in self.corrected_limits.items()},
            "optimism": self.optimism,
            "confusion": self.confusion.to_dict(),
            "default": None if self.default is None else self.default.to_dict(),
            "constants": {name: own.to_dict() for name, own in self.constants.items()},
            "thresholds": self.thresholds.to_dict(),
            "classes": list(self.classes),
            "scale": self.scale,
            "notes": forms_of(self.notes),
            "provenance": plain(self.provenance),
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> ThresholdDecision:
        """The inverse of :meth:`to_dict`."""
        estimates = {name: Estimate.from_dict(own) for name, own in form["estimates"].items()}
        threshold = Estimate.from_dict(form["threshold"])
        if not threshold.defined:  # JSON has no infinity
            high = math.inf if math.isnan(threshold.high) and threshold.method else threshold.high
            threshold = replace(threshold, value=math.inf, high=high)
        several = {
            name: None if form[name] is None else Estimate.from_dict(form[name]) for name in ("corrected", "default")
        }
        return cls(
            goal=Message.from_dict(form["goal"]),
            measure=form["measure"],
            costs=None if form["costs"] is None else Costs(**form["costs"]),
            threshold=threshold,
            met=form["met"],
            estimates=estimates,
            optimism=form["optimism"],
            confusion=ConfusionMatrix.from_dict(form["confusion"]),
            thresholds=Thresholds.from_dict(form["thresholds"]),
            classes=tuple(form["classes"]),
            scale=form["scale"],
            notes=tuple(map(Message.from_dict, form["notes"])),
            provenance=form["provenance"],
            corrected_limits={name: Estimate.from_dict(own) for name, own in form.get("corrected_limits", {}).items()},
            constants={name: Estimate.from_dict(own) for name, own in form.get("constants", {}).items()},
            **several,
        )


@verb
def choose_threshold(
    data: Any,
    scored: Any = None,
    /,
    *,
    target: str | None = None,
    score: Any = None,
    weight: Any = None,
    goal: str | Measure | None = None,
    costs: Mapping[str, float] | None = None,
    gains: Mapping[str, float] | None = None,
    where: str | Sequence[str] = (),
    periods: float = 1.0,
    split: Any = None,
    cluster: Any = None,
    classes: Sequence[Any] | None = None,
    positive: Any = None,
    scale: ScaleChoice = "probability",
    measures: str | Measure | Sequence[str | Measure] | None = None,
    interval: IntervalChoice = "auto",
    level: float = 0.95,
    seed: int = 0,
    missing: MissingChoice = "error",
    exact: ExactChoice = "auto",
    memory: int | str | None = None,
    engine: EngineChoice = "threads",
    threads: int | None = None,
    progress: Progress | None = None,
) -> ThresholdDecision:
    """Chooses the best threshold of a binary task, among all scores.

    ``choose_threshold(y_true, y_score, goal="f1")``, or with named columns
    ``choose_threshold(data, target="y", score="p", costs={"fn": 10, "fp": 1})``. A row is predicted positive at
    ``score >= threshold`` (scikit-learn's ``Binarizer`` flags ``score > threshold``).

    A threshold that is judged on the rows it was chosen on looks better than it is: ``corrected`` takes that off, as
    estimated by choosing on some of them and evaluating on the others; ``split=`` avoids it. Of several equally good
    thresholds the one of the greater recall minus false positive rate is taken, then the highest. The interval of the
    threshold is approximate: the bootstrap is known to be inaccurate for the position of an optimum.

    Args:
        data: The true values, or the data that holds the named columns; see :func:`gnomon.evaluate`.
        scored: The scores, when ``data`` holds the true values.
        target: Name of the column of true values.
        score: Name of the column of scores (or the array).
        weight: Name of the column (or the array) of row weights.
        goal: The measure to optimise, in the direction that is better: ``"f1"``, ``"f2"``, ``"matthews_corrcoef"``,
            ``"youden"``, ``"false_discovery_rate"``, ..., or what :func:`gnomon.measure` made; None where costs or
            constraints say it.
        costs: What a row of each cell of the confusion matrix costs: ``{"fn": 10, "fp": 1}``; the others cost nothing.
        gains: What a row of a cell brings: ``{"tp": 5}``.
        where: What must hold, one or several of ``"recall >= 0.95"``, ``"precision.low >= 0.8"`` (the lower end of the
            interval at ``level``), ``"flagged <= 200"`` (rows), ``"flagged_share <= 1 %"``. A limit on a value holds on
            these rows, and less often on others; a limit on an end is a promise: the interval is one that holds at all
            thresholds at once. Without a goal, precision is maximised where recall is limited, else recall.
        periods: How many periods (days, say) the rows cover: ``flagged`` is limited on average per period.
        split: The rows to choose on, as ``"column=value"``; all others judge the threshold, or those of a second value:
            ``"part=validation,test"``. Or an array of shape (rows,), True for the rows to choose on.
        cluster: Name of a column (or the array) that says which rows belong together, such as those of one patient:
            intervals, limits on their ends and the optimism then allow for what rows of a cluster have in common.
        classes: The class labels, where not both occur.
        positive: The label of the positive class; needed unless the labels are 0/1, False/True or -1/1.
        scale: ``"probability"`` (scores must lie in [0, 1]) or ``"any"``.
        measures: Measures to report at the threshold besides the usual ones, as for :func:`gnomon.evaluate`.
        interval: ``"auto"``, ``"percentile"`` or ``"bca"``, or ``"none"`` for neither intervals nor optimism.
        level: Confidence level of the intervals.
        seed: Seed of the bootstrap.
        missing: ``"error"``, or ``"drop"`` to leave out rows with a missing value.
        exact: As in :func:`gnomon.evaluate`. Where scores are counted in bins, the threshold is the best lower end of
            a bin, and ``threshold.bound`` tells by how much another could be better.
        memory: How much memory the rows may take: a number of bytes, or such as ``"2GiB"``; None for half of what is
            available.
        engine: What reads and counts the rows, ``"threads"`` or ``"processes"``; see :func:`gnomon.evaluate`.
        threads: How many threads, or processes; None for the CPUs that this process may use (or ``GNOMON_THREADS``).
        progress: Called with the numbers of rows read and of all rows, as for :func:`gnomon.evaluate`.

    Returns:
        A frozen :class:`gnomon.ThresholdDecision`: ``decision.threshold`` is what was chosen, ``decision["recall"]``
        the estimate of a measure at it.

    Raises:
        UsageError: Nothing was asked for, or something contradictory, or the task is not binary with scores.
        SourceError: The file or folder cannot be read.
        ColumnError: A column is missing, of the wrong type or of another length.
        DataError: A bad value, or no rows of a class.
        EngineError: A worker process ended, as where memory runs out, or what is to be computed cannot be sent to it.

    Examples:
        >>> import gnomon
        >>> y, p = [0, 0, 0, 1, 0, 1, 1, 1], [0.1, 0.2, 0.3, 0.35, 0.4, 0.6, 0.8, 0.9]
        >>> decision = gnomon.choose_threshold(y, p, costs={"fn": 5, "fp": 1})
        >>> decision.threshold.value, decision["cost"].value
        (0.35, 0.125)
        >>> decision.apply([0.3, 0.5]).tolist()
        [False, True]
        >>> gnomon.choose_threshold(y, p, where="precision >= 0.99").threshold.value
        0.6
    """
    wanted = make_goal(goal, costs, gains, where, periods)
    options = Options(interval, level, seed, thread_count(threads), engine, measured(wanted, asked(measures)))
    running = engine_of(engine, options.threads, progress)
    source, request = opened(
        (data, scored if target is None else None),
        Named(target, None, score, weight, None, split, None, cluster),
        task="binary", classes=classes, positive=positive, threshold=None, scale=scale, missing=missing,
    )  # fmt: skip
    with running:
        schema = resolve(source, request, running)
        if not schema.columns.scores:
            raise needs_scores()
        retention = replace(retention_for(source, schema, exact, memory, running), order_only=True)
        reading = Reading(source, schema, retention, running)
        subset = schema.columns.subset
        judged = None if subset is None else replace(schema, columns=replace(schema.columns, subset=subset.others))
        return decide(wanted, reading, reading.summary(), options, judged)[0]


def measured(goal: Goal, more: Iterable[Measure] = ()) -> tuple[Measure, ...]:
    """What is measured at a threshold besides the usual: what is wanted of it, and what was asked for, once each."""
    return tuple({own.name: own for own in (goal.achieved, *goal.constrained, *more)}.values())


def needs_scores() -> UsageError:
    """The error where a threshold is to be chosen without scores."""
    return UsageError(
        Message("threshold_needs_scores", "a threshold is chosen from scores\npass the column of scores (score=...)")
    )


def decide(
    goal: Goal, reading: Reading, summary: Summary, options: Options, judged: Schema | None = None
) -> tuple[ThresholdDecision, Resampled | None]:
    """The best threshold of rows that were read, and what other samples would choose, where intervals are wanted.

    Args:
        goal: What is wanted.
        reading: The way to the rows.
        summary: What was read of them.
        options: How estimates are made; their measures include those of :func:`measured`.
        judged: The rows that the threshold is judged on; None for those that it is chosen on.

    Raises:
        DataError: The rows are of one class.
    """
    source, schema, running = reading.source, reading.schema, reading.engine
    order = reading.order(summary)
    if not order.positives.n or not order.negatives.n:
        raise DataError(
            Message(
                "threshold_one_class",
                "the rows to choose a threshold on contain a single class; there is nothing to discriminate",
            )
        )
    rows = order.positives.merge(order.negatives)
    clustered = paired_rows_of(summary)
    candidates = Candidates(goal, order, clustered)
    choice = best_threshold(candidates, options.level)
    resampled = Resampled.of(candidates, choice, options, clustered) if options.intervals else None
    at = [choice.threshold, *([0.5] if schema.scale == "probability" else [])]
    constants = {"all_negative": math.inf, "all_positive": -math.inf} if goal.costs is not None else {}
    thresholds = [*at, *constants.values()]
    own_rows = judged is None
    judged = schema if judged is None else judged
    states, judged_dropped = confusions_at(source, judged, thresholds, summary if own_rows else None, running)
    judging = clustered
    if clustered is not None and not own_rows:
        judging = paired_rows_of(Reading(source, judged, reading.retention, running).summary())
    estimates, *others = (
        achieved(state, goal, judged, options, None if judging is None else predicted_at(judging, threshold))
        for state, threshold in zip(states, thresholds, strict=True)
    )
    check_asked(options.measures, [*estimates, *(own.name for own in goal.constrained)], "threshold's")
    none = not math.isfinite(choice.threshold)  # no row is predicted positive: nothing was fitted to these rows
    corrected = resampled if own_rows and choice.met and not none else None
    value = estimates[goal.measure]
    decided = ThresholdDecision(
        goal=goal.text,
        measure=goal.measure,
        costs=goal.costs,
        threshold=threshold_estimate(choice, resampled, rows, options),
        met=choice.met,
        estimates=estimates,
        corrected=None if corrected is None else corrected.corrected(goal.achieved, value, options),
        corrected_limits={
            own.name: there
            for own in goal.constrained
            if corrected is not None and (there := corrected.corrected(own, estimates[own.name], options)) is not None
        },
        optimism=resampled.optimism(goal.achieved) if resampled is not None else None,
        confusion=cast(ConfusionMatrix, matrix_of(states[0], schema.names)),
        default=others[0][goal.measure] if len(at) > 1 else None,
        constants={name: own[goal.measure] for name, own in zip(constants, others[len(at) - 1 :], strict=True)},
        thresholds=threshold_table(order, choice.curve, clustered, options.measures),
        classes=schema.names,
        scale=schema.scale,
        provenance=provenance(source, schema, summary, options) | {"ranking": reading.retention.ranking},
    )
    dropped = [] if own_rows else [judged_dropped]
    notes = remarks(decided, choice, candidates, elsewhere=not own_rows)
    notes = [*left_out(summary.dropped, *dropped), *notes, *schema.notes, *source.notes]
    return replace(decided, notes=tuple(notes)), resampled


def threshold_estimate(choice: Choice, resampled: Resampled | None, rows: Weight, options: Options) -> Estimate:
    """The threshold as an estimate."""
    interval = NO_INTERVAL if resampled is None else Interval(resampled.low, resampled.high, "bootstrap")
    reason = (
        None
        if math.isfinite(choice.threshold)
        else Message("threshold_none", "no row is to be predicted positive: no threshold is high enough")
    )
    return options.estimate(choice.threshold, interval, rows.n, reason, choice.bound)
