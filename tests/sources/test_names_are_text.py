"""Whatever is used as a name is the text that it is, so that the same rows give the same numbers from every format."""

import numpy as np
import pandas as pd
import pytest

import gnomon

WRITERS = {
    "rows.csv": lambda own, path: own.to_csv(path, index=False),
    "rows.csv.gz": lambda own, path: own.to_csv(path, index=False),
    "rows.tsv": lambda own, path: own.to_csv(path, index=False, sep="\t"),
    "rows.jsonl": lambda own, path: own.to_json(path, orient="records", lines=True),
    "rows.feather": lambda own, path: own.to_feather(path),
}


@pytest.fixture(scope="module")
def named():
    """Rows whose names would be other ones as numbers, dates or missing values."""
    rng = np.random.default_rng(0)
    n = 600
    y = rng.integers(0, 2, n)
    place = np.arange(n)
    return pd.DataFrame({
        "y": y,
        "p": np.round(np.clip(0.5 + 0.2 * (y - 0.5) + rng.normal(0, 0.2, n), 0, 1), 6),
        "shop": np.where(place % 2, "01234", "1234"),
        "region": np.array(["NA", "EU", "null", "nan"])[place % 4],
        "version": np.array(["1.1", "1.10", "1.2"])[place % 3],
        "day": np.array(["2024-06-01T00:00:00", "2024-06-02T10:00:00"])[place % 2],
        "flag": np.array(["true", "True", "no"])[place % 3],
        "patient": [f"{'0' * (own % 3)}{own % 20}" for own in place],
        "row": [f"{own:04d}" if own % 2 else str(own) for own in place],
    })  # fmt: skip


@pytest.mark.parametrize("name", WRITERS)
def test_slices_clusters_and_ids_are_the_same_from_every_format(named, tmp_path, name):
    """Leading zeros, NA, versions, dates and truth values name slices, clusters and rows as they stand."""
    WRITERS[name](named, tmp_path / name)
    asked = {"target": "y", "score": "p", "slices": ["shop", "region", "version", "day", "flag"]}
    asked |= {"cluster": "patient", "id": "row"}
    expected, found = (gnomon.evaluate(data, **asked).to_dict() for data in (named, tmp_path / name))
    for part in ("estimates", "slices", "errors", "notes"):
        assert found[part] == expected[part]
    assert list(found["slices"]["shop"]) == ["01234", "1234"]
    assert set(found["slices"]["region"]) == {"NA", "EU", "null", "nan"}


def test_classes_are_text_where_they_have_leading_zeros(tmp_path):
    """As class labels 01 and 1 are two classes, and numbers are numbers: 1, 1.0 and +1 are one."""
    rows = pd.DataFrame({"y": ["01", "1", "10"] * 40, "z": ["01", "1", "1"] * 40})
    rows.to_csv(tmp_path / "a.csv", index=False)
    found = gnomon.evaluate(tmp_path / "a.csv", target="y", prediction="z")
    assert found.classes == ("01", "1", "10")
    assert found.confusion.counts.tolist() == gnomon.evaluate(rows["y"], rows["z"]).confusion.counts.tolist()
    (tmp_path / "b.csv").write_text("y,z\n" + "1,1.0\n0,+1\n-0,0e0\n" * 20)
    assert gnomon.evaluate(tmp_path / "b.csv", target="y", prediction="z").classes == ("0", "1")


def test_na_is_missing_among_numbers_and_a_class_among_text(tmp_path):
    """Among text it is taken as it is, with a note; an empty field is missing in both."""
    (tmp_path / "text.csv").write_text("y,z\n" + "NA,NA\nEU,EU\nEU,NA\n" * 20)
    with pytest.raises(gnomon.UsageError, match="positive='EU' or positive='NA'"):
        gnomon.evaluate(tmp_path / "text.csv", target="y", prediction="z")
    found = gnomon.evaluate(tmp_path / "text.csv", target="y", prediction="z", positive="NA")
    assert found["recall"].value == 1.0
    assert any("'NA' is taken as a class, not as a missing value" in note for note in found.notes)
    (tmp_path / "number.csv").write_text("y,z\n" + "0,0\n1,1\nNA,1\n" * 20)
    with pytest.raises(gnomon.MissingValuesError, match=r"column 'y' has 20 missing values \(row 3, "):
        gnomon.evaluate(tmp_path / "number.csv", target="y", prediction="z")
    (tmp_path / "empty.csv").write_text("y,z\n" + "a,a\nb,b\n,b\n" * 20)
    with pytest.raises(gnomon.MissingValuesError, match="column 'y' has 20 missing values"):
        gnomon.evaluate(tmp_path / "empty.csv", target="y", prediction="z", positive="a")


def test_a_split_is_matched_as_text(named, tmp_path):
    """``shop=1234`` does not take the rows of 01234 along."""
    named.to_csv(tmp_path / "a.csv", index=False)
    for data in (named, tmp_path / "a.csv"):
        found = gnomon.evaluate(data, target="y", score="p", split="shop=1234")
        assert (found.n, found.train.n) == (300, 300)
        assert gnomon.evaluate(data, target="y", score="p", split="version=1.10").train.n == 200


def test_ids_beyond_the_doubles_stay_apart(tmp_path):
    """Neighbouring whole numbers of 19 digits are clusters of their own in JSON lines and CSV."""
    n = 200
    ids = [10**18 + own for own in range(n)]
    rows = pd.DataFrame({"y": np.arange(n) % 2, "p": np.arange(n) / 256, "c": ids})
    rows.to_csv(tmp_path / "a.csv", index=False)
    rows.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    rows.to_parquet(tmp_path / "a.parquet")
    plain = gnomon.evaluate(rows, target="y", score="p", cluster="c").to_dict()["estimates"]
    for name in ("a.csv", "a.jsonl", "a.parquet"):
        assert gnomon.evaluate(tmp_path / name, target="y", score="p", cluster="c").to_dict()["estimates"] == plain


def test_numbers_with_gaps_name_slices_as_they_do_in_a_frame(tmp_path):
    """A column of whole numbers with gaps, which pandas writes as 1.0: slices 1, 2 and missing; NA is missing there."""
    rows = pd.DataFrame({"y": [0, 1] * 150, "p": np.linspace(0, 1, 300), "grade": [1.0, 2.0, np.nan] * 100})
    rows.to_csv(tmp_path / "a.csv", index=False)
    rows.to_csv(tmp_path / "b.csv", index=False, na_rep="NA")
    expected = gnomon.evaluate(rows, target="y", score="p", slices="grade").to_dict()["slices"]
    assert list(expected["grade"]) == ["1", "2", "(missing)"]
    for name in ("a.csv", "b.csv"):
        assert gnomon.evaluate(tmp_path / name, target="y", score="p", slices="grade").to_dict()["slices"] == expected


def test_a_column_may_turn_from_numbers_to_text_late(tmp_path):
    """What a slice column holds is not judged from its first megabyte."""
    path = tmp_path / "late.csv"
    path.write_text("y,p,s\n" + "0,0.25,1.5\n1,0.5,2.5\n" * 100_000 + "1,0.75,x\n")
    found = gnomon.evaluate(path, target="y", score="p", slices="s")
    assert {name: own.n for name, own in found.slices["s"].items()} == {"1.5": 100_000, "2.5": 100_000, "x": 1}


def test_a_column_may_play_several_parts(named, tmp_path):
    """The target, a weight or a cluster may divide the rows, too, by its values and by ranges at once."""
    rows = named.assign(age=np.arange(600) % 7 * 10 + 5, w=np.arange(600) % 3 + 1)
    rows.to_csv(tmp_path / "a.csv", index=False)
    asked = {"target": "y", "score": "p", "weight": "w", "cluster": "patient"}
    asked["slices"] = ["y", "w", "patient:shop", "age:shop", "age=30,50:region"]
    for cluster in ("y", "age"):  # as the target, or as what divides the rows
        own = {**asked, "cluster": cluster}
        expected, found = (gnomon.evaluate(data, **own).to_dict() for data in (rows, tmp_path / "a.csv"))
        assert found["estimates"] == expected["estimates"]
    expected, found = (gnomon.evaluate(data, **asked).to_dict() for data in (rows, tmp_path / "a.csv"))
    assert found["slices"] == expected["slices"]
    assert list(found["slices"]["y"]) == ["0", "1"]
