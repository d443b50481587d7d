"""A comparison reads its rows twice, whatever the number of models: for the labels, and for the rows."""

import numpy as np
import pandas as pd
import pytest

import gnomon
from gnomon.sources.arrays import ArraySource
from gnomon.sources.files import FileSource

RNG = np.random.default_rng(5)
N = 120


def table(models):
    """Rows with so many models, a part, clusters and weights."""
    y = RNG.integers(0, 2, N)
    rows = {"y": np.where(y, "yes", "no"), "part": np.where(np.arange(N) % 4, "test", "train"), "g": np.arange(N) // 3,
            "w": RNG.integers(1, 4, N).astype(float)}  # fmt: skip
    for number in range(models):
        rows[f"p{number}"] = np.clip(RNG.normal(0.3 + 0.4 * y, 0.25), 0, 1)
        rows[f"c{number}"] = np.where(rows[f"p{number}"] > 0.5, "yes", "no")
    return pd.DataFrame(rows)


@pytest.fixture
def readings(monkeypatch):
    """Counts how often each kind of source is read."""
    counted = []
    for kind in (FileSource, ArraySource):
        original = kind.partitions

        def partitions(self, columns, threads, original=original):
            counted.append(tuple(columns))
            return original(self, columns, threads)

        monkeypatch.setattr(kind, "partitions", partitions)
    return counted


@pytest.mark.parametrize("models", [2, 3, 6])
@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("more", [
    {}, {"split": "part=train"}, {"cluster": "g", "weight": "w"}, {"missing": "drop"},
], ids=["plain", "split", "clusters", "drop"])  # fmt: skip
@pytest.mark.parametrize("kind", ["score", "prediction"])
def test_a_file_is_read_twice(tmp_path, readings, models, ending, more, kind):
    """Of six models as of two."""
    rows = table(models)
    path = tmp_path / f"a.{ending}"
    rows.to_csv(path, index=False) if ending == "csv" else rows.to_parquet(path)
    columns = [f"{'p' if kind == 'score' else 'c'}{number}" for number in range(models)]
    found = gnomon.compare(path, target="y", positive="yes", **{kind: columns}, **more)
    assert len(readings) <= 2, readings
    assert len(found.models) == models


def test_the_models_are_those_of_evaluations(tmp_path):
    """What is read together is what would be read alone, to the last bit."""
    rows = table(3)
    rows.loc[5, "p1"] = np.nan
    rows.to_csv(tmp_path / "a.csv", index=False)
    asked = {"target": "y", "positive": "yes", "cluster": "g", "weight": "w", "missing": "drop"}
    found = gnomon.compare(tmp_path / "a.csv", score=["p0", "p1", "p2"], **asked)
    rows.dropna().to_csv(tmp_path / "b.csv", index=False)
    for name, own in found.models.items():
        alone = gnomon.evaluate(tmp_path / "b.csv", score=name, **asked)
        assert {key: each.to_dict() for key, each in own.items()} == {
            key: each.to_dict() for key, each in alone.items()
        }


def test_missing_values_are_counted_for_the_model_that_lacks_them(tmp_path):
    """The first model whose column has some is told, with all of them."""
    rows = table(2)
    rows.loc[[5, 9], "p1"] = np.nan
    rows.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(gnomon.MissingValuesError, match=r"p1.*2|2.*p1"):
        gnomon.compare(tmp_path / "a.csv", target="y", positive="yes", score=["p0", "p1"])


def test_progress_is_told_once(tmp_path):
    """Of all models together, rows from 0 to all of them."""
    table(4).to_parquet(tmp_path / "a.parquet")
    told = []
    gnomon.compare(tmp_path / "a.parquet", target="y", positive="yes", score=[f"p{number}" for number in range(4)],
                   progress=lambda read, of: told.append((read, of)))  # fmt: skip
    assert told[-1] == (N, N)
    assert [read for read, _ in told] == sorted(read for read, _ in told)
