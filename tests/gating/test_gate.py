"""What a gate says: each verdict by its table, cases worked by hand, and what goes wrong with gates in practice."""

import json
import math
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn import metrics as sk

import gnomon
from gnomon.errors import ColumnError, DataError, StateError, UsageError


def disagreeing(n, b, c):
    """Rows of which the new model alone has b right, and the old one alone c; both have all others right."""
    y = np.arange(n) % 2
    old, new = y.copy(), y.copy()
    old[:b] = 1 - old[:b]
    new[b : b + c] = 1 - new[b : b + c]
    return {"y": y, "old": old, "new": new}


@pytest.fixture(scope="module")
def rows():
    """A model and its baseline, with regions of which one is worse, clusters and a split."""
    rng = np.random.default_rng(4)
    n = 1500
    y = rng.integers(0, 2, n)
    region = rng.choice(["north", "south", "east", "tiny"], n, p=[0.5, 0.3, 0.19, 0.01])
    x = rng.normal(size=n) + 1.3 * y
    noise = rng.normal(size=n) * np.where(region == "east", 1.2, 0.1)
    return pd.DataFrame({
        "id": np.arange(n), "y": y, "region": region, "g": rng.integers(0, 200, n),
        "part": np.where(np.arange(n) < 300, "train", "test"),
        "old": 1 / (1 + np.exp(-1.3 * (x - 0.65))), "new": 1 / (1 + np.exp(-1.3 * (x + noise - 0.65))),
    })  # fmt: skip


def judge(rows, *where, **asked):
    """The gate of the new scores, by the old ones in the same rows."""
    asked = {"target": "y", "score": "new", "baseline_score": "old"} | asked
    return gnomon.gate(rows, where=where, **asked)


@pytest.mark.parametrize(("n", "b", "c", "margin", "verdict", "needed"), [
    (1000, 12, 10, 0.02, "pass", None), (200, 6, 8, 0.02, "inconclusive", 1370),
    (2000, 20, 100, 0.02, "fail", None), (2000, 20, 60, 0.03, "pass", None),
])  # fmt: skip
def test_cases_of_accuracy(n, b, c, margin, verdict, needed):
    """By Tango's interval; a model that is significantly worse may lie within the margin."""
    result = gnomon.gate(
        disagreeing(n, b, c), target="y", prediction="new", baseline_prediction="old", margin={"accuracy": margin}
    )
    (judgement,) = result.judgements
    assert result.verdict == judgement.verdict == verdict
    assert result.exit_code == {"pass": 0, "fail": 4, "inconclusive": 5}[verdict]
    assert judgement.value == pytest.approx((b - c) / n)
    compared = gnomon.compare(disagreeing(n, b, c), target="y", prediction=["old", "new"])["old", "new"]["accuracy"]
    assert (judgement.low, judgement.high) == (compared.low, compared.high)
    if needed is not None:
        assert judgement.rows_needed() == pytest.approx(needed, rel=0.005)
        assert "about 1,370 rows would tell if they are equal" in judgement.sentence
    if (b, c) == (20, 60):
        assert compared.verdict == "worse"


def test_a_floor_is_judged_by_the_interval(rows):
    """Low at the floor or above passes, high below it fails, else the rows cannot tell; .low says the same."""
    recall = gnomon.evaluate(rows, target="y", score="new")["recall"]
    for floor, verdict in (
        (recall.low - 1e-6, "pass"), (recall.low, "pass"), (recall.low + 1e-6, "inconclusive"),
        (recall.value, "inconclusive"), (recall.high - 1e-6, "inconclusive"), (recall.high + 1e-6, "fail"),
    ):  # fmt: skip
        for name in ("recall", "recall.low", "sensitivity"):
            assert judge(rows, f"{name} >= {floor!r}").verdict == verdict, (floor, name)
    loss = gnomon.evaluate(rows, target="y", score="new")["log_loss"]
    for ceiling, verdict in ((loss.high, "pass"), (loss.value, "inconclusive"), (loss.low * 0.999, "fail")):
        assert judge(rows, f"log_loss <= {ceiling!r}").verdict == verdict


@pytest.mark.parametrize("name", ["roc_auc", "average_precision", "f1", "accuracy", "log_loss", "brier_score"])
def test_margins_are_judged_by_the_paired_interval(rows, name):
    """The signs are turned where lower is better; a difference just at the margin does not pass."""
    found = gnomon.compare(rows, target="y", score=["old", "new"])["old", "new"][name]
    better = gnomon.evaluate(rows, target="y", score="new").estimates and (
        -1 if name in ("log_loss", "brier_score") else 1
    )
    worst, best = sorted((better * found.low, better * found.high))
    side, sign = (">=", "-") if better > 0 else ("<=", "+")
    assert worst < 0  # the new model is worse
    for margin, verdict in (
        (-worst + 1e-9, "pass"), (-worst - 1e-9, "inconclusive"), (max(0.0, -best) * (1 - 1e-6), "fail"),
    ):  # fmt: skip
        assert judge(rows, margin={name: margin}).verdict == verdict, margin
        assert judge(rows, f"{name} {side} baseline {sign} {margin!r}").verdict == verdict
    other = gnomon.gate(rows, target="y", score="old", baseline_score="new",
                        where=f"{name} {side} baseline {'+' if better > 0 else '-'} {-best * 0.999!r}")  # fmt: skip
    assert other.verdict == "pass"  # better by that much


def test_failures_are_corrected_for_all_rules_and_passes_are_not(rows):
    """Holm over all that is judged, p-values of the tests themselves: with one rule it is the interval's verdict."""
    values = rows["region"].unique()
    result = judge(rows, "region:* accuracy >= baseline - 0.01", "roc_auc >= baseline - 0.02", minimum_rows=10)
    judged = [own for own in result.judgements if own.verdict != "not judged"]
    assert len(judged) == len(values) + 1
    adjusted = stats_holm([own.p_value for own in judged])
    assert [own.p_value_holm for own in judged] == pytest.approx(adjusted)
    for own in judged:
        limit = own.limit
        expected = "pass" if own.low > limit else "fail" if own.p_value_holm <= 0.025 else "inconclusive"
        assert own.verdict == expected
        if own.verdict == "inconclusive" and own.high < limit:
            assert "not after correction" in own.reason
    alone = {value: judge(rows[rows.region == value], "accuracy >= baseline - 0.01") for value in values}
    for own in judged:
        if own.slice is not None:
            same = alone[own.slice[1]].judgements[0]
            assert (own.value, own.low, own.high, own.p_value) == (same.value, same.low, same.high, same.p_value)
            assert same.p_value <= 0.025 or same.verdict != "fail"


def stats_holm(p_values):
    """Holm's adjustment by brute force."""
    order = np.argsort(p_values)
    found, most = np.empty(len(p_values)), 0.0
    for rank, place in enumerate(order):
        most = max(most, min(1.0, p_values[place] * (len(p_values) - rank)))
        found[place] = most
    return found.tolist()


def test_the_p_value_of_a_limit_agrees_with_the_interval(rows):
    """Where the limit is an end of the interval, chance alone is half of 1 - level, whatever the method."""
    whole = gnomon.evaluate(rows, target="y", score="new")
    for name in ("recall", "roc_auc", "f1", "log_loss", "average_precision", "matthews_corrcoef"):
        side = "<=" if name == "log_loss" else ">="
        end = whole[name].low if name == "log_loss" else whole[name].high
        (own,) = judge(rows, f"{name} {side} {end!r}", baseline_score=None).judgements
        assert own.p_value == pytest.approx(0.025, rel=1e-3), name
    # Wilson's interval is the score test's: beyond its end the scaled quantile is close to it.
    positives = rows[rows.y == 1]
    hits, n = int((positives.new >= 0.5).sum()), len(positives)
    limit = hits / n + 0.05
    (own,) = judge(rows, f"recall >= {limit!r}", baseline_score=None).judgements
    z = (hits / n - limit) / math.sqrt(limit * (1 - limit) / n)
    assert own.p_value >= stats.norm.cdf(z)  # never too small
    assert stats.norm.ppf(own.p_value) == pytest.approx(z, rel=0.05)


def test_the_same_predictions_pass_whatever_the_rows(rows):
    """To the last bit; the same decisions by other scores prove nothing."""
    few = rows.iloc[:40].assign(new=lambda own: own.old)
    result = judge(few, margin={"accuracy": 0.0001, "roc_auc": 0.0, "f1": 0.0001, "log_loss": 0.0})
    assert result.verdict == "pass"
    assert all("to the last bit" in own.reason for own in result.judgements)
    assert judge(few, "accuracy >= baseline + 0.01").verdict == "fail"
    y = np.arange(50) % 2
    close = {"y": y, "old": np.where(y, 0.8, 0.2), "new": np.where(y, 0.9, 0.2)}
    (own,) = judge(close, margin={"accuracy": 0.02}).judgements
    assert own.verdict == "inconclusive"
    z2 = NormalDist().inv_cdf(0.975) ** 2
    assert (own.low, own.high) == pytest.approx((-z2 / (50 + z2), z2 / (50 + z2)))
    (own,) = judge(close, margin={"roc_auc": 0.02}).judgements
    assert own.verdict == "inconclusive"
    # A slice on which nothing changed passes, though others did change.
    mixed = rows.assign(new=np.where(rows.region == "north", rows.old, rows.new))
    slices = judge(mixed, "region:north accuracy >= baseline - 0.0001").judgements
    assert [own.verdict for own in slices] == ["pass"]


def test_slices_absent_empty_and_few(rows):
    """An explicit one that is absent fails, a pattern that fits none is inconclusive, few rows are named."""
    assert judge(rows, "region:west recall >= 0.1").verdict == "fail"
    assert judge(rows, "region:w* recall >= 0.1").verdict == "inconclusive"
    result = judge(rows, "region:* recall >= 0.1")
    (few,) = [own for own in result.judgements if own.verdict == "not judged"]
    assert few.slice == ("region", "tiny")
    assert result.verdict == "pass"
    assert "region:tiny" in result.to_markdown().replace("\\", "")
    assert judge(rows, "region:tiny recall >= 0.1").verdict == "inconclusive"
    assert judge(rows, "region:t* recall >= 0.1").verdict == "inconclusive"  # nothing judged is no pass
    assert judge(rows, "region:* recall >= 0.1", minimum_rows=1).judgements[-1].verdict != "not judged"
    with pytest.raises(ColumnError, match="did you mean 'region'"):
        judge(rows, "regoin:* recall >= 0.1")
    positives = rows[(rows.region == "tiny") & (rows.y == 1)]
    kept = judge(rows, "region:tiny recall >= 0.99", minimum_rows=len(positives))
    assert kept.judgements[0].reason is None  # the measure rests on the positives of the slice
    with pytest.raises(UsageError, match="known of all rows only"):
        judge(rows, "region:north rows >= 3")


def test_a_rule_that_can_never_pass_is_named(rows):
    """Five rows that are all right have a lower limit; paired rows without a disagreement, too."""
    small = rows.iloc[:12]
    notes = judge(small, "accuracy >= 0.9", margin={"accuracy": 0.05}, minimum_rows=1).notes
    assert sum("can never pass with 12 rows" in own for own in notes) == 2
    assert not judge(rows, "accuracy >= baseline + 0.05").notes  # a gain is no margin
    low = gnomon.evaluate(np.ones(12, int), np.ones(12, int), classes=[0, 1])["accuracy"].low
    assert any(f"{low:.3f}" in own for own in notes)


def test_rows_that_one_side_lacks_fail(rows, tmp_path):
    """A model that leaves out the hard rows does not pass by that, unless a share is allowed."""
    hard = (rows.new - rows.y).abs() > 0.8
    parts = {"old": rows[["id", "y", "old"]].rename(columns={"old": "p"}),
             "new": rows[~hard][["id", "y", "region", "new"]].rename(columns={"new": "p"})}  # fmt: skip
    for name, own in parts.items():
        own.sample(frac=1, random_state=2).to_csv(tmp_path / f"{name}.csv", index=False)
    asked = {
        "target": "y",
        "score": "p",
        "id": "id",
        "margin": {"accuracy": 0.05},
        "where": "region:north recall >= 0.2",
    }
    result = gnomon.gate(tmp_path / "new.csv", baseline=tmp_path / "old.csv", **asked)
    (own,) = [own for own in result.judgements if own.measure == "unmatched"]
    assert (own.verdict, result.verdict) == ("fail", "fail")
    assert own.value == pytest.approx(hard.mean())
    share = float(hard.mean())
    ruled = gnomon.gate(tmp_path / "new.csv", baseline=tmp_path / "old.csv",
                        **asked | {"where": f"unmatched <= {share + 0.001}"})  # fmt: skip
    assert [own.verdict for own in ruled.judgements] == [
        "pass",
        "pass",
    ]  # in place of the default
    assert gnomon.gate(tmp_path / "new.csv", baseline=tmp_path / "old.csv", unmatched=share, **asked).verdict == "pass"
    with pytest.raises(UsageError, match="id="):
        gnomon.gate(tmp_path / "new.csv", baseline=tmp_path / "old.csv", **{**asked, "id": None})
    parts["old"].assign(y=lambda own: 1 - own.y).to_csv(tmp_path / "flipped.csv", index=False)
    with pytest.raises(DataError, match="differs"):
        gnomon.gate(tmp_path / "new.csv", baseline=tmp_path / "flipped.csv", **asked)
    with pytest.raises(UsageError, match="there is no file"):
        gnomon.gate(tmp_path / "new.csv", baseline=tmp_path / "none.csv", **asked)


def test_joined_rows_are_judged_as_columns_of_one_file(rows, tmp_path):
    for name in ("old", "new"):
        kept = rows[["id", "y", "region", "g", name]].rename(columns={name: "p"})
        kept.sample(frac=1, random_state=3).to_parquet(tmp_path / f"{name}.parquet")
    asked = {"margin": {"roc_auc": 0.02}, "where": ["region:* f1 >= baseline - 0.05", "recall >= 0.5"], "cluster": "g"}
    beside = gnomon.gate(rows, target="y", score="new", baseline_score="old", **asked)
    joined = gnomon.gate(
        tmp_path / "new.parquet", baseline=tmp_path / "old.parquet", target="y", score="p", id="id", **asked
    )
    assert [own for own in joined.judgements if own.measure != "unmatched"] == list(beside.judgements)
    listed = gnomon.gate(
        [tmp_path / "new.parquet"], baseline=tmp_path / "old.parquet", target="y", score="p", id="id", **asked
    )
    assert listed.judgements == joined.judgements


def test_missing_values_are_refused_or_limited(rows):
    """Dropping rows takes a rule that says how many may be dropped."""
    holes = rows.assign(new=rows.new.where(rows.index % 100 != 0))
    with pytest.raises(DataError, match="missing"):
        judge(holes, "recall >= 0.1")
    dropped = judge(holes, "recall >= 0.1", missing="drop")
    assert dropped.verdict == "fail"
    assert judge(holes, "recall >= 0.1", "missing <= 1 %", missing="drop").verdict == "pass"
    (own,) = [own for own in dropped.judgements if own.measure == "missing"]
    assert own.value == pytest.approx(0.01)
    assert judge(rows, "rows >= 1500").verdict == "pass"
    assert judge(rows, "rows >= 1501").verdict == "fail"


def test_columns_of_the_file(rows, tmp_path):
    """Names, kinds; of text files as their fields read."""
    rows = rows.assign(day=pd.Timestamp("2026-01-01"), flag=rows.y == 1)
    rows.to_csv(tmp_path / "rows.csv", index=False)
    kinds = {"y": "number", "region": "text", "new": "number", "flag": "boolean"}
    for data in (rows, tmp_path / "rows.csv"):
        result = gnomon.gate(data, target="y", score="new", where="rows >= 1", columns=kinds | {"day": "date"} if
                             data is rows else kinds)  # fmt: skip
        assert result.verdict == "pass", result.judgements
    result = gnomon.gate(rows, target="y", score="new", where="rows >= 1", columns={"y": "text", "none": "text"})
    assert [own.verdict for own in result.judgements] == ["fail", "fail", "pass"]
    assert "holds number, not text" in result.judgements[0].reason
    assert gnomon.gate(rows, target="y", score="new", where="rows >= 1", columns=["y", "region"]).verdict == "pass"
    with pytest.raises(UsageError, match="names the kind 'txt'"):
        gnomon.gate(rows, target="y", score="new", where="rows >= 1", columns={"y": "txt"})


def test_a_baseline_without_rows_is_no_pass(rows, tmp_path):
    """A saved evaluation says what it scored; nothing is compared unpaired in silence. A stale one is refused."""
    saved = gnomon.evaluate(rows, target="y", score="old")
    saved.save(tmp_path / "old.json")
    for baseline in (saved, tmp_path / "old.json", str(tmp_path / "old.json")):
        result = gnomon.gate(
            rows, baseline=baseline, target="y", score="new", margin={"roc_auc": 0.9}, where="recall >= 0.1"
        )
        own = next(own for own in result.judgements if own.kind == "baseline")
        assert (result.verdict, own.verdict) == ("inconclusive", "inconclusive")
        assert own.old == saved["roc_auc"].value
        assert "rows of the baseline" in own.reason
    with pytest.raises(UsageError, match="evaluate the baseline again"):
        gnomon.gate(rows, baseline=saved, target="y", score="new", threshold=0.4, margin={"roc_auc": 0.9})
    with pytest.raises(UsageError, match="name columns"):
        gnomon.gate(rows, baseline=saved, target="y", score="new", baseline_score="old", margin={"roc_auc": 0.9})
    gnomon.choose_threshold(rows, target="y", score="old", goal="f1").save(tmp_path / "other.json")
    with pytest.raises(StateError, match="not Evaluation"):
        gnomon.gate(rows, baseline=tmp_path / "other.json", target="y", score="new", margin={"roc_auc": 0.9})
    with pytest.raises(UsageError, match="compares with a baseline"):
        gnomon.gate(rows, target="y", score="new", margin={"roc_auc": 0.9})


def test_the_gap_and_the_calibration(rows):
    """Two samples: the interval of the gap has to lie below the limit; slope and intercept as any estimate."""
    ev = gnomon.evaluate(rows, target="y", score="new", split="part=train")
    gap = ev.gap["roc_auc"]
    asked = {"baseline_score": None, "split": "part=train"}
    assert judge(rows, f"roc_auc.gap <= {gap.high!r}", **asked).verdict == "pass"
    assert judge(rows, f"roc_auc.gap <= {gap.value!r}", **asked).verdict == "inconclusive"
    assert judge(rows, f"roc_auc.gap <= {gap.low - 1e-6!r}", **asked).verdict == "fail"
    turned = ev.gap["log_loss"]  # a lower loss on the training rows is the gap there
    assert judge(rows, f"log_loss.gap <= {-turned.low!r}", **asked).verdict == "pass"
    assert judge(rows, f"log_loss.gap <= {-turned.high - 1e-6!r}", **asked).verdict == "fail"
    paired = judge(rows, "roc_auc.gap <= 0.5", "accuracy >= baseline - 0.2", split="part=train")
    assert {own.verdict for own in paired.judgements} == {"pass"}
    assert paired.n == 1200
    with pytest.raises(UsageError, match="split="):
        judge(rows, "roc_auc.gap <= 0.5")
    slope = gnomon.evaluate(rows, target="y", score="new").calibration.slope
    assert judge(rows, f"calibration_slope >= {slope.low!r}", "calibration_slope <= 2").verdict == "pass"
    assert judge(rows, f"calibration_slope >= {slope.high + 1e-6!r}").verdict == "fail"
    amounts = pd.DataFrame({"y": [1.5, 2, 3, 4], "p": [1.0, 2, 3, 5]})
    with pytest.raises(UsageError, match="only probabilities"):
        gnomon.gate(amounts, target="y", prediction="p", where="calibration_slope >= 0.1")


def test_more_rows_than_there_are_would_tell(rows):
    """What is inconclusive takes more rows than it has; with so many it passes about four times out of five."""
    for floor in (0.60, 0.65, 0.70):
        (own,) = judge(rows.iloc[:200], f"recall >= {floor}", baseline_score=None).judgements
        if own.verdict == "inconclusive" and own.value > floor:
            assert own.rows_needed() > own.n
    y, p = np.arange(160) % 2, np.where(np.arange(160) % 2, 0.9, 0.1)
    (own,) = gnomon.gate({"y": y, "p": p}, target="y", score="p", where="specificity >= 0.955").judgements
    assert own.verdict == "inconclusive"
    assert own.rows_needed() > 160
    rng = np.random.default_rng(3)
    asked = {"target": "y", "prediction": "p", "classes": [0, 1], "where": "accuracy >= 0.82"}
    (own,) = gnomon.gate({"y": np.ones(400, int), "p": rng.random(400) < 0.85}, **asked).judgements
    needed = own.rows_needed()
    passed = 0
    for _ in range(60):
        drawn = rng.random(needed) < own.value
        passed += gnomon.gate({"y": np.ones(needed, int), "p": drawn}, **asked).verdict == "pass"
    assert 0.6 <= passed / 60 <= 0.95


def test_warnings_do_not_count(rows):
    result = judge(rows, "recall >= 0.1", "warn recall >= 0.99", "warn brier_score <= baseline - 0.9")
    assert result.verdict == "pass"
    assert [own.rule for own in result.warnings] == ["warn recall >= 0.99", "warn brier_score <= baseline - 0.9"]
    assert judge(rows, "warn recall >= 0.1").verdict == "inconclusive"  # nothing judged


def test_policies(rows):
    """What is inconclusive counts as it is told to; the verdict stays."""
    for policy, code in (("inconclusive", 5), ("pass", 0), ("fail", 4)):
        result = judge(rows, "region:w* f1 >= 0.1", margin={"roc_auc": 0.05}, inconclusive=policy)
        assert (result.verdict, result.exit_code) == ("inconclusive", code)
    with pytest.raises(UsageError, match="'pass' or 'fail'"):
        judge(rows, "recall >= 0.1", inconclusive="maybe")


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_other_tasks(task):
    """Measures that these have, against scikit-learn's values; others are refused with the nearest."""
    rng = np.random.default_rng(1)
    y = rng.integers(0, 3, 400) if task == "multiclass" else rng.normal(size=400)
    off = np.where(rng.random(400) < 0.2, (y + 1) % 3, y) if task == "multiclass" else y + rng.normal(size=400) * 0.3
    frame = pd.DataFrame({"y": y, "new": off, "old": y[::-1]})
    name = "f1_macro" if task == "multiclass" else "mae"
    side = ">=" if task == "multiclass" else "<="
    result = gnomon.gate(
        frame, target="y", prediction="new", baseline_prediction="old", where=f"{name} {side} baseline"
    )
    expected = sk.f1_score(y, off, average="macro") if task == "multiclass" else sk.mean_absolute_error(y, off)
    assert result.judgements[0].new == pytest.approx(expected)
    assert result.verdict == "pass"
    with pytest.raises(UsageError, match="does not have"):
        gnomon.gate(frame, target="y", prediction="new", where="roc_auc >= 0.5")


@pytest.mark.parametrize(("text", "said"), [
    ("recal >= 0.8", "did you mean 'recall'"), ("recall >= 80", "did you mean 80 %"),
    ("recall.high >= 0.8", "remove .high"),
    ("log_loss.low <= 0.2", "remove .low"), ("roc_auc <= baseline + 0.1", "write roc_auc >= baseline"),
    ("log_loss >= baseline - 0.1", "write log_loss <= baseline"), ("recall.low >= baseline - 0.1", "remove .low"),
    ("mean_error >= baseline - 0.1", "better when higher"), ("recall.gap >= 0.1", "recall.gap <= <number>"),
    ("rows >= baseline", "compared with a number"), ("rows.low >= 3", "compared with a number"),
    ("missing <= 3", "did you mean 3 %"), ("recall > 0.8", "is not a rule"), ("", "is not a rule"),
    ("recall >= baseline - x", "is not a rule"), ("recall >= baseline * 2", "is not a rule"),
])  # fmt: skip
def test_rules_that_are_refused(rows, text, said):
    with pytest.raises(UsageError) as error:
        judge(rows, text)
    assert said in str(error.value)


def test_arguments_that_are_refused(rows):
    for asked, said in (
        ({"margin": {"recal": 0.1}}, "did you mean 'recall'"), ({"margin": {"recall": -0.1}}, "0 or more"),
        ({"margin": 0.1}, "takes a dict"), ({}, "has no rules"),
        ({"where": "recall >= 0.1", "minimum_rows": 0}, "at least 1"),
        ({"where": "recall >= 0.1", "unmatched": 1.5}, "between 0 and 1"),
        ({"where": "recall >= 0.1", "power": 0.0}, "power"),
        ({"where": "unmatched <= 0.1"}, "joined on ids"),
        ({"where": "recall >= 0.1", "target": None}, "column of true values"),
        ({"where": "looks <= 10"}, "a run of the history"), ({"margin": {"mean_error": 0.1}}, "better direction"),
    ):  # fmt: skip
        with pytest.raises(UsageError) as error:
            gnomon.gate(rows, **{"target": "y", "score": "new", **asked})
        assert said in str(error.value), asked


def test_it_is_saved_shown_and_read_back(rows, tmp_path):
    """In every form; what is foreign in names stays harmless."""
    evil = "::error::%0A\n<b>x</b>|`|"
    rows = rows.assign(region=rows.region.where(rows.region != "east", evil))
    result = judge(rows, "region:* recall >= 0.9", "region:none recall >= 0.1", "warn f1 >= 0.99", margin={"f1": 0.001})
    assert gnomon.GateResult.from_dict(json.loads(result.to_json())) == result
    result.save(tmp_path / "gate.json")
    assert gnomon.load(tmp_path / "gate.json") == result
    text = result.to_markdown()
    assert "<b>" not in text.replace("\\<b\\>", "")
    assert str(result.answer) in text
    assert "<b>x</b>|" not in result.to_html()
    assert "<b>x" not in result._repr_html_()
    frame = result.to_frame(library="pandas")
    assert list(frame.verdict) == [own.verdict for own in result.judgements]
    with pytest.raises(UsageError, match="no plots"):
        result.plot()
    form = json.loads(result.to_json())
    form["judgements"][0]["verdict"] = "maybe"
    with pytest.raises(StateError, match="verdict"):
        gnomon.GateResult.from_dict(form)
    assert repr(result).startswith("GateResult(")


def test_order_threads_and_processes_change_nothing(rows):
    asked = {"margin": {"roc_auc": 0.02, "f1": 0.03}}
    where = ("region:* recall >= baseline - 0.05", "recall >= 0.6")
    expected = judge(rows, *where, **asked).judgements
    assert judge(rows.sample(frac=1, random_state=5), *where, **asked, threads=2).judgements == expected
    assert judge(rows, *where, **asked, engine="processes", threads=2).judgements == expected


def test_columns_of_the_baseline_are_those_that_were_named():
    """In the model's own rows nothing else of the model is taken for the baseline's."""
    rng = np.random.default_rng(9)
    y = rng.integers(0, 2, 600)
    good = np.where(rng.random(600) < 0.02, 1 - y, y)
    bad = np.where(rng.random(600) < 0.4, 1 - y, y)
    rows = {"y": y, "po": np.clip(good * 0.8 + 0.1, 0, 1), "dn": bad, "pn": np.clip(bad * 0.8 + 0.1, 0, 1)}
    for asked in ({"prediction": "dn"}, {"score": "pn", "prediction": "dn"}, {"score": "pn"}):
        result = gnomon.gate(rows, target="y", baseline_score="po", margin={"recall": 0.03}, **asked)
        (own,) = result.judgements
        assert result.verdict == "fail", asked
        assert own.old == pytest.approx(sk.recall_score(y, good))
        assert own.new == pytest.approx(sk.recall_score(y, bad))
    result = gnomon.gate(rows, target="y", score="pn", baseline_prediction="dn", margin={"accuracy": 0.1})
    assert result.judgements[0].old == pytest.approx(sk.accuracy_score(y, bad))


@pytest.mark.parametrize("rule", ["warn unmatched <= 1 %", "unmatched >= 0", "unmatched >= 0 %"])
def test_a_rule_that_cannot_fail_does_not_replace_the_default(rows, tmp_path, rule):
    old, new = (rows[["id", "y", name]].rename(columns={name: "p"}) for name in ("old", "old"))
    result = gnomon.gate(new.iloc[:700], baseline=old, target="y", score="p", id="id", where=[rule, "recall >= 0.1"])
    assert result.verdict == "fail"
    holes = rows.assign(new=rows.new.where(rows.index % 3 != 0))
    result = judge(holes, rule.replace("unmatched", "missing"), "recall >= 0.1", missing="drop")
    assert result.verdict == "fail"


def test_training_rows_do_not_count_as_matched(rows):
    """The baseline lacks nine tenths of the rows that judge; both have many that the model was fitted on."""
    fitted = rows.assign(id=rows.id + 10_000, part="train")
    new = pd.concat([rows.assign(part="test"), fitted]).rename(columns={"new": "p"})
    old = pd.concat([rows.assign(part="test").iloc[:150], fitted]).rename(columns={"old": "p"})
    keep = ["id", "y", "p", "part"]
    result = gnomon.gate(new[keep], baseline=old[keep], target="y", score="p", id="id", split="part=train",
                         unmatched=0.5, where="recall >= 0.1")  # fmt: skip
    (own,) = [own for own in result.judgements if own.measure == "unmatched"]
    assert own.value == pytest.approx(0.9)
    assert result.verdict == "fail"


def test_a_bias_has_no_gap(rows):
    amounts = rows.assign(y=rows.old * 10, p=rows.new * 10 + 3)
    with pytest.raises(UsageError, match="better when higher"):
        gnomon.gate(amounts, target="y", prediction="p", split="part=train", where="bias.gap <= 0.1")


def test_paths_may_be_listed_as_text(rows, tmp_path):
    for name in ("old", "new"):
        rows[["id", "y", name]].rename(columns={name: "p"}).to_csv(tmp_path / f"{name}.csv", index=False)
    asked = {"target": "y", "score": "p", "id": "id", "margin": {"accuracy": 0.9}}
    paths = [str(tmp_path / f"{name}.csv") for name in ("old", "new")]
    expected = gnomon.gate(paths[1], baseline=paths[0], **asked)
    assert gnomon.gate([paths[1]], baseline=[paths[0]], **asked).judgements == expected.judgements


def test_a_baseline_that_was_chosen_is_failed_less_easily():
    """An equal model must rarely fail against the best of many: its p-value is multiplied by their number."""
    rows = disagreeing(2000, 20, 60)
    asked = {"target": "y", "prediction": "new", "baseline_prediction": "old", "margin": {"accuracy": 0.0001}}
    plain, chosen, many = (gnomon.gate(rows, **asked, chosen_from=number) for number in (None, 100, 30_000))
    assert plain == gnomon.gate(rows, **asked, chosen_from=1)
    assert (plain.verdict, chosen.verdict, many.verdict) == ("fail", "fail", "inconclusive")
    assert many.judgements[0].p_value == plain.judgements[0].p_value
    assert chosen.judgements[0].p_value_holm == pytest.approx(100 * plain.judgements[0].p_value)
    assert "chosen from 30000" in many.judgements[0].reason.replace(",", "")
    assert any("best of 100 models" in note for note in chosen.notes)
    with pytest.raises(UsageError, match="there are none"):
        gnomon.gate(rows, target="y", prediction="new", where="f1 >= 0.1", chosen_from=9)


def test_the_history_knows_from_how_many_it_was_chosen(rows, tmp_path):
    """Those that were judged until it was given its tag, but for the one that is judged now."""
    history = gnomon.History(tmp_path / "history.db")
    rng = np.random.default_rng(3)
    models = {}
    for name in ("a", "b", "c", "d"):
        own = rows.assign(p=np.clip(rows["old"] + 0.05 * rng.normal(size=len(rows)), 0, 1))
        models[name] = own
        if name != "d":
            history.log(gnomon.evaluate(own, target="y", score="p", id="id"), name=name, rows=own, keep_rows=True)
        if name == "b":
            history.tag("b", "champion")
    asked = {"target": "y", "score": "p", "id": "id", "margin": {"roc_auc": 0.02}, "history": history.url}
    for model, baseline, number in (("d", "champion", 2), ("c", "champion", 2), ("a", "champion", 1), ("d", "b", 3),
                                    ("c", "b", 2)):  # fmt: skip
        result = gnomon.gate(models[model], baseline=baseline, **asked)
        assert result.provenance["chosen_from"] == number, (model, baseline)
        assert any(f"best of {number} models" in note for note in result.notes) == (number > 1)
    assert gnomon.gate(own, baseline="champion", chosen_from=1, **asked).provenance["chosen_from"] == 1


def test_a_margin_within_the_noise_of_a_recipe(rows, tmp_path):
    history = gnomon.History(tmp_path / "history.db")
    rng = np.random.default_rng(3)
    for _ in range(3):
        own = rows.assign(p=np.clip(rows["old"] + 0.2 * rng.normal(size=len(rows)), 0, 1))
        history.log(gnomon.evaluate(own, target="y", score="p", id="id"), name="net", rows=own, keep_rows=True)
    asked = {"target": "y", "score": "p", "id": "id", "history": history.url, "baseline": "net"}
    tight, wide = (gnomon.gate(own, margin={"roc_auc": margin}, **asked).notes for margin in (0.001, 0.3))
    (said,) = [note for note in tight if "nothing was" in note]
    assert "ROC AUC" in said
    assert not any("nothing was" in note for note in wide)


def test_rows_that_would_tell_where_nothing_varies():
    """With no disagreement in 50 rows the interval reaches 0.071: it takes about z² (1 - m) / m rows to reach m."""
    rows = {"y": [0, 1] * 25, "a": [0.2, 0.8] * 25, "b": [0.3, 0.7] * 25}
    asked = {"target": "y", "score": "b", "baseline_score": "a"}
    (own,) = gnomon.gate(rows, **asked, margin={"accuracy": 0.02}).judgements
    assert (own.verdict, own.value) == ("inconclusive", 0.0)
    z = NormalDist().inv_cdf(0.975)
    assert own.rows_needed() == pytest.approx(z**2 * 0.98 / 0.02, rel=0.06)
    more = {name: list(values) * 4 for name, values in rows.items()}
    assert gnomon.gate(more, **asked, margin={"accuracy": 0.02}).verdict == "pass"
    (note,) = [own for own in gnomon.gate(rows, **asked, margin={"accuracy": 0.0}).notes if "rarely" in own]
    assert "allow a margin" in note


def test_looks_that_are_planned(rows):
    """Early ones have wide intervals; the last one is nearly that of a single look."""
    asked = {"margin": {"roc_auc": 0.02}}
    once, early, last = (judge(rows, look=look, **asked) for look in (None, "1/5", "5/5"))
    width = [own.judgements[0].high - own.judgements[0].low for own in (once, early, last)]
    assert width[1] > 2.3 * width[0]
    assert width[0] < width[2] < 1.08 * width[0]
    assert early.provenance["look"] == "1/5"
    assert any("1/5" in note for note in early.notes)
    assert any("at 99.999" in note for note in early.notes)
    with pytest.raises(UsageError, match="level must lie"):
        judge(rows, look="1/2", level=95, **asked)
    for wrong in ("6/5", "0/5", "1/21", "1", "", 2):
        with pytest.raises(UsageError, match="such as 2/5"):
            judge(rows, look=wrong, **asked)
    for wrong in (0, -1, 1.5, True):
        with pytest.raises(UsageError, match="whole number of models"):
            judge(rows, chosen_from=wrong, **asked)
