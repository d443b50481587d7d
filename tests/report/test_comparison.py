"""A comparison in every renderer, in both languages: its numbers are the comparison's."""

import re
import warnings

import matplotlib as mpl
import pytest

import gnomon
from gnomon.renderers import RENDERERS
from gnomon.report.pairs import MOST_PAIRS, signed
from gnomon.text import number, p_text


@pytest.fixture(scope="module")
def compared(data):
    """Two models with names that a careless page would run."""
    return gnomon.compare(
        data, target="y", score={"<script>old</script>": "p", "new | *new*": "q"}, positive="<b>sick</b>", margin=0.05
    )


def test_the_page_in_a_browser(visit, compared, tmp_path):
    """Names are text, the table's numbers are the comparison's, the chart is drawn, columns sort."""
    path = tmp_path / "comparison.html"
    compared.save_html(path)
    page = visit(path)
    assert page.inner_text("#answer .answer") == str(compared.answer[0])
    assert page.inner_text("#differences h3") == "new | *new* minus <script>old</script>"
    (pair,) = compared
    rows = [
        [cell.inner_text() for cell in row.query_selector_all("th, td")]
        for row in page.query_selector_all("#differences tbody tr")
    ]
    assert len(rows) == len(pair.differences)
    for row, own in zip(rows, pair.differences.values(), strict=True):
        assert row[1].startswith(signed(own.value))
        assert row[2] == p_text(own.p_value_holm)
        assert row[3] == own.verdict
    assert [own.inner_text() for own in page.query_selector_all("#differences .advice li")] == list(pair.sentences)
    assert page.query_selector_all("#chart-differences svg")
    page.click("#differences button.sort >> text=difference")
    values = [
        float(cell.get_attribute("data-value"))
        for cell in page.query_selector_all("#differences tbody td:nth-child(2)")
    ]
    assert values == sorted(values) or values == sorted(values, reverse=True)


def test_markdown_and_notebook(compared):
    text, shown = compared.to_markdown(), compared._repr_html_()
    (pair,) = compared
    own = pair["roc_auc"]
    assert f"**{signed(own.value)}** ({signed(own.low)} – {signed(own.high)})" in text
    assert "<script>" not in text.replace("\\<script\\>", "")
    assert "new \\| \\*new\\* minus" in text
    assert "<script>old" not in shown
    assert f"{signed(own.value)} <small>{signed(own.low)} – {signed(own.high)}</small>" in shown
    assert str(compared.answer[0]).replace("|", "\\|").replace("*", "\\*") in text
    assert len(shown) < 20_000


def test_plots(compared):
    """Points and ends are the differences; the picture of all begins with them."""
    mpl.use("agg")
    display = compared.plot.differences()
    points = display.ax_.containers[0].lines[0].get_xdata()
    (pair,) = compared
    assert pytest.approx(pair["accuracy"].value) == points[0]
    assert "differences" in repr(compared.plot)
    assert display.ax_.get_xlabel() == "difference"
    with pytest.raises(gnomon.UsageError, match="has no plot 'differences'"):
        compared.models["new | *new*"].plot.differences()
    mpl.pyplot.close("all")


def test_korean(compared):
    """Every sentence is translated; the numbers stay."""
    text = compared.to_markdown(lang="ko")
    (pair,) = compared
    assert number(pair["roc_auc"].value).lstrip("-") in text
    for english in ("inconclusive", "better", "is not worse", "rows needed", "verdict", "detecting a difference"):
        assert english not in text
    page = compared.to_html(lang="ko")
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
    assert "비교" in body
    assert "inconclusive" not in body


def test_many_models_show_so_many_pairs(data):
    """The rest is in the JSON form, and the reader is told."""
    scores = {f"m{place}": "p" if place % 2 else "q" for place in range(7)}
    columns = {f"s{place}": data[own] for place, own in enumerate(scores.values())}
    found = gnomon.compare(
        {"y": data["y"], **columns}, target="y", score=dict(zip(scores, columns, strict=True)), positive="<b>sick</b>"
    )
    assert len(found) == 21
    text = found.to_markdown()
    assert "### " not in text  # pairs are shown where they are asked for
    assert all(f"| m{place} |" in text for place in range(7))
    text = RENDERERS["markdown"](found, only=["pairs", "differences"])
    assert text.count("### ") == MOST_PAIRS
    assert "and 6 more pairs, in the JSON form" in text
    assert "p-values are adjusted for 21 pairs of models" in text.replace("\\", "")


def test_regression():
    """Differences in the target's unit, and a smaller error is better."""
    y = [1.0, 2.0, 3.5, 4.0, 5.5, 6.0, 7.2, 8.1] * 20
    found = gnomon.compare(y, {"a": [own + 1.1 ** (place % 3) for place, own in enumerate(y)], "b": y})
    assert "RMSE: b is better than a: difference -1" in found.to_markdown().replace("\\", "")
    assert found["a", "b"]["rmse"].verdict == "better"
    mpl.use("agg")
    assert found.plot.differences().ax_.get_yticklabels()[0].get_text() == "RMSE"
    mpl.pyplot.close("all")


def test_a_picture_of_no_differences():
    """Where no difference has a place on the axis, the picture says nothing, and warns of nothing."""
    import matplotlib.pyplot as plt

    found = gnomon.compare([0, 1], {"p": [1, 2], "q": [2, 1]}, scale="any")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found.plot.differences()
    plt.close("all")


def test_slices_stand_in_every_report_the_worst_first(data, visit, tmp_path):
    """Rows of the slice, the first model's value, every other one's difference with its verdict."""
    names = [f"<b>{own}</b>|" for own in ("east", "west")]
    frame = {name: list(own) for name, own in data.items()}
    frame["g"] = [names[place % 2] for place in range(len(frame["y"]))]
    compared = gnomon.compare(frame, target="y", score=["p", "q"], positive="<b>sick</b>", slices=["g"])
    (pair,) = compared
    by_value = {value: own["roc_auc"] for value, own in pair.slices["g"].items()}
    order = sorted(by_value, key=lambda value: (by_value[value].verdict != "worse", by_value[value].value))
    text = compared.to_markdown()
    assert [text.index(own.replace("<", "\\<").replace(">", "\\>").replace("|", "\\|")) for own in order] == sorted(
        text.index(own.replace("<", "\\<").replace(">", "\\>").replace("|", "\\|")) for own in order
    )
    shown = RENDERERS["terminal"](compared, "en", only=("slices",))
    for value, own in by_value.items():
        line = next(each for each in shown.splitlines() if each.startswith(value))
        assert f"n = {compared.models['p'].slices['g'][value].n:,}" in line
        assert signed(own.value) in line
        assert own.verdict in line
    path = tmp_path / "slices.html"
    compared.save_html(path)
    page = visit(path)
    table = page.query_selector("#slices table")
    rows = [own.inner_text() for own in table.query_selector_all("tbody th")]
    assert rows == order
    assert "ROC AUC" in table.query_selector("caption").inner_text()
