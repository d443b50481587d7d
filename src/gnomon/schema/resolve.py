"""From what a person asked for, and the labels that occur, to a schema. Nothing is guessed from a part."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from gnomon.engines.base import Engine
from gnomon.errors import ColumnError, DataError, UsageError
from gnomon.message import Message, word
from gnomon.schema.classes import by_class, class_labels, of_positive, ordered_binary, read_names, too_many_classes
from gnomon.schema.labels import Label, LabelColumn, label_name, same_labels
from gnomon.schema.matching import shown
from gnomon.schema.multilabel import multilabel
from gnomon.schema.one_hot import one_hot
from gnomon.schema.request import Request, check_request, threshold_of
from gnomon.schema.schema import Columns, Missing, Scale, Schema, Task
from gnomon.schema.slicing import slicings
from gnomon.schema.survey import Survey
from gnomon.sources.base import Source, check_columns
from gnomon.sources.columns import MISSING, reads_as_number

# Whole numbers with more values than this may be classes or amounts, even if they are counted from 0 or 1 on.
CLEARLY_CLASSES = 100
# Amounts as people write them: digits in groups, a decimal comma, a sign of money or of per cent.
_WRITTEN_AMOUNT = re.compile(
    r"[-+(]?\s*[$€£¥₩]?\s*(\d{1,3}([,.'\u00a0\u202f ]\d{3})+([.,]\d+)?|\d+([.,]\d+)?)\s*[%€]?\)?"
)
# So may as few as this where nearly every row has a value of its own; and fewer are rarely amounts.
FEW_AMOUNTS = 10


def resolve(source: Source, request: Request, engine: Engine, survey: Survey | None = None) -> Schema:
    """The schema of a source under a request. Reads the label columns once, if there are any.

    Args:
        source: The rows.
        request: What is asked of them.
        engine: What reads them.
        survey: What reads the labels, where several requests share it.

    Raises:
        UsageError: The request contradicts itself.
        ColumnError: A column is missing or has the wrong type.
        DataError: The labels do not fit the task.
    """
    check_request(request)
    subset = request.columns.subset
    wanted = [
        *request.columns.used(),
        *([request.either] if request.either else []),
        *([subset.column] if subset else []),
        *([request.columns.id] if request.columns.id else []),
    ]
    check_columns(wanted, source.columns, source.name)
    request = replace(request, columns=replace(request.columns, slices=slicings(request.slices, source, engine)))
    survey = survey or Survey(source, [request], engine)
    schema = replace(resolved(source, request, engine, survey), has_scale=request.has_scale)
    cluster = schema.columns.cluster
    return schema if cluster is None else replace(schema, clusters=survey.clusters(cluster, schema.uses[cluster]))


def resolved(source: Source, request: Request, engine: Engine, survey: Survey) -> Schema:
    """The schema of a request that has been checked."""
    if request.task == "regression":
        return regression(source, request)
    if len(request.columns.targets) > 1 and request.task != "multilabel":
        schema = one_hot(source, request, engine)
        if schema is not None:
            return schema
    if request.task == "multilabel" or len(request.columns.targets) > 1:
        return multilabel(request)
    labels = survey.labels(request)
    predicted = request.columns.prediction or request.either
    target, prediction = labels[request.columns.target], labels[predicted] if predicted else None
    if looks_like_regression(request, target, prediction):
        return regression(source, request)
    columns = settle(request, target, prediction)
    if target.labels is None:
        raise ColumnError(
            Message(
                "not_class_labels",
                "column {target!r} holds fractions or very many values, not class labels{hint}",
                target=columns.target,
                hint=Message("for_regression", ": for numbers, pass task='regression' and the column of predictions")
                if request.task == "auto"
                else "",
            )
        )
    declared = None if request.classes is None else same_labels(request.classes)
    if not target.labels and declared is None:
        where = Message("of_positive_weight", " in rows with nonzero weight") if columns.weight else ""
        raise DataError(
            Message(
                "target_empty",
                "column {target!r} has no values{where}: there is nothing to evaluate",
                target=columns.target,
                where=where,
            )
        )
    if declared is None and len(target.labels) == 1:
        name = label_name(target.labels[0], target.boolean)
        missing = (
            Message(
                "and_missing",
                ", and {missing:,} missing values (empty, NA, NaN and the like)",
                missing=target.missing,
            )
            if target.missing
            else ""
        )
        raise DataError(
            Message(
                "single_class",
                "column {target!r} contains a single class, {name!r}{missing}; there is nothing to discriminate\nto "
                "evaluate what is defined anyway, declare the classes (classes=[...])",
                target=columns.target,
                name=name,
                missing=missing,
            )
        )
    if declared is not None:
        declared = read_names(declared, target)
    classes, boolean, notes = class_labels(columns, target, prediction, declared)
    columns, classes, unscored, more = by_class(request, columns, classes, boolean)
    notes += more
    may_be_amounts = declared is None and prediction is not None and not columns.scores and len(classes) > FEW_AMOUNTS
    if may_be_amounts and isinstance(classes[0], int):
        text = "Whole numbers are taken as classes; if they are quantities, pass task='regression'."
        notes.append(Message("integers_as_classes", text))
    task = request.task if request.task != "auto" else task_of(request, columns, classes)
    if task == "binary":
        if len(classes) > 2:
            raise too_many_classes(source, request, columns, (classes, boolean), labels, engine.threads)
        order, classes = classes, ordered_binary(request, columns, classes, boolean)
        if len(columns.scores) == 2 == len(order):
            columns = of_positive(columns, order, classes, boolean, notes)
    elif request.positive is not None:
        raise UsageError(
            Message(
                "positive_for_binary",
                "positive={positive!r} is for a binary task, but this one is {task}",
                positive=request.positive,
                task=word(task),
            )
        )
    check_counts(request, columns, task, len(classes) - len(unscored), classes)
    return Schema(
        cast(Task, task),
        columns,
        classes,
        tuple(label_name(label, boolean) for label in classes),
        cast(Scale, request.scale),
        threshold_of(request, usable=task == "binary" and bool(columns.scores) and not columns.predictions),
        cast(Missing, request.missing),
        read_as={name: own.use for name, own in labels.items()},
        unscored=unscored,
        notes=tuple(notes),
    )


def looks_like_regression(request: Request, target: LabelColumn, prediction: LabelColumn | None) -> bool:
    """Whether an undeclared task can only be a regression.

    Raises:
        UsageError: Whole numbers that may be classes as well as amounts.
    """
    if request.task != "auto" or request.columns.scores or prediction is None or request.classes is not None:
        return False
    if target.labels is not None and target.labels and isinstance(target.labels[0], str):
        refuse_written_amounts(request.columns.target, target)
        return False
    if target.labels is None:
        if target.unit and prediction.labels is not None and set(prediction.labels) <= {0, 1}:
            name, other = request.columns.target, request.columns.prediction or request.either
            raise UsageError(
                Message(
                    "swapped",
                    "{name!r} holds fractions between 0 and 1, {other!r} only 0 and 1: are they swapped? The true "
                    "values come first\nif they are right, pass task='regression' (--task regression)",
                    name=name,
                    other=other,
                )
            )
        return True
    name, other = request.columns.target, request.columns.prediction or request.either
    if prediction.labels is None:
        # Fractions for a target of two classes are scores; for more, they are amounts.
        if len(target.labels) <= 2 and request.either is not None:
            return False
        if prediction.unit and len(target.labels) <= FEW_AMOUNTS:
            raise UsageError(
                Message(
                    "classes_or_amounts",
                    "column {other!r} holds fractions between 0 and 1, column {name!r} only {number} whole "
                    "numbers\npass scores of two classes as score= (--score), or pass task='regression' (--task "
                    "regression)",
                    other=other,
                    name=name,
                    number=len(target.labels),
                )
            )
        return True
    if isinstance(next(iter(prediction.labels), ""), str):
        return False
    several = len(target.labels) > 2
    apart = several and not set(target.labels) & set(prediction.labels)
    own_class = len(target.labels) > FEW_AMOUNTS and 2 * len(target.labels) > target.rows
    uncounted = len(target.labels) > FEW_AMOUNTS and not counted(target.labels)
    fractions = several and target.floating and prediction.floating
    if apart or own_class or uncounted or fractions or len(target.labels) > CLEARLY_CLASSES:
        raise UsageError(
            Message(
                "task_unclear",
                "column {name!r} has {number} distinct whole numbers in {rows:,} rows, which may be classes or "
                "quantities\npass task='multiclass' or task='regression' (--task ...)",
                name=name,
                number=len(target.labels),
                rows=target.rows,
            )
        )
    return False


def counted(labels: Sequence[Label]) -> bool:
    """Whether whole numbers are 0, 1, 2 and so on, or begin with 1, as codes of classes do; a few may be missing.

    >>> counted(range(1, 30)), counted([18, 19, 20]), counted([0, 5, 90])
    (True, False, False)
    """
    least, greatest = int(labels[0]), int(labels[-1])
    return least in (0, 1) and 5 * len(labels) >= 4 * (greatest - least + 1)


def refuse_written_amounts(name: str, target: LabelColumn) -> None:
    """Refuse text that is not a name of a class: amounts in the way that people write them, or nearly all different.

    Raises:
        ColumnError: Every text is an amount.
        UsageError: Nearly every row has a text of its own.
    """
    texts = [str(label) for label in target.labels or () if label not in MISSING]
    written = next((text for text in texts if not reads_as_number(text)), None)
    if written is not None and all(_WRITTEN_AMOUNT.fullmatch(text.strip()) for text in texts):
        raise ColumnError(
            Message(
                "numbers_as_text",
                "column {name!r} contains numbers written as text, such as {written!r}\nwrite them as plain numbers, "
                "such as 1234.5; if they are names of classes, pass task='multiclass' (--task multiclass)",
                name=name,
                written=written,
            )
        )
    if len(texts) > FEW_AMOUNTS and 2 * len(texts) > target.rows:
        raise UsageError(
            Message(
                "many_texts",
                "column {name!r} has {number:,} different texts in {rows:,} rows\nif they name classes, pass "
                "task='multiclass' (--task multiclass)",
                name=name,
                number=len(texts),
                rows=target.rows,
            )
        )


def settle(request: Request, target: LabelColumn, prediction: LabelColumn | None) -> Columns:
    """The columns, once it is known whether ``either`` is a prediction or a score."""
    columns, either = request.columns, request.either
    if either is None:
        return columns
    assert prediction is not None  # its labels were looked up
    target_labels, labels = set(target.labels or ()), prediction.labels
    if labels is None:
        is_score = True
    elif request.task == "multiclass" or len(target_labels) > 2:
        is_score = False
    else:  # floats for two classes are scores, but not where they can only repeat labels such as -1 and 1
        repeats = set(labels) <= target_labels and not target_labels <= {0, 1}
        is_score = prediction.floating and (request.scale == "any" or not repeats)
    if is_score:
        return replace(columns, predictions=(), scores=(either,))
    return replace(columns, predictions=(either,), scores=())


def task_of(request: Request, columns: Columns, labels: tuple[Label, ...]) -> str:
    """Binary for two classes, one score column, or a class to look for; else multiclass."""
    scores = len(columns.scores)
    two = scores == 1 or (len(labels) == 2 and scores <= 2) or request.positive is not None
    return "binary" if two else "multiclass"


def check_counts(request: Request, columns: Columns, task: str, scored: int, labels: tuple[Label, ...]) -> None:
    """Raises UsageError if the number of score columns does not fit the task and its classes."""
    scores = len(columns.scores)
    if task == "binary" and scores > 1:
        raise UsageError(
            Message(
                "binary_scores",
                "a binary task has one score column, that of the positive class, or one for each class",
            )
        )
    if task == "multiclass" and scores and scores != scored:
        raise UsageError(
            Message(
                "scores_for_classes",
                "there are {scores} score columns for {number} classes ({classes})\na multiclass task needs one score "
                "for each class, in the order of the sorted labels or of classes=[...], or in columns named after the "
                "classes",
                scores=scores,
                number=len(labels),
                classes=shown(list(map(str, labels))),
            )
        )


def regression(source: Source, request: Request) -> Schema:
    """The schema of a regression.

    Raises:
        UsageError: Something was given that only a classification has, or the prediction is missing.
        ColumnError: A column holds text.
    """
    columns = request.columns
    prediction = columns.prediction or request.either
    for name, given in (
        ("score", columns.scores),
        ("positive", request.positive),
        ("threshold", request.threshold),
        ("classes", request.classes),
    ):
        if given is not None and given != ():
            raise UsageError(
                Message(
                    "for_classification",
                    "{name}={given!r} is for classification, but this is a regression\nuse prediction=",
                    name=name,
                    given=given,
                )
            )
    if prediction is None:
        raise UsageError(
            Message(
                "regression_prediction",
                "a regression needs the column of predictions\nprediction=...",
            )
        )
    columns = replace(columns, predictions=(prediction,), scores=())
    text = source.text_columns([columns.target, prediction])
    if text:
        raise ColumnError(
            Message(
                "regression_text",
                "column {name!r} holds text\na regression needs numbers",
                name=min(text),
            )
        )
    return Schema("regression", columns, missing=cast(Missing, request.missing))
