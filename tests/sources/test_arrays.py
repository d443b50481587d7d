"""Arrays and lists of every kind and shape."""

import numpy as np
import pandas as pd
import pytest

import gnomon
from gnomon.errors import ColumnError

Y = np.array([0, 1, 1, 0, 1, 0])
P = np.array([0.1, 0.8, 0.4, 0.5, 0.9, 0.2])


def test_shapes_and_layouts():
    """Columns of a matrix, strided and reversed views, one-column matrices, other byte orders."""
    expected = dict(gnomon.evaluate(Y, P))
    matrix = np.c_[P, P, 1 - P]
    assert dict(gnomon.evaluate(Y, matrix[:, 1])) == expected
    assert dict(gnomon.evaluate(Y[::-1], P[::-1])) == expected
    assert dict(gnomon.evaluate(Y.reshape(-1, 1), P)) == expected
    assert dict(gnomon.evaluate(Y.astype(">i8"), P.astype(">f8"))) == expected
    assert dict(gnomon.evaluate(tuple(Y.tolist()), P.tolist())) == expected
    assert dict(gnomon.evaluate(range(2), [0.2, 0.3]))["roc_auc"].value == 1


def test_half_precision():
    """float16 scores are widened, not refused."""
    assert gnomon.evaluate(Y, P.astype(np.float16)).n == 6


def test_masked_values_are_missing():
    """The mask of a masked array marks missing values."""
    masked = np.ma.MaskedArray(P, mask=[0, 0, 1, 0, 0, 0])
    with pytest.raises(gnomon.MissingValuesError, match=r"1 missing value \(row 2\)"):
        gnomon.evaluate(Y, masked)


def test_unequal_lengths():
    """The error says which and how many."""
    with pytest.raises(ColumnError, match="'y_true' has 6 rows but 'y_pred' has 5"):
        gnomon.evaluate(Y, P[:5])
    with pytest.raises(ColumnError, match="'weight' has 4"):
        gnomon.evaluate(Y, P, weight=np.ones(4))


@pytest.mark.parametrize(
    "wrong", [[object()] * 6, [[1], [2, 3], 4, 5, 6, 7], np.zeros((2, 3, 1)), [1, "a", 2, 3, 4, 5]]
)
def test_what_is_no_column(wrong):
    """Objects, ragged lists, cubes, mixtures."""
    with pytest.raises(ColumnError):
        gnomon.evaluate(wrong, P)


@pytest.mark.parametrize(
    ("rows", "wanted", "taken"),
    [(10, 4, [0, 2, 4, 6, 8]), (10, 3, [0, 3, 6, 9]), (3, 10, [0, 1, 2]), (7, 7, [*range(7)])],
)
def test_every_so_many_rows(rows, wanted, taken):
    """A glimpse of a table in memory: spread over all of it."""
    import pyarrow as pa

    from gnomon.sources.base import table_glimpses

    (piece,) = table_glimpses(pa.table({"a": list(range(rows))}), wanted)
    assert piece.table["a"].to_pylist() == taken


@pytest.mark.parametrize(("index", "named"), [
    (None, "row 2"), (pd.RangeIndex(1, 5), "row 3"), (pd.RangeIndex(0, 8, 2), "row 4"), (["a", "b", "c", "d"], "row c"),
])  # fmt: skip
def test_rows_are_called_by_their_labels(index, named):
    """An index that only numbers rows from 0 on says what their places say; any other is what a person knows."""
    p = pd.Series([0.1, 0.9, 1.5, 0.2], index=index)
    with pytest.raises(gnomon.DataError, match=rf"{named} "):
        gnomon.evaluate(pd.Series([0, 1, 1, 0], index=index), p)
