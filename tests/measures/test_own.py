"""A user's own measure is treated as any other."""

import math
import os
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

import gnomon
from gnomon.errors import UsageError

RNG = np.random.default_rng(3)
X = RNG.normal(size=(400, 2))
Y = (X[:, 0] + RNG.normal(size=400) > 0.3).astype(int)
P = 1 / (1 + np.exp(-X[:, 0]))
Q = np.clip(P + RNG.normal(0, 0.25, 400), 0, 1)


@pytest.fixture
def profit():
    """What a row brings."""
    return gnomon.measure(
        "profit", lambda tp, fp, fn, tn: (50 * tp - 40 * fp) / (tp + fp + fn + tn), title="profit a row"
    )


def value(predicted, y=Y):
    return float((50 * (predicted & (y == 1)).sum() - 40 * (predicted & (y == 0)).sum()) / len(y))


def test_everywhere(profit):
    """Interval, baseline, slices, comparison, goal, constraint, thresholds, scorer: all from one formula."""
    rows = pd.DataFrame({"y": Y, "p": P, "q": Q, "part": np.where(X[:, 1] > 0, "a", "b")})
    ev = gnomon.evaluate(rows, target="y", score="p", slices="part", measures=[profit])
    own = ev["profit"]
    assert own.value == pytest.approx(value(P >= 0.5))
    assert own.low < own.value < own.high
    assert ev.baseline.estimates["profit"].value == 0 if Y.mean() < 0.5 else value(np.ones(400, bool))
    assert ev.baseline.differences["profit"].p_value < 0.05
    part = rows.part == "a"
    assert ev.slices["part"]["a"]["profit"].value == pytest.approx(value(P[part] >= 0.5, Y[part]))
    pair = gnomon.compare(rows, target="y", score=["q", "p"], measures=profit)["q", "p"]["profit"]
    assert pair.value == pytest.approx(value(P >= 0.5) - value(Q >= 0.5))
    assert pair.low < pair.value < pair.high
    best = max(value(threshold <= P) for threshold in P)
    chosen = gnomon.choose_threshold(Y, P, goal=profit)
    assert chosen["profit"].value == pytest.approx(best)
    assert gnomon.choose_threshold(Y, P, goal="profit")["profit"].value == pytest.approx(best)
    limited = gnomon.choose_threshold(Y, P, goal="recall", where="profit >= 5", interval="none")
    assert limited["profit"].value >= 5
    assert ev.thresholds["profit"].max() == pytest.approx(ev.thresholds.best("profit").value)
    scores = cross_val_score(LogisticRegression(), X, Y, scoring=gnomon.get_scorer("profit"), cv=3)
    assert np.isfinite(scores).all()
    assert "profit a row" in ev.to_markdown()
    assert "profit a row" in ev.to_html()


def test_interval_against_the_bootstrap(profit):
    """Its interval is about that of rows drawn anew."""
    own = gnomon.evaluate(Y, P, measures=[profit])["profit"]
    draws = [RNG.integers(0, 400, 400) for _ in range(2000)]
    ends = np.quantile([value(P[rows] >= 0.5, Y[rows]) for rows in draws], [0.025, 0.975])
    assert (own.low, own.high) == pytest.approx(tuple(ends), abs=0.06 * (ends[1] - ends[0]) * 2)


def test_difference_against_the_paired_rows(profit):
    """A mean of a value of each row: its paired difference is that of the paired t test."""
    pair = gnomon.compare(Y, {"q": Q, "p": P}, measures=[profit])["q", "p"]["profit"]
    worth = np.where(Y == 1, 50.0, -40.0)
    each = worth * ((P >= 0.5).astype(float) - (Q >= 0.5))
    error = each.std(ddof=1) / np.sqrt(400)
    assert (pair.high - pair.low) / 2 == pytest.approx(1.966 * error, rel=0.01)


def test_lower_is_better():
    """A cost is made small."""
    gnomon.measure("waste", lambda tp, fp, fn, tn: (fp + 9 * fn) / (tp + fp + fn + tn), better="lower", low=0)
    chosen = gnomon.choose_threshold(Y, P, goal="waste", interval="none")
    by_cost = gnomon.choose_threshold(Y, P, costs={"fp": 1, "fn": 9}, interval="none")
    assert chosen["waste"].value == pytest.approx(by_cost["cost"].value)


def test_a_function_of_numbers():
    """With an if, or of plain Python: called for each."""
    plain = gnomon.measure("worse_error", lambda tp, fp, fn, tn: max(fp, fn) / (tp + fp + fn + tn), better="lower")
    ev = gnomon.evaluate(Y, P, measures=[plain])
    wrong = [((P >= 0.5) & (Y == 0)).sum(), ((P < 0.5) & (Y == 1)).sum()]
    assert ev["worse_error"].value == max(wrong) / 400
    assert ev["worse_error"].low < ev["worse_error"].high


def test_undefined_is_told():
    """Where it divides by 0: NaN with a reason."""
    gnomon.measure("odds", lambda tp, fp, fn, tn: tp / fp)
    own = gnomon.evaluate([0, 1, 1], [0.1, 0.9, 0.8], measures=["odds"])["odds"]
    assert not own.defined
    assert "undefined" in own.reason


def test_declared_anew(profit):
    """A cell of a notebook may be run twice; the last declaration counts."""
    gnomon.measure("profit", lambda tp, fp, fn, tn: tp / (tp + fp + fn + tn))
    assert gnomon.evaluate(Y, P, measures=["profit"])["profit"].value < 1


def test_a_saved_result_is_read_elsewhere(profit, tmp_path):
    """Its title and direction travel with the result, its formula does not."""
    gnomon.evaluate(Y, P, measures=[profit]).save(tmp_path / "ev.json")
    gnomon.compare(Y, {"q": Q, "p": P}, measures=[profit]).save(tmp_path / "pair.json")
    gnomon.choose_threshold(Y, P, goal=profit).save(tmp_path / "decision.json")
    code = (
        "import gnomon, sys\n"
        "ev, pair, decision = map(gnomon.load, sys.argv[1:])\n"
        "print(ev['profit'].value, pair['q', 'p']['profit'].value, decision['profit'].value)\n"
        "assert 'profit a row' in ev.to_markdown()\n"
        "assert 'profit a row' in pair.to_html()\n"
        "ev.save(sys.argv[1])\n"
    )
    files = [str(tmp_path / name) for name in ("ev.json", "pair.json", "decision.json")]
    done = subprocess.run(
        [sys.executable, "-c", code, *files], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert gnomon.load(files[0])["profit"].value == pytest.approx(value(P >= 0.5))
    assert pickle.loads(pickle.dumps(gnomon.load(files[0])))["profit"].value == pytest.approx(value(P >= 0.5))


def test_a_damaged_declaration_is_refused(profit, tmp_path):
    """What says of a measure that it is better sideways."""
    path = tmp_path / "ev.json"
    ev = gnomon.evaluate(Y, P, measures=[profit])
    form = ev.to_dict()
    form["provenance"]["measures"]["profit"]["better"] = 3
    with pytest.raises(gnomon.StateError, match=r"provenance.measures"):
        gnomon.Evaluation.from_dict(form)
    assert not path.exists()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (lambda: gnomon.measure("recall", lambda tp, fp, fn, tn: tp), "already"),
        (lambda: gnomon.measure("auc", lambda tp, fp, fn, tn: tp / (tp + fn)), "already"),
        (lambda: gnomon.measure("f2", lambda tp, fp, fn, tn: tp / (tp + fn)), "already"),
        (lambda: gnomon.measure("My measure", lambda tp, fp, fn, tn: tp / (tp + fn)), "lower-case letters"),
        (lambda: gnomon.measure("mine", 3), "function"),
        (lambda: gnomon.measure("mine", lambda hits, misses: hits / misses), "fails"),
        (lambda: gnomon.measure("mine", lambda tp, fp, fn, tn: 50 * tp - fp), "number of rows"),
        (lambda: gnomon.measure("mine", lambda tp, fp, fn, tn: tp / fn, better="up"), "higher"),
        (lambda: gnomon.measure("mine", lambda tp, fp, fn, tn: tp / fn, low=1, high=0), "not below"),
    ],
)
def test_what_is_refused(given, message):
    """A taken name, a formula that fails or that grows with the rows."""
    with pytest.raises(UsageError, match=message):
        given()


def lateness(target, prediction):
    """By how much a prediction is too low."""
    return np.maximum(target - prediction, 0)


@pytest.fixture
def late():
    """A loss of each row."""
    return gnomon.measure("lateness", loss=lateness, low=0)


def test_a_loss_of_regressions(late):
    """Its mean, its baseline of the median, and the paired comparison, as NumPy has them."""
    rng = np.random.default_rng(2)
    y = rng.normal(10, 3, 200)
    p, q = y + rng.normal(size=200), y + rng.normal(scale=2, size=200)
    ev = gnomon.evaluate(y, p, measures=[late])
    assert ev["lateness"].value == pytest.approx(lateness(y, p).mean())
    assert 0 < ev["lateness"].low < ev["lateness"].value < ev["lateness"].high
    guess = lateness(y, np.full(200, np.median(y)))
    assert ev.baseline.estimates["lateness"].value == pytest.approx(guess.mean())
    paired = stats.ttest_rel(lateness(y, p), guess)
    difference = ev.baseline.differences["lateness"]
    assert difference.p_value == pytest.approx(paired.pvalue)
    assert (difference.low, difference.high) == pytest.approx(tuple(paired.confidence_interval()))
    pair = gnomon.compare(y, {"p": p, "q": q}, measures=["lateness"])["p", "q"]["lateness"]
    paired = stats.ttest_rel(lateness(y, q), lateness(y, p))
    assert pair.p_value == pytest.approx(paired.pvalue)
    assert pair.verdict == "worse"


def test_a_loss_of_two_classes(late):
    """Of 0 and 1 and the scores; the baseline always predicts the share of positives."""
    rng = np.random.default_rng(3)
    y = rng.integers(0, 2, 200)
    score = np.clip(rng.normal(0.3 + 0.4 * y, 0.2), 0, 1)
    ev = gnomon.evaluate(y, score, measures=[late])
    assert ev["lateness"].value == pytest.approx(lateness(y, score).mean())
    assert ev.baseline.estimates["lateness"].value == pytest.approx(lateness(y, np.full(200, y.mean())).mean())
    names = gnomon.evaluate(np.where(y, "b", "a"), score, positive="b", measures=[late])
    assert names["lateness"].value == ev["lateness"].value
    with pytest.raises(gnomon.UsageError, match="a multiclass evaluation does not have"):
        gnomon.evaluate(rng.integers(0, 3, 50), rng.integers(0, 3, 50), measures=[late])


def test_a_loss_of_numbers():
    """A function with an ``if`` is called for each row, and says the same."""
    slow = gnomon.measure("slow_lateness", loss=lambda y, p: y - p if y > p else 0.0)
    y, p = np.array([1.5, 2.0, 4.0]), np.array([2.0, 1.0, 2.0])
    assert gnomon.evaluate(y, p, measures=[slow])["slow_lateness"].value == 1.0


@pytest.mark.parametrize(("given", "message"), [
    ({}, "'odd' needs a formula of tp, fp, fn, tn, or loss="),
    ({"loss": 3}, "must be a function of true values"),
    ({"loss": lambda y, p: np.mean((y - p) ** 2)}, "one number per row"),
    ({"loss": lambda y, p: (y - p) / np.sum(y - p)}, "one number per row"),
    ({"loss": lambda y, p, w: y}, "fails for true values"),
    ({"loss": lateness, "better": "zero"}, "expected 'higher' or 'lower'"),
])  # fmt: skip
def test_a_loss_that_is_none(given, message):
    """What is no loss of each row is refused when it is declared."""
    with pytest.raises(gnomon.UsageError, match=message):
        gnomon.measure("odd", **given)


def test_a_loss_scores_a_model(late):
    """As scikit-learn's scorers do: greater is better."""
    from sklearn.linear_model import LinearRegression

    rng = np.random.default_rng(4)
    rows = rng.normal(size=(50, 2))
    y = rows @ [1.0, 2.0] + rng.normal(size=50)
    model = LinearRegression().fit(rows, y)
    assert gnomon.get_scorer("lateness")(model, rows, y) == pytest.approx(-lateness(y, model.predict(rows)).mean())


def test_a_function_cannot_change_the_rows():
    """A loss or a formula that writes to its arguments is told so; neither the rows nor the caller's arrays change."""

    def writes(y, p):
        p[p < 0.5] = 0.5
        return np.abs(y - p)

    def divides(tp, fp, fn, tn):
        tp /= tp + fp + fn + tn
        return tp

    before = P.copy()
    with pytest.raises(UsageError, match="fails for true values"):
        gnomon.measure("writes", loss=writes)
    late = gnomon.measure("writes_late", loss=lambda y, p: writes(y, p) if len(p) > 5 else np.abs(y - p))
    with pytest.raises(UsageError, match="the loss of 'writes_late' fails on these rows"):
        gnomon.evaluate(Y, P, measures=[late])
    assert (before == P).all()
    with pytest.raises(UsageError, match="fails for tp, fp, fn, tn"):
        gnomon.measure("divides", lambda tp, fp, fn, tn: np.divide(tp, 2, out=tp))
    gnomon.measure("sound", lambda tp, fp, fn, tn: tp / (tp + fp + fn + tn))  # what was tried before is as it was


def test_losses_of_another_shape():
    """One number a row, on whatever rows there are."""
    short = gnomon.measure("short", loss=lambda y, p: np.abs(y - p)[:30])
    with pytest.raises(UsageError, match=r"has shape \(30,\) for 400 rows"):
        gnomon.evaluate(Y, P, measures=[short])


def test_logarithms_and_roots_in_formulas():
    """Where they are not defined, the measure is not."""
    log = gnomon.measure("log_hits", lambda tp, fp, fn, tn: math.log(tp / (fp + fn)))
    assert not gnomon.evaluate([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4], measures=[log])["log_hits"].defined
    assert gnomon.evaluate(Y, P, measures=[log])["log_hits"].defined


def test_declared_again_it_is_the_one_that_was_passed():
    """A cell of a notebook that is run again: value, baseline and direction are those of the object passed."""
    first = gnomon.measure("twice", lambda tp, fp, fn, tn: tp / (tp + fp + fn + tn))
    gnomon.measure("twice", lambda tp, fp, fn, tn: 10 + fp / (tp + fp + fn + tn), better="lower")
    ev = gnomon.evaluate(Y, P, measures=[first])
    assert ev.baseline.estimates["twice"].value == 0.0
    assert ev.provenance["measures"]["twice"]["better"] == 1
    gnomon.measure("twice", lambda tp, fp, fn, tn: 10 + fp / (tp + fp + fn + tn), better="lower")
    assert gnomon.choose_threshold(Y, P, goal=first)["twice"].value == pytest.approx(Y.mean())


def test_saved_results_in_another_process(tmp_path):
    """Averages of it, and decisions by it, are read and shown where it was never declared."""
    profit = gnomon.measure("gain", lambda tp, fp, fn, tn: (5 * tp - 4 * fp) / (tp + fp + fn + tn))
    y3 = RNG.integers(0, 3, 100)
    gnomon.evaluate(y3, RNG.dirichlet(np.ones(3), 100), measures=[profit, "gain_macro"]).save(tmp_path / "a.json")
    gnomon.choose_threshold(Y, P, goal=profit).save(tmp_path / "b.json")
    code = f"""
import gnomon
a, b = (gnomon.load(path) for path in ({str(tmp_path / "a.json")!r}, {str(tmp_path / "b.json")!r}))
print(a["gain_macro"].value, len(b.to_html()) > 1000, "gain" in b.to_markdown(), b.plot.thresholds() is not None)
b.show()
try:
    gnomon.evaluate([0, 1], [0.2, 0.7], measures=["gain"])
except gnomon.UsageError as error:
    print(error)
"""
    env = {**os.environ, "MPLBACKEND": "agg"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True, env=env
    )
    assert "True True True" in done.stdout
    assert "declare it again with gnomon.measure" in done.stdout


def test_a_value_outside_its_range():
    """What the declaration rules out has no interval that would be false."""
    signed = gnomon.measure("signed", loss=lambda y, p: p - y, low=0)
    own = gnomon.evaluate(Y, P * 0.1, measures=[signed])["signed"]
    assert math.isnan(own.low)
    assert "outside [0, inf], the range declared for signed" in own.reason
    beyond = gnomon.measure("beyond", lambda tp, fp, fn, tn: 2 + tp / (tp + fp + fn + tn), high=1)
    assert "outside" in gnomon.evaluate(Y, P, measures=[beyond])["beyond"].reason


def test_labels_of_a_scorer():
    """Of -1 and 1 a loss is told 0 and 1, as in an evaluation; of text the positive class has to be said."""
    far = gnomon.measure("far", loss=lambda y, p: np.abs(y - p))
    model = LogisticRegression().fit(X, Y)
    expected = gnomon.evaluate_model(model, X, Y, measures=[far])["far"].value
    signs = LogisticRegression().fit(X, 2 * Y - 1)
    assert gnomon.get_scorer("far")(signs, X, 2 * Y - 1) == pytest.approx(-expected)
    words = np.where(Y, "yes", "no")
    named = LogisticRegression().fit(X, words)
    assert gnomon.get_scorer("far", positive="yes")(named, X, words) == pytest.approx(-expected)
    with pytest.raises(UsageError, match="say which class is positive"):
        gnomon.get_scorer("far")(named, X, words)
    assert gnomon.get_scorer("Sensitivity")(model, X, Y) == gnomon.get_scorer("recall")(model, X, Y)


def test_parameters_by_name():
    """scikit-learn's order of cells, or fewer of them, are what they are called."""
    recall = gnomon.evaluate(Y, P)["recall"].value
    for formula in (
        lambda tn, fp, fn, tp: tp / (tp + fn),
        lambda tp, fn: tp / (tp + fn),
        lambda tp, fp, fn, tn: tp / (tp + fn),
        lambda a, b, c, d: a / (a + c),
    ):
        own = gnomon.measure("hits", formula)
        assert gnomon.evaluate(Y, P, measures=[own])["hits"].value == recall


def test_it_is_shown_where_people_read(capsys):
    """Of several classes in their table, first; of slices in theirs; in the repr in a line."""
    own = gnomon.measure("hit_share", lambda tp, fp, fn, tn: tp / (tp + fp + fn + tn), title="hit share")
    assert repr(own) == "Measure(hit_share, -inf to inf, better=higher)"
    y3 = RNG.integers(0, 3, 100)
    ev = gnomon.evaluate(y3, RNG.dirichlet(np.ones(3), 100), measures=[own, "f2"])
    ev.show()
    assert "hit share" in capsys.readouterr().out
    assert "hit share" in ev.to_html()
    rows = {"y": Y, "p": P, "g": np.where(np.arange(400) % 2, "a", "b")}
    sliced = gnomon.evaluate(rows, target="y", score="p", slices="g", measures=[own])
    table = sliced.to_markdown().split("| g |")[1].splitlines()[0]
    assert "hit share" in table


@pytest.mark.parametrize(("call", "message"), [
    (lambda: gnomon.evaluate(Y, P, measures=["smape"]), "a measure of regressions"),
    (lambda: gnomon.evaluate(X[:, 0], X[:, 1], measures=["f2"]), "of the confusion matrix"),
    (lambda: gnomon.choose_threshold(Y, P, goal="roc_auc"), "does not depend on a threshold"),
    (lambda: gnomon.evaluate(Y, P).per_class["a"], "there are none"),
    (lambda: gnomon.compare({"a": gnomon.evaluate(Y, P)}, None), "pass the rows"),
])  # fmt: skip
def test_what_is_said_instead(call, message):
    """Why something is not there, and what is."""
    with pytest.raises((UsageError, KeyError), match=message):
        call()


def test_names_in_other_spellings():
    """Capitals, trailing zeros and lists in one text."""
    ev = gnomon.evaluate(Y, P, measures="jaccard, F2")
    assert {"jaccard", "f2"} <= set(ev)
    assert gnomon.evaluate(Y, P, measures=["f2.0"])["f2"] == ev["f2"]
    model = LogisticRegression().fit(X, Y)
    own = gnomon.measure("hits", lambda tp, fn: tp / (tp + fn))
    assert gnomon.get_scorer(own)(model, X, Y) == gnomon.get_scorer("recall")(model, X, Y)
