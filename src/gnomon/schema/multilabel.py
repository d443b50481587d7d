"""The schema of a multilabel task: several columns of 0 and 1, one for each label."""

from __future__ import annotations

from typing import cast

from gnomon.errors import UsageError
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
        raise UsageError("a multilabel task has a target column for each label: name two or more (target=[...])")
    if request.positive is not None:
        raise UsageError(f"positive={request.positive!r} is for a binary task: of a label, 1 is positive")
    if columns.cluster is not None:
        raise UsageError("cluster= is for one target: rows of several labels are taken as independent")
    for part, own in (("prediction", columns.predictions), ("score", columns.scores)):
        if own and len(own) != labels:
            raise UsageError(f"{part} columns: {len(own)}, labels: {labels}; name one for each label")
    names = columns.targets if request.classes is None else tuple(str(name) for name in request.classes)
    if len(names) != labels or len(set(names)) < labels:
        raise UsageError(f"classes= must name the {labels} labels, each once, not {list(names)}")
    return Schema(
        "multilabel",
        columns,
        (0, 1),
        names,
        cast(Scale, request.scale),
        threshold_of(request, usable=bool(columns.scores) and not columns.predictions),
        cast(Missing, request.missing),
    )
