"""Scores of a binary task in order: what curves and ranking metrics are made of."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import DataError
from gnomon.kernels.ranking import Ranking
from gnomon.kernels.threads import thread_count
from gnomon.metrics.inputs.arrays import as_array, check_lengths, column, numbers
from gnomon.metrics.inputs.parameters import names, positive_label
from gnomon.metrics.inputs.targets import BINARY, MULTICLASS, Labels, Target, describe
from gnomon.metrics.inputs.weights import row_weights


def ranked(y_true: Any, y_score: Any, pos_label: Any, sample_weight: Any) -> tuple[Ranking, np.dtype[Any]]:
    """The rows of one class against the rest in order of their scores, and the type that the scores came in.

    Raises:
        DataError: The target is neither binary nor, with ``pos_label``, multiclass; its positive class is not clear; a
            score or a weight is not finite.
    """
    positive_label(pos_label)
    target = describe(y_true, "y_true")
    if target.kind != BINARY and not (target.kind == MULTICLASS and pos_label is not None):
        raise DataError(f"{target.kind} format is not supported")
    check_lengths(y_true, y_score, sample_weight if hasattr(sample_weight, "__len__") else None)
    raw = column(as_array(y_score, "y_score"), "y_score")
    score = numbers(raw, "y_score", high=1)
    labels = target.encoded()
    positive = is_positive(labels, obvious_positive(labels.classes) if pos_label is None else pos_label)
    return rank(score, positive, row_weights(sample_weight, len(score))), raw.dtype


def rank(score: NDArray[Any], positive: NDArray[np.uint8], weight: NDArray[np.float64] | None) -> Ranking:
    """Rows in order; those of weight 0 are no rows.

    Raises:
        DataError: A weight is negative.
    """
    if weight is None:
        return Ranking([score], [positive], None, thread_count())
    if weight.min() < 0:
        row = int(np.flatnonzero(weight < 0)[0])
        raise DataError(f"sample_weight holds {weight[row]} in row {row}: a ranking takes no negative weights")
    if not weight.all():
        kept = weight != 0
        score, positive, weight = score[kept], positive[kept], weight[kept]
    return Ranking([score], [positive], [weight], thread_count())


def is_positive(labels: Labels, pos_label: Any) -> NDArray[np.uint8]:
    """1 for the rows whose label is the positive one."""
    for code, label in enumerate(labels.classes.tolist()):
        if label == pos_label:
            if code == 1 and len(labels.classes) == 2 and labels.codes.dtype == np.uint8:
                return labels.codes
            return np.asarray(labels.codes == code).view(np.uint8)
    return np.zeros(len(labels.codes), np.uint8)


def obvious_positive(classes: NDArray[Any]) -> Any:
    """The positive one of some labels where they tell it: 1.

    Raises:
        DataError: They do not.
    """
    if classes.dtype.kind not in "UO" and set(classes.tolist()) in ({0, 1}, {-1, 1}, {0}, {-1}, {1}):
        return 1
    raise DataError(
        f"y_true takes value in {{{names(classes.tolist())}}} and pos_label is not specified: either make y_true "
        "take value in {0, 1} or {-1, 1} or pass pos_label explicitly."
    )


def two_classes(target: Target) -> bool:
    """Whether both classes of a binary target occur."""
    return len(target.encoded().classes) == 2
