"""Where the rows of models are: columns of one place, files joined on ids, or arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gnomon.comparison.joining import joined
from gnomon.comparison.models import ModelColumns, check_models, models_of, of_model
from gnomon.errors import UsageError
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
    slices_of,
    subset_of,
)
from gnomon.message import Message
from gnomon.schema.schema import Columns, Subset
from gnomon.schema.slicing import columns_asked
from gnomon.sources.arrays import ArraySource, check_aligned
from gnomon.sources.base import Source, Use

TARGET = "y_true"


@dataclass(frozen=True, slots=True)
class Opened:
    """Where the rows are.

    Attributes:
        source: All of them.
        models: The columns of each model.
        shared: The columns that all have: true values, weights, clusters, ids, and which rows take part.
        slices: How the rows are divided.
        unmatched: Of models in places of their own, by model, how many of its rows some other model lacks.
        matched: And how many all of them have.
    """

    source: Source
    models: Mapping[str, ModelColumns]
    shared: Columns
    slices: tuple[Any, ...] = ()
    unmatched: Mapping[str, int] = field(default_factory=dict)
    matched: int = 0


def open_models(
    data: Any,
    others: tuple[Any, ...],
    target: str | Sequence[str] | None,
    said: tuple[Any, Any],
    shared: tuple[Any, Any, Any, str | None],
    slices: Any,
    threads: int,
) -> Opened:
    """Where the rows of all models are: columns of one place, joined from several, or arrays.

    Args:
        data: What came first.
        others: What came after it.
        target: The column of true values.
        said: What was said of scores and of predictions.
        shared: What was said of weights, clusters, the split and ids.
        slices: How the rows are to be divided.
        threads: How many threads may read.
    """
    score, prediction = said
    weight, cluster, split, id = shared
    divided = slices_of(slices)
    if target is None:
        if id or divided or (split is not None and not is_array(split)):
            raise UsageError(
                Message(
                    "split_needs_columns",
                    "split=, slices= and id= take names of columns\npass a path or a data frame",
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
        return Opened(source, models_of(score, prediction), columns, divided)
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
    first, *_ = having = list(sources.values())
    subset = judges(split, next((own for own in having if str(split).partition("=")[0] in own.columns), first))
    known = dict.fromkeys(column for own in having for column in own.columns)
    uses: dict[Any, Use] = dict.fromkeys(columns_asked(divided, tuple(known), first.name), "text")
    uses |= {None if subset is None else subset.column: "text", names[1]: "text", names[0]: "number"}
    common = {own: use for own, use in uses.items() if own is not None and own not in (*targets, called)}
    rows = joined(sources, models, called, targets, common, subset, threads)
    columns = Columns(targets, weight=names[0], cluster=names[1], subset=subset, id=called)
    return Opened(rows.source, rows.models, columns, divided, rows.unmatched, rows.matched)


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
    if isinstance(data, list | tuple):
        return bool(data) and all(isinstance(own, Path) for own in data)
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
