"""``gnomon compare`` at the command line."""

import json

import pytest

import gnomon
from tests.cli.commands import command

THREE = ("-t", "y", "--positive", "9")


@pytest.fixture
def three(examples):
    return examples / "digits_three.csv"


def test_columns_of_one_file(three):
    """Three models: the answer, then how they differ from the first; every pair where asked for, and as JSON."""
    code, out, err = command("compare", three, *THREE, "-s", "tree,forest", "-s", "boosted")
    assert (code, err) == (0, "")
    assert "binary comparison" in out
    assert "Best by ROC AUC: forest, 0.992" in out
    assert "differences from tree" in out
    assert "forest minus tree" not in out
    code, out, err = command("compare", three, *THREE, "-s", "tree,forest", "-s", "boosted", "--only", "pairs")
    assert (code, err) == (0, "")
    for pair in ("forest minus tree", "boosted minus tree", "boosted minus forest"):
        assert pair in out
    assert "ROC AUC: forest is better than tree" in out
    assert "ROC AUC: inconclusive (n = 450): boosted minus forest is" in out
    assert "detecting a difference of 0.01 takes about 3,700 rows" in " ".join(out.split())
    code, out, _ = command("compare", three, *THREE, "-s", "tree,forest", "-f", "json")
    own = gnomon.compare(three, target="y", score=["tree", "forest"], positive="9")
    assert json.loads(out) == json.loads(own.to_json())


def test_names_thresholds_and_margins(three):
    code, out, _ = command(
        "compare", three, *THREE, "-s", "old=tree", "-s", "new=forest", "--threshold", "old=0.4,new=0.3",
        "--margin", "roc_auc=0.01", "--margin", "recall=0.1", "--minimum-effect", "0.05", "-f", "json",
    )  # fmt: skip
    assert code == 0
    form = json.loads(out)
    assert [form["models"][name]["threshold"] for name in ("old", "new")] == [0.4, 0.3]
    (pair,) = form["pairs"]
    assert (pair["first"], pair["second"]) == ("old", "new")
    margins = {name: own["margin"] for name, own in pair["differences"].items() if own["margin"] is not None}
    assert margins == {"roc_auc": 0.01, "recall": 0.1}
    assert pair["differences"]["f1"]["minimum_effect"] == 0.05


def test_files_joined_on_a_column(three, tmp_path):
    """In another order, with a row less: the same as side by side."""
    lines = [line.split(",") for line in three.read_text().splitlines()]
    for name, column in (("old", 3), ("new", 4)):
        rows = [f"{own[0]},{own[2]},{own[column]}" for own in lines[1:]]
        if name == "new":
            rows = rows[::-1][1:]
        (tmp_path / f"{name}.csv").write_text("image,y,p\n" + "\n".join(rows) + "\n")
    code, out, _ = command(
        "compare", tmp_path / "old.csv", f"friday={tmp_path}/new.csv", *THREE, "-s", "p", "--id", "image"
    )
    assert code == 0
    assert "friday minus old" in out
    assert "Rows that some models lack are left out: 1 of old" in out
    code, _, err = command("compare", tmp_path / "old.csv", tmp_path / "new.csv", *THREE, "-s", "p")
    assert code == 2
    assert "matched by a column that identifies them: pass id=... (--id)" in err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-s", "tree"), "takes at least two models"),
        (("-s", "tree,trees"), "did you mean 'tree'?"),
        (("-s", "old=tree", "-s", "forest"), "name all models or none"),
        (("-s", "old=tree", "-s", "old=forest", "-s", "new=boosted"), "two models are called 'old'"),
        (("-s", "tree,forest", "--margin", "small"), "expected a number, or NAME=NUMBER"),
        (("-s", "tree,forest", "--margin", "0.1", "--margin", "f1=0.2"), "give one number for all"),
        (("-s", "tree,forest", "--margin", "f1=0.1,f1=0.2"), "give one number for each name"),
        (("-s", "tree,forest", "--margin", "f2=0.1"), "which is not compared"),
        (("-s", "tree,forest", "--threshold", "wood=0.1"), "names the model 'wood'"),
    ],
)
def test_wrong_options_are_refused(three, options, words):
    code, out, err = command("compare", three, *THREE, *options)
    assert (code, out) == (2, "")
    assert words in err


@pytest.mark.parametrize("end", ["html", "md", "png", "json"])
def test_every_form(three, tmp_path, end):
    """Written at once, and shown again from the JSON form."""
    output, saved = tmp_path / f"report.{end}", tmp_path / "saved.json"
    assert command("compare", three, *THREE, "-s", "tree,forest", "-o", output)[0] == 0
    assert command("compare", three, *THREE, "-s", "tree,forest", "-o", saved)[0] == 0
    again = tmp_path / f"again.{end}"
    assert command("report", saved, "-o", again)[0] == 0
    assert again.read_bytes() == output.read_bytes()
    code, _, err = command("report", saved, saved)
    assert code == 2
    assert "which is reported by itself" in err


def test_narrow_terminals_keep_what_matters(three):
    """Rows needed go first, then p; every interval and the verdict stay, and what is left out is named."""
    wide = command("compare", three, *THREE, "-s", "forest,boosted", COLUMNS="100")[1]
    narrow = command("compare", three, *THREE, "-s", "forest,boosted", COLUMNS="60")[1]
    assert "rows needed" in wide
    assert "% interval" in wide
    assert "not shown at this width: rows needed, p" in narrow
    assert "% interval" in narrow
    assert "inconclusive" in narrow
    assert max(map(len, narrow.splitlines())) <= 60
