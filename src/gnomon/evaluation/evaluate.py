"""``gnomon.evaluate``: the way from data to an evaluation, step by step."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from gnomon.engines.threads import fold
from gnomon.errors import DataError, MissingValuesError, UsageError
from gnomon.evaluation.binary import evaluate_binary
from gnomon.evaluation.multiclass import evaluate_multiclass
from gnomon.evaluation.notes import remarks
from gnomon.evaluation.options import Options
from gnomon.evaluation.parts import Parts
from gnomon.evaluation.regression import evaluate_regression
from gnomon.evaluation.result import ConfusionMatrix, Evaluation
from gnomon.evaluation.summary import Summary, summarise
from gnomon.kernels.threads import thread_count
from gnomon.schema.batch import encode, refuse_missing
from gnomon.schema.resolve import Request, resolve
from gnomon.schema.schema import Columns, Schema
from gnomon.sources.arrays import ArraySource
from gnomon.sources.base import Piece, Source
from gnomon.sources.files import FileSource
from gnomon.sources.frames import open_frame


def evaluate(
    data: Any,
    predicted: Any = None,
    /,
    *,
    target: str | None = None,
    prediction: Any = None,
    score: Any = None,
    weight: Any = None,
    classes: Sequence[Any] | None = None,
    positive: Any = None,
    task: str = "auto",
    threshold: float | None = None,
    scale: str = "probability",
    interval: str = "auto",
    level: float = 0.95,
    seed: int = 0,
    missing: str = "error",
    threads: int | None = None,
) -> Evaluation:
    """Evaluates predictions: every measure with its interval, its support and, if undefined, the reason.

    Two ways to call it. With arrays: ``evaluate(y_true, y_score)`` or ``evaluate(y_true, y_pred)``; floats
    for a target of two classes, and arrays of shape (rows, classes), are scores, the rest are predictions
    (``score=`` and ``prediction=`` take arrays too, and say which they are). With named columns:
    ``evaluate(data, target="y", score="p")``, where ``data`` is a file, a folder of files, a data frame or
    a mapping of columns.

    Args:
        data: The true values (array-like of shape (rows,)), or the data that holds the named columns: a path
            to a CSV (also compressed), Parquet, Feather/Arrow or JSON-lines file or a folder of them; a
            pandas, Polars or PyArrow table; anything with the Arrow PyCapsule interface; a dict of columns.
        predicted: Predictions or scores, when ``data`` holds the true values.
        target: Name of the column of true values.
        prediction: Name of the column (or the array) of predicted labels or amounts.
        score: Name of the column (or the array) of scores of the positive class; for a multiclass task a
            list of columns (or an array of shape (rows, classes)), one for each class in sorted order or in
            the order of ``classes``.
        weight: Name of the column (or the array) of row weights, 0 or more; a row of weight 0 is no row.
        classes: The class labels, where not all of them occur in the data or their order is another.
        positive: The label that the model looks for; needed unless the labels are 0/1, False/True or -1/1.
        task: ``"binary"``, ``"multiclass"``, ``"regression"``, or ``"auto"`` to tell from the columns.
        threshold: A row is predicted positive at ``score >= threshold``. None means 0.5 for probabilities
            and no threshold for other scores.
        scale: ``"probability"`` (scores must lie in [0, 1]) or ``"any"`` (a decision value: only measures
            of ranking, and those of a threshold if one is given).
        interval: ``"auto"`` chooses a method for each measure, ``"none"`` leaves intervals out.
        level: Confidence level of the intervals.
        seed: Seed of the bootstrap; the same seed gives the same interval for any partition and threads.
        missing: ``"error"``, or ``"drop"`` to leave out rows with a missing value (noted in the result).
        threads: How many threads; None for the CPUs that this process may use (or ``GNOMON_THREADS``).

    Returns:
        A frozen :class:`gnomon.Evaluation`.

    Raises:
        UsageError: The arguments contradict each other or the data (a column named twice, no ``positive``).
        SourceError: The file or folder cannot be read.
        ColumnError: A column is missing, of the wrong type or of another length.
        DataError: A missing or infinite value, a probability outside [0, 1], an unknown label, one class only.

    Examples:
        >>> import gnomon
        >>> ev = gnomon.evaluate([0, 0, 0, 1, 1, 1], [0.1, 0.4, 0.6, 0.35, 0.8, 0.9])
        >>> ev["roc_auc"]
        Estimate(0.7778 [0.173, 0.9832], n=6, delong)
        >>> ev.confusion
        true \\ predicted  0  1
        0                 2  1
        1                 1  2
        >>> gnomon.evaluate(["cat", "dog", "cat"], ["cat", "dog", "dog"], positive="cat")["recall"].value
        0.5
        >>> gnomon.evaluate([1.5, 2.0, 3.5], [1.0, 2.0, 4.0])["mae"].value
        0.3333333333333333
    """
    options = Options(interval, level, seed, thread_count(threads))
    if predicted is None and target is not None:
        source = open_named(data)
        names = {part: column_name(part, own) for part, own in (("prediction", prediction), ("weight", weight))}
        columns = Columns(column_name("target", target) or "", names["prediction"], score_names(score), names["weight"])
        request = Request(columns, None, task, classes, positive, threshold, scale, missing)
    else:
        source, columns, either = open_arrays(data, predicted, target, prediction, score, weight)
        request = Request(columns, either, task, classes, positive, threshold, scale, missing)
    schema = resolve(source, request, options.threads)
    summary = summarise_source(source, schema, options.threads)
    return assemble(source, schema, summary, options)


def open_named(data: Any) -> Source:
    """A source with named columns.

    Raises:
        UsageError: The data has none.
    """
    if isinstance(data, (str, Path)):
        if not str(data).strip():
            raise UsageError("the path is empty: name a file or a folder")
        return FileSource(Path(data))
    source = open_frame(data)
    if source is None:
        raise UsageError(
            f"target= names a column, but {type(data).__name__} has no named columns: pass a path or a data frame, "
            "or the two arrays alone"
        )
    return source


def open_arrays(
    data: Any, predicted: Any, target: Any, prediction: Any, score: Any, weight: Any
) -> tuple[Source, Columns, str | None]:
    """A source over arrays, its columns, and the one that is a prediction or a score as its values say.

    Raises:
        UsageError: The true values, or what to compare with them, are missing.
    """
    if isinstance(data, (str, Path, Mapping)) or (hasattr(data, "columns") and not hasattr(data, "reshape")):
        raise UsageError("name the column of true values: target=...")
    if target is not None:
        raise UsageError("target= names a column: with arrays the true values are the first argument")
    if predicted is not None and (prediction is not None or score is not None):
        raise UsageError("pass predictions or scores once: as the second argument or by name")
    for name, value in (("prediction", prediction), ("score", score), ("weight", weight)):
        if isinstance(value, str):
            raise UsageError(f"{name}={value!r} names a column, but the true values came as an array: pass an array")
    arrays: dict[str, Any] = {"y_true": data}
    either, names = None, dict.fromkeys(("prediction", "weight"))
    scores: tuple[str, ...] = ()
    if predicted is not None and not is_matrix(predicted):
        either = "y_pred"
        arrays[either] = predicted
    matrix = predicted if either is None and predicted is not None else score
    if matrix is not None:
        table = np.asarray(matrix) if is_matrix(matrix) else None
        split = {"y_score": matrix} if table is None else {f"y_score[{i}]": table[:, i] for i in range(table.shape[1])}
        arrays |= split
        scores = tuple(split)
    for name, label, value in (("prediction", "y_pred", prediction), ("weight", "weight", weight)):
        if value is not None:
            arrays[label] = value
            names[name] = label
    return ArraySource(arrays), Columns("y_true", names["prediction"], scores, names["weight"]), either


def is_matrix(values: Any) -> bool:
    """Whether an array has several columns; one of shape (rows, 1) is a column."""
    shape = getattr(values, "shape", None)
    if shape is None and isinstance(values, (list, tuple)) and values and isinstance(values[0], (list, tuple)):
        shape = (len(values), len(values[0]))
    return shape is not None and len(shape) == 2 and shape[1] != 1


def column_name(part: str, name: Any) -> str | None:
    """A column's name.

    Raises:
        UsageError: Something else was passed.
    """
    if name is None or isinstance(name, str):
        return name
    raise UsageError(f"{part}= takes a column's name here, not {type(name).__name__}")


def score_names(score: Any) -> tuple[str, ...]:
    """The names of the score columns."""
    if score is None:
        return ()
    names = [score] if isinstance(score, str) else list(score)
    if not names or not all(isinstance(name, str) for name in names):
        raise UsageError("score= takes a column's name, or a list of names, here")
    return tuple(names)


def summarise_source(source: Source, schema: Schema, threads: int) -> Summary:
    """The fold over the source.

    Raises:
        DataError: There are no rows, or values are missing (then all of them are counted).
    """

    def of_piece(piece: Piece, share: int) -> Summary:
        return summarise(encode(piece, schema, share), schema, share)

    try:
        summary = fold(source.pieces(schema.numeric), of_piece, threads)
    except MissingValuesError:
        refuse_missing(source, schema)
        raise
    if summary is None or not summary.rows.n:
        left_out = " once rows with missing values are left out" if summary is not None and summary.dropped else ""
        raise DataError(f"{source.name} has no rows to evaluate{left_out}")
    return summary


def assemble(source: Source, schema: Schema, summary: Summary, options: Options) -> Evaluation:
    """The evaluation of a summary."""
    if schema.task == "binary":
        parts = evaluate_binary(summary, schema, options)
    elif schema.task == "multiclass":
        parts = evaluate_multiclass(summary, schema, options)
    else:
        parts = evaluate_regression(summary, options)
    return Evaluation(
        task=schema.task,
        n=summary.rows.n,
        estimates=parts.estimates,
        classes=schema.names,
        positive=schema.names[1] if schema.task == "binary" else None,
        threshold=schema.threshold,
        per_class=parts.per_class,
        confusion=matrix_of(parts, schema),
        curves=parts.curves,
        baseline=baseline_form(parts),
        notes=(*remarks(parts, summary, schema), *parts.notes, *schema.notes, *source.notes),
        provenance=provenance(source, schema, summary, options),
    )


def matrix_of(parts: Parts, schema: Schema) -> ConfusionMatrix | None:
    """The confusion matrix, where there is one."""
    state = parts.confusion
    if state is None:
        return None
    weights = None if state.weights is None else state.mass().astype(np.float64)
    return ConfusionMatrix(schema.names, state.counts.copy(), weights)


def baseline_form(parts: Parts) -> dict[str, Any]:
    """The baseline in its JSON form."""
    if parts.baseline is None:
        return {}
    return {
        "strategy": parts.baseline.strategy,
        "answer": parts.baseline.answer,
        "estimates": {name: estimate.to_dict() for name, estimate in parts.baseline.estimates.items()},
    }


def provenance(source: Source, schema: Schema, summary: Summary, options: Options) -> dict[str, Any]:
    """Where the numbers came from. Nothing in it depends on the machine's speed, threads or clock."""
    columns = schema.columns
    return {
        "gnomon": version("gnomon"),
        "python": ".".join(map(str, sys.version_info[:3])),
        "numpy": np.__version__,
        "source": source.name,
        "columns": {
            "target": columns.target,
            "prediction": columns.prediction,
            "score": list(columns.scores),
            "weight": columns.weight,
        },
        "rows_dropped": summary.dropped,
        "effective_rows": summary.rows.effective,
        "scale": schema.scale if columns.scores else None,
        "interval": options.interval,
        "level": options.level,
        "seed": int(options.seed),
    }
