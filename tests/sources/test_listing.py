"""Folders, patterns, several paths, and folders that are columns."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import gnomon
from gnomon.errors import SourceError

N = 900


@pytest.fixture
def parts(tmp_path):
    """A table in folders of region and day, as Spark and Hive write them."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, N)
    frame = pd.DataFrame(
        {"y": y, "p": rng.random(N), "region": rng.choice(["EU", "a b"], N), "day": rng.integers(1, 4, N)}
    )
    pq.write_to_dataset(pa.Table.from_pandas(frame), str(tmp_path / "table"), partition_cols=["region", "day"])
    return frame, tmp_path / "table"


def test_folders_are_columns(parts):
    """Text and whole numbers, as slices, as a target, as a weight."""
    frame, path = parts
    ev = gnomon.evaluate(path, target="y", score="p", slices=["region", "day"])
    assert dict(ev) == dict(gnomon.evaluate(frame["y"], frame["p"]))
    assert {name: own.n for name, own in ev.slices["day"].items()} == frame["day"].astype(str).value_counts().to_dict()
    assert set(ev.slices["region"]) == {"EU", "a b"}
    weighted = gnomon.evaluate(path, target="y", score="p", weight="day")
    assert dict(weighted) == dict(gnomon.evaluate(frame["y"], frame["p"], weight=frame["day"]))
    assert gnomon.evaluate(path, target="region", score="p", positive="EU").n == N


def test_patterns_and_lists(parts):
    """A pattern in the path, and several paths, are one table; a file is read once."""
    frame, path = parts
    some = gnomon.evaluate(str(path / "region=*" / "day=1"), target="y", score="p")
    assert some.n == (frame["day"] == 1).sum()
    again = gnomon.evaluate([path / "region=EU", path / "region=*" / "day=2"], target="y", score="p")
    assert again.n == ((frame["region"] == "EU") | (frame["day"] == 2)).sum()
    deep = gnomon.evaluate(path / "**" / "*.parquet", target="y", score="p")
    assert deep.n == N


def test_what_is_refused(parts, tmp_path):
    """Patterns that match nothing, files with and without folders, a column that is both."""
    frame, path = parts
    with pytest.raises(SourceError, match=r"no file or folder matches .*\.csv"):
        gnomon.evaluate(path / "*.csv", target="y", score="p")
    frame.to_parquet(path / "flat.parquet")
    with pytest.raises(SourceError, match="need the same folders"):
        gnomon.evaluate(path, target="y", score="p")
    (tmp_path / "both" / "day=1").mkdir(parents=True)
    frame.to_parquet(tmp_path / "both" / "day=1" / "a.parquet")
    both = gnomon.evaluate(tmp_path / "both", target="y", score="p", slices="day")  # the file's own column counts
    assert len(both.slices["day"]) == 3
    (tmp_path / "a.jsonl.zst").write_bytes(b"x")
    with pytest.raises(SourceError, match="zstd"):
        gnomon.evaluate(tmp_path / "a.jsonl.zst", target="y", score="p")


def test_an_odd_file_name_is_a_file(tmp_path):
    """Brackets in the name of a file that exists are no pattern."""
    pd.DataFrame({"y": [0, 1], "p": [0.2, 0.7]}).to_csv(tmp_path / "a[1].csv", index=False)
    assert gnomon.evaluate(tmp_path / "a[1].csv", target="y", score="p").n == 2
