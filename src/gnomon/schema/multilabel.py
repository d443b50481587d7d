"""The schema of a multilabel task: several columns of 0 and 1, one for each label."""

from __future__ import annotations

from typing import cast

from gnomon.errors import UsageError
from gnomon.message import Message
from gnomon.schema.one_hot import in_order
from gnomon.schema.request import Request, threshold_of
from gnomon.schema.schema import Missing, Scale, Schema


def multilabel(request: Request) -> Schema:
    """The schema; nothing has to be read for it.

    Raises:
        UsageError: There are fewer than two labels, more or fewer predictions or scores than labels, or something was
            given that a multilabel task does not have.
    """
    columns = in_order(request)
    labels = len(columns.targets)
    if labels < 2:
        raise UsageError(
            Message(
                "multilabel_targets",
                "a multilabel task has a target column for each label\npass two or more (target=[...])",
            )
        )
    if request.positive is not None:
        raise UsageError(
            Message(
                "multilabel_positive",
                "positive={positive!r} is for a binary task: in a multilabel task, 1 is positive",
                positive=request.positive,
            )
        )
    if columns.cluster is not None:
        raise UsageError(
            Message(
                "multilabel_clusters",
                "cluster= is not supported for several labels, whose rows are taken as independent\nevaluate one "
                "label at a time",
            )
        )
    for part, given_columns in (("prediction", columns.predictions), ("score", columns.scores)):
        if given_columns and len(given_columns) != labels:
            raise UsageError(
                Message(
                    "columns_for_labels",
                    "{part} columns: {number}, labels: {labels}\npass one for each label",
                    part=part,
                    number=len(given_columns),
                    labels=labels,
                )
            )
    names = columns.targets if request.classes is None else tuple(str(name) for name in request.classes)
    if len(names) != labels or len(set(names)) < labels:
        raise UsageError(
            Message(
                "label_names",
                "classes= must name the {labels} labels, each once, not {names}",
                labels=labels,
                names=list(names),
            )
        )
    return Schema(
        "multilabel",
        columns,
        (0, 1),
        names,
        cast(Scale, request.scale),
        threshold_of(request, usable=bool(columns.scores) and not columns.predictions),
        cast(Missing, request.missing),
    )
