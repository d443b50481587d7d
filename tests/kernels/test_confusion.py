"""Confusion counts against scikit-learn, weights against exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from sklearn.metrics import confusion_matrix

from gnomon.kernels.confusion import count_confusion, count_confusion_at, sum_confusion_weights
from tests.strategies import binary_rows, class_rows


@given(class_rows())
def test_counts_equal_sklearn(rows):
    """Rows true, columns predicted."""
    target, predicted, _ = rows
    for dtype in (np.uint8, np.int32, np.int64):
        counts = count_confusion(target.astype(dtype), predicted.astype(dtype), 6, 2)
        assert np.array_equal(counts, confusion_matrix(target, predicted, labels=range(6)))


@given(class_rows())
def test_weights_are_exact(rows):
    """The sums of weights and of squared weights of each cell, as exact fractions."""
    target, predicted, weight = rows
    if weight is None:
        return
    sums = sum_confusion_weights(target.astype(np.int32), predicted.astype(np.int32), weight, 6, 1)
    assert set(sums) == set((target * 6 + predicted).tolist())
    for cell, (total, squares) in sums.items():
        own = [Fraction(w) for t, p, w in zip(target, predicted, weight, strict=True) if t * 6 + p == cell]
        assert total.fraction() == sum(own)
        assert squares.fraction() == sum(w * w for w in own)


@given(binary_rows())
def test_threshold_is_inclusive(rows):
    """A row whose score equals the threshold is predicted positive, for both float types."""
    label, score, _ = rows
    threshold = float(score[0])
    expected = confusion_matrix(label, (score >= threshold).astype(int), labels=[0, 1])
    assert np.array_equal(count_confusion_at(label, score, threshold, 1), expected)


@pytest.mark.parametrize("classes", [2, 5, 100])
def test_large_and_any_number_of_threads(classes):
    """Many rows, any number of threads: the same counts, none lost."""
    rng = np.random.default_rng(0)
    target, predicted = rng.integers(0, classes, (2, 500_001)).astype(np.uint8)
    expected = confusion_matrix(target, predicted, labels=range(classes))
    for threads in (1, 2, 7):
        assert np.array_equal(count_confusion(target, predicted, classes, threads), expected)


def test_codes_outside_the_classes_are_refused():
    """A code that is no class is an error, not a wrong count."""
    good, bad = np.array([0, 1], np.uint8), np.array([0, 2], np.uint8)
    for target, predicted in ((good, bad), (bad, good)):
        with pytest.raises(ValueError, match="outside"):
            count_confusion(target, predicted, 2, 1)
    for code in (2, -1, 2**40):
        with pytest.raises(ValueError, match="outside"):
            count_confusion(np.array([0, 1]), np.array([0, code]), 2, 1)
    with pytest.raises(ValueError, match="outside"):
        count_confusion(np.array([0, 5], np.int32), np.array([0, 1], np.int32), 3, 1)
    with pytest.raises(ValueError, match="outside"):
        count_confusion_at(bad, np.array([0.1, 0.2]), 0.5, 1)
    with pytest.raises(ValueError, match="length"):
        count_confusion(good, np.array([1], np.uint8), 2, 1)
