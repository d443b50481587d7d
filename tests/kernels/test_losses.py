"""Losses of probabilities against exact arithmetic and the standard library's logarithm."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given

from gnomon.kernels.losses import class_losses, clipping, sum_binary_losses
from tests.strategies import binary_rows, probabilities


@given(binary_rows(score=probabilities))
def test_sums_of_brier_and_log_loss(rows):
    """Each row's loss, summed without rounding, equals the textbook one to the last places."""
    label, score, weight = rows
    brier, log_loss = sum_binary_losses(label, score, weight, 1)
    w = np.ones(len(label)) if weight is None else weight
    least, most = clipping(score.dtype)
    squares, logs = [], []
    for y, p in zip(label, score.astype(np.float64).tolist(), strict=True):
        squares.append((p - int(y)) ** 2)
        logs.append(-math.log(min(most, max(least, p if y else 1 - p))))
    assert float(brier.value) == pytest.approx(math.fsum(w * squares), rel=1e-15)
    assert float(log_loss.value) == pytest.approx(math.fsum(w * logs), rel=1e-14, abs=1e-300)
    assert brier.square.fraction() >= 0


def test_logarithm_within_one_ulp():
    """The vectorised logarithm is right to the last place or the one before."""
    rng = np.random.default_rng(0)
    p = np.concatenate([rng.random(50_000), 2.0 ** -rng.uniform(0, 52, 50_000), [1.0, 0.5, 0.75, math.sqrt(0.5)]])
    least, most = clipping(np.dtype(np.float64))
    expected = np.array([-math.log(min(most, max(least, x))) for x in p])
    losses, _ = class_losses(np.zeros(len(p), np.int32), np.column_stack([p, 1 - p]), 1)
    assert (np.abs(losses - expected) <= np.spacing(expected)).all()


def test_a_constant_loss_has_no_variance():
    """Squares are summed exactly: n * sum of squares equals the square of the sum."""
    n = 100_001
    label, score = np.ones(n, np.uint8), np.full(n, 0.7)
    brier, log_loss = sum_binary_losses(label, score, None, 2)
    for sums in (brier, log_loss):
        assert sums.square.fraction() * n == sums.value.fraction() ** 2
    assert brier.value.fraction() == n * Fraction((0.7 - 1) ** 2)
