"""Slices: each equals a separate evaluation of its rows, from the same pass, in any mode."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import gnomon
from gnomon.errors import ColumnError, UsageError

N = 30_000


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(4)
    y = (rng.random(N) < 0.3).astype(np.int64)
    p = 1 / (1 + np.exp(-(rng.standard_normal(N) + y)))
    k = rng.integers(0, 3, N)
    raw = rng.gamma(1 + 2.0 * (k[:, None] == np.arange(3)))
    probabilities = raw / raw.sum(axis=1, keepdims=True)
    region = rng.choice(["north", "south", "east"], N, p=[0.6, 0.39, 0.01])
    return pd.DataFrame(
        {"y": y, "p": p, "yhat": rng.integers(0, 2, N), "w": rng.integers(1, 5, N) / 4, "k": k, "amount": p + y,
         "p0": probabilities[:, 0], "p1": probabilities[:, 1], "p2": probabilities[:, 2], "region": region,
         "age": rng.integers(1, 12, N), "vip": rng.random(N) < 0.1},
    )  # fmt: skip


TASKS = {
    "binary": {"target": "y", "score": "p"},
    "binary, weighted": {"target": "y", "score": "p", "weight": "w"},
    "predictions": {"target": "y", "prediction": "yhat"},
    "multiclass": {"target": "k", "score": ["p0", "p1", "p2"]},
    "regression": {"target": "amount", "prediction": "p", "task": "regression", "weight": "w"},
    "multilabel": {"target": ["y", "vip"], "score": ["p", "p0"]},
    "multilabel, weighted": {"target": ["y", "vip"], "score": ["p", "p0"], "weight": "w"},
}


@pytest.mark.parametrize("task", TASKS)
def test_slices_equal_separate_evaluations(frame, tmp_path, task):
    """Every estimate of every slice, from frames and from files in many row groups, by any number of threads."""
    names = TASKS[task]
    frame.to_parquet(tmp_path / "a.parquet", row_group_size=4000)
    ev = gnomon.evaluate(tmp_path / "a.parquet", **names, slices=["region", "age"], threads=3)
    assert list(ev.slices) == ["region", "age"]
    assert list(ev.slices["age"]) == [str(age) for age in range(1, 12)]  # numbers in their order
    for column, value in (("region", "north"), ("region", "east"), ("age", 7)):
        own = gnomon.evaluate(frame[frame[column] == value], **names)
        found = ev.slices[column][str(value)]
        assert dict(found) == dict(own)
        assert found.n == own.n
        assert found.confusion == own.confusion
        assert found.per_class == own.per_class
    assert dict(ev) == dict(gnomon.evaluate(frame, **names))
    assert gnomon.evaluate(frame, **names, slices=["region", "age"]).slices == ev.slices
    assert gnomon.Evaluation.from_dict(ev.to_dict()) == ev


@pytest.mark.parametrize("weight", [None, "w"])
def test_certified_slices(frame, tmp_path, weight):
    """A small slice is exact; a large one is certain within its bound."""
    frame.to_parquet(tmp_path / "a.parquet", row_group_size=4000)
    names = {"target": "y", "score": "p", "weight": weight, "slices": "region"}
    kept = gnomon.evaluate(tmp_path / "a.parquet", **names).slices["region"]
    for options in ({"exact": False}, {"exact": True, "memory": 50_000}):
        found = gnomon.evaluate(tmp_path / "a.parquet", **names, **options).slices["region"]
        assert dict(found["east"]) == dict(kept["east"])
        for name in ("roc_auc", "average_precision", "ks"):
            own, other = kept["north"][name], found["north"][name]
            assert abs(own.value - other.value) <= other.bound < 0.02
            assert other.bound > 0
        assert found["north"]["log_loss"] == kept["north"]["log_loss"]


def test_certified_slices_of_other_tasks(frame, tmp_path):
    """Classes and amounts as well."""
    frame.to_parquet(tmp_path / "a.parquet", row_group_size=4000)
    for task, name in (("multiclass", "roc_auc_macro"), ("regression", "median_absolute_error")):
        kept = gnomon.evaluate(tmp_path / "a.parquet", **TASKS[task], slices="region").slices["region"]
        found = gnomon.evaluate(tmp_path / "a.parquet", **TASKS[task], slices="region", exact=False).slices["region"]
        assert dict(found["east"]) == dict(kept["east"])
        own, other = kept["north"][name], found["north"][name]
        assert abs(own.value - other.value) <= other.bound < 0.02


@pytest.mark.parametrize("light", [1e-4, 1e-13, 1e-30])
def test_a_slice_that_weighs_next_to_nothing(frame, light):
    """What rounding its weights to the units of all rows may cost stands in its bounds."""
    rows = frame.assign(w=np.where(frame["region"] == "south", light * frame["w"], frame["w"]))
    for names, measures in (
        ({"target": "y", "score": "p"}, ("roc_auc", "average_precision", "ks")),
        ({"target": "amount", "prediction": "p", "task": "regression"}, ("median_absolute_error",)),
    ):
        kept = gnomon.evaluate(rows, **names, weight="w", slices="region").slices["region"]["south"]
        found = gnomon.evaluate(rows, **names, weight="w", slices="region", exact=False).slices["region"]["south"]
        for name in measures:
            assert abs(kept[name].value - found[name].value) <= found[name].bound


def test_predictions_alone_keep_no_rows(frame, monkeypatch):
    """Counts are all that slices of them need."""
    from gnomon.evaluation.reading import slices

    kept = []
    monkeypatch.setattr(slices, "merged", lambda mine, other: kept.append(other) or other)
    gnomon.evaluate(frame, target="y", prediction="yhat", slices="region", memory=1)
    assert not any(kept)


def test_text_that_looks_like_no_value(frame):
    """It is a value."""
    some = frame[:300].assign(region=[None, "(missing)", "x"] * 100)
    ev = gnomon.evaluate(some, target="y", score="p", slices=["region"])
    assert {name: own.n for name, own in ev.slices["region"].items()} == {
        "'(missing)'": 100,
        "(missing)": 100,
        "x": 100,
    }
    assert gnomon.evaluate(some, target="y", score="p", slices=[]).slices == {}


def test_names_do_not_depend_on_the_format(frame, tmp_path):
    """Whole numbers are whole in text files, too; NaN is no value; what is no number comes after those."""
    some = frame[:300].assign(c=[1.0, 10.0, np.nan] * 100, d=["nan", "3", "b"] * 100)
    some.to_csv(tmp_path / "a.csv", index=False)
    some.to_parquet(tmp_path / "a.parquet")
    for data in (tmp_path / "a.csv", tmp_path / "a.parquet", some):
        ev = gnomon.evaluate(data, target="y", score="p", slices="c")
        assert list(ev.slices["c"]) == ["1", "10", "(missing)"]
    assert list(gnomon.evaluate(some, target="y", score="p", slices="d").slices["d"]) == ["3", "b", "nan"]
    with pytest.raises(ColumnError, match=r"'e' holds list<.*slices need"):
        gnomon.evaluate(some.assign(e=[[1]] * 300), target="y", score="p", slices="e")


def test_rows_without_a_value_are_a_slice(frame):
    """So is every kind of value; a slice of one class has undefined estimates, with the reason."""
    some = frame[:400].assign(
        region=["a", None, "b", "c"] * 100, only=(frame["y"][:400] == 1), when=pd.Timestamp("2026-01-02")
    )
    ev = gnomon.evaluate(some, target="y", score="p", slices=["region", "only", "when", "vip"])
    assert list(ev.slices["region"]) == ["(missing)", "a", "b", "c"]
    assert ev.slices["region"]["(missing)"].n == 100
    assert ev.slices["only"]["True"]["roc_auc"].reason == "every row has the class '1'"
    assert list(ev.slices["when"]) == ["2026-01-02"]
    assert set(ev.slices["vip"]) == {"True", "False"}


@pytest.mark.slow
def test_thousands_of_slices(tmp_path):
    """Every one has its rows."""
    rng = np.random.default_rng(0)
    n = 60_000
    y, group = rng.integers(0, 2, n), rng.integers(0, 3000, n)
    pq.write_table(pa.table({"y": y, "p": rng.random(n), "g": group}), tmp_path / "a.parquet")
    ev = gnomon.evaluate(tmp_path / "a.parquet", target="y", score="p", slices="g", interval="none")
    assert {int(name): own.n for name, own in ev.slices["g"].items()} == dict(
        enumerate(np.bincount(group, minlength=3000))
    )


def test_what_is_refused(frame):
    """A column that is not there, named twice, of too many values; slices of arrays."""
    with pytest.raises(ColumnError, match="no column 'regio': did you mean 'region'"):
        gnomon.evaluate(frame, target="y", score="p", slices="regio")
    with pytest.raises(UsageError, match="named twice among the slices"):
        gnomon.evaluate(frame, target="y", score="p", slices=["age", "age"])
    with pytest.raises(ColumnError, match=r"'number' has more than 10,000 values"):
        gnomon.evaluate(frame.assign(number=range(N)), target="y", score="p", slices="number")
    with pytest.raises(UsageError, match="slices= names columns"):
        gnomon.evaluate(frame["y"], frame["p"], slices="region")


def test_pairs_and_ranges_equal_separate_evaluations(frame, tmp_path):
    """Slices of two columns, and of ranges of a number that are declared or follow from the rows."""
    frame.to_parquet(tmp_path / "a.parquet", row_group_size=4000)
    asked = ["region:vip", ("region", "age=4,8"), "amount", "age=3", "age=6,:vip"]
    names = {"target": "y", "score": "p"}
    ev = gnomon.evaluate(tmp_path / "a.parquet", **names, slices=asked[:2])
    assert list(ev.slices) == ["region:vip", "region:age"]
    own = gnomon.evaluate(frame[(frame["region"] == "north") & ~frame["vip"]], **names)
    assert dict(ev.slices["region:vip"]["north:False"]) == dict(own)
    own = gnomon.evaluate(frame[(frame["region"] == "south") & frame["age"].between(4, 7)], **names)
    assert dict(ev.slices["region:age"]["south:[4, 8)"]) == dict(own)
    ranges = gnomon.evaluate(frame, **names, slices=asked[2:3]).slices["amount"]
    assert gnomon.evaluate(tmp_path / "a.parquet", **names, slices="amount", threads=3).slices["amount"] == ranges
    assert len(ranges) == 5
    assert all(abs(own.n - N / 5) < N / 50 for own in ranges.values())
    first, second = list(ranges)[:2]
    limit = float(first.removeprefix("< "))
    assert second.startswith(f"[{limit:g}, ")
    assert ranges[first].n == (frame["amount"] < limit).sum()
    thirds = gnomon.evaluate(frame, **names, slices=asked[3:4]).slices["age"]
    assert len(thirds) == 3
    both = gnomon.evaluate(frame, **names, slices=asked[4:]).slices["age:vip"]
    assert set(both) == {"< 6:False", "< 6:True", ">= 6:False", ">= 6:True"}


def test_slices_of_like_names_stay_apart():
    """Values with colons, and limits that differ in the seventh digit."""
    rows = {"y": [0, 1] * 20, "p": np.linspace(0, 1, 40), "a": ["x:y", "x"] * 20, "b": ["z", "y:z"] * 20,
            "d": list(range(1_000_001, 1_000_006)) * 8}  # fmt: skip
    ev = gnomon.evaluate(rows, target="y", score="p", slices=["a:b", "d=1000002,1000003,1000004"])
    assert [own.n for own in ev.slices["a:b"].values()] == [20, 20]
    assert list(ev.slices["d"]) == ["< 1000002", "[1000002, 1000003)", "[1000003, 1000004)", ">= 1000004"]


@pytest.mark.parametrize("column", ["offset", "years", "seconds", "tiny"])
def test_ranges_of_numbers_far_from_zero(column):
    """Limits have the digits that tell them apart: five ranges of nearly equally many rows."""
    draw = np.random.default_rng(0).random(4000)
    values = {
        "offset": 1000 + 0.4 * draw,
        "years": 2000 + 24 * draw,
        "seconds": 1.7e9 + 1e5 * draw,
        "tiny": 1e-9 * draw,
    }
    rows = {"y": [0, 1] * 2000, "p": draw, "x": values[column]}
    slices = gnomon.evaluate(rows, target="y", score="p", slices="x", interval="none").slices["x"]
    assert len(slices) == 5
    assert all(700 < own.n < 900 for own in slices.values())
    assert max(map(len, slices)) < 40


def test_numbers_that_stay_values(frame):
    """Whole numbers, and fractions of few values; missing ones are a slice of their own, also of ranges."""
    some = frame[:900].assign(half=np.arange(900) % 3 / 2, whole=np.arange(900.0) % 40)
    some.loc[5, "amount"] = np.nan
    ev = gnomon.evaluate(some, target="y", score="p", slices=["half", "whole", "amount"])
    assert list(ev.slices["half"]) == ["0", "0.5", "1"]
    assert len(ev.slices["whole"]) == 40
    assert list(ev.slices["amount"])[-1] == "(missing)"
    assert ev.slices["amount"]["(missing)"].n == 1


def test_differences_to_the_rest(frame, tmp_path):
    """Each estimate less that of all other rows, from counts and sums, and the AUC from a ranking of them."""
    names = {"target": "y", "score": "p"}
    ev = gnomon.evaluate(frame, **names, slices=["region", "vip"])
    for column, value in (("region", "south"), ("vip", "True")):
        own, rest = ev.slices[column][value], gnomon.evaluate(frame[frame[column].astype(str) != value], **names)
        for name in ("accuracy", "recall", "f1", "matthews_corrcoef", "log_loss", "brier_score", "roc_auc"):
            found = own.differences[name]
            assert found.value == pytest.approx(own[name].value - rest[name].value, abs=1e-12)
            below = np.hypot(own[name].value - own[name].low, rest[name].high - rest[name].value)
            assert found.low == pytest.approx(found.value - below, abs=2e-3 if name == "matthews_corrcoef" else 1e-9)
            assert 0 <= found.p_value <= 1
    read = tmp_path / "a.parquet"
    frame.to_parquet(read, row_group_size=4000)
    again = gnomon.evaluate(read, **names, slices=["region", "vip"], threads=3)
    assert again.slices == ev.slices
    only = gnomon.evaluate(frame[frame["region"] == "south"], **names, slices="region").slices["region"]["south"]
    assert only.differences == {}


@pytest.mark.slow
def test_false_discoveries_are_few():
    """Where no slice differs, calling those of an adjusted p-value below 0.05 different is rarely wrong."""
    wrong = 0
    for seed in range(25):
        rng = np.random.default_rng(seed)
        y = rng.integers(0, 2, 2000)
        rows = {"y": y, "p": np.clip(rng.random(2000) * 0.8 + 0.2 * y, 0, 1), "g": rng.integers(0, 15, 2000)}
        slices = gnomon.evaluate(rows, target="y", score="p", slices="g").slices["g"]
        own = [one.differences["accuracy"] for one in slices.values()]
        from scipy.stats import false_discovery_control

        adjusted = false_discovery_control([one.p_value for one in own])
        np.testing.assert_allclose([one.p_value_bh for one in own], adjusted)
        wrong += min(adjusted) <= 0.05
    assert wrong <= 5


def test_the_worst_come_first_and_few_rows_are_not_ranked():
    """A slice that was made worse leads; one of few rows is marked, and has no adjusted p-values."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 3000)
    group = np.where(np.arange(3000) < 20, "tiny", np.where(np.arange(3000) % 3 == 0, "bad", "good"))
    p = np.clip(rng.random(3000) * 0.7 + 0.3 * y * (group != "bad"), 0, 1)
    ev = gnomon.evaluate({"y": y, "p": p, "group": group}, target="y", score="p", slices="group")
    assert [value for _, value, _ in ev.worst_slices()] == ["bad", "good"]
    assert [value for _, value, _ in ev.worst_slices("log_loss")] == ["bad", "good"]
    tiny = ev.slices["group"]["tiny"]
    assert not tiny.reliable
    assert np.isnan(tiny.differences["accuracy"].p_value_bh)
    assert ev.slices["group"]["bad"].differences["roc_auc"].p_value_bh < 0.001
    with pytest.raises(gnomon.UnknownEstimateError, match="no slice has a difference"):
        ev.worst_slices("auc")
    assert gnomon.Evaluation.from_dict(ev.to_dict()) == ev


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("age=8,4", "ascending limits"),
        ("age=x", "ascending limits"),
        ("age=1", "2 to 20 ranges"),
        ("age=30", "one limit followed by a comma: age=30,"),
        ({"age": [3]}, "'age=30,50'"),
        ("region=3", "no numbers"),
        ("region:regio", "no column 'regio'"),
        ("age:age", "named twice"),
        (["age", "age=3"], "named twice"),
        ([3], "names of columns"),
        ([()], "names of columns"),
    ],
)
def test_ways_to_divide_that_are_refused(frame, asked, message):
    """With a word of what to say instead."""
    with pytest.raises((UsageError, ColumnError), match=message):
        gnomon.evaluate(frame[:100], target="y", score="p", slices=asked)


@pytest.mark.parametrize("limits", ["50,30", "30,50,40", "30,30", "30,nan", "nan,30,inf"])
def test_limits_that_do_not_ascend_are_refused(limits):
    """Each below the next, all of them finite."""
    rows = {"y": [0, 1, 0, 1], "p": [0.2, 0.7, 0.4, 0.8], "age": [25, 35, 45, 55]}
    with pytest.raises(UsageError, match="expected ascending limits"):
        gnomon.evaluate(rows, target="y", score="p", slices=f"age={limits}")


def sliced(broken, seed, slices=12, size=250):
    """Rows of several slices, in the first of which the scores say nothing, or everything."""
    rng = np.random.default_rng(seed)
    part = rng.integers(0, slices, slices * size)
    y = (rng.random(len(part)) < 0.4).astype(int)
    latent = rng.normal(size=len(part)) + {"worse": 0.0, "better": 4.0, None: 1.5}[broken] * y
    usual = rng.normal(size=len(part)) + 1.5 * y
    latent = np.where(part == 0, latent, usual)
    return {"y": y, "p": 1 / (1 + np.exp(0.75 - latent)), "part": np.char.add("s", part.astype(str))}


@pytest.mark.parametrize("broken", ["worse", "better", None])
def test_one_slice_that_is_off_says_nothing_of_the_others(broken):
    """They are compared with a rest that leaves it out, which is told; without one hardly any slice differs."""
    others = 0
    for seed in range(10):
        ev = gnomon.evaluate(sliced(broken, seed), target="y", score="p", slices="part", interval="auto")
        sure = {value for value, own in ev.slices["part"].items() if own.differences["roc_auc"].p_value_bh <= 0.05}
        assert ("s0" in sure) == (broken is not None)
        others += len(sure - {"s0"})
        told = [note for note in ev.notes if "except those of s0, which clearly differ" in note]
        assert len(told) == (broken is not None)
    assert others <= 3  # of 110


def test_what_a_slice_is_compared_with():
    """The rest of a healthy slice is all others but the one that is off; that one's is all others."""
    rows = pd.DataFrame(sliced("worse", 3))
    ev = gnomon.evaluate(rows, target="y", score="p", slices="part")
    for value, left in (("s0", ()), ("s5", ("s0",)), ("s11", ("s0",))):
        rest = gnomon.evaluate(rows[(rows["part"] != value) & ~rows["part"].isin(left)], target="y", score="p")
        own = ev.slices["part"][value]
        for name in ("accuracy", "roc_auc", "brier_score"):
            expected = own[name].value - rest[name].value
            assert own.differences[name].value == pytest.approx(expected, abs=1e-12), (value, name)
