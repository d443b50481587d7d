"""Both ends of every interval, with few rows, against ends that are made independently.

Simulations notice a wrong end only where it changes the coverage by much; here a quantile of z for one of t, n for
n - 1 or rows for effective rows is off by far more than the tolerance.
"""

import math

import numpy as np
import pytest
from scipy import optimize, stats
from sklearn import metrics as sk

import gnomon
from tests.intervals.influence import (
    below_one,
    influences,
    kish,
    on_fisher,
    on_log,
    on_logit,
    plain,
    t_of,
    tails,
    variance_of,
    variance_of_clusters,
    wilson,
    without_each,
)

RNG = np.random.default_rng(20)
N = 36
Y = (RNG.random(N) < 0.45).astype(int)
P = np.round(np.clip(0.3 + 0.3 * Y + RNG.normal(0, 0.2, N), 0.01, 0.99), 2)
WEIGHT = np.round(RNG.uniform(0.2, 3, N), 2)
CLUSTER = RNG.permutation(np.repeat(np.arange(9), [1, 2, 3, 3, 4, 5, 5, 6, 7]))
AMOUNT = np.round(RNG.normal(20, 4, N), 1)
FORECAST = np.round(AMOUNT + RNG.normal(0.7, 2, N), 1)
LEVELS = (0.8, 0.95)
CALLED = (P >= 0.5).astype(int)


def weighted(function, *columns, **options):
    """A measure by the weights of the rows."""
    return lambda w: function(*columns, sample_weight=w, **options)


def rate(truth, of):
    """The share of rows with a property among those with another, by weight."""
    return lambda w: w[truth & of].sum() / w[of].sum()


ONE, CALL = Y == 1, CALLED == 1
BINARY = {
    "accuracy": (weighted(sk.accuracy_score, Y, CALLED), on_logit),
    "recall": (rate(CALL, ONE), on_logit),
    "specificity": (rate(~CALL, ~ONE), on_logit),
    "precision": (rate(ONE, CALL), on_logit),
    "negative_predictive_value": (rate(~ONE, ~CALL), on_logit),
    "false_positive_rate": (rate(CALL, ~ONE), on_logit),
    "f1": (weighted(sk.f1_score, Y, CALLED), on_logit),
    "balanced_accuracy": (weighted(sk.balanced_accuracy_score, Y, CALLED), on_logit),
    "matthews_corrcoef": (weighted(sk.matthews_corrcoef, Y, CALLED), on_fisher),
    "cohen_kappa": (weighted(sk.cohen_kappa_score, Y, CALLED), on_fisher),
    "roc_auc": (weighted(sk.roc_auc_score, Y, P), on_logit),
    "average_precision": (weighted(sk.average_precision_score, Y, P), on_logit),
    "log_loss": (weighted(sk.log_loss, Y, P), on_log),
    "brier_score": (lambda w: np.average((P - Y) ** 2, weights=w), on_logit),
}
REGRESSION = {
    "mse": (weighted(sk.mean_squared_error, AMOUNT, FORECAST), on_log),
    "rmse": (weighted(sk.root_mean_squared_error, AMOUNT, FORECAST), on_log),
    "mae": (weighted(sk.mean_absolute_error, AMOUNT, FORECAST), on_log),
    "mape": (weighted(sk.mean_absolute_percentage_error, AMOUNT, FORECAST), on_log),
    "mean_error": (lambda w: np.average(FORECAST - AMOUNT, weights=w), plain),
    "r2": (weighted(sk.r2_score, AMOUNT, FORECAST), below_one),
    "explained_variance": (weighted(sk.explained_variance_score, AMOUNT, FORECAST), below_one),
}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
@pytest.mark.parametrize(("kind", "measures"), [("binary", BINARY), ("regression", REGRESSION)])
def test_clusters(kind, measures, weight, level):
    """Each cluster left out, Student's t with Satterthwaite's degrees of freedom, half of them in heavy tails."""
    columns = (Y, P) if kind == "binary" else (AMOUNT, FORECAST)
    ev = gnomon.evaluate(*columns, weight=weight, cluster=CLUSTER, level=level, task=kind)
    own = np.ones(N) if weight is None else weight
    for name, (measure, scale) in measures.items():
        value = measure(own)
        influence = influences(measure, own)
        if name == "roc_auc":  # DeLong's variance counts the (effective) rows of each class less one
            counts = [kish(own[code == Y]) for code in (0, 1)]
            influence *= np.sqrt([counts[code] / (counts[code] - 1) for code in Y])
        variance, units = variance_of_clusters(influence, own, CLUSTER)
        assert 2 < units <= 9
        if kind == "regression" and scale is not plain:
            units = min(units, tails(without_each(influence, own, CLUSTER)))
        if name in ("accuracy", "mean_error"):  # of a mean the first order is all there is
            left = [measure(np.where(cluster == CLUSTER, 0.0, own)) for cluster in np.unique(CLUSTER)]
            assert variance == pytest.approx(8 / 9 * ((np.array(left) - value) ** 2).sum(), rel=1e-6)
        low, high = scale(value, variance, units, level)
        assert ev[name].value == pytest.approx(value, rel=1e-9), name
        if name == "average_precision":  # its lower end is lower still: test_average_precision
            assert ev[name].low < low
        else:
            assert ev[name].low == pytest.approx(low, rel=2e-6), name
        assert ev[name].high == pytest.approx(high, rel=2e-6), name


TRIED = {"accuracy": np.ones(N, bool), "recall": ONE, "specificity": ~ONE, "precision": CALL,
         "negative_predictive_value": ~CALL, "false_positive_rate": ~ONE}  # fmt: skip


def weight_of_rows(weight):
    """What rows of each row's cell weigh: at least as those of its class, of few rows as those of both classes."""
    found = np.empty(N)
    for truth in (0, 1):
        of_class = truth == Y
        trust = min(1, max(0, (kish(weight[of_class]) - 10) / 20))
        least = mean_square(weight) ** (1 - trust) * mean_square(weight[of_class]) ** trust
        for called in (0, 1):
            cell = of_class & (called == CALLED)
            found[cell] = max(mean_square(weight[cell]), least)
    return found


def mean_square(weight):
    """The weight of so many equal rows that their sum varies as that of these rows does."""
    return (weight**2).sum() / weight.sum()


def test_weights_that_follow_the_class():
    """With rows enough of a class what its rows weigh is known: the interval is that of the linearised variance."""
    rng = np.random.default_rng(8)
    y = np.repeat([0, 1], 200)
    p = np.clip(0.3 + 0.3 * y + rng.normal(0, 0.2, 400), 0.01, 0.99)
    weight = np.where(y == 1, 1.0, 20.0)
    ev = gnomon.evaluate(y, p, weight=weight)
    flagged = p >= 0.5
    share = np.average(y[flagged], weights=weight[flagged])
    variance = ((weight * (y - share))[flagged] ** 2).sum() / weight[flagged].sum() ** 2
    low, high = wilson(share, share * (1 - share) / variance, 0.95)
    assert (ev["precision"].low, ev["precision"].high) == pytest.approx((low, high), rel=1e-9)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_shares(weight, level):
    """Wilson's, of as many equal rows as have its variance, each row weighing as those of its cell or class do."""
    ev = gnomon.evaluate(Y, P, weight=weight, level=level)
    own = np.ones(N) if weight is None else weight
    for name, of in TRIED.items():
        share = BINARY[name][0](own)
        influence = influences(BINARY[name][0], own) / own
        trials = share * (1 - share) / (influence**2 * own * weight_of_rows(own)).sum()
        low, high = wilson(share, trials, level)
        assert (ev[name].low, ev[name].high) == pytest.approx((low, high), rel=1e-6), name
        if weight is None:
            k, n = round(share * of.sum()), int(of.sum())
            exact = stats.binomtest(k, n).proportion_ci(level, method="wilson")
            assert (ev[name].low, ev[name].high) == pytest.approx((exact.low, exact.high), rel=1e-9)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_means_of_losses(weight, level):
    """Student's t on the log scale where nothing is below 0, there with the degrees of freedom that tails leave.

    RMSE has the roots of MSE's ends.
    """
    own = np.ones(N) if weight is None else weight
    binary = gnomon.evaluate(Y, P, weight=weight, level=level)
    amounts = gnomon.evaluate(AMOUNT, FORECAST, weight=weight, level=level)
    for name in ("log_loss", "brier_score", "mse", "mae", "mape", "mean_error"):
        measures, ev = (BINARY, binary) if name in BINARY else (REGRESSION, amounts)
        measure, scale = measures[name][0], plain if name == "mean_error" else on_log
        influence = influences(measure, own)
        variance, units = variance_of(influence, own)
        units = min(units, tails(influence)) if name in REGRESSION and scale is on_log else units
        low, high = scale(measure(own), variance, units, level)
        high = min(high, 1.0) if name == "brier_score" else high
        assert (ev[name].low, ev[name].high) == pytest.approx((low, high), rel=2e-6), name
    assert (amounts["rmse"].low, amounts["rmse"].high) == pytest.approx(
        (math.sqrt(amounts["mse"].low), math.sqrt(amounts["mse"].high)), rel=1e-12
    )
    for name in ("r2", "explained_variance"):
        measure = REGRESSION[name][0]
        influence = influences(measure, own)
        variance = variance_of(influence, own)[0] * (kish(own) - 1) / kish(own)
        expected = below_one(measure(own), variance, min(kish(own), tails(influence)), level)
        assert (amounts[name].low, amounts[name].high) == pytest.approx(expected, rel=2e-6), name


def test_the_mean_of_a_loss_equals_scipys():
    """Without weights and without a lower end it is the t interval of every textbook."""
    ev = gnomon.evaluate(AMOUNT, FORECAST, level=0.9)
    expected = stats.ttest_1samp(FORECAST - AMOUNT, 0).confidence_interval(0.9)
    assert (ev["mean_error"].low, ev["mean_error"].high) == pytest.approx(tuple(expected), rel=1e-9)


@pytest.mark.parametrize("level", LEVELS)
def test_the_median_of_errors(level):
    """The order statistics between which the binomial says the median lies."""
    ev = gnomon.evaluate(AMOUNT, FORECAST, level=level)
    errors = np.sort(np.abs(AMOUNT - FORECAST))
    below = max(k for k in range(N // 2) if stats.binom.cdf(k, N, 0.5) <= 0.5 - level / 2)
    own = ev["median_absolute_error"]
    assert (own.low, own.high) == (errors[below], errors[N - 1 - below])


@pytest.mark.parametrize("level", LEVELS)
def test_the_auc_of_few_rows(level):
    """Newcombe's method 5 solves its equation: the distance is z standard errors of Hanley and McNeil."""
    ev = gnomon.evaluate(Y, P, level=level)
    m, n, auc = int(Y.sum()), int((1 - Y).sum()), sk.roc_auc_score(Y, P)
    star, z = (m + n) / 2 - 1, stats.norm.ppf(0.5 + level / 2)

    def excess(t):
        variance = t * (1 - t) * (1 + star * (1 - t) / (2 - t) + star * t / (1 + t)) / (m * n)
        return abs(auc - t) - z * math.sqrt(variance)

    assert ev["roc_auc"].method == "newcombe"
    assert ev["roc_auc"].low == pytest.approx(optimize.brentq(excess, 1e-9, auc), rel=1e-6)
    assert ev["roc_auc"].high == pytest.approx(optimize.brentq(excess, auc, 1 - 1e-9), rel=1e-6)


def left_out(y, score):
    """The average precision where each positive is left out of its own precision; one that is alone counts as right."""
    shares = []
    for row in np.flatnonzero(y == 1):
        others = (score >= score[row]) & (np.arange(len(y)) != row)
        shares.append(y[others].mean() if others.any() else 1.0)
    return np.mean(shares)


@pytest.mark.parametrize("level", LEVELS)
def test_average_precision(level):
    """The linearised ends for the effective positives; the lower one from positives left out of their own precision."""
    ev = gnomon.evaluate(Y, P, level=level)
    measure, ones = BINARY["average_precision"][0], np.ones(N)
    value, influence = measure(ones), influences(measure, ones)
    variance, units = float((influence**2).sum()), Y.sum()
    variance *= ratio_of_bias(ev["average_precision"].high, value, variance, units, level)
    own = ev["average_precision"]
    assert own.high == pytest.approx(on_logit(value, variance, units, level)[1], rel=1e-6)
    assert own.low < on_logit(value, variance, units, level)[0]
    expected = on_logit(left_out(Y, P), variance, units, level)[0]
    assert own.low == pytest.approx(expected, rel=1e-6)


def ratio_of_bias(high, value, variance, units, level):
    """N / (N - 1), of all rows or of the positives: whichever the upper end is made with; nothing else is allowed."""
    for n in (units, N, math.inf):
        ratio = 1.0 if math.isinf(n) else n / (n - 1)
        if on_logit(value, variance * ratio, units, level)[1] == pytest.approx(high, rel=1e-6):
            return ratio
    pytest.fail("the upper end is no linearised one")


@pytest.mark.parametrize("level", LEVELS)
def test_ks(level):
    """Newcombe's difference of two shares where the gap is largest, less the bias below, less half of it above."""
    from gnomon.intervals.ks import ks_bias, ks_interval
    from gnomon.kernels.ranking import Ranking

    rng = np.random.default_rng(2)
    y = np.arange(60) % 3 == 0
    score = np.round(rng.normal(1.2 * y), 2)
    bins = Ranking([score], [y.astype(np.uint8)], None, 1).bins(1024)
    own, bias = gnomon.evaluate(y, score, scale="any", level=level)["ks"], ks_bias(bins, (20.0, 40.0), 0)
    found = stats.ks_2samp(score[y], score[~y])
    assert own.value == pytest.approx(found.statistic)
    at = found.statistic_location
    shares = (np.mean(score[~y] <= at), 40), (np.mean(score[y] <= at), 20)
    variance = sum(share * (1 - share) / rows for share, rows in shares)
    assert bias > 0
    # Student's t for the smaller class, by the level of the normal that has the same quantile.
    wider = 2 * stats.norm.cdf(t_of(level, 20)) - 1
    (low_a, high_a), (low_b, high_b) = (wilson(share, rows, wider) for share, rows in shares)
    lower = own.value - math.hypot(shares[0][0] - low_a, high_b - shares[1][0]) - bias
    upper = own.value + math.hypot(high_a - shares[0][0], shares[1][0] - low_b) - bias / 2
    direct = ks_interval(bins, (20.0, 40.0), own.value, variance, level, 0)
    assert (direct.low, direct.high) == pytest.approx((max(0.0, lower), min(1.0, upper)), rel=1e-6)
    # Its gap varies by the n - 1 of each class, as if there were 19.7 rows of the smaller one.
    assert (own.low, own.high) == pytest.approx((direct.low, direct.high), abs=0.005)


@pytest.mark.parametrize("level", LEVELS)
def test_the_lower_end_of_ks_is_0_where_the_test_sees_nothing(level):
    """On either side of the asymptotic critical value of the two-sample test, whose tail is half of 1 - level."""
    from gnomon.intervals.ks import ks_interval
    from gnomon.kernels.ranking import ScoreBins

    rows = (400.0, 400.0)
    critical = math.sqrt(-math.log((1 - level) / 2) / 2 * (1 / 400 + 1 / 400))
    assert stats.kstwobign.sf(critical * math.sqrt(200)) == pytest.approx(1 - level, rel=0.01)

    def lower(gap):
        """Two bins, with so large a gap between the classes."""
        positives = np.array([200 - 200 * gap, 200 + 200 * gap])
        bins = ScoreBins(np.array([0.0, 1.0]), np.array([0.0, 1.0]), positives, 400 - positives)
        variance = 2 * (0.5 + gap / 2) * (0.5 - gap / 2) / 400
        return ks_interval(bins, rows, gap, variance, level, 0).low

    assert lower(critical * 0.999) == 0.0
    assert lower(critical * 1.001) > 0.0


@pytest.mark.parametrize("level", LEVELS)
def test_shares_of_the_posterior(level):
    """F1, balanced accuracy, MCC and kappa: the middle of draws of the four cells' shares, half a row added to each."""
    counts = np.bincount(2 * Y + CALLED, minlength=4)
    draws = np.random.default_rng(0).dirichlet(counts + 0.5, 200_000)
    tn, fp, fn, tp = draws.T
    formulas = {
        "f1": 2 * tp / (2 * tp + fp + fn),
        "balanced_accuracy": (tp / (tp + fn) + tn / (tn + fp)) / 2,
        "matthews_corrcoef": (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)),
        "cohen_kappa": 2 * (tp * tn - fn * fp) / ((tp + fp) * (fp + tn) + (tp + fn) * (fn + tn)),
    }
    ev = gnomon.evaluate(Y, P, level=level)
    for name, drawn in formulas.items():
        low, high = np.quantile(drawn, [0.5 - level / 2, 0.5 + level / 2])
        slack = 0.1 * (high - low)  # of 1,000 replicates
        assert (ev[name].low, ev[name].high) == pytest.approx((low, high), abs=slack), name


@pytest.mark.parametrize("level", LEVELS)
def test_calibration(level):
    """Slope and intercept: z times the errors of a logistic regression on the log odds."""
    from scipy.special import expit, logit

    rng = np.random.default_rng(5)
    p = rng.uniform(0.05, 0.95, 400)
    y = (rng.random(400) < expit(0.8 * logit(p) + 0.2)).astype(int)
    x = np.column_stack([np.ones(400), logit(p)])
    beta = np.zeros(2)
    for _ in range(50):
        mean = expit(x @ beta)
        beta += np.linalg.solve(x.T @ (x * (mean * (1 - mean))[:, None]), x.T @ (y - mean))
    error = np.sqrt(np.diag(np.linalg.inv(x.T @ (x * (mean * (1 - mean))[:, None]))))
    found = gnomon.evaluate(y, p, level=level).calibration
    z = stats.norm.ppf(0.5 + level / 2)
    assert found.slope.value == pytest.approx(beta[1], rel=2e-3)
    assert found.slope.high - found.slope.low == pytest.approx(2 * z * error[1], rel=0.12)
    assert found.slope.high - found.slope.value == pytest.approx(found.slope.value - found.slope.low, rel=1e-6)


def test_chance_of_calibration_errors():
    """The p-value counts errors by chance that are at least as large, not those below."""
    rng = np.random.default_rng(3)
    p = rng.random(800)
    y = (rng.random(800) < p).astype(int)
    holds = gnomon.evaluate(y, p).calibration.equal_width
    off = gnomon.evaluate(y, np.clip(p + 0.15, 0, 1)).calibration.equal_width
    assert holds.error_p_value > 0.05
    assert off.error_p_value < 0.01
    assert off.error > holds.expected_error
    # Drawn anew from the same bins.
    rows, share = holds.weight, holds.probability
    drawn = np.random.default_rng(0).binomial(rows.astype(int), share, (20_000, len(rows))) / rows
    errors = (np.abs(drawn - share) * rows).sum(axis=1) / rows.sum()
    assert holds.expected_error == pytest.approx(errors.mean(), rel=0.03)
    assert holds.error_p_value == pytest.approx((errors >= holds.error).mean(), abs=0.06)


def test_differences_on_the_same_rows():
    """A paired t test of losses is SciPy's; accuracy has McNemar's mid-p; AUCs have DeLong's covariance."""
    other = np.clip(P + RNG.normal(0, 0.15, N), 0.01, 0.99)
    pair = gnomon.compare(Y, {"a": P, "b": other}).pairs[0]
    for name, loss in (
        ("brier_score", lambda p: (p - Y) ** 2),
        ("log_loss", lambda p: -np.log(np.where(Y == 1, p, 1 - p))),
    ):
        test = stats.ttest_rel(loss(other), loss(P))
        ends = test.confidence_interval(0.95)
        own = pair.differences[name]
        assert (own.low, own.high) == pytest.approx((ends.low, ends.high), rel=1e-9)
        assert own.p_value == pytest.approx(test.pvalue, rel=1e-9)
    right, wrong = ((own >= 0.5) == (Y == 1) for own in (P, other))
    only = int((right & ~wrong).sum()), int((wrong & ~right).sum())
    mid = 2 * stats.binom.cdf(min(only), sum(only), 0.5) - stats.binom.pmf(min(only), sum(only), 0.5)
    assert pair.differences["accuracy"].p_value == pytest.approx(min(1.0, mid) if only[0] != only[1] else 1.0)
    shares = []
    for score in (P, other):
        kernel = (score[ONE][:, None] > score[~ONE]) + 0.5 * (score[ONE][:, None] == score[~ONE])
        shares.append((kernel.mean(axis=1), kernel.mean(axis=0)))
    gains = [shares[1][k] - shares[0][k] for k in (0, 1)]
    variance = sum(own.var(ddof=1) / len(own) for own in gains)
    own = pair.differences["roc_auc"]
    error = math.sqrt(variance)
    p_normal = 2 * stats.norm.sf(abs(own.value) / error)
    p_student = 2 * stats.t.sf(abs(own.value) / error, min(map(len, gains)) - 1)
    assert p_normal * 0.999 <= own.p_value <= p_student * 1.001


def test_rows_that_say_less_widen_ks():
    """Twice the variance of independent rows gives the interval of half as many of them."""
    from gnomon.intervals.ks import ks_interval
    from gnomon.kernels.ranking import Ranking

    rng = np.random.default_rng(2)
    y = np.arange(400) % 2 == 0
    score = rng.normal(1.0 * y)
    bins = Ranking([score], [y.astype(np.uint8)], None, 1).bins(1024)
    value = float(stats.ks_2samp(score[y], score[~y]).statistic)
    at = stats.ks_2samp(score[y], score[~y]).statistic_location
    shares = np.mean(score[y] <= at), np.mean(score[~y] <= at)
    variance = sum(share * (1 - share) / 200 for share in shares)
    plain, twice = (ks_interval(bins, (200.0, 200.0), value, own * variance, 0.95, 0) for own in (1, 2))
    half = ks_interval(bins, (100.0, 100.0), value, 2 * variance, 0.95, 0)
    assert (twice.low, twice.high) == pytest.approx((half.low, half.high), rel=1e-3)
    assert twice.high - twice.low > 1.2 * (plain.high - plain.low)


@pytest.mark.parametrize(("mean", "there"), [(3.0e6, True), (3.4e6, False)])
def test_targets_far_from_zero_have_no_interval_of_r2_without_their_rows(mean, there):
    """On either side of (mean / deviation)^2 = 10^13, beyond which centred fourth powers are not claimed."""
    rng = np.random.default_rng(1)
    y = rng.normal(size=300)
    y = (y - y.mean()) / y.std() + mean
    p = y + 0.5 * rng.normal(size=300)
    assert np.isnan(gnomon.evaluate(y, p, task="regression", exact=False)["r2"].low) != there
    assert not np.isnan(gnomon.evaluate(y, p, task="regression")["r2"].low)


def test_bca_with_an_empty_cell():
    """No row in a cell: ends that are numbers, on both sides of the value."""
    ev = gnomon.evaluate([0] * 12 + [1] * 8, [0] * 12 + [1] * 6 + [0] * 2, interval="bca")
    for name in ("f1", "balanced_accuracy", "matthews_corrcoef", "cohen_kappa", "recall"):
        assert ev[name].low < ev[name].value < ev[name].high, name
        assert ev[name].method == "bca"
