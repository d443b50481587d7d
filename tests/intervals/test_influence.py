"""Influences against brute force: a measure changes by them when a row's weight does."""

import numpy as np
import pytest
from scipy import stats

import gnomon
from gnomon.intervals.bootstrap import acceleration, replicate_interval
from gnomon.intervals.difference import false_discovery, family_wise, linearised_difference
from gnomon.intervals.linearised import linearised_interval
from gnomon.intervals.mcnemar import mcnemar, tango
from gnomon.measures import confusion, ranking
from gnomon.measures import influence as influences
from gnomon.measures.ranking import left_out_average_precision


def bins(seed=0, number=12):
    rng = np.random.default_rng(seed)
    return rng.uniform(0.5, 5, number), rng.uniform(0.5, 5, number)


def exact_average_precision(positives, negatives):
    """The mean precision over positives, bin by bin from the highest."""
    tied = np.ones(len(positives), bool)
    return float(ranking.binned_average_precision(positives, negatives, tied))


@pytest.mark.parametrize(
    ("influence", "value"),
    [
        (influences.average_precision_influence, exact_average_precision),
        (influences.gap_influence, lambda p, n: float(ranking.binned_ks(p, n))),
        (influences.auc_influence_by_bin, lambda p, n: float(ranking.binned_roc_auc(p, n))),
        (
            influences.precision_gain_influence,
            lambda p, n: exact_average_precision(p, n) - p.sum() / (p.sum() + n.sum()),
        ),
    ],
)
def test_by_bin_equal_numeric_derivatives(influence, value):
    """The derivative by the weight of a positive, and of a negative, in each bin."""
    masses = bins()
    found = influence(*masses)
    for side in (0, 1):
        for place in range(12):
            ends = []
            for step in (1e-6, -1e-6):
                changed = [own.copy() for own in masses]
                changed[side][place] += step
                ends.append(value(*changed))
            assert found[side][place] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-7)
    assert sum(own @ by for own, by in zip(masses, found, strict=True)) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("formula", [confusion.accuracy, confusion.matthews_corrcoef, confusion.cohen_kappa])
def test_cells_sum_to_nothing_and_equal_the_delta_method(formula):
    """Weighted by the cells they sum to 0; for the accuracy they are hit - accuracy, over the total."""
    mass = np.array([[30.0, 4.0, 0.0], [2.0, 20.0, 5.0], [1.0, 3.0, 9.0]])
    held = np.flatnonzero(mass)
    found = influences.cell_influence(formula, mass, held)
    assert mass.ravel()[held] @ found == pytest.approx(0, abs=1e-7)
    if formula is confusion.accuracy:
        hit = np.eye(3).ravel()[held]
        assert found == pytest.approx((hit - 59 / 74) / 74, abs=1e-9)


def test_cluster_sums_have_no_order():
    """Equal to the last bit for rows in any order, and close to plain sums."""
    rng = np.random.default_rng(0)
    values, clusters = rng.normal(size=1000) * 10.0 ** rng.integers(-8, 3, 1000), rng.integers(0, 40, 1000)
    order = rng.permutation(1000)
    found = influences.cluster_sums(values, clusters)
    assert np.array_equal(found, influences.cluster_sums(values[order], clusters[order]))
    assert found == pytest.approx(np.bincount(clusters, values), abs=1e-12)
    assert not influences.cluster_sums(np.zeros(5), np.arange(5)).any()


@pytest.mark.parametrize(("first", "second"), [(0, 0), (3, 3), (1, 7), (12, 4), (0, 5), (40, 61)])
def test_mcnemar_equals_the_binomial_test(first, second):
    """The exact p-value is SciPy's; the mid-p one leaves out half of what occurred."""
    mid, exact = mcnemar(first, second)
    rows = first + second
    if not rows:
        assert (mid, exact) == (1.0, 1.0)
        return
    assert exact == pytest.approx(stats.binomtest(first, rows).pvalue, rel=1e-12)
    expected = exact - stats.binom.pmf(min(first, second), rows, 0.5) if first != second else 1.0
    assert mid == pytest.approx(min(1.0, expected), rel=1e-12)


@pytest.mark.parametrize(("first", "second", "rows"), [(9, 2, 40), (1, 0, 25), (0, 0, 30), (12, 12, 50), (0, 8, 8)])
def test_tango_solves_the_score_equation(first, second, rows):
    """At both ends the restricted likelihood, found by search, gives a score of z."""
    from scipy.optimize import minimize_scalar

    low, high, method, *_ = tango(first, second, rows, 0.95)
    assert method == "mcnemar"
    assert low <= (second - first) / rows <= high

    def score(change):
        def loss(share):
            parts = ((second, share + change), (first, share), (rows - first - second, 1 - 2 * share - change))
            return -sum(count * np.log(part) for count, part in parts if count)

        limits = (max(0.0, -change) + 1e-13, (1 - change) / 2 - 1e-13)
        share = minimize_scalar(loss, bounds=limits, method="bounded", options={"xatol": 1e-14}).x
        return (second - first - rows * change) / np.sqrt(rows * (2 * share + change * (1 - change)))

    for end, sign in ((low, 1), (high, -1)):
        if -1 < end < 1:
            assert score(end) == pytest.approx(sign * 1.959964, abs=1e-3)


def test_adjusted_p_values_equal_scipy():
    """Benjamini and Hochberg as SciPy has it; Holm by his own steps."""
    p = [0.001, 0.2, 0.03, 0.04, 0.9, 0.011]
    assert false_discovery(p) == pytest.approx(stats.false_discovery_control(p))
    order = np.argsort(p)
    expected = np.minimum(1, np.maximum.accumulate(np.array(p)[order] * (len(p) - np.arange(len(p)))))
    assert np.array(family_wise(p))[order] == pytest.approx(expected)


def test_linearised_difference_is_the_t_test():
    """Of paired values: SciPy's paired t test and its interval."""
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=30), rng.normal(0.3, 1, 30)
    variance = np.var(a - b, ddof=1) / 30
    found = linearised_difference(float(np.mean(a - b)), float(variance), 30, 0.9, 30)
    expected = stats.ttest_rel(a, b)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)
    assert (found.low, found.high) == pytest.approx(tuple(expected.confidence_interval(0.9)), rel=1e-9)
    assert np.isnan(linearised_difference(0.1, 0.2, 1.0, 0.95, 1).p_value)


def test_scales_keep_to_the_range():
    """Each interval stays within what its measure can be; undefined ones are left out."""
    for value, low, high in ((0.99, 0.0, 1.0), (0.97, -1.0, 1.0), (0.9, -np.inf, 1.0), (0.02, 0.0, np.inf)):
        own = linearised_interval(value, 0.01, 12, 0.95, low, high)
        assert low <= own.low < value < own.high <= high
    assert linearised_interval(1.0, 0.0, 12, 0.95).method == "wilson"
    for value, variance, units in ((np.nan, 0.1, 9), (0.5, 0.1, 1), (0.5, np.inf, 9)):
        assert linearised_interval(value, variance, units, 0.95).method is None
    assert linearised_interval(1.0, 0.1, 9, 0.95, -1.0).method is None


def test_bca_equals_scipy():
    """On the mean of a skewed sample, from the same replicates: SciPy's ends, whose acceleration is the jackknife's."""
    rng = np.random.default_rng(8)
    sample = rng.exponential(size=40)
    draws = sample[rng.integers(0, 40, (20_000, 40))].mean(axis=1)
    skew = acceleration(np.ones(40), sample - sample.mean())
    found = replicate_interval(draws, float(sample.mean()), 0.95, "bca", skew)
    theirs = stats.bootstrap((sample,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(9))
    assert (found.low, found.high) == pytest.approx(tuple(theirs.confidence_interval), abs=0.02)
    plain = replicate_interval(draws, float(sample.mean()), 0.95, "percentile")
    assert found.low > plain.low
    assert found.high > plain.high
    assert found.method == "bca"


@pytest.mark.parametrize("kind", ["percentile", "bca"])
@pytest.mark.parametrize("classes", [2, 3])
def test_bootstrap_on_request(kind, classes):
    """Every measure of the confusion matrix and the ranking, per class too, from replicates; near the usual ones."""
    import gnomon

    rng = np.random.default_rng(2)
    label = rng.integers(0, classes, 600)
    raised = np.exp(rng.normal(size=(600, classes)) + 1.2 * np.eye(classes)[label])
    scores = raised / raised.sum(axis=1, keepdims=True)
    given = scores[:, 1] if classes == 2 else scores
    plain, drawn = gnomon.evaluate(label, given), gnomon.evaluate(label, given, interval=kind)
    method = "bootstrap" if kind == "percentile" else "bca"
    names = [
        "accuracy",
        "matthews_corrcoef",
        *(["f1", "roc_auc", "average_precision"] if classes == 2 else ["f1_macro"]),
    ]
    for name in names:
        assert drawn[name].method == method
        width = plain[name].high - plain[name].low
        assert (drawn[name].low, drawn[name].high) == pytest.approx(
            (plain[name].low, plain[name].high), abs=0.2 * width
        )
    if classes == 3:
        assert drawn.per_class["2"]["recall"].method == method


@pytest.mark.parametrize("weighted", [False, True])
def test_positives_left_out_of_their_own_precision(weighted):
    """By counting: of the others at or above each positive's score, the share that is positive."""
    rng = np.random.default_rng(4)
    y = (rng.random(80) < 0.2).astype(int)
    score = np.round(rng.random(80) + 0.2 * y, 1)
    unit = 2.5 if weighted else 1.0
    found, precision = np.unique(score), []
    positives, negatives = (unit * np.array([np.count_nonzero((score == s) & (y == c)) for s in found]) for c in (1, 0))
    for own in score[y == 1]:
        above = score >= own
        precision.append((y[above].sum() - 1) / (above.sum() - 1) if above.sum() > 1 else 1.0)
    assert left_out_average_precision(positives, negatives, unit) == pytest.approx(np.mean(precision))


def test_few_positives_do_not_flatter_the_average_precision():
    """With 10 of 1,000 rows positive: the share of samples whose interval holds the truth, of 200."""
    rng = np.random.default_rng(6)
    y = (np.arange(1000) < 10).astype(int)
    many = (np.arange(2_000_000) < 20_000).astype(int)
    truth = gnomon.evaluate(many, rng.normal(size=len(many)) + 1.19 * many, scale="any", interval="none")
    held = 0
    for _ in range(200):
        own = gnomon.evaluate(y, rng.normal(size=1000) + 1.19 * y, scale="any")["average_precision"]
        held += own.low <= truth["average_precision"].value <= own.high
    assert held >= 182


@pytest.mark.parametrize("kind", ["full", "sparse", "nearly perfect"])
@pytest.mark.parametrize("classes", [3, 20])
def test_influences_by_sums_are_those_by_cells(kind, classes, monkeypatch):
    """A cell enters every measure by its row, its column and the diagonal alone: changing these says the same."""
    from gnomon.measures import influence
    from gnomon.measures.measure import formula_of
    from gnomon.measures.registry import REGISTRY, shown_averages

    rng = np.random.default_rng(6)
    mass = rng.integers(0, 30, (classes, classes)) + np.diag(rng.integers(5, 90, classes)).astype(float)
    if kind == "sparse":
        mass *= rng.random((classes, classes)) < 0.3
        mass[0] = mass[:, 1] = 0
    if kind == "nearly perfect":
        mass = np.diag(np.diag(mass))
        mass[0, 1] = 3
    cells = np.flatnonzero(mass)
    compared = 0
    for own in (*REGISTRY.values(), *shown_averages()):
        formula = formula_of(own, "multiclass")
        if formula is None:
            continue
        monkeypatch.setattr(influence, "MANY", 1000)
        expected = influence.cell_influence(formula, mass, cells)
        monkeypatch.setattr(influence, "MANY", 1)
        np.testing.assert_allclose(
            influence.cell_influence(formula, mass, cells),
            expected,
            atol=1e-7 * np.abs(expected).max(),
            err_msg=own.name,
        )
        compared += 1
    assert compared > 10
