"""What a person passed, as a source and its columns: two arrays, or data whose columns have names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from gnomon.errors import UsageError
from gnomon.message import Message
from gnomon.schema.request import Request
from gnomon.schema.schema import Columns, Subset
from gnomon.sources.arrays import ArraySource, check_aligned
from gnomon.sources.base import Source
from gnomon.sources.files import FileSource
from gnomon.sources.frames import open_frame


@dataclass(frozen=True, slots=True)
class Named:
    """What was said of columns: their names, or the arrays themselves."""

    target: Any = None
    prediction: Any = None
    score: Any = None
    weight: Any = None
    slices: Any = None
    split: Any = None
    id: Any = None
    cluster: Any = None


def opened(data: tuple[Any, Any], named: Named, *, classes: Any, **asked: Any) -> tuple[Source, Request]:
    """The source, and what is asked of it.

    Args:
        data: What came without a name: data with named columns or the true values; predictions or scores.
        named: What was said of columns.
        classes: The class labels, if given.
        asked: The other fields of a :class:`gnomon.schema.request.Request`.

    Raises:
        UsageError: The arguments contradict each other, or the data.
    """
    first, predicted = data
    if predicted is None and named.target is not None:
        source, named = open_beside(first, named)
        columns = Columns(
            column_names("target", named.target),
            column_names("prediction", named.prediction),
            column_names("score", named.score),
            column_name("weight", named.weight),
            column_name("cluster", named.cluster),
            subset=subset_of(named.split, source.columns),
            id=column_name("id", named.id),
        )
        return source, Request(columns, None, classes=classes, slices=slices_of(named.slices), **asked)
    source, columns, either = open_arrays(first, predicted, named)
    if classes is None and len(columns.targets) > 1:
        classes = column_labels(first) or list(map(str, range(len(columns.targets))))
    scores = predicted if named.score is None else named.score
    by_place = column_labels(scores) is None
    return source, Request(columns, either, classes=classes, by_place=by_place, **asked)


def open_beside(data: Any, named: Named) -> tuple[Source, Named]:
    """A source with named columns, and beside them what was passed as an array of its rows, with the names it got.

    Raises:
        UsageError: The data has no named columns, or an array is passed beside files, whose rows it cannot be paired
            with, or is not a mask.
    """
    arrays = {part: own for part in BESIDE if is_array(own := getattr(named, part))}
    if not arrays:
        return open_named(data), named
    if is_paths(data):
        part = next(iter(arrays))
        raise UsageError(
            Message(
                "array_beside_files",
                "{part}= is an array, which cannot be matched with the rows of files\npass the name of one of their "
                "columns",
                part=part,
            )
        )
    check_aligned({"data": data, **arrays})
    columns = open_named(data).columns
    calls = {part: part if part not in columns else f"{part} (array)" for part in arrays}
    if "split" in arrays:
        arrays["split"] = mask_of(arrays["split"])
    source = open_named(data, {calls[part]: own for part, own in arrays.items()})
    said = {part: f"{call}=true" if part == "split" else call for part, call in calls.items()}
    return source, replace(named, **said)


# What may be an array of the rows of a data frame.
BESIDE = ("weight", "cluster", "split")


def is_array(value: Any) -> bool:
    """Whether something holds a value for each row, rather than the name of a column."""
    return value is not None and not isinstance(value, (str, bytes, Mapping)) and hasattr(value, "__len__")


def mask_of(split: Any) -> Any:
    """An array that says which rows something is fitted on.

    Raises:
        UsageError: It is not an array of True and False.
    """
    mask = np.asarray(split)
    if mask.dtype != bool or mask.ndim != 1:
        held = f"of shape {mask.shape}" if mask.ndim != 1 else f"of type {mask.dtype}"
        raise UsageError(
            Message(
                "split_kind",
                "split= takes 'column=value', or a boolean array that is True for the rows to fit on, not an array "
                "{held}",
                held=held,
            )
        )
    return split if hasattr(split, "index") else mask


def slices_of(given: Any) -> tuple[Any, ...]:
    """How to divide the rows: each a text, or a tuple of columns.

    Raises:
        UsageError: Something else was passed.
    """
    if isinstance(given, Mapping):
        raise UsageError(
            Message("slices_names_only", "slices= takes names\nwrite limits of ranges in them: 'age=30,50'")
        )
    asked = [given] if isinstance(given, str) else list(given or ()) if isinstance(given or (), Iterable) else [given]
    for part in asked:
        several = isinstance(part, (list, tuple)) and len(part) > 0 and all(isinstance(name, str) for name in part)
        if not (isinstance(part, str) and part) and not several:
            raise UsageError(
                Message(
                    "slices_kind",
                    "slices= takes names of columns, or tuples of names, not {given!r}",
                    given=part,
                )
            )
    return tuple(asked)


def subset_of(split: Any, columns: Sequence[str]) -> Subset | None:
    """The rows to fit on and those that judge, from ``"column=value"`` or ``"column=value,value"``.

    Raises:
        UsageError: It says something else.
    """
    if split is None:
        return None
    column, separator, value = split.partition("=") if isinstance(split, str) else ("", "", "")
    named_column = next((name for name in columns if isinstance(split, str) and split.startswith(f"{name}=")), None)
    if named_column is not None and "=" in named_column:
        column, value = named_column, split.removeprefix(f"{named_column}=")
    if not (column.strip() and separator and value.strip()):
        raise UsageError(
            Message(
                "split_unclear",
                "split={split!r} does not select rows\npass a column and its value, 'part=train', or two values, "
                "'part=train,test'",
                split=split,
            )
        )
    fit, both, judge = value.partition(",")
    if both and not (fit.strip() and judge.strip() and fit.strip() != judge.strip()):
        raise UsageError(
            Message(
                "split_two_values",
                "split={split!r}\npass at most two values, of the rows to fit on and of those to evaluate on",
                split=split,
            )
        )
    return Subset(column.strip(), fit.strip(), judge.strip() or None)


def is_paths(data: Any) -> bool:
    """Whether something is a path, or several."""
    several = isinstance(data, (list, tuple)) and data and all(isinstance(path, (str, Path)) for path in data)
    return isinstance(data, (str, Path)) or bool(several)


def open_named(data: Any, beside: Mapping[str, Any] | None = None) -> Source:
    """A source with named columns, and arrays of its rows beside them by the names that they get.

    Raises:
        UsageError: The data has no named columns.
    """
    if is_paths(data):
        paths = [data] if isinstance(data, (str, Path)) else list(data)
        if not all(str(path).strip() for path in paths):
            raise UsageError(Message("path_empty", "the path is empty\npass a file or a folder"))
        return FileSource(*map(Path, paths))
    source = open_frame(data, beside)
    if source is None:
        raise UsageError(
            Message(
                "target_without_columns",
                "target= names a column, but {kind} has no named columns\npass a path or a data frame, or two arrays "
                "without target=",
                kind=type(data).__name__,
            )
        )
    return source


def open_arrays(data: Any, predicted: Any, named: Named) -> tuple[Source, Columns, str | None]:
    """A source over arrays, its columns, and the one that is a prediction or a score as its values say.

    Raises:
        UsageError: The true values, or what to compare with them, are missing.
    """
    data, predicted, prediction, score = map(dense, (data, predicted, named.prediction, named.score))
    weight, cluster = named.weight, named.cluster
    frame = hasattr(data, "columns") and not hasattr(data, "reshape")
    several = (
        frame
        and is_matrix(data)
        and is_matrix(next((v for v in (predicted, prediction, score) if v is not None), None))
    )
    if isinstance(data, (str, Path, Mapping)) or (frame and not several):
        raise UsageError(Message("target_missing", "pass the column of true values\ntarget=..."))
    masked = is_array(named.split)
    for part, given in (("slices", named.slices), ("split", None if masked else named.split), ("id", named.id)):
        if given:
            raise UsageError(
                Message(
                    "names_columns",
                    "{part}= names columns\npass a path or a data frame",
                    part=part,
                )
            )
    if named.target is not None:
        raise UsageError(
            Message(
                "target_with_arrays",
                "target= names a column: with arrays, the true values are the first argument",
            )
        )
    if predicted is not None and (prediction is not None or score is not None):
        raise UsageError(
            Message(
                "predictions_twice",
                "predictions or scores were passed twice: as the second argument and by name",
            )
        )
    for name, value in (("prediction", prediction), ("score", score), ("weight", weight), ("cluster", cluster)):
        if isinstance(value, str):
            raise UsageError(
                Message(
                    "column_beside_arrays",
                    "{name}={values!r} names a column, but the true values are an array\npass an array",
                    name=name,
                    values=value,
                )
            )
    check_aligned(
        {"y_true": data, "y_pred": predicted, "prediction": prediction, "score": score, "weight": weight,
         "cluster": cluster, "split": named.split if is_array(named.split) else None}
    )  # fmt: skip
    arrays = columns_of("y_true", data)
    targets = tuple(arrays)
    either = None
    if predicted is not None and len(targets) > 1:  # as for two classes: floats are scores, the rest predictions
        if np.asarray(predicted).dtype.kind == "f":
            score = predicted
        else:
            prediction = predicted
    elif predicted is not None and is_matrix(predicted):
        score = predicted
    elif predicted is not None:
        either = "y_pred"
        arrays[either] = predicted
    predictions = {} if prediction is None else columns_of("y_pred", prediction)
    scores = {} if score is None else columns_of("y_score", score)
    split = mask_of(named.split) if masked else None
    others = {name: own for name, own in zip(BESIDE, (weight, cluster, split), strict=True) if own is not None}
    arrays |= predictions | scores | others
    known = {name: name for name in others}
    columns = Columns(
        targets, tuple(predictions), tuple(scores), known.get("weight"), known.get("cluster"),
        subset=Subset("split", "True") if masked else None,
    )  # fmt: skip
    return ArraySource(arrays), columns, either


def dense(values: Any) -> Any:
    """A sparse matrix as an array; anything else as it is."""
    return values.toarray() if hasattr(values, "toarray") and hasattr(values, "nnz") else values


def columns_of(name: str, values: Any) -> dict[str, Any]:
    """An array as one column, or a matrix as several, by name."""
    if not is_matrix(values):
        return {name: values}
    table = np.asarray(values)
    if not table.shape[1]:
        raise UsageError(
            Message("without_columns", "{name} has shape {shape} and so no columns", name=name, shape=table.shape)
        )
    labels = column_labels(values) or list(map(str, range(table.shape[1])))
    return {f"{name}[{label}]": table[:, number] for number, label in enumerate(labels)}


def column_labels(values: Any) -> list[str] | None:
    """What the columns of a data frame are called; None where they are only numbered, or it is not a frame."""
    labels = getattr(values, "columns", None)
    if labels is None or hasattr(values, "reshape"):
        return None
    texts = [str(label) for label in labels]
    return texts if len(set(texts)) == len(texts) and texts != list(map(str, range(len(texts)))) else None


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
    if isinstance(name, (int, np.integer)) and not isinstance(name, bool):
        return str(name)  # as pandas calls columns without a name
    raise UsageError(
        Message(
            "takes_column_name",
            "{part}= takes the name of a column here, not {kind}",
            part=part,
            kind=type(name).__name__,
        )
    )


def column_names(part: str, given: Any) -> tuple[str, ...]:
    """The names of one column or several.

    Raises:
        UsageError: Something else was passed.
    """
    if given is None:
        return ()
    single = isinstance(given, (str, int, np.integer)) and not isinstance(given, bool)
    names = [given] if single else list(given) if isinstance(given, Iterable) else []
    if not names or not all(isinstance(name, (str, int, np.integer)) for name in names):
        raise UsageError(
            Message(
                "takes_column_names",
                "{part}= takes the name of a column, or a list of names, here, not {kind}",
                part=part,
                kind=type(given).__name__,
            )
        )
    return tuple(map(str, names))
