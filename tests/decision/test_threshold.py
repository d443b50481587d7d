"""The best threshold: equal to trying every one, in any mode; its interval, its optimism; what is refused."""

import math
import pickle

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as sk

import gnomon
from gnomon.errors import DataError, UsageError
from gnomon.intervals.wilson import wilson

GRID = (0.0, 0.1, 0.25, 0.5, float(np.nextafter(0.5, 1)), 0.8, 1.0)


@st.composite
def rows(draw):
    """A few rows of both classes, with ties and perhaps with weights."""
    n = draw(st.integers(2, 12))
    label = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    label[:2] = 0, 1
    score = np.array(draw(st.lists(st.sampled_from(GRID), min_size=n, max_size=n)))
    weight = draw(st.one_of(st.none(), st.lists(st.sampled_from((0.5, 1.0, 2.25, 7.0)), min_size=n, max_size=n)))
    return label, score, None if weight is None else np.array(weight)


def cells(label, score, weight, threshold):
    """tp, fp, fn, tn by counting."""
    weight = np.ones(len(label)) if weight is None else weight
    flagged = score >= threshold
    return tuple(
        float(weight[(flagged == said) & (label == true)].sum()) for said, true in ((1, 1), (1, 0), (0, 1), (0, 0))
    )


def safe(top, bottom):
    return top / bottom if bottom else math.nan


def mcc(tp, fp, fn, tn):
    return safe(tp * tn - fp * fn, math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)))


MEASURES = {
    "precision": lambda tp, fp, fn, tn: safe(tp, tp + fp),
    "recall": lambda tp, fp, fn, tn: safe(tp, tp + fn),
    "specificity": lambda tp, fp, fn, tn: safe(tn, tn + fp),
    "f1": lambda tp, fp, fn, tn: safe(2 * tp, 2 * tp + fp + fn),
    "f2": lambda tp, fp, fn, tn: safe(5 * tp, 5 * tp + fp + 4 * fn),
    "f0.5": lambda tp, fp, fn, tn: safe(1.25 * tp, 1.25 * tp + fp + 0.25 * fn),
    "accuracy": lambda tp, fp, fn, tn: safe(tp + tn, tp + fp + fn + tn),
    "balanced_accuracy": lambda tp, fp, fn, tn: (safe(tp, tp + fn) + safe(tn, tn + fp)) / 2,
    "youden": lambda tp, fp, fn, tn: safe(tp, tp + fn) - safe(fp, tn + fp),
    "matthews_corrcoef": mcc,
    "cohen_kappa": lambda tp, fp, fn, tn: safe(2 * (tp * tn - fn * fp), (tp + fp) * (fp + tn) + (tp + fn) * (fn + tn)),
    "flagged": lambda tp, fp, fn, tn: tp + fp,
    "flagged_share": lambda tp, fp, fn, tn: safe(tp + fp, tp + fp + fn + tn),
}
GOALS = [name for name in MEASURES if not name.startswith("flagged")]


def every_threshold(label, score, weight):
    return [(t, cells(label, score, weight, t)) for t in [math.inf, *sorted(set(score), reverse=True)]]


def best_value(label, score, weight, measure):
    """The best value of all thresholds; None where it is undefined at each."""
    values = [measure(*own) for _, own in every_threshold(label, score, weight)]
    return max((value for value in values if not math.isnan(value)), default=None)


@given(rows(), st.sampled_from(GOALS))
@settings(max_examples=150)
def test_best_by_a_measure(own, goal):
    """The greatest value of all thresholds; the reported one is reached at the reported threshold."""
    label, score, weight = own
    expected = best_value(label, score, weight, MEASURES[goal])
    if expected is None:
        with pytest.raises(DataError, match="undefined at every threshold"):
            gnomon.choose_threshold(label, score, weight=weight, goal=goal)
        return
    found = gnomon.choose_threshold(label, score, weight=weight, goal=goal, interval="none")
    assert found[goal].value == pytest.approx(expected, abs=1e-12)
    assert found[goal].value == pytest.approx(
        MEASURES[goal](*cells(label, score, weight, found.threshold.value)), abs=1e-12
    )
    assert found.met
    table = gnomon.evaluate(label, score, weight=weight, interval="none").thresholds
    if goal != "matthews_corrcoef" or expected > 0:
        assert table.best(goal).value == pytest.approx(expected, abs=1e-12)


@given(rows(), st.tuples(*[st.integers(-5, 5)] * 4))
@settings(max_examples=150)
def test_best_by_costs(own, amounts):
    """The least cost of all thresholds, whatever the costs, even if errors are what is rewarded."""
    label, score, weight = own
    tp, fp, fn, tn = amounts
    if fp == tn and fn == tp:
        with pytest.raises(UsageError, match="every threshold costs the same"):
            gnomon.choose_threshold(label, score, costs={"tp": tp, "fp": fp, "fn": fn, "tn": tn})
        return
    total = len(label) if weight is None else weight.sum()

    def gain(*cell):
        return -sum(amount * mass for amount, mass in zip(amounts, cell, strict=True)) / total

    expected = best_value(label, score, weight, gain)
    costs = {"fp": fp, "fn": fn}, {"tp": -tp, "tn": -tn}
    found = gnomon.choose_threshold(label, score, weight=weight, costs=costs[0], gains=costs[1], interval="none")
    assert found["cost"].value == pytest.approx(-expected, abs=1e-12)
    assert gain(*cells(label, score, weight, found.threshold.value)) == pytest.approx(expected, abs=1e-12)
    table = gnomon.evaluate(label, score, weight=weight, interval="none").thresholds
    assert table.best(costs=costs[0], gains=costs[1]).value == pytest.approx(-expected, abs=1e-12)


LIMITS = [
    ("recall", ">=", 0.6), ("precision", ">=", 0.7), ("specificity", ">=", 0.5), ("flagged", "<=", 3),
    ("flagged_share", "<=", 0.4), ("recall", "<=", 0.5), ("f1", ">=", 0.9), ("flagged", ">=", 4),
]  # fmt: skip


@given(rows(), st.sampled_from(GOALS), st.lists(st.sampled_from(LIMITS), min_size=1, max_size=2, unique=True))
@settings(max_examples=200)
def test_best_under_constraints(own, goal, limits):
    """The best of the thresholds at which all hold; if none does it says so, and misses them least."""
    label, score, weight = own

    def missed(cell):
        total = 0.0
        for name, sign, limit in limits:
            value = MEASURES[name](*cell)
            short = limit - value if sign == ">=" else value - limit
            total += math.inf if math.isnan(value) else max(0.0, short if short > 1e-12 else 0.0) / max(1.0, limit)
        return total

    where = [f"{name} {sign} {limit}" for name, sign, limit in limits]
    known = [cell for _, cell in every_threshold(label, score, weight) if not math.isnan(MEASURES[goal](*cell))]
    least = min(map(missed, known), default=math.inf)
    reachable = [MEASURES[goal](*cell) for cell in known if missed(cell) <= least + 1e-12]
    if not known:
        with pytest.raises(DataError, match="undefined at every threshold"):
            gnomon.choose_threshold(label, score, weight=weight, goal=goal, where=where, interval="none")
        return
    found = gnomon.choose_threshold(label, score, weight=weight, goal=goal, where=where, interval="none")
    at = cells(label, score, weight, found.threshold.value)
    assert found.met == (least == 0)
    assert missed(at) == pytest.approx(least, abs=1e-11)
    assert found[goal].value == pytest.approx(max(reachable), abs=1e-11)
    if not found.met:
        assert any("cannot be met" in note for note in found.notes)


def test_ends_of_intervals_can_be_limited():
    """The lower end of Wilson's interval of the precision, by brute force."""
    rng = np.random.default_rng(0)
    label = (rng.random(400) < 0.3).astype(int)
    score = np.round(rng.normal(size=400) + 1.5 * label, 1)
    found = gnomon.choose_threshold(label, score, scale="any", where="precision.low >= 0.6")
    holding = []
    for threshold, (tp, fp, fn, _) in every_threshold(label, score, None):
        if tp + fp and wilson(tp / (tp + fp), tp + fp, 0.95).low >= 0.6:
            holding.append((tp / (tp + fn), threshold))
    assert found.met
    assert (found["recall"].value, found.threshold.value) == max(holding)
    assert found["precision"].low >= 0.6
    out_of_reach = gnomon.choose_threshold(label, score, scale="any", where="precision.low >= 0.999")
    assert not out_of_reach.met
    assert "The maximum over all thresholds" in out_of_reach.notes[0]


def test_alerts_a_day():
    """A number of flagged rows per period."""
    label, score = np.array([0, 1] * 50), np.linspace(0, 1, 100)
    found = gnomon.choose_threshold(label, score, where="flagged <= 2", periods=10)
    assert (score >= found.threshold.value).sum() == 19  # a 20th would be a false alarm
    assert "per period on average over 10 periods" in found.goal


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Rows that can be kept, read again in ranges, or counted in bins."""
    rng = np.random.default_rng(5)
    n = 40_000
    y = (rng.random(n) < 0.2).astype(np.int64)
    p = 1 / (1 + np.exp(-(rng.standard_normal(n) + 1.5 * y)))
    table = pa.table(
        {"y": y, "p": p, "w": rng.exponential(size=n), "part": np.where(rng.random(n) < 0.5, "fit", "rest")}
    )
    file = tmp_path_factory.mktemp("threshold") / "rows.parquet"
    pq.write_table(table, file, row_group_size=3000)
    return file


@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize(
    "goal", [{"goal": "f1"}, {"costs": {"fn": 7, "fp": 1}}, {"where": "recall >= 0.9"}, {"where": "precision >= 0.7"}]
)
def test_any_size(path, goal, weight):
    """Exact in ranges as in memory; certified within its bound of it, and never better."""
    names = {"target": "y", "score": "p", "weight": weight, **goal}
    kept = gnomon.choose_threshold(path, **names)
    ranged = gnomon.choose_threshold(path, **names, exact=True, memory=200_000)
    assert ranged.provenance["ranking"] == "exact, in ranges"
    assert ranged.threshold == kept.threshold
    assert ranged.estimates == kept.estimates
    binned = gnomon.choose_threshold(path, **names, exact=False)
    better = -1 if kept.measure == "cost" else 1
    short = better * (kept[kept.measure].value - binned[binned.measure].value)
    assert -1e-12 <= short <= binned.threshold.bound + 1e-12
    assert binned.threshold.bound < 0.01


def test_split_judges_on_other_rows(path):
    """The threshold is that of the rows named, the numbers those of all others."""
    frame = pq.read_table(path).to_pandas()
    found = gnomon.choose_threshold(frame, target="y", score="p", goal="f1", split="part=fit")
    fit, rest = frame[frame["part"] == "fit"], frame[frame["part"] != "fit"]
    alone = gnomon.choose_threshold(fit, target="y", score="p", goal="f1")
    assert found.threshold.value == alone.threshold.value
    assert found["f1"].value == sk.f1_score(rest["y"], rest["p"] >= found.threshold.value)
    assert found.corrected is None
    three = frame.assign(part=np.where(np.arange(len(frame)) % 4 == 0, "test", frame["part"]))
    found = gnomon.choose_threshold(three, target="y", score="p", goal="f1", split="part=fit,test")
    rest = three[three["part"] == "test"]
    assert found["f1"].value == sk.f1_score(rest["y"], rest["p"] >= found.threshold.value)
    with pytest.raises(DataError, match="no rows to evaluate on"):
        gnomon.choose_threshold(frame, target="y", score="p", goal="f1", split="part=fit,test")
    for split in ("part", "=fit", "part=fit,", "part=fit,fit"):
        with pytest.raises(UsageError, match="split="):
            gnomon.choose_threshold(frame, target="y", score="p", goal="f1", split=split)
    with pytest.raises(DataError, match="no rows whose part = nothing"):
        gnomon.choose_threshold(frame, target="y", score="p", goal="f1", split="part=nothing")


@pytest.mark.parametrize(
    "asked",
    [
        {"where": "flagged <= 200"},
        {"goal": "recall", "where": "recall <= 0.5"},
        {"goal": "f1", "where": "flagged <= 300"},
        {"goal": "precision", "where": ["recall >= 0.3", "recall <= 0.32"]},
        {"where": "precision.low >= 0.5"},
        {"goal": "matthews_corrcoef"},
    ],
)
def test_the_bound_holds_with_wide_bins(monkeypatch, asked):
    """However wide the bins, the exact best is within the bound; constraints that look unmet may be open."""
    from gnomon.evaluation.reading import binned

    monkeypatch.setattr(binned, "BINS", 64)
    monkeypatch.setattr(binned, "FEWEST_BINS", 16)
    for seed in range(12):
        rng = np.random.default_rng(seed)
        label = (rng.random(2000) < 0.3).astype(int)
        score = np.clip(rng.normal(0.4 + (0.15 - 0.1 * (seed % 4)) * label, 0.2), 0, 1)
        kept = gnomon.choose_threshold(label, score, interval="none", **asked)
        found = gnomon.choose_threshold(label, score, interval="none", exact=False, **asked)
        if kept.met and not found.met:
            assert any("come closer to the constraints" in note for note in found.notes)
        elif kept.met:
            short = kept[kept.measure].value - found[found.measure].value
            assert short <= found.threshold.bound + 1e-12


def test_limits_that_hold_but_for_rounding():
    """Sums of weights that are 0.8 of another in exact arithmetic meet a limit of 0.8."""
    rows = {"y": [0, 0, 1, 1, 0, 1], "p": [0.5, 0.2, 0.4, 0.6, 0.1, 0.3], "w": [0.3, 1, 0.5, 0.2, 0.2, 0.5]}
    names = {"target": "y", "score": "p", "weight": "w"}
    found = gnomon.choose_threshold(rows, **names, goal="recall", where="precision >= 0.8")
    assert (found.threshold.value, found["recall"].value) == (0.3, 1.0)


def test_points_without_the_goal_are_no_answer():
    """Flagging nothing keeps the fall-out low, but has no precision: said to be out of reach, with the nearest."""
    label, score = [0, 0, 0, 1, 0, 1, 1, 1], [0.9, 0.2, 0.3, 0.35, 0.4, 0.6, 0.8, 0.85]
    found = gnomon.choose_threshold(label, score, goal="precision", where="false_positive_rate <= 0.1")
    assert not found.met
    assert found["precision"].defined


def test_what_is_said_of_constraints_is_true():
    """Of the chosen threshold itself, which is in the table; the reach is that of every score."""
    rng = np.random.default_rng(0)
    label = (rng.random(60_000) < 0.02).astype(int)
    score = np.clip(rng.normal(0.4 + 0.3 * label, 0.12), 0, 1)
    found = gnomon.choose_threshold(label, score, where=["recall >= 0.9", "precision >= 0.9"])
    assert not found.met
    assert found.threshold.value in found.thresholds.threshold
    notes = " ".join(found.notes)
    assert "Constraints cannot be met together" in notes
    for name in ("recall", "precision"):
        assert f"{name} is {found[name].value:.4g}" in notes


def test_rows_left_out_are_told():
    """In all readings together."""
    rows = {
        "y": [0, 1, 0, 1, None, 1, 0],
        "p": [0.1, 0.9, None, 0.7, 0.5, None, 0.2],
        "part": ["a", "a", "a", "b", "b", "b", "b"],
    }
    names = {"target": "y", "score": "p", "goal": "f1", "missing": "drop"}
    assert "3 rows with missing values left out." in gnomon.choose_threshold(rows, **names).notes
    assert "3 rows with missing values left out." in gnomon.choose_threshold(rows, **names, split="part=a").notes


@pytest.mark.parametrize(("column", "values", "asked"), [
    ("val", [True, False], "val=true"), ("fold", [1.0, 2.0], "fold=1"), ("a=b", ["x", "y"], "a=b=x"),
])  # fmt: skip
def test_splits_as_people_write_them(column, values, asked):
    """True as true, numbers by what they are, columns with an equals sign."""
    rows = {"y": [0, 1] * 10, "p": np.linspace(0, 1, 20), column: [values[0]] * 10 + [values[1]] * 10}
    found = gnomon.choose_threshold(rows, target="y", score="p", goal="f1", split=asked)
    assert found["accuracy"].n == 10


def test_optimism_is_about_what_other_rows_take_away():
    """In many samples the corrected value is closer to that of fresh rows than the apparent one."""
    rng = np.random.default_rng(1)

    def draw(n):
        label = (rng.random(n) < 0.3).astype(int)
        return label, np.clip(rng.normal(0.4 + 0.15 * label, 0.2), 0, 1)

    fresh = draw(200_000)
    apparent, corrected = [], []
    for _ in range(60):
        found = gnomon.choose_threshold(*draw(80), goal="youden")
        (tp, fp, fn, tn) = cells(*fresh, None, found.threshold.value)
        truth = tp / (tp + fn) - fp / (fp + tn)
        apparent.append(found["youden"].value - truth)
        corrected.append(found.corrected.value - truth)
    assert np.mean(apparent) > 0.04
    assert abs(np.mean(corrected)) < 0.5 * np.mean(apparent)


def test_interval_of_the_threshold_covers_the_best_one():
    """Most samples' intervals hold the threshold that is best for everyone: here where the densities cross."""
    rng = np.random.default_rng(2)
    covered = 0
    for _ in range(80):
        label = (rng.random(400) < 0.5).astype(int)
        found = gnomon.choose_threshold(label, rng.normal(2.0 * label), scale="any", goal="youden").threshold
        covered += found.low <= 1.0 <= found.high
    assert covered >= stats.binom.ppf(0.001, 80, 0.9)


def test_the_same_for_any_threads_and_seed():
    """Nothing depends on the threads; the seed moves the interval only."""
    rng = np.random.default_rng(3)
    label = rng.integers(0, 2, 3000)
    score = np.clip(0.3 * label + rng.random(3000) * 0.7, 0, 1)
    one = gnomon.choose_threshold(label, score, goal="f1", threads=1)
    assert one.to_json() == gnomon.choose_threshold(label, score, goal="f1", threads=3).to_json()
    other = gnomon.choose_threshold(label, score, goal="f1", seed=1)
    assert other.threshold.value == one.threshold.value
    assert other.estimates["f1"] == one.estimates["f1"]


def test_apply():
    """At the threshold a row is positive; missing scores and no probabilities are refused."""
    found = gnomon.choose_threshold([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.8], goal="recall", where="precision >= 0.6")
    assert found.threshold.value == 0.4
    assert found.apply([0.4, np.nextafter(0.4, 0), 1.0]).tolist() == [True, False, True]
    with pytest.raises(DataError, match="1 score is missing"):
        found.apply([0.4, np.nan])
    with pytest.raises(DataError, match="outside"):
        found.apply([1.5])


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "pass what to optimise"),
        ({"goal": "f3.5x"}, "goal='f3.5x' is unknown"),
        ({"goal": "f1", "costs": {"fn": 1}}, "both passed"),
        ({"goal": "cost"}, "needs the costs"),
        ({"costs": {"fx": 1}}, "not a cell of the confusion matrix"),
        ({"costs": {"fn": math.inf}}, "finite number"),
        ({"costs": {"fn": "much"}}, "finite number"),
        ({"costs": [1, 2]}, "by cell"),
        ({"where": "recall > 0.5"}, "not a constraint"),
        ({"where": "rekall >= 0.5"}, "does not name a measure"),
        ({"where": "balanced_accuracy.low >= 0.5"}, "interval ends are available"),
        ({"where": "recall >= much"}, "not a constraint"),
        ({"where": "recall >= 0.5", "periods": 0}, "periods"),
        ({"goal": "f1", "split": "part"}, "names columns"),
        ({"where": 3}, "expected a constraint"),
        ({"where": "flagged <= 5%"}, "flagged_share <= 5 %"),
        ({"where": "recall >= 90"}, "did you mean 90 %"),
    ],
)
def test_what_is_refused(asked, message):
    """Each with a word of what to say instead."""
    with pytest.raises(UsageError, match=message):
        gnomon.choose_threshold([0, 1, 1], [0.1, 0.5, 0.9], **asked)


def test_rows_that_cannot_be_told_apart():
    """One class only; a prediction instead of a score."""
    with pytest.raises(DataError, match="a single class"):
        gnomon.choose_threshold([1, 1], [0.1, 0.5], goal="f1", classes=[0, 1])
    with pytest.raises(UsageError, match="pass what to evaluate"):
        gnomon.choose_threshold({"y": [0, 1]}, target="y", goal="f1")


def test_saved_form_is_json(tmp_path):
    """No NaN, no infinity, also where nothing is to be flagged."""
    import json

    found = gnomon.choose_threshold([0, 0, 1], [0.9, 0.8, 0.1], costs={"fp": 5, "fn": 1})
    assert found.threshold.value == math.inf
    found.save(tmp_path / "d.json")
    form = json.loads((tmp_path / "d.json").read_text(), parse_constant=pytest.fail)
    assert form["threshold"]["value"] is None
    assert form["threshold"]["reason"]["text"] == "no row is to be predicted positive: no threshold is high enough"
    assert form["thresholds"]["threshold"][0] is None
    again = gnomon.load(tmp_path / "d.json")
    assert again == found
    assert again.apply([0.9]).tolist() == [False]


def test_what_was_decided_is_read_back(tmp_path):
    """Thresholds, costs and maps: equal, and usable as they were; pickled, too."""
    rng = np.random.default_rng(0)
    y, p = rng.integers(0, 2, 200), rng.random(200)
    rows = {"y": y, "p": p, "part": ["fit", "judge"] * 100}
    table = rng.dirichlet(np.ones(3), 60)
    for own, scores in (
        (gnomon.choose_threshold(y, p, where="recall >= 0.8"), [0.1, 0.9]),
        (gnomon.minimum_cost(rng.integers(0, 3, 60), table, costs=1 - np.eye(3)), table[:4]),
        (gnomon.recalibrate(rows, target="y", score="p", split="part=fit"), [0.1, 0.9]),
    ):
        own.save(tmp_path / "own.json")
        for again in (gnomon.load(tmp_path / "own.json"), pickle.loads(pickle.dumps(own))):
            assert again == own
            assert again.apply(scores).tolist() == own.apply(scores).tolist()
    (tmp_path / "own.json").write_text('{"schema_version": 2, "decision": "cost"}')
    with pytest.raises(gnomon.StateError, match="damaged"):
        gnomon.load(tmp_path / "own.json")


def test_apply_takes_the_scores_of_one_class():
    """The whole of predict_proba, or a frame, is refused with a word of what to pass."""
    found = gnomon.choose_threshold([0, 0, 1, 1], [0.1, 0.4, 0.6, 0.8], goal="f1")
    with pytest.raises(DataError, match="of the positive class only"):
        found.apply(np.array([[0.3, 0.7], [0.6, 0.4]]))
    with pytest.raises(DataError, match="not a data frame"):
        found.apply(pa.table({"p": [0.1]}).to_pandas())
    assert found.apply(np.array([[0.7], [0.4]])).tolist() == [True, False]


def test_constraints_that_cannot_be_had_together():
    """Each by itself can: said so, with what each is; and what is broken on the other rows is said of flagged, too."""
    rng = np.random.default_rng(0)
    label = (rng.random(4000) < 0.1).astype(int)
    score = np.clip(rng.normal(0.4 + 0.2 * label, 0.15), 0, 1)
    found = gnomon.choose_threshold(label, score, where=["recall >= 0.9", "precision >= 0.9"])
    assert found.notes[0].startswith("Constraints cannot be met together: recall >= 0.9 and precision >= 0.9")
    rows = {"y": label, "p": score, "part": ["fit"] * 2000 + ["judge"] * 2000}
    own = gnomon.choose_threshold(rows, target="y", score="p", where="flagged <= 60", periods=2, split="part=fit")
    flagged = round(own.thresholds["flagged"][own.thresholds.place(own.threshold.value)])
    said = (
        f"{flagged:,} of 2,000 on the rows that the threshold was chosen on, {flagged / 2:g} per period on average "
        "over 2 periods."
    )
    assert f"Predicted positive: {said}" in own.notes
