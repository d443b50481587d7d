"""Scores of a binary task in order: what curves and ranking metrics are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import DataError
from gnomon.kernels.ranking import Ranking
from gnomon.kernels.threads import threads_for
from gnomon.metrics.inputs.arrays import MOST_EXACT, as_array, check_lengths, column, numbers, refuse_not_finite
from gnomon.metrics.inputs.parameters import names, positive_label
from gnomon.metrics.inputs.targets import BINARY, MULTICLASS, Labels, describe
from gnomon.metrics.inputs.weights import row_weights


@dataclass(frozen=True, slots=True)
class Ranked:
    """The rows of one class against the rest in order of their scores.

    Attributes:
        ranking: The rows in order.
        dtype: The type that the scores came in.
        classes: How many classes the target has.
    """

    ranking: Ranking
    dtype: np.dtype[Any]
    classes: int

    @classmethod
    def of(cls, y_true: Any, y_score: Any, pos_label: Any, sample_weight: Any, *, thresholds: bool = True) -> Ranked:
        """Orders the rows.

        Args:
            y_true: The labels.
            y_score: The scores.
            pos_label: The positive label; None for the obvious one.
            sample_weight: The weights of the rows; None where they have none.
            thresholds: Whether the scores themselves are asked for, and not only their order.

        Raises:
            DataError: The target is neither binary nor, with ``pos_label``, multiclass; its positive class is not
                clear; a score or a weight is not finite.
        """
        positive_label(pos_label)
        target = describe(y_true, "y_true")
        if target.kind != BINARY and not (target.kind == MULTICLASS and pos_label is not None):
            raise DataError(f"{target.kind} format is not supported")
        check_lengths(y_true, y_score, sample_weight)
        raw = column(as_array(y_score, "y_score"), "y_score")
        if thresholds and too_fine(raw):
            raise DataError(
                "y_score contains whole numbers beyond 2^53, which thresholds as floats cannot tell apart: pass their "
                "ranks"
            )
        score = finite_scores(raw, high=1, finite=False)
        labels = target.encoded()
        positive = is_positive(labels, obvious_positive(labels.classes) if pos_label is None else pos_label)
        ranking = rank(score, positive, row_weights(sample_weight, len(score)))
        return cls(ranking, raw.dtype, len(labels.classes))


def finite_scores(values: Any, *, high: int = 2, finite: bool = True) -> NDArray[Any]:
    """Scores as float32 or float64, in the order that they have: of large whole numbers their ranks.

    Raises:
        DataError: One is not finite.
    """
    given = np.asarray(values)
    if too_fine(given):
        _, ranks = np.unique(given, return_inverse=True)
        return np.ascontiguousarray(ranks.reshape(given.shape), np.float64)
    return numbers(values, "y_score", high=high, finite=finite)


def too_fine(values: NDArray[Any]) -> bool:
    """Whether whole numbers reach beyond 2^53, where neighbours are one float."""
    if values.dtype.kind not in "iu" or values.dtype.itemsize < 8 or not values.size:
        return False
    return int(values.max()) > MOST_EXACT or int(values.min()) < -MOST_EXACT


def rank(score: NDArray[Any], positive: NDArray[np.uint8], weight: NDArray[np.float64] | None) -> Ranking:
    """Rows in order; those of weight 0 are ignored.

    Raises:
        DataError: A weight is negative, or a score is not finite.
    """
    if weight is not None:
        if weight.min() < 0:
            row = int(np.flatnonzero(weight < 0)[0])
            raise DataError(f"sample_weight holds {weight[row]} in row {row}: a ranking takes no negative weights")
        if not weight.all():
            kept = weight != 0
            refuse_not_finite(score, "y_score")
            score, positive, weight = score[kept], positive[kept], weight[kept]
    try:
        return Ranking([score], [positive], None if weight is None else [weight], threads_for(len(score)))
    except ValueError:  # the kernel looked at every score
        refuse_not_finite(score, "y_score")
        raise


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
