"""Data frames of every kind give one evaluation."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import gnomon
from gnomon.errors import ColumnError, UsageError

Y = [0, 1, 1, 0, 1, 0, 1, 0]
P = [0.1, 0.8, 0.4, 0.5, 0.9, 0.2, 0.7, 0.6]


class OnlyCapsule:
    """Something that speaks the Arrow PyCapsule interface and nothing else."""

    def __init__(self, table):
        self._table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self._table.__arrow_c_stream__(requested_schema)


FRAMES = {
    "pandas": pd.DataFrame,
    "pandas pyarrow": lambda d: pd.DataFrame(d).convert_dtypes(dtype_backend="pyarrow"),
    "pandas with another index": lambda d: pd.DataFrame(d, index=range(10, 18)),
    "pandas with rows left out": lambda d: pd.DataFrame(d, index=[7, 3, 9, 1, 0, 2, 8, 5]),
    "polars": pl.DataFrame,
    "polars lazy": pl.LazyFrame,
    "pyarrow": pa.table,
    "record batch": pa.RecordBatch.from_pydict,
    "capsule": lambda d: OnlyCapsule(pa.table(d)),
    "dict": lambda d: d,
    "dict of arrays": lambda d: {name: np.array(values) for name, values in d.items()},
}


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES.keys())
def test_every_frame_gives_the_same_evaluation(make):
    """As from the two arrays."""
    ev = gnomon.evaluate(make({"other": ["x"] * 8, "y": Y, "p": P}), target="y", score="p")
    assert dict(ev) == dict(gnomon.evaluate(Y, P))


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES.keys())
def test_missing_values_of_every_frame(make):
    """None is a missing value in all of them, counted and named by row, or by the label that pandas has for it."""
    data = {"y": Y, "p": [None, *P[1:7], None]}
    frame = make(data)
    first, last = frame.index[[0, 7]] if isinstance(frame, pd.DataFrame) else (0, 7)
    with pytest.raises(gnomon.MissingValuesError, match=rf"'p' has 2 missing values \(row {first}, row {last}\)"):
        gnomon.evaluate(frame, target="y", score="p")
    assert gnomon.evaluate(make(data), target="y", score="p", missing="drop").n == 6


def test_a_missing_column_suggests_the_nearest():
    """As in every source."""
    with pytest.raises(ColumnError, match=r"no column 'targt': did you mean 'target'\?"):
        gnomon.evaluate(pd.DataFrame({"target": Y, "p": P}), target="targt", score="p")
    with pytest.raises(ColumnError, match="'p' 2 times"):
        gnomon.evaluate(pd.DataFrame([[0, 0.1, 0.2]], columns=["y", "p", "p"]), target="y", score="p")


def test_columns_that_are_named_by_numbers():
    """A pandas frame without names has the columns '0' and '1'."""
    frame = pd.DataFrame({0: Y, 1: P})
    assert gnomon.evaluate(frame, target="0", score="1").n == 8
    assert gnomon.evaluate(frame, target=0, score=1).n == 8
    with pytest.raises(UsageError, match="the name of a column"):
        gnomon.evaluate(frame, target=0.0, score="1")


def test_calls_that_cannot_be_meant():
    """Frames without target=, arrays with column names, both ways at once."""
    frame = pd.DataFrame({"y": Y, "p": P})
    for call in (
        lambda: gnomon.evaluate(frame),
        lambda: gnomon.evaluate(frame, P),
        lambda: gnomon.evaluate(Y, score="p"),
        lambda: gnomon.evaluate(Y),
        lambda: gnomon.evaluate(Y, P, score=P),
        lambda: gnomon.evaluate(Y, P, target="y"),
        lambda: gnomon.evaluate(frame, target="y"),
        lambda: gnomon.evaluate(frame, target="y", score=P),
        lambda: gnomon.evaluate(frame, target="y", score="y"),
        lambda: gnomon.evaluate(frame, target="y", prediction="p", weight="p"),
        lambda: gnomon.evaluate(Y, target="y", score="p"),
    ):
        with pytest.raises(UsageError):
            call()


@pytest.mark.parametrize("data", [{}, {1: [0, 1], "p": [0.2, 0.8]}, {None: [0, 1]}])
def test_a_mapping_needs_names(data):
    """That are text, and a column at least."""
    with pytest.raises(
        gnomon.ColumnError, match="a mapping of columns needs at least one column, and names that are text"
    ):
        gnomon.evaluate(data, target="y", score="p")
