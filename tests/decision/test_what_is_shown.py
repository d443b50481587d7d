"""Decisions as they are shown and kept: columns of the table, counts behind a number."""

import io

import numpy as np
from rich.console import Console

import gnomon
from gnomon.report.decision import render_threshold
from gnomon.report.text import number
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
    (tmp_path / "rows.csv").write_text('y,"p,q",p,q\n0,0.1,0.2,0.8\n1,0.9,0.7,0.3\n0,0.3,0.4,0.6\n1,0.6,0.6,0.4\n')
    code, out, err = command("evaluate", tmp_path / "rows.csv", "-t", "y", "-s", "p,q", "-f", "json")
    assert (code, err) == (0, "")
    assert '"score": "p,q"' in out or '"p,q"' in out
    (tmp_path / "more.csv").write_text("y,p,q\n0,0.2,0.8\n1,0.7,0.3\n0,0.4,0.6\n1,0.6,0.4\n")
    code, _, err = command("compare", tmp_path / "more.csv", "-t", "y", "-s", "p,q")
    assert (code, err) == (0, "")
