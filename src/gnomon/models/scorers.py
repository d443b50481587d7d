"""scikit-learn scorers of every measure: for ``scoring=`` of searches and of cross-validation."""

from __future__ import annotations

from typing import Any

import numpy as np

from gnomon.errors import UsageError
from gnomon.measures.measure import HIGHER, Measure
from gnomon.measures.registry import find, renew
from gnomon.message import Message
from gnomon.metrics.scoring import LABELS, formula, names


def get_scorer_names() -> list[str]:
    """The names that :func:`gnomon.get_scorer` knows; ``f2``, ``f0.5`` and the like besides.

    >>> get_scorer_names()[:3]
    ['accuracy', 'average_precision', 'balanced_accuracy']
    """
    return names()


def get_scorer(name: str | Measure, *, positive: Any = None) -> Any:
    """A scorer of scikit-learn for a measure, for ``scoring=``: greater is better, so losses are negated.

    It takes the model's labels, scores or probabilities as the measure needs them, and asks for metadata such as
    ``sample_weight`` in scikit-learn's way (``set_score_request``). ``mean_error`` scores the negated size of the bias.
    A measure of your own (:func:`gnomon.measure`) scores in processes that have declared it.

    Args:
        name: The name of an estimate: ``"recall"``, ``"roc_auc"``, ``"f1_macro"``, ``"f2"``, ``"rmse"``, ..., or what
            :func:`gnomon.measure` made.
        positive: The positive class, of measures of a positive class; None for 1 or True.

    Returns:
        What ``sklearn.metrics.make_scorer`` returns.

    Raises:
        UsageError: There is no measure of that name, or it has no positive class.
        ImportError: scikit-learn is not installed.

    Examples:
        >>> get_scorer("specificity", positive="malignant")  # doctest: +ELLIPSIS
        make_scorer(...)
    """
    from sklearn.metrics import make_scorer

    if isinstance(name, Measure):
        renew(name)
        name = name.name
    formula_here = formula(name)
    if positive is not None and not formula_here.binary:
        raise UsageError(
            Message(
                "scorer_without_positive",
                "positive={positive!r}: {name} has no positive class",
                positive=positive,
                name=name,
            )
        )
    options = {"name": name, "pos_label": positive} if formula_here.binary and positive is not None else {"name": name}
    measure = find(name)
    greater = measure is None or measure.better == HIGHER
    return make_scorer(measured, response_method=formula_here.response, greater_is_better=greater, **options)


def measured(y_true: Any, y_pred: Any, *, name: str, pos_label: Any = None, sample_weight: Any = None) -> float:
    """The value of a measure; a module's function, so that scorers can be pickled for other processes."""
    formula_here = formula(name)
    if pos_label is not None:
        y_true = np.asarray(y_true) == pos_label
        if formula_here.response == LABELS:
            y_pred = np.asarray(y_pred) == pos_label
    weights = {} if sample_weight is None else {"sample_weight": sample_weight}
    return float(formula_here.function(y_true, y_pred, **weights, **formula_here.options))
