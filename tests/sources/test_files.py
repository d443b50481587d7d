"""Files and folders of every format, whole and damaged."""

import gzip
import json
import os

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv, feather

import gnomon
from gnomon.errors import ColumnError, DataError, SourceError

N = 1000


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, N)
    return pd.DataFrame(
        {"id": np.arange(N), "y": y, "p": np.clip(rng.normal(0.4 + 0.2 * y, 0.2), 0, 1), "w": rng.integers(1, 4, N)}
    )


def write_jsonl(frame, path):
    path.write_text("".join(json.dumps(row) + "\n" for row in frame.to_dict("records")))


WRITERS = {
    "a.csv": lambda f, p: f.to_csv(p, index=False),
    "a.CSV": lambda f, p: f.to_csv(p, index=False),
    "a.csv.gz": lambda f, p: f.to_csv(p, index=False),
    "a.tsv": lambda f, p: f.to_csv(p, index=False, sep="\t"),
    "a.parquet": lambda f, p: f.to_parquet(p, row_group_size=100),
    "a.feather": feather.write_feather,
    "a.arrow": lambda f, p: feather.write_feather(f, p, compression="uncompressed"),
    "a.jsonl": write_jsonl,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_evaluation(frame, tmp_path, name):
    """The same rows from any format, as from arrays."""
    path = tmp_path / name
    WRITERS[name](frame, path)
    ev = gnomon.evaluate(path, target="y", score="p", weight="w")
    expected = gnomon.evaluate(frame["y"], frame["p"], weight=frame["w"])
    assert dict(ev) == dict(expected)
    assert ev.n == N
    assert ev.confusion == expected.confusion


def test_a_folder_is_one_table(frame, tmp_path):
    """Files of a folder and its subfolders, hidden ones left out, are read as one."""
    frame[:300].to_csv(tmp_path / "b.csv", index=False)
    frame[300:400].to_csv(tmp_path / "a.csv", index=False)
    (tmp_path / "sub").mkdir()
    frame[400:][["p", "y", "id", "w"]].to_csv(tmp_path / "sub" / "c.csv", index=False)
    (tmp_path / "_SUCCESS").write_text("")
    (tmp_path / ".hidden.csv").write_text("nothing")
    ev = gnomon.evaluate(tmp_path, target="y", score="p")
    assert dict(ev) == dict(gnomon.evaluate(frame["y"], frame["p"]))


def test_many_batches_and_row_groups(tmp_path):
    """A file larger than a batch is folded by several threads to the same result."""
    rng = np.random.default_rng(1)
    n = 700_000
    y, p = rng.integers(0, 2, n), rng.random(n).astype(np.float32)
    path = tmp_path / "big.parquet"
    pq.write_table(pa.table({"y": y.astype(bool), "p": p}), path, row_group_size=50_000)
    forms = {gnomon.evaluate(path, target="y", score="p", threads=threads).to_json() for threads in (1, 2, 5)}
    assert len(forms) == 1
    arrays = gnomon.evaluate(y.astype(bool), p)
    assert dict(gnomon.evaluate(path, target="y", score="p")) == dict(arrays)


def test_numbers_that_begin_whole(tmp_path):
    """A score column of whole numbers for a megabyte and fractions after it is read as numbers."""
    path = tmp_path / "late.csv"
    path.write_text("y,p\n" + "1,0\n0,1\n" * 200_000 + "1,0.25\n")
    ev = gnomon.evaluate(path, target="y", score="p")
    assert ev.n == 400_001
    assert ev["roc_auc"].value == pytest.approx(0, abs=1e-5)


def test_text_among_numbers(tmp_path):
    """A score that is no number: the error names the column, the row and the value."""
    path = tmp_path / "a.csv"
    path.write_text("y,p\n0,0.5\n1,0.25\n1,abc\n")
    with pytest.raises(ColumnError, match=r"'p' of .*a\.csv holds text where numbers are needed: row 3 holds 'abc'"):
        gnomon.evaluate(path, target="y", score="p")


def test_text_labels_that_begin_as_numbers(tmp_path):
    """Labels that turn out to be text after a megabyte of digits: an error that names the row, not a wrong class."""
    path = tmp_path / "late.csv"
    path.write_text("y,p\n" + "1,0.5\n0,0.5\n" * 200_000 + "x,0.25\n")
    with pytest.raises(DataError, match=r"'y' has 3: '0', '1', 'x'; the first 'x' is in row 400,?001"):
        gnomon.evaluate(path, target="y", score="p")


@pytest.mark.parametrize("name", ["a.csv.gz", "a.parquet", "a.feather", "a.jsonl"])
def test_cut_off_in_the_middle(frame, tmp_path, name):
    """Half a file is an error that names it."""
    path = tmp_path / name
    WRITERS[name](frame, path)
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(SourceError, match=r"cannot read .*a\."):
        gnomon.evaluate(path, target="y", score="p")


def test_csv_cut_off(frame, tmp_path):
    """Cut between two fields it is an error; cut within the last field, where no one can know, a note."""
    path = tmp_path / "a.csv"
    text = frame[["w", "y", "p"]].to_csv(index=False)
    path.write_text(text[: text.index(",", 5000) + 1])
    with pytest.raises(SourceError, match="Expected 3 columns, got 2"):
        gnomon.evaluate(path, target="y", score="p")
    path.write_text(text[: text.index("\n", 5000) - 3])
    ev = gnomon.evaluate(path, target="y", score="p")
    assert any("does not end with a line break" in note for note in ev.notes)


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.parquet", "a.feather", "a.jsonl"])
def test_empty_file(tmp_path, name):
    """No bytes at all."""
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(SourceError, match="is empty"):
        gnomon.evaluate(tmp_path / name, target="y", score="p")


def test_header_only(tmp_path, frame):
    """Columns but no rows."""
    for name in ("a.csv", "a.parquet"):
        WRITERS[name](frame[:0], tmp_path / name)
        with pytest.raises(DataError, match=r"no (values|rows)"):
            gnomon.evaluate(tmp_path / name, target="y", score="p")
        with pytest.raises(DataError, match="no rows"):
            gnomon.evaluate(tmp_path / name, target="y", prediction="p", task="regression")


def test_gzip_of_nothing(tmp_path):
    """A compressed file with nothing in it."""
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b""))
    with pytest.raises(SourceError, match="cannot read"):
        gnomon.evaluate(tmp_path / "a.csv.gz", target="y", score="p")


def test_places_that_hold_no_data(tmp_path, frame):
    """A missing path, an empty folder, an unknown format, a binary file under a wrong name."""
    with pytest.raises(SourceError, match="no file or folder"):
        gnomon.evaluate(tmp_path / "none.csv", target="y", score="p")
    with pytest.raises(SourceError, match="contains no files"):
        gnomon.evaluate(tmp_path, target="y", score="p")
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    with pytest.raises(SourceError, match=r"format of .*a\.xlsx"):
        gnomon.evaluate(tmp_path / "a.xlsx", target="y", score="p")
    frame.to_parquet(tmp_path / "b.parquet")
    (tmp_path / "c.csv").write_bytes((tmp_path / "b.parquet").read_bytes())
    with pytest.raises(SourceError, match=r"c\.csv"):
        gnomon.evaluate(tmp_path / "c.csv", target="y", score="p")
    (tmp_path / "d.csv").write_bytes(b"y,p\n\xff\xfe,0.5\n1,0.2\n")
    with pytest.raises((SourceError, ColumnError)):
        gnomon.evaluate(tmp_path / "d.csv", target="y", score="p", positive="1")


def test_folders_with_mixed_schemas(tmp_path, frame):
    """Other formats, other columns, other types of one column: the error names the files."""
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_parquet(tmp_path / "b.parquet")
    with pytest.raises(SourceError, match="mixes formats"):
        gnomon.evaluate(tmp_path, target="y", score="p")
    (tmp_path / "b.parquet").unlink()
    frame.rename(columns={"w": "weight"}).to_csv(tmp_path / "b.csv", index=False)
    with pytest.raises(ColumnError, match=r"different columns: .*'w"):
        gnomon.evaluate(tmp_path, target="y", score="p")
    frame.assign(y=np.where(frame["y"] == 1, "yes", "no")).to_csv(tmp_path / "b.csv", index=False)
    with pytest.raises(DataError, match=r"'y' has 4: '0', '1', 'no', 'yes'; the first 'no' is in row \d+ of b\.csv"):
        gnomon.evaluate(tmp_path, target="y", score="p")


def test_rows_are_named_with_their_file(tmp_path, frame):
    """In a folder a bad value is found by file and row, counted from 1 after the header."""
    frame.to_csv(tmp_path / "a.csv", index=False)
    bad = frame.copy()
    bad.loc[41, "p"] = 1.5
    bad.to_csv(tmp_path / "b.csv", index=False)
    with pytest.raises(DataError, match=r"row 42 of b\.csv is 1\.5, outside \[0, 1\]"):
        gnomon.evaluate(tmp_path, target="y", score="p")


def test_missing_values_are_counted_over_the_whole_file(tmp_path, frame):
    """The count is that of all files, the first rows are named."""
    for name, rows in (("a.csv", [3]), ("b.csv", [0, 7, 9])):
        gaps = frame.copy()
        gaps.loc[rows, "p"] = np.nan
        gaps.to_csv(tmp_path / name, index=False)
    with pytest.raises(gnomon.MissingValuesError) as raised:
        gnomon.evaluate(tmp_path, target="y", score="p")
    assert "column 'p' has 4 missing values (row 4 of a.csv, row 1 of b.csv, row 8 of b.csv, ...)" in str(raised.value)
    ev = gnomon.evaluate(tmp_path, target="y", score="p", missing="drop")
    assert ev.n == 2 * N - 4
    assert "4 rows with missing values left out." in ev.notes


def test_what_can_be_said_of_strange_files(tmp_path, frame):
    """Semicolons, other encodings, JSON arrays, an empty path, a pipe: a hint instead of a riddle."""
    frame.to_csv(tmp_path / "semicolon.csv", sep=";", index=False)
    with pytest.raises(SourceError, match="separated by commas"):
        gnomon.evaluate(tmp_path / "semicolon.csv", target="y", score="p")
    (tmp_path / "korean.csv").write_bytes("정답,p\n0,0.2\n1,0.7\n".encode("cp949"))
    with pytest.raises(SourceError, match="UTF-8"):
        gnomon.evaluate(tmp_path / "korean.csv", target="정답", score="p")
    (tmp_path / "latin.csv").write_bytes("y,p\nété,0.2\nhiver,0.7\n".encode("latin-1"))
    with pytest.raises((SourceError, ColumnError), match="UTF-8"):
        gnomon.evaluate(tmp_path / "latin.csv", target="y", score="p", positive="hiver")
    frame.to_json(tmp_path / "array.json", orient="records")
    with pytest.raises(SourceError, match="one object per line"):
        gnomon.evaluate(tmp_path / "array.json", target="y", score="p")
    with pytest.raises(gnomon.UsageError, match="path is empty"):
        gnomon.evaluate("", target="y", score="p")
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(SourceError, match="not a regular file"):
        gnomon.evaluate(tmp_path / "pipe.csv", target="y", score="p")


def test_untrusted_names(tmp_path, frame):
    """Column names of any kind are only names."""
    odd = "<script>alert(1)</script>"
    frame.rename(columns={"p": odd, "y": "=cmd()"}).to_csv(tmp_path / "a.csv", index=False)
    ev = gnomon.evaluate(tmp_path / "a.csv", target="=cmd()", score=odd)
    assert ev["roc_auc"] == gnomon.evaluate(frame["y"], frame["p"])["roc_auc"]


def test_a_column_without_values_fits_any_type(tmp_path):
    """A file in which it is empty throughout does not contradict the others."""
    rows = {"y": [0, 1, 1], "p": [0.2, 0.9, 0.6]}
    pq.write_table(pa.table({**rows, "g": ["a", "b", "a"]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({**rows, "g": pa.nulls(3)}), tmp_path / "b.parquet")
    found = gnomon.evaluate(tmp_path, target="y", score="p", slices="g")
    assert {name: own.n for name, own in found.slices["g"].items()} == {"a": 2, "b": 1, "(missing)": 3}


@pytest.mark.parametrize("slices", [None, "g"])
def test_a_column_of_two_types_is_refused(tmp_path, slices):
    """Where files have types, also if it is read as names."""
    rows = {"y": [0, 1, 1], "p": [0.2, 0.9, 0.6]}
    pq.write_table(pa.table({**rows, "g": ["a", "b", "a"]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({**rows, "g": [1, 2, 3]}), tmp_path / "b.parquet")
    with pytest.raises(ColumnError, match=r"column 'g' is string in a\.parquet but int64 in b\.parquet"):
        gnomon.evaluate(tmp_path, target="y", score="p", slices="g", cluster=None if slices else "g")


def test_text_files_have_names_of_any_spelling(tmp_path):
    """Numbers in one file and words in another name slices all the same; labels of two types do not."""
    (tmp_path / "a.csv").write_text("y,p,g\n0,0.2,1\n1,0.9,2\n")
    (tmp_path / "b.csv").write_text("y,p,g\n0,0.3,x\n1,0.8,2\n")
    found = gnomon.evaluate(tmp_path, target="y", score="p", slices="g")
    assert {name: own.n for name, own in found.slices["g"].items()} == {"1": 1, "2": 2, "x": 1}


@pytest.mark.parametrize("ending", ["csv", "parquet", "feather"])
def test_booleans_are_called_so(tmp_path, ending):
    """Their names are False and True from any file, and of pieces that hold none."""
    table = pa.table({"y": [True, False, True, False], "p": [0.9, 0.2, 0.6, 0.7]})
    path = tmp_path / f"a.{ending}"
    {"csv": csv.write_csv, "parquet": pq.write_table, "feather": feather.write_feather}[ending](table, path)
    assert gnomon.evaluate(path, target="y", score="p").classes == ("False", "True")
    assert gnomon.evaluate(path, target="y", score="p", missing="drop").classes == ("False", "True")


def test_words_beside_true_are_names(tmp_path):
    """One that is not true or false makes all of them text."""
    (tmp_path / "a.csv").write_text("y,q\ntrue,true\nmaybe,true\nfalse,maybe\n")
    assert gnomon.evaluate(tmp_path / "a.csv", target="y", prediction="q").classes == ("false", "maybe", "true")
