"""Differences of models on the same rows, against published formulas, SciPy and brute force."""

import json
import pickle
from statistics import NormalDist

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import stats
from sklearn import metrics
from sklearn.metrics import confusion_matrix

import gnomon
from gnomon.errors import ColumnError, DataError, StateError, UnknownEstimateError, UsageError
from gnomon.intervals.difference import false_discovery, family_wise


def rows(n=400, seed=0):
    """A target, three scores of which the last is the best, weights, clusters, amounts and two forecasts."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.4).astype(int)
    common = rng.normal(size=n)
    scores = {
        name: 1 / (1 + np.exp(-(gain * y + common + noise * rng.normal(size=n) - 0.8)))
        for name, gain, noise in (("p", 1.0, 1.0), ("q", 1.1, 1.0), ("r", 2.5, 0.5))
    }
    amount = rng.normal(10, 3, n)
    return {
        "id": np.arange(n),
        "y": y,
        **scores,
        "w": rng.uniform(0.5, 2, n),
        "c": np.arange(n) // 4,
        "amount": amount,
        "a": amount + rng.normal(size=n),
        "b": amount + 1.3 * rng.normal(size=n),
    }


@pytest.fixture(scope="module")
def data():
    return rows()


@pytest.fixture(scope="module")
def found(data):
    return gnomon.compare(data, target="y", score=["p", "q", "r"])


def delong(y, p, q):
    """The difference of two AUCs and its variance: E. R. DeLong et al. (1988), by counting every pair."""
    components = []
    for score in (p, q):
        wins = (score[y == 1][:, None] > score[y == 0]) + 0.5 * (score[y == 1][:, None] == score[y == 0])
        components.append((wins.mean(axis=1), wins.mean(axis=0)))
    (v1, w1), (v2, w2) = components
    variance = np.var(v2 - v1, ddof=1) / len(v1) + np.var(w2 - w1, ddof=1) / len(w1)
    return v2.mean() - v1.mean(), variance


def test_auc_is_delongs_test(data, found):
    for first, second in (("p", "q"), ("p", "r"), ("q", "r")):
        own = found[first, second]["roc_auc"]
        value, variance = delong(data["y"], data[first], data[second])
        z = stats.norm.ppf(0.975)
        assert own.method == "delong"
        assert own.value == pytest.approx(value, rel=1e-12)
        assert (own.low, own.high) == pytest.approx((value - z * variance**0.5, value + z * variance**0.5), rel=1e-9)
        assert own.p_value == pytest.approx(2 * stats.norm.sf(abs(value) / variance**0.5), rel=1e-9)


@pytest.mark.parametrize("name", ["accuracy", "recall", "specificity", "false_positive_rate"])
def test_shares_are_mcnemars_test(data, found, name):
    """Discordant rows by hand; the exact p-value is SciPy's binomial test, the mid-p half of what occurred less."""
    y, said = data["y"], [data[own] >= 0.5 for own in ("p", "r")]
    chosen = {"accuracy": y >= 0, "recall": y == 1}.get(name, y == 0)
    right = [(own == y)[chosen] for own in said]
    b, c = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    own = found["p", "r"][name]
    sign = -1 if name == "false_positive_rate" else 1
    assert own.value == pytest.approx(sign * (c - b) / chosen.sum(), rel=1e-12)
    assert own.n == chosen.sum()
    exact = stats.binomtest(min(b, c), b + c).pvalue
    assert own.p_value_exact == pytest.approx(exact, rel=1e-9)
    assert own.p_value == pytest.approx(exact - stats.binom.pmf(min(b, c), b + c, 0.5), rel=1e-9)
    assert own.low < own.value < own.high
    assert own.method == "mcnemar"


def test_losses_are_paired_t_tests(data, found):
    y = data["y"]
    log_loss = {name: -np.where(y == 1, np.log(data[name]), np.log1p(-data[name])) for name in ("p", "q")}
    brier = {name: (data[name] - y) ** 2 for name in ("p", "q")}
    for name, losses in (("log_loss", log_loss), ("brier_score", brier)):
        own, other = found["p", "q"][name], stats.ttest_rel(losses["q"], losses["p"])
        assert own.p_value == pytest.approx(other.pvalue, rel=1e-7)
        assert (own.low, own.high) == pytest.approx(tuple(other.confidence_interval(0.95)), rel=1e-7)
        assert own.method == "paired t"


def test_regressions_are_paired_t_tests(data):
    """Squared and absolute errors; the bias, which is neither better nor worse."""
    own = gnomon.compare(data, target="amount", prediction=["a", "b"])["a", "b"]
    errors = {name: data[name] - data["amount"] for name in "ab"}
    for name, loss in (("mse", np.square), ("mae", np.abs), ("mean_error", lambda e: e)):
        other = stats.ttest_rel(loss(errors["b"]), loss(errors["a"]))
        assert own[name].p_value == pytest.approx(other.pvalue, rel=1e-7), name
        assert (own[name].low, own[name].high) == pytest.approx(tuple(other.confidence_interval(0.95)), rel=1e-7)
    assert own["rmse"].verdict == own["r2"].verdict == "worse"
    jitter = np.random.default_rng(0).normal(5, 0.1, len(data["a"]))
    shifted = gnomon.compare(data | {"b": data["a"] + jitter}, target="amount", prediction=["a", "b"])["a", "b"]
    assert shifted["mean_error"].verdict == "different"
    assert "max_error" not in shifted.differences


SCORED = {
    "f1": lambda y, s: metrics.f1_score(y, s >= 0.5),
    "precision": lambda y, s: metrics.precision_score(y, s >= 0.5),
    "matthews_corrcoef": lambda y, s: metrics.matthews_corrcoef(y, s >= 0.5),
    "cohen_kappa": lambda y, s: metrics.cohen_kappa_score(y, s >= 0.5),
    "balanced_accuracy": lambda y, s: metrics.balanced_accuracy_score(y, s >= 0.5),
    "average_precision": metrics.average_precision_score,
}


@pytest.mark.parametrize("name", SCORED)
def test_linearised_differences_are_near_the_jackknife(data, found, name):
    """Leaving each row out in turn gives the variance to a few in a hundred."""
    measured = SCORED[name]
    y, p, r = data["y"], data["p"], data["r"]
    keep = ~np.eye(len(y), dtype=bool)
    left = np.array([measured(y[own], r[own]) - measured(y[own], p[own]) for own in keep])
    n = len(y)
    error = np.sqrt((n - 1) / n * ((left - left.mean()) ** 2).sum())
    own = found["p", "r"][name]
    assert own.value == pytest.approx(measured(y, r) - measured(y, p), abs=1e-12)
    assert (own.high - own.low) / 2 == pytest.approx(stats.t.ppf(0.975, n - 1) * error, rel=0.04)


@pytest.mark.parametrize("name", ["r2", "explained_variance", "rmse", "median_absolute_error"])
def test_linearised_differences_of_regressions_are_near_the_bootstrap(data, name):
    own = gnomon.compare(data, target="amount", prediction=["a", "b"])["a", "b"][name]
    scored = {
        "r2": metrics.r2_score,
        "explained_variance": metrics.explained_variance_score,
        "rmse": metrics.root_mean_squared_error,
        "median_absolute_error": metrics.median_absolute_error,
    }[name]
    rng = np.random.default_rng(1)
    y, a, b = (data[column] for column in ("amount", "a", "b"))
    drawn = [rng.integers(0, len(y), len(y)) for _ in range(800)]
    spread = np.std([scored(y[i], b[i]) - scored(y[i], a[i]) for i in drawn])
    slack = 0.3 if name == "median_absolute_error" else 0.12  # the density at a median is known roughly
    assert (own.high - own.low) / 2 / 1.96 == pytest.approx(spread, rel=slack)


@pytest.mark.parametrize("interval", ["percentile", "bca"])
@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.slow
def test_the_paired_bootstrap_is_that_of_rows(data, interval, weight):
    """Ends and p-values are those of replicates of whole rows, within the error of drawing."""
    own = gnomon.compare(data, target="y", score=["p", "r"], interval=interval, weight=weight)["p", "r"]
    rng = np.random.default_rng(5)
    y, p, r, w = (data[name] for name in ("y", "p", "r", "w"))
    w = w if weight else np.ones(len(y))
    drawn = [rng.integers(0, len(y), len(y)) for _ in range(1000)]
    for name in ("f1", "roc_auc", "average_precision"):
        measured = {
            "f1": lambda i, s: metrics.f1_score(y[i], s[i] >= 0.5, sample_weight=w[i]),
            "roc_auc": lambda i, s: metrics.roc_auc_score(y[i], s[i], sample_weight=w[i]),
            "average_precision": lambda i, s: metrics.average_precision_score(y[i], s[i], sample_weight=w[i]),
        }[name]
        ends = np.quantile([measured(i, r) - measured(i, p) for i in drawn], [0.025, 0.975])
        width = ends[1] - ends[0]
        assert (own[name].low, own[name].high) == pytest.approx(tuple(ends), abs=0.15 * width), name
        assert own[name].method == ("paired bootstrap" if interval == "percentile" else "paired bca")
    assert own["roc_auc"].p_value == pytest.approx(2 / 1001)
    assert own["log_loss"].method == "paired t"


def test_weights_that_are_alike_change_nothing_but_the_method(data):
    """Linearised instead of McNemar: p-values of the same size, the same values."""
    plain = gnomon.compare(data, target="y", score=["p", "r"])["p", "r"]
    equal = gnomon.compare(data | {"w": np.full(400, 2.5)}, target="y", score=["p", "r"], weight="w")["p", "r"]
    for name, own in plain.differences.items():
        assert equal[name].value == pytest.approx(own.value, abs=1e-12), name
        assert equal[name].high - equal[name].low == pytest.approx(own.high - own.low, rel=0.03), name
    assert equal["accuracy"].method == "linearised"


def test_every_row_twice_in_its_cluster_changes_nothing(data):
    """A cluster of the same row twice says what the row says once."""
    own = {name: values[:200] for name, values in data.items()} | {"c": np.arange(200)}
    twice = {name: np.tile(values, 2) for name, values in own.items()}
    once, again = (gnomon.compare(each, target="y", score=["p", "r"], cluster="c")["p", "r"] for each in (own, twice))
    for name, one in once.differences.items():
        slack = 2e-2 if name in ("roc_auc", "ks") else 1e-6  # DeLong's correction counts the rows of each class
        assert (again[name].low, again[name].high) == pytest.approx((one.low, one.high), rel=slack), name
        assert one.method == ("linearised" if name not in ("log_loss", "brier_score") else one.method)


def test_all_pairs_are_adjusted(found):
    """Holm and Benjamini-Hochberg over the pairs of each measure."""
    assert [(pair.first, pair.second) for pair in found] == [("p", "q"), ("p", "r"), ("q", "r")]
    for name in ("accuracy", "roc_auc", "log_loss"):
        p_values = [pair[name].p_value for pair in found]
        assert [pair[name].p_value_holm for pair in found] == family_wise(p_values)
        assert [pair[name].p_value_bh for pair in found] == false_discovery(p_values)
    assert found["p", "r"]["roc_auc"].verdict == "better"
    assert found["p", "q"]["roc_auc"].verdict == "inconclusive"
    assert len(found) == 3


def test_order_and_threads_change_nothing(data):
    """The same bytes for any order of the rows and any number of threads, bootstrap and clusters included."""
    order = np.random.default_rng(3).permutation(400)
    shuffled = {name: values[order] for name, values in data.items()}
    for options in ({}, {"weight": "w"}, {"cluster": "c"}, {"interval": "bca"}):
        said = {
            json.dumps([pair.to_dict() for pair in gnomon.compare(
                own, target="y", score=["p", "q", "r"], threads=threads, **options
            )])
            for own in (data, shuffled)
            for threads in (1, 2, 5)
        }  # fmt: skip
        assert len(said) == 1, options


def test_the_ways_of_calling_agree(data, tmp_path):
    """Columns of one file, two files joined by id, frames, arrays: the same differences."""
    frame = pl.DataFrame({name: data[name] for name in ("id", "y", "p", "r")})
    path = tmp_path / "both.csv"
    frame.write_csv(path)
    frame.select("id", "y", "p").write_parquet(tmp_path / "old.parquet")
    frame.select("id", "y", p="r").sample(fraction=1, shuffle=True, seed=1).write_csv(tmp_path / "new.csv")
    plain = gnomon.compare(path, target="y", score={"old": "p", "new": "r"})
    joined = gnomon.compare(tmp_path / "old.parquet", tmp_path / "new.csv", target="y", score="p", id="id")
    named = gnomon.compare(
        {"old": frame.select("id", "y", "p"), "new": frame.select("id", "y", "r").to_pandas()},
        target="y", score={"old": "p", "new": "r"}, id="id",
    )  # fmt: skip
    arrays = gnomon.compare(data["y"], {"old": data["p"], "new": data["r"]})
    listed = gnomon.compare(data["y"], data["p"], data["r"])
    wanted = plain["old", "new"].to_dict()
    for own in (joined, named, arrays):
        assert own["old", "new"].to_dict() == wanted
    assert listed["model 1", "model 2"].to_dict()["differences"] == wanted["differences"]
    assert list(plain.models) == ["old", "new"]
    assert plain.models["new"]["roc_auc"] == gnomon.evaluate(path, target="y", score="r")["roc_auc"]


def test_rows_without_a_partner_are_reported(data, tmp_path):
    """They are left out, and a note says how many of which file."""
    old = {name: data[name][:300] for name in ("id", "y", "p")}
    new = {"id": data["id"][50:], "y": data["y"][50:], "p": data["q"][50:]}
    found = gnomon.compare({"old": old, "new": new}, target="y", score="p", id="id")
    assert found.n == 250
    (note,) = found.notes
    assert note.startswith("Rows that some models lack are left out: 50 of old")
    assert "100 of new" in note
    assert "250 rows are compared" in note
    inner = gnomon.compare(data["y"][50:300], {"old": data["p"][50:300], "new": data["q"][50:300]})
    assert found["old", "new"].to_dict() == inner["old", "new"].to_dict()


def changed(data, name, row, value):
    """The columns with one value changed."""
    values = list(data[name])
    values[row] = value
    return {**data, name: values}


JOINS = {
    "twice": (lambda own: changed(own, "id", 3, 7), DataError, "repeats 1 id (7)"),
    "missing": (lambda own: changed(own, "id", 3, None), DataError, "has 1 missing value:"),
    "others": (lambda own: {**own, "id": own["id"] + 1000}, DataError, "there are no rows to compare on"),
    "target": (lambda own: changed(own, "y", 2, 1 - own["y"][2]), DataError, "in 1 row, the first with id 2: "),
    "labels": (lambda own: {**own, "y": [str(each) for each in own["y"]]}, ColumnError, "use the same labels in both"),
    "no id": (lambda own: {"y": own["y"], "p": own["p"]}, ColumnError, "has no column 'id'"),
    "no score": (lambda own: {"y": own["y"], "id": own["id"]}, ColumnError, "has no column 'p'"),
    "score": (lambda own: changed(own, "p", 5, 1.5), DataError, "the row of id 5 is 1.5"),
}


@pytest.mark.parametrize("case", JOINS)
def test_what_does_not_match_is_refused(data, case):
    change, error, words = JOINS[case]
    own = {name: data[name][:50] for name in ("id", "y", "p")}
    with pytest.raises(error) as raised:
        gnomon.compare({"old": own, "new": change(own)}, target="y", score="p", id="id")
    assert words in str(raised.value)


CALLS = {
    "one model": ({"target": "y", "score": "p"}, "takes at least two models"),
    "twice": ({"target": "y", "score": ["p", "p"]}, "names a column twice"),
    "mixed": ({"target": "y", "score": ["p", "q"], "prediction": ["a", "b"]}, "name the models"),
    "many labels": ({"target": ["y", "a"], "score": ["p", "q"]}, "label by label"),
    "interval": ({"target": "y", "score": ["p", "q"], "interval": "none"}, "interval='none' is not supported"),
    "margin": ({"target": "y", "score": ["p", "q"], "margin": -1}, "margin= takes a number above 0"),
    "margin name": ({"target": "y", "score": ["p", "q"], "margin": {"auc": 0.1}}, "did you mean 'roc_auc'?"),
    "minimum_effect": (
        {"target": "y", "score": ["p", "q"], "minimum_effect": 0},
        "minimum_effect= takes a number above 0",
    ),
    "threshold": ({"target": "y", "score": ["p", "q"], "threshold": {"s": 0.4}}, "names the model 's'"),
    "nested": ({"target": "y", "score": [["p"], ["q"]]}, "or a dict from model names"),
    "memory": ({"target": "y", "score": ["p", "q"], "memory": 1000}, "raise memory="),
    "no target": ({"score": ["p", "q"]}, "pass the column of true values"),
}


@pytest.mark.parametrize("case", CALLS)
def test_wrong_calls_are_refused(data, case):
    options, words = CALLS[case]
    with pytest.raises(UsageError) as raised:
        gnomon.compare(data, **options)
    assert words in str(raised.value)


def test_wrong_arrays_are_refused(data):
    y, p = data["y"], data["p"]
    with pytest.raises(UsageError, match="at least two models"):
        gnomon.compare(y, p)
    with pytest.raises(UsageError, match="as one dict by name, or one after another"):
        gnomon.compare(y, {"a": p}, p)
    with pytest.raises(UsageError, match="cannot be called 'y_true'"):
        gnomon.compare(y, {"y_true": p, "b": p})
    with pytest.raises(UsageError, match="names a column, but the true values are an array"):
        gnomon.compare(y, {"a": p, "b": p}, weight="w")
    with pytest.raises(ColumnError, match="must match row by row"):
        gnomon.compare(y, {"a": p, "b": p[:-1]})
    with pytest.raises(UsageError, match="id=\\.\\.\\. "):
        gnomon.compare("a.csv", "b.csv", target="y", score="p")
    with pytest.raises(UsageError, match="two files are called 'a'"):
        gnomon.compare("x/a.csv", "y/a.csv", target="y", score="p", id="row")


def test_not_worse_and_equivalent(data):
    """Settled where the interval lies within the margin, for either direction of what is better."""
    for margin in (0.01, 0.05, 0.2):
        pair = gnomon.compare(data, target="y", score=["p", "q"], margin=margin)["p", "q"]
        for name, own in pair.differences.items():
            if name == "log_loss":
                assert own.not_worse is None
                continue
            worse = own.low if name not in ("false_positive_rate", "brier_score") else -own.high
            assert own.not_worse == (worse >= -margin), name
            assert own.equivalent == (own.low >= -margin and own.high <= margin), name
            assert own.p_equivalent >= own.p_not_worse
    text = " ".join(pair.sentences)
    assert "ROC AUC: q and p are equivalent within 0.2" in text
    own = gnomon.compare(data, target="y", score=["p", "r"], margin={"roc_auc": 0.005})["p", "r"]
    assert own["roc_auc"].not_worse
    assert not own["roc_auc"].equivalent
    assert np.isnan(own["f1"].margin)
    assert own.sentences[0].startswith("ROC AUC: r is better than p")  # which says more
    plain = gnomon.compare(data, target="y", score=["p", "q"])["p", "q"]
    name = next(name for name, own in plain.differences.items() if own.value > 0 and own.verdict == "inconclusive")
    between = (plain[name].high - plain[name].low) / 2  # of its two ends, which are not equally far
    own = gnomon.compare(data, target="y", score=["p", "q"], margin={name: between})["p", "q"]
    assert own[name].not_worse
    assert not own[name].equivalent
    assert "q is not worse than p by more than" in own.sentences[1]


def test_the_margin_of_the_auc_is_a_shifted_test(data):
    """By the normal quantile: (difference + margin) over the standard error."""
    own = gnomon.compare(data, target="y", score=["p", "q"], margin=0.01)["p", "q"]["roc_auc"]
    value, variance = delong(data["y"], data["p"], data["q"])
    assert own.p_not_worse == pytest.approx(stats.norm.sf((value + 0.01) / variance**0.5), rel=1e-6)


def test_the_rows_that_it_takes(data):
    """As many as make the test's power 80 % for the difference: by hand for DeLong's test."""
    own = gnomon.compare(data, target="y", score=["p", "q"], minimum_effect=0.02)["p", "q"]["roc_auc"]
    _, variance = delong(data["y"], data["p"], data["q"])
    needed = 400 * variance * ((stats.norm.ppf(0.975) + stats.norm.ppf(0.8)) / 0.02) ** 2
    assert own.rows_needed == pytest.approx(needed, abs=1)
    assert own.minimum_effect == 0.02
    twice = {name: np.tile(values, 2) for name, values in data.items()}
    again = gnomon.compare(twice, target="y", score=["p", "q"], minimum_effect=0.02)["p", "q"]["roc_auc"]
    assert again.rows_needed == pytest.approx(own.rows_needed, rel=0.02)
    says = gnomon.compare(data, target="y", score=["p", "q"])["p", "q"].sentences
    assert any(
        ": inconclusive (n = 400): q minus p is " in text and "; detecting a difference of 0.01 takes about " in text
        for text in says
    )
    regression = gnomon.compare(data, target="amount", prediction=["a", "b"])
    own = regression["a", "b"]["rmse"]
    assert own.minimum_effect == pytest.approx(regression.models["a"]["rmse"].value / 100)


def test_a_model_is_the_same_as_itself(data):
    pair = gnomon.compare(data["y"], {"a": data["p"], "b": data["p"].copy()})["a", "b"]
    for name, own in pair.differences.items():
        assert own.value == 0
        assert own.p_value == 1
        assert own.verdict == "equal", name
    assert "ROC AUC: b and a are equal on these rows." in pair.sentences


def test_many_classes(data):
    """Accuracy by McNemar, averages of F1 and AUC by their influences; labels and probabilities."""
    rng = np.random.default_rng(2)
    y = np.array(["cat", "dog", "owl"])[rng.integers(0, 3, 300)]
    said = {name: np.where(rng.random(300) < share, y, "dog") for name, share in (("a", 0.5), ("b", 0.8))}
    pair = gnomon.compare(y, said)["a", "b"]
    right = {name: own == y for name, own in said.items()}
    b, c = int((right["a"] & ~right["b"]).sum()), int((right["b"] & ~right["a"]).sum())
    assert pair["accuracy"].p_value_exact == pytest.approx(stats.binomtest(min(b, c), b + c).pvalue)
    assert pair["f1_macro"].verdict == "better"
    difference = metrics.f1_score(y, said["b"], average="macro") - metrics.f1_score(y, said["a"], average="macro")
    assert pair["f1_macro"].value == pytest.approx(difference)
    latent = rng.normal(size=(300, 3)) + 1.5 * (y[:, None] == ["cat", "dog", "owl"])
    scores = {}
    for name, noise in (("a", 2.0), ("b", 0.2)):
        raised = np.exp(latent + noise * rng.normal(size=(300, 3)))
        scores[name] = raised / raised.sum(axis=1, keepdims=True)
    found = gnomon.compare(y, scores)
    value = metrics.roc_auc_score(y, scores["b"], multi_class="ovr") - metrics.roc_auc_score(
        y, scores["a"], multi_class="ovr"
    )
    assert found["a", "b"]["roc_auc_macro"].value == pytest.approx(value)
    assert found["a", "b"]["roc_auc_macro"].verdict == "better"


def test_classes_that_one_model_never_says(data):
    """A model that predicts a class more has the same classes as the other."""
    y = ["a", "b", "c"] * 20
    found = gnomon.compare(y, {"old": ["a", "b", "c", "a", "b", "b"] * 10, "new": ["a", "b", "d"] * 20})
    assert found.models["old"].classes == found.models["new"].classes == ("a", "b", "c", "d")
    assert found["old", "new"]["accuracy"].value == pytest.approx(2 / 3 - 5 / 6)


def test_models_with_thresholds_of_their_own(data):
    found = gnomon.compare(data, target="y", score=["p", "r"], threshold={"p": 0.3, "r": 0.6})
    assert (found.models["p"].threshold, found.models["r"].threshold) == (0.3, 0.6)
    assert found["p", "r"]["recall"].value == pytest.approx(
        metrics.recall_score(data["y"], data["r"] >= 0.6) - metrics.recall_score(data["y"], data["p"] >= 0.3)
    )


def test_labels_beside_scores(data):
    """A model that only says labels is compared in what both have."""
    found = gnomon.compare(
        data | {"said": (data["q"] > 0.5).astype(int)}, target="y", score={"p": "p"}, prediction={"q": "said"}
    )
    assert "roc_auc" not in found["p", "q"].differences
    assert found["p", "q"]["accuracy"].value == pytest.approx(((data["q"] > 0.5) == data["y"]).mean()
                                                              - ((data["p"] >= 0.5) == data["y"]).mean())  # fmt: skip


def test_missing_values_leave_the_same_rows_out(data):
    own = changed(changed(data, "p", 0, np.nan), "q", 1, np.nan)
    with pytest.raises(DataError, match="missing"):
        gnomon.compare(own, target="y", score=["p", "q"])
    found = gnomon.compare(own, target="y", score=["p", "q"], missing="drop")
    assert found.n == 398
    assert found.models["p"].n == found.models["q"].n == 398
    assert "2 rows with missing values left out." in found.notes


def test_the_rows_that_models_were_fitted_on_are_left_out(data):
    part = np.where(np.arange(400) < 150, "train", "test")
    found = gnomon.compare(data | {"part": part}, target="y", score=["p", "q"], split="part=train")
    rest = gnomon.compare({name: own[150:] for name, own in data.items()}, target="y", score=["p", "q"])
    assert found["p", "q"].to_dict() == rest["p", "q"].to_dict()
    assert found.notes == ("150 rows that models were fitted on are left out (part=train).",)
    with pytest.raises(DataError, match="has no rows whose part = trian"):
        gnomon.compare(data | {"part": part}, target="y", score=["p", "q"], split="part=trian")


def test_it_is_saved_and_read_back(found, tmp_path):
    path = tmp_path / "comparison.json"
    found.save(path)
    again = gnomon.load(path)
    assert again == found
    assert pickle.loads(pickle.dumps(found)) == found
    form = found.to_dict()
    assert form["pairs"][1]["differences"]["roc_auc"]["p_value"] == found["p", "r"]["roc_auc"].p_value
    with pytest.raises(StateError, match="damaged"):
        gnomon.Comparison.from_dict({**form, "pairs": [{}]})
    with pytest.raises(StateError, match="saved as schema version 99; this gnomon reads versions 1 to 2"):
        gnomon.Comparison.from_dict({**form, "schema_version": 99})


def test_names_that_are_not_there(found):
    with pytest.raises(UnknownEstimateError, match="there is no model 's'"):
        found["p", "s"]
    with pytest.raises(UnknownEstimateError, match="there is no pair 'p', 'p'"):
        found["p", "p"]
    with pytest.raises(UnknownEstimateError, match="did you mean 'roc_auc'"):
        found["p", "q"]["roc_acu"]
    assert found["p", "q"]["auc"] is found["p", "q"]["roc_auc"]


def test_a_pair_is_there_the_other_way_round(data):
    """It equals a comparison in that order: the sign, the ends, the verdict, the margin and the words."""
    asked = {"target": "y", "margin": {"roc_auc": 0.02, "log_loss": 0.05}}
    there = gnomon.compare(data, score=["p", "q"], **asked)
    back = gnomon.compare(data, score=["q", "p"], **asked)
    mirrored, expected = there["q", "p"], back["q", "p"]
    assert (mirrored.first, mirrored.second) == ("q", "p")
    for name, own in expected.differences.items():
        found = mirrored[name]
        for part in ("value", "low", "high", "p_value", "p_value_holm", "p_not_worse", "p_equivalent"):
            assert getattr(found, part) == pytest.approx(getattr(own, part), rel=1e-9, abs=1e-12, nan_ok=True)
        assert (found.verdict, found.n) == (own.verdict, own.n)
    assert mirrored.sentences == expected.sentences


def test_rows_of_text_are_counted_before_they_are_refused(data, tmp_path):
    """The size of a file says how many rows there are at most, which may be far more than there are."""
    path = tmp_path / "long.csv"
    pl.DataFrame({"y": data["y"], "p": data["p"], "q": data["q"]}).write_csv(path)
    assert gnomon.compare(path, target="y", score=["p", "q"], memory=400 * 150).n == 400
    with pytest.raises(UsageError, match="400 rows take"):
        gnomon.compare(path, target="y", score=["p", "q"], memory=400 * 100)


def test_what_is_not_seen_to_vary_is_not_certain():
    """Perfect rankings, two rows, a tie of medians: no interval, no p-value, and the reason; never p = 0."""
    found = gnomon.compare([0, 1], {"old": [0.5, 0.5], "new": [0.1, 0.9]})["old", "new"]
    assert np.isnan([found["roc_auc"].low, found["roc_auc"].p_value]).all()
    said = "no interval: comparing models by this measure takes 3 rows of each class (ROC AUC)"
    assert found["roc_auc"].reason == said
    assert found["roc_auc"].verdict == "inconclusive"
    y = [1, 1, 0, 0] * 10
    own = gnomon.compare(y, {"a": [0.9, 0.8, 0.1, 0.2] * 10, "b": [0.7, 0.95, 0.3, 0.1] * 10}, margin=0.001)["a", "b"]
    assert own["roc_auc"].verdict == "equal"
    assert own["roc_auc"].equivalent is None
    assert np.isnan(own["roc_auc"].low)
    assert "agree on all" in own["roc_auc"].reason
    errors = [np.repeat(own, (30, 10)) for own in ((1.0, 3.0), (3.0, 1.0))]  # most are alike, so the median is, too
    amounts = np.arange(40) + 0.5
    pair = gnomon.compare(amounts, {"a": amounts + errors[0], "b": amounts + errors[1]})["a", "b"]
    assert np.isnan(pair["median_absolute_error"].p_value)
    assert "no interval" in gnomon.compare([0, 1], {"old": [0.5, 0.5], "new": [0.1, 0.9]}).to_markdown()


def test_few_rows_of_a_class_are_warned_of(data):
    keep = np.concatenate([np.flatnonzero(data["y"] == 0), np.flatnonzero(data["y"] == 1)[:9]])
    pair = gnomon.compare({name: own[keep] for name, own in data.items()}, target="y", score=["p", "r"])["p", "r"]
    assert "9 rows in the minority class" in pair["roc_auc"].warning
    assert pair["accuracy"].warning is None
    said = "no interval: comparing models by this measure takes 30 rows of each class (Kolmogorov-Smirnov)"
    assert pair["ks"].reason == said
    assert gnomon.compare(data, target="y", score=["p", "r"])["p", "r"]["roc_auc"].warning is None
    few = gnomon.compare({**data, "c": np.arange(400) % 8}, target="y", score=["p", "r"], cluster="c")
    assert "8 clusters" in few["p", "r"]["roc_auc"].warning
    assert pair["roc_auc"].rows_needed * 9 / len(keep) >= 9.99  # at least ten of the rarer class
    one = gnomon.compare({**data, "c": np.zeros(400, int)}, target="y", score=["p", "r"], cluster="c")
    assert one["p", "r"]["roc_auc"].reason == "no interval: all rows belong to one cluster"


def test_small_classes_take_students_t(data):
    """With fewer than 100 positives the variance has few degrees of freedom: F. E. Satterthwaite's, by class."""
    keep = np.concatenate([np.flatnonzero(data["y"] == 0), np.flatnonzero(data["y"] == 1)[:20]])
    y, p, r = (data[name][keep] for name in ("y", "p", "r"))
    own = gnomon.compare(y, {"p": p, "r": r})["p", "r"]["roc_auc"]
    value, variance = delong(y, p, r)
    parts = []
    for code in (0, 1):
        others = [
            (s[y == code][:, None] > s[y != code]) + 0.5 * (s[y == code][:, None] == s[y != code]) for s in (p, r)
        ]
        parts.append(np.var(others[1].mean(axis=1) - others[0].mean(axis=1), ddof=1) / (y == code).sum())
    freedom = sum(parts) ** 2 / sum(part**2 / ((y == code).sum() - 1) for code, part in enumerate(parts))
    assert own.p_value == pytest.approx(2 * stats.t.sf(abs(value) / variance**0.5, freedom), rel=1e-6)


def test_few_predicted_rows_have_no_precision_to_compare(data):
    """1 of 6 flagged rows against 0 of 1 is no evidence, whatever the linearised variance says."""
    few = np.where(np.arange(400) < 6, 0.9, 0.1)
    pair = gnomon.compare(data["y"], {"a": few, "b": data["r"]})["a", "b"]
    assert pair["precision"].reason == "no interval: a model predicts it for fewer than 10 rows"
    assert np.isnan(pair["precision"].p_value)


def test_what_is_worse_is_said_even_where_it_is_not_looked_at_first():
    """Recall falls while the accuracy rises: a sentence of its own."""
    y = np.repeat([1, 0], [200, 800])
    old = np.where(np.arange(1000) % 4 == 0, 1 - y, y)
    new = np.where(np.arange(1000) % 2 == 0, 0, y)
    says = gnomon.compare(y, {"old": old, "new": new}, positive=1)["old", "new"].sentences
    assert any(text.startswith("new is worse than old in: ") and "recall" in text for text in says)


def test_a_bias_has_no_margin(data):
    with pytest.raises(UsageError, match="best at 0"):
        gnomon.compare(data, target="amount", prediction=["a", "b"], margin={"mean_error": 5})
    assert gnomon.compare(data, target="amount", prediction=["a", "b"])["a", "b"]["mean_error"].rows_needed is None


def test_very_unequal_weights_are_resampled(data):
    weight = np.ones(400)
    weight[:10] = 1e8
    own = gnomon.compare(data | {"w": weight}, target="y", score=["p", "r"], weight="w", interval="percentile")[
        "p", "r"
    ]
    assert own["roc_auc"].low < own["roc_auc"].value < own["roc_auc"].high
    assert np.isfinite(own["f1"].p_value)


def test_sentences_do_not_contradict_the_interval():
    """Mid-p and Tango's interval, or many pairs, may part: then the p-value is what is told."""
    y = [1] * 20
    found = gnomon.compare(y, {"a": [1] * 16 + [0] * 4, "b": [1] * 20}, classes=[0, 1])["a", "b"]
    own = found["accuracy"]
    assert own.low > 0
    assert own.verdict == "inconclusive"
    assert "), p = 0.062;" in found.sentences[0]


def test_remarks_on_one_model_have_its_name():
    y = ["a", "b", "c"] * 20
    found = gnomon.compare(y, {"old": ["a", "b", "b"] * 20, "new": ["a", "b", "c"] * 20})
    assert any(note.startswith("old: No row was predicted as 'c'") for note in found.notes)


def test_joined_columns_must_agree(data):
    """Weights, clusters and parts of the second file are compared, not ignored."""
    own = {name: data[name][:50] for name in ("id", "y", "p", "w")}
    other = changed(own, "w", 7, 9.0)
    with pytest.raises(DataError, match="column 'w' differs"):
        gnomon.compare({"old": own, "new": other}, target="y", score="p", id="id", weight="w")
    without = {name: values for name, values in own.items() if name != "w"}
    assert gnomon.compare({"old": own, "new": without}, target="y", score="p", id="id", weight="w").n == 50


def test_missing_true_values_of_both_are_left_out(data):
    own = pl.DataFrame({name: data[name][:50].astype(float) for name in ("id", "y", "p")})
    own = own.with_columns(pl.when(pl.col("id") == 3).then(float("nan")).otherwise(pl.col("y")).alias("y"))
    assert gnomon.compare({"old": own, "new": own}, target="y", score="p", id="id", missing="drop").n == 49


def test_ids_join_as_text(data, tmp_path):
    """Whole numbers and their text are the same id; ids beyond the doubles are told apart; 01 is not 1."""
    own = {name: data[name][:50] for name in ("id", "y", "p")}
    texts = {**own, "id": [str(each) for each in own["id"]]}
    plain = gnomon.compare({"old": own, "new": own}, target="y", score="p", id="id")
    joined = gnomon.compare({"old": own, "new": texts}, target="y", score="p", id="id")
    assert joined["old", "new"].to_dict() == plain["old", "new"].to_dict()
    for name, start in (("old", 0), ("new", 1)):
        ids = [12345678901234567890 + place + start for place in range(12)]
        lines = [f"{own},{own % 2},{0.1 if own % 3 else 0.9}" for own in ids]
        (tmp_path / f"{name}.csv").write_text("id,y,p\n" + "\n".join(lines) + "\n")
    found = gnomon.compare(tmp_path / "old.csv", tmp_path / "new.csv", target="y", score="p", id="id")
    assert found.n == 11
    padded = {**texts, "id": ["0" + each for each in texts["id"]]}
    with pytest.raises(DataError, match="there are no rows to compare on"):
        gnomon.compare({"old": own, "new": padded}, target="y", score="p", id="id")


def test_ids_too_large_for_a_double_are_refused():
    """Where they came as doubles: they may have been rounded to one another."""
    own = {"id": [2.0**53 + 2 * place for place in range(6)], "y": [0, 1] * 3, "p": [0.5] * 6}
    with pytest.raises(DataError, match="write ids as text"):
        gnomon.compare({"old": own, "new": own}, target="y", score="p", id="id")


class TestFolds:
    """The corrected resampled t test."""

    def test_it_is_the_published_formula(self):
        rng = np.random.default_rng(0)
        first, second = rng.normal(0.8, 0.02, (2, 10))
        own = gnomon.compare_folds(first, second, test_share=0.2)
        d = second - first
        t = d.mean() / np.sqrt((1 / 10 + 0.2 / 0.8) * d.var(ddof=1))
        assert own.p_value == pytest.approx(2 * stats.t.sf(abs(t), 9), rel=1e-9)
        assert own.value == pytest.approx(d.mean(), rel=1e-12)
        assert own.low < own.value < own.high
        assert gnomon.compare_folds(first, second).p_value == pytest.approx(
            2 * stats.t.sf(abs(d.mean() / np.sqrt((1 / 10 + 1 / 9) * d.var(ddof=1))), 9), rel=1e-9
        )

    def test_folds_that_differ_alike_are_not_certain(self):
        for second in ([0.2, 0.3, 0.4], [0.1, 0.2, 0.3]):
            own = gnomon.compare_folds([0.1, 0.2, 0.3], second)
            assert own.p_value == 1 if own.value == 0 else np.isnan(own.p_value)

    @pytest.mark.parametrize(
        ("first", "second", "options", "error", "words"),
        [
            ([0.1], [0.2], {}, UsageError, "at least two folds"),
            ([0.1, 0.2], [0.2], {}, UsageError, "the same folds"),
            ([0.1, 0.2], [0.2, np.nan], {}, DataError, "score 1 of model 2"),
            ([0.1, 0.2], [0.2, 0.3], {"test_share": 1.0}, UsageError, "test_share= is the share"),
            (["a", "b"], [0.2, 0.3], {}, UsageError, "one number for each"),
        ],
    )
    def test_wrong_scores_are_refused(self, first, second, options, error, words):
        with pytest.raises(error, match=words):
            gnomon.compare_folds(first, second, **options)


def test_clusters_of_arrays_widen_intervals():
    """As those of a named column: every row four times over says what one row says."""
    rng = np.random.default_rng(3)
    y = rng.integers(0, 2, 80)
    first, second = (np.clip(0.4 * y + 0.6 * rng.random(80), 0, 1) for _ in range(2))
    tiled = [np.tile(own, 4) for own in (y, first, second)]
    rows = np.tile(np.arange(80), 4)
    named = gnomon.compare(
        {"y": tiled[0], "a": tiled[1], "b": tiled[2], "c": rows}, target="y", score=["a", "b"], cluster="c"
    )
    arrays = gnomon.compare(tiled[0], {"a": tiled[1], "b": tiled[2]}, cluster=rows)
    plain = gnomon.compare(tiled[0], {"a": tiled[1], "b": tiled[2]})
    for name, own in arrays["a", "b"].differences.items():
        assert (own.low, own.high) == pytest.approx(
            (named["a", "b"][name].low, named["a", "b"][name].high), nan_ok=True
        )
    wide, narrow = arrays["a", "b"]["brier_score"], plain["a", "b"]["brier_score"]
    assert wide.high - wide.low > 1.8 * (narrow.high - narrow.low)


@pytest.mark.parametrize("number", [2, 3])
def test_two_clusters_are_enough_for_an_interval(number):
    """One says nothing of how clusters differ; two do."""
    rng = np.random.default_rng(number)
    y = rng.integers(0, 2, 60)
    scores = {name: np.clip(rng.normal(0.3 + gain * y, 0.3), 0, 1) for name, gain in (("a", 0.3), ("b", 0.4))}
    found = gnomon.compare(y, scores, cluster=np.arange(60) % number)["a", "b"]["log_loss"]
    assert np.isfinite([found.low, found.high]).all()
    alone = gnomon.compare(y, scores, cluster=np.zeros(60))["a", "b"]["log_loss"]
    assert np.isnan(alone.low)
    assert alone.reason


@pytest.mark.parametrize("rows", [2, 4, 50])
def test_differences_that_are_equal_up_to_rounding_are_not_certain(rows):
    """Amounts that two models miss by a tenth and by two, chances of 0.2 and 0.3: nothing varies but rounding."""
    y = np.arange(rows) * 1.7 + 0.3
    own = gnomon.compare(y, {"a": y + 0.1, "b": y + 0.2}, task="regression")["a", "b"]
    for name in ("mae", "mean_error"):
        assert np.isnan([own[name].low, own[name].p_value]).all(), name
        assert own[name].reason in ("no interval: zero observed variance", "no interval: too few rows")
        assert own[name].verdict == "inconclusive"
    label = np.arange(rows) % 2
    said = {"a": np.where(label, 0.8, 0.2), "b": np.where(label, 0.7, 0.3)}
    loss = gnomon.compare(label, said)["a", "b"]["brier_score"]
    assert np.isnan(loss.p_value)


def test_one_positive_row_says_nothing_of_others():
    """Noise is not found to be worse by what weighs the classes alike."""
    rng = np.random.default_rng(1)
    for positives, compared in ((1, set()), (5, {"roc_auc", "average_precision"}), (10, None)):
        y = np.r_[np.ones(positives, int), np.zeros(100, int)]
        own = gnomon.compare(y, {name: np.clip(rng.normal(0.4 + 0.2 * y, 0.2), 0, 1) for name in "ab"})["a", "b"]
        for name in ("roc_auc", "average_precision", "balanced_accuracy", "matthews_corrcoef"):
            there = not np.isnan(own[name].low)
            assert there == (compared is None or name in compared), (positives, name)
            assert there or "rows of each class" in own[name].reason


def test_no_difference_goes_beyond_what_two_values_can_differ_by():
    """Of a handful of rows Student's t is wide: an interval of a difference of shares ends at -1 and 1."""
    rng = np.random.default_rng(0)
    narrow = 0
    for _ in range(40):
        y = np.array([1] * 3 + [0] * 4)
        pair = gnomon.compare(y, {"a": rng.random(7), "b": rng.random(7)})["a", "b"]
        for name in ("average_precision", "roc_auc", "ks", "precision"):
            own = pair[name]
            if not np.isnan(own.low):
                assert -1 <= own.low <= own.value <= own.high <= 1
                narrow += own.low == -1 or own.high == 1
    assert narrow > 0


def test_enough_rows_are_not_asked_for_again(data):
    """Where one cannot tell, and the rows would show what is worth seeing, the table does not name a smaller number."""
    from gnomon.report.pairs import rows_of

    found = gnomon.compare(data, target="y", score=["p", "q"], minimum_effect=0.4)
    row = next(own for own in rows_of(found["p", "q"], found.n) if own.verdict == "inconclusive")
    assert row.rows == "enough"
    said = "; with this many rows a true difference of 0.4 would be detected with a power of 80 %"
    assert any(said in text for text in found["p", "q"].sentences)
    strict = gnomon.compare(data, target="y", score=["p", "q"], minimum_effect=0.0001)
    row = next(own for own in rows_of(strict["p", "q"], strict.n) if own.verdict == "inconclusive" and own.rows)
    assert int(row.rows.replace(",", "")) > strict.n


def test_the_same_decisions_do_not_prove_equal_measures():
    """Models that never disagree on 200 rows may disagree on others; one that is the same to the last bit cannot."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 200)
    p = np.clip(0.5 + 0.3 * (y - 0.5) + rng.normal(size=200) * 0.2, 0, 1)
    other = np.where(p >= 0.5, np.clip(p + 0.01, 0, 1), p)
    pair = gnomon.compare(y, {"a": p, "b": other})["a", "b"]
    for name in ("accuracy", "f1", "precision", "recall", "matthews_corrcoef"):
        assert pair[name].value == 0
        assert pair[name].low < 0 < pair[name].high, name
        assert pair[name].verdict == "equal"
    # No disagreement in n rows: at most z^2 / (n + z^2) of others (Wilson, Tango), which is the accuracy's whole width.
    z2 = NormalDist().inv_cdf(0.975) ** 2
    assert pair["accuracy"].high == pytest.approx(z2 / (200 + z2))
    worst = confusion_matrix(y, p >= 0.5).astype(float)
    rows = z2 / (200 + z2) * 200
    moved = worst - [[0, 0], [0, rows]] + [[0, 0], [rows, 0]]
    assert pair["f1"].low == pytest.approx(f1_of(moved) - f1_of(worst))
    same = gnomon.compare(y, {"a": p, "b": p.copy()})["a", "b"]
    assert (same["f1"].low, same["f1"].high) == (0, 0)


def f1_of(matrix):
    return 2 * matrix[1, 1] / (2 * matrix[1, 1] + matrix[0, 1] + matrix[1, 0])


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_models_are_compared_on_slices(task, tmp_path):
    """As on the rows of the slice alone; read from one file, from two that are joined, and by processes."""
    rng = np.random.default_rng(3)
    n = 700
    frame = pd.DataFrame({"id": np.arange(n), "region": rng.choice(["north", "south:2", "east"], n, p=[0.6, 0.3, 0.1])})
    if task == "binary":
        frame["y"] = rng.integers(0, 2, n)
        frame["a"], frame["b"] = (
            np.clip(0.5 + 0.3 * (frame.y - 0.5) + rng.normal(size=n) * own, 0, 1) for own in (0.2, 0.3)
        )
    elif task == "multiclass":
        frame["y"] = rng.choice(list("xyz"), n)
        frame["a"], frame["b"] = (np.where(rng.random(n) < own, frame.y, "x") for own in (0.6, 0.5))
    else:
        frame["y"] = rng.normal(size=n)
        frame["a"], frame["b"] = (frame.y + rng.normal(size=n) * own for own in (0.5, 0.6))
    what = "score" if task == "binary" else "prediction"
    frame["g"] = rng.integers(0, 60, n)
    shared = {"target": "y", "cluster": "g", "slices": ["region"], "margin": 0.1}
    found = gnomon.compare(frame, **{what: ["a", "b"]}, **shared)
    pair = found["a", "b"]
    assert list(pair.slices) == ["region"]
    for value, own in pair.slices["region"].items():
        rows = frame[frame.region == value]
        alone = gnomon.compare(rows, **{what: ["a", "b"]}, target="y", cluster="g", margin=0.1)["a", "b"]
        assert own.keys() == alone.differences.keys()
        for name, difference in alone.differences.items():
            for part in ("value", "low", "high", "p_value", "p_not_worse"):
                assert getattr(own[name], part) == pytest.approx(getattr(difference, part), rel=1e-12, nan_ok=True)
            assert own[name].p_value_holm >= own[name].p_value or np.isnan(own[name].p_value)
    assert gnomon.Comparison.from_dict(json.loads(found.to_json())) == found
    back = found["b", "a"].slices["region"]["east"]
    forward = pair.slices["region"]["east"]
    assert {name: -own.value for name, own in back.items()} == {name: own.value for name, own in forward.items()}
    for name in ("a", "b"):
        kept = frame[["id", "y", "g", "region", name]] if name == "b" else frame[["id", "y", "g", name]]
        kept.rename(columns={name: "p"}).sample(frac=1, random_state=1).to_csv(tmp_path / f"{name}.csv", index=False)
    paths = {name: tmp_path / f"{name}.csv" for name in ("a", "b")}
    joined = gnomon.compare(paths, **{what: "p"}, id="id", **shared)
    assert joined["a", "b"].slices == pair.slices
    processes = gnomon.compare(frame, **{what: ["a", "b"]}, **shared, engine="processes", threads=2)
    assert processes["a", "b"].slices == pair.slices


def test_slices_are_not_compared_at_chosen_thresholds(data):
    with pytest.raises(UsageError, match="not corrected"):
        gnomon.compare(data | {"g": ["x"] * len(data["y"])}, target="y", score=["p", "q"], slices="g", goal="f1")
    with pytest.raises(UsageError, match="names of columns"):
        gnomon.compare(data["y"], {"p": data["p"], "q": data["q"]}, slices=["g"])
