"""Losses of probabilities (log loss, Brier, their D², calibration) and of margins."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import ColumnError, DataError
from gnomon.kernels.exact import ExactSum
from gnomon.kernels.losses import ClassScan, class_losses, scan_classes, total_brier, total_log_loss, total_of
from gnomon.kernels.scan import FloatScan, scan_floats
from gnomon.kernels.threads import threads_for
from gnomon.measures import calibration
from gnomon.measures.means import mean_of
from gnomon.measures.probability import (
    class_margins,
    hinge_losses,
    improvement,
    label_losses,
)
from gnomon.metrics.documentation import ONE_TARGET, documented
from gnomon.metrics.inputs.arrays import as_array, check_lengths, column, numbers, refuse_not_finite, rows_of
from gnomon.metrics.inputs.indicators import as_indicator
from gnomon.metrics.inputs.parameters import flag, one_of, positive_label, renamed, whole_number
from gnomon.metrics.inputs.targets import BINARY, MULTILABEL, Target, describe, positions
from gnomon.metrics.inputs.weights import row_weights
from gnomon.metrics.scores import is_positive, obvious_positive
from gnomon.metrics.warning import warn, warn_undefined

_RENAMED = {"y_pred": "The older name of `y_proba`."}
_LABELS = {"labels": "The classes in the order of the columns, ascending, where not all of them occur."}


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Probabilities of the true classes, checked.

    Attributes:
        codes: The class of each row, by the number of its column; of a multilabel target the matrix of its labels.
        values: Of shape (rows,), the probability of class 1; or (rows, classes).
        classes: How many classes there are.
        weight: The rows' weights, if any.
        dtype: The float type that they came in, whose resolution limits them.
    """

    codes: NDArray[Any]
    values: NDArray[Any]
    classes: int
    weight: NDArray[np.float64] | None
    dtype: np.dtype[Any]

    def log_loss(self) -> float:
        """The mean log loss."""
        if self.values.ndim == 2:
            return self._mean(0)
        threads = threads_for(len(self.values))
        return total_log_loss(self.codes, self.values, self.weight, threads, self.dtype).over(self.total)

    def brier(self) -> float:
        """The mean Brier score, summed over classes."""
        if self.values.ndim == 2:
            return self._mean(1)
        threads = threads_for(len(self.values))
        return 2 * total_brier(self.codes, self.values, self.weight, threads).over(self.total)

    def _mean(self, which: int) -> float:
        threads = threads_for(self.values.size)
        if self.codes.ndim == 2:
            losses = label_losses(self.codes, self.values, self.dtype)
        else:
            losses = class_losses(self.codes.astype(np.int32, copy=False), self.values, threads, self.dtype)
        return mean_of(losses[which], self.weight, threads)

    @property
    def total(self) -> ExactSum:
        """The sum of the weights."""
        if self.weight is None:
            return ExactSum.of(len(self.values))
        return total_of(self.weight, None, threads_for(len(self.weight)))

    def frequencies(self) -> Probabilities:
        """What always answering the class frequencies would be: a row for each class, of the weight of its rows.

        Of a multilabel target every row is kept, with the frequencies of its labels.
        """
        if self.codes.ndim == 2:
            share = np.average(self.codes, axis=0, weights=self.weight)
            return replace(self, values=np.tile(share, (len(self.codes), 1)))
        mass = np.bincount(self.codes, self.weight, self.classes).astype(np.float64)
        share = mass / mass.sum()
        codes = np.arange(self.classes, dtype=np.uint8 if self.values.ndim == 1 else np.int32)
        answer = share[1] if self.values.ndim == 1 else share
        return replace(
            self, codes=codes, values=np.tile(answer, (self.classes, *[1] * (self.values.ndim - 1))), weight=mass
        )


def _probabilities(y_proba: Any) -> tuple[NDArray[Any], np.dtype[Any]]:
    raw = as_array(y_proba, "y_proba")
    values = numbers(raw, "y_proba", finite=False)  # their range will be looked at
    if values.ndim == 2 and values.shape[1] == 1:
        values = values.reshape(-1)
    return values, raw.dtype if raw.dtype.kind == "f" else values.dtype


def _check_range(seen: FloatScan | ClassScan, values: NDArray[Any], below: str) -> None:
    low, high = seen.low, seen.high
    if seen.nans or seen.infinities:
        refuse_not_finite(values, "y_proba")
    if high > 1:
        raise DataError(f"y_prob contains values greater than 1: {high}")
    if low < 0:
        raise DataError(f"y_prob contains values {below} than 0: {low}")


def by_class(y_true: Any, y_proba: Any, sample_weight: Any, labels: Any) -> Probabilities:
    """Probabilities of each class; those of shape (rows,) are of the second of two.

    Raises:
        DataError: A probability lies outside [0, 1], or the classes do not fit the columns.
    """
    values, dtype = _probabilities(y_proba)
    if values.ndim == 1:
        _check_range(scan_floats(values, threads_for(values.size)), values, "lower")
    else:
        rows = scan_classes(values, threads_for(values.size))
        _check_range(rows, values, "lower")
    check_lengths(values, y_true, sample_weight)
    weight = row_weights(sample_weight, len(values))
    target = describe(y_true, "y_true")
    if target.kind == MULTILABEL:
        codes = as_indicator(target.values)
        classes = np.arange(codes.shape[1]) if labels is None else as_array(labels, "labels")
    elif target.labels is None:
        raise DataError(f"Multioutput target data is not supported, nor are amounts: y_true is {target.kind}")
    else:
        codes, classes = _class_codes(target, labels)
    if values.ndim == 2 and rows.off > math.sqrt(np.finfo(dtype).eps):
        warn("The y_prob values do not sum to one. Make sure to pass probabilities.")
    columns = 2 if values.ndim == 1 else values.shape[1]
    if len(classes) != columns:
        if labels is None:
            raise DataError(
                f"y_true and y_prob contain different number of classes: {len(classes)} vs {columns}. Please provide "
                "the true labels explicitly through the labels argument. Classes found in y_true: "
                f"{classes}"
            )
        raise DataError(
            f"The number of classes in labels is different from that in y_prob. Classes found in labels: {classes}"
        )
    if values.ndim == 1:
        codes = codes.astype(np.uint8, copy=False)
    return Probabilities(codes, values, columns, weight, dtype)


def _class_codes(target: Target, labels: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    codes = target.encoded()
    if labels is None:
        if len(codes.classes) == 1:
            raise DataError(
                f"y_true contains only one label ({codes.classes[0]}). Please provide the list of all expected class "
                "labels explicitly through the labels argument."
            )
        return codes.codes, codes.classes
    declared = column(as_array(labels, "labels"), "labels")
    classes = np.unique(declared)
    if classes.tolist() != declared.tolist():
        warn(
            f"Labels passed were {declared.tolist()}. But this function assumes labels are ordered lexicographically. "
            f"Pass the ordered labels={classes.tolist()} and ensure that the columns of y_prob correspond to this "
            "ordering."
        )
    place = positions(codes.classes, classes)
    if (place < 0).any():
        unknown = set(codes.classes[place < 0].tolist())
        raise DataError(f"y_true contains values {unknown} not belonging to the passed labels {labels}.")
    if len(classes) == 1:
        raise DataError(f"The labels array needs to contain at least two labels, got {classes}.")
    return place.astype(np.int32)[codes.codes], classes


def of_positive(y_true: Any, y_proba: Any, sample_weight: Any, pos_label: Any) -> Probabilities:
    """Probabilities of the positive class, shape (rows,).

    Raises:
        DataError: A probability lies outside [0, 1], or the target is not binary.
    """
    values, dtype = _probabilities(y_proba)
    target = describe(y_true, "y_true")
    check_lengths(values, y_true, sample_weight)
    weight = row_weights(sample_weight, len(values))
    if target.kind != BINARY:
        raise DataError(
            f"The type of the target inferred from y_true is {target.kind} but should be binary according to the "
            "shape of y_prob."
        )
    _check_range(scan_floats(values, threads_for(values.size)), values, "less")
    labels = target.encoded()
    if pos_label is None:
        numeric = labels.classes.dtype.kind not in "UO"
        pos_label = labels.classes.tolist()[-1] if numeric else obvious_positive(labels.classes)
        if numeric and labels.classes.tolist() in ([0], [-1]):
            pos_label = 1
    return Probabilities(is_positive(labels, pos_label), values, 2, weight, dtype)


def _either(y_true: Any, y_proba: Any, sample_weight: Any, pos_label: Any, labels: Any) -> Probabilities:
    shape = as_array(y_proba, "y_proba").shape
    if len(shape) == 1 or shape[1] == 1:
        return of_positive(y_true, y_proba, sample_weight, pos_label)
    return by_class(y_true, y_proba, sample_weight, labels)


@documented(**_RENAMED, **_LABELS)
def log_loss(
    y_true: Any,
    y_proba: Any = None,
    *,
    normalize: bool = True,
    sample_weight: Any = None,
    labels: Any = None,
    y_pred: Any = "deprecated",
) -> float:
    """The mean of -log p of the probability that each row gave to its true class; cross-entropy.

    A probability nearer to 0 or 1 than the resolution of its float type is moved there first.

    {parameters}

    Returns:
        The mean, or with ``normalize=False`` the sum.

    Raises:
        ValueError: A probability lies outside [0, 1], or the classes do not fit the columns.

    >>> log_loss([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.35])
    0.21616187468057912
    """
    flag("normalize", normalize)
    probabilities = by_class(y_true, renamed(y_proba, y_pred, warn), sample_weight, labels)
    mean = probabilities.log_loss()
    return mean if normalize else mean * float(probabilities.total)


@documented(
    **_LABELS,
    pos_label="The label whose probability `y_proba` of shape (rows,) is; None for the greater of two numbers.",
    scale_by_half="Whether to halve the sum over classes, so that it lies in [0, 1]; \"auto\" does for two classes.",
)  # fmt: skip
def brier_score_loss(
    y_true: Any,
    y_proba: Any,
    *,
    sample_weight: Any = None,
    pos_label: Any = None,
    labels: Any = None,
    scale_by_half: Any = "auto",
) -> float:
    """The mean squared distance of probabilities to what happened.

    G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950).

    {parameters}

    Raises:
        ValueError: A probability lies outside [0, 1], or the classes do not fit the columns.

    >>> round(brier_score_loss([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3]), 4)
    0.0375
    """
    positive_label(pos_label)
    one_of("scale_by_half", scale_by_half, ("auto", True, False))
    probabilities = _either(y_true, y_proba, sample_weight, pos_label, labels)
    score = probabilities.brier()
    halved = probabilities.classes < 3 if isinstance(scale_by_half, str) else scale_by_half
    return score / 2 if halved else score


def _enough_rows(y_true: Any, y_proba: Any, sample_weight: Any) -> bool:
    check_lengths(y_proba, y_true, sample_weight)
    if rows_of(y_proba, "y_proba") >= 2:
        return True
    warn_undefined("D^2 score is not well-defined with less than two samples.")
    return False


@documented(**_RENAMED, **_LABELS)
def d2_log_loss_score(
    y_true: Any, y_proba: Any = None, *, sample_weight: Any = None, labels: Any = None, y_pred: Any = "deprecated"
) -> float:
    """The share of the log loss of the class frequencies that is saved: 1 - loss / loss of the frequencies.

    {parameters}

    Returns:
        A float up to 1; 0 for answering the frequencies, less for worse. NaN with a warning for fewer than two rows.

    Raises:
        ValueError: A probability lies outside [0, 1], or the classes do not fit the columns.

    >>> round(d2_log_loss_score([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.35]), 4)
    0.6881
    """
    y_proba = renamed(y_proba, y_pred, warn)
    if not _enough_rows(y_true, y_proba, sample_weight):
        return math.nan
    probabilities = by_class(y_true, y_proba, sample_weight, labels)
    return improvement(probabilities.log_loss(), probabilities.frequencies().log_loss())


@documented(
    **_LABELS,
    pos_label="The label whose probability `y_proba` of shape (rows,) is; None for the greater of two numbers.",
)
def d2_brier_score(
    y_true: Any, y_proba: Any, *, sample_weight: Any = None, pos_label: Any = None, labels: Any = None
) -> float:
    """The share of the Brier score of the class frequencies that is saved: the Brier skill score.

    {parameters}

    Returns:
        A float up to 1; 0 for answering the frequencies, less for worse. NaN with a warning for fewer than two rows.

    Raises:
        ValueError: A probability lies outside [0, 1], or the classes do not fit the columns.

    >>> round(d2_brier_score([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.35]), 4)
    0.8175
    """
    positive_label(pos_label)
    if not _enough_rows(y_true, y_proba, sample_weight):
        return math.nan
    probabilities = _either(y_true, y_proba, sample_weight, pos_label, labels)
    return improvement(probabilities.brier(), probabilities.frequencies().brier())


@documented(
    **ONE_TARGET,
    pred_decision="Decision values of shape (rows,), or of each class in ascending order, shape (rows, classes).",
    labels="All classes, where not all of them occur in `y_true`.",
)
def hinge_loss(y_true: Any, pred_decision: Any, *, labels: Any = None, sample_weight: Any = None) -> float:
    """The mean of max(0, 1 - margin): the decision value of the true class minus the highest other one.

    Of a binary target the margin is the decision value, its sign turned for the negative class.

    {parameters}

    Raises:
        ValueError: The decision values do not fit the classes, or are not finite.

    >>> hinge_loss([-1, 1, 1], [-2.18, 2.36, 0.09])
    0.30333333333333334
    """
    check_lengths(y_true, pred_decision, sample_weight)
    scores = numbers(pred_decision, "pred_decision")
    target = describe(column(as_array(y_true, "y_true"), "y_true"), "y_true")
    if target.labels is None:
        raise DataError(f"y_true holds no labels ({target.kind} is not supported)")
    codes = target.encoded()
    classes = codes.classes if labels is None else np.unique(as_array(labels, "labels"))
    if len(classes) > 2:
        _check_decisions(scores, len(codes.codes), len(classes), declared=labels is not None)
        place = positions(codes.classes, classes)
        if (place < 0).any():
            raise DataError(f"y_true contains labels that are not in labels: {codes.classes[place < 0]}")
        margin = class_margins(scores, place[codes.codes])
    else:
        signs = np.where(codes.codes == 1, 1.0, -1.0)
        margin = signs * column(scores, "pred_decision")
    losses = hinge_losses(margin).astype(np.float64, copy=False)
    return mean_of(losses, row_weights(sample_weight, len(losses)), threads_for(len(losses)))


def _check_decisions(scores: NDArray[Any], rows: int, classes: int, declared: bool) -> None:
    wanted = f"({rows}, {classes}). Got: {scores.shape}"
    if scores.ndim == 1:
        raise ColumnError(
            "The shape of pred_decision cannot be 1d arraywith a multiclass target. pred_decision shape must be "
            f"(n_samples, n_classes), that is {wanted}"
        )
    if scores.shape[1] == classes:
        return
    if not declared:
        raise ColumnError("Please include all labels in y_true or pass labels as third argument")
    raise ColumnError(
        "The shape of pred_decision is not consistent with the number of classes. With a multiclass target, "
        f"pred_decision shape must be (n_samples, n_classes), that is {wanted}"
    )


@documented(**ONE_TARGET,
    n_bins="How many bins of probabilities there are.",
    strategy="\"uniform\" for bins of equal width, \"quantile\" for bins that hold equally many rows.",
    pos_label="The label whose probability `y_proba` of shape (rows,) is; None for the greater of two numbers.",
    **_LABELS,
)  # fmt: skip
def expected_calibration_error(
    y_true: Any,
    y_proba: Any,
    *,
    n_bins: int = 10,
    strategy: str = "uniform",
    sample_weight: Any = None,
    pos_label: Any = None,
    labels: Any = None,
) -> float:
    """The mean distance, over bins, between the probability that was given and how often it came true.

    Of several classes it is that of the greatest probability (top-label calibration). M. P. Naeini et al. (2015).
    Biased upwards on few rows: even perfectly calibrated probabilities do not meet the frequencies of a sample.

    {parameters}

    Raises:
        ValueError: A probability lies outside [0, 1], or the classes do not fit the columns.

    >>> round(expected_calibration_error([0, 0, 1, 1], [0.15, 0.35, 0.8, 0.95], n_bins=5), 4)
    0.1875
    """
    whole_number("n_bins", n_bins, 1)
    one_of("strategy", strategy, ("uniform", "quantile"))
    positive_label(pos_label)
    probabilities = _either(y_true, y_proba, sample_weight, pos_label, labels)
    if probabilities.codes.ndim == 2:
        raise DataError("multilabel-indicator is not supported: pass one label at a time")
    if probabilities.weight is not None and probabilities.weight.min() < 0:
        raise DataError("sample_weight holds negative weights: a calibration error takes none")
    probability, outcome = probabilities.values, probabilities.codes
    if probabilities.values.ndim == 2:
        top = probabilities.values.argmax(axis=1)
        probability, outcome = (
            probabilities.values[np.arange(len(top)), top],
            (top == probabilities.codes).view(np.uint8),
        )
    probability = probability.astype(np.float64, copy=False)
    edges = calibration.bin_edges(probability, int(n_bins), strategy == "quantile")
    return calibration.expected_calibration_error(outcome, probability, probabilities.weight, edges)
