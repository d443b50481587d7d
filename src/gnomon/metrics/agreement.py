"""Agreement of target and prediction beyond chance: Cohen's kappa, Matthews' correlation."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from gnomon.errors import DataError
from gnomon.measures import confusion as measures
from gnomon.measures.cells import Cells
from gnomon.metrics.confusion import NoSuchLabelError, labelled_matrix
from gnomon.metrics.documentation import ONE_TARGET, documented
from gnomon.metrics.inputs.parameters import number, one_of
from gnomon.metrics.inputs.table import Table, tabulate_classes
from gnomon.metrics.warning import warn_undefined

_POWERS = {"linear": 1, "quadratic": 2}


@documented(
    y1="Labels by one annotator (or the true ones), array-like of shape (rows,).",
    y2="Labels by another (or the predicted ones).",
    labels="The labels to look at; rows with others are left out. With `weights`, their order is that of the ranks.",
    weights="None where all disagreements count alike; \"linear\" or \"quadratic\" in the distance of ranks.",
    replace_undefined_by="What is returned where kappa is undefined: a number from -1 to 1, or NaN.",
)  # fmt: skip
def cohen_kappa_score(
    y1: Any,
    y2: Any,
    *,
    labels: Any = None,
    weights: str | None = None,
    sample_weight: Any = None,
    replace_undefined_by: float = math.nan,
) -> float:
    """Agreement beyond chance: (observed - expected) / (1 - expected).

    J. Cohen, "A coefficient of agreement for nominal scales" (1960), and with weights (1968).

    {parameters}

    Raises:
        ValueError: The labels are of different kinds, or none of ``labels`` occurs in ``y1``.

    >>> cohen_kappa_score([0, 1, 1, 0], [0, 1, 0, 0])
    0.5
    """
    one_of("weights", weights, (None, *_POWERS))
    if not (isinstance(replace_undefined_by, float) and math.isnan(replace_undefined_by)):
        number("replace_undefined_by", replace_undefined_by, lambda value: -1 <= value <= 1, "from -1 to 1, or nan")
    try:
        matrix = labelled_matrix(tabulate_classes(y1, y2, sample_weight), labels)
    except NoSuchLabelError:
        raise DataError(
            "At least one label in `labels` must be present in `y1` "
            "(even though `cohen_kappa_score` is otherwise agnostic to the order of `y1` and `y2`)."
        ) from None
    if not matrix.any():
        return _undefined("`y2` contains no labels that are present in both `y1` and `labels`.", replace_undefined_by)
    if weights is None:
        kappa = float(measures.cohen_kappa(_exact(Cells.of(matrix))))
    else:
        kappa = measures.weighted_kappa(matrix, _POWERS[weights])
    if math.isnan(kappa):
        return _undefined("`y1`, `y2` and `labels` have only one label in common.", replace_undefined_by)
    return kappa


def _undefined(reason: str, value: float) -> float:
    warn_undefined(f"{reason} `cohen_kappa_score` is undefined and set to {value} (`replace_undefined_by`).")
    return value


@documented(**ONE_TARGET)
def matthews_corrcoef(y_true: Any, y_pred: Any, *, sample_weight: Any = None) -> float:
    """The correlation of prediction and target, for any number of classes; 0 where it is undefined.

    B. W. Matthews (1975); J. Gorodkin, "Comparing two K-category assignments by a K-category correlation
    coefficient", Computational Biology and Chemistry 28 (2004).

    {parameters}

    Raises:
        ValueError: The labels are of different kinds or differ in length.

    >>> matthews_corrcoef([1, 1, 1, 0], [1, 0, 1, 0])
    0.5773502691896258
    """
    table: Table = tabulate_classes(y_true, y_pred, sample_weight)
    value = float(measures.matthews_corrcoef(_exact(table.cells)))
    return 0.0 if math.isnan(value) else value


def _exact(cells: Cells) -> Cells:
    """Counts as Python's whole numbers, whose products do not overflow."""
    if cells.hits.dtype.kind == "f":
        return cells
    return replace(cells.apply(lambda sums: sums.astype(object)), total=cells.total.astype(object))
