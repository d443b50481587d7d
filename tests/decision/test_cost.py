"""The class of least expected cost: equal to trying every class; what it costs beside the most probable one."""

import numpy as np
import pandas as pd
import pytest

import gnomon
from gnomon.errors import DataError, UsageError

COSTS = np.array([[0, 1, 4], [2, 0, 1], [10, 5, 0]], float)


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    n = 3000
    p = rng.dirichlet([2.0, 1.0, 0.5], n)
    y = (rng.random(n)[:, None] > p.cumsum(axis=1)).sum(axis=1)
    return pd.DataFrame({"y": y, "w": rng.integers(1, 4, n), **{f"p{i}": p[:, i] for i in range(3)}})


NAMES = {"target": "y", "score": ["p0", "p1", "p2"]}


@pytest.mark.parametrize("weight", [None, "w"])
def test_every_number(frame, weight):
    """Decisions, costs, the difference row by row, the best constant answer."""
    found = gnomon.minimum_cost(frame, **NAMES, costs=COSTS, weight=weight)
    p = frame[["p0", "p1", "p2"]].to_numpy()
    weights = np.ones(len(frame)) if weight is None else frame["w"].to_numpy()
    decided = (p @ COSTS).argmin(axis=1)
    cost = COSTS[frame["y"], decided]
    other = COSTS[frame["y"], p.argmax(axis=1)]
    assert found.apply(p).tolist() == decided.tolist()
    assert found.cost.value == pytest.approx(np.average(cost, weights=weights))
    assert found.most_probable.value == pytest.approx(np.average(other, weights=weights))
    assert found.difference.value == pytest.approx(np.average(cost - other, weights=weights))
    if weight is None:
        half = 1.9607 * (cost - other).std(ddof=1) / np.sqrt(len(frame))
        assert found.difference.high - found.difference.value == pytest.approx(half, rel=1e-3)
    constant = [np.average(COSTS[frame["y"], j], weights=weights) for j in range(3)]
    assert found.constant == (str(int(np.argmin(constant))), pytest.approx(min(constant)))
    assert found.cost.value < found.most_probable.value
    assert "less per row than predicting the most probable class" in found.notes[0]
    assert int(found.confusion.counts.sum()) == len(frame)


def test_plain_costs_give_the_most_probable_class(frame):
    """If every error costs the same, nothing is saved."""
    found = gnomon.minimum_cost(frame, **NAMES, costs=1 - np.eye(3), threads=3)
    assert found.difference.value == 0
    assert found.difference.low < 0 < found.difference.high
    assert "costs the same" in found.notes[0]
    assert found.cost.value == pytest.approx(1 - gnomon.evaluate(frame, **NAMES)["accuracy"].value)


def test_files_and_threads(frame, tmp_path):
    """The same from a file in many row groups by any number of threads."""
    frame.to_parquet(tmp_path / "a.parquet", row_group_size=500)
    forms = []
    for data, threads in ((frame, 1), (tmp_path / "a.parquet", 3)):
        form = gnomon.minimum_cost(data, **NAMES, costs=COSTS, threads=threads).to_dict()
        del form["provenance"]["source"]
        forms.append(form)
    assert forms[0] == forms[1]


def test_what_is_refused(frame):
    """Costs of another shape or none; no probabilities."""
    for costs in ([[0, 1], [1, 0]], [[0, 1, np.nan]] * 3, "much"):
        with pytest.raises(UsageError, match="a 3 x 3 matrix"):
            gnomon.minimum_cost(frame, **NAMES, costs=costs)
    with pytest.raises(DataError, match="expected probabilities of 3 classes"):
        gnomon.minimum_cost(frame, **NAMES, costs=COSTS).apply([[0.5, 0.5]])
    with pytest.raises(UsageError, match="pass what to evaluate"):
        gnomon.minimum_cost(frame, target="y", costs=COSTS)


@pytest.mark.parametrize(("reward", "said"), [(0.0, False), (5.0, True)])
def test_probabilities_that_are_of_no_use_for_the_costs(reward, said):
    """Said where always deciding for one class costs no more, and not where it does."""
    rng = np.random.default_rng(1)
    y = rng.integers(0, 3, 300)
    table = np.full((300, 3), 0.1)
    table[np.arange(300), y] = 0.8
    costs = 1 - np.eye(3)
    costs[:, 0] -= reward  # so that class 0 is the best decision for every row
    decided = gnomon.minimum_cost(y, table, costs=costs)
    assert any("the probabilities do not help" in note for note in decided.notes) == said


@pytest.mark.parametrize(("greatest", "accepted"), [(1e100, True), (-1e100, True), (1.01e100, False), (np.inf, False),
                                                    (np.nan, False)])  # fmt: skip
def test_costs_have_a_greatest_value(greatest, accepted):
    """Whose sums are still doubles."""
    y, p = ["a", "b", "c"], [[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.5, 0.1, 0.4]]
    costs = np.zeros((3, 3))
    costs[2, 0] = greatest
    if accepted:
        assert gnomon.minimum_cost(y, p, costs=costs).costs[2, 0] == greatest
    else:
        with pytest.raises(gnomon.UsageError, match="costs= takes a finite number"):
            gnomon.minimum_cost(y, p, costs=costs)
