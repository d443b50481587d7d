"""How a measure went over runs: the numbers of the runs, in every form."""

import json

import numpy as np
import pytest

import gnomon
from gnomon.errors import UsageError
from gnomon.history.trend import trend
from gnomon.renderers import RENDERERS
from tests.cli.commands import command


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    """Four runs of two names, one of them without slices; the last is the champion."""
    own = gnomon.History(tmp_path_factory.mktemp("trend") / "history.db")
    rng = np.random.default_rng(3)
    n = 300
    rows = {"id": np.arange(n), "y": rng.integers(0, 2, n), "g": rng.choice(["a|<b>", "b"], n, p=[0.7, 0.3])}
    for place, name in enumerate(("old", "new", "old", "<script>new</script>")):
        rows["p"] = np.clip(0.5 + 0.4 * (rows["y"] - 0.5) + rng.normal(size=n) * (0.4 - 0.05 * place), 0, 1)
        slices = ["g"] if place != 1 else None
        ev = gnomon.evaluate(rows, target="y", score="p", id="id", slices=slices)
        run = own.log(ev, name=name, tags={"place": place})
    own.tag(run.id, "champion")
    return own


def test_a_line_for_each_name(history):
    found = trend(history)
    runs = history.runs()[::-1]
    assert (found.measure, [run.id for run in found.runs]) == ("roc_auc", [run.id for run in runs])
    for name, values in found.series.items():
        assert [own is not None for own in values] == [run.name == name for run in runs]
        assert all(own.value == run.estimates["roc_auc"].value for own, run in zip(values, runs, strict=True) if own)
    assert [run.name for run in trend(history, "f1", name="old").runs] == ["old", "old"]
    assert len(trend(history, limit=2).runs) == 2


def test_a_line_for_each_slice(history):
    found = trend(history, "sensitivity", slices="g")
    assert list(found.series) == ["g:a|<b>", "g:b"]  # that of the most rows first
    for place, run in enumerate(found.runs):
        slices = history.load(run.id).slices
        for name, values in found.series.items():
            expected = slices["g"][name[2:]]["recall"].value if slices else None
            assert (None if values[place] is None else values[place].value) == expected


def test_every_form(history, visit, tmp_path):
    found = trend(history, slices="g")
    text = RENDERERS["markdown"](found, "en")
    assert text.startswith("## ROC AUC over 4 runs")
    assert "<script>" not in text.replace("\\<script\\>", "")
    assert len(RENDERERS["terminal"](found, "en").splitlines()) == 6 + (
        "not shown" in RENDERERS["terminal"](found, "en")
    )
    form = json.loads(RENDERERS["json"](found, "en"))
    assert [own["held"] for own in form["runs"]] == [[], [], [], ["champion"]]
    assert form["series"]["g:b"][1] is None
    assert list(found.to_frame(library="pandas").columns)[:3] == ["series", "run", "name"]
    path = tmp_path / "trend.html"
    found.save_html(path)
    page = visit(path)
    assert page.inner_text("h1") == "ROC AUC over 4 runs"
    assert page.query_selector_all("#chart-trend svg")
    rows = [own.inner_text() for own in page.query_selector_all("#trend tbody th")]
    assert rows == [run.id[:13] for run in history.runs()]


def test_the_command(history, monkeypatch, tmp_path):
    monkeypatch.setenv("GNOMON_HISTORY", history.url)
    monkeypatch.chdir(tmp_path)
    code, out, _ = command("report", "--history", "--by", "recall")
    assert (code, out.splitlines()[0]) == (0, "recall (sensitivity) over 4 runs")
    assert command("report", "--history", "--slice", "g", "-o", "trend.html")[0] == 0
    for words, said in (
        (["report"], "of saved evaluations, or of the history"),
        (["report", "x.json", "--history"], "or of the history"),
        (["report", "x.json", "--by", "recall"], "or of the history"),
        (["report", "--history", "--by", "rmse"], "no such run"),
        (["report", "--history", "--slice", "h"], "no run in the history has slices of 'h'"),
    ):  # fmt: skip
        code, _, err = command(*words)
        assert (code, said in err) == (2, True), err


def test_nothing_to_show(tmp_path):
    with pytest.raises(UsageError, match="no such runs"):
        trend(gnomon.History(tmp_path / "none.db"))
