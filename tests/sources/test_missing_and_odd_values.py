"""Missing values in all their forms, rows that do not add up, and names that readers take for something else."""

import gzip

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import gnomon
from gnomon.errors import DataError, MissingValuesError

TABLE = pa.table({
    "y": pa.array([0, 1, 0, 1, 1, 0]),
    "p": pa.array([0.1, None, float("nan"), 0.8, 0.7, 0.2]),
    "amount": pa.array([0.5, 1.0, None, float("nan"), 2.0, 3.0]),
    "w": pa.array([1.0, 1.0, 1.0, 1.0, None, float("nan")]),
    "called": pa.array([0, 1, 1, 1, 0, 0]),
    "forecast": pa.array([0.5, 1.0, 1.5, 2.0, 2.5, 3.0]),
})  # fmt: skip
CASES = {
    "scores": ({"target": "y", "score": "p"}, "p", (1, 2)),
    "amounts": ({"target": "amount", "prediction": "forecast", "task": "regression"}, "amount", (2, 3)),
    "weights": ({"target": "y", "prediction": "called", "weight": "w"}, "w", (4, 5)),
}


@pytest.mark.parametrize("form", ["table", "parquet"])
@pytest.mark.parametrize("case", CASES)
def test_nan_beside_null(tmp_path, case, form):
    """Both are missing: counted together, and left out together."""
    columns, name, (first, second) = CASES[case]
    data = TABLE
    if form == "parquet":
        data = tmp_path / "rows.parquet"
        pq.write_table(TABLE, data)
        first, second = first + 1, second + 1  # rows of files count from 1
    with pytest.raises(MissingValuesError, match=rf"'{name}' has 2 missing values \(.*row {first}, .*row {second}\)"):
        gnomon.evaluate(data, **columns)
    assert gnomon.evaluate(data, **columns, missing="drop").n == 4


def test_probabilities_must_sum_to_one():
    """0.95 is no 1, in whichever row; a rounding of the sixth digit is."""
    y = [0, 1, 2, 1]
    table = np.array([[0.3, 0.3, 0.4], [0.2, 0.5, 0.3], [0.3, 0.3, 0.4], [0.1, 0.8, 0.1]])
    whole = gnomon.evaluate(y, table)
    assert gnomon.evaluate(y, table + 1e-7)["accuracy"] == whole["accuracy"]
    for row in range(4):
        short = table.copy()
        short[row, 0] -= 0.05
        with pytest.raises(DataError, match=rf"sum to 0\.95 in row {row}"):
            gnomon.evaluate(y, short)
        assert gnomon.evaluate(y, short, scale="any").n == 4


def test_empty_text(tmp_path):
    """A class in a data frame, which has null for what is missing; missing in a CSV, which has nothing else."""
    frame = pd.DataFrame({"y": ["a", "b", "", "a"], "p": ["a", "b", "a", "b"]})
    assert gnomon.evaluate(frame, target="y", prediction="p").classes == ("", "a", "b")
    frame.to_csv(tmp_path / "rows.csv", index=False)
    with pytest.raises(MissingValuesError, match="'y' has 1 missing value"):
        gnomon.evaluate(tmp_path / "rows.csv", target="y", prediction="p", positive="a")
    found = gnomon.evaluate(tmp_path / "rows.csv", target="y", prediction="p", positive="a", missing="drop")
    assert (found.classes, found.n) == (("b", "a"), 3)


@pytest.mark.parametrize("name", ["rows.tsv", "rows.tsv.gz"])
def test_tabs_whatever_the_compression(tmp_path, name):
    """Commas in a .tsv.gz are text."""
    text = "y\tp\tn\n0\t0.2\ta,b\n1\t0.7\tc\n"
    (tmp_path / name).write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else text.encode())
    found = gnomon.evaluate(tmp_path / name, target="y", score="p", slices="n")
    assert list(found.slices["n"]) == ["a,b", "c"]


def test_the_null_of_hive(tmp_path):
    """__HIVE_DEFAULT_PARTITION__ is a missing value, not a name."""
    for value in ("a", "__HIVE_DEFAULT_PARTITION__"):
        folder = tmp_path / f"g={value}"
        folder.mkdir()
        (folder / "rows.csv").write_text("y,p\n0,0.2\n1,0.7\n")
    found = gnomon.evaluate(tmp_path, target="y", score="p", slices="g")
    assert list(found.slices["g"]) == ["(missing)", "a"]
    with pytest.raises(MissingValuesError, match="'g' has 2 missing values"):
        gnomon.evaluate(tmp_path, target="y", score="p", cluster="g")
