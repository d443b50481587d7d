"""``gnomon.compare``: from the predictions of two models or more on the same rows to what their differences say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gnomon.calling import EngineChoice, IntervalChoice, MissingChoice, ScaleChoice, TaskChoice, verb
from gnomon.comparison.deciding import asked_of, check_decidable, how_chosen, notes_on
from gnomon.comparison.judging import ByMeasure, Margins, judged
from gnomon.comparison.measuring import alike, measure, requests_of
from gnomon.comparison.opening import open_models
from gnomon.comparison.result import Comparison
from gnomon.engines import engine_of
from gnomon.engines.base import Progress
from gnomon.errors import UsageError
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.provenance import gnomon_version
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.kernels.threads import thread_count
from gnomon.measures.measure import Measure
from gnomon.measures.registry import asked as measures_of
from gnomon.message import Message
from gnomon.thresholds.goal import make_goal


@verb
def compare(
    data: Any,
    /,
    *others: Any,
    target: str | Sequence[str] | None = None,
    score: Any = None,
    prediction: Any = None,
    weight: Any = None,
    cluster: Any = None,
    split: Any = None,
    id: str | None = None,
    slices: str | Sequence[str] | None = None,
    classes: Sequence[Any] | None = None,
    positive: Any = None,
    task: TaskChoice = "auto",
    threshold: Mapping[str, float] | float | None = None,
    scale: Mapping[str, ScaleChoice] | ScaleChoice = "probability",
    margin: ByMeasure = None,
    minimum_effect: ByMeasure = None,
    measures: str | Measure | Sequence[str | Measure] | None = None,
    goal: str | Measure | None = None,
    costs: Mapping[str, float] | None = None,
    gains: Mapping[str, float] | None = None,
    where: str | Sequence[str] = (),
    periods: float = 1.0,
    interval: IntervalChoice = "auto",
    level: float = 0.95,
    seed: int = 0,
    missing: MissingChoice = "error",
    memory: int | str | None = None,
    engine: EngineChoice = "threads",
    threads: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Compares models on the same rows: every difference with its interval, p-value and verdict.

    Three ways to call it. Several columns of one file or data frame: ``compare(data, target="y", score=["p_old",
    "p_new"])``. Files or data frames joined on a column of ids: ``compare("old.csv", "new.csv", target="y", score="p",
    id="row")``, or ``compare({"old": ..., "new": ...}, ...)``. Arrays: ``compare(y_true, {"old": p_old, "new":
    p_new})``.

    A difference is what the second model of a pair scores minus what the first does. The AUC is compared by DeLong's
    test; accuracy, recall and specificity by McNemar's (mid-p; the exact p-value beside it) with T. Tango's interval
    (1998); losses by the paired t test on each row's difference; all else by the linearised difference (each row's
    influence on both models), or by a paired bootstrap if ``interval`` asks for one. Shares of rows with weights, and
    everything of rows with clusters, are compared by influences. Of more than two models every pair is compared, with
    p-values adjusted by S. Holm (1979) and by Y. Benjamini and Y. Hochberg (1995). docs/decisions/0012-comparison.md
    says why.

    With a goal (``costs=``, ``goal=`` or ``where=``, as in :func:`gnomon.choose_threshold`) each model is compared at
    its own best threshold: ``comparison.decisions["new"]`` is what was chosen, ``comparison.models["new"]["cost"]``
    what it costs per row, corrected for the choice.

    Args:
        data: A file, a folder, a data frame or a mapping of columns; or a dict of a model's name to such; or the true
            values, array-like of shape (rows,).
        others: More files or data frames, each a model's; or with arrays a dict of a model's name to its predictions or
            scores (floats of two classes, and arrays of shape (rows, classes), are scores), or these one by one.
        target: Name of the column of true values.
        score: Of one data: a list of columns, each a model's scores, or a dict of a model's name to its column (for
            many classes to a list of columns). Of several: the column, or columns, that all have, or such a dict.
        prediction: The same for predicted labels or amounts.
        weight: Name of the column (or the array) of row weights.
        cluster: Name of a column (or the array) that says which rows belong together.
        split: The rows that models were fitted on, as ``"column=value"``: they are left out; of ``"part=train,test"``
            only those of the second value are compared. Or an array of shape (rows,), True for the rows to leave out.
        id: Name of the column that says which rows of several data are the same.
        slices: As for :func:`gnomon.evaluate`: the models are compared on the rows of each slice as well
            (``comparison["old", "new"].slices["region"]["north"]["recall"]``), with p-values adjusted for all slices of
            a column. Not with a goal.
        classes: As for :func:`gnomon.evaluate`.
        positive: The label of the positive class; needed unless the labels are 0/1, False/True or -1/1.
        task: ``"binary"``, ``"multiclass"``, ``"regression"``, or ``"auto"`` to tell from the columns.
        threshold: A row is predicted positive at ``score >= threshold``; a dict where models have their own.
        scale: ``"probability"``, or ``"any"`` for decision values; a dict where models differ.
        margin: By how much the second model may be worse and still not count as worse: a number for every measure that
            ends at 1, or a dict of an estimate's name to its margin, such as ``{"roc_auc": 0.005}``.
        minimum_effect: The smallest difference worth detecting, in the same form; ``rows_needed`` says how many rows
            would show it. None for 0.01 of a measure that ends at 1, and for a hundredth of the first model's value of
            any other.
        measures: Measures besides the usual ones, as for :func:`gnomon.evaluate`.
        goal: The measure that the threshold of each model optimises, such as ``"f1"``.
        costs: Or what a row of each cell of the confusion matrix costs: ``{"fn": 10, "fp": 1}``.
        gains: What a row of a cell brings.
        where: What must hold at the thresholds: ``"recall >= 0.95"``, ``"flagged <= 200"``, or several.
        periods: How many periods (days, say) the rows cover: ``flagged`` is limited on average per period.
        interval: ``"auto"``, or ``"percentile"`` or ``"bca"`` for a paired bootstrap of measures of the confusion
            matrix and of the ranking, McNemar's aside; rows with clusters are not resampled.
        level: Confidence level of the intervals; p-values are judged at 1 - level.
        seed: Seed of the bootstrap.
        missing: ``"error"``, or ``"drop"`` to leave out rows that lack a value of any model.
        memory: How much memory the rows may take: a number of bytes, or such as ``"2GiB"``; None for half of what is
            available.
        engine: What reads and counts the rows, as for :func:`gnomon.evaluate`.
        threads: How many threads, or processes; None for the CPUs that this process may use (or ``GNOMON_THREADS``).
        progress: Called with the numbers of rows read and of all rows, as for :func:`gnomon.evaluate`.

    Returns:
        A :class:`gnomon.Comparison`: ``comparison["old", "new"]["roc_auc"]`` is a :class:`gnomon.Difference`,
        ``comparison.models["new"]`` an :class:`gnomon.Evaluation`.

    Raises:
        UsageError: The arguments contradict each other, or there are not two models.
        ColumnError: A column is missing, of the wrong type or of another length.
        DataError: A value is wrong; an id is missing or occurs twice; a true value differs between files.
        EngineError: A worker process ended, as where memory runs out, or what is to be computed cannot be sent to it.

    Examples:
        >>> import gnomon
        >>> y = [0, 0, 0, 0, 1, 1, 1, 1]
        >>> old, new = [0.1, 0.6, 0.4, 0.2, 0.3, 0.8, 0.55, 0.7], [0.1, 0.3, 0.2, 0.4, 0.6, 0.8, 0.7, 0.9]
        >>> comparison = gnomon.compare(y, {"old": old, "new": new})
        >>> comparison["old", "new"]["roc_auc"].value
        0.1875
        >>> comparison["old", "new"]["accuracy"].verdict, comparison["old", "new"]["accuracy"].rows_needed
        ('inconclusive', 22756)
    """
    passed = (data, *others)
    held = [own for each in passed if isinstance(each, dict | list | tuple) for own in dict(enumerate(each)).values()]
    held += [own for each in passed if isinstance(each, dict) for own in each.values()]
    if any(isinstance(own, Evaluation) for own in (*passed, *held)):
        raise UsageError(
            Message(
                "compare_needs_rows",
                "evaluations cannot be compared, as they do not tell which rows they share\npass the rows, "
                "compare(data, target=..., score=[...]), or show the evaluations side by side with gnomon.Evaluations",
            )
        )
    options = Options(interval, level, seed, thread_count(threads), engine, measures_of(measures))
    running = engine_of(engine, options.threads, progress)
    if not options.intervals:
        raise UsageError(
            Message(
                "compare_needs_intervals",
                "compare() requires intervals: interval='none' is not supported",
            )
        )
    margins = Margins(margin, minimum_effect)
    given = any(own is not None for own in (goal, costs, gains)) or where or periods != 1.0
    wanted = make_goal(goal, costs, gains, where, periods) if given else None
    if wanted is not None:
        options = replace(options, measures=(*options.measures, *asked_of(wanted)))
    if wanted is not None and slices:
        raise UsageError(
            Message(
                "slices_and_goal",
                "slices= and a goal ({goal}) were both passed, but the differences of slices are not corrected for the "
                "choice of a threshold\nchoose the thresholds first, then compare at threshold=",
                goal=wanted.text,
            )
        )
    opened = open_models(
        data, others, target, (score, prediction), (weight, cluster, split, id), slices, options.threads
    )
    requests = requests_of(
        opened, threshold=threshold, scale=scale, task=task, classes=classes, positive=positive, missing=missing
    )
    with running:
        schemas = alike(opened.source, requests, running)
        if wanted is not None:
            check_decidable(wanted, schemas, threshold)
        measured = measure(opened, schemas, options, running, memory, wanted)
    said = split if isinstance(split, str) or split is None else "split"
    left_out = (
        [
            Message(
                "fitted_rows_left_out",
                "{fitted:,} rows that models were fitted on are left out ({said}).",
                fitted=measured.fitted,
                said=said,
            )
        ]
        if measured.fitted
        else []
    )
    chosen = [] if wanted is None else [how_chosen(wanted)]
    notes = notes_of({name: own.notes for name, own in measured.models.items()}, notes_on(measured.decisions))
    return Comparison(
        measured.models,
        judged(measured, margins),
        len(measured.rows.target),
        options.level,
        (*left_out, *chosen, *notes),
        {
            "gnomon": gnomon_version(),
            "engine": options.engine,
            "source": opened.source.name,
            "models": {name: list(own.names) for name, own in opened.models.items()},
            "id": opened.shared.id,
            "weight": opened.shared.weight,
            "cluster": opened.shared.cluster,
            "split": said,
            "margin": dict(margin) if isinstance(margin, Mapping) else margin,
            "minimum_effect": dict(minimum_effect) if isinstance(minimum_effect, Mapping) else minimum_effect,
            "interval": options.interval,
            "seed": int(options.seed),
        },
        measured.decisions,
    )


def notes_of(of_models: Mapping[str, Sequence[Message]], more: Mapping[str, Sequence[Message]]) -> list[Message]:
    """Remarks on the rows, which all models share, and those on one model with its name.

    Args:
        of_models: Those on the evaluation of each model.
        more: And on the choice of its threshold, if any.
    """
    models = {name: (*own, *more.get(name, ())) for name, own in of_models.items()}
    every = dict.fromkeys(note for own in models.values() for note in own)
    notes = []
    for note in every:
        having = [name for name, own in models.items() if note in own]
        notes.append(
            note
            if len(having) == len(models)
            else Message("note_of", "{models}: {note}", models=", ".join(having), note=note)
        )
    return notes
