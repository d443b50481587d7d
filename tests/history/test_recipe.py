"""Runs of one recipe: what they score together, their noise floor, how two recipes differ; by brute force."""

import numpy as np
import pytest

import gnomon
from gnomon.errors import HistoryError, UnknownEstimateError, UsageError
from gnomon.history.leaderboard import leaderboard
from gnomon.history.pairing import varying_together
from gnomon.history.recipe import recipe

N, RUNS = 400, 4


@pytest.fixture(scope="module")
def logged(tmp_path_factory):
    """Two recipes on the same rows, kept, and one whose rows are not."""
    rng = np.random.default_rng(8)
    y = rng.integers(0, 2, N)
    x = rng.normal(size=N) + 1.5 * y
    history = gnomon.History(tmp_path_factory.mktemp("recipe") / "history.db")
    held = {}
    for name, gain in (("forest", 0.0), ("boosted", 0.3), ("loose", 0.0)):
        for seed in range(RUNS):
            score = 1 / (1 + np.exp(-(x + gain * y + 0.5 * rng.normal(size=N) - 0.75)))
            rows = {"id": np.arange(N), "y": y, "p": score}
            evaluation = gnomon.evaluate(rows, target="y", score="p", id="id")
            run = history.log(evaluation, name=name, rows=rows, keep_rows=name != "loose", tags={"seed": seed})
            held[run.id] = rows
    return history, held


def test_variances_are_those_of_a_comparison(logged):
    """The standard error of each difference, of which compare() shows the interval."""
    history, held = logged
    runs = history.runs(name="forest")
    names = ("roc_auc", "log_loss", "f1")
    varying = varying_together(history, runs, names)
    rows = held[runs[0].id] | {f"m{place}": held[run.id]["p"] for place, run in enumerate(runs)}
    comparison = gnomon.compare(rows, target="y", score=["m0", "m1", "m2", "m3"])
    for name in names:
        for one in range(RUNS):
            for other in range(one + 1, RUNS):
                difference = comparison[f"m{one}", f"m{other}"][name]
                width = (difference.high - difference.low) / 2
                assert np.sqrt(varying[name].variances[one, other]) * 1.96 == pytest.approx(width, rel=0.02)


def test_the_mean_and_the_noise_floor(logged):
    history, _ = logged
    found = recipe(history, "forest")
    values = np.array([run.estimates["roc_auc"].value for run in history.runs(name="forest")])
    of_auc = found.measures["roc_auc"]
    assert (of_auc.value, of_auc.between) == pytest.approx((values.mean(), values.std(ddof=1)))
    assert of_auc.low < of_auc.value < of_auc.high
    assert of_auc.floor == pytest.approx(3.182446 * np.sqrt(2) * of_auc.between)
    assert 0 < of_auc.from_runs < 1
    assert found.unpaired is None
    loose = recipe(history, "loose")
    assert loose.unpaired is not None  # wider, and said so
    assert list(recipe(history, "forest", by=["roc_auc"]).measures) == ["roc_auc"]


def test_two_recipes(logged):
    history, _ = logged
    found = recipe(history, "forest", "boosted", by=["roc_auc", "log_loss"])
    means = [found.other.measures["roc_auc"].value, found.measures["roc_auc"].value]
    assert found.differences["roc_auc"].value == pytest.approx(means[0] - means[1])
    assert found.differences["roc_auc"].low > 0
    turned = recipe(history, "boosted", "forest", by="roc_auc").differences["roc_auc"]
    assert turned.value == pytest.approx(-found.differences["roc_auc"].value)
    assert (turned.low, turned.high) == pytest.approx((-found.differences["roc_auc"].high,
                                                       -found.differences["roc_auc"].low))  # fmt: skip
    # What the rows do to both alike is not in the difference: it is narrower than either mean's interval would make it.
    one = found.measures["roc_auc"]
    assert turned.high - turned.low < one.high - one.low


def test_the_leaderboard_is_paired_where_rows_are_kept(logged):
    history, _ = logged
    paired = leaderboard(history, "roc_auc", name="forest")
    assert paired.unpaired is None
    assert 0 < paired.optimism <= paired.luck
    unpaired = leaderboard(history, "roc_auc", name="loose")
    assert "kept" in unpaired.unpaired
    assert np.isnan(unpaired.optimism)
    assert paired.luck < unpaired.luck  # the rows move all of them alike


def test_columns_of_one_file_need_no_ids(tmp_path):
    """Runs of several columns of one file are on the same rows whatever they say."""
    import pandas as pd

    rng = np.random.default_rng(9)
    y = rng.integers(0, 2, N)
    columns = {f"p{place}": np.clip(0.3 * y + 0.7 * rng.random(N), 0, 1) for place in range(3)}
    pd.DataFrame({"y": y} | columns).to_csv(tmp_path / "rows.csv", index=False)
    history = gnomon.History(tmp_path / "history.db")
    for name in columns:
        evaluation = gnomon.evaluate(tmp_path / "rows.csv", target="y", score=name)
        history.log(evaluation, name="net", rows=tmp_path / "rows.csv")
    assert recipe(history, "net").unpaired is None
    assert leaderboard(history, "roc_auc", name="net").unpaired is None
    pd.DataFrame({"y": y[::-1]} | columns).to_csv(tmp_path / "rows.csv", index=False)
    assert "no longer" in recipe(history, "net").unpaired


def test_runs_that_were_judged_otherwise_are_left_out(logged, tmp_path):
    """Another positive class or threshold is another measurement: not in the recipe, and in a group of its own."""
    _, held = logged
    rows = list(held.values())[:4]
    history = gnomon.History(tmp_path / "history.db")
    asked = {"target": "y", "score": "p", "id": "id"}
    for own, more in zip(rows, ({"positive": 0}, {"threshold": 0.3}, {}, {}), strict=True):
        history.log(gnomon.evaluate(own, **asked, **more), name="net", rows=own, keep_rows=True)
    found = recipe(history, "net", by="precision")
    assert (len(found.runs), found.left) == (2, 2)
    board = leaderboard(history, "precision", name="net")
    groups = {own.run.positive: own.group for own in board.places}
    assert len(set(groups.values())) == 2
    (alone,) = [own for own in board.places if own.run.positive == "0"]
    assert alone.may_be_best is None


def test_the_same_labels_by_other_scores_keep_their_interval(logged, tmp_path):
    """Nothing is seen to vary in what depends on labels alone: the interval is no narrower than that allows."""
    _, held = logged
    rows = next(iter(held.values()))
    history = gnomon.History(tmp_path / "history.db")
    for bend in (1.0, 1.1, 1.2):
        own = rows | {"p": 0.5 + np.sign(rows["p"] - 0.5) * np.abs(rows["p"] - 0.5) ** bend}
        history.log(gnomon.evaluate(own, target="y", score="p", id="id"), name="net", rows=own, keep_rows=True)
    found = recipe(history, "net", by=["f1", "roc_auc"])
    one = history.runs()[0].estimates["f1"]
    assert found.measures["f1"].low < one.value < found.measures["f1"].high
    assert found.measures["f1"].high - found.measures["f1"].low > 0.7 * (one.high - one.low)
    assert leaderboard(history, "f1", name="net").unpaired is None


def test_few_clusters_are_few(tmp_path):
    """The variance of a difference by six clusters has five degrees of freedom, for a mean over runs as well."""
    rng = np.random.default_rng(2)
    history = gnomon.History(tmp_path / "history.db")
    y = rng.integers(0, 2, 120)
    for _ in range(3):
        rows = {
            "id": np.arange(120),
            "y": y,
            "g": np.arange(120) % 6,
            "p": np.clip(0.3 * y + 0.7 * rng.random(120), 0, 1),
        }
        evaluation = gnomon.evaluate(rows, target="y", score="p", id="id", cluster="g")
        history.log(evaluation, name="net", rows=rows, keep_rows=True)
    varying = varying_together(history, history.runs(), ["accuracy"])
    assert varying["accuracy"].freedom <= 5


def test_what_is_refused(logged, tmp_path):
    history, held = logged
    with pytest.raises(HistoryError, match="did you mean 'forest'"):
        recipe(history, "forst")
    with pytest.raises(UsageError, match="is one recipe"):
        recipe(history, "forest", "forest")
    with pytest.raises(UsageError, match="takes a history first"):
        recipe("forest", "boosted")
    with pytest.raises(UsageError, match="at least 1"):
        leaderboard(history, "roc_auc", limit=0)
    with pytest.raises(UsageError, match="did you mean 'forest'"):
        leaderboard(history, "roc_auc", name="forst")
    with pytest.raises(UsageError, match="is empty"):
        leaderboard(gnomon.History(tmp_path / "none.db"), "roc_auc")
    with pytest.raises(UnknownEstimateError, match="roc_auc"):
        recipe(history, "forest", by=["roc_auk"])
    with pytest.raises(UsageError, match="--keep-rows"):
        recipe(history, "forest", "loose")
    own = gnomon.History(tmp_path / "history.db")
    rows = next(iter(held.values()))
    evaluation = gnomon.evaluate(rows, target="y", score="p", id="id")
    for _ in range(2):  # the same predictions twice are one run
        own.log(evaluation, name="once", rows=rows)
    with pytest.raises(UsageError, match="newest one is alone"):
        recipe(own, "once")
    rng = np.random.default_rng(1)
    for _ in range(2):
        other = {"id": np.arange(50), "y": rng.permutation([0, 1] * 25), "p": rng.random(50)}
        own.log(gnomon.evaluate(other, target="y", score="p", id="id"), name="elsewhere", rows=other)
    with pytest.raises(UsageError, match="newest one is alone"):
        recipe(own, "elsewhere")
