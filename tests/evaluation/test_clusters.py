"""Rows of one cluster vary together: every interval allows for it."""

import numpy as np
import pytest

import gnomon
from gnomon.errors import ColumnError, DataError, UsageError


def rows(groups=80, size=6, seed=0):
    """Rows that are alike within their groups: the class, a probability, an amount and its forecast."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), size)
    common = rng.normal(size=groups)[group]
    label = (rng.random(len(group)) < 1 / (1 + np.exp(-1.5 * common))).astype(int)
    probability = 1 / (1 + np.exp(-(common + 0.5 * label + rng.normal(size=len(group)))))
    return {
        "g": group,
        "y": label,
        "p": probability,
        "amount": common + rng.normal(size=len(group)),
        "forecast": 0.5 * common,
        "w": rng.uniform(0.2, 3, len(group)),
    }


KINDS = {"binary": {"target": "y", "score": "p"}, "regression": {"target": "amount", "prediction": "forecast"}}
# Measures whose interval is made in the same way with and without clusters, or nearly so.
ALIKE = ("recall", "precision", "roc_auc", "average_precision", "ks", "log_loss", "brier_score", "mse", "mae", "r2")


@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("kind", KINDS)
def test_clusters_of_one_row_are_independent_rows(kind, weight):
    """The intervals are nearly those without clusters: both rest on the same influences."""
    data = rows() | {"own": np.arange(480)}
    plain = gnomon.evaluate(data, **KINDS[kind], weight=weight)
    single = gnomon.evaluate(data, **KINDS[kind], weight=weight, cluster="own")
    for name in set(ALIKE) & set(plain):
        width = plain[name].high - plain[name].low
        assert single[name].value == plain[name].value
        assert single[name].low == pytest.approx(plain[name].low, abs=0.06 * width), name
        assert single[name].high == pytest.approx(plain[name].high, abs=0.06 * width), name


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_twice_changes_nothing(kind):
    """A cluster of the same row twice says what the row says once."""
    data = {name: own[:200] for name, own in rows().items()} | {"own": np.arange(200)}
    twice = {name: np.tile(own, 2) for name, own in data.items()}
    once = gnomon.evaluate(data, **KINDS[kind], cluster="own")
    again = gnomon.evaluate(twice, **KINDS[kind], cluster="own")
    for name, own in once.items():
        if name not in ("ks", "median_absolute_error", "max_error"):
            slack = 1e-3 if name == "roc_auc" else 1e-6  # DeLong's correction counts the rows of each class
            assert (again[name].low, again[name].high) == pytest.approx((own.low, own.high), rel=slack), name


def test_the_variance_of_a_mean_is_that_of_cluster_sums():
    """By hand: the sum of squared sums of deviations, G / (G - 1), over n squared."""
    data = rows()
    ev = gnomon.evaluate(data, target="amount", prediction="forecast", cluster="g")
    error = data["forecast"] - data["amount"]
    sums = np.bincount(data["g"], error - error.mean())
    variance = (sums**2).sum() / len(error) ** 2 * 80 / 79
    from scipy import stats

    half = stats.t.ppf(0.975, 79) * np.sqrt(variance)
    assert ev["mean_error"].high - ev["mean_error"].value == pytest.approx(half, rel=1e-9)
    assert ev["mean_error"].method == "linearised"


def test_alike_rows_widen_intervals_and_are_noted():
    """Rows that are alike within clusters say less than as many independent ones; text names clusters, too."""
    data = rows(groups=20, size=24)
    data["patient"] = np.array([f"patient {g}" for g in data["g"]])
    plain, grouped = (gnomon.evaluate(data, target="y", score="p", cluster=c) for c in (None, "patient"))
    for name in ("accuracy", "roc_auc", "log_loss", "f1"):
        assert grouped[name].high - grouped[name].low > 1.1 * (plain[name].high - plain[name].low)
    assert any("20 clusters" in note and "patient" in note for note in grouped.notes)
    assert any("fewer than 30" in note for note in grouped.notes)
    assert grouped.provenance["columns"]["cluster"] == "patient"
    difference, alone = (ev.baseline.differences["brier_score"] for ev in (grouped, plain))
    assert difference.value == alone.value
    assert difference.p_value > alone.p_value


def test_order_threads_and_pieces_do_not_matter(tmp_path):
    """The same JSON for rows in any order, any number of threads, and from a file in many pieces."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    data = rows() | {"c": np.array([f"c{g}" for g in rows()["g"]])}
    first = gnomon.evaluate(data, target="y", score="p", weight="w", cluster="c", threads=1)
    order = np.random.default_rng(1).permutation(480)
    shuffled = {name: own[order] for name, own in data.items()}
    again = gnomon.evaluate(shuffled, target="y", score="p", weight="w", cluster="c", threads=3)
    pq.write_table(pa.table(shuffled), tmp_path / "rows.parquet", row_group_size=37)
    file = gnomon.evaluate(tmp_path / "rows.parquet", target="y", score="p", weight="w", cluster="c", threads=2)
    assert dict(first) == dict(again) == dict(file)
    assert first.baseline == again.baseline == file.baseline


def test_several_classes_and_slices():
    """Per-class estimates and averages allow for clusters, and so do slices and their differences to the rest."""
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(60), 5)
    label = rng.integers(0, 3, 60)[group]
    scores = np.exp(rng.normal(size=(60, 3))[group] + 1.5 * np.eye(3)[label])
    scores /= scores.sum(axis=1, keepdims=True)
    data = {"y": label, "g": group, "part": np.array(["a", "b"])[rng.integers(0, 2, 300)]}
    data |= {f"p{code}": scores[:, code] for code in range(3)}
    options = {"target": "y", "score": ["p0", "p1", "p2"], "slices": "part"}
    plain, grouped = (gnomon.evaluate(data, **options, cluster=cluster) for cluster in (None, "g"))
    for name in ("f1_macro", "roc_auc_macro", "log_loss", "f1_micro"):
        assert grouped[name].high - grouped[name].low > 1.3 * (plain[name].high - plain[name].low), name
    own, other = grouped.per_class["1"]["average_precision"], plain.per_class["1"]["average_precision"]
    assert own.value == other.value
    assert own.high - own.low > other.high - other.low
    of_slice = grouped.slices["part"]["a"]["accuracy"]
    assert of_slice.method == "linearised"
    assert not np.isnan(grouped.slices["part"]["a"].differences["accuracy"].p_value)


def test_bad_clusters():
    """One cluster says nothing; missing ones are counted; labels and certified evaluations have none."""
    data = rows(groups=4, size=5)
    one = gnomon.evaluate(data | {"g": np.zeros(20, int)}, target="amount", prediction="forecast", cluster="g")
    assert np.isnan(one["mae"].low)
    assert "one cluster" in one["mae"].reason
    missing = [None if g == 2 else float(g) for g in data["g"]]
    with pytest.raises(DataError, match="'g' has 5 missing values"):
        gnomon.evaluate(data | {"g": missing}, target="y", score="p", cluster="g")
    with pytest.raises(ColumnError, match="no column 'patient'"):
        gnomon.evaluate(data, target="y", score="p", cluster="patient")
    with pytest.raises(UsageError, match="remove exact=False"):
        gnomon.evaluate(data, target="y", score="p", cluster="g", exact=False)
    with pytest.raises(UsageError, match="raise memory="):
        gnomon.evaluate(data, target="y", score="p", cluster="g", memory=100)
    labels = {"a": [0, 1], "b": [1, 0], "c": [0, 1], "d": [1, 1], "g": [0, 1]}
    with pytest.raises(UsageError, match="cluster= is not supported for several labels"):
        gnomon.evaluate(labels, target=["a", "b"], prediction=["c", "d"], cluster="g")


def test_perfect_shares_rest_on_the_clusters_that_have_such_rows():
    """Ten positives, all found, among a thousand rows that are clusters by themselves: Wilson's of ten, not of all."""
    y = (np.arange(1000) < 10).astype(int)
    score = np.where(y == 1, 0.9, np.linspace(0, 0.6, 1000))
    plain, own = gnomon.evaluate(y, score), gnomon.evaluate(y, score, cluster=np.arange(1000))
    assert own["recall"].low == pytest.approx(plain["recall"].low)
    twice = gnomon.evaluate(y, score, cluster=np.arange(1000) // 2)
    assert twice["recall"].low < own["recall"].low


def copied(rows, times):
    """Every row so many times."""
    return {name: np.repeat(own, times) for name, own in rows.items()}


def test_copies_make_a_calibration_no_surer():
    """Rows copied ten times, each row with its copies a cluster, say of the calibration what the rows themselves do."""
    rng = np.random.default_rng(8)
    p = rng.uniform(0.02, 0.98, 600)
    rows = {"y": (rng.random(600) < p**1.1).astype(int), "p": p, "c": np.arange(600)}
    once = gnomon.evaluate(rows["y"], rows["p"]).calibration
    ten = copied(rows, 10)
    naive = gnomon.evaluate(ten["y"], ten["p"]).calibration
    found = gnomon.evaluate(ten["y"], ten["p"], cluster=ten["c"]).calibration
    for name in ("slope", "slope_intercept", "intercept"):
        own, expected, thin = (getattr(each, name) for each in (found, once, naive))
        assert own.value == pytest.approx(expected.value, rel=1e-6)
        assert own.high - own.low == pytest.approx(expected.high - expected.low, rel=0.05)
        assert own.high - own.low > 2.5 * (thin.high - thin.low)
    assert found.z == pytest.approx(once.z, rel=0.1)
    assert found.p_value == pytest.approx(once.p_value, abs=0.05)
    for curve in ("equal_width", "equal_mass"):
        own, expected = getattr(found, curve), getattr(once, curve)
        assert own.expected_error == pytest.approx(expected.expected_error, rel=0.1)
        assert own.error_p_value == pytest.approx(expected.error_p_value, abs=0.08)
        for end in ("low", "high", "band_low", "band_high"):
            assert getattr(own, end) == pytest.approx(getattr(expected, end), abs=0.1), end


def test_copies_make_residuals_no_surer():
    """The mean error in a range of predictions allows for clusters, too."""
    rng = np.random.default_rng(9)
    target = rng.normal(size=300)
    rows = {"y": target, "p": target + rng.normal(size=300), "c": np.arange(300)}
    ten = copied(rows, 10)
    once = gnomon.evaluate(rows["y"], rows["p"]).errors.residuals
    found = gnomon.evaluate(ten["y"], ten["p"], cluster=ten["c"]).errors.residuals
    assert len(found) == len(once) == 10
    for own, expected in zip(found, once, strict=True):
        assert own.mean_error.value == pytest.approx(expected.mean_error.value)
        assert (own.mean_error.low, own.mean_error.high) == pytest.approx(
            (expected.mean_error.low, expected.mean_error.high), rel=0.05, abs=0.02
        )


def test_slices_that_share_clusters_are_compared_by_cluster():
    """The variance of a difference is that of the jackknife over clusters, which both sides may have rows of."""
    rng = np.random.default_rng(10)
    group = np.repeat(np.arange(40), rng.integers(2, 12, 40))
    common = rng.normal(size=40)[group]
    label = rng.integers(0, 2, len(group))
    called = np.where(rng.random(len(group)) < 1 / (1 + np.exp(-1 - common)), label, 1 - label)
    rows = {"y": label, "called": called, "g": group, "part": rng.choice(["a", "b"], len(group))}
    found = gnomon.evaluate(rows, target="y", prediction="called", slices="part", cluster="g")

    def difference(keep):
        right = called == label
        return right[keep & (rows["part"] == "a")].mean() - right[keep & (rows["part"] == "b")].mean()

    value = difference(np.ones(len(group), bool))
    # To first order: each side moves by what the cluster adds to it, over what it leaves.
    left = np.array([difference(group != own) for own in range(40)])
    own = found.slices["part"]["a"].differences["accuracy"]
    half = (own.high - own.low) / 2
    assert own.value == pytest.approx(value)
    variance = 39 / 40 * ((left - value) ** 2).sum()
    t = half / variance**0.5
    assert 2.02 < t < 2.2  # Student's, with 39 degrees of freedom or somewhat fewer
    apart = gnomon.evaluate(rows, target="y", prediction="called", slices="part").slices["part"]["a"]
    assert own.method == "linearised" != apart.differences["accuracy"].method


def test_rows_copied_within_slices_make_no_slice_surer():
    """Ten copies of every row, each row with its copies a cluster: the slices differ as surely as the rows do."""
    rng = np.random.default_rng(11)
    label = rng.integers(0, 2, 600)
    rows = {"y": label, "p": np.clip(0.3 * label + rng.random(600) * 0.7, 0, 1), "part": rng.choice(["a", "b"], 600),
            "c": np.arange(600)}  # fmt: skip
    options = {"target": "y", "score": "p", "slices": "part"}
    once = gnomon.evaluate(rows, **options, cluster="c").slices["part"]["a"].differences
    ten = gnomon.evaluate(copied(rows, 10), **options, cluster="c").slices["part"]["a"].differences
    for name in ("accuracy", "roc_auc", "log_loss", "f1"):
        assert ten[name].p_value == pytest.approx(once[name].p_value, rel=0.02), name
        assert ten[name].high - ten[name].low == pytest.approx(once[name].high - once[name].low, rel=0.01), name


@pytest.mark.parametrize("interval", ["percentile", "bca"])
def test_replicates_of_clusters_are_refused(interval):
    """They would take rows as independent: neither evaluations nor comparisons make them, or ignore the option."""
    rng = np.random.default_rng(4)
    rows = {"y": rng.integers(0, 2, 60), "p": rng.random(60), "q": rng.random(60), "c": np.arange(60) // 3}
    with pytest.raises(gnomon.UsageError, match="takes rows as independent"):
        gnomon.evaluate(rows, target="y", score="p", cluster="c", interval=interval)
    with pytest.raises(gnomon.UsageError, match="takes rows as independent"):
        gnomon.compare(rows, target="y", score=["p", "q"], cluster="c", interval=interval)
