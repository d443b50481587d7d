"""Clusters of which few say anything: nothing is claimed, and the reason is told."""

import numpy as np
import pytest

import gnomon

RNG = np.random.default_rng(0)
N = 800
Y = (RNG.random(N) < 0.4).astype(int)
P = np.clip(0.3 + 0.3 * Y + RNG.normal(0, 0.2, N), 0, 1)
FIVE = np.arange(N) // 5


def test_the_corrected_value_of_a_promise_by_cluster_is_near_the_value():
    """Replicates choose by the ends that allow for clusters, as the choice itself does."""
    c = np.repeat(np.arange(40), 50)
    common = 1.5 * RNG.normal(size=40)[c]
    y = (RNG.random(2000) < 1 / (1 + np.exp(-common))).astype(int)
    s = 0.5 * common + y + 0.7 * RNG.normal(size=2000)
    found = gnomon.choose_threshold(y, s, where="precision.low >= 0.7", cluster=c, scale="any")
    assert found.met
    assert abs(found.optimism) < 0.03
    assert found["recall"].low < found.corrected.value < found["recall"].high


def test_one_cluster_meets_no_promise():
    """All rows above a threshold are right, and are of one cluster: its precision has no interval anywhere."""
    y, s, c = Y.copy(), RNG.random(N) * 0.8, np.repeat(np.arange(40), 20)
    y[c == 0], s[c == 0] = 1, 0.9 + 0.05 * RNG.random(20)
    ev = gnomon.evaluate(y, s, threshold=0.89, cluster=c)
    bands = ev.thresholds.bands(["precision"])["precision"]
    place = ev.thresholds.place(0.9)
    assert np.isnan(ev["precision"].low)
    assert "one cluster" in ev["precision"].reason
    assert bands.value[place] == 1.0
    assert np.isnan(bands.low[place])
    found = gnomon.choose_threshold(y, s, where="precision.low >= 0.75", cluster=c)
    assert not found.met


@pytest.mark.parametrize(
    "options", [{}, {"cluster": FIVE}, {"weight": np.full(N, 5.0)}, {"weight": RNG.exponential(size=N)}],
    ids=["plain", "clusters", "all alike", "weights"],
)  # fmt: skip
def test_a_number_of_rows_is_corrected_in_rows(options):
    """As many as there are rows at most, and near the number itself."""
    found = gnomon.choose_threshold(Y, P, goal="flagged", where="recall >= 0.8", **options)
    assert found.corrected.value == pytest.approx(found["flagged"].value, rel=0.05)
    assert found.corrected.low < found.corrected.value < found.corrected.high
    assert found.optimism == pytest.approx(found["flagged"].value - found.corrected.value)


def test_of_one_cluster_nothing_is_corrected():
    """No split has rows on both sides; a limit on an end is refused."""
    one = np.zeros(N, int)
    found = gnomon.choose_threshold(Y, P, goal="f1", cluster=one)
    assert found.corrected is None
    assert found.optimism is None
    assert np.isnan(found["f1"].low)
    with pytest.raises(gnomon.DataError, match="one cluster"):
        gnomon.choose_threshold(Y, P, where="precision.low >= 0.5", cluster=one)


def test_clusters_without_weight_are_none():
    """Rows of weight 0 are left out, and with them the clusters that have no others."""
    c = np.repeat(np.arange(20), 40)
    weight = np.where(c % 2 == 0, 0.0, 1.0)
    kept = weight > 0
    with_them = gnomon.evaluate(Y, P, weight=weight, cluster=c)
    without = gnomon.evaluate(Y[kept], P[kept], weight=weight[kept], cluster=c[kept])
    assert with_them.thresholds.clusters.number == without.thresholds.clusters.number == 10
    assert with_them.calibration == without.calibration
    for name, band in with_them.thresholds.bands().items():
        assert band.low == pytest.approx(without.thresholds.bands()[name].low, nan_ok=True)


def test_many_slices_are_compared_by_cluster_too():
    """But for their AUC, which takes a ranking of all other rows."""
    rows = {"y": Y, "p": P, "g": np.arange(N) % 54, "c": np.arange(N) // 2}
    ev = gnomon.evaluate(rows, target="y", score="p", slices="g", cluster="c")
    assert all("accuracy" in own.differences for own in ev.slices["g"].values())


def test_perfect_models_of_few_clusters_are_uncertain_in_every_measure():
    """Five clusters: KS knows no more than the accuracy does. A slice of one cluster says why it has no interval."""
    y = np.arange(300) % 2
    s = np.where(y == 1, 0.6, 0.1) + 0.3 * RNG.random(300)
    ev = gnomon.evaluate(y, s, cluster=np.arange(300) // 60)
    assert ev["accuracy"].low == ev["roc_auc"].low == ev["average_precision"].low < 0.6
    assert ev["ks"].low < 0.3
    rows = {"y": y, "p": s, "g": np.arange(300) < 15, "c": np.arange(300) // 15}
    own = gnomon.evaluate(rows, target="y", score="p", slices="g", cluster="c").slices["g"]["True"]
    assert "one cluster" in own.differences["accuracy"].reason
