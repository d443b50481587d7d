"""What every registered measure owes: an oracle, an interval, a direction that is obeyed, a baseline, a scorer."""

import contextlib
import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sk
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import fbeta_score, jaccard_score

import gnomon
from gnomon.measures.measure import HIGHER, LOWER, ZERO
from gnomon.measures.registry import ALIASES, REGISTRY, asked, find, get_measure, of_losses
from gnomon.report.language import catalogue

RNG = np.random.default_rng(7)
Y = RNG.integers(0, 2, 400)
GOOD = np.round(np.clip(RNG.normal(0.35 + 0.3 * Y, 0.2), 0, 1), 2)
POOR = np.round(np.clip(RNG.normal(0.45 + 0.1 * Y, 0.25), 0, 1), 2)

# From the four cells, in exact fractions.
ORACLES = {
    "accuracy": lambda tp, fp, fn, tn: Fraction(tp + tn, tp + fp + fn + tn),
    "balanced_accuracy": lambda tp, fp, fn, tn: (Fraction(tp, tp + fn) + Fraction(tn, fp + tn)) / 2,
    "precision": lambda tp, fp, fn, tn: Fraction(tp, tp + fp),
    "recall": lambda tp, fp, fn, tn: Fraction(tp, tp + fn),
    "specificity": lambda tp, fp, fn, tn: Fraction(tn, fp + tn),
    "false_positive_rate": lambda tp, fp, fn, tn: Fraction(fp, fp + tn),
    "negative_predictive_value": lambda tp, fp, fn, tn: Fraction(tn, fn + tn),
    "f1": lambda tp, fp, fn, tn: Fraction(2 * tp, 2 * tp + fp + fn),
    "f0.5": lambda tp, fp, fn, tn: Fraction(5 * tp, 5 * tp + fn + 4 * fp),
    "f2": lambda tp, fp, fn, tn: Fraction(5 * tp, 5 * tp + 4 * fn + fp),
    "matthews_corrcoef": lambda tp, fp, fn, tn: (
        (tp * tn - fp * fn) / math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    ),
    "cohen_kappa": lambda tp, fp, fn, tn: Fraction(
        2 * (tp * tn - fn * fp), (tp + fp) * (fp + tn) + (tp + fn) * (fn + tn)
    ),
    "youden": lambda tp, fp, fn, tn: Fraction(tp, tp + fn) + Fraction(tn, fp + tn) - 1,
    "markedness": lambda tp, fp, fn, tn: Fraction(tp, tp + fp) + Fraction(tn, fn + tn) - 1,
    "jaccard": lambda tp, fp, fn, tn: Fraction(tp, tp + fp + fn),
    "false_discovery_rate": lambda tp, fp, fn, tn: Fraction(fp, tp + fp),
    "false_omission_rate": lambda tp, fp, fn, tn: Fraction(fn, fn + tn),
    "false_negative_rate": lambda tp, fp, fn, tn: Fraction(fn, tp + fn),
    "geometric_mean": lambda tp, fp, fn, tn: math.sqrt(Fraction(tp, tp + fn) * Fraction(tn, fp + tn)),
    "prevalence": lambda tp, fp, fn, tn: Fraction(tp + fn, tp + fp + fn + tn),
    "positive_likelihood_ratio": lambda tp, fp, fn, tn: Fraction(tp, tp + fn) / Fraction(fp, fp + tn),
    "negative_likelihood_ratio": lambda tp, fp, fn, tn: Fraction(fn, tp + fn) / Fraction(tn, fp + tn),
    "diagnostic_odds_ratio": lambda tp, fp, fn, tn: Fraction(tp * tn, fp * fn),
    "lift": lambda tp, fp, fn, tn: Fraction(tp, tp + fp) / Fraction(tp + fn, tp + fp + fn + tn),
    "flagged_share": lambda tp, fp, fn, tn: Fraction(tp + fp, tp + fp + fn + tn),
}
EVERY = [name for name in REGISTRY if REGISTRY[name].of_cells] + ["f0.5", "f2"]
# Measures with a direction.
DIRECTED = [name for name in EVERY if get_measure(name).better != ZERO]


def cells(predicted, y=Y, weight=None):
    """tp, fp, fn, tn, as whole numbers."""
    weight = np.ones(len(y), int) if weight is None else weight
    return [int(weight[(predicted == p) & (y == t)].sum()) for p, t in ((1, 1), (1, 0), (0, 1), (0, 0))]


def test_every_measure_has_an_oracle():
    """A measure of the confusion matrix without one fails here."""
    assert set(EVERY) == set(ORACLES)


@pytest.mark.parametrize("name", EVERY)
def test_its_value_and_its_interval(name):
    """The value is the oracle's, with weights too; the interval holds it, and is one."""
    weight = RNG.integers(1, 5, len(Y))
    for given in (None, weight):
        own = gnomon.evaluate(Y, GOOD, measures=[name], weight=given)[name]
        expected = float(ORACLES[name](*cells(GOOD >= 0.5, weight=given)))
        assert own.value == pytest.approx(expected, abs=1e-12)
        assert own.low <= own.value <= own.high
        assert own.low < own.high
        assert get_measure(name).low <= own.low <= own.high <= get_measure(name).high
        assert own.method is not None
        assert own.n > 0


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("interval", ["percentile", "bca"])
def test_replicates(name, interval):
    """By either bootstrap, too."""
    own = gnomon.evaluate(Y, GOOD, measures=[name], interval=interval)[name]
    assert own.low < own.value < own.high


@pytest.mark.parametrize("name", EVERY)
def test_its_interval_by_cluster(name):
    """Rows that are copied say no more than the rows did: by cluster the interval stays about as wide."""
    rows, copied = np.arange(200), np.tile(np.arange(200), 4)
    one = gnomon.evaluate(Y[rows], GOOD[rows], measures=[name])[name]
    copies = gnomon.evaluate(Y[copied], GOOD[copied], measures=[name], cluster=copied)[name]
    assert copies.value == pytest.approx(one.value)
    assert (copies.high - copies.low) / (one.high - one.low) == pytest.approx(1, abs=0.3)


@pytest.mark.parametrize("name", DIRECTED)
def test_its_direction_in_a_threshold(name):
    """The best of all thresholds, by brute force in the direction that is better."""
    found = gnomon.choose_threshold(Y, GOOD, goal=name, interval="none")
    values = []
    for threshold in [*np.unique(GOOD), np.inf]:
        try:
            values.append(float(ORACLES[name](*cells(threshold <= GOOD))))
        except ZeroDivisionError:
            continue
    best = max(values) if get_measure(name).better == HIGHER else min(values)
    assert found[get_measure(name).name].value == pytest.approx(best, abs=1e-12)


@pytest.mark.parametrize("name", DIRECTED)
@pytest.mark.parametrize("constrained", [f"{side} {{}} {{}}" for side in ("recall", "precision")])
def test_its_direction_under_a_constraint(name, constrained):
    """The best of the thresholds that meet a constraint, and a constraint by it, by brute force."""
    where = constrained.format(">=", 0.7)
    found = gnomon.choose_threshold(Y, GOOD, goal=name, where=where, interval="none")
    values = []
    for threshold in np.unique(GOOD):
        own = cells(threshold <= GOOD)
        try:
            if ORACLES[where.split()[0]](*own) >= 0.7:
                values.append(float(ORACLES[name](*own)))
        except ZeroDivisionError:
            continue
    best = max(values) if get_measure(name).better == HIGHER else min(values)
    assert found[get_measure(name).name].value == pytest.approx(best, abs=1e-12)
    assert found.met


@pytest.mark.parametrize("name", DIRECTED)
def test_as_a_constraint(name):
    """What it limits holds at the threshold that is chosen, and no threshold of more recall would meet it."""
    better = get_measure(name).better
    at_half = float(ORACLES[name](*cells(GOOD >= 0.5)))
    if name == "recall":
        return  # it is what is looked for
    where = f"{name} {'>=' if better == HIGHER else '<='} {at_half}"
    found = gnomon.choose_threshold(Y, GOOD, goal="recall", where=where, interval="none")
    reached = []
    for threshold in np.unique(GOOD):
        own = cells(threshold <= GOOD)
        try:
            if better * (float(ORACLES[name](*own)) - at_half) >= -1e-12:
                reached.append(float(ORACLES["recall"](*own)))
        except ZeroDivisionError:
            continue
    assert found["recall"].value == pytest.approx(max(reached))


@pytest.mark.parametrize("name", DIRECTED)
def test_its_direction_in_a_comparison(name):
    """The better of two models is called better, the worse one worse, and who predicts more positives is neither."""
    found = gnomon.compare(Y, {"poor": POOR, "good": GOOD}, measures=[name])["poor", "good"][get_measure(name).name]
    clearly_better = name not in ("flagged_share",)
    if clearly_better:
        assert found.verdict == "better"
        assert get_measure(name).better * found.value > 0
        assert get_measure(name).better * (found.low if get_measure(name).better > 0 else found.high) > 0
    assert found.low <= found.value <= found.high
    turned = gnomon.compare(Y, {"good": GOOD, "poor": POOR}, measures=[name])["good", "poor"][get_measure(name).name]
    assert turned.value == -found.value
    assert {"better": "worse"}.get(found.verdict, found.verdict) == turned.verdict


@pytest.mark.parametrize("name", EVERY)
def test_its_baseline(name):
    """What a guess scores, or why it has no such value; of what has no direction, nothing."""
    baseline = gnomon.evaluate(Y, GOOD, measures=[name]).baseline
    name = get_measure(name).name
    if get_measure(name).better == ZERO:
        assert name not in baseline.estimates
        return
    own = baseline.estimates[name]
    assert own.defined or own.reason
    assert name in baseline.differences
    if not own.defined:
        return
    answer = get_measure(name).guess
    if isinstance(answer, float):
        assert own.value == answer
        return
    majority = int(Y.mean() > 0.5)
    always = np.full(len(Y), 1 if answer == "positive" else majority)
    assert own.value == pytest.approx(float(ORACLES[name](*cells(always))), abs=1e-12)


@pytest.mark.parametrize("name", EVERY)
def test_its_scorer(name):
    """The value of a model's labels, its sign turned where less is better."""

    class Fixed(ClassifierMixin, BaseEstimator):
        classes_ = np.array([0, 1])

        def fit(self, X, y):
            return self

        def predict(self, X):
            return (X[:, 0] >= 0.5).astype(int)

    scored = gnomon.get_scorer(name)(Fixed(), GOOD[:, None], Y)
    sign = 1 if get_measure(name).better == HIGHER else -1
    assert scored == pytest.approx(sign * float(ORACLES[name](*cells(GOOD >= 0.5))), abs=1e-12)


@pytest.mark.parametrize("name", [own for own in EVERY if get_measure(own).cellwise])
def test_of_several_classes(name):
    """Each class against the rest, and the averages: of the rows of three classes."""
    y, p = RNG.integers(0, 3, 300), RNG.integers(0, 3, 300)
    p = np.where(RNG.random(300) < 0.5, y, p)
    ev = gnomon.evaluate(y, p, measures=[name])
    for code in range(3):
        expected = float(ORACLES[name](*cells((p == code).astype(int), (y == code).astype(int))))
        assert ev.per_class[str(code)][name].value == pytest.approx(expected, abs=1e-12)
    if find(f"{name}_macro") is not None:
        averaged = gnomon.evaluate(y, p, measures=[f"{name}_macro"])[f"{name}_macro"]
        assert averaged.value == pytest.approx(np.mean([ev.per_class[str(code)][name].value for code in range(3)]))
        assert averaged.low < averaged.value < averaged.high


def test_against_scikit_learn():
    """Those that it has, of several classes too."""
    y, p = RNG.integers(0, 3, 200), RNG.integers(0, 3, 200)
    ev = gnomon.evaluate(y, p, measures=["jaccard_macro", "jaccard_weighted"])
    for average in ("macro", "weighted"):
        assert ev[f"jaccard_{average}"].value == pytest.approx(jaccard_score(y, p, average=average))
    own = gnomon.evaluate(Y, GOOD, measures="f3")["f3"].value
    assert own == pytest.approx(fbeta_score(Y, GOOD >= 0.5, beta=3))


@pytest.mark.parametrize("name", REGISTRY)
def test_its_title(name):
    """Every measure is called something in every language, and no two alike."""
    title = REGISTRY[name].title
    assert title
    assert [own.title for own in REGISTRY.values()].count(title) == 1
    assert title in catalogue("ko")._catalog


def test_other_names():
    """An alias stands for its measure, wherever a measure is named; none is the name of another."""
    assert not set(ALIASES) & set(REGISTRY)
    ev = gnomon.evaluate(Y, GOOD, measures=["FDR", "informedness", "dor"])
    assert {"false_discovery_rate", "youden", "diagnostic_odds_ratio"} <= set(ev)
    assert ev["informedness"] == ev["youden"]
    assert "informedness" in ev
    assert [own.name for own in asked(["npv", "negative_predictive_value"])] == ["negative_predictive_value"]
    chosen = gnomon.choose_threshold(Y, GOOD, goal="mcc", where="fpr <= 0.3", interval="none")
    assert chosen["false_positive_rate"].value <= 0.3
    assert gnomon.get_scorer("tnr") is not None


@pytest.mark.parametrize(
    ("measures", "message"),
    [
        (["jacard"], "did you mean 'jaccard'"),
        ([3], "is not a measure"),
        ("mae", "does not have"),
        (["f1_marco"], "is not a measure"),
        ("mcc_macro", "is not a measure"),
    ],
)
def test_what_is_refused(measures, message):
    """A name that is none, and a measure that the task does not have."""
    with pytest.raises(gnomon.UsageError, match=message):
        gnomon.evaluate(Y, GOOD, measures=measures)


def test_a_measure_needs_what_it_is_of():
    """Cells of a confusion matrix need a threshold: scores that are no probabilities have none."""
    with pytest.raises(gnomon.UsageError, match="predictions, or a threshold"):
        gnomon.evaluate(Y, GOOD * 10, scale="any", measures="jaccard")
    assert gnomon.evaluate(Y, GOOD * 10, scale="any", threshold=5, measures="jaccard")["jaccard"].defined


def test_undefined():
    """NaN with a reason, never a 0: of rows of one class, and of a model that predicts one."""
    some = gnomon.evaluate(
        {"y": [1, 1, 1, 0], "p": [0.9, 0.8, 0.2, 0.1], "part": ["a", "a", "a", "b"]},
        target="y", score="p", slices="part", measures=[name for name in EVERY if name in REGISTRY],
    )  # fmt: skip
    ev = some.slices["part"]["a"]
    for name, own in ev.items():
        assert own.defined or own.reason, name
    assert not ev["youden"].defined
    assert not ev["geometric_mean"].defined
    assert not ev["diagnostic_odds_ratio"].defined
    all_negative = gnomon.evaluate(Y, np.zeros(len(Y)), measures=["lift", "markedness", "jaccard", "lr+"])
    assert not all_negative["lift"].defined
    assert "predicted as '1'" in all_negative["lift"].reason
    assert not all_negative["markedness"].defined
    assert all_negative["jaccard"].value == 0


def test_prevalence_is_no_goal():
    """What has no better and no worse cannot be chosen by."""
    with pytest.raises(gnomon.UsageError, match="better neither when higher nor when lower"):
        gnomon.choose_threshold(Y, GOOD, goal="prevalence")


def test_better_is_declared():
    """Errors are smaller, the rest greater: what a reader knows of the names."""
    lower = {name for name in REGISTRY if REGISTRY[name].better == LOWER}
    words = ("error", "loss", "false_", "brier", "mse", "mae", "ape", "msl")
    told = {name for name in REGISTRY if any(word in name for word in words)}
    assert lower - told == {"flagged", "flagged_share", "cost", "negative_likelihood_ratio"}
    assert told - lower == {"mean_error"}


AMOUNT = np.exp(RNG.normal(size=300))
FORECAST = AMOUNT * np.exp(RNG.normal(scale=0.3, size=300))
WORSE = AMOUNT * np.exp(RNG.normal(scale=0.8, size=300))
# From true amounts, predictions and weights, by scikit-learn where it has them.
LOSS_ORACLES = {
    "mse": lambda y, p, w: sk.mean_squared_error(y, p, sample_weight=w),
    "rmse": lambda y, p, w: sk.root_mean_squared_error(y, p, sample_weight=w),
    "mae": lambda y, p, w: sk.mean_absolute_error(y, p, sample_weight=w),
    "mape": lambda y, p, w: sk.mean_absolute_percentage_error(y, p, sample_weight=w),
    "mean_error": lambda y, p, w: np.average(p - y, weights=w),
    "msle": lambda y, p, w: sk.mean_squared_log_error(y, p, sample_weight=w),
    "rmsle": lambda y, p, w: sk.root_mean_squared_log_error(y, p, sample_weight=w),
    "smape": lambda y, p, w: np.average(2 * abs(y - p) / (abs(y) + abs(p)), weights=w),
    "wape": lambda y, p, w: np.average(abs(y - p), weights=w) / np.average(abs(y), weights=w),
    "pinball_0.9": lambda y, p, w: sk.mean_pinball_loss(y, p, alpha=0.9, sample_weight=w),
}
LOSSES = [*(name for name in of_losses() if name in REGISTRY), "pinball_0.9"]


def test_every_loss_has_an_oracle():
    """A loss of regressions without one fails here."""
    assert set(LOSSES) == set(LOSS_ORACLES)


@pytest.mark.parametrize("name", LOSS_ORACLES)
def test_a_loss_and_its_interval(name):
    """The value is the oracle's, with weights too, however it is read; the interval holds it and has a width."""
    weight = RNG.integers(1, 5, len(AMOUNT))
    for given in (None, weight):
        own = gnomon.evaluate(AMOUNT, FORECAST, weight=given, measures=[name])[name]
        binned = gnomon.evaluate(AMOUNT, FORECAST, weight=given, measures=[name], exact=False)[name]
        expected = LOSS_ORACLES[name](AMOUNT, FORECAST, given)
        assert own.value == binned.value == pytest.approx(expected, rel=1e-12)
        assert own.low < own.value < own.high
        assert get_measure(name).low <= own.low


@pytest.mark.parametrize("name", LOSS_ORACLES)
def test_a_loss_has_a_baseline_and_is_compared(name):
    """The best constant of its kind scores worse; of two models the better one is told."""
    ev = gnomon.evaluate(AMOUNT, FORECAST, measures=[name])
    pair = gnomon.compare(AMOUNT, {"old": WORSE, "new": FORECAST}, measures=[name])["old", "new"]
    difference = pair[name]
    expected = [LOSS_ORACLES[name](AMOUNT, own, None) for own in (WORSE, FORECAST)]
    assert difference.value == pytest.approx(expected[1] - expected[0], rel=1e-9)
    assert difference.low < difference.value < difference.high
    if name == "mean_error":
        return
    assert difference.verdict == ("inconclusive" if name in ("mse", "rmse") else "better")  # squares have a heavy tail
    if name == "mape":  # the best constant would be a weighted median
        return
    constant = {"mse": np.mean, "rmse": np.mean}.get(name, np.median)(AMOUNT)
    if name == "pinball_0.9":
        constant = np.quantile(AMOUNT, 0.9, method="averaged_inverted_cdf")
        assert ev.baseline.answers["quantile 0.9"] == constant
    guess = ev.baseline.estimates[name]
    assert guess.value == pytest.approx(LOSS_ORACLES[name](AMOUNT, np.full(300, constant), None), rel=1e-9)
    assert ev.baseline.differences[name].high < 0


@pytest.mark.parametrize("name", LOSS_ORACLES)
def test_a_loss_by_cluster_and_by_slice(name):
    """Copied rows say no more than the rows did; each slice has its own."""
    rows, copied = np.arange(100), np.tile(np.arange(100), 4)
    one = gnomon.evaluate(AMOUNT[rows], FORECAST[rows], measures=[name])
    copies = gnomon.evaluate(AMOUNT[copied], FORECAST[copied], measures=[name], cluster=copied)
    assert copies[name].value == pytest.approx(one[name].value)
    widths = [own[name].high - own[name].low for own in (copies, one)]
    assert widths[0] / widths[1] == pytest.approx(1, abs=0.3)
    data = {"y": AMOUNT, "p": FORECAST, "g": np.where(np.arange(300) < 100, "a", "b")}
    ev = gnomon.evaluate(data, target="y", prediction="p", slices="g", measures=[name])
    assert ev.slices["g"]["a"][name].value == pytest.approx(one[name].value)
    assert name in ev.slices["g"]["a"].differences


def test_losses_that_are_undefined():
    """Each says why; sMAPE counts a row of zeros as right."""
    low = gnomon.evaluate([-2.5, 1.0, 3.0], [1.0, 2.0, 2.5], measures=["rmsle", "wape"])
    assert not low["rmsle"].defined
    assert "-1 or less" in low["rmsle"].reason
    zero = gnomon.evaluate([0.0, 0.0, 0.0], [1.0, 0.0, 2.0], task="regression", measures=["wape", "smape"])
    assert not zero["wape"].defined
    assert zero["wape"].reason == "every target is 0"
    assert zero["smape"].value == pytest.approx(4 / 3)


@pytest.mark.parametrize("name", ["pinball_0", "pinball_1", "pinball_1.5", "pinball_", "smape_macro"])
def test_names_of_no_loss(name):
    """A quantile lies between 0 and 1; a regression has no classes to average over."""
    with pytest.raises(gnomon.UsageError, match="measures= names"):
        gnomon.evaluate(AMOUNT, FORECAST, measures=[name])


def test_losses_are_of_regressions():
    """Asked of two classes, they are refused."""
    with pytest.raises(gnomon.UsageError, match="a binary evaluation does not have"):
        gnomon.evaluate(Y, GOOD, measures=["smape"])


def test_the_variance_of_a_heavy_tail():
    """Of log-normal amounts the interval of R² held 79 % of the time; its degrees of freedom are those of the tail."""
    ev = gnomon.evaluate(AMOUNT[:80], FORECAST[:80])["r2"]
    y, p = AMOUNT[:80], FORECAST[:80]
    influence = (y - p) ** 2 / np.mean((y - p) ** 2) - (y - y.mean()) ** 2 / y.var()
    variance = np.mean(influence**2) / 80
    freedom = 1 / ((influence**4).sum() / (influence**2).sum() ** 2 - 1 / 80)
    half = stats.t.ppf(0.975, freedom) * math.sqrt(variance)
    assert 1 - ev.high == pytest.approx((1 - ev.value) * math.exp(-half), rel=1e-6)
    assert 1 - ev.low == pytest.approx((1 - ev.value) * math.exp(half), rel=1e-6)
    assert 1 < freedom < 10
    outlier = gnomon.evaluate([*y, 100.0], [*p, 50.0], measures=["smape"])
    assert "a few rows" in outlier["r2"].warning
    assert outlier["smape"].warning is None


@pytest.mark.parametrize("name", DIRECTED)
@pytest.mark.parametrize("seed", range(6))
def test_its_best_threshold_of_few_rows(name, seed):
    """Small samples, where the best may lie beside a threshold at which the measure is undefined."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(14) % 2)
    score = np.round(np.clip(rng.normal(0.4 + 0.25 * y, 0.2), 0, 1), 1 + seed % 2)
    values = []
    for threshold in [*np.unique(score), np.inf]:
        with contextlib.suppress(ZeroDivisionError):
            values.append(float(ORACLES[name](*cells(threshold <= score, y))))
    if not values:  # it is undefined at every threshold
        with pytest.raises(gnomon.DataError, match="undefined"):
            gnomon.choose_threshold(y, score, goal=name, interval="none")
        return
    best = max(values) if get_measure(name).better == HIGHER else min(values)
    found = gnomon.choose_threshold(y, score, goal=name, interval="none")
    assert found[get_measure(name).name].value == pytest.approx(best, abs=1e-12)


def test_huge_amounts():
    """Squares beyond the doubles leave no interval, and a reason, whatever is asked for."""
    names = ["wape", "pinball_0.9", "smape", "rmsle"]
    huge = gnomon.evaluate(AMOUNT * 1e200, FORECAST * 1e200, measures=names)
    assert huge["wape"].defined
    assert "too large" in huge["mae"].reason
    clustered = gnomon.evaluate(AMOUNT * 1e200, FORECAST * 1e200, measures=names, cluster=np.arange(300) // 3)
    assert clustered["wape"].defined
    assert gnomon.compare(AMOUNT * 1e200, {"a": FORECAST * 1e200, "b": WORSE * 1e200}, measures=names)["a", "b"]


def test_clusters_of_a_slice():
    """A slice's intervals are those of its rows alone: clusters of other slices do not count."""
    cluster = np.repeat(np.arange(100), 3)
    data = {"y": AMOUNT, "p": FORECAST, "c": cluster, "g": np.where(cluster < 20, "a", "b")}
    ev = gnomon.evaluate(data, target="y", prediction="p", slices="g", cluster="c")
    alone = gnomon.evaluate(AMOUNT[:60], FORECAST[:60], cluster=cluster[:60])
    for name in ("mse", "mae", "r2", "mape"):
        assert ev.slices["g"]["a"][name] == alone[name]


def test_averages_of_f_beta():
    """As of other measures of a class, by scikit-learn; those that nothing sums are no measures."""
    y = RNG.integers(0, 3, 200)
    said = np.where(RNG.random(200) < 0.6, y, 0)
    ev = gnomon.evaluate(y, said, measures=["f2", "f2_macro", "jaccard_weighted"])
    assert ev["f2_macro"].value == pytest.approx(fbeta_score(y, said, beta=2, average="macro"))
    assert ev["jaccard_weighted"].value == pytest.approx(jaccard_score(y, said, average="weighted"))
    with pytest.raises(gnomon.UsageError, match="is not a measure"):
        gnomon.evaluate(y, said, measures=["jaccard_micro"])
