"""What a result holds is found by name, told in a few lines, and turns into tables."""

import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import gnomon

RNG = np.random.default_rng(8)
Y3 = RNG.integers(0, 3, 120)
P3 = RNG.dirichlet(np.ones(3), 120)
Y = RNG.integers(0, 2, 120)
P = np.clip(RNG.normal(0.3 + 0.4 * Y, 0.2), 0, 1)
ROWS = {"y": Y, "p": P, "q": np.clip(P + RNG.normal(0, 0.2, 120), 0, 1), "g": np.where(np.arange(120) % 3, "a", "b")}


@pytest.fixture(scope="module")
def several():
    """Three classes."""
    return gnomon.evaluate(Y3, P3)


@pytest.fixture(scope="module")
def binary():
    """Two classes, with slices."""
    return gnomon.evaluate(ROWS, target="y", score="p", slices="g")


def test_a_class_as_it_was_given(several):
    """By its text or by the label itself; a measure by any name that people know."""
    assert several.per_class[2] is several.per_class["2"]
    assert several.per_class[np.int64(2)] is several.per_class["2"]
    assert several.per_class["2"]["sensitivity"] is several.per_class["2"]["recall"]
    assert 2 in several.per_class
    assert several.per_class.get(7) is None
    assert 7 not in several.per_class
    assert "sensitivity" in several.per_class["2"]
    assert several["Accuracy"] is several["accuracy"]
    odd = gnomon.evaluate(np.where(Y, "auc", "roc_auc"), np.where(Y, "auc", "roc_auc"), task="multiclass")
    with pytest.raises(gnomon.UnknownEstimateError):
        odd.per_class["AUC"]  # a class, not a measure


@pytest.mark.parametrize(("of", "message"), [
    (lambda ev: ev.per_class[3], "there is no class 3: "),
    (lambda ev: ev.per_class["2"]["recal"], "there is no measure 'recal': did you mean 'recall'"),
    (lambda ev: ev.slices["g"], "there is no column of slices 'g'"),
    (lambda ev: ev.baseline.estimates["acuracy"], "did you mean 'accuracy'"),
])  # fmt: skip
def test_what_is_not_there(several, of, message):
    """No bare KeyError: the nearest is named."""
    with pytest.raises(gnomon.UnknownEstimateError, match=message):
        of(several)


def test_reprs_are_short(several, binary):
    """A line each, a dozen at most."""
    lines = repr(several.per_class).splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("0: precision ")
    assert max(map(len, lines)) < 160
    many = gnomon.evaluate(np.arange(200) % 50, np.arange(200) % 49)
    assert repr(many.per_class).splitlines()[-1] == "... and 38 more"
    assert len(repr(binary.slices)) < 200
    assert repr(binary.slices["g"]).startswith("a: Evaluation(binary, n=80")


def test_they_cannot_be_changed(several):
    """A result is frozen."""
    with pytest.raises(TypeError):
        several.estimates["accuracy"] = None
    with pytest.raises(TypeError):
        del several.per_class["0"]


def test_measures_as_a_frame(binary):
    """A row an estimate, each number the estimate's own."""
    frame = binary.to_frame(library="pandas").set_index("measure")
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.index) == list(binary)
    for name, own in binary.items():
        row = frame.loc[name]
        assert (row["value"], row["low"], row["n"]) == pytest.approx((own.value, own.low, own.n), nan_ok=True)
        guess = binary.baseline.estimates.get(name)
        assert row["baseline"] == pytest.approx(np.nan if guess is None else guess.value, nan_ok=True)


def test_every_table_of_an_evaluation(several, binary):
    """Classes, slices, the matrix, thresholds and errors: as many rows as there are."""
    classes = several.to_frame("classes", library="pandas")
    assert len(classes) == sum(map(len, several.per_class.values()))
    assert set(classes["class"]) == {"0", "1", "2"}
    cells = several.to_frame("confusion", library="polars")
    assert isinstance(cells, pl.DataFrame)
    assert cells["rows"].sum() == 120
    slices = binary.to_frame("slices", library="pandas")
    row = slices[(slices["slice"] == "b") & (slices["measure"] == "recall")].iloc[0]
    own = binary.slices["g"]["b"]
    assert (row["value"], row["difference_value"]) == (own["recall"].value, own.differences["recall"].value)
    thresholds = binary.to_frame("thresholds", library="pyarrow")
    assert isinstance(thresholds, pa.Table)
    assert thresholds.num_rows == len(binary.thresholds)
    assert len(binary.to_frame("errors", library="pandas")) == len(binary.errors.rows)


def test_tables_of_other_results(binary):
    """Models side by side, a comparison, a decision."""
    both = gnomon.Evaluations({"a": binary, "b": binary}).to_frame(library="pandas")
    assert list(both["model"].unique()) == ["a", "b"]
    compared = gnomon.compare(ROWS, target="y", score=["p", "q"])
    frame = compared.to_frame(library="pandas").set_index("measure")
    assert frame.loc["roc_auc", "p_value"] == compared["p", "q"]["roc_auc"].p_value
    assert set(compared.to_frame("measures", library="pandas")["model"]) == {"p", "q"}
    decision = gnomon.choose_threshold(Y, P, goal="f1")
    assert decision.to_frame(library="pandas").set_index("measure").loc["f1", "value"] == decision["f1"].value
    assert len(decision.to_frame("thresholds", library="pandas")) == len(decision.thresholds)
    costs = gnomon.minimum_cost(Y3, P3, costs=1 - np.eye(3)).to_frame(library="pandas")
    assert list(costs["decision"]) == ["cost", "most_probable", "difference"]
    part = np.where(np.arange(120) < 60, "fit", "rest")
    maps = gnomon.recalibrate(ROWS | {"part": part}, target="y", score="p", split="part=fit")
    assert set(maps.to_frame(library="pandas")["map"]) == {"as_is", *maps.maps}


def test_what_is_no_table(binary):
    """The nearest is named; so is a library that there is not."""
    with pytest.raises(gnomon.UsageError, match="did you mean 'slices'"):
        binary.to_frame("slice")
    with pytest.raises(gnomon.UsageError, match="has no table 'classes'"):
        binary.to_frame("classes")
    with pytest.raises(gnomon.UsageError, match="did you mean 'pandas'"):
        binary.to_frame(library="panda")


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_the_library_that_the_caller_has(library):
    """The one that is imported; none is imported for the evaluation."""
    code = (
        f"import {library}, gnomon; f = gnomon.evaluate([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).to_frame();"
        "print(type(f).__module__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.startswith(library)


def test_shown_as_the_command_shows_it(binary, capsys):
    """``ev.show()`` prints the report, in the language that is asked for."""
    binary.show()
    assert capsys.readouterr().out.startswith("binary evaluation")
    binary.show(lang="ko")
    assert "이진" in capsys.readouterr().out
    gnomon.choose_threshold(Y, P, goal="f1").show()
    assert capsys.readouterr().out.startswith("threshold · maximum F1")


def test_loaded_as_what_it_is(binary, tmp_path):
    """A class reads its own results, and says what a file holds instead."""
    binary.save(tmp_path / "a.json")
    assert gnomon.Evaluation.load(tmp_path / "a.json") == binary
    with pytest.raises(gnomon.StateError, match="is of kind Evaluation, not Comparison"):
        gnomon.Comparison.load(tmp_path / "a.json")


def test_evaluations_are_no_rows(binary):
    """Two evaluations cannot be compared row by row: what is needed is said."""
    with pytest.raises(gnomon.UsageError, match=r"pass the rows, compare\(data, target=..., score=\[...\]\)"):
        gnomon.compare(binary, binary)
