"""``gnomon.choose_threshold``: the best threshold under a goal, how sure it is, and what it achieves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from gnomon.decision.outcome import achieved, confusions_at, one_column
from gnomon.errors import DataError, UsageError
from gnomon.estimate import Estimate
from gnomon.evaluation.form import SCHEMA_VERSION, Form, plain
from gnomon.evaluation.opening import Named, opened
from gnomon.evaluation.options import Options
from gnomon.evaluation.order import Order
from gnomon.evaluation.parts import matrix_of
from gnomon.evaluation.plan import plan_for
from gnomon.evaluation.provenance import left_out, provenance
from gnomon.evaluation.ranking import threshold_table
from gnomon.evaluation.reading import Progress, Reading
from gnomon.evaluation.result import ConfusionMatrix
from gnomon.intervals.bootstrap import ranking_replicates
from gnomon.intervals.interval import NO_INTERVAL, Interval
from gnomon.kernels.threads import thread_count
from gnomon.measures.ranking import TABLE_STEPS, Curve, cumulative
from gnomon.measures.threshold import Costs, Points
from gnomon.schema.resolve import resolve
from gnomon.schema.schema import Schema
from gnomon.states.mean import Weight
from gnomon.thresholds.goal import ROUNDING, Best, Goal, best_of, better_of, make_goal
from gnomon.thresholds.table import Thresholds

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ThresholdDecision(Form):
    """A threshold, why it was chosen, and what it achieves.

    Attributes:
        goal: What was wanted, in words.
        measure: The measure that was made great, or ``"cost"``.
        costs: What a row of each cell costs, less what it brings; None unless the measure is ``"cost"``.
        threshold: The chosen threshold; its interval says which others the same goal would choose in other samples.
            ``bound`` is by how much the goal's measure might be better at a threshold that was not looked at: 0 unless
            scores were counted in bins.
        met: Whether the constraints hold on the rows it was chosen on; if not, the threshold is the one that misses
            them least.
        estimates: What it achieves, by name: the goal's measure, the share flagged, and those of an evaluation.
        corrected: The goal's measure less its optimism, where it was chosen and judged on the same rows; else None.
        optimism: By how much choosing and judging on the same rows flatters the goal's measure, by bootstrap.
        confusion: The confusion matrix at the threshold, of the rows that ``estimates`` are of.
        default: The goal's measure at a threshold of 0.5, for comparison; None unless scores are probabilities.
        thresholds: The table of thresholds of the rows that it was chosen on.
        classes: The negative class and the positive one.
        scale: Whether scores are probabilities (``"probability"``) or any numbers (``"any"``).
        notes: Remarks in plain words.
        provenance: Where the numbers came from.
    """

    goal: str
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
    notes: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("estimates", "provenance"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    @property
    def positive(self) -> str:
        """The class that a row is predicted as at ``score >= threshold``."""
        return self.classes[1]

    def __getitem__(self, name: str) -> Estimate:
        return self.estimates[name]

    def __repr__(self) -> str:
        value = self.estimates[self.measure]
        missed = "" if self.met else ", constraints not met"
        return f"ThresholdDecision({self.goal}: score >= {self.threshold.value:.6g}, {self.measure} {value}{missed})"

    def apply(self, scores: Any) -> NDArray[np.bool_]:
        """Whether each score is predicted positive.

        Raises:
            DataError: A score is missing, or no probability where scores are.
        """
        values = one_column(scores)
        if np.isnan(values).any():
            raise DataError(f"{int(np.isnan(values).sum()):,} scores are missing: there is nothing to decide by")
        if self.scale == "probability" and ((values < 0) | (values > 1)).any():
            raise DataError("a score lies outside [0, 1], but the threshold was chosen for probabilities")
        return values >= self.threshold.value

    def to_dict(self) -> dict[str, Any]:
        """The JSON form: see docs/json.md."""
        return {
            "schema_version": SCHEMA_VERSION,
            "decision": "threshold",
            "goal": self.goal,
            "measure": self.measure,
            "costs": None if self.costs is None else asdict(self.costs),
            "threshold": self.threshold.to_dict(),
            "met": self.met,
            "estimates": {name: own.to_dict() for name, own in self.estimates.items()},
            "corrected": None if self.corrected is None else self.corrected.to_dict(),
            "optimism": self.optimism,
            "confusion": self.confusion.to_dict(),
            "default": None if self.default is None else self.default.to_dict(),
            "thresholds": self.thresholds.to_dict(),
            "classes": list(self.classes),
            "scale": self.scale,
            "notes": list(self.notes),
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
            goal=form["goal"],
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
            notes=tuple(form["notes"]),
            provenance=form["provenance"],
            **several,
        )


def choose_threshold(
    data: Any,
    scored: Any = None,
    /,
    *,
    target: str | None = None,
    score: Any = None,
    weight: Any = None,
    goal: str | None = None,
    costs: Mapping[str, float] | None = None,
    gains: Mapping[str, float] | None = None,
    where: str | Sequence[str] = (),
    periods: float = 1.0,
    split: str | None = None,
    classes: Sequence[Any] | None = None,
    positive: Any = None,
    scale: str = "probability",
    interval: str = "auto",
    level: float = 0.95,
    seed: int = 0,
    missing: str = "error",
    exact: bool | str = "auto",
    memory: int | str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> ThresholdDecision:
    """Chooses the best threshold of a binary task, among all scores.

    ``choose_threshold(y_true, y_score, goal="f1")``, or with named columns
    ``choose_threshold(data, target="y", score="p", costs={"fn": 10, "fp": 1})``. A row is predicted positive at
    ``score >= threshold`` (scikit-learn's ``Binarizer`` flags ``score > threshold``).

    A threshold that is judged on the rows it was chosen on looks better than it is: ``corrected`` takes that off, as
    measured by the bootstrap, or ``split=`` avoids it. Of several equally good thresholds the one of the greater recall
    less fall-out is taken, then the highest. The interval of the threshold is rough: it is that of the bootstrap, which
    for the place of an optimum is known to be no better.

    Args:
        data: The true values, or the data that holds the named columns; see :func:`gnomon.evaluate`.
        scored: The scores, when ``data`` holds the true values.
        target: Name of the column of true values.
        score: Name of the column of scores (or the array).
        weight: Name of the column (or the array) of row weights.
        goal: A measure to make great: ``"f1"``, ``"f2"``, ``"matthews_corrcoef"``, ``"balanced_accuracy"``,
            ``"youden"``, ``"precision"``, ``"recall"``, ...; None where costs or constraints say it.
        costs: What a row of each cell of the confusion matrix costs: ``{"fn": 10, "fp": 1}``; the others cost nothing.
        gains: What a row of a cell brings: ``{"tp": 5}``.
        where: What must hold, one or several of ``"recall >= 0.95"``, ``"precision.low >= 0.8"`` (the lower end of the
            interval at ``level``), ``"flagged <= 200"`` (rows), ``"flagged_share <= 1 %"``. Without a goal,
            where recall is limited the best precision is looked for, else the best recall.
        periods: How many days, say, the rows cover: ``flagged`` is limited in each.
        split: The rows to choose on, as ``"column=value"``; all others judge the threshold, or those of a second value:
            ``"part=validation,test"``.
        classes: The class labels, where not both occur.
        positive: The label that the model looks for; needed unless the labels are 0/1, False/True or -1/1.
        scale: ``"probability"`` or ``"any"``.
        interval: ``"auto"``, or ``"none"`` for neither intervals nor optimism.
        level: Confidence level of the intervals.
        seed: Seed of the bootstrap.
        missing: ``"error"``, or ``"drop"`` to leave out rows with a missing value.
        exact: As in :func:`gnomon.evaluate`. Where scores are counted in bins, the threshold is the best lower end of
            a bin, and ``threshold.bound`` tells by how much another could be better.
        memory: How much memory kept rows may take.
        threads: How many threads.
        progress: Told how many rows were read.

    Raises:
        UsageError: Nothing was asked for, or something contradictory, or the task is not binary with scores.
        SourceError: The file or folder cannot be read.
        ColumnError: A column is missing, of the wrong type or of another length.
        DataError: A bad value, or no rows of a class.

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
    options = Options(interval, level, seed, thread_count(threads))
    wanted = make_goal(goal, costs, gains, where, periods)
    source, request = opened(
        (data, scored if target is None else None),
        Named(target, None, score, weight, None, split),
        task="binary", classes=classes, positive=positive, threshold=None, scale=scale, missing=missing,
    )  # fmt: skip
    schema = resolve(source, request, options.threads)
    if not schema.columns.scores:
        raise UsageError("a threshold is chosen among scores: name the column of scores (score=...)")
    plan = replace(plan_for(source, schema, exact, memory, options.threads), order_only=True)
    reading = Reading(source, schema, plan, options.threads, progress)
    summary = reading.summary()
    order = reading.order(summary)
    if not order.positives.n or not order.negatives.n:
        raise DataError("the rows to choose a threshold on have one class only: nothing can be told apart")
    rows = order.positives.merge(order.negatives)
    trials = rows.effective / float(rows.total)
    found = best_threshold(wanted, order, trials, level)
    resampled = Resampled.of(wanted, order, found, trials, options) if options.intervals else None
    at = [found.threshold, *([0.5] if schema.scale == "probability" else [])]
    judged = schema
    if schema.columns.part is not None:
        judged = replace(schema, columns=replace(schema.columns, part=schema.columns.part.others))
    own_rows = judged is schema
    states, judged_dropped = confusions_at(source, judged, at, summary if own_rows else None, options.threads)
    estimates, *default = (achieved(state, wanted, judged, options) for state in states)
    value = estimates[wanted.measure]
    decided = ThresholdDecision(
        goal=str(wanted),
        measure=wanted.measure,
        costs=wanted.costs,
        threshold=threshold_estimate(found, resampled, rows, options),
        met=found.met,
        estimates=estimates,
        corrected=resampled.corrected(value) if resampled is not None and own_rows else None,
        optimism=resampled.optimism if resampled is not None else None,
        confusion=cast(ConfusionMatrix, matrix_of(states[0], schema.names)),
        default=default[0][wanted.measure] if default else None,
        thresholds=threshold_table(order, found.curve),
        classes=schema.names,
        scale=schema.scale,
        provenance=provenance(source, schema, summary, options) | {"ranking": plan.ranking},
    )
    dropped = [] if own_rows else [judged_dropped]
    notes = remarks(decided, wanted, found, order, trials, schema)
    return replace(decided, notes=(*left_out(summary.dropped, *dropped), *notes, *schema.notes, *source.notes))


@dataclass(frozen=True, slots=True)
class Found:
    """The best threshold of all.

    Attributes:
        threshold: It.
        best: Its value and by how much it misses the constraints.
        points: Its counts.
        bound: By how much the goal's measure might be better at a threshold that was not looked at.
        open: Whether such a threshold might miss the constraints less.
    """

    threshold: float
    best: Best
    points: Points
    bound: float = 0.0
    open: bool = False

    @property
    def met(self) -> bool:
        """Whether all constraints hold."""
        return float(self.best.shortfall) == 0

    @property
    def curve(self) -> Curve:
        """It as a curve of one point."""
        points = self.points
        return Curve(*(np.atleast_1d(own) for own in (self.threshold, points.true_positives, points.false_positives)))


def best_threshold(goal: Goal, order: Order, trials: float, level: float) -> Found:
    """The best of all thresholds, or of the ends of bins where scores were counted in bins."""
    found = best_along(goal, order, goal.candidates, trials, level)
    if goal.measure == "matthews_corrcoef" and not goal.constraints and not found.best.value > 0:
        found = best_along(goal, order, "all", trials, level)
    if order.bounds is None:
        return found
    bound, open_ = bin_bound(goal, order, found, trials, level)
    return replace(found, bound=bound, open=open_)


def best_along(goal: Goal, order: Order, candidates: str, trials: float, level: float) -> Found:
    """The best of some of the points of the curve."""
    found: Found | None = None
    for curve in order.curves(candidates):
        points = points_of(curve, order)
        best = best_of(goal, points, trials, level)
        own = Found(float(curve.threshold[best.place]), best, points.at(best.place))
        if found is None or better_of(goal, (own.best, own.points), (found.best, found.points)):
            found = own
    assert found is not None  # a curve has points
    if math.isnan(float(found.best.value)):
        raise DataError(f"{goal.measure} is undefined at every threshold: choose by another measure")
    return found


def points_of(curve: Curve, order: Order) -> Points:
    """The counts along a curve."""
    classes = order.positives, order.negatives
    return Points(curve.true_positives, curve.false_positives, *(float(own.total) for own in classes))


def bin_bound(goal: Goal, order: Order, found: Found, trials: float, level: float) -> tuple[float, bool]:
    """By how much a threshold within a bin could be better, and whether one could miss the constraints less.

    Within a bin both counts lie between those at its ends, so what rises or falls with them lies between its values at
    the four corners: each constraint is taken as at the kindest of them, and so is the goal.
    """
    (curve,) = order.curves("all")
    points = points_of(curve, order)
    ends = (slice(1, None), slice(None, -1))
    corners = [
        Points(points.true_positives[tp], points.false_positives[fp], points.positives, points.negatives)
        for tp in ends
        for fp in ends
    ]
    missed = sum(
        (
            np.min([own.shortfall(own.values(corner, trials, level)) for corner in corners], axis=0)
            / max(abs(own.limit), 1.0)
            for own in goal.constraints
        ),
        np.zeros(len(curve.threshold) - 1),
    )
    values = np.fmax.reduce([goal.better * goal.values(corner) for corner in corners])
    reached = missed <= float(found.best.shortfall) + ROUNDING
    best = np.max(values[reached], initial=goal.better * float(found.best.value))
    return float(best - goal.better * found.best.value), bool((missed < float(found.best.shortfall) - ROUNDING).any())


@dataclass(frozen=True, slots=True)
class Resampled:
    """What the same goal would choose in other samples.

    Attributes:
        low, high: The interval of the threshold.
        optimism: By how much, in the mean, the chosen threshold's value in a sample exceeds its value in all rows.
    """

    low: float
    high: float
    optimism: float

    @classmethod
    def of(cls, goal: Goal, order: Order, found: Found, trials: float, options: Options) -> Resampled:
        """From Poisson replicates of bins of scores.

        The optimism is that of B. Efron, "Estimating the error rate of a prediction rule: improvement on
        cross-validation", JASA 78 (1983): each replicate's choice is judged in the replicate and in all rows.
        """
        bins = order.bins(TABLE_STEPS)
        effective = order.positives.effective, order.negatives.effective
        thresholds = Curve.of(bins).threshold
        own = counts(bins.positives, bins.negatives)
        gaps, chosen = [], []
        positives, negatives = ranking_replicates(bins, effective, options.seed)
        for start in range(0, len(positives), REPLICATES_AT_ONCE):
            part = slice(start, start + REPLICATES_AT_ONCE)
            replicate = counts(positives[part], negatives[part])
            best = best_of(goal, replicate, trials, options.level)
            chosen.append(thresholds[best.place])
            gaps.append(best.value - goal.values(own.at(best.place)))
        optimism = np.concatenate(gaps)
        optimism = optimism[~np.isnan(optimism)]
        ends = np.quantile(
            np.concatenate(chosen), [0.5 - options.level / 2, 0.5 + options.level / 2], method="inverted_cdf"
        )
        low, high = min(float(ends[0]), found.threshold), max(float(ends[1]), found.threshold)
        return cls(low, high, float(optimism.mean()) if len(optimism) else math.nan)

    def corrected(self, value: Estimate) -> Estimate:
        """An estimate less the optimism, its interval moved by as much.

        H. Noma et al., "Confidence intervals of prediction accuracy measures for multivariable prediction models
        based on the bootstrap-based optimism correction methods", Statistics in Medicine 40 (2021).
        """
        ends = (value.low - self.optimism, value.high - self.optimism)
        method = None if value.method is None else f"{value.method}, less optimism"
        return replace(value, value=value.value - self.optimism, low=ends[0], high=ends[1], method=method)


REPLICATES_AT_ONCE = 100


def counts(positives: Array, negatives: Array) -> Points:
    """Counts at the lower ends of bins, from the highest down, of one table or of many."""
    tp, fp = cumulative(positives), cumulative(negatives)
    if tp.ndim == 1:
        return Points(tp, fp, float(tp[-1]), float(fp[-1]))
    return Points(tp, fp, tp[:, -1:], fp[:, -1:])


def threshold_estimate(found: Found, resampled: Resampled | None, rows: Weight, options: Options) -> Estimate:
    """The threshold as an estimate."""
    interval = NO_INTERVAL if resampled is None else Interval(resampled.low, resampled.high, "bootstrap")
    reason = (
        None if math.isfinite(found.threshold) else "no row is to be predicted positive: no threshold is high enough"
    )
    return options.estimate(found.threshold, interval, rows.n, reason, found.bound)


def remarks(
    decided: ThresholdDecision, goal: Goal, found: Found, order: Order, trials: float, schema: Schema
) -> list[str]:
    """What a person should know of the choice, in plain words."""
    notes = unmet(goal, found, order, trials, decided.threshold.level) if not found.met else []
    here = "" if schema.columns.part is None else " on the rows that it was chosen on"
    if any(own.name == "flagged" for own in goal.constraints):
        flagged = float(found.points.flagged)
        each = {own.periods for own in goal.constraints if own.name == "flagged"} - {1.0}
        of_each = "".join(f", {flagged / periods:,.6g} in each of {periods:g} periods" for periods in each)
        notes.append(f"It flags {flagged:,.6g} of {sum(totals(order)):,.6g}{here}{of_each}.")
    if goal.costs is not None:
        ends = points_of(Curve(*(np.array([0.0, float(own)]) for own in (0.0, *totals(order)))), order)
        nothing, everything = goal.costs.mean(ends)
        notes.append(f"Flagging nothing costs {nothing:.4g} a row{here}, flagging everything {everything:.4g}.")
        for free, cells in (("false alarm", ("fp", "tn")), ("miss", ("fn", "tp"))):
            if getattr(goal.costs, cells[0]) == getattr(goal.costs, cells[1]):
                notes.append(f"A {free} was taken to cost nothing: say what it costs.")
        calibrated = goal.costs.calibrated_threshold
        if schema.scale == "probability" and not math.isnan(calibrated) and not goal.constraints:
            notes.append(f"If the scores were true probabilities, the cost would be least at {calibrated:.4g}.")
    if len(decided.thresholds) <= 2:
        notes.append("Every row has the same score: a threshold flags all of them or none.")
    if schema.columns.part is not None:
        notes.append("Chosen on one part of the rows, judged on the others: what is said of it is not flattered.")
        notes += broken_there(decided, goal) if found.met else []
    elif decided.optimism is not None and decided.corrected is not None:
        flattery = goal.better * decided.optimism
        if flattery > NOTICEABLE * abs(decided.corrected.value):
            notes.append(
                f"Chosen and judged on the same rows: that alone makes {decided.measure} look better by about "
                f"{flattery:.2g}. Judge it on other rows with split= (--split)."
            )
    if order.bounds is not None:
        better = f"may better {decided.measure} by at most {found.bound:.2g}"
        met = ", or come nearer to the constraints" if found.open else ""
        notes.append(f"Certified: the scores were counted in bins; a threshold within a bin {better}{met}.")
    return notes


def unmet(goal: Goal, found: Found, order: Order, trials: float, level: float) -> list[str]:
    """Which constraints cannot be had, each by itself or together, and how near the chosen threshold comes."""
    there, alone = [], []
    for own in goal.constraints:
        pick, best = (np.fmax, "greatest") if own.least else (np.fmin, "least")
        reach = math.nan
        for curve in order.curves("all"):
            reach = float(pick(reach, pick.reduce(own.values(points_of(curve, order), trials, level))))
        at = float(own.values(found.points, trials, level))
        there.append(f"{own.name}{f'.{own.end}' if own.end else ''} is {at:.4g}")
        if float(own.shortfall(np.array(reach))) > 0:
            alone.append(
                f"Not to be had: {own}. The {best} of any threshold is {reach:.4g}; at this one it is {at:.4g}."
            )
    if alone:
        return alone
    together = " and ".join(map(str, goal.constraints))
    return [f"Not to be had together: {together}. At the threshold that misses them least {', '.join(there)}."]


# Optimism below this share of the value is not worth a word.
NOTICEABLE = 0.002


def totals(order: Order) -> tuple[float, float]:
    """The weights of the positives and of the negatives."""
    return float(order.positives.total), float(order.negatives.total)


def broken_there(decided: ThresholdDecision, goal: Goal) -> list[str]:
    """Which constraints, met where the threshold was chosen, do not hold on the rows that judge it."""
    notes = []
    for own in goal.constraints:
        estimate = decided.estimates.get(own.name)
        if estimate is None:
            continue
        value = estimate.value if own.end is None else getattr(estimate, own.end)
        if float(own.shortfall(np.array(value))) > 0:
            notes.append(f"{own} does not hold on the other rows: there it is {value:.4g}.")
    return notes
