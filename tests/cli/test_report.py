"""Reports at the command line: every form, from data and from saved evaluations."""

import json

import pytest

import gnomon
from tests.cli.commands import command

TREE = ("-t", "diagnosis", "-s", "p_malignant", "--positive", "malignant")
STARTS = {"html": b"<!DOCTYPE html>", "md": b"## breast", "png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF",
          "json": b"{"}  # fmt: skip


@pytest.mark.parametrize("end", STARTS)
def test_the_end_of_the_output_says_the_form(examples, tmp_path, end):
    """One evaluation in each form; nothing is printed besides."""
    output = tmp_path / f"report.{end}"
    code, out, err = command("evaluate", examples / "breast_cancer_tree.csv", *TREE, "-o", output)
    assert (code, out, err) == (0, "", "")
    text = output.read_bytes()
    assert text.lstrip().startswith(STARTS[end]) or b"<!DOCTYPE html>" in text[:200]


def test_saved_evaluations_side_by_side(examples, tmp_path):
    """Named by = or by their files; two of one name, and what is no evaluation, are refused."""
    for name in ("tree", "forest"):
        output = tmp_path / f"{name}.json"
        command("evaluate", examples / f"breast_cancer_{name}.csv", *TREE, "-o", output)
    code, out, _ = command("report", f"old={tmp_path}/tree.json", tmp_path / "forest.json", "--format", "markdown")
    assert code == 0
    assert "| measure (95 %) | old | forest | baseline | n |" in out
    code, out, _ = command("report", tmp_path / "tree.json")
    assert code == 0
    assert "binary evaluation" in out
    code, _, err = command("report", tmp_path / "tree.json", tmp_path / "tree.json")
    assert code == 2
    assert "two models are called 'tree'" in err
    decision = tmp_path / "decision.json"
    command("threshold", examples / "breast_cancer_tree.csv", *TREE, "--goal", "f1", "-f", "json", "-o", decision)
    code, out, _ = command("report", decision)
    assert code == 0
    assert out.startswith("threshold · maximum F1")
    code, _, err = command("report", decision, tmp_path / "tree.json")
    assert code == 2
    assert "is a decision, which is reported by itself" in err


def test_several_are_saved_as_one(examples, tmp_path):
    """And shown again from there."""
    for name in ("tree", "forest"):
        command("evaluate", examples / f"breast_cancer_{name}.csv", *TREE, "-o", tmp_path / f"{name}.json")
    both = tmp_path / "both.json"
    assert command("report", tmp_path / "tree.json", tmp_path / "forest.json", "-o", both)[0] == 0
    assert list(json.loads(both.read_text())["evaluations"]) == ["tree", "forest"]
    assert list(gnomon.load(both)) == ["tree", "forest"]
    code, out, _ = command("report", both)
    assert code == 0
    assert out.count("binary evaluation") == 2


def test_pictures_need_a_file(examples, tmp_path):
    """A picture is no text for the terminal, and a file's name is not to lie about it."""
    code, _, err = command("evaluate", examples / "breast_cancer_tree.csv", *TREE, "--format", "png")
    assert code == 2
    assert "--output report.png" in err
    code, _, err = command(
        "evaluate", examples / "breast_cancer_tree.csv", *TREE, "-f", "png", "-o", tmp_path / "a.jpg"
    )
    assert code == 2
    assert "end its name with .png" in err


def test_decisions_in_every_form(examples, tmp_path):
    """By the end of the output's name, as reports are."""
    tree = examples / "breast_cancer_tree.csv"
    assert command("threshold", tree, *TREE, "--goal", "f1", "-o", tmp_path / "a.json")[0] == 0
    assert gnomon.load(tmp_path / "a.json").measure == "f1"
    chosen = repr(gnomon.load(tmp_path / "a.json").threshold.value)
    for name, found in {"a.html": "<!DOCTYPE html>", "a.md": "threshold · maximum F1", "a.txt": "threshold"}.items():
        assert command("threshold", tree, *TREE, "--goal", "f1", "-o", tmp_path / name)[0] == 0
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert found in text
        assert chosen in text.replace("&gt;", ">").replace("\\>", ">")
    for name, magic in {"a.png": b"\x89PNG", "a.pdf": b"%PDF", "a.svg": b"<?xml"}.items():
        assert command("threshold", tree, *TREE, "--goal", "f1", "-o", tmp_path / name)[0] == 0
        assert (tmp_path / name).read_bytes().startswith(magic)
    assert command("report", tmp_path / "a.json")[0] == 0


def test_the_lesson(tmp_path):
    """A notebook at once; another ending is refused."""
    assert command("lesson", "-o", tmp_path / "lesson.ipynb")[0] == 0
    assert json.loads((tmp_path / "lesson.ipynb").read_text(encoding="utf-8"))["nbformat"] == 4
    code, _, err = command("lesson", "-o", tmp_path / "lesson.pdf")
    assert code == 2
    assert "must end with .html or .ipynb" in err


def test_train_against_test(examples, tmp_path):
    """Two saved evaluations: the gap of every measure; of several, or of what is none, it is refused."""
    digits = ("-t", "y", "-s", "p", "--positive", "9")
    parts = examples / "digits_parts.csv"
    for name, split in (("test", "part=train,test"), ("fit", "part=test,train")):
        command("evaluate", parts, *digits, "--split", split, "-f", "json", "-o", tmp_path / f"{name}.json")
    for name in ("test", "fit"):
        own = gnomon.load(tmp_path / f"{name}.json")
        gnomon.Evaluation.from_dict({**own.to_dict(), "train": None}).save(tmp_path / f"{name}.json")
    code, out, _ = command("report", tmp_path / "test.json", "--train", tmp_path / "fit.json")
    assert code == 0
    assert "train · test" in out
    whole = gnomon.evaluate(parts, target="y", score="p", positive="9", split="part=train,test")
    code, out, _ = command("report", tmp_path / "test.json", "--train", tmp_path / "fit.json", "-f", "json")
    assert json.loads(out)["gap"] == whole.to_dict()["gap"]
    code, _, err = command(
        "report", f"a={tmp_path}/test.json", f"b={tmp_path}/fit.json", "--train", tmp_path / "fit.json"
    )
    assert (code, "--train belongs to one evaluation" in err) == (2, True)
