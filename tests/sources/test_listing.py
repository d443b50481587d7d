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


def test_odd_folders(tmp_path):
    """What is no whole number as one is written is text; the same file by two names is one; _SUCCESS is no data."""
    frame = pd.DataFrame({"y": [0, 1], "p": [0.2, 0.7]})
    for value in ("--5", "01", "1", "9" * 25):
        (tmp_path / f"day={value}").mkdir()
        frame.to_parquet(tmp_path / f"day={value}" / "a.parquet")
    (tmp_path / "_SUCCESS").write_text("")
    ev = gnomon.evaluate(tmp_path, target="y", score="p", slices="day")
    assert set(ev.slices["day"]) == {"--5", "01", "1", "9" * 25}
    assert gnomon.evaluate(tmp_path / "*", target="y", score="p").n == 8
    twice = [tmp_path / "day=1", tmp_path / "day=01" / ".." / "day=1" / "a.parquet"]
    assert gnomon.evaluate(twice, target="y", score="p").n == 2


def test_an_empty_first_file(tmp_path):
    """Whose types are not known: the others say them."""
    (tmp_path / "a.csv").write_text("y,p\n")
    (tmp_path / "b.csv").write_text("y,p\nno,0.2\nyes,0.7\n")
    assert gnomon.evaluate(tmp_path, target="y", score="p", positive="yes").n == 2


def test_rows_left_out_do_not_decide(tmp_path):
    """Labels are not taken from a file's statistics where rows may be left out."""
    frame = pd.DataFrame({"y": [0, 1, 0], "p": [0.2, None, 0.4]})
    frame.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(gnomon.DataError, match="a single class"):
        gnomon.evaluate(tmp_path / "a.parquet", target="y", score="p", missing="drop")
