"""``gnomon.evaluate``: the way from data to an evaluation, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, cast

from gnomon.calling import EngineChoice, ExactChoice, IntervalChoice, MissingChoice, ScaleChoice, TaskChoice, verb
from gnomon.engines import engine_of
from gnomon.engines.base import Progress
from gnomon.evaluation.arguments.options import Options, check_asked
from gnomon.evaluation.arguments.retention import losses_of, retention_for
from gnomon.evaluation.arguments.sources import Named, opened
from gnomon.evaluation.baseline.baseline import baseline_of
from gnomon.evaluation.diagnostics.advice import advise
from gnomon.evaluation.diagnostics.agreement import agreement_notes
from gnomon.evaluation.diagnostics.calibration import calibration_of
from gnomon.evaluation.diagnostics.clustered_calibration import ClusteredCalibration
from gnomon.evaluation.diagnostics.error_analysis import most_confused, residuals_by_prediction
from gnomon.evaluation.diagnostics.scatter import scatter_of
from gnomon.evaluation.diagnostics.slice_differences import SliceComparison, compared
from gnomon.evaluation.estimates.binary import evaluate_binary
from gnomon.evaluation.estimates.clustered import Clustered
from gnomon.evaluation.estimates.draft import Draft, matrix_of
from gnomon.evaluation.estimates.multiclass import evaluate_multiclass
from gnomon.evaluation.estimates.multilabel import evaluate_multilabel
from gnomon.evaluation.estimates.ranking import threshold_table
from gnomon.evaluation.estimates.regression import evaluate_regression
from gnomon.evaluation.estimates.small_samples import warn_of_few
from gnomon.evaluation.provenance import left_out, provenance
from gnomon.evaluation.reading.reading import Reading
from gnomon.evaluation.reading.summary import Summary
from gnomon.evaluation.result.calibration import Calibration
from gnomon.evaluation.result.error_analysis import ErrorAnalysis
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.kernels.threads import thread_count
from gnomon.measures.measure import Measure
from gnomon.measures.probability import BRIER_SCORE
from gnomon.measures.registry import asked
from gnomon.schema.resolve import resolve
from gnomon.schema.schema import Schema, Subset
from gnomon.sources.base import Source
from gnomon.states.paired import PairedPredictions
from gnomon.states.residuals import Amounts


@verb
def evaluate(
    data: Any,
    predicted: Any = None,
    /,
    *,
    target: str | Sequence[str] | None = None,
    prediction: Any = None,
    score: Any = None,
    weight: Any = None,
    slices: str | Sequence[str] | None = None,
    split: Any = None,
    id: str | None = None,
    cluster: Any = None,
    classes: Sequence[Any] | None = None,
    positive: Any = None,
    task: TaskChoice = "auto",
    threshold: float | None = None,
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
) -> Evaluation:
    """Evaluates predictions: every measure with its interval, its support and, if undefined, the reason.

    Two ways to call it. With arrays: ``evaluate(y_true, y_score)`` or ``evaluate(y_true, y_pred)``; floats
    for a target of two classes, and arrays of shape (rows, classes), are scores, the rest are predictions
    (``score=`` and ``prediction=`` take arrays too, and say which they are). With named columns:
    ``evaluate(data, target="y", score="p")``, where ``data`` is a file, a folder of files, a data frame or
    a mapping of columns.

    Args:
        data: The true values (array-like of shape (rows,)), or the data that holds the named columns: a path
            to a CSV (also compressed), Parquet, Feather/Arrow or JSON-lines file, a folder of them, a pattern such
            as ``"day=*/*.parquet"`` or a list of paths (folders named ``column=value`` are a column); a pandas,
            Polars or PyArrow table; anything with the Arrow PyCapsule interface; a dict of columns.
        predicted: Predictions or scores, when ``data`` holds the true values.
        target: Name of the column of true values; of a multilabel task a list of columns of 0 and 1, one for each
            label (or ``data`` is an array of shape (rows, labels)). Where each row has exactly one of them they are
            the classes of a multiclass task, if scores that sum to 1 or ``task`` say so.
        prediction: Name of the column (or the array) of predicted labels or amounts; of a multilabel task one for
            each label.
        score: Name of the column (or the array) of scores of the positive class; for a multiclass or multilabel
            task a list of columns (or an array of shape (rows, classes)), one for each class or label. Columns called
            as the classes are (``p_cat``, ``p_dog``) are matched by name; others, and the columns of an array, are in
            sorted order or in the order of ``classes``. Of two classes an array may have both columns.
        weight: Name of the column (or the array) of row weights, 0 or more; rows of weight 0 are ignored.
        slices: Names of columns whose values divide the rows; every slice is evaluated by itself as well, in the same
            pass, as ``ev.slices[column][value]``, the value as text. Rows without one are the slice ``"(missing)"``.
            A column may have 10,000 values.
        split: The rows that the model was fitted on, as ``"column=value"``, such as ``"part=train"``: all other rows
            (or those of a second value, ``"part=train,test"``) are evaluated, and these are, for comparison,
            ``ev.train``. Or an array of shape (rows,), True for the rows that it was fitted on, which the main result
            leaves out.
        id: Name of a column that says what rows are called; without one they are called by their number.
        cluster: Name of a column (or the array) that says which rows belong together, such as those of one patient:
            intervals then allow for what rows of a cluster have in common.
        classes: The class labels, where not all of them occur in the data or their order is another; of a
            multilabel task what the labels are called.
        positive: The label of the positive class; needed unless the labels are 0/1, False/True or -1/1.
        task: ``"binary"``, ``"multiclass"``, ``"multilabel"``, ``"regression"``, or ``"auto"`` to tell from the
            columns.
        threshold: A row is predicted positive at ``score >= threshold``. None means 0.5 for probabilities
            and no threshold for other scores.
        scale: ``"probability"`` (scores must lie in [0, 1]) or ``"any"`` (a decision value: only measures
            of ranking, and those of a threshold if one is given).
        measures: Measures besides the usual ones, by name: ``"jaccard"``, ``"f2"``, ``"false_discovery_rate"``,
            ``"diagnostic_odds_ratio"``, of several classes ``"jaccard_macro"``, ... (docs/measures.md lists them); or
            what :func:`gnomon.measure` made. Those of one class stand in ``per_class`` where there are several.
        interval: ``"auto"`` chooses a method for each measure; ``"percentile"`` or ``"bca"`` take 1,000 bootstrap
            replicates of the merged summary where a measure has them (confusion matrix and ranking); ``"none"`` leaves
            intervals out.
        level: Confidence level of the intervals.
        seed: Seed of the bootstrap; the same seed gives the same interval for any partition and threads.
        missing: ``"error"``, or ``"drop"`` to leave out rows with a missing value (noted in the result).
        exact: ``"auto"`` keeps all scores, for exact ranking measures, while they fit into the memory; beyond, they are
            counted in bins, and ranking measures are certain within their ``bound``. ``True`` reads the data again in
            ranges of the scores instead (a binary task; its larger slices stay certified), ``False`` counts in bins at
            any size.
        memory: How much memory kept rows may take: a number of bytes, or such as ``"2GiB"``; None for half of what is
            available.
        engine: What reads and counts the rows: ``"threads"`` of this process, or ``"processes"``, each with an
            interpreter of its own, which take about a second to start. The result is the same.
        threads: How many threads, or processes; None for the CPUs that this process may use (or ``GNOMON_THREADS``).
        progress: Called as rows are read, from any thread, with how many were read so far and how many there are
            (None if that is not known), at least once for each partition; when rows are read again it begins anew.

    Returns:
        A frozen :class:`gnomon.Evaluation`.

    Raises:
        UsageError: The arguments contradict each other or the data (a column named twice, no ``positive``).
        SourceError: The file or folder cannot be read.
        ColumnError: A column is missing, of the wrong type or of another length.
        DataError: A missing or infinite value, a probability outside [0, 1], an unknown label, one class only.
        EngineError: A worker process ended, as where memory runs out, or what is to be computed cannot be sent to it.

    Examples:
        >>> import gnomon
        >>> ev = gnomon.evaluate([0, 0, 0, 1, 1, 1], [0.1, 0.4, 0.6, 0.35, 0.8, 0.9])
        >>> ev["roc_auc"]
        Estimate(0.7778 [0.3173, 0.9604], n=6, newcombe)
        >>> ev.confusion
        true \\ predicted  0  1
        0                 2  1
        1                 1  2
        >>> gnomon.evaluate(["cat", "dog", "cat"], ["cat", "dog", "dog"], positive="cat")["recall"].value
        0.5
        >>> gnomon.evaluate([1.5, 2.0, 3.5], [1.0, 2.0, 4.0])["mae"].value
        0.3333333333333333
    """
    options = Options(interval, level, seed, thread_count(threads), engine, asked(measures))
    running = engine_of(engine, options.threads, progress)
    source, request = opened(
        (data, predicted),
        Named(target, prediction, score, weight, slices, split, id, cluster),
        task=task, classes=classes, positive=positive, threshold=threshold, scale=scale, missing=missing,
    )  # fmt: skip

    def of(subset: Subset | None) -> Evaluation:
        part_schema = replace(schema, columns=replace(schema.columns, subset=subset))
        options.check_clusters(part_schema.columns.cluster)
        chosen = retention_for(source, part_schema, exact, memory, running)
        chosen = replace(chosen, losses=losses_of(options.measures, part_schema.task))
        reading = Reading(source, part_schema, chosen, running)
        return assemble(source, part_schema, reading.summary(), options, reading)

    with running:
        schema = resolve(source, request, running)
        fitted = schema.columns.subset
        evaluation = of(None) if fitted is None else replace(of(fitted.others), train=of(fitted))
    return replace(evaluation, advice=advise(evaluation))


def assemble(source: Source, schema: Schema, summary: Summary, options: Options, reading: Reading) -> Evaluation:
    """The evaluation of a summary, and of each of its slices."""
    draft = draft_of(summary, schema, options, reading)
    clustered = clusters_of(draft, summary, schema, options)
    whole = evaluation_of(draft, summary, schema)
    check_asked(options.measures, [*whole, *(name for own in whole.per_class.values() for name in own)], schema.task)
    slices = slices_of(summary, whole, schema, options, reading)
    return replace(
        whole,
        curves=draft.curves,
        thresholds=None
        if draft.order is None
        else threshold_table(draft.order, None, None if clustered is None else clustered.rows, options.measures),
        baseline=baseline_of(draft, summary, schema, options, clustered),
        errors=errors_of(draft, summary, schema, options, clustered),
        calibration=calibration(draft, summary, schema, options, reading, clustered),
        slices=slices.slices,
        notes=(
            *left_out(summary.dropped),
            *agreement_notes(summary, schema),
            *draft.notes,
            *reading.notes(draft.estimates),
            *slices.notes,
            *schema.notes,
            *source.notes,
        ),
        provenance=provenance(source, schema, summary, options) | {"ranking": reading.retention.ranking},
    )


def clusters_of(draft: Draft, summary: Summary, schema: Schema, options: Options) -> Clustered | None:
    """The rows by cluster, once the intervals of the draft allow for them; None where rows are independent."""
    if schema.columns.cluster is None:
        return None
    clustered = Clustered(cast(PairedPredictions, summary.states["panel"]).rows(), schema, options)
    clustered.widen(draft)
    return clustered


def errors_of(
    draft: Draft, summary: Summary, schema: Schema, options: Options, clustered: Clustered | None
) -> ErrorAnalysis:
    """Where the model errs."""
    kept = summary.states.get("errors")
    return ErrorAnalysis(
        summary.worst.rows,
        () if draft.confusion is None else most_confused(draft.confusion, schema.names),
        residuals_by_prediction(kept, options, None if clustered is None else clustered.rows)
        if isinstance(kept, Amounts)
        else (),
        scatter_of(kept, options.threads) if isinstance(kept, Amounts) else None,
    )


def calibration(
    draft: Draft,
    summary: Summary,
    schema: Schema,
    options: Options,
    reading: Reading,
    clustered: Clustered | None,
) -> Calibration | None:
    """The calibration of probabilities, where rows of both classes have one."""
    if draft.order is None or not schema.probabilities:
        return None
    (hull,) = draft.order.curves("hull")
    brier = draft.estimates[BRIER_SCORE.name].value
    clusters = None if clustered is None else ClusteredCalibration(clustered.rows, options.threads)
    return calibration_of(reading.reliability(summary), brier, hull, summary.rows, options, clusters)


def draft_of(summary: Summary, schema: Schema, options: Options, reading: Reading) -> Draft:
    """The parts of an evaluation, by the task."""
    if schema.task == "binary":
        draft = evaluate_binary(summary, schema, options, reading)
    elif schema.task == "multiclass":
        draft = evaluate_multiclass(summary, schema, options)
    elif schema.task == "multilabel":
        draft = evaluate_multilabel(summary, schema, options)
    else:
        draft = evaluate_regression(summary, schema, options)
    warn_of_few(draft, schema, summary.rows)
    return draft


def evaluation_of(draft: Draft, summary: Summary, schema: Schema) -> Evaluation:
    """What a slice has in common with the whole: the estimates and the counts."""
    return Evaluation(
        task=schema.task,
        n=summary.rows.n,
        estimates=draft.estimates
        | {name: replace(draft.estimates[name], warning=doubt) for name, doubt in draft.doubts.items()},
        classes=schema.names,
        positive=schema.names[1] if schema.task == "binary" else None,
        threshold=schema.threshold,
        per_class=draft.per_class,
        confusion=matrix_of(draft.confusion, schema.names),
        confusions={label: matrix for label, own in draft.confusions.items() if (matrix := matrix_of(own, ("0", "1")))},
    )


def slices_of(
    summary: Summary, whole: Evaluation, schema: Schema, options: Options, reading: Reading
) -> SliceComparison:
    """The evaluation of each slice, several at a time, and its differences to the rest."""
    alone, of_slices = replace(options, threads=1), reading.of_slices()

    def one(summary: Summary) -> Evaluation:
        draft = draft_of(summary, schema, alone, of_slices)
        clusters_of(draft, summary, schema, alone)
        return evaluation_of(draft, summary, schema)

    with ThreadPoolExecutor(options.threads) as pool:
        slices = {
            column: dict(zip(own, pool.map(one, own.values()), strict=True)) for column, own in summary.slices.items()
        }

    return compared(slices, summary.slices, whole, schema, options, draft_of, of_slices)
