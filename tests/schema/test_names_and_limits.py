"""Small rules of names, limits and places, each by itself against all that it could be."""

import itertools

import numpy as np
import pandas as pd
import pytest

import gnomon
from gnomon.errors import DataError
from gnomon.evaluation.arguments.sources import column_labels
from gnomon.schema.matching import stripped
from gnomon.schema.slicing import round_limits


@pytest.mark.parametrize(("limits", "rounded"), [
    ([], []), ([0.123456], [0.12]), ([123.456], [123.0]), ([0.0], [0.0]), ([1.0, 1.0], [1.0, 1.0]),
    ([0.123456, 0.987654], [0.12, 0.99]), ([1001.25, 1002.75], [1001.2, 1002.8]),
    ([0.5000001, 0.5000002], [0.5000001, 0.5000002]),
    ([19.87, 40.12, 61.0], [20.0, 40.0, 61.0]), ([-0.03451, 0.00012], [-0.035, 0.0]),
])  # fmt: skip
def test_limits_have_few_digits_and_stay_apart(limits, rounded):
    """Two digits of the least gap; never two limits that become one."""
    found = round_limits(np.array(limits)).tolist()
    assert found == rounded
    assert len(set(found)) == len(set(limits))


@pytest.mark.parametrize("columns", [
    ["p_a", "p_b"], ["a_prob", "b_prob"], ["x_a_y", "x_b_y"], ["aa", "a"], ["same", "same"], ["p1", "p10"],
    ["abc", "abd", "abe"],
])  # fmt: skip
def test_all_common_beginnings_and_endings(columns):
    """Every pair of a common beginning and a common ending that leaves something of each name, the longest first."""
    found = stripped(columns)
    shortest = min(map(len, columns))

    def common(names):
        return len(set(names)) == 1

    expected = [
        [name[start : len(name) - end] for name in columns]
        for start in range(shortest, -1, -1) if common([name[:start] for name in columns])
        for end in range(shortest, -1, -1)
        if common([name[len(name) - end :] for name in columns]) and (start + end < shortest or (start, end) == (0, 0))
    ]  # fmt: skip
    assert found == expected
    assert found[-1] == columns


@pytest.mark.parametrize(("names", "labels"), [
    (["a", "b"], ["a", "b"]), ([0, 1], None), (["0", "1"], None), ([1, 0], ["1", "0"]), (["a", "a"], None),
    ([1, "1"], None), ([1, 2], ["1", "2"]),
])  # fmt: skip
def test_what_columns_are_called(names, labels):
    """Names that tell columns apart; those that only number them are none."""
    frame = pd.DataFrame(np.zeros((2, 2)))
    frame.columns = names
    assert column_labels(frame) == labels
    assert column_labels(np.zeros((2, 2))) is None


@pytest.mark.parametrize(("missing", "bad"), list(itertools.product([0, 3, 7], [1, 5, 9])))
def test_rows_are_named_by_their_place_in_the_data(missing, bad):
    """Also where rows before them were left out."""
    rows = pd.DataFrame({"y": [0, 1] * 5, "p": np.linspace(0.05, 0.95, 10)})
    rows.loc[missing, "y"] = None
    rows.loc[bad, "p"] = 1.5
    with pytest.raises(DataError, match=rf"row {bad}\b"):
        gnomon.evaluate(rows, target="y", score="p", missing="drop")
    rows.loc[bad, "p"] = 0.5
    ev = gnomon.evaluate(rows, target="y", score="p", missing="drop")
    assert f"row {missing}" not in [own.id for own in ev.errors.rows]
    wrong = rows.dropna()
    wrongness = (wrong["p"] - wrong["y"]).abs()
    first = ev.errors.rows[0]
    assert first.id == f"row {wrongness.idxmax()}"
    assert (first.score, first.true) == (rows.loc[wrongness.idxmax(), "p"], str(int(rows.loc[wrongness.idxmax(), "y"])))


def test_classes_of_predictions_count_where_a_file_tells_its_ends(tmp_path):
    """A class that is only predicted is a class, also of a Parquet file whose statistics say all of the target."""
    rows = pd.DataFrame({"y": [0, 1, 0, 1], "said": [0, 1, 2, 1]})
    rows.to_parquet(tmp_path / "rows.parquet")
    ev = gnomon.evaluate(tmp_path / "rows.parquet", target="y", prediction="said", task="multiclass")
    assert ev.classes == ("0", "1", "2")
    assert ev.confusion.counts.tolist() == [[1, 0, 1], [0, 2, 0], [0, 0, 0]]


def test_missing_labels_are_counted(tmp_path):
    """Rows and missing values of a column of labels that is read as text."""
    (tmp_path / "rows.csv").write_text("y,p\na,0.1\n,0.2\nb,0.7\na,0.3\n")
    ev = gnomon.evaluate(tmp_path / "rows.csv", target="y", score="p", positive="b", missing="drop")
    assert (ev.n, ev.classes) == (3, ("a", "b"))
    assert any("1 row" in note for note in ev.notes)
