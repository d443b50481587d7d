"""A slice is compared with all other rows, but those of one that is clearly off, and none of its own among them."""

import numpy as np
import pytest
from scipy import stats

import gnomon

RNG = np.random.default_rng(8)
N = 600
GROUP = np.array(["a", "b", "c", "d", "e"])[RNG.integers(0, 5, N)]
Y = RNG.integers(0, 2, N)
P = np.clip(0.3 + 0.3 * Y * (GROUP != "b") + RNG.normal(0, 0.2, N), 0.01, 0.99)
AMOUNT = RNG.normal(size=N)
FORECAST = AMOUNT + np.where(GROUP == "c", 2.0, 0.5) * RNG.normal(size=N)
WEIGHT = RNG.uniform(0.5, 2, N)
DATA = {"y": Y, "p": P, "amount": AMOUNT, "forecast": FORECAST, "g": GROUP, "w": WEIGHT}


@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_the_rest_is_all_other_rows(kind, weight):
    """Each difference is the slice's estimate less that of a separate evaluation of the rest, without the odd one."""
    columns = {"target": "y", "score": "p"} if kind == "binary" else {"target": "amount", "prediction": "forecast"}
    ev = gnomon.evaluate(DATA, **columns, slices="g", weight=weight)
    odd = "b" if kind == "binary" else "c"
    assert f"g: slices are compared with the other rows except those of {odd}, which clearly differ." in ev.notes
    for value, own in ev.slices["g"].items():
        mine, others = (
            {name: column[mask] for name, column in DATA.items()}
            for mask in (value == GROUP, (value != GROUP) & (odd != GROUP))
        )
        # The rows of the rest are not gathered, so how much its variance varies is not known, as where they are binned.
        rest = gnomon.evaluate(others, **columns, weight=weight, exact="auto" if kind == "binary" else False)
        alone = gnomon.evaluate(mine, **columns, weight=weight)
        assert own.differences
        for name, difference in own.differences.items():
            assert difference.value == pytest.approx(alone[name].value - rest[name].value, abs=1e-12), (value, name)
            if difference.method == "newcombe":
                first, second = alone[name], rest[name]
                low = difference.value - np.hypot(first.value - first.low, second.high - second.value)
                high = difference.value + np.hypot(first.high - first.value, second.value - second.low)
                assert (difference.low, difference.high) == pytest.approx((low, high), rel=1e-9), (value, name)


def test_p_values_are_adjusted_over_all_slices():
    """By Benjamini and Hochberg, as SciPy does it, measure by measure."""
    ev = gnomon.evaluate(DATA, target="y", score="p", slices="g")
    slices = ev.slices["g"].values()
    for name in ("roc_auc", "accuracy", "recall"):
        plain = [own.differences[name].p_value for own in slices]
        expected = stats.false_discovery_control(plain, method="bh")
        assert [own.differences[name].p_value_bh for own in slices] == pytest.approx(expected)
        assert max(abs(np.array(plain) - expected)) > 0


def test_a_better_slice_is_not_the_worst():
    """The order of the worst slices begins with those that are worse for sure; advice names the first of them."""
    ev = gnomon.evaluate(DATA, target="y", score="p", slices="g")
    assert ev.worst_slices()[0][1] == "b"
    assert [own.numbers["slice"] for own in ev.advice if own.rule == "worst_slice"] == ["b"]
    gaps = [own.differences["roc_auc"].value for _, _, own in ev.worst_slices()]
    assert gaps == sorted(gaps)
    turned = {**DATA, "p": np.where(GROUP == "b", 0.9 * Y + 0.05, P)}  # now it is the best
    found = gnomon.evaluate(turned, target="y", score="p", slices="g")
    assert found.worst_slices()[-1][1] == "b"
    assert found.slices["g"]["b"].differences["roc_auc"].p_value_bh < 0.05
    assert "b" not in [own.numbers["slice"] for own in found.advice if own.rule == "worst_slice"]
