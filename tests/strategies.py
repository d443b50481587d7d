"""Rows as they come in practice and as they should not: ties, skew, odd magnitudes, weights, tiny n."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

# Scores that are equal, nearly equal (one ulp), negative zero, denormal, huge, tiny.
ODD_SCORES = (
    0.0,
    -0.0,
    0.5,
    float(np.nextafter(0.5, 1)),
    float(np.nextafter(0.5, 0)),
    1.0,
    -1.0,
    5e-324,
    -5e-324,
    1e-310,
    1e308,
    -1e308,
    1e-300,
    3.0,
)

scores = st.one_of(
    st.sampled_from(ODD_SCORES),
    st.floats(-10, 10, allow_nan=False),
    st.integers(-3, 3).map(float),
    st.floats(allow_nan=False, allow_infinity=False),
)

probabilities = st.one_of(
    st.sampled_from((0.0, 1.0, 0.5, float(np.nextafter(0.5, 1)), 1e-17, 1.0 - 2.0**-53, 0.25)),
    st.floats(0, 1),
    st.integers(0, 4).map(lambda step: step / 4),
)

weights = st.one_of(st.integers(1, 5).map(float), st.floats(1e-3, 1e3), st.sampled_from((0.1, 0.2, 0.3, 1e-6, 1e6)))


@st.composite
def binary_rows(draw, score=scores, least=2, most=40, weighted=None):
    """Labels (uint8, both classes present), scores (float64 or float32) and weights or None."""
    n = draw(st.integers(least, most))
    labels = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)), np.uint8)
    first = draw(st.integers(0, n - 1))
    labels[first], labels[(first + 1) % n] = 0, 1
    values = np.array(draw(st.lists(score, min_size=n, max_size=n)), np.float64)
    if draw(st.booleans()):
        with np.errstate(over="ignore"):
            narrow = values.astype(np.float32)
        if np.isfinite(narrow).all():
            values = narrow
    has_weights = draw(st.booleans()) if weighted is None else weighted
    weight = np.array(draw(st.lists(weights, min_size=n, max_size=n))) if has_weights else None
    return labels, values, weight


@st.composite
def class_rows(draw, classes=None, least=2, most=40):
    """True and predicted class codes, at least two classes true, and weights or None."""
    k = classes or draw(st.integers(2, 6))
    n = draw(st.integers(max(least, 2), most))
    target = np.array(draw(st.lists(st.integers(0, k - 1), min_size=n, max_size=n)))
    target[0], target[1] = 0, 1
    predicted = np.array(draw(st.lists(st.integers(0, k - 1), min_size=n, max_size=n)))
    weight = np.array(draw(st.lists(weights, min_size=n, max_size=n))) if draw(st.booleans()) else None
    return target, predicted, weight


@st.composite
def regression_rows(draw, least=2, most=40):
    """Targets, predictions (some far from zero) and weights or None."""
    n = draw(st.integers(least, most))
    amount = st.one_of(st.floats(-1e3, 1e3), st.integers(-5, 5).map(float))
    shift = draw(st.sampled_from((0.0, 0.0, 1e6, -1e3)))
    target = np.array(draw(st.lists(amount, min_size=n, max_size=n))) + shift
    prediction = np.array(draw(st.lists(amount, min_size=n, max_size=n))) + shift
    weight = np.array(draw(st.lists(weights, min_size=n, max_size=n))) if draw(st.booleans()) else None
    return target, prediction, weight


@st.composite
def partitions(draw, n):
    """A permutation of n rows and the places to cut it."""
    order = np.array(draw(st.permutations(range(n))))
    cuts = sorted(draw(st.lists(st.integers(0, n), max_size=4)))
    return np.split(order, cuts)


def without_row_numbers(evaluation):
    """The JSON form without the list of the most wrong rows, which are called by their place."""
    form = evaluation.to_dict()
    del form["errors"]["rows"]
    return form
