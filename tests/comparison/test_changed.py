"""Which rows are broken and mended, against a count by hand."""

import numpy as np
import pandas as pd
import pytest

import gnomon
from gnomon.errors import UsageError
from tests.cli.commands import command


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(6)
    n = 900
    y = rng.choice(["cat", "dog"], n)
    p = np.clip(0.5 + 0.3 * ((y == "dog") - 0.5) + rng.normal(size=n) * 0.3, 0, 1)
    q = np.clip(p + rng.normal(size=n) * 0.1, 0, 1)
    return pd.DataFrame({"id": [f"r{own}" for own in range(n)], "y": y, "old": p, "new": q,
                         "g": rng.choice(["a", "b"], n),
                         "part": np.where(np.arange(n) < 100, "train", "test")})  # fmt: skip


ASKED = {"target": "y", "positive": "dog", "id": "id", "slices": ["g"]}


def by_hand(rows, thresholds=(0.5, 0.5)):
    right = [(rows[name] >= own) == (rows.y == "dog") for name, own in zip(("old", "new"), thresholds, strict=True)]
    return rows.id[right[0] & ~right[1]].tolist(), rows.id[~right[0] & right[1]].tolist()


def test_rows_are_named_and_counted(rows, tmp_path):
    """The same of one file, of two that are joined, and by slice; the numbers are McNemar's cells."""
    broken, mended = by_hand(rows)
    found = gnomon.changed_rows(rows, score=["old", "new"], **ASKED)
    assert (found.broken, found.mended, found.n) == (broken, mended, len(rows))
    for value, own in rows.groupby("g"):
        assert found.slices["g"][value] == tuple(map(len, by_hand(own)))
    frame = found.to_frame(library="pandas")
    assert list(frame) == ["row", "change", "true", "predicted_old", "predicted_new", "g"]
    assert (frame.predicted_old != frame.predicted_new).all()
    assert ((frame.true == frame.predicted_old) == (frame.change == "broken")).all()
    difference = gnomon.compare(rows, score=["old", "new"], **ASKED)["old", "new"]["accuracy"]
    assert difference.value == pytest.approx((len(mended) - len(broken)) / len(rows))
    assert difference.p_value_exact == pytest.approx(min(1.0, 2 * sum_of_binomial(len(broken), len(mended))))
    for name in ("old", "new"):
        kept = rows[["id", "y", "g", name]].rename(columns={name: "p"})
        kept.sample(frac=1, random_state=2).to_csv(tmp_path / f"{name}.csv", index=False)
    joined = gnomon.changed_rows({own: tmp_path / f"{own}.csv" for own in ("old", "new")}, score="p", **ASKED)
    assert (sorted(joined.broken), sorted(joined.mended)) == (sorted(broken), sorted(mended))
    assert joined.slices == found.slices


def sum_of_binomial(first, second):
    from scipy import stats

    return stats.binom.cdf(min(first, second), first + second, 0.5)


def test_thresholds_and_splits(rows):
    thresholds = {"old": 0.4, "new": 0.6}
    found = gnomon.changed_rows(rows, score=["old", "new"], threshold=thresholds, split="part=train", **ASKED)
    assert (found.broken, found.mended) == by_hand(rows[rows.part == "test"], (0.4, 0.6))


def test_several_classes():
    y, old, new = ["a", "b", "c", "a"], ["a", "a", "c", "b"], ["b", "b", "c", "c"]
    found = gnomon.changed_rows({"y": y, "old": old, "new": new}, target="y", prediction=["old", "new"])
    assert (len(found.broken), len(found.mended)) == (1, 1)
    assert found.rows["true"] == ["a", "b"]


def test_what_is_refused(rows):
    for asked, said in (
        ({"score": ["old", "new"], "scale": "any", **ASKED}, "no threshold"),
        ({"score": {"a": "old", "b": "new", "c": "old"}, **ASKED}, "from one model to another"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=said):
            gnomon.changed_rows(rows, **asked)
    amounts = {"y": [0.5, 1.2], "a": [0.1, 0.2], "b": [0.3, 0.4]}
    with pytest.raises(UsageError, match="right or wrong"):
        gnomon.changed_rows(amounts, target="y", prediction=["a", "b"])


def test_the_command_writes_them(rows, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows.to_csv("rows.csv", index=False)
    words = ["compare", "rows.csv", "-t", "y", "-s", "old,new", "--positive", "dog", "--id", "id", "--slice", "g"]
    for ending, read in (("csv", pd.read_csv), ("parquet", pd.read_parquet)):
        code, _, err = command(*words, "--changed-rows", f"changed.{ending}")
        assert code == 0, err
        frame = read(f"changed.{ending}")
        assert frame.row[frame.change == "broken"].tolist() == by_hand(rows)[0]
    assert command(*words, "--changed-rows", "rows.csv")[0] == 2
    assert command(*words, "--changed-rows", "x.txt")[0] == 2
    code, _, err = command(*words, "--cost", "fn=10,fp=1", "--changed-rows", "c.csv")
    assert (code, "both passed" in err) == (2, True)
    words.remove("--slice")
    words.remove("g")
    assert command(*words, "--cost", "fn=10,fp=1", "--changed-rows", "c.csv")[0] == 0
    chosen = gnomon.compare(rows, score=["old", "new"], target="y", positive="dog", costs={"fn": 10, "fp": 1})
    thresholds = [own.threshold.value for own in chosen.decisions.values()]
    frame = pd.read_csv("c.csv")
    assert frame.row[frame.change == "mended"].tolist() == by_hand(rows, thresholds)[1]
