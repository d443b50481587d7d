"""``gnomon.recalibrate``: maps that calibrate probabilities, fitted on some rows, judged on others."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.calling import EngineChoice, MissingChoice, verb
from gnomon.decision.displayable import DisplayableDecision
from gnomon.decision.outcome import no_rows, one_column, paired_rows_of
from gnomon.engines import engine_of
from gnomon.engines.base import Engine, Progress
from gnomon.errors import DataError, UsageError, nearest
from gnomon.estimate import Estimate
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.arguments.retention import retention_for
from gnomon.evaluation.arguments.sources import Named, opened
from gnomon.evaluation.diagnostics.calibration import reliability_curve
from gnomon.evaluation.estimates.clustered import ONE_CLUSTER
from gnomon.evaluation.estimates.small_samples import CLUSTERS, few_of
from gnomon.evaluation.influence.influences import VarianceEstimator
from gnomon.evaluation.provenance import left_out, provenance
from gnomon.evaluation.reading.reading import Reading
from gnomon.evaluation.reading.tally import weigh
from gnomon.evaluation.result.by_name import ByName
from gnomon.evaluation.result.serialisable import Serialisable, plain
from gnomon.evaluation.result.versions import SCHEMA_VERSION
from gnomon.intervals.interval import NO_INTERVAL
from gnomon.intervals.linearised import linearised_interval
from gnomon.intervals.mean import mean_interval
from gnomon.kernels.losses import class_losses
from gnomon.kernels.threads import thread_count
from gnomon.measures.calibration import Groups
from gnomon.measures.influence import mean_influence
from gnomon.measures.means import mean_loss
from gnomon.measures.probability import BRIER_SCORE, LOG_LOSS
from gnomon.measures.ranking import upper_steps
from gnomon.measures.recalibration import ScoreMap, beta, isotonic, platt
from gnomon.message import Message, forms_of, word
from gnomon.schema.batch import encode
from gnomon.schema.resolve import resolve
from gnomon.schema.schema import Schema
from gnomon.sources.base import Piece, Source, Use
from gnomon.states.mean import MeanLoss, Weight
from gnomon.states.paired import PairedRows
from gnomon.states.reliability import WIDTHS, Reliability
from gnomon.wire import pack_all, refusing, unpack_all

METHODS = ("platt", "beta", "isotonic")
AS_IS = "as_is"
LOSSES = (LOG_LOSS.name, BRIER_SCORE.name)


@dataclass(frozen=True, eq=False)
class Recalibration(Serialisable, DisplayableDecision):
    """Maps of probabilities, and what they gain on rows that they were not fitted on.

    Attributes:
        maps: The fitted maps by method, those that have a fit.
        estimates: Of ``"as_is"`` and of each map: log loss, Brier score and expected calibration error (ten bins of
            equal width), on the other rows.
        differences: Of each map: log loss and Brier score minus those of the probabilities as they are, row by row.
        best: The method of the least log loss on the other rows, or ``"as_is"``.
        notes: Remarks in plain words.
        provenance: Where the numbers came from.
    """

    maps: Mapping[str, ScoreMap]
    estimates: Mapping[str, Mapping[str, Estimate]]
    differences: Mapping[str, Mapping[str, Estimate]]
    best: str
    notes: tuple[Message, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("maps", "provenance"):
            object.__setattr__(self, name, ByName(getattr(self, name), "map" if name == "maps" else "fact"))

    def __repr__(self) -> str:
        losses = ", ".join(f"{name} {own[LOG_LOSS.name].value:.4f}" for name, own in self.estimates.items())
        return f"Recalibration(best={self.best!r}; log loss: {losses})"

    def apply(self, probabilities: Any, method: str | None = None) -> NDArray[np.float64]:
        """Probabilities mapped by a method; by the best one unless another is named.

        Raises:
            UsageError: There is no such map.
            DataError: A probability is missing or lies outside [0, 1].
        """
        name = method or self.best
        values = one_column(probabilities)
        if not ((values >= 0) & (values <= 1)).all():
            raise DataError(Message("probability_invalid", "a probability is missing or lies outside [0, 1]"))
        if name == AS_IS:
            return values
        if name not in self.maps:
            raise UsageError(
                Message(
                    "no_such_map",
                    "there is no map {name!r}\n{hint}",
                    name=name,
                    hint=nearest(str(name), [*self.maps, AS_IS]),
                )
            )
        return self.maps[name](values)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form: see docs/json.md."""

        def forms(given: Mapping[str, Mapping[str, Estimate]]) -> dict[str, Any]:
            return {name: {which: own.to_dict() for which, own in each.items()} for name, each in given.items()}

        return {
            "schema_version": SCHEMA_VERSION,
            "decision": "recalibration",
            "maps": {name: own.to_dict() for name, own in self.maps.items()},
            "estimates": forms(self.estimates),
            "differences": forms(self.differences),
            "best": self.best,
            "notes": forms_of(self.notes),
            "provenance": plain(self.provenance),
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Recalibration:
        """The inverse of :meth:`to_dict`."""

        def estimates(part: str) -> dict[str, dict[str, Estimate]]:
            return {
                name: {which: Estimate.from_dict(own) for which, own in each.items()}
                for name, each in form[part].items()
            }

        return cls(
            {name: ScoreMap(**own) for name, own in form["maps"].items()},
            estimates("estimates"),
            estimates("differences"),
            form["best"],
            tuple(map(Message.from_dict, form["notes"])),
            form["provenance"],
        )


@verb
def recalibrate(
    data: Any,
    scored: Any = None,
    /,
    *,
    target: str | None = None,
    score: Any = None,
    split: Any = None,
    weight: Any = None,
    cluster: Any = None,
    methods: Sequence[str] = METHODS,
    classes: Sequence[Any] | None = None,
    positive: Any = None,
    level: float = 0.95,
    seed: int = 0,
    missing: MissingChoice = "error",
    memory: int | str | None = None,
    engine: EngineChoice = "threads",
    threads: int | None = None,
    progress: Progress | None = None,
) -> Recalibration:
    """Fits maps that calibrate probabilities on some rows, and judges them on the others.

    The rows to fit on should be neither those that the model was trained on, nor those that are to judge it. Decision
    values are recalibrated through their logistic: pass ``1 / (1 + exp(-z))``, and Platt's map is his own.

    Args:
        data: The true values, or the data that holds the named columns; see :func:`gnomon.evaluate`.
        scored: The probabilities, when ``data`` holds the true values.
        target: Name of the column of true values.
        score: Name of the column of probabilities of the positive class (or the array).
        split: The rows to fit on, as ``"column=value"``, such as ``"part=validation"``; all others judge, or those
            of a second value: ``"part=validation,test"``. Or an array of shape (rows,), True for the rows to fit on.
        weight: Name of the column (or the array) of row weights.
        cluster: Name of a column (or the array) that says which rows belong together, such as those of one patient:
            intervals then allow for what rows of a cluster have in common.
        methods: Which of ``"platt"``, ``"beta"``, ``"isotonic"``.
        classes: The class labels, where not both occur.
        positive: The label of the positive class; needed unless the labels are 0/1, False/True or -1/1.
        level: Confidence level of the intervals.
        seed: Seed of what is drawn.
        missing: ``"error"``, or ``"drop"`` to leave out rows with a missing value.
        memory: How much memory kept rows may take; beyond, isotonic blocks end at bins of the scores.
        engine: What reads and counts the rows, ``"threads"`` or ``"processes"``.
        threads: How many threads, or processes.
        progress: Told how many rows were read.

    Raises:
        UsageError: The arguments contradict each other, or the task is not binary with probabilities.
        SourceError: The file or folder cannot be read.
        ColumnError: A column is missing or of the wrong type.
        DataError: A bad value, or one class only.
        EngineError: A worker process ended, as where memory runs out, or what is to be computed cannot be sent to it.

    Examples:
        >>> import gnomon
        >>> import numpy as np
        >>> rng = np.random.default_rng(0)
        >>> p = rng.random(4000)
        >>> rows = {"y": (rng.random(4000) < p**2).astype(int), "p": p, "part": ["fit", "judge"] * 2000}
        >>> found = gnomon.recalibrate(rows, target="y", score="p", split="part=fit")
        >>> found.best, bool(found.differences["beta"]["log_loss"].high < 0)
        ('beta', True)
        >>> found.apply([0.5], "isotonic").shape
        (1,)
        >>> fit = np.arange(4000) % 2 == 0
        >>> gnomon.recalibrate(rows["y"], p, split=fit).best
        'beta'
    """
    options = Options("auto", level, seed, thread_count(threads), engine)
    running = engine_of(engine, options.threads, progress)
    several = isinstance(methods, Sequence) and not isinstance(methods, str)
    if not several or not methods or any(name not in METHODS for name in methods):
        raise UsageError(
            Message(
                "no_such_method",
                "methods={methods!r}\nchoose from {names}",
                methods=methods,
                names=", ".join(METHODS),
            )
        )
    source, request = opened(
        (data, scored if target is None else None),
        Named(target, None, score, weight, None, split, None, cluster),
        task="binary", classes=classes, positive=positive, threshold=None, scale="probability", missing=missing,
        has_scale=False,
    )  # fmt: skip
    with running:
        schema = resolve(source, request, running)
        if not schema.columns.scores or schema.columns.subset is None:
            raise UsageError(
                Message(
                    "recalibrate_needs",
                    "pass the column of probabilities (score=...) and the rows to fit on (split='column=value')",
                )
            )
        retention = retention_for(source, schema, "auto", memory, running)
        reading = Reading(source, schema, retention, running)
        summary = reading.summary()
        order = reading.order(summary)
        if not order.positives.n or not order.negatives.n:
            raise DataError(
                Message(
                    "recalibrate_one_class",
                    "the rows whose {subset} contain a single class: there is nothing to fit",
                    subset=schema.columns.subset,
                )
            )
        groups = Groups.of(reading.reliability(summary))
        (hull,) = order.curves("hull")
        fits = {"platt": platt(groups), "beta": beta(groups), "isotonic": isotonic(upper_steps(hull))}
        maps = {name: found for name in methods if (found := fits[name]) is not None}
        judged = replace(schema, columns=replace(schema.columns, subset=schema.columns.subset.others))
        tally = judge(source, judged, maps, running)
        clustered = None
        if schema.columns.cluster is not None:
            clustered = paired_rows_of(Reading(source, judged, retention, running).summary())
    estimates, differences = {}, {}
    for name, losses in tally.judged.items():
        estimates[name] = losses.estimates(options)
        if name != AS_IS:
            differences[name] = losses.differences(options)
    if clustered is not None and options.intervals:
        by_cluster(clustered, maps, estimates, differences, options)
    best = min(estimates, key=lambda name: estimates[name][LOG_LOSS.name].value)
    unfitted = [name for name in methods if name not in maps]
    notes = [
        Message(
            "no_finite_map",
            "{name}: no finite fit, as the scores separate the classes perfectly or are all equal.",
            name=word(name),
        )
        for name in unfitted
    ]
    return Recalibration(
        maps,
        estimates,
        differences,
        best,
        (*left_out(summary.dropped, tally.dropped), *notes, *remarks(best, differences), *schema.notes, *source.notes),
        provenance(source, schema, summary, options) | {"ranking": retention.ranking},
    )


def by_cluster(
    rows: PairedRows,
    maps: Mapping[str, ScoreMap],
    estimates: dict[str, dict[str, Estimate]],
    differences: dict[str, dict[str, Estimate]],
    options: Options,
) -> None:
    """Gives what the maps achieve intervals that allow for the clusters of the rows that judge.

    Args:
        rows: These rows by cluster, with their probabilities.
        maps: The maps, by method.
        estimates: Of each map, and of the probabilities as they are.
        differences: Of each map to these.
        options: The level, the threads.
    """
    variances = VarianceEstimator(rows, options.threads)
    probability = rows.answers[0].scores[0].astype(np.float64)
    before = losses_of(rows.target, probability)
    for name in estimates:
        after = before if name == AS_IS else losses_of(rows.target, maps[name](probability))
        for loss in LOSSES:
            estimates[name][loss] = mean_by_cluster(estimates[name][loss], after[loss], variances, 0.0, options)
            if name != AS_IS:
                change, less = differences[name][loss], after[loss] - before[loss]
                differences[name][loss] = mean_by_cluster(change, less, variances, -math.inf, options)


def mean_by_cluster(
    estimate: Estimate, values: NDArray[np.float64], variances: VarianceEstimator, least: float, options: Options
) -> Estimate:
    """The mean of a value of each row with the interval that allows for clusters."""
    if variances.number < 2:
        return NO_INTERVAL.of(estimate, ONE_CLUSTER)
    spread = variances.spread(mean_influence(values, variances.weight, options.threads))
    interval = linearised_interval(estimate.value, spread.variance, spread.units, options.level, least, math.inf)
    return few_of(interval.of(estimate), variances.number, CLUSTERS)


def remarks(best: str, differences: Mapping[str, Mapping[str, Estimate]]) -> list[Message]:
    """Whether recalibration pays, in plain words."""
    if best == AS_IS:
        return [
            Message(
                "no_better_map",
                "No map lowers the log loss on the other rows: leave the probabilities as they are.",
            )
        ]
    gain = differences[best][LOG_LOSS.name]
    sure = "" if gain.high < 0 else Message("may_be_chance", ", which may be due to chance")
    notes = [
        Message(
            "better_map",
            "{name} lowers the log loss on the other rows by {value:.4g}{sure}.",
            name=best.capitalize(),
            value=-gain.value,
            sure=sure,
        )
    ]
    if len(differences) > 1:
        notes.append(
            Message(
                "map_chosen",
                "The map was chosen on these rows among several, which makes its result slightly optimistic.",
            )
        )
    return notes


def judge(source: Source, schema: Schema, maps: Mapping[str, ScoreMap], engine: Engine) -> JudgeTally:
    """What the maps make of the rows of a schema.

    Raises:
        DataError: There are no such rows.
    """
    weighted: Weight | None = None
    if schema.columns.weight is not None:
        classes = weigh(source, schema, engine)
        weighted = None if classes is None else classes[0].merge(classes[1])
    tally = engine.fold(source, JudgePlan(schema, maps, Reliability.empty(weighted)))
    if not tally.judged[AS_IS].losses[LOG_LOSS.name].weight.n:
        raise no_rows(source, schema)
    return tally


@dataclass(slots=True)
class Judged:
    """The losses of one map, their differences to those as they are, and its probabilities in bins."""

    losses: dict[str, MeanLoss]
    less: dict[str, MeanLoss]
    reliability: Reliability

    def merge(self, other: Judged) -> Judged:
        """Those of the rows of both."""
        return Judged(
            {name: own.merge(other.losses[name]) for name, own in self.losses.items()},
            {name: own.merge(other.less[name]) for name, own in self.less.items()},
            self.reliability.merge(other.reliability),
        )

    def to_bytes(self) -> bytes:
        """All of it as bytes."""
        losses = [own[name].to_bytes() for own in (self.losses, self.less) for name in LOSSES]
        return pack_all("judged_map", {}, [self.reliability.to_bytes(), *losses])

    @classmethod
    @refusing
    def from_bytes(cls, raw: bytes) -> Judged:
        """The inverse of :meth:`to_bytes`."""
        _, (reliability, *losses) = unpack_all("judged_map", raw)
        means = list(map(MeanLoss.from_bytes, losses))
        first, second = (dict(zip(LOSSES, own, strict=True)) for own in (means[: len(LOSSES)], means[len(LOSSES) :]))
        return cls(first, second, Reliability.from_bytes(reliability))

    def estimates(self, options: Options) -> dict[str, Estimate]:
        """Log loss, Brier score, calibration error."""
        by_map = {name: mean_estimate(own, 0.0, options) for name, own in self.losses.items()}
        curve = reliability_curve(Groups.of(self.reliability).equal_width(WIDTHS), options)
        n = self.losses[LOG_LOSS.name].weight.n
        return by_map | {"expected_calibration_error": Estimate(curve.error, level=options.level, n=n)}

    def differences(self, options: Options) -> dict[str, Estimate]:
        """Log loss and Brier score minus those of the probabilities as they are."""
        return {name: mean_estimate(own, -math.inf, options) for name, own in self.less.items()}


def mean_estimate(state: MeanLoss, least: float, options: Options) -> Estimate:
    """The mean of a loss."""
    measured = mean_loss(state)
    return options.estimate(measured.mean, mean_interval(measured, options.level, least), state.weight.n)


@dataclass(frozen=True, slots=True)
class JudgePlan:
    """Sums the losses of mapped probabilities.

    Attributes:
        schema: What the columns mean.
        maps: The maps, by method.
        empty: An empty state of the probabilities in bins.
    """

    schema: Schema
    maps: Mapping[str, ScoreMap]
    empty: Reliability

    @property
    def uses(self) -> Mapping[str, Use]:
        """All columns."""
        return self.schema.uses

    def start(self) -> JudgeTally:
        """An empty tally."""
        none = dict.fromkeys(LOSSES, MeanLoss())
        return JudgeTally(self, {name: Judged(none, none, self.empty) for name in (AS_IS, *self.maps)})

    @refusing
    def read(self, raw: bytes) -> JudgeTally:
        """The tally of these bytes."""
        header, parts = unpack_all("judged", raw)
        named = zip((AS_IS, *self.maps), map(Judged.from_bytes, parts), strict=True)
        return JudgeTally(self, dict(named), header["dropped"])


@dataclass(slots=True)
class JudgeTally:
    """What the maps made of the rows that were seen."""

    plan: JudgePlan
    judged: dict[str, Judged]
    dropped: int = 0

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the rows of a piece."""
        batch = encode(piece, self.plan.schema, threads)
        self.dropped += batch.dropped
        plain_ = batch.scores[0].astype(np.float64)
        before = losses_of(batch.target, plain_)
        for name in self.judged:
            mapped = plain_ if name == AS_IS else self.plan.maps[name](plain_)
            after = before if name == AS_IS else losses_of(batch.target, mapped)
            judged = Judged(
                {loss: MeanLoss.of(after[loss], batch.weight, threads) for loss in LOSSES},
                {loss: MeanLoss.of(after[loss] - before[loss], batch.weight, threads) for loss in LOSSES},
                self.plan.empty.plus(mapped, batch.target, batch.weight, threads),
            )
            self.judged[name] = self.judged[name].merge(judged)

    def merge(self, other: Self) -> Self:
        """Those of the rows of both."""
        self.judged = {name: own.merge(other.judged[name]) for name, own in self.judged.items()}
        self.dropped += other.dropped
        return self

    def to_bytes(self) -> bytes:
        """The tally as bytes."""
        return pack_all("judged", {"dropped": self.dropped}, [own.to_bytes() for own in self.judged.values()])


def losses_of(target: NDArray[np.uint8], probability: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """The log loss and the Brier loss of each row."""
    both = np.column_stack([1 - probability, probability])
    log_loss, _ = class_losses(target.astype(np.int32), both, 1)
    return {LOG_LOSS.name: log_loss, BRIER_SCORE.name: (probability - target) ** 2}
