"""What changed from one evaluation to another: slices by name, the surest losses first."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import gnomon
from gnomon.errors import UnknownEstimateError
from gnomon.intervals.difference import false_discovery


def evaluated(seed, hurt="none", regions=("north", "south", "east")):
    rng = np.random.default_rng(seed)
    n = 3000
    y = rng.integers(0, 2, n)
    region = rng.choice(list(regions), n)
    p = np.clip(0.5 + 0.4 * (y - 0.5) + rng.normal(size=n) * 0.25, 0, 1)
    p = np.where(region == hurt, rng.random(n), p)
    return gnomon.evaluate(pd.DataFrame({"y": y, "p": p, "region": region}), target="y", score="p", slices=["region"])


@pytest.fixture(scope="module")
def both():
    return gnomon.Evaluations({"old": evaluated(1), "new": evaluated(2, "east", ("east", "west", "north"))})


def test_a_slice_that_fell_stands_first(both):
    changes = both.changes()
    assert changes[0].slice == ("region", "east")
    assert changes[0].worse
    worse = [own for own in changes if own.worse]
    assert list(changes[: len(worse)]) == worse
    assert {own.slice for own in worse if own.slice is not None} == {("region", "east")}
    better = gnomon.Evaluations({"a": both["new"], "b": both["old"]}).changes()
    assert sum(own.worse is False for own in better) == len(worse)
    assert both.changes("new", "old") == better
    with pytest.raises(UnknownEstimateError):
        both.changes("odl")


def test_each_change_is_a_difference_of_two_samples(both):
    """Against SciPy's test of two proportions by their standard errors; p-values adjusted over all changes."""
    changes = {(own.slice, own.measure): own for own in both.changes()}
    own = changes[None, "accuracy"]
    old, new = both["old"]["accuracy"], both["new"]["accuracy"]
    assert own.difference.value == new.value - old.value
    error = np.hypot(old.standard_error, new.standard_error)
    assert own.difference.p_value == pytest.approx(2 * stats.norm.sf(abs(own.difference.value) / error), rel=1e-6)
    having = [each for each in both.changes() if each.difference is not None]
    adjusted = false_discovery([each.difference.p_value for each in having])
    assert [each.difference.p_value_bh for each in having] == pytest.approx(adjusted, nan_ok=True)


def test_slices_are_matched_by_name(both):
    """Those that one evaluation lacks have no difference, and stand last."""
    alone = {own.slice[1] for own in both.changes() if own.slice is not None and (own.old is None or own.new is None)}
    assert alone == {"south", "west"}
    assert both.changes()[-1].difference is None


def test_reports_begin_with_what_changed(both):
    text = both.to_markdown()
    assert text.index("from old to new") < text.index("| accuracy |")
    assert "region\\:east" in text
    assert "What changed" in both.to_html()
