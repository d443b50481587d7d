"""``gnomon threshold``, ``gnomon calibrate`` and the decided rows that they write."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import gnomon
from tests.cli.commands import command

DIGITS = ("-t", "y", "-s", "p", "--positive", "9")


@pytest.fixture
def scored(tmp_path):
    """Rows with an id, a part, and columns of types that a copy must keep."""
    rng = np.random.default_rng(0)
    n = 600
    y = rng.integers(0, 2, n)
    p = np.clip(0.3 * y + rng.random(n) * 0.7, 0, 1)
    table = pa.table(
        {"id": pa.array(range(n), pa.int32()), "y": y, "p": p, "part": np.where(np.arange(n) % 3, "rest", "fit"),
         "when": pa.array([1_000_000 + i for i in range(n)], pa.timestamp("s")), "tag": pa.array(["a", None] * 300)}
    )  # fmt: skip
    pq.write_table(table, tmp_path / "scored.parquet", row_group_size=100)
    return tmp_path / "scored.parquet"


def test_threshold_report(examples):
    """The goal, the threshold in full, what it achieves, the table with the chosen row, the notes."""
    code, out, err = command("threshold", examples / "digits_tree.csv", *DIGITS, "--cost", "fn=10,fp=1", COLUMNS="80")
    assert (code, err) == (0, "")
    expected = gnomon.choose_threshold(
        examples / "digits_tree.csv", target="y", score="p", positive="9", costs={"fn": 10, "fp": 1}
    )
    assert f"score >= {expected.threshold.value!r}" in out
    for word in (
        "minimum cost (fp 1, fn 10 per row)",
        "mean cost per row",
        "in other samples",
        "share predicted positive",
        "on other rows, corrected for the choice",
    ):
        assert word in " ".join(out.split())
    assert [line for line in out.splitlines() if line.split()[:2] == [">", "0.545455"]]
    assert max(map(len, out.splitlines())) <= 80


def test_a_goal_that_cannot_be_met(examples, tmp_path):
    """Said, with the nearest; exit code 3; and nothing is decided by it."""
    goal = ("--where", "precision.low >= 0.9")
    code, out, _ = command("threshold", examples / "digits_tree.csv", *DIGITS, *goal)
    assert code == 3
    assert "Constraint cannot be met: precision.low >= 0.9. The maximum over all thresholds is" in out
    output = tmp_path / "decided.csv"
    applied = ("--apply", examples / "digits_tree.csv", "-o", output)
    code, _, err = command("threshold", examples / "digits_tree.csv", *DIGITS, *goal, *applied)
    assert code == 3
    assert "no row was decided" in err
    assert not output.exists()


def test_threshold_json(scored):
    """The form of Python."""
    code, out, _ = command(
        "threshold", scored, "-t", "y", "-s", "p", "--goal", "f1", "--split", "part=fit", "-f", "json"
    )
    assert code == 0
    form = json.loads(out)
    own = gnomon.choose_threshold(scored, target="y", score="p", goal="f1", split="part=fit").to_dict()
    assert form == own
    assert form["decision"] == "threshold"


@pytest.mark.parametrize("suffix", ["parquet", "csv", "feather"])
def test_apply_writes_every_row_with_its_decision(scored, tmp_path, suffix):
    """The rows as they were, in their order and types, and a column more."""
    output = tmp_path / f"decided.{suffix}"
    code, _, err = command(
        "threshold", scored, "-t", "y", "-s", "p", "--goal", "f1", "--apply", scored, "-o", output, "--column", "said"
    )
    assert code == 0
    assert "600 rows decided" in err
    threshold = gnomon.choose_threshold(scored, target="y", score="p", goal="f1").threshold.value
    before = pq.read_table(scored)
    if suffix == "csv":
        after = pd.read_csv(output)
        assert after["id"].tolist() == list(range(600))
        said = after["said"].to_numpy()
    else:
        table = pq.read_table(output) if suffix == "parquet" else pa.ipc.open_file(output).read_all()
        assert table.drop_columns(["said"]).cast(before.schema).equals(before)
        assert table.schema.remove(6).types == before.schema.types
        said = table["said"].to_numpy()
    assert (said == (before["p"].to_numpy() >= threshold)).all()


def test_fields_of_a_csv_stay_as_they_are(examples, tmp_path):
    """Leading zeros, long ids, trailing zeros, words for missing values, quotes where they are needed."""
    text = 'p,zip,id,note\n0.30,02139,12345678901234567890,"a, ""b"""\n0.90,00501,9007199254740993,NA\n'
    (tmp_path / "new.csv").write_text(text)
    command(
        "threshold", examples / "digits_tree.csv", *DIGITS, "--goal", "f1", "--apply", tmp_path / "new.csv",
        "-o", tmp_path / "out.csv",
    )  # fmt: skip
    before, after = (pd.read_csv(tmp_path / name, dtype=str, keep_default_na=False) for name in ("new.csv", "out.csv"))
    assert after.drop(columns="decision").equals(before)
    assert after["decision"].tolist() == ["not 9", "9"]


def test_text_labels_and_rows_without_target(examples, tmp_path):
    """New rows need the scores alone; decisions have the names of the classes."""
    pd.DataFrame({"p": [0.0, 1.0, 0.5454545454545454]}).to_csv(tmp_path / "new.csv", index=False)
    command(
        "threshold", examples / "digits_tree.csv", *DIGITS, "--goal", "f1", "--apply", tmp_path / "new.csv",
        "-o", tmp_path / "decided.csv",
    )  # fmt: skip
    assert pd.read_csv(tmp_path / "decided.csv")["decision"].tolist() == ["not 9", "9", "9"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"p": [0.1, None]}, "has missing values, the first in row 2"),
        ({"p": [0.1, 1.5]}, "is not a probability"),
        ({"q": [0.1, 0.5]}, "has no column 'p'"),
        ({"p": ["a", "b"]}, "holds text"),
        ({"p": [0.1], "decision": [1]}, "already has a column 'decision'"),
    ],
)
def test_rows_that_cannot_be_decided(examples, tmp_path, rows, message):
    """Refused with the place, and no file is left behind."""
    pd.DataFrame(rows).to_csv(tmp_path / "new.csv", index=False)
    code, _, err = command(
        "threshold", examples / "digits_tree.csv", *DIGITS, "--goal", "f1", "--apply", tmp_path / "new.csv",
        "-o", tmp_path / "decided.csv",
    )  # fmt: skip
    assert code == 2
    assert message in err
    assert [path.name for path in tmp_path.iterdir()] == ["new.csv"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "pass what to optimise"),
        (("--cost", "fn=ten"), "expected a number for each cell"),
        (("--cost", "fq=1"), "'fq' is not a cell"),
        (("--goal", "f1", "--apply", "x.csv"), "--apply writes the decided rows to a file: pass --output"),
        (("--goal", "f1", "--apply", "x.csv", "-o", "y.csv"), "x.csv"),
        (("--goal", "f1", "--apply", "x.csv", "-o", "y.txt"), "rows are written as .parquet"),
        (("--where", "recall is great"), "not a constraint"),
        (("--cost-matrix", "{matrix}", "--goal", "f1"), "decides among several classes"),
    ],
)
def test_usage(examples, tmp_path, options, message):
    """One or two lines, exit code 2."""
    (tmp_path / "costs.csv").write_text("0,1\n1,0\n")
    options = [str(option).format(matrix=tmp_path / "costs.csv") for option in options]
    code, out, err = command("threshold", examples / "digits_tree.csv", *DIGITS, *options)
    assert (code, out) == (2, "")
    assert message in err


def test_cost_matrix(examples, tmp_path):
    """Several classes: the class of minimum expected cost, applied."""
    np.savetxt(tmp_path / "costs.csv", 1 - np.eye(10), delimiter=",", fmt="%g")
    scores = ",".join(f"p{digit}" for digit in range(10))
    code, out, _ = command(
        "threshold", examples / "digits_ten.csv", "-t", "digit", "-s", scores, "--cost-matrix", tmp_path / "costs.csv",
        "--apply", examples / "digits_ten.csv", "-o", tmp_path / "decided.csv",
    )  # fmt: skip
    assert code == 0
    assert "minimum expected cost" in out
    decided = pd.read_csv(tmp_path / "decided.csv")
    table = decided[scores.split(",")].to_numpy()
    assert decided["decision"].tolist() == table.argmax(axis=1).tolist()


def test_costs_with_names(examples, tmp_path):
    """In any order of the classes, as a data frame writes them; what is no square is refused."""
    rng = np.random.default_rng(0)
    costs = rng.integers(1, 9, (10, 10)) * (1 - np.eye(10))
    names = [str(digit) for digit in range(10)]
    mixed = rng.permutation(10)
    frame = pd.DataFrame(costs[mixed][:, mixed], index=mixed, columns=mixed)
    frame.to_csv(tmp_path / "both.csv")
    frame.loc[mixed].to_csv(tmp_path / "heads.csv", index=False)
    scores = ",".join(f"p{name}" for name in names)
    expected = gnomon.minimum_cost(examples / "digits_ten.csv", target="digit", score=scores.split(","), costs=costs)
    for name in ("both.csv", "heads.csv"):
        options = ("-t", "digit", "-s", scores, "--cost-matrix", tmp_path / name, "-f", "json")
        code, out, _ = command("threshold", examples / "digits_ten.csv", *options)
        assert code == 0
        assert json.loads(out)["cost"] == expected.cost.to_dict()
    (tmp_path / "short.csv").write_text("0,1,2\n1,0,2\n")
    options = ("-t", "digit", "-s", scores, "--cost-matrix", tmp_path / "short.csv")
    code, _, err = command("threshold", examples / "digits_ten.csv", *options)
    assert code == 2
    assert "is not a square matrix of costs" in err


def test_calibrate(scored, tmp_path):
    """The report, and the probabilities mapped by the best map."""
    output = tmp_path / "mapped.parquet"
    code, out, err = command(
        "calibrate", scored, "-t", "y", "-s", "p", "--split", "part=fit", "--apply", scored, "-o", output, COLUMNS="80"
    )
    assert code == 0
    found = gnomon.recalibrate(scored, target="y", score="p", split="part=fit")
    assert f"rows mapped by {found.best}" in err
    for word in ("as is", "platt", "beta", "isotonic", "ECE", "on 400 others"):
        assert word in out
    assert max(map(len, out.splitlines())) <= 80
    mapped = pq.read_table(output)
    assert mapped["calibrated"].to_numpy().tolist() == found.apply(mapped["p"].to_numpy()).tolist()
    code, out, _ = command("calibrate", scored, "-t", "y", "-s", "p", "--split", "part=fit", "-f", "json")
    assert json.loads(out) == found.to_dict()


def test_an_output_that_is_an_input(scored):
    """Refused before anything is read."""
    before = scored.read_bytes()
    code, _, err = command("threshold", scored, "-t", "y", "-s", "p", "--goal", "f1", "--apply", scored, "-o", scored)
    assert code == 2
    assert "is the input itself" in err
    assert scored.read_bytes() == before


def test_evaluate_takes_splits_ids_ranges_and_pairs(scored):
    """Options reach the evaluation."""
    code, out, _ = command(
        "evaluate", scored, "-t", "y", "-s", "p", "--split", "part=fit", "--id", "id", "--slice", "id=100,300",
        "--slice", "tag:part", "-f", "json",
    )  # fmt: skip
    assert code == 0
    form = json.loads(out)
    assert form["n"] == 400
    assert form["train"]["n"] == 200
    assert list(form["slices"]["id"]) == ["< 100", "[100, 300)", ">= 300"]
    assert sorted(form["slices"]["tag:part"]) == ["(missing):rest", "a:rest"]
    assert form["errors"]["rows"][0]["id"].isdigit()


def test_demo_compares():
    """At last, two models on the same rows."""
    _, out, _ = command("demo")
    last = out[out.index("which is better?") :]
    assert "boosted minus forest" in last
    assert "ROC AUC: inconclusive (n = 450): boosted minus forest is" in last


def test_demo_decides(capfd):
    """From an evaluation to a threshold, on digits and on breast cancer."""
    code, out, _ = command("demo")
    assert code == 0
    assert out.count("gnomon evaluate") == 6 + 3  # three of them are logged and ranked
    assert out.count("gnomon gate") == 3
    verdicts = [out.index(f"\n{said}:") for said in ("Passed", "Failed", "Inconclusive")]
    assert verdicts == sorted(verdicts)
    assert "\n fail  digit:3 accuracy >= baseline" in out
    assert out.count("gnomon threshold") == 2
    assert "maximum precision, subject to recall >= 0.75" in out
    assert "minimum cost (fp 1, fn 10 per row)" in out
