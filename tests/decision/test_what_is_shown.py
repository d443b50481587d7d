"""Decisions as they are shown and kept: columns of the table, counts behind a number."""

import io
import json
from dataclasses import replace

import numpy as np
from rich.console import Console

import gnomon
from gnomon.report.terminal.decision import render_threshold
from gnomon.text import number
from tests.cli.commands import command

RNG = np.random.default_rng(3)
Y = RNG.integers(0, 2, 120)
P = np.round(np.clip(0.25 + 0.4 * Y + RNG.normal(0, 0.2, 120), 0.01, 0.99), 2)


def shown(decision):
    """The lines of a decision's report."""
    out = io.StringIO()
    render_threshold(decision, Console(file=out, width=140, highlight=False, markup=False))
    return out.getvalue().splitlines()


def table_of(lines):
    """The table of thresholds: its rows by threshold, each by column."""
    start = next(i for i, line in enumerate(lines) if "score >=" in line and "flagged" in line)
    heads = [own.strip() for own in lines[start].split("  ") if own.strip()]
    rows = {}
    for line in lines[start + 1 :]:
        cells = line.replace(">", " ").split()
        if len(cells) != len(heads):
            break
        rows[cells[0]] = dict(zip(heads, cells, strict=True))
    return rows


def test_columns_of_the_table():
    """Each is its own measure at each threshold, by counting; the cost among them where costs were given."""
    for asked in ({"goal": "f1"}, {"costs": {"fn": 10, "fp": 1}}):
        decision = gnomon.choose_threshold(Y, P, **asked)
        rows = table_of(shown(decision))
        assert len(rows) > 5
        for threshold, cells in rows.items():
            called = (np.inf if threshold == "none" else float(threshold)) <= P
            tp, fp = int((called & (Y == 1)).sum()), int((called & (Y == 0)).sum())
            fn = int(Y.sum()) - tp
            if not called.any():
                continue
            assert cells["flagged"] == f"{called.mean():.1%}"
            assert cells["precision"] == number(tp / (tp + fp))
            assert cells["recall"] == number(tp / (tp + fn))
            assert cells["F1"] == number(2 * tp / (2 * tp + fp + fn))
            if "costs" in asked:
                (cost,) = [own for name, own in cells.items() if "cost" in name]
                assert cost == number((10 * fn + fp) / 120)
        assert any("cost" in name for name in next(iter(rows.values()))) == ("costs" in asked)


def test_rows_behind_a_calibration_error():
    """As many as judged it."""
    part = np.where(np.arange(120) % 3, "fit", "judge")
    found = gnomon.recalibrate({"y": Y, "p": P, "part": part}, target="y", score="p", split="part=fit")
    for own in found.estimates.values():
        assert own["expected_calibration_error"].n == (part == "judge").sum() == own["log_loss"].n


def test_a_column_with_a_comma_in_its_name(tmp_path):
    """Is one column, named as it is; two names with a comma between are two."""
    (tmp_path / "rows.csv").write_text('y,"p,q"\n0,0.1\n1,0.9\n0,0.3\n1,0.6\n')
    code, out, err = command("evaluate", tmp_path / "rows.csv", "-t", "y", "-s", "p,q", "-f", "json")
    assert (code, err) == (0, "")
    assert json.loads(out)["provenance"]["columns"]["score"] == ["p,q"]
    (tmp_path / "more.csv").write_text("y,p,q\n0,0.2,0.8\n1,0.7,0.3\n0,0.4,0.6\n1,0.6,0.4\n")
    code, _, err = command("compare", tmp_path / "more.csv", "-t", "y", "-s", "p,q")
    assert (code, err) == (0, "")


def test_rows_left_out_of_a_decision_among_classes():
    """As many as miss something, in one part or in several."""
    n = 300
    table = RNG.dirichlet([1, 1, 1], n)
    rows = {"y": RNG.integers(0, 3, n).astype(float), **{f"p{k}": table[:, k] for k in range(3)}}
    rows["y"][[3, 50, 299]] = np.nan
    found = gnomon.minimum_cost(rows, target="y", score=["p0", "p1", "p2"], costs=1 - np.eye(3), missing="drop")
    assert any(note.startswith("3 rows") for note in found.notes), found.notes
    assert found.confusion.counts.sum() == n - 3


def test_the_most_frequent_confusions_of_many_classes():
    """A matrix too wide for the terminal is told by its greatest cells, the true class and the predicted one."""
    from gnomon.report.terminal.report import render

    y = np.repeat(np.arange(30), 4)
    p = np.where(np.arange(120) % 4 == 0, (y + 1) % 30, y)
    p[y == 7] = 9
    ev = gnomon.evaluate(y, p, task="multiclass")
    out = io.StringIO()
    render(ev, Console(file=out, width=80, highlight=False, markup=False))
    assert f"most frequent confusions, of {int((y != p).sum())}" in out.getvalue()
    assert "true '7', predicted '9': 4" in out.getvalue()
    assert out.getvalue().count("predicted '") == 10


def test_plots_that_only_some_models_have():
    """Are not offered: a calibration where one model has no probabilities."""
    with_them = gnomon.evaluate(Y, P)
    without = gnomon.evaluate(Y, np.log(P / (1 - P)), scale="any", threshold=0.0)
    both = gnomon.Evaluations({"a": with_them, "b": without})
    assert "calibration" in with_them.plot.available()
    assert "calibration" not in both.plot.available()
    assert "roc" in both.plot.available()


def test_a_corrected_value_that_is_undefined_is_not_told():
    """No fact is made of it, nor of one that is not there."""
    from gnomon.estimate import Estimate
    from gnomon.report.decisions import beside

    y = np.array([0, 0, 0, 1, 0, 1, 1, 1] * 10)
    p = np.clip(np.linspace(0.1, 0.9, 80) * 0.5 + 0.4 * y, 0, 1)
    decision = gnomon.choose_threshold(y, p, goal="f1")
    assert decision.corrected is not None
    assert [own.partition(" ")[2] for own in beside(decision)] == [
        "on these rows", "on other rows, corrected for the choice", "at 0.5, fixed in advance"
    ]  # fmt: skip
    for nothing in (None, Estimate(float("nan"), reason="none")):
        bare = replace(decision, corrected=nothing, default=nothing)
        assert beside(bare) == []


def test_costs_of_others_are_said_to_be_those_of_the_rows_chosen_on():
    """Where other rows judge; where the same do, there are no others."""
    costs = {"fn": 10, "fp": 1}
    same = gnomon.choose_threshold(Y, P, costs=costs).notes
    other = gnomon.choose_threshold(Y, P, costs=costs, split=np.arange(120) % 2 == 0).notes
    told = "on the rows that the threshold was chosen on"
    assert [told in own for own in same if own.startswith("Predicting no row positive costs")] == [False]
    assert [told in own for own in other if own.startswith("Predicting no row positive costs")] == [True]
