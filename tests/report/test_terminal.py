"""The terminal report, component by component."""

from io import StringIO

import numpy as np
import pytest
from rich.console import Console

import gnomon
from gnomon.estimate import Estimate
from gnomon.report.terminal.evaluation import render_evaluation
from gnomon.report.terminal.tables import ASCII, UNICODE, bar, value_text
from gnomon.text import number
from gnomon.visible import visible


def report(evaluation, width=90):
    out = StringIO()
    render_evaluation(evaluation, Console(file=out, width=width, markup=False, highlight=False, emoji=False))
    return out.getvalue()


@pytest.fixture(scope="module")
def binary():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 300)
    return gnomon.evaluate(y, np.clip(rng.normal(0.4 + 0.2 * y, 0.2), 0, 1))


def test_bar_is_where_the_numbers_are():
    """The point at the value, the line from low to high, on an axis from 0 to 1."""
    assert bar(Estimate(0.5, 0.25, 0.75), 9, UNICODE).plain == "╌╌━━●━━╌╌"
    assert bar(Estimate(1.0, 0.8, 1.0), 6, ASCII).plain == "....=o"
    assert bar(Estimate(-0.3, -0.5, 0.2), 6, ASCII).plain == "<=...."
    assert bar(Estimate(0.0), 4, ASCII).plain == "o..."


def test_every_number_is_there(binary):
    """Value, both ends and support of every estimate."""
    lines = report(binary).splitlines()
    for estimate in binary.values():
        row = [line for line in lines if f" {number(estimate.value)} " in line and number(estimate.low) in line]
        assert any(number(estimate.high) in line and f"{estimate.n:,}" in line for line in row)


def test_it_adapts_to_the_width(binary):
    """The bars go first, then n; values and intervals stay whole."""
    assert "●" in report(binary, 80)
    middle = report(binary, 56)
    assert "●" not in middle
    assert " 300" in middle
    narrow = report(binary, 46)
    assert number(binary["roc_auc"].high) in narrow
    for width in (40, 46, 56, 80, 120):
        assert max(map(len, report(binary, width).splitlines())) <= width


def test_undefined_estimates_say_why():
    """A dash in the table and the reason below."""
    text = report(gnomon.evaluate([0, 1, 1], [0, 0, 0]))
    assert "precision: undefined, as no row was predicted as '1'." in text


def test_confusion_matrix_names_both_axes():
    """Rows true, columns predicted."""
    text = report(gnomon.evaluate(["cat", "dog", "cat"], ["cat", "cat", "cat"], positive="cat"))
    block = text[text.index("confusion matrix") :].splitlines()
    assert block[1].strip() == "predicted"
    assert block[2].split() == ["dog", "cat"]
    assert block[3].split() == ["true", "dog", "0", "1"]
    assert block[4].split() == ["cat", "0", "2"]


def test_too_many_classes_for_the_width():
    """The most frequent confusions instead of a matrix that does not fit."""
    rng = np.random.default_rng(1)
    target = np.concatenate([np.arange(40), rng.integers(0, 40, 500)])
    predicted = np.where(rng.random(540) < 0.8, target, (target + 1) % 40)
    text = report(gnomon.evaluate(target, predicted), 80)
    assert "most frequent confusions, of" in text
    assert max(map(len, text.splitlines())) <= 80


def test_per_class_table_grows_with_the_width():
    """As many measures of each class as fit, each with its interval, and the others are named."""
    ev = gnomon.evaluate([0, 1, 2, 1, 0, 2], [0, 1, 2, 0, 0, 1])
    wide, narrow = report(ev, 140), report(ev, 40)
    interval = f"{number(ev.per_class['1']['recall'].low)} – {number(ev.per_class['1']['recall'].high)}"
    assert interval in wide
    assert "recall" in narrow
    assert all(own in narrow for own in ("precision", "0.095 – 0.905", "not shown at this width: "))
    assert max(map(len, narrow.splitlines())) <= 40


def test_slices_are_tables():
    """One for each column, the worst slices first; no line is wider than the terminal."""
    rng = np.random.default_rng(0)
    rows = 2000
    data = {
        "y": rng.integers(0, 2, rows),
        "p": rng.random(rows),
        "g": rng.integers(0, 30, rows),
        "h": ["a", "b"] * 1000,
    }
    ev = gnomon.evaluate(data, target="y", score="p", slices=["g", "h"])
    for width in (44, 80, 120):
        text = report(ev, width)
        assert max(map(len, text.splitlines())) <= width
        assert "and 10 more slices" in text
        assert "ROC AUC" in text
    own = ev.slices["h"]["b"]["roc_auc"]
    assert f"{number(own.value)} {number(own.low)} – {number(own.high)}" in text


def test_a_bound_is_shown_where_it_matters():
    """Beside the value where it is not negligible beside the interval; elsewhere not."""
    assert value_text(Estimate(0.5, 0.4, 0.6, bound=0.01), UNICODE) == "0.500 ± 0.010"
    assert value_text(Estimate(0.5, 0.4, 0.6, bound=0.01), ASCII) == "0.500 +- 0.010"
    assert value_text(Estimate(0.5, 0.4, 0.6, bound=1e-6), UNICODE) == "0.500"
    assert value_text(Estimate(0.5, bound=0.01), UNICODE) == "0.500 ± 0.010"
    assert value_text(Estimate(0.5, bound=1e-9), UNICODE) == "0.500"


def test_text_is_made_harmless():
    """Every control, format, surrogate and unassigned character is replaced."""
    for code in (0, 7, 8, 10, 13, 27, 0x9B, 0x200B, 0x202E, 0x2028, 0xFEFF, 0xD800):
        assert visible(f"a{chr(code)}b") == "a�b"
    assert visible("한국어 ünïcode") == "한국어 ünïcode"


def test_numbers_are_short():
    """At most nine characters or so, never misleading."""
    for value in (0, 0.1234, 12.345, 123.456, 12345.678, 1.23e12, -0.5, 1e-9, -1e-9, float("inf"), float("nan")):
        assert len(number(value)) <= 9
        if np.isfinite(value):
            assert float(number(value).replace(",", "")) == pytest.approx(value, rel=5e-3, abs=5e-4)
