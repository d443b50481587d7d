"""Moments of residuals against exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given

from gnomon.kernels.residuals import TERMS, largest_residual, sum_residuals
from tests.strategies import regression_rows

POWERS = {
    "e": (1, 0), "e2": (2, 0), "e3": (3, 0), "e4": (4, 0), "y": (0, 1), "y2": (0, 2), "y3": (0, 3),
    "y4": (0, 4), "ey": (1, 1), "ey2": (1, 2), "e2y": (2, 1), "e2y2": (2, 2),
}  # fmt: skip


@given(regression_rows())
def test_sums_equal_exact_moments(rows):
    """Low orders are exact, high ones right to about 2^-100 of the largest term."""
    target, prediction, weight = rows
    sums = sum_residuals(target, prediction, weight, 1)
    errors = target - prediction
    w = np.ones(len(target)) if weight is None else weight
    assert set(sums) == set(TERMS)
    assert largest_residual(target, prediction, 1) == np.abs(errors).max()
    for term, (e_power, y_power) in POWERS.items():
        terms = [
            Fraction(a) * Fraction(e) ** e_power * Fraction(y) ** y_power
            for a, e, y in zip(w, errors, target, strict=True)
        ]
        slack = max(abs(t) for t in terms) * len(terms) * Fraction(1, 2**99)
        assert abs(sums[term].fraction() - sum(terms)) <= slack + Fraction(1, 2**1000)
    assert float(sums["abs"]) == pytest.approx(float((w * np.abs(errors)).sum()), rel=1e-12)
    relative = np.abs(errors) / np.maximum(np.abs(target), np.finfo(float).eps)
    assert float(sums["q"]) == pytest.approx(float((w * relative).sum()), rel=1e-12)


def test_threads_and_order_do_not_matter():
    """The same sums for any number of threads and any order of the rows."""
    rng = np.random.default_rng(0)
    target, prediction, weight = rng.standard_normal((3, 200_000))
    weight = np.abs(weight) + 0.1
    found = []
    for threads in (1, 2, 7):
        order = rng.permutation(len(target))
        found.append(sum_residuals(target[order], prediction[order], weight[order], threads))
    assert found[0] == found[1] == found[2]
