"""The ranking kernel against brute force over all pairs, in exact fractions."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given

from gnomon.kernels.ranking import Ranking, placements
from gnomon.measures.ranking import average_precision, delong_variance, ks, roc_auc
from tests.strategies import binary_rows

ONE = Fraction(1)


def fractions_of(label, weight):
    return [Fraction(w) for w in (np.ones(len(label)) if weight is None else weight)]


def brute_placements(label, score, weight):
    """V of every row, as an exact fraction."""
    w = fractions_of(label, weight)
    value = [Fraction(float(s)) for s in score]
    out = []
    for i in range(len(label)):
        other = [j for j in range(len(label)) if label[j] != label[i]]
        total = sum(w[j] for j in other)
        won = Fraction(0)
        for j in other:
            mine, theirs = (value[i], value[j]) if label[i] else (value[j], value[i])
            won += w[j] * (ONE if mine > theirs else ONE / 2 if mine == theirs else 0)
        out.append(won / total)
    return out


@given(binary_rows(weighted=False))
def test_auc_is_the_correctly_rounded_fraction(rows):
    """Of all pairs, the share that the positive wins: rounded once."""
    label, score, _ = rows
    v = brute_placements(label, score, None)
    exact = sum(v[i] for i in range(len(label)) if label[i]) / int(label.sum())
    assert roc_auc(Ranking([score], [label], None, 1).pairs()) == float(exact)


@given(binary_rows(weighted=False, least=4))
def test_delong_variance_by_the_published_formula(rows):
    """S10 / m + S01 / n from the structural components, exact."""
    label, score, _ = rows
    if min(label.sum(), (1 - label).sum()) < 2:
        return
    v = brute_placements(label, score, None)
    total = Fraction(0)
    for code in (0, 1):
        own = [v[i] for i in range(len(label)) if label[i] == code]
        mean = sum(own) / len(own)
        total += sum((x - mean) ** 2 for x in own) / (len(own) - 1) / len(own)
    assert delong_variance(Ranking([score], [label], None, 1).pairs()) == total


@given(binary_rows())
def test_average_precision_and_ks_by_brute_force(rows):
    """At every distinct score as the threshold."""
    label, score, weight = rows
    w = fractions_of(label, weight)
    value = [Fraction(float(s)) for s in score]
    p_all = sum(w[i] for i in range(len(label)) if label[i])
    n_all = sum(w) - p_all
    precision, gaps, tp_before = Fraction(0), [Fraction(0)], Fraction(0)
    for threshold in sorted(set(value), reverse=True):
        tp = sum(w[i] for i in range(len(label)) if label[i] and value[i] >= threshold)
        fp = sum(w[i] for i in range(len(label)) if not label[i] and value[i] >= threshold)
        precision += (tp - tp_before) / p_all * (tp / (tp + fp))
        gaps.append(abs(tp / p_all - fp / n_all))
        tp_before = tp
    pairs = Ranking([score], [label], None if weight is None else [weight], 1).pairs()
    assert average_precision(pairs) == pytest.approx(float(precision), rel=1e-14)
    assert ks(pairs) == pytest.approx(float(max(gaps)), rel=1e-12, abs=1e-15)


@given(binary_rows(weighted=True))
def test_weighted_auc_by_brute_force(rows):
    """Weights of any size, each pair weighing the product of its two."""
    label, score, weight = rows
    w = fractions_of(label, weight)
    v = brute_placements(label, score, weight)
    exact = sum(w[i] * v[i] for i in range(len(label)) if label[i]) / sum(w[i] for i in range(len(label)) if label[i])
    assert roc_auc(Ranking([score], [label], [weight], 1).pairs()) == pytest.approx(float(exact), rel=1e-12, abs=1e-15)


@given(binary_rows())
def test_placements_by_brute_force(rows):
    """The structural component of every row, in the rows' own order."""
    label, score, weight = rows
    found = placements(score, label, weight, 1)
    assert found == pytest.approx([float(v) for v in brute_placements(label, score, weight)], rel=1e-12, abs=1e-15)


@given(binary_rows())
def test_counts_at_thresholds(rows):
    """Exact counts at any threshold, infinite ones included; score >= threshold is positive."""
    label, score, weight = rows
    ranking = Ranking([score], [label], None if weight is None else [weight], 1)
    thresholds = [-np.inf, np.inf, 0.5, *score[:3].astype(float), 1e-320, -0.0]
    w = np.ones(len(label)) if weight is None else weight
    for found, threshold in zip(ranking.counts_at(thresholds), thresholds, strict=True):
        flagged = score.astype(np.float64) >= threshold
        for true in (0, 1):
            for predicted in (0, 1):
                expected = w[(label == true) & (flagged == bool(predicted))].sum()
                assert found[true, predicted] == pytest.approx(expected, rel=1e-12, abs=1e-9 * w.sum())


@given(binary_rows())
def test_bins_of_few_rows_are_the_distinct_scores(rows):
    """With fewer rows than bins nothing is lost: one bin a distinct score, or a run of one class."""
    label, score, weight = rows
    bins = Ranking([score], [label], None if weight is None else [weight], 1).bins(100)
    w = np.ones(len(label)) if weight is None else weight
    values = score.astype(np.float64) + 0.0
    assert (bins.low <= bins.high).all()
    assert (np.diff(bins.low) > 0).all()
    for low, high, p, n in zip(bins.low, bins.high, bins.positives, bins.negatives, strict=True):
        inside = (values >= low) & (values <= high)
        assert p == pytest.approx(w[inside & (label == 1)].sum(), rel=1e-12)
        assert n == pytest.approx(w[inside & (label == 0)].sum(), rel=1e-12)
    if weight is None:
        assert bins.low.tolist() == bins.high.tolist() == sorted(set(values.tolist()))


def distributions():
    """Scores of every shape that a map of scores to partitions could stumble over."""
    rng = np.random.default_rng(5)
    n = 200_003
    base = rng.random(n)
    yield "uniform", base
    yield "normal", rng.standard_normal(n)
    yield "skewed", base**12
    yield "geometric", 2.0 ** -rng.integers(0, 1070, n)
    yield "denormal", rng.integers(0, 1000, n) * 5e-324
    yield "two values", np.where(base < 0.5, 0.25, np.nextafter(0.25, 1))
    yield "one value", np.full(n, 0.7)
    yield "few values", rng.integers(0, 5, n) / 4
    yield "mostly zero", np.where(base < 0.9, 0.0, base)
    yield "huge range", np.sign(base - 0.5) * 10.0 ** rng.uniform(-308, 308, n)
    yield "far from zero", 1e9 + base
    yield "narrow", 1.0 + rng.integers(0, 50, n) * 2.0**-52
    yield "outlier", np.append(base[:-1], 1e300)
    yield "around zero", rng.choice([-5e-324, -0.0, 0.0, 5e-324, -1.0, 1.0], n)
    yield "sorted", np.sort(base)
    yield "reversed", -np.sort(base)


@pytest.mark.parametrize(("name", "score"), list(distributions()), ids=lambda v: v if isinstance(v, str) else "")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_every_distribution_at_size(name, score, dtype):
    """Against ranks computed by NumPy; the same integers for any chunks, order and threads."""
    with np.errstate(over="ignore"):
        score = score.astype(dtype)
    score = np.clip(score, np.finfo(dtype).min, np.finfo(dtype).max)
    rng = np.random.default_rng(6)
    label = (rng.random(len(score)) < 0.3).astype(np.uint8)
    positive, negative = np.sort(score[label == 1]), np.sort(score[label == 0])
    below = np.searchsorted(negative, positive, "left") + np.searchsorted(negative, positive, "right")
    above = np.searchsorted(positive, negative, "left") + np.searchsorted(positive, negative, "right")
    pairs = Ranking([score], [label], None, 2).pairs()
    assert pairs.wins == int(below.sum())
    assert pairs.positive_squares == sum(int(v) ** 2 for v in below)
    assert pairs.negative_squares == sum(int(v) ** 2 for v in above)
    order = rng.permutation(len(score))
    cuts = [0, 7, 7, 100_000, len(score)]
    pieces = [order[a:b] for a, b in pairwise(cuts)]
    for threads in (1, 2, 7):
        again = Ranking([score[p] for p in pieces], [label[p] for p in pieces], None, threads)
        assert again.pairs() == pairs


def test_weights_are_the_same_for_any_chunks_and_threads():
    """Weighted results too: same bits for 1, 2 and 7 threads and any order."""
    rng = np.random.default_rng(7)
    n = 300_000
    label, score, weight = (
        (rng.random(n) < 0.2).astype(np.uint8),
        rng.random(n).round(4),
        rng.exponential(size=n),
    )
    found = set()
    for threads in (1, 2, 7):
        order = rng.permutation(n)
        a, b = order[:99_999], order[99_999:]
        ranking = Ranking([score[a], score[b]], [label[a], label[b]], [weight[a], weight[b]], threads)
        pairs = ranking.pairs()
        bins = ranking.bins(64)
        found.add((pairs, bins.positives.tobytes(), bins.low.tobytes()))
    assert len(found) == 1


def test_precision_sum_at_size():
    """Average precision of many rows equals the sum over ranks."""
    rng = np.random.default_rng(8)
    n = 400_000
    label, score = (rng.random(n) < 0.01).astype(np.uint8), rng.permutation(n) / n
    ordered = label[np.argsort(-score)]
    precision = np.cumsum(ordered) / np.arange(1, n + 1)
    assert average_precision(Ranking([score], [label], None, 2).pairs()) == pytest.approx(
        precision[ordered == 1].mean(), rel=1e-13
    )


def test_weights_too_small_to_count():
    """A weight below 2^-61 of its class's total counts as nothing, also where it would be the first positive."""
    label, score = np.array([0, 1, 1, 0, 1, 0], np.uint8), np.array([0.1, 0.8, 0.4, 0.5, 0.9, 0.2])
    weight = np.array([1, 1, 1, 1, 1e-30, 1])
    tiny = Ranking([score], [label], [weight], 1).pairs()
    gone = Ranking([score[:4]], [label[:4]], [weight[:4]], 1)
    assert average_precision(tiny) == pytest.approx(5 / 6)
    assert gone.pairs().positives > 0


def test_long_ties_inside_a_partition():
    """Half of the rows share one score: labels within a tie are not sorted, the counts are right all the same."""
    rng = np.random.default_rng(10)
    n = 1_000_000
    score, label = rng.random(n), (rng.random(n) < 0.3).astype(np.uint8)
    score[rng.random(n) < 0.5] = 0.5
    positive, negative = np.sort(score[label == 1]), np.sort(score[label == 0])
    below = np.searchsorted(negative, positive, "left") + np.searchsorted(negative, positive, "right")
    assert Ranking([score], [label], None, 2).pairs().wins == int(below.sum())


def test_bad_calls_are_refused():
    """No rows, chunks that do not match, other types: an error, never a wrong number."""
    score, label = np.array([0.1, 0.2]), np.array([0, 1], np.uint8)
    with pytest.raises(ValueError, match="no scores"):
        Ranking([], [], None, 1)
    with pytest.raises(ValueError, match="length"):
        Ranking([score], [label[:1]], None, 1)
    with pytest.raises(TypeError):
        Ranking([score.astype(np.int64)], [label], None, 1)
    with pytest.raises(ValueError, match="NaN"):
        Ranking([np.array([0.5, np.nan])], [label], None, 1)
    with pytest.raises(ValueError, match="NaN"):
        Ranking([score], [label], None, 1).counts_at([np.nan])


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1e9, 1e290])
def test_the_unit_of_weights_does_not_matter(scale):
    """Weights times anything: the same measures, also where the scale of the integers is beyond the doubles."""
    rng = np.random.default_rng(9)
    label, score, weight = rng.integers(0, 2, 50).astype(np.uint8), rng.random(50).round(1), rng.random(50) + 0.1
    plain = Ranking([score], [label], [weight], 1).pairs()
    scaled = Ranking([score], [label], [weight * scale], 1).pairs()
    assert roc_auc(scaled) == pytest.approx(roc_auc(plain), rel=1e-14)
    assert average_precision(scaled) == pytest.approx(average_precision(plain), rel=1e-13)
    assert ks(scaled) == pytest.approx(ks(plain), rel=1e-13)
