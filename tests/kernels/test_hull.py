"""The convex hull of a ROC curve, against SciPy and by definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

from gnomon.kernels.ranking import Ranking, convex_hull


def corners(threshold, p, q):
    return {(int(a), int(b)) for a, b in zip(p, q, strict=True)}


@pytest.mark.parametrize("n", [50, 5000, 300_000])
@pytest.mark.parametrize("digits", [1, 3, 16])
def test_vertices_are_those_of_scipy(n, digits):
    """Of every point of the curve, with ties, in one partition or in many."""
    rng = np.random.default_rng(n + digits)
    label = (rng.random(n) < 0.3).astype(np.uint8)
    score = np.round(rng.normal(size=n) + label, digits)
    ranking = Ranking([score], [label], None, 2)
    threshold, p, q = ranking.hull()
    every = ranking.curve("all")
    points = np.column_stack([np.append(0, every[1]), np.append(0, every[2])])
    expected = {tuple(map(int, points[place])) for place in ConvexHull(points).vertices}
    assert expected <= corners(threshold, p, q)
    assert threshold[0] == np.inf
    assert (np.diff(threshold) < 0).all()
    for own, tp, fp in zip(threshold[1:], p[1:], q[1:], strict=True):
        assert tp == (label[score >= own] == 1).sum()
        assert fp == (label[score >= own] == 0).sum()


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12))
@settings(max_examples=200)
def test_no_direction_has_a_better_point(steps):
    """Of any curve: the greatest of a*p + b*q over all points is reached at a vertex."""
    steps = [step for step in steps if any(step)] or [(1, 0)]
    p, q = np.cumsum([step[0] for step in steps]), np.cumsum([step[1] for step in steps])
    _, hull_p, hull_q = convex_hull((np.arange(len(p), 0, -1).astype(float), p, q))
    points = np.column_stack([np.append(0, p), np.append(0, q)])
    vertices = np.column_stack([hull_p, hull_q])
    for angle in np.linspace(0, 2 * np.pi, 41):
        direction = np.array([np.cos(angle), np.sin(angle)])
        assert (vertices @ direction).max() == pytest.approx((points @ direction).max(), abs=1e-9)
    assert len(vertices) <= len(points)


def test_weights_are_exact():
    """Integer weights near 2^60 do not overflow the turns."""
    big = 2**60 - 1
    p, q = np.array([big // 2, big - 1, big]), np.array([0, big - 2, big])
    _, hull_p, _ = convex_hull((np.array([3.0, 2.0, 1.0]), p, q))
    assert hull_p.tolist() == [0, *p.tolist()]  # by one unit in 2^60 the second lies beyond the line
    q[1] += 1
    _, hull_p, _ = convex_hull((np.array([3.0, 2.0, 1.0]), p, q))
    assert hull_p.tolist() == [0, p[0], p[2]]
