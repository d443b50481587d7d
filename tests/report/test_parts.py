"""``--only``: some parts of a report alone, in the terminal, as Markdown and as a page; ``--title``."""

import contextlib
import io

import numpy as np
import pytest
from rich.console import Console

import gnomon
from gnomon.errors import UsageError
from gnomon.renderers import RENDERERS
from gnomon.report.parts import ON_REQUEST, PARTS


@pytest.fixture(scope="module")
def results():
    """One of each kind."""
    rng = np.random.default_rng(2)
    y = (rng.random(300) < 0.4).astype(int)
    p, q = (np.clip(0.3 * y + 0.7 * rng.random(300), 0, 1) for _ in "pq")
    rows = {"y": y, "p": p, "g": np.array(["a", "b", "c"])[np.arange(300) % 3]}
    return {
        "evaluation": gnomon.evaluate(rows, target="y", score="p", slices="g"),
        "comparison": gnomon.compare(y, {"a": p, "b": q, "c": 1 - q}),
        "threshold": gnomon.choose_threshold(y, p, costs={"fn": 3, "fp": 1}),
        "multiclass": gnomon.evaluate(rng.integers(0, 3, 300), rng.dirichlet([1, 1, 1], 300)),
    }


@pytest.mark.parametrize("kind", ["evaluation", "comparison", "threshold", "multiclass"])
@pytest.mark.parametrize("form", ["terminal", "markdown", "html"])
def test_a_part_alone_is_what_the_whole_says_of_it(results, kind, form):
    """Each part is shorter than the whole, has lines of its own, and all that it says of itself is in the whole."""
    render = RENDERERS[form]
    whole = set(render(results[kind], only=PARTS).splitlines())
    alone = {}
    for part in PARTS:
        with contextlib.suppress(UsageError):  # a report has not every part
            alone[part] = set(render(results[kind], only=[part]).splitlines())
    assert len(alone) >= 4
    for part, lines in alone.items():
        assert lines != whole, part
        if form != "html":  # whose data stand on one line
            assert lines <= whole, part
    usual = set(render(results[kind]).splitlines())
    for part in alone:
        if form == "terminal" and part not in ON_REQUEST:
            assert alone[part] <= usual, part


def test_unknown_and_absent_parts(results):
    """The nearest is named; of what a report has not, what it has."""
    with pytest.raises(UsageError, match="did you mean 'measures'"):
        RENDERERS["markdown"](results["evaluation"], only=["mesures"])
    with pytest.raises(UsageError, match="it has: measures, classes"):
        RENDERERS["terminal"](results["multiclass"], only=["slices"])


def test_a_title(results):
    """It names the page and the Markdown, as text."""
    for form in ("markdown", "html"):
        text = RENDERERS[form](results["evaluation"], title="Churn <b>July</b>")
        assert "<b>July" not in text
        assert "Churn" in text.split("n = 300")[0]
    assert "<title>Churn &lt;b&gt;July&lt;/b&gt; · binary evaluation</title>" in text


@pytest.mark.parametrize("width", [60, 80, 140])
def test_every_value_has_its_interval(results, width):
    """In the tables of slices, classes and models, however narrow; no line is wider than the terminal."""
    from gnomon.report.terminal.report import render

    for kind, parts in (("evaluation", ["slices"]), ("multiclass", ["classes"]), ("comparison", ["models"])):
        file = io.StringIO()
        render(results[kind], Console(file=file, width=width), parts)
        lines = file.getvalue().splitlines()
        assert max(map(len, lines)) <= width
        table = [line for line in lines[3:] if line.startswith(("a ", "b ", "c ", "0 ", "1 ", "2 "))]
        assert table
        for line in table:
            values = sum(word.startswith(("0.", "1.")) for word in line.split())
            assert values == 3 * line.count(" – ")
