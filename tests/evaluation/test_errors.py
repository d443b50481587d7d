"""The most wrong rows, the most confused classes, residuals by prediction: by sorting all rows."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import gnomon


def expected_ids(wrongness, names, most=10):
    """The worst by size, equal ones by name."""
    order = sorted(range(len(names)), key=lambda row: (-wrongness[row], int(names[row][1:])))
    return [names[row] for row in order[:most]]


@pytest.mark.parametrize("n", [30, 5000, 200_000])
@pytest.mark.parametrize("digits", [1, 12])
def test_binary_rows(n, digits, tmp_path):
    """By the distance of probability and truth, ties by name; from files, in any mode, by any threads."""
    rng = np.random.default_rng(n)
    y = rng.integers(0, 2, n)
    p = np.round(np.clip(rng.random(n) * 0.8 + 0.2 * y, 0, 1), digits)
    names = [f"c{number}" for number in rng.permutation(n)]
    frame = pd.DataFrame({"y": y, "p": p, "id": names})
    frame.to_parquet(tmp_path / "a.parquet", row_group_size=max(10, n // 7))
    ev = gnomon.evaluate(frame, target="y", score="p", id="id")
    wrong = (p >= 0.5) != (y == 1)
    wrongness = np.where(wrong, np.abs(p - y), -1.0)
    assert [row.id for row in ev.errors.rows] == expected_ids(wrongness, names)
    first = ev.errors.rows[0]
    row = names.index(first.id)
    assert (first.true, first.predicted, first.score) == (str(y[row]), str(1 - y[row]), p[row])
    assert first.wrongness == pytest.approx(abs(p[row] - y[row]))
    other = gnomon.evaluate(tmp_path / "a.parquet", target="y", score="p", id="id", threads=3, exact=False)
    assert other.errors.rows == ev.errors.rows
    shuffled = frame.sample(frac=1, random_state=0)
    assert gnomon.evaluate(shuffled, target="y", score="p", id="id").errors.rows == ev.errors.rows
    assert gnomon.Evaluation.from_dict(ev.to_dict()).errors == ev.errors


def test_rows_that_are_called_by_number():
    """The worst of all, wherever they stand; of equally wrong ones the first."""
    y, p = np.r_[np.zeros(200, int), np.ones(200, int)], np.full(400, 0.8)
    p[:200] = 0.9
    p[150:155] = 1.0
    names = [row.id for row in gnomon.evaluate(y, p).errors.rows]
    assert names == [f"row {row}" for row in (150, 151, 152, 153, 154, 0, 1, 2, 3, 4)]
    target = np.arange(100.0) + 0.5
    off = target + 1
    off[70] += 49
    assert gnomon.evaluate(target, off, task="regression").errors.rows[0].id == "row 70"
    few = np.random.default_rng(0).integers(0, 2, 5000)
    assert len(gnomon.evaluate(few, np.where(few == 1, 0.1, 0.05)).errors.rows) == 10
    assert len(gnomon.evaluate(few, np.where(few == 1, 1e-20, 1e-21)).errors.rows) == 10


def test_float32_scores_and_predictions_of_their_own():
    """A prediction beside the score says which rows are wrong."""
    y, p = np.array([0, 0, 1, 1, 0]), np.array([0.9, 0.2, 0.1, 0.8, 0.6], np.float32)
    said = np.array([0, 1, 0, 1, 1])
    ev = gnomon.evaluate({"y": y, "p": p, "said": said}, target="y", score="p", prediction="said")
    assert [row.id for row in ev.errors.rows] == ["row 2", "row 4", "row 1"]
    assert gnomon.evaluate(y, said).errors.rows == ()


def test_decision_values():
    """By the distance to the threshold; without one no row is wrong."""
    y, z = [0, 1, 0, 1], [3.0, -2.0, -1.0, 4.0]
    ev = gnomon.evaluate(y, z, scale="any", threshold=0.5)
    assert [(row.id, row.wrongness) for row in ev.errors.rows] == [("row 0", 2.5), ("row 1", 2.5)]
    assert gnomon.evaluate(y, z, scale="any").errors.rows == ()


def test_several_classes():
    """By how much higher the predicted class scores than the true one; pairs by their rows."""
    rng = np.random.default_rng(0)
    y, p = rng.integers(0, 3, 500), rng.dirichlet(np.ones(3), 500)
    ev = gnomon.evaluate(y, p)
    said = p.argmax(axis=1)
    lead = p.max(axis=1) - p[np.arange(500), y]
    assert [row.id for row in ev.errors.rows] == [f"row {row}" for row in np.argsort(-lead, kind="stable")[:10]]
    counts = ev.confusion.counts
    pairs = [(own.true, own.predicted, own.rows) for own in ev.errors.confusions]
    assert pairs == sorted(pairs, key=lambda pair: -pair[2])
    for own in ev.errors.confusions:
        true, predicted = int(own.true), int(own.predicted)
        assert own.rows == ((y == true) & (said == predicted)).sum()
        assert own.share == own.rows / counts[true].sum()


def test_regression(tmp_path):
    """The largest errors, and the errors in ranges of the prediction."""
    rng = np.random.default_rng(1)
    y = rng.normal(size=1000)
    prediction = y + rng.normal(size=1000) * (1 + (y > 1))
    ev = gnomon.evaluate(y, prediction, task="regression")
    error = prediction - y
    assert [row.id for row in ev.errors.rows] == [f"row {row}" for row in np.argsort(-np.abs(error))[:10]]
    assert sum(own.n for own in ev.errors.residuals) == 1000
    assert len(ev.errors.residuals) == 10
    for own in ev.errors.residuals:
        inside = (prediction >= own.low) & (prediction <= own.high)
        assert own.n == inside.sum() == 100
        assert own.mean_error.value == pytest.approx(error[inside].mean())
        assert own.rmse == pytest.approx(np.sqrt((error[inside] ** 2).mean()))
    pq.write_table(pa.table({"y": y, "q": prediction}), tmp_path / "a.parquet")
    binned = gnomon.evaluate(tmp_path / "a.parquet", target="y", prediction="q", task="regression", exact=False)
    assert [row.wrongness for row in binned.errors.rows] == [row.wrongness for row in ev.errors.rows]
    assert binned.errors.residuals == ()
    same = gnomon.evaluate([1.0, 2.0, 3.5], [2.5, 2.5, 2.5], task="regression").errors.residuals
    assert [own.n for own in same] == [3]
