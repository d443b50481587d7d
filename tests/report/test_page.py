"""The page in a real browser: its numbers are the evaluation's, it asks for nothing, and it can be used by anyone."""

import re

import numpy as np
import pytest

import gnomon
from gnomon.measures.registry import get_measure
from gnomon.report.html import explorer
from gnomon.text import number
from tests.conftest import Visit


@pytest.fixture(scope="module")
def path(tmp_path_factory, evaluations):
    """The page of two models."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    evaluations.save_html(path)
    return path


@pytest.fixture(scope="module")
def alone(tmp_path_factory, evaluations):
    """The page of one model."""
    path = tmp_path_factory.mktemp("page") / "alone.html"
    evaluations["new"].save_html(path)
    return path


def shown(page):
    """The confusion matrix and the measures that the page shows."""
    cells = {name: int(page.inner_text(f"#{name}").replace(",", "")) for name in ("tn", "fp", "fn", "tp")}
    return cells, measures(page)


def measures(page):
    """The value and the interval of each measure that the page shows."""
    return {
        row.get_attribute("data-measure"): [cell.inner_text() for cell in row.query_selector_all("td")]
        for row in page.query_selector_all("[data-measure]")
    }


def expected(data, score, threshold):
    """The same of an evaluation at that threshold."""
    ev = gnomon.evaluate(data, target="y", score=score, positive="<b>sick</b>", threshold=threshold)
    (tn, fp), (fn, tp) = ev.confusion.counts.tolist()
    measures = {}
    for name in explorer.slider_measures():
        own = ev[name]
        measures[name] = [number(own.value), "" if np.isnan(own.low) else f"{number(own.low)} – {number(own.high)}"]
    return {"tn": tn, "fp": fp, "fn": fn, "tp": tp}, measures


def threshold_of(page):
    """The threshold that the page says."""
    return float(page.inner_text("#threshold").removeprefix("score ≥ "))


def test_it_opens_at_the_evaluations_threshold(visit, alone, data):
    """Counts, measures and intervals are those of the evaluation."""
    page = visit(alone)
    assert threshold_of(page) == 0.5
    assert shown(page) == expected(data, "q", 0.5)


def test_the_slider_by_keyboard(visit, alone, data):
    """Each key moves to a threshold whose numbers are those of an evaluation there."""
    page = visit(alone)
    page.focus("#slider")
    for key in ("ArrowRight", "ArrowRight", "PageDown", "ArrowLeft", "PageUp"):
        page.keyboard.press(key)
        assert shown(page) == expected(data, "q", threshold_of(page))
        assert page.get_attribute("#slider", "aria-valuetext") == page.inner_text("#threshold")
    page.keyboard.press("End")
    assert page.inner_text("#threshold") == "no row is predicted positive"
    assert shown(page)[0]["tp"] == 0
    assert shown(page)[1]["precision"] == ["-", ""]
    page.keyboard.press("Home")
    cells, _ = shown(page)
    assert cells["tn"] == cells["fn"] == 0


def test_the_slider_by_mouse(visit, alone, data):
    """A click on the track moves there; points on the curves and the line of the threshold move along."""
    page = visit(alone)
    before = (
        page.inner_html("#chart-roc"),
        page.inner_html("#chart-precision-recall"),
        page.inner_html("#chart-thresholds"),
    )
    page.locator("#slider").scroll_into_view_if_needed()
    box = page.locator("#slider").bounding_box()
    page.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + box["height"] / 2)
    assert threshold_of(page) < 0.5
    assert shown(page) == expected(data, "q", threshold_of(page))
    page.wait_for_timeout(200)
    after = (
        page.inner_html("#chart-roc"),
        page.inner_html("#chart-precision-recall"),
        page.inner_html("#chart-thresholds"),
    )
    assert all(own != other for own, other in zip(before, after, strict=True))


def test_a_typed_threshold(visit, alone, data):
    """What is typed goes to the least threshold not below it; a button leads back."""
    page = visit(alone)
    page.fill("#typed", "0.333")
    page.press("#typed", "Enter")
    page.locator("#typed").blur()
    assert threshold_of(page) == 0.34
    assert shown(page) == expected(data, "q", 0.333)
    page.click("#reset")
    assert threshold_of(page) == 0.5
    page.click("#best-f1")
    best = gnomon.evaluate(data, target="y", score="q", positive="<b>sick</b>").thresholds.best("f1")
    assert threshold_of(page) == best.threshold


def test_costs(visit, alone, data):
    """The least cost is at once that of the best of all thresholds."""
    page = visit(alone)
    table = gnomon.evaluate(data, target="y", score="q", positive="<b>sick</b>").thresholds
    for fp, fn in ((1, 1), (1, 12), (9, 1)):
        page.fill("#cost-fp", str(fp))
        page.fill("#cost-fn", str(fn))
        best = table.best(costs={"fp": fp, "fn": fn})
        assert float(page.inner_text("#cost-best")) == pytest.approx(best.value, abs=1e-3)
        page.click("#best-cost")
        assert page.inner_text("#cost-here") == page.inner_text("#cost-best")
        assert threshold_of(page) == best.threshold


def test_several_models(visit, path, data):
    """Each has its own threshold; names from outside are text."""
    page = visit(path)
    assert shown(page) == expected(data, "p", 0.5)
    page.select_option("#model", label="new")
    assert shown(page) == expected(data, "q", 0.5)
    page.fill("#typed", "0.7")
    page.press("#typed", "Tab")
    page.select_option("#model", label="old <i>model</i>")
    assert shown(page) == expected(data, "p", 0.5)


def test_names_from_outside_are_text(visit, path):
    """Whatever columns, classes, slices and models are called, it is shown and never run."""
    page = visit(path)
    text = page.inner_text("body")
    for name in ("<script>alert(1)</script>", "</script><script>alert(2)</script>", "<b>sick</b>", "old <i>model</i>",
                 'north & "south"'):  # fmt: skip
        assert name in text
    assert not page.query_selector_all("main b > *, main i")
    assert len(page.query_selector_all("script")) == 3


def test_slices_are_sorted(visit, path):
    """By a click or a key on the head of a column, up and then down, and the head says so."""
    page = visit(path)
    table = page.locator("#slices table").first
    head = table.locator("thead th").nth(1)

    def rows():
        return [int(own.replace(",", "")) for own in table.locator("tbody td:nth-child(2)").all_inner_texts()]

    head.locator("button").click()
    assert rows() == sorted(rows())
    assert head.get_attribute("aria-sort") == "ascending"
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert rows() == sorted(rows(), reverse=True)
    assert head.get_attribute("aria-sort") == "descending"


def test_for_screen_readers(visit, path):
    """One heading of the page, sections by name, labels on all controls, names on all charts, and a way past."""
    page = visit(path)
    assert page.locator("h1").count() == 1
    assert page.get_attribute("html", "lang") == "en"
    for section in page.query_selector_all("main section"):
        named = section.get_attribute("aria-labelledby")
        assert page.inner_text(f"#{named}")
    for control in page.query_selector_all("input, select"):
        assert control.evaluate("own => own.labels.length") == 1
    for chart in page.query_selector_all("[role=img]"):
        assert chart.get_attribute("aria-label")
    for head in page.query_selector_all("th"):
        assert head.get_attribute("scope") in {"row", "col"}
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_light_and_dark_narrow_and_wide(visit, path, scheme, width):
    """Nothing is wider than the screen, and text stands out from its ground (WCAG AA)."""
    page = visit(path, viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for selector in ("body", ".lead", "nav a", "td.number", "small"):
        ink, ground = page.evaluate(
            """selector => {
                const own = document.querySelector(selector);
                let ground = own;
                const clear = (e) => getComputedStyle(e).backgroundColor === "rgba(0, 0, 0, 0)";
                while (clear(ground) && ground.parentElement) ground = ground.parentElement;
                return [getComputedStyle(own).color, getComputedStyle(ground).backgroundColor];
            }""",
            selector,
        )
        assert contrast(ink, ground) >= 4.5, selector


def contrast(ink, ground):
    """The contrast of two colours (WCAG 2.2, relative luminance)."""

    def luminance(text):
        parts = np.array([float(own) for own in re.findall(r"[\d.]+", text)[:3]]) / 255
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    high, low = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_in_print(visit, path):
    """On paper the controls are gone, and the numbers stay."""
    page = visit(path)
    page.emulate_media(media="print")
    assert not page.is_visible("#slider")
    assert page.is_visible("#tp")
    assert page.pdf()[:4] == b"%PDF"


def test_other_tasks(visit, tmp_path, regression, multiclass):
    """Amounts and many classes have their charts and tables, and the same restraint."""
    for name, own in (("regression", regression), ("multiclass", multiclass)):
        own.save_html(tmp_path / f"{name}.html")
        page = visit(tmp_path / f"{name}.html")
        for chart in page.query_selector_all("[data-chart]"):
            assert chart.query_selector("svg")
        text = page.inner_text("#measures")
        for estimate, each in own.items():
            assert f"{get_measure(estimate).title}" in text
            assert number(each.value) in text


def test_the_policy_forbids_all_else(visit, alone, tmp_path):
    """A script, a style or a picture that is slipped in does not run, and is not fetched."""
    text = alone.read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    assert "unsafe" not in policy
    assert "default-src &#39;none&#39;" in policy or "default-src 'none'" in policy
    slipped = tmp_path / "slipped.html"
    slipped.write_text(text.replace("</main>", "<script>document.title = 'run'</script></main>"), encoding="utf-8")
    browser = visit(alone).context.browser
    other = Visit(browser, slipped)
    assert other.page.title() != "run"
    assert any("Content Security Policy" in own for own in other.complaints)
    other.page.close()


def test_the_chart_librarys_licences_are_in_the_page(path):
    """Whoever passes the page on passes on the notices of the code in it."""
    page = " ".join(path.read_text(encoding="utf-8").split())
    for holder in ("University of Washington Interactive Data Lab", "Mike Bostock", "Jon", "Joachim Wester"):
        assert holder in page
    for kind in ("BSD-3-Clause. Redistribution", "ISC. Permission", "MIT. Permission"):
        assert kind in page


@pytest.mark.slow
def test_it_is_small_whatever_the_rows(tmp_path):
    """With hundreds of thousands of rows, thousands of slices and hundreds of classes it stays below 1.5 MB."""
    rng = np.random.default_rng(0)
    n = 200_000
    y, shop = rng.random(n) < 0.2, rng.integers(0, 3000, n)
    rows = {"y": y, "p": np.clip(rng.normal(0.3 + 0.2 * y, 0.15), 0, 1), "shop": shop}
    ev = gnomon.evaluate(rows, target="y", score="p", slices=["shop"])
    assert len(ev.to_html().encode()) < 1_500_000
    many = rng.integers(0, 300, n)
    assert len(gnomon.evaluate(many, np.roll(many, 7), task="multiclass").to_html().encode()) < 1_500_000


def test_long_names_stay_apart(visit, tmp_path):
    """Models and classes that differ only after many letters are drawn apart, and their curves are drawn."""
    rng = np.random.default_rng(3)
    y = rng.random(200) < 0.4
    long = "a gradient boosted forest of very many shallow trees, number "
    models = {long + n: gnomon.evaluate(y, np.clip(rng.normal(0.4 + 0.2 * y, 0.2), 0, 1)) for n in ("one", "two")}
    gnomon.Evaluations(models).save_html(tmp_path / "models.html")
    page = visit(tmp_path / "models.html")
    assert len(set(page.locator("#model option").all_inner_texts())) == 2
    colours = {own.get_attribute("stroke") for own in page.query_selector_all("#chart-roc .mark-line path")}
    assert len(colours - {None, "transparent"}) >= 2
    names = [f"chronic obstructive pulmonary {own}" for own in ("disease", "oedema", "fibrosis")]
    true = rng.choice(names, 120)
    gnomon.evaluate(true, np.roll(true, 1)).save_html(tmp_path / "classes.html")
    page = visit(tmp_path / "classes.html")
    assert page.locator("[data-chart=confusion-0] .mark-rect path").count() == 9


def test_weights_and_no_intervals(visit, tmp_path):
    """What is not known is not told: with weights only the evaluation's own intervals, without intervals none."""
    rng = np.random.default_rng(5)
    y, p = rng.random(200) < 0.4, np.round(rng.random(200), 2)
    weighted = gnomon.evaluate(y, p, weight=np.where(y, 10.0, 0.1))
    weighted.save_html(tmp_path / "weighted.html")
    page = visit(tmp_path / "weighted.html")
    own = weighted["specificity"]
    assert measures(page)["specificity"] == [number(own.value), f"{number(own.low)} – {number(own.high)}"]
    page.focus("#slider")
    page.keyboard.press("ArrowRight")
    assert all(interval == "" for _, interval in measures(page).values())
    gnomon.evaluate(y, p, interval="none").save_html(tmp_path / "none.html")
    page = visit(tmp_path / "none.html")
    page.focus("#slider")
    page.keyboard.press("ArrowRight")
    assert all(interval == "" for _, interval in measures(page).values())


def test_predictions_beside_scores(visit, tmp_path):
    """Without a threshold the slider begins where as many rows are flagged as were predicted, and says no more."""
    rng = np.random.default_rng(6)
    y = rng.random(300) < 0.4
    rows = {"y": y, "s": rng.normal(50 + 10 * y, 10).round(), "said": rng.random(300) < 0.3}
    ev = gnomon.evaluate(rows, target="y", score="s", prediction="said", scale="any")
    ev.save_html(tmp_path / "both.html")
    page = visit(tmp_path / "both.html")
    cells, _ = shown(page)
    assert abs(cells["tp"] + cells["fp"] - int(ev.confusion.counts[:, 1].sum())) < 15
    assert page.is_disabled("#reset")
    assert page.locator("#confusion").count() == 1
