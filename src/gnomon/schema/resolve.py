"""From what a person asked for, and the labels that occur, to a schema. Nothing is guessed from a part."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from gnomon.errors import ColumnError, DataError, UsageError, nearest
from gnomon.schema.clusters import ClusterNumbers
from gnomon.schema.labels import Label, LabelColumn, label_name, label_order, same_labels
from gnomon.schema.multilabel import multilabel
from gnomon.schema.request import Request, check_request, threshold_of
from gnomon.schema.schema import Columns, Missing, Scale, Schema, Task
from gnomon.schema.slicing import slicings
from gnomon.schema.survey import survey_labels
from gnomon.sources.base import Source, check_columns

# Whole numbers with more values than this may be classes or amounts: a person has to say.
CLEARLY_CLASSES = 100
# So may as few as this where nearly every row has a value of its own; and fewer are rarely amounts.
FEW_AMOUNTS = 10


def resolve(source: Source, request: Request, threads: int) -> Schema:
    """The schema of a source under a request. Reads the label columns once, if there are any.

    Raises:
        UsageError: The request contradicts itself.
        ColumnError: A column is missing or has the wrong type.
        DataError: The labels do not fit the task.
    """
    check_request(request)
    part = request.columns.part
    wanted = [
        *request.columns.used(),
        *([request.either] if request.either else []),
        *([part.column] if part else []),
        *([request.columns.id] if request.columns.id else []),
    ]
    check_columns(wanted, source.columns, source.name)
    request = replace(request, columns=replace(request.columns, slices=slicings(request.slices, source)))
    schema = resolved(source, request, threads)
    return schema if schema.columns.cluster is None else replace(schema, clusters=ClusterNumbers())


def resolved(source: Source, request: Request, threads: int) -> Schema:
    """The schema of a request that has been checked."""
    if request.task == "regression":
        return regression(source, request)
    if request.task == "multilabel" or len(request.columns.targets) > 1:
        return multilabel(request)
    labels = survey_labels(source, request, threads)
    predicted = request.columns.prediction or request.either
    target, prediction = labels[request.columns.target], labels[predicted] if predicted else None
    if looks_like_regression(request, target, prediction):
        return regression(source, request)
    columns = settle(request, target, prediction)
    if target.labels is None:
        raise ColumnError(
            f"column {columns.target!r} holds fractions or very many values, not class labels: "
            "for numbers say task='regression' and name the prediction"
        )
    declared = None if request.classes is None else same_labels(request.classes)
    if not target.labels and declared is None:
        where = " in rows of positive weight" if columns.weight else ""
        raise DataError(f"column {columns.target!r} has no values{where}: there is nothing to evaluate")
    if declared is None and len(target.labels) == 1:
        name = label_name(target.labels[0], target.boolean)
        missing = f", and {target.missing:,} missing values (empty, NA, NaN and the like)" if target.missing else ""
        raise DataError(
            f"column {columns.target!r} has one class only, {name!r}{missing}: nothing can be told apart; "
            "to evaluate what is defined all the same, declare the classes (classes=[...])"
        )
    if declared is not None:
        declared = read_names(declared, target)
    classes, boolean, notes = class_labels(columns, target, prediction, declared)
    task = request.task if request.task != "auto" else task_of(columns, classes)
    if task == "binary":
        classes = ordered_binary(request, columns, classes, boolean)
    elif request.positive is not None:
        raise UsageError(f"positive={request.positive!r} is for a binary task, but this one is {task}")
    check_counts(request, columns, task, classes)
    return Schema(
        cast(Task, task),
        columns,
        classes,
        tuple(label_name(label, boolean) for label in classes),
        cast(Scale, request.scale),
        threshold_of(request, usable=task == "binary" and bool(columns.scores) and not columns.predictions),
        cast(Missing, request.missing),
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
        return False
    if target.labels is None:
        if target.unit and prediction.labels is not None and set(prediction.labels) <= {0, 1}:
            name, other = request.columns.target, request.columns.prediction or request.either
            raise UsageError(
                f"{name!r} holds fractions between 0 and 1, {other!r} only 0 and 1: are they swapped? The true values "
                "come first; if they are right, say task='regression' (--task regression)"
            )
        return True
    name, other = request.columns.target, request.columns.prediction or request.either
    if prediction.labels is None:
        # Fractions for a target of two classes are scores; for more, they are amounts.
        if len(target.labels) <= 2 and request.either is not None:
            return False
        if prediction.unit and len(target.labels) <= FEW_AMOUNTS:
            raise UsageError(
                f"column {other!r} holds fractions between 0 and 1, column {name!r} only {len(target.labels)} whole "
                "numbers: pass scores of two classes as score= (--score), or say task='regression' (--task regression)"
            )
        return True
    if isinstance(next(iter(prediction.labels), ""), str):
        return False
    several = len(target.labels) > 2
    apart = several and not set(target.labels) & set(prediction.labels)
    own_class = len(target.labels) > FEW_AMOUNTS and 2 * len(target.labels) > target.rows
    if apart or own_class or len(target.labels) > CLEARLY_CLASSES:
        raise UsageError(
            f"column {name!r} has {len(target.labels)} distinct whole numbers in {target.rows:,} rows, which may be "
            "classes or amounts: say task='multiclass' or task='regression' (--task ...)"
        )
    return False


def settle(request: Request, target: LabelColumn, prediction: LabelColumn | None) -> Columns:
    """The columns, once it is known whether ``either`` is a prediction or a score."""
    columns, either = request.columns, request.either
    if either is None:
        return columns
    assert prediction is not None  # its labels were looked up
    own, labels = set(target.labels or ()), prediction.labels
    if labels is None:
        is_score = True
    elif request.task == "multiclass" or len(own) > 2:
        is_score = False
    else:  # floats for two classes are scores, but not where they can only repeat labels such as -1 and 1
        repeats = set(labels) <= own and not own <= {0, 1}
        is_score = prediction.floating and (request.scale == "any" or not repeats)
    if is_score:
        return replace(columns, predictions=(), scores=(either,))
    return replace(columns, predictions=(either,), scores=())


def class_labels(
    columns: Columns,
    target: LabelColumn,
    prediction: LabelColumn | None,
    declared: tuple[tuple[Label, ...], bool] | None,
) -> tuple[tuple[Label, ...], bool, list[str]]:
    """The classes in order, whether they are booleans, and what to remark on them.

    Raises:
        ColumnError: The prediction is of another kind than the target.
        DataError: A label was not declared, or a binary prediction has one that the target lacks.
    """
    predicted = prediction if columns.prediction is not None else None
    if predicted is not None and predicted.labels is None:
        raise ColumnError(
            f"column {columns.prediction!r} holds fractions, not class labels: "
            "pass it as score=, or say task='regression'"
        )
    own, others = target.labels or (), (predicted.labels or ()) if predicted is not None else ()
    if own and others and isinstance(own[0], str) != isinstance(others[0], str):
        kinds = ["text" if isinstance(labels[0], str) else "numbers" for labels in (own, others)]
        raise ColumnError(
            f"column {columns.target!r} holds {kinds[0]} but {columns.prediction!r} holds {kinds[1]}: "
            "use the same labels in both"
        )
    notes: list[str] = []
    if declared is not None:
        labels, boolean = declared
        for name, found in ((columns.target, own), (columns.prediction, others)):
            unknown = [label for label in found if label not in labels]
            if unknown:
                shown = ", ".join(repr(str(label)) for label in unknown[:5])
                raise DataError(f"column {name!r} holds labels that were not declared as classes: {shown}")
        absent = [label_name(label, boolean) for label in labels if label not in own]
        if absent:
            notes.append(f"No row has the class {', '.join(map(repr, absent))}: what needs such rows is undefined.")
        return labels, boolean, notes
    boolean = target.boolean and (predicted is None or predicted.boolean or set(others) <= {0, 1})
    extra = sorted(set(others) - set(own), key=label_order)
    if extra and len(own) <= 2 and not obvious_positive(tuple(sorted({*own, *extra}, key=label_order))):
        shown = ", ".join(repr(str(label)) for label in extra[:5])
        raise DataError(
            f"column {columns.prediction!r} predicts {shown}, which column {columns.target!r} never holds "
            f"({', '.join(repr(str(label)) for label in own)}): correct the labels, or declare classes=[...]"
        )
    if extra and len(own) > 2:
        shown = ", ".join(repr(str(label)) for label in extra[:5])
        notes.append(f"Predicted but never true: {shown}.")
    if len(own) == 1 and own[0] in (0, 1) and not extra and (not others or set(others) <= {0, 1}):
        return (0, 1), boolean, notes
    return tuple(sorted({*own, *others}, key=label_order)), boolean, notes


def read_names(declared: tuple[tuple[Label, ...], bool], target: LabelColumn) -> tuple[tuple[Label, ...], bool]:
    """Declared names as the labels they stand for, where the target holds numbers or booleans."""
    labels, boolean = declared
    if not target.labels or isinstance(target.labels[0], str) or not labels or not isinstance(labels[0], str):
        return labels, boolean or target.boolean
    named = {"false": 0, "true": 1} if target.boolean else {}
    try:
        return tuple(
            named[name] if (name := str(label).casefold()) in named else int(name) for label in labels
        ), target.boolean
    except ValueError:
        return labels, boolean


def task_of(columns: Columns, labels: tuple[Label, ...]) -> str:
    """Binary for two classes (or one score column), else multiclass.

    Raises:
        UsageError: Two score columns for two classes, which may be meant either way.
    """
    if len(columns.scores) == 1 or (len(labels) == 2 and not columns.scores):
        return "binary"
    if len(labels) == 2 and len(columns.scores) == 2:
        raise UsageError(
            "there are two score columns for two classes: pass that of the positive class alone (scores[:, 1]), "
            "or say task='multiclass'"
        )
    return "multiclass"


def obvious_positive(labels: tuple[Label, ...]) -> bool:
    """Whether a pair of labels says by itself which one is positive."""
    return labels in ((0, 1), (-1, 1))


def ordered_binary(request: Request, columns: Columns, labels: tuple[Label, ...], boolean: bool) -> tuple[Label, ...]:
    """The two labels, the negative one first.

    Raises:
        DataError: There are not two.
        UsageError: Which one is positive was not said, or said wrongly.
    """
    names = [label_name(label, boolean) for label in labels]
    if len(labels) > 2:
        shown = ", ".join(map(repr, names[:10])) + (", ..." if len(names) > 10 else "")
        hint = ""
        if request.positive is not None:
            hint = f"; to evaluate {str(request.positive)!r} against the rest, make a column that says so first"
        raise DataError(
            f"a binary task has two classes, but column {columns.target!r} has {len(labels)}: {shown}{hint}"
        )
    if request.positive is None:
        if len(labels) == 2 and obvious_positive(tuple(sorted(labels, key=label_order))):
            return tuple(sorted(labels, key=label_order))
        raise UsageError(
            f"column {columns.target!r} has the classes {' and '.join(map(repr, names))}: "
            f"say which one the model looks for, positive={names[0]!r} or positive={names[-1]!r} (--positive)"
        )
    by_name = {**{str(label): label for label in labels}, **dict(zip(names, labels, strict=True))}
    by_name |= {name.casefold(): label for name, label in by_name.items() if boolean}
    wanted = str(request.positive)
    if wanted not in by_name and reads_as_whole_number(wanted):
        wanted = str(int(float(wanted)))
    if wanted not in by_name:
        raise UsageError(
            f"positive={request.positive!r} is no class of column {columns.target!r}: {nearest(wanted, names)}"
        )
    positive = by_name[wanted]
    return (*(label for label in labels if label != positive), positive)


def reads_as_whole_number(text: str) -> bool:
    """Whether a text is a whole number, as 2.0 is."""
    try:
        return float(text).is_integer()
    except ValueError:
        return False


def check_counts(request: Request, columns: Columns, task: str, labels: tuple[Label, ...]) -> None:
    """Raises UsageError if the number of score columns does not fit the task and its classes."""
    scores = len(columns.scores)
    if task == "binary" and scores > 1:
        raise UsageError("a binary task has one score column: that of the positive class")
    if task == "multiclass" and scores and scores != len(labels):
        shown = ", ".join(repr(str(label)) for label in labels[:10]) + (", ..." if len(labels) > 10 else "")
        raise UsageError(
            f"there are {scores} score columns for {len(labels)} classes ({shown}): a multiclass task needs one score "
            "for each class, in the order of the sorted labels or of classes=[...]"
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
            raise UsageError(f"{name}={given!r} is for a classification, but this is a regression: use prediction=")
    if prediction is None:
        raise UsageError("a regression needs the column of predictions: prediction=...")
    columns = replace(columns, predictions=(prediction,), scores=())
    text = source.text_columns([columns.target, prediction])
    if text:
        raise ColumnError(f"column {min(text)!r} holds text: a regression needs numbers")
    return Schema("regression", columns, missing=cast(Missing, request.missing))
