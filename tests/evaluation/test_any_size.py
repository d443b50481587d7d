"""Exact in memory, exact in ranges, certified: the same rows, the same result, or one within its bound."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import gnomon
from gnomon.errors import UsageError
from gnomon.evaluation.arguments.retention import available_memory, bytes_of

N = 40_000


@pytest.fixture(scope="module")
def rows():
    """Scores of three kinds: continuous, with heavy ties, decision values in float32."""
    rng = np.random.default_rng(3)
    y = (rng.random(N) < 0.2).astype(np.int64)
    z = rng.standard_normal(N) + y
    p = 1 / (1 + np.exp(-z))
    return {"y": y, "p": p, "tied": np.where(rng.random(N) < 0.4, 0.5, np.round(p, 2)), "z": z.astype(np.float32),
            "w": rng.exponential(size=N), "k": rng.integers(0, 3, N)}  # fmt: skip


@pytest.fixture(scope="module")
def path(rows, tmp_path_factory):
    file = tmp_path_factory.mktemp("any_size") / "rows.parquet"
    pq.write_table(pa.table(rows), file, row_group_size=3000)
    return file


def without_way(ev):
    """The JSON form without the word for how it came about."""
    form = ev.to_dict()
    del form["provenance"]["ranking"], form["notes"]
    return form


@pytest.mark.parametrize("score", ["p", "tied", "z"])
@pytest.mark.parametrize("weight", [None, "w"])
def test_ranges_equal_memory_to_the_last_bit(path, score, weight):
    """Exact mode with a budget smaller than the data: every number, every point of the curves."""
    names = {"target": "y", "score": score, "weight": weight, "scale": "any"}
    kept = gnomon.evaluate(path, **names, exact=True)
    ranged = gnomon.evaluate(path, **names, exact=True, memory=100_000)
    assert (kept.provenance["ranking"], ranged.provenance["ranking"]) == ("exact", "exact, in ranges")
    assert without_way(kept) == without_way(ranged)


@pytest.mark.parametrize("score", ["p", "tied", "z"])
@pytest.mark.parametrize("weight", [None, "w"])
def test_certified_contains_exact(path, score, weight):
    """The certified values lie within their bounds of the exact ones, all else is equal, intervals nearly so."""
    names = {"target": "y", "score": score, "weight": weight, "scale": "any", "threshold": 0.5}
    kept = gnomon.evaluate(path, **names)
    binned = gnomon.evaluate(path, **names, exact=False)
    assert binned.provenance["ranking"] == "certified"
    for name, own in kept.items():
        if name in ("roc_auc", "average_precision", "ks"):
            assert abs(own.value - binned[name].value) <= binned[name].bound + 1e-15
            assert binned[name].bound < 1e-3
            assert binned[name].low == pytest.approx(own.low, abs=6e-3)
            assert binned[name].high == pytest.approx(own.high, abs=6e-3)
        else:
            assert own == binned[name]
    assert kept.confusion == binned.confusion


@pytest.mark.parametrize("weight", [None, "w"])
def test_several_classes(tmp_path, weight):
    """AUC and AP of each class within their bounds; the interval of the average about that of the kept rows."""
    rng = np.random.default_rng(8)
    y = rng.choice(4, N, p=[0.5, 0.3, 0.19, 0.01])
    raw = rng.gamma(1 + 2.0 * (y[:, None] == np.arange(4)))
    scores = raw / raw.sum(axis=1, keepdims=True)
    columns = {f"p{code}": scores[:, code] for code in range(4)}
    pq.write_table(pa.table({"y": y, "w": rng.exponential(size=N), **columns}), tmp_path / "a.parquet")
    names = {"target": "y", "score": list(columns), "weight": weight}
    kept = gnomon.evaluate(tmp_path / "a.parquet", **names)
    binned = gnomon.evaluate(tmp_path / "a.parquet", **names, exact=False)
    for label in kept.per_class:
        for name in ("roc_auc", "average_precision"):
            own, other = kept.per_class[label][name], binned.per_class[label][name]
            assert abs(own.value - other.value) <= other.bound < 1e-3
    for name in ("roc_auc_macro", "roc_auc_weighted"):
        assert abs(kept[name].value - binned[name].value) <= binned[name].bound + 1e-12
        assert binned[name].high - binned[name].low == pytest.approx(kept[name].high - kept[name].low, rel=0.02)
    assert kept["accuracy"] == binned["accuracy"]
    assert kept["log_loss"] == binned["log_loss"]
    with pytest.raises(UsageError, match=r"exact=False"):
        gnomon.evaluate(tmp_path / "a.parquet", **names, exact=True, memory=1000)


@pytest.mark.parametrize("weight", [None, "w"])
def test_regression(rows, tmp_path, weight):
    """The median of the errors to within a bin, its interval between bins; all else is exact as it is."""
    rng = np.random.default_rng(9)
    table = {"y": rows["p"], "e": rows["p"] + rng.laplace(size=N), "w": rows["w"]}
    pq.write_table(pa.table(table), tmp_path / "a.parquet")
    names = {"target": "y", "prediction": "e", "weight": weight, "task": "regression"}
    kept = gnomon.evaluate(tmp_path / "a.parquet", **names)
    binned = gnomon.evaluate(tmp_path / "a.parquet", **names, exact=False)
    own, other = kept["median_absolute_error"], binned["median_absolute_error"]
    assert abs(own.value - other.value) <= other.bound < 1e-4
    assert (other.low, other.high) == pytest.approx((own.low, own.high), abs=1e-4)
    for name in kept.keys() - {"median_absolute_error"}:
        assert kept[name].value == binned[name].value
        # Without the rows, how much the variance varies is not known: with so many it hardly matters.
        ends = [(found[name].low, found[name].high) for found in (kept, binned)]
        assert ends[0] == pytest.approx(ends[1], rel=1e-3, nan_ok=True)


def test_certified_does_not_depend_on_threads(path):
    """The same bins, the same counts."""
    forms = {
        gnomon.evaluate(path, target="y", score="p", exact=False, threads=threads).to_json() for threads in (1, 2, 5)
    }
    assert len(forms) == 1


def test_the_points_of_certified_curves_are_exact(path, rows):
    """At each threshold the counts are those of the rows."""
    curve = gnomon.evaluate(path, target="y", score="p", exact=False).curves["roc"]
    for threshold, recall in list(zip(curve["threshold"], curve["true_positive_rate"], strict=True))[1:]:
        assert np.mean(rows["p"][rows["y"] == 1] >= threshold) == pytest.approx(recall, abs=1e-12)


@pytest.mark.parametrize("order", ["sorted", "reversed"])
def test_sorted_files_are_sampled_again(rows, tmp_path, order):
    """First rows of row groups say little of sorted rows; a second reading does."""
    rng = np.random.default_rng(5)
    n = 600_000
    y = rng.integers(0, 2, n)
    p = np.sort(rng.random(n))
    if order == "reversed":
        p = p[::-1]
    pq.write_table(pa.table({"y": y, "p": p}), tmp_path / "sorted.parquet", row_group_size=40_000)
    ev = gnomon.evaluate(tmp_path / "sorted.parquet", target="y", score="p", exact=False)
    assert ev["roc_auc"].bound < 3e-6


@pytest.mark.parametrize("name", ["rows.csv", "rows.csv.gz", "rows.csv.zst"])
def test_text_of_any_size(rows, tmp_path, name):
    """A text file is sampled by reading it; whether its rows fit is known by counting them."""
    import pyarrow.csv

    table = pa.table({"y": rows["y"], "p": rows["p"]})
    codec = {"gz": "gzip", "zst": "zstd"}.get(name.rpartition(".")[2])
    with pa.OSFile(str(tmp_path / name), "wb") as plain:
        out = plain if codec is None else pa.CompressedOutputStream(plain, codec)
        pyarrow.csv.write_csv(table, out)
        out.close()
    kept = gnomon.evaluate(tmp_path / name, target="y", score="p")
    assert kept.provenance["ranking"] == "exact"
    binned = gnomon.evaluate(tmp_path / name, target="y", score="p", memory=100_000)
    assert binned.provenance["ranking"] == "certified"
    assert abs(kept["roc_auc"].value - binned["roc_auc"].value) <= binned["roc_auc"].bound
    fits = gnomon.evaluate(tmp_path / name, target="y", score="p", memory=21 * N)
    assert fits.provenance["ranking"] == "exact"


def test_arrays_may_be_certified(rows):
    """Arrays and frames as well."""
    kept = gnomon.evaluate(rows["y"], rows["p"])
    binned = gnomon.evaluate(rows["y"], rows["p"], exact=False)
    assert abs(kept["roc_auc"].value - binned["roc_auc"].value) <= binned["roc_auc"].bound < 1e-5


@pytest.mark.parametrize(("light", "heavy"), [(1e-10, 1e8), (1e-30, 1e30), (1e-5, 1e5)])
def test_classes_of_very_different_weight(rows, light, heavy):
    """Each class has units of its own: the light one does not vanish, nor does its variance."""
    weight = np.where(rows["y"] == 1, light, heavy) * (1 + rows["w"])
    kept = gnomon.evaluate(rows["y"], score=rows["p"], weight=weight)
    binned = gnomon.evaluate(rows["y"], score=rows["p"], weight=weight, exact=False)
    for name in ("roc_auc", "ks"):
        assert abs(kept[name].value - binned[name].value) <= binned[name].bound < 1e-5
    assert binned["roc_auc"].low == pytest.approx(kept["roc_auc"].low, abs=1e-5)
    assert binned["roc_auc"].high == pytest.approx(kept["roc_auc"].high, abs=1e-5)


def test_a_range_whose_rows_weigh_next_to_nothing(rows):
    """It is read as any other."""
    weight = np.where(rows["p"] < 0.5, 1e-25, 1.0)
    kept = gnomon.evaluate(rows["y"], score=rows["p"], weight=weight)
    ranged = gnomon.evaluate(rows["y"], score=rows["p"], weight=weight, exact=np.True_, memory=200_000)
    assert ranged.provenance["ranking"] == "exact, in ranges"
    assert without_way(kept) == without_way(ranged)


def test_a_second_count_is_a_new_reading(tmp_path, monkeypatch):
    """Of a file sorted by its errors, too: they are sampled again, and the progress begins anew."""
    from gnomon.evaluation.reading import sample

    monkeypatch.setattr(sample, "ROWS", 4096)
    error = np.sort(np.random.default_rng(0).random(100_000))
    pq.write_table(pa.table({"y": np.zeros(100_000), "e": error}), tmp_path / "a.parquet", row_group_size=10_000)
    seen = []
    ev = gnomon.evaluate(
        tmp_path / "a.parquet", target="y", prediction="e", task="regression", exact=False,
        progress=lambda rows, total: seen.append((rows, total)),
    )  # fmt: skip
    assert ev["median_absolute_error"].bound < 1e-4
    assert max(rows for rows, _ in seen) == 100_000
    assert sum(rows == 100_000 for rows, _ in seen) == 3  # counted, sampled, counted


def test_bad_values_are_named_as_ever(rows, tmp_path):
    """A sample does not renumber rows."""
    p = rows["p"].copy()
    p[31_234] = 1.5
    pq.write_table(pa.table({"y": rows["y"], "p": p}), tmp_path / "bad.parquet", row_group_size=3000)
    for exact in (True, False):
        with pytest.raises(gnomon.DataError, match=r"row 31235 is 1\.5"):
            gnomon.evaluate(tmp_path / "bad.parquet", target="y", score="p", exact=exact)
    p[31_234] = np.inf
    pq.write_table(pa.table({"y": rows["y"], "p": p}), tmp_path / "bad.parquet", row_group_size=3000)
    with pytest.raises(gnomon.DataError, match="infinite"):
        gnomon.evaluate(tmp_path / "bad.parquet", target="y", score="p", scale="any", exact=False)


def test_what_is_refused(path):
    """Amounts of memory that are none, words that are unknown, exact results that would need more memory."""
    for memory in ("2 parsecs", "", -1, 0, "0GB", True, 0.5, float("inf")):
        with pytest.raises(UsageError, match="is not a size"):
            gnomon.evaluate(path, target="y", score="p", memory=memory)
    with pytest.raises(UsageError, match="exact='always'"):
        gnomon.evaluate(path, target="y", score="p", exact="always")
    with pytest.raises(UsageError, match="raise memory="):
        gnomon.evaluate(path, target="y", prediction="p", task="regression", exact=True, memory=1000)
    with pytest.raises(UsageError, match="progress= takes a function"):
        gnomon.evaluate(path, target="y", score="p", progress=True)
    assert bytes_of("1.5GiB") == 3 * 2**29
    assert bytes_of("1e6") == bytes_of(1e6) == bytes_of("1 MB") == 10**6
    assert 0 < available_memory() < 2**50


def test_progress_is_told(path):
    """How many rows were read, of how many."""
    seen = []
    gnomon.evaluate(path, target="y", score="p", progress=lambda rows, total: seen.append((rows, total)))
    assert seen[-1] == (N, N)
    assert [rows for rows, _ in seen] == sorted(rows for rows, _ in seen)
