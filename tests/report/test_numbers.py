"""Every column, mark, bar and label of a report against the evaluation's own numbers: three models, a sure slice."""

import io
import json
import re

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from rich.console import Console
from sklearn import metrics

import gnomon
from gnomon.evaluation.result.evaluation import SURE
from gnomon.measures.registry import get_measure
from gnomon.report.html import charts, view
from gnomon.report.html.explorer import slider_measures, stops_of
from gnomon.report.markdown import markdown
from gnomon.report.pairs import rows_of, signed
from gnomon.report.plots import intervals as plots_of_intervals
from gnomon.report.remarks import BASELINES, comparable, from_the_worst
from gnomon.report.terminal.comparison import render_comparison
from gnomon.report.terminal.evaluation import against_text, render_evaluation
from gnomon.report.terminal.tables import UNICODE, bar
from gnomon.text import number, p_text

RNG = np.random.default_rng(4)
N = 1200
Y = (RNG.random(N) < 0.4).astype(int)
GROUP = np.array(["good", "bad", "usual", "other"])[np.arange(N) % 4]
GROUP[:12] = "tiny"
NOISE = np.where(GROUP == "bad", 3.0, np.where(GROUP == "good", 0.2, 1.0))
SCORES = {
    name: np.round(1 / (1 + np.exp(-(gain * (2 * Y - 1) + NOISE * RNG.normal(size=N)))), 3)
    for name, gain in (("weak", 0.6), ("middling", 0.9), ("strong", 1.2))
}
DATA = {"y": Y, "g": GROUP, **SCORES}
ENDS = ("value", "low", "high")


@pytest.fixture(scope="module")
def models():
    """Three evaluations of the same rows, with slices."""
    return {name: gnomon.evaluate(DATA, target="y", score=name, slices="g") for name in SCORES}


@pytest.fixture(scope="module")
def compared():
    """The three compared."""
    return gnomon.compare(Y, SCORES)


def ends_of(own):
    """An interval as a report writes it."""
    return "" if np.isnan(own.low) else f"{number(own.low)} – {number(own.high)}"


def test_the_table_of_measures(models):
    """Each cell is its model's value and interval, in the order low, high; the baseline says what answers."""
    found = view.measures(models)
    assert found["models"] == list(models)
    by_title = {row["title"]: row for row in found["rows"]}
    first = models["weak"]
    for name in first:
        row = by_title[get_measure(name).title]
        for own, shown in zip(models.values(), row["cells"], strict=True):
            assert (shown["value"], shown["interval"]) == (number(own[name].value), ends_of(own[name]))
            assert own[name].low <= own[name].value <= own[name].high
        baseline = first.baseline.estimates.get(name)
        said = row["baseline"]
        assert said.partition(" ")[0] == ("" if baseline is None else number(baseline.value))
        if baseline is not None and baseline.defined:
            assert said.partition(" ")[2] == BASELINES[first.baseline.strategies[name]]
        assert row["n"] == f"{first[name].n:,}"
        assert row["method"] == (first[name].method or "")
    assert len({row["cells"][2]["value"] for row in found["rows"]}) > 5
    alone = view.measures({"": first})
    for name, difference in first.baseline.differences.items():
        row = next(row for row in alone["rows"] if row["title"] == get_measure(name).title)
        assert (row["difference"]["value"], row["difference"]["interval"]) == (
            number(difference.value),
            ends_of(difference),
        )


def test_the_slices_worst_first_and_a_warning_at_worse_ones_only(models):
    """Of the slices that differ for sure the bad one is warned of, the good one is not; few rows come last."""
    (table,) = view.slices({"": models["middling"]})["tables"]
    slices = models["middling"].slices["g"]
    names = [row["name"] for row in table["rows"]]
    by = "roc_auc"
    assert names[-1] == "tiny"
    assert names[0] == "bad"
    assert names[-2] == "good"
    gaps = [slices[name].differences[by].value for name in names[:-1]]
    assert gaps == sorted(gaps)
    sure = {name for name in names[:-1] if slices[name].differences[by].p_value_bh <= SURE}
    assert {"good", "bad"} <= sure
    assert [row["name"] for row in table["rows"] if row["worse"]] == [
        n for n in names[:-1] if n in sure and gaps[names.index(n)] < 0
    ]
    assert "good" not in [row["name"] for row in table["rows"] if row["worse"]]
    assert [row["name"] for row in table["rows"] if row["few"]] == ["tiny"]
    for row in table["rows"]:
        own = slices[row["name"]]
        assert row["n"] == f"{own.n:,}"
        assert row["cells"][0]["value"] == number(own[by].value)
        if own.reliable:
            assert row["difference"]["value"] == number(own.differences[by].value)
            assert row["difference"]["interval"] == ends_of(own.differences[by])
        else:
            assert row["difference"]["value"] == ""


def test_losses_are_ranked_the_other_way_round():
    """Of a regression the slice of the greatest error is the worst, and is warned of."""
    y = RNG.normal(size=900)
    spread = np.where(GROUP[:900] == "bad", 3.0, np.where(GROUP[:900] == "good", 0.2, 1.0))
    data = {"y": y, "p": y + spread * RNG.normal(size=900), "g": GROUP[:900]}
    ev = gnomon.evaluate(data, target="y", prediction="p", slices="g", task="regression")
    (table,) = view.slices({"": ev})["tables"]
    assert table["rows"][0]["name"] == "bad"
    assert [row["name"] for row in table["rows"] if row["worse"]] == ["bad"]
    assert ev.worst_slices()[0][1] == "bad"
    assert [own.numbers["slice"] for own in ev.advice if own.rule == "worst_slice"] == ["bad"]


def said(evaluation, width=130):
    """The terminal's report."""
    stream = io.StringIO()
    render_evaluation(evaluation, Console(file=stream, width=width, highlight=False, markup=False))
    return stream.getvalue()


def test_the_terminal(models):
    """Each row of the estimates' table, and the slices: a star where one is surely worse."""
    ev = models["strong"]
    out = said(ev)
    for name, own in ev.items():
        line = next(line for line in out.splitlines() if line.startswith(get_measure(name).title + " "))
        assert number(own.value) in line
        assert f"{number(own.low)} – {number(own.high)}" in line
        guess = ev.baseline.estimates.get(name)
        assert guess is None or number(guess.value) in line
    lines = out.splitlines()
    start = next(i for i, line in enumerate(lines) if line.split()[:1] == ["g"])
    slices = ev.slices["g"]
    shown = [line.split()[0] for line in lines[start + 1 : start + 7] if line.strip() and line.split()[0] in slices]
    assert shown == from_the_worst(slices, "roc_auc")
    for value in shown:
        text, own = against_text(slices[value], "roc_auc").plain, slices[value]
        if not own.reliable:
            assert text == "few rows"
            continue
        difference = own.differences["roc_auc"]
        assert text.endswith("*") == (difference.p_value_bh <= SURE and difference.value < 0)
        assert text.rstrip("*") == signed(difference.value)


@pytest.mark.parametrize(("low", "value", "high"), [(0.2, 0.5, 0.9), (0.0, 0.0, 0.3), (0.7, 1.0, 1.0)])
def test_the_bar(low, value, high):
    """The line from end to end, the point at the value, the track outside."""
    drawn = bar(gnomon.Estimate(value, low, high, 0.95, "wilson", 10), 101, UNICODE).plain
    assert [i for i, own in enumerate(drawn) if own == UNICODE.point] == [round(100 * value)]
    line = [i for i, own in enumerate(drawn) if own in (UNICODE.line, UNICODE.point)]
    assert (min(line), max(line)) == (round(100 * low), round(100 * high))


def layer_with(spec, mark):
    """The layer of a chart with a kind of mark."""
    return next(own for own in spec["layer"] if own["mark"]["type"] == mark and "style" not in own["mark"])


def test_the_chart_of_intervals(models):
    """A rule from low to high, a point at the value, for each model and measure; a tick where a guess is."""
    spec = charts.intervals_chart(models)
    rule, point = layer_with(spec, "rule"), layer_with(spec, "point")
    assert rule["encoding"]["x"]["field"] == "low"
    assert rule["encoding"]["x2"]["field"] == "high"
    assert point["encoding"]["x"]["field"] == "value"
    expected = [
        {"measure": get_measure(name).title, "model": model}
        | {end: getattr(own[name], end) for end in ("value", "low", "high")}
        for model, own in models.items()
        for name in comparable(models["weak"])
    ]
    assert point["data"]["values"] == expected
    assert rule["data"]["values"] == expected
    tick = next(own for own in spec["layer"] if own["mark"]["type"] == "tick")
    guesses = models["weak"].baseline.estimates
    expected = {
        get_measure(name).title: own.value for name, own in guesses.items() if name in comparable(models["weak"])
    }
    assert {own["measure"]: own["baseline"] for own in tick["data"]["values"]} == {
        title: value for title, value in expected.items() if not np.isnan(value)
    }


def test_the_chart_of_calibration(models):
    """Rules from low to high, a line through the shares; of one model the band of chance, both ends of it."""
    ev = models["strong"]
    curve = ev.calibration.equal_width
    spec = charts.calibration_chart({"": ev})
    rule, line = layer_with(spec, "rule"), next(own for own in spec["layer"] if "tooltip" in own["encoding"])
    assert [rule["encoding"][own]["field"] for own in ("x", "y", "y2")] == ["p", "low", "high"]
    assert [line["encoding"][own]["field"] for own in ("x", "y")] == ["p", "share"]
    for field, column in (
        ("p", curve.probability),
        ("share", curve.observed),
        ("low", curve.low),
        ("high", curve.high),
    ):
        assert [own[field] for own in rule["data"]["values"]] == column.tolist()
    band = next(own for own in spec["layer"] if own["mark"]["type"] == "area")
    assert [band["encoding"][own]["field"] for own in ("y", "y2")] == ["low", "high"]
    assert [(own["low"], own["high"]) for own in band["data"]["values"]] == list(
        zip(curve.band_low.tolist(), curve.band_high.tolist(), strict=True)
    )
    assert not [own for own in charts.calibration_chart(models)["layer"] if own["mark"]["type"] == "area"]


def test_the_chart_of_the_matrix():
    """A cell is counted at its true row and its predicted column, shaded by the share of the true class."""
    ev = gnomon.evaluate(["a"] * 7 + ["b"] * 3, ["a"] * 5 + ["b"] * 2 + ["a"] + ["b"] * 2, positive="b")
    spec = charts.confusion_chart(ev.confusion)
    cells = {
        (own["true"], own["predicted"]): (own["rows"], own["share"], own["text"]) for own in spec["data"]["values"]
    }
    assert cells == {("a", "a"): (5, 5 / 7, "5"), ("a", "b"): (2, 2 / 7, "2"), ("b", "a"): (1, 1 / 3, "1"),
                     ("b", "b"): (2, 2 / 3, "2")}  # fmt: skip
    assert spec["encoding"]["y"]["field"] == "true"
    assert spec["encoding"]["x"]["field"] == "predicted"


@pytest.mark.parametrize("threshold", [0.5, 0.4321, 0.0, 1.0])
def test_the_slider(threshold):
    """At each stop the counts are those of the rows at or above it, and the measures scikit-learn's."""
    ev = gnomon.evaluate(DATA, target="y", score="strong", threshold=threshold)
    stops = stops_of(ev, 40)
    score = SCORES["strong"]
    assert stops["used"] == threshold
    assert (stops["positives"], stops["negatives"]) == (Y.sum(), N - Y.sum())
    at = stops["threshold"][stops["start"]]
    called = score >= threshold
    assert at is None or ((score >= at) == called).all()
    oracles = {
        "precision": metrics.precision_score, "recall": metrics.recall_score, "f1": metrics.f1_score,
        "accuracy": metrics.accuracy_score, "balanced_accuracy": metrics.balanced_accuracy_score,
        "matthews_corrcoef": metrics.matthews_corrcoef, "cohen_kappa": metrics.cohen_kappa_score,
        "specificity": lambda y, c: metrics.recall_score(1 - y, ~c),
        "false_positive_rate": lambda y, c: c[y == 0].mean(),
        "negative_predictive_value": lambda y, c: metrics.precision_score(1 - y, ~c),
    }  # fmt: skip
    assert set(oracles) == set(slider_measures())
    for stop, (limit, tp, fp) in enumerate(zip(stops["threshold"], stops["tp"], stops["fp"], strict=True)):
        above = score >= (np.inf if limit is None else limit)
        assert (tp, fp) == ((above & (Y == 1)).sum(), (above & (Y == 0)).sum())
        for name in slider_measures() if above.any() and not above.all() else ("recall", "accuracy", "f1"):
            value, low, high = (stops["measures"][name][end][stop] for end in range(3))
            assert value == number(oracles[name](Y, above)), (name, limit)
            assert float(low) <= float(value) <= float(high)
    for name in slider_measures():
        shown = [stops["measures"][name][end][stops["start"]] for end in range(3)]
        assert shown == [number(own) for own in (ev[name].value, ev[name].low, ev[name].high)]


def test_the_slider_where_an_estimate_is_missing():
    """An evaluation that was saved without one of the measures is shown all the same, from the table's counts."""
    ev = gnomon.evaluate(DATA, target="y", score="strong")
    form = ev.to_dict()
    del form["estimates"]["specificity"]
    bare = gnomon.Evaluation.from_dict(form)
    assert stops_of(bare, 40)["measures"]["specificity"][0] == stops_of(ev, 40)["measures"]["specificity"][0]
    assert bare.to_html()


def test_the_table_of_pairs(compared):
    """Each row is the second model minus the first; p-values are Holm's, which differ from the plain ones."""
    assert len(compared.pairs) == 3
    changed = 0
    for pair in compared.pairs:
        first, second = compared.models[pair.first], compared.models[pair.second]
        for row, (name, own) in zip(rows_of(pair, compared.n), pair.differences.items(), strict=True):
            assert own.value == pytest.approx(second[name].value - first[name].value, abs=1e-12)
            assert row.difference == signed(own.value)
            assert row.interval == ("" if np.isnan(own.low) else f"{signed(own.low)} – {signed(own.high)}")
            assert row.p_value == p_text(own.p_value_holm)
            changed += p_text(own.p_value_holm) != p_text(own.p_value)
            if own.verdict in ("better", "worse"):
                gain = get_measure(name).better * own.value
                assert row.good == (gain > 0)
                assert (own.verdict == "better") == (gain > 0)
                assert own.p_value_holm <= SURE
    assert changed > 2
    out = io.StringIO()
    render_comparison(compared, Console(file=out, width=150, highlight=False, markup=False), ["pairs"])
    for pair in compared.pairs:
        for row in rows_of(pair, compared.n)[:5]:
            assert any(row.title in line and row.difference in line and row.p_value in line
                       for line in out.getvalue().splitlines())  # fmt: skip


def test_holms_adjustment(compared):
    """Over the pairs of each measure: the least p-value times the number of pairs, and so on, never falling."""
    for name in ("roc_auc", "brier_score", "accuracy"):
        plain = np.array([pair[name].p_value for pair in compared.pairs])
        order = np.argsort(plain)
        expected = np.empty(3)
        expected[order] = np.minimum(1, np.maximum.accumulate(plain[order] * np.array([3, 2, 1])))
        assert [pair[name].p_value_holm for pair in compared.pairs] == pytest.approx(expected)


def test_the_chart_of_differences(compared):
    """A rule from low to high and a point at each difference."""
    spec = charts.differences_chart(compared, compared.pairs)
    rule, point = layer_with(spec, "rule"), layer_with(spec, "point")
    assert [rule["encoding"][own]["field"] for own in ("x", "x2")] == ["low", "high"]
    assert point["encoding"]["x"]["field"] == "value"
    by = {(own["model"], own["measure"]): own for own in point["data"]["values"]}
    for pair in compared.pairs:
        own = by[f"{pair.second} minus {pair.first}", get_measure("roc_auc").title]
        assert (own["value"], own["low"], own["high"]) == (
            pair["roc_auc"].value,
            pair["roc_auc"].low,
            pair["roc_auc"].high,
        )


def bars_of(ax):
    """The horizontal error bars of an axes, by the place of their point: low, value, high."""
    found = {}
    for container in ax.containers:
        points, _, (segments,) = container.lines
        for (x, y), segment in zip(zip(*points.get_data(), strict=True), segments.get_segments(), strict=True):
            found[float(y)] = (segment[0][0], float(x), segment[1][0])
    return found


def test_plots_of_intervals(models, compared):
    """Error bars reach from low to high, a row a measure from the top down; slices stand worst first."""
    _, ax = plt.subplots()
    plots_of_intervals.draw_intervals(ax, {"": models["weak"]})
    names = comparable(models["weak"])
    for row, name in enumerate(names):
        own = models["weak"][name]
        assert bars_of(ax)[row] == pytest.approx((own.low, own.value, own.high))
    assert [own.get_text() for own in ax.get_yticklabels()] == [get_measure(name).title for name in names]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    _, ax = plt.subplots()
    plots_of_intervals.draw_slices(ax, {"": models["strong"]}, "g", "roc_auc")
    slices = models["strong"].slices["g"]
    for row, value in enumerate(from_the_worst(slices, "roc_auc")):
        own = slices[value]["roc_auc"]
        assert bars_of(ax)[row] == pytest.approx((own.low, own.value, own.high))
        assert ax.get_yticklabels()[row].get_text() == f"{value} (n={slices[value].n:,})"
    _, ax = plt.subplots()
    plots_of_intervals.draw_differences(ax, compared)
    for place, pair in enumerate(compared.pairs):
        own = pair[names[0]]
        assert bars_of(ax)[0.5 * (place / 2 - 0.5)] == pytest.approx((own.low, own.value, own.high))
    plt.close("all")


def test_bands_of_curves_have_both_ends(models):
    """The filled band of the ROC curve goes from the lower to the upper end of the recall."""
    ev = models["strong"]
    band = ev.thresholds.bands(["recall", "precision", "false_positive_rate"])
    for draw, name in ((ev.plot.roc, "recall"), (ev.plot.precision_recall, "precision")):
        _, ax = plt.subplots()
        draw(ax=ax)
        (area,) = ax.collections
        drawn = set(np.round(area.get_paths()[0].vertices[:, 1], 9))
        for end in (band[name].low, band[name].high):
            known = end[~np.isnan(end)]
            assert {*np.round(known[1:-1], 9)} <= drawn
    plt.close("all")


def test_measures_by_threshold(models):
    """Each line is its measure at each threshold; the evaluation's own threshold is marked and named."""
    ev = models["strong"]
    _, ax = plt.subplots()
    ev.plot.thresholds(ax=ax)
    lines = {own.get_label(): own for own in ax.get_lines()}
    assert lines["threshold 0.5"].get_xdata()[0] == 0.5
    for name in ("precision", "recall", "f1"):
        across, up = lines[get_measure(name).title].get_data()
        expected = dict(zip(ev.thresholds.threshold.tolist(), ev.thresholds[name].tolist(), strict=True))
        assert [expected[own] for own in across] == pytest.approx(up.tolist(), nan_ok=True)
    plt.close("all")


def test_markdown_has_the_numbers(models):
    """A column a model, in their order; the worst slice first, with a warning at the worse ones."""
    text = markdown(gnomon.Evaluations(models))
    heads = next(line for line in text.splitlines() if line.startswith("| measure ("))
    assert re.findall(r"weak|middling|strong", heads) == list(models)
    for name in ("roc_auc", "recall", "brier_score"):
        line = next(own for own in text.splitlines() if own.startswith(f"| {get_measure(name).title} |"))
        cells = [f"**{number(own[name].value)}** ({ends_of(own[name])})" for own in models.values()]
        assert " | ".join(cells) in line
    warned = re.findall(r"\| (\w+) ⚠ \|", text)
    assert "bad" in warned
    assert not {"good", "tiny"} & set(warned)


def test_data_in_the_page_is_escaped(tmp_path):
    """A label that would end the script is no tag in the page's data, which is JSON all the same."""
    wild = "</script><img src=x onerror=alert(1)>"
    data = {"y": np.where(Y == 1, wild, "well"), "p": SCORES["strong"], "g": np.where(GROUP == "bad", wild, "a&b")}
    ev = gnomon.evaluate(data, target="y", score="p", positive=wild, slices="g", classes=["well", wild])
    page = ev.to_html()
    assert wild not in page
    blocks = re.findall(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert blocks
    for block in blocks:
        assert "<" not in block
        json.loads(block)


def test_train_beside_test():
    """Values of both, the gap between them, and a warning where train is better for sure."""
    data = {**DATA, "part": np.where(np.arange(N) % 2, "train", "test")}
    data["strong"] = np.where((data["part"] == "train") & (RNG.random(N) < 0.8), Y * 0.98 + 0.01, data["strong"])
    ev = gnomon.evaluate(data, target="y", score="strong", split="part=train")
    (table,) = view.train({"": ev})["tables"]
    assert table["n"] == [f"{ev.train.n:,}", f"{ev.n:,}"]
    for row, (name, gap) in zip(table["rows"], ev.gap.items(), strict=True):
        shown = [own["value"] for own in row["cells"]]
        assert shown == [number(own) for own in (ev.train[name].value, ev[name].value, gap.value)]
        better = gap.low > 0 if get_measure(name).better > 0 else gap.high < 0
        assert row["worse"] == better
    assert any(row["worse"] for row in table["rows"])
