"""``gnomon plot``: one plot as a picture; ``gnomon completion``: what a shell is offered."""

import os
import subprocess
import sys

import pytest

import gnomon
from gnomon.cli.completion import SHELLS
from gnomon.report.plots import PLOT_NAMES
from tests.cli.commands import command
from tests.conftest import ROOT

TREE = ("-t", "diagnosis", "-s", "p_malignant", "--positive", "malignant")


def test_of_predictions(examples, tmp_path):
    """As the evaluation draws it, in the size asked for; the text of an SVG is text."""
    file = examples / "breast_cancer_tree.csv"
    code, out, err = command("plot", "roc", file, *TREE, "-o", tmp_path / "roc.svg", "--width", "5")
    assert (code, out, err) == (0, "", "")
    svg = (tmp_path / "roc.svg").read_text(encoding="utf-8")
    assert 'width="360pt"' in svg
    ev = gnomon.evaluate(file, target="diagnosis", score="p_malignant", positive="malignant")
    assert f"AUC {ev['roc_auc'].value:.3f}" in svg
    assert "<title>ROC curve</title><desc>ROC curve: AUC" in svg
    assert command("plot", "precision-recall", file, *TREE, "-o", tmp_path / "a.png", "--dark")[0] == 0


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A saved result of each kind."""
    examples = ROOT / "examples" / "predictions"
    folder = tmp_path_factory.mktemp("saved")
    rows = {
        "a.json": ("evaluate", examples / "breast_cancer_tree.csv", *TREE),
        "b.json": ("evaluate", examples / "diabetes.csv", "-t", "progression", "-p", "predicted"),
        "c.json": ("compare", examples / "digits_three.csv", "-t", "y", "-s", "tree,forest", "--positive", "9"),
        "d.json": ("evaluate", examples / "digits_parts.csv", "-t", "y", "-s", "p", "--positive", "9", "--slice",
                   "part"),
        "e.json": ("calibrate", examples / "digits_parts.csv", "-t", "y", "-s", "p", "--positive", "9", "--split",
                   "part=validation,test"),
    }  # fmt: skip
    for file, words in rows.items():
        assert command(*words, "-o", folder / file)[0] == 0
    return sorted(folder.iterdir())


@pytest.mark.parametrize("name", PLOT_NAMES)
def test_of_saved_results(saved, tmp_path, name):
    """Every plot is drawn of some result, and refused of one that has none, with those that it has."""
    codes = set()
    for file in saved:
        code, _, err = command("plot", name, file, "-o", tmp_path / "plot.png")
        codes.add(code)
        if code == 0:
            assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
        else:
            assert f"has no plot {name!r}: it has" in err
    assert codes == {0, 2}


def test_several_saved_results(examples, tmp_path):
    """Under the names that they are given."""
    for name in ("tree", "forest"):
        command("evaluate", examples / f"breast_cancer_{name}.csv", *TREE, "-o", tmp_path / f"{name}.json")
    words = (f"old={tmp_path}/tree.json", f"new={tmp_path}/forest.json")
    assert command("plot", "roc", *words, "-o", tmp_path / "roc.svg")[0] == 0
    svg = (tmp_path / "roc.svg").read_text(encoding="utf-8")
    assert "old (AUC" in svg
    assert "new (AUC" in svg


def test_what_is_refused(examples, tmp_path):
    """An unknown plot, a name that is no picture, a size that is none, options that say nothing, an input as output."""
    file = examples / "breast_cancer_tree.csv"
    command("evaluate", file, *TREE, "-o", tmp_path / "a.json")
    output = ("-o", tmp_path / "a.png")
    for words, said in (
        (("rocc", file, *TREE, *output), "did you mean 'roc'?"),
        (("roc", file, *TREE, "-o", tmp_path / "a.jpg"), "is not the name of an image"),
        (("roc", file, *TREE, *output, "--width", "0"), "is not a size in inches"),
        (("roc", file, *TREE, *output, "--height", "nan"), "is not a size in inches"),
        (("roc", tmp_path / "a.json", "-s", "p", *output), "without --target the file is a saved result"),
        (("roc", tmp_path / "a.json", "--threshold", "0.3", *output), "--threshold says how predictions are read"),
        (("roc", tmp_path / "a.json", *TREE[2:], *output), "without --target"),
        (("roc", file, *output), "pass --target and --score to read it as predictions"),
        (("roc", file, *TREE, "--slice", "x", *output), "for the plot of slices, which roc is not"),
        (("slices", file, *TREE, *output), "pass --slice COLUMN"),
    ):
        code, _, err = command("plot", *words)
        assert code == 2, words
        assert said in err
    assert not (tmp_path / "a.png").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_a_shell(shell):
    """It names gnomon and asks it."""
    code, out, _ = command("completion", shell)
    assert code == 0
    assert "_GNOMON_COMPLETE" in out


def completed(words, place):
    """What bash is offered for the word at a place."""
    shell = {"COMP_WORDS": " ".join(words), "COMP_CWORD": str(place), "_GNOMON_COMPLETE": "bash_complete"}
    found = subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv = ['gnomon']; from gnomon.cli import main; main()"],
        env={**os.environ, **shell}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return [line.partition(",")[2] for line in found.stdout.splitlines() if line]


def test_what_a_shell_is_offered(examples):
    """Commands, plots, and the columns of the file that was named; nothing where it cannot be read."""
    file = str(examples / "digits_three.csv")
    assert completed(["gnomon", "comp"], 1) == ["compare", "completion"]
    assert completed(["gnomon", "plot", "pre"], 2) == ["precision_recall", "predicted_vs_true"]
    assert completed(["gnomon", "evaluate", file, "-t", "y", "-s", "fo"], 6) == ["forest"]
    assert completed(["gnomon", "compare", file, "-t", "y", "-s", "tree,b"], 6) == ["tree,boosted"]
    assert completed(["gnomon", "evaluate", "no.csv", "-t", "y", "-s", "fo"], 6) == []


def test_every_command_stands_in_a_group():
    """``gnomon --help`` lists them by question, each once; each command's help has two examples or more."""
    from gnomon.cli import gnomon as group
    from gnomon.cli.groups import QUESTIONS

    listed = [name for names in QUESTIONS.values() for name in names]
    assert sorted(listed) == sorted(group.commands)
    out = command("--help")[1]
    assert all(question in out for question in QUESTIONS)
    for name in group.commands:
        assert command(name, "--help")[1].count(f"gnomon {name}") >= 3, name  # with the line of usage
