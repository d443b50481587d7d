"""The meaning of parameters that many metrics share, written once and put into each docstring."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from textwrap import fill
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])

_SHARED = {
    "y_true": "True labels: array-like of shape (rows,), numbers, booleans or text; of a multilabel task a matrix "
    "of 0 and 1 of shape (rows, labels), dense or sparse.",
    "y_pred": "Predicted labels, in the same form.",
    "sample_weight": "Weights of the rows, array-like of shape (rows,), or one number for all; None for 1.",
    "labels": "The labels to report, in this order; None for all that occur, ascending.",
    "pos_label": "The label that is positive, where `average` is \"binary\"; of text labels it has to be said.",
    "average": "\"binary\" reports the positive class; None every class; \"micro\" counts over all classes together; "
    "\"macro\" is the mean over classes, \"weighted\" the mean weighted by their true rows; \"samples\" the mean over "
    "rows of a multilabel task.",
    "zero_division": "What stands for 0 / 0: 0, 1 or NaN (then left out of averages); \"warn\" is 0 with a warning.",
    "normalize": "Whether to return the mean over rows, or the sum.",
    "y_score": "Scores of shape (rows,), float32 or float64, of which greater means more positive; finite.",
    "y_proba": "Probabilities: of the positive class, shape (rows,), or of each class in ascending order, shape "
    "(rows, classes).",
    "drop_intermediate": "Whether to leave out points that do not change the look of the curve.",
    "multioutput": "\"raw_values\" for each output, \"uniform_average\" for their mean, or weights of the outputs.",
    "force_finite": "Whether a constant target gives 1 for perfect predictions and 0 for others, or NaN and -inf.",
    "k": "How many of the highest scores count; None for all.",
    "ignore_ties": "Whether no scores are equal, which is faster where it is true.",
}  # fmt: skip
# Of metrics that take no matrix of labels.
ONE_TARGET = {"y_true": "True labels: array-like of shape (rows,), numbers, booleans or text."}


def documented(**descriptions: str) -> Callable[[F], F]:
    """Puts an ``Args:`` section in the place of ``{parameters}`` in a docstring.

    Args:
        descriptions: The meaning of parameters that are the function's own, or that differ from the shared meaning.
    """

    def apply(function: F) -> F:
        lines = ["Args:"]
        for name in inspect.signature(function).parameters:
            text = f"{name}: {descriptions[name] if name in descriptions else _SHARED[name]}"
            lines.append(fill(text, 108, initial_indent=" " * 8, subsequent_indent=" " * 12))
        assert function.__doc__ is not None
        function.__doc__ = function.__doc__.replace("{parameters}", "\n".join(lines))
        return function

    return apply
