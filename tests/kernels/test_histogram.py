"""The histogram of scores: its bins are monotone, its bounds hold for every distribution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnomon.kernels.histogram import ScoreCounts, WeightUnits
from gnomon.kernels.ranking import Ranking, unit_of
from gnomon.measures import ranking as exact
from gnomon.measures.certified import certified
from gnomon.states.mean import Weight

RNG = np.random.default_rng(0)
N = 20_000
NORMAL = RNG.standard_normal(N)

DISTRIBUTIONS = {
    "all equal": np.full(N, 0.25),
    "two values": np.where(NORMAL > 1, 1.0, -1.0),
    "denormals": np.floor(np.abs(NORMAL) * 50) * 5e-324,
    "geometric skew": np.exp(40 * NORMAL),
    "sorted": np.sort(NORMAL),
    "reversed": np.sort(NORMAL)[::-1].copy(),
    "float32": NORMAL.astype(np.float32),
    "both zeros": np.where(NORMAL > 0, 0.0, -0.0),
    "one ulp apart": np.where(NORMAL > 0, 0.5, np.nextafter(0.5, 1)),
    "huge": np.where(NORMAL > 0, 1.7e308, -1.7e308) * RNG.random(N),
    "crowded at a half": np.where(RNG.random(N) < 0.5, 0.5 + 1e-12 * NORMAL, RNG.random(N)),
}
LABELS = {
    "mixed": (RNG.random(N) < 0.3).astype(np.uint8),
    "one positive": (np.arange(N) == 77).astype(np.uint8),
    "told apart": (NORMAL > 1).astype(np.uint8),
}


def bounds_of(score, label, sample, wanted, weight=None):
    """Certified and exact values of the same rows."""
    classes = [Weight.of_group(label == code, weight, 1) for code in (1, 0)]
    units = None
    if weight is not None:
        units = WeightUnits(
            *(unit_of(*sums) for sums in zip(*((own.total, own.squares) for own in classes), strict=True))
        )
    counts = ScoreCounts(np.asarray(sample, np.float64), wanted, units)
    for rows in np.array_split(np.arange(len(score)), 3):
        counts.add(score[rows], label[rows], None if weight is None else weight[rows])
    pairs = Ranking([score], [label], None if weight is None else [weight], 1).pairs()
    found = certified(counts.bounds(2), counts.pairs(2), *classes, units)
    values = {
        "roc_auc": exact.roc_auc(pairs),
        "average_precision": exact.average_precision(pairs),
        "ks": exact.ks(pairs),
    }
    return found, values, counts, pairs


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("scores", DISTRIBUTIONS)
@pytest.mark.parametrize("wanted", [1, 30, 3000])
@pytest.mark.parametrize("weighted", [False, True])
def test_bounds_hold(scores, labels, wanted, weighted):
    """The exact value lies within the bound, however few bins there are; the curves of the bins are exact."""
    score, label = DISTRIBUTIONS[scores], LABELS[labels]
    weight = RNG.exponential(size=N) + 1e-6 if weighted else None
    found, values, _, _ = bounds_of(score, label, score[::7], wanted, weight)
    for name, value in values.items():
        assert abs(found[name].value - value) <= found[name].bound, name


@given(st.data())
def test_bounds_hold_for_few_rows_and_any_sample(data):
    """Scores from a few values, ties and neighbours among them; a sample that knows nothing of them."""
    values = st.sampled_from((-1.0, -1e-300, 0.0, 5e-324, 0.5, np.nextafter(0.5, 1), 1.0, 7.0))
    score = np.array(data.draw(st.lists(values, min_size=2, max_size=12)))
    label = np.array(data.draw(st.lists(st.integers(0, 1), min_size=len(score), max_size=len(score))), np.uint8)
    label[:2] = 0, 1
    sample = np.array(data.draw(st.lists(values, min_size=1, max_size=4)))
    found, exactly, counts, _ = bounds_of(score, label, sample, data.draw(st.integers(1, 9)))
    for name, value in exactly.items():
        assert abs(found[name].value - value) <= found[name].bound
    low, high = counts.bounds(1).best_fbeta
    best = max(f1(score, label, threshold) for threshold in score)
    assert low - 1e-15 <= best <= high + 1e-15


def f1(score, label, threshold):
    flagged = score >= threshold
    hits = np.sum(flagged & (label == 1))
    return 2 * hits / (flagged.sum() + label.sum())


def test_one_score_a_bin_leaves_nothing_open():
    """Ties, however heavy, cost nothing: the values are exact, to the last bit."""
    score = np.round(RNG.random(N), 2)
    label = (RNG.random(N) < score).astype(np.uint8)
    found, values, counts, pairs = bounds_of(score, label, score[:5000], 5000)
    assert counts.pairs(1) == pairs
    for name, value in values.items():
        assert found[name].value == value
        assert found[name].bound == 0


@pytest.mark.parametrize("scores", DISTRIBUTIONS)
def test_bins_are_monotone(scores):
    """A score falls into the bin whose edges it lies between."""
    score = DISTRIBUTIONS[scores]
    counts = ScoreCounts(np.asarray(score[::5], np.float64), 500, None)
    counts.add(score, np.ones(N, np.uint8), None)
    edges = counts.edges
    assert np.all(np.diff(edges) >= 0)
    expected = np.bincount(
        np.searchsorted(edges, np.asarray(score, np.float64) + 0.0, side="right") - 1, minlength=len(edges)
    )
    found = counts.counts()[0]
    last = np.searchsorted(edges, edges[-1])  # bins beyond the greatest sampled score stay empty
    assert np.array_equal(np.add.reduceat(found, [*range(last), last]), np.add.reduceat(expected, [*range(last), last]))


@pytest.mark.parametrize("wanted", [16, 300, 1000, 4096])
def test_edges_of_the_widest_range(wanted):
    """Scores from end to end of the doubles: edges neither wrap around nor become NaN."""
    counts = ScoreCounts(np.array([-1.7e308, 0.0, 1e300, 1.7e308]), wanted, None)
    assert np.all(np.diff(counts.edges[1:]) >= 0)


def test_bins_of_equal_mass():
    """Twice as many bins leave half as much open; what is open is about one pair in as many as there are bins."""
    score = NORMAL.astype(np.float64)
    label = LABELS["mixed"]
    shares = []
    for wanted in (200, 400, 800):
        counts = ScoreCounts(score[::2], wanted, None)
        counts.add(score, label, None)
        frame = counts.whole
        shares.append(counts.bounds(1).open_pairs / (frame.positives * frame.negatives) * wanted)
    assert all(0.2 < share < 1.2 for share in shares), shares


def test_what_is_refused():
    """Columns that do not match, types that are none, an empty sample."""
    counts = ScoreCounts(np.array([0.5]), 10, None)
    with pytest.raises(ValueError, match="do not match"):
        counts.add(np.ones(3), np.ones(2, np.uint8), None)
    with pytest.raises(TypeError):
        counts.add(np.ones(2, np.int64), np.ones(2, np.uint8), None)
    with pytest.raises(ValueError, match="sample"):
        ScoreCounts(np.empty(0), 10, None)
