"""``gnomon.compare``: from the predictions of two models or more on the same rows to what their differences say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gnomon.calling import EngineChoice, IntervalChoice, MissingChoice, ScaleChoice, TaskChoice, verb
from gnomon.comparison.choices import Choices
from gnomon.comparison.deciding import (
    asked_of,
    at_thresholds,
    check_decidable,
    corrected,
    decisions_of,
    formulas_of,
    how_chosen,
    notes_on,
)
from gnomon.comparison.differences import Paired
from gnomon.comparison.joining import joined
from gnomon.comparison.judging import ByMeasure, Margins, judged
from gnomon.comparison.models import ModelColumns, check_models, models_of, of_model
from gnomon.comparison.reading import ModelRows, check_memory, read_all
from gnomon.comparison.result import Comparison
from gnomon.decision.resampled import Resampled
from gnomon.decision.threshold import ThresholdDecision
from gnomon.engines import engine_of
from gnomon.engines.base import Engine, Progress
from gnomon.errors import UsageError
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.arguments.sources import (
    BESIDE,
    Named,
    column_labels,
    column_name,
    column_names,
    columns_of,
    is_array,
    mask_of,
    open_beside,
    open_named,
    subset_of,
)
from gnomon.evaluation.diagnostics.advice import advise
from gnomon.evaluation.evaluate import assemble
from gnomon.evaluation.provenance import gnomon_version
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.kernels.threads import thread_count
from gnomon.measures.measure import Measure
from gnomon.measures.registry import asked as measures_of
from gnomon.message import Message, in_series, word
from gnomon.schema.labels import label_order
from gnomon.schema.request import Request
from gnomon.schema.resolve import resolve
from gnomon.schema.schema import Columns, Schema, Subset
from gnomon.schema.survey import Survey
from gnomon.sources.arrays import ArraySource, check_aligned
from gnomon.sources.base import Source, Use
from gnomon.thresholds.goal import make_goal

TARGET = "y_true"


@dataclass(frozen=True, slots=True)
class Opened:
    """Where the rows are.

    Attributes:
        source: All of them.
        models: The columns of each model.
        shared: The columns that all have: true values, weights, clusters, ids, and which rows take part.
    """

    source: Source
    models: Mapping[str, ModelColumns]
    shared: Columns


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
    opened = open_models(data, others, target, (score, prediction), (weight, cluster, split, id), options.threads)
    names = list(opened.models)
    requests = {
        name: Request(
            replace(
                opened.shared,
                predictions=own.predictions,
                scores=own.scores,
                others=tuple(each for other in opened.models.values() if other is not own for each in other.names),
            ),
            own.either,
            by_place=own.by_place,
            task=task,
            classes=classes,
            positive=positive,
            threshold=of_model("threshold", threshold, name, names),
            scale=of_model("scale", scale, name, names) or "probability",
            missing=missing,
        )
        for name, own in opened.models.items()
    }
    with running:
        schemas = alike(opened.source, requests, running)
        options.check_clusters(next(iter(schemas.values())).columns.cluster)
        check_memory(opened.source, list(schemas.values()), memory, running)
        decisions: dict[str, ThresholdDecision] = {}
        resampled: list[Resampled] = []
        if wanted is not None:
            check_decidable(wanted, schemas, threshold)
            decisions, resampled, highest = decisions_of(wanted, opened.source, schemas, options, running)
            schemas = at_thresholds(schemas, decisions, highest)
        rows_read, models = evaluated(opened.source, schemas, options, running)
        models |= {name: corrected(models[name], own) for name, own in decisions.items()}
    rows, fitted = rows_read.rows, rows_read.fitted
    said = split if isinstance(split, str) or split is None else "split"
    left_out = (
        [
            Message(
                "fitted_rows_left_out",
                "{fitted:,} rows that models were fitted on are left out ({said}).",
                fitted=fitted,
                said=said,
            )
        ]
        if fitted
        else []
    )
    choices, formulas = None, {}
    if wanted is not None:
        formulas = formulas_of(wanted, float(rows_read.summaries[0].rows.total))
        choices = Choices(rows, resampled, formulas, options.threads)
    paired = Paired(rows, list(schemas.values()), list(models.values()), options, choices)
    chosen = [] if wanted is None else [how_chosen(wanted)]
    return Comparison(
        models,
        judged(paired.differences(), models, margins, paired.clusters, tuple(formulas)),
        len(rows.target),
        options.level,
        (*left_out, *chosen, *notes_of({name: own.notes for name, own in models.items()}, notes_on(decisions))),
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
        decisions,
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


def open_models(
    data: Any,
    others: tuple[Any, ...],
    target: str | Sequence[str] | None,
    said: tuple[Any, Any],
    shared: tuple[Any, Any, Any, str | None],
    threads: int,
) -> Opened:
    """Where the rows of all models are: columns of one place, joined from several, or arrays.

    Args:
        data: What came first.
        others: What came after it.
        target: The column of true values.
        said: What was said of scores and of predictions.
        shared: What was said of weights, clusters, the split and ids.
        threads: How many threads may read.
    """
    score, prediction = said
    weight, cluster, split, id = shared
    if target is None:
        if id or (split is not None and not is_array(split)):
            raise UsageError(
                Message(
                    "split_needs_columns",
                    "split= and id= take names of columns\npass a path or a data frame",
                )
            )
        return open_arrays(data, others, said, (weight, cluster, None if split is None else mask_of(split)))
    called = column_name("id", id)
    targets = column_names("target", target)
    if len(targets) > 1:
        raise UsageError(
            Message(
                "compare_one_label",
                "multilabel predictions are compared label by label\npass one target",
            )
        )
    several = each_model(data, others)
    if several is None:
        source, named = open_beside(data, Named(weight=weight, cluster=cluster, split=split))
        names = (column_name("weight", named.weight), column_name("cluster", named.cluster))
        columns = Columns(targets, weight=names[0], cluster=names[1], subset=judges(named.split, source), id=called)
        return Opened(source, models_of(score, prediction), columns)
    names = (column_name("weight", weight), column_name("cluster", cluster))
    if called is None:
        raise UsageError(
            Message(
                "compare_needs_id",
                "rows of several files are matched by a column that identifies them\npass id=... (--id), or put the "
                "predictions side by side in one file",
            )
        )
    check_models(several)
    sources = {name: open_named(own) for name, own in several.items()}
    models = {
        name: ModelColumns(
            column_names("prediction", of_model("prediction", prediction, name, several)),
            column_names("score", of_model("score", score, name, several)),
        )
        for name in several
    }
    subset = judges(split, next(iter(sources.values())))
    uses: tuple[Use, ...] = ("number", "text", "text")
    common = {
        own: use
        for own, use in zip((*names, None if subset is None else subset.column), uses, strict=True)
        if own is not None and own not in targets
    }
    source, renamed = joined(sources, models, called, targets, common, threads)
    return Opened(source, renamed, Columns(targets, weight=names[0], cluster=names[1], subset=subset, id=called))


def judges(split: str | None, source: Source) -> Any:
    """The rows that are compared, if not all are."""
    subset = subset_of(split, source.columns)
    return None if subset is None else subset.others


def each_model(data: Any, others: tuple[Any, ...]) -> dict[str, Any] | None:
    """The data of each model by its name; None where all are in one place."""
    if others:
        several = [data, *others]
        names = [Path(own).stem if isinstance(own, (str, Path)) else f"model {place}"
                 for place, own in enumerate(several, 1)]  # fmt: skip
        if len(set(names)) < len(names):
            raise UsageError(
                Message(
                    "two_files_of_one_name",
                    "two files are called {name!r}\nname the models, dict(old=path, new=path)",
                    name=next(name for name in names if names.count(name) > 1),
                )
            )
        return dict(zip(names, several, strict=True))
    if isinstance(data, Mapping) and data and all(is_data(own) for own in data.values()):
        return {str(name): own for name, own in data.items()}
    return None


def is_data(data: Any) -> bool:
    """Whether something holds rows of named columns, rather than one column."""
    return isinstance(data, (str, Path, Mapping)) or (hasattr(data, "columns") and not hasattr(data, "reshape"))


def open_arrays(data: Any, others: tuple[Any, ...], said: tuple[Any, Any], given: tuple[Any, Any, Any]) -> Opened:
    """Models whose predictions are arrays.

    Raises:
        UsageError: There is nothing to compare, or it is not said whose it is.
    """
    if isinstance(data, (str, Path, Mapping)) or is_data(data):
        raise UsageError(Message("target_missing", "pass the column of true values\ntarget=..."))
    by_place = {f"model {place}": own for place, own in enumerate(others, 1)}
    named = others[0] if len(others) == 1 and isinstance(others[0], Mapping) else by_place
    if any(isinstance(own, Mapping) for own in by_place.values()) and named is by_place:
        raise UsageError(
            Message("models_one_dict", "pass the predictions of the models as one dict by name, or one after another")
        )
    arrays: dict[str, Any] = columns_of(TARGET, data)
    if len(arrays) > 1:
        raise UsageError(
            Message(
                "compare_one_label_array",
                "multilabel predictions are compared label by label\npass one column of true values",
            )
        )
    models: dict[str, dict[str, Any]] = {}
    for part, given_part in (("either", named), ("score", said[0]), ("prediction", said[1])):
        if given_part is not None and not isinstance(given_part, Mapping):
            raise UsageError(
                Message("dict_of_arrays", "{part}= takes a dict from model names to arrays here", part=part)
            )
        for name, values in (given_part or {}).items():
            models.setdefault(str(name), {})[part] = values
    check_models(models)
    said_of = {f"{name} {part}": own for name, parts in models.items() for part, own in parts.items()}
    check_aligned({TARGET: data, **said_of, **dict(zip(BESIDE, given, strict=True))})
    by_model = {}
    for name, given_part in models.items():
        columns = {
            part: columns_of(name if len(given_part) == 1 else f"{name} {part}", values)
            for part, values in given_part.items()
        }
        twice = [each for part in columns.values() for each in part if each in arrays or each in BESIDE]
        if twice:
            raise UsageError(
                Message(
                    "model_name_taken",
                    "a model cannot be called {name!r} here\nchoose another name",
                    name=twice[0],
                )
            )
        either = columns.get("either", {})
        for held in columns.values():
            arrays |= held
        by_model[name] = ModelColumns(
            tuple(columns.get("prediction", ())),
            tuple(columns.get("score", either if len(either) > 1 else ())),
            next(iter(either)) if len(either) == 1 else None,
            all(column_labels(values) is None for values in given_part.values()),
        )
    for name, values in zip(BESIDE, given, strict=True):
        if isinstance(values, str):
            raise UsageError(
                Message(
                    "column_beside_arrays",
                    "{name}={values!r} names a column, but the true values are an array\npass an array",
                    name=name,
                    values=values,
                )
            )
        if values is not None:
            arrays[name] = values
    weight, cluster, split = (name if name in arrays else None for name in BESIDE)
    judging = None if split is None else Subset(split, "True").others
    return Opened(ArraySource(arrays), by_model, Columns((TARGET,), weight=weight, cluster=cluster, subset=judging))


def alike(source: Source, requests: Mapping[str, Request], engine: Engine) -> dict[str, Schema]:
    """What the columns of each model mean: one task, and the same classes.

    Raises:
        UsageError: The columns say different tasks.
    """
    survey = Survey(source, list(requests.values()), engine)
    schemas = {name: resolve(source, own, engine, survey) for name, own in requests.items()}
    tasks = {name: own.task for name, own in schemas.items()}
    if len(set(tasks.values())) > 1:
        said = in_series(Message("", "{name}: {task}", name=name, task=word(own)) for name, own in tasks.items())
        raise UsageError(
            Message(
                "models_of_different_tasks",
                "the models have different tasks ({said})\npass the one that is meant, task=... (--task)",
                said=said,
            )
        )
    if "multilabel" in tasks.values():
        raise UsageError(
            Message(
                "compare_one_label",
                "multilabel predictions are compared label by label\npass one target",
            )
        )
    labels = sorted({label for own in schemas.values() for label in own.labels}, key=label_order)
    if any(len(own.labels) < len(labels) for own in schemas.values()):
        # One model predicts a class that another never does.
        wider = {name: replace(own, classes=labels) for name, own in requests.items()}
        schemas = {name: resolve(source, own, engine, survey) for name, own in wider.items()}
    # The columns of other models are read along, each as its own model has it.
    read_as = {
        name: use
        for own in schemas.values()
        for name, use in own.uses.items()
        if name in (*own.columns.targets, *own.columns.predictions, *own.columns.scores)
    }
    return {name: replace(own, read_as=read_as) for name, own in schemas.items()}


def evaluated(
    source: Source, schemas: Mapping[str, Schema], options: Options, engine: Engine
) -> tuple[ModelRows, dict[str, Evaluation]]:
    """The rows, and the evaluation of each model, from one reading."""
    read, readings = read_all(source, schemas, engine, options.measures)
    models = {}
    for (name, reading), summary in zip(readings.items(), read.summaries, strict=True):
        made = assemble(source, reading.schema, summary, options, reading)
        models[name] = replace(made, advice=advise(made))
    return read, models
