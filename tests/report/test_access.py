"""The page for everyone: axe finds nothing, what a link says is shown, paper and narrow screens lose nothing."""

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

import gnomon

# Each kind of page once, on both grounds and both screens.
LOOKED_AT = (
    ("evaluation", "light", 390), ("evaluation", "dark", 1280), ("multiclass", "light", 1280),
    ("comparison", "dark", 390), ("many", "light", 1280), ("threshold", "dark", 1280), ("regression", "light", 390),
)  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory, multiclass, regression):
    """A page of each kind, by name."""
    rng = np.random.default_rng(11)
    x = rng.normal(size=900)
    y = (rng.random(900) < 1 / (1 + np.exp(1.2 - 1.5 * x))).astype(int)
    scores = {f"m{k}": 1 / (1 + np.exp(1 - x - (0.4 + 0.2 * k) * rng.normal(size=900))) for k in range(12)}
    rows = {"y": y, "p": scores["m0"], "region": np.array(["north", "south", "east"])[np.arange(900) % 3]}
    results = {
        "evaluation": gnomon.evaluate(rows, target="y", score="p", slices="region"),
        "multiclass": multiclass,
        "comparison": gnomon.compare(y, {"old": scores["m0"], "new": scores["m3"]}, costs={"fn": 5, "fp": 1}),
        "many": gnomon.compare(y, scores),
        "threshold": gnomon.choose_threshold(y, scores["m0"], costs={"fn": 5, "fp": 1}),
        "regression": regression,
    }
    folder = tmp_path_factory.mktemp("pages")
    for name, own in results.items():
        own.save_html(folder / f"{name}.html")
    return {name: folder / f"{name}.html" for name in results}


@pytest.mark.parametrize(("kind", "scheme", "width"), LOOKED_AT)
def test_axe_finds_nothing(visit, pages, kind, scheme, width):
    """Names, roles, contrast, what the keyboard reaches: on a wide screen and on a narrow one."""
    page = visit(pages[kind], width=width, color_scheme=scheme, bypass_csp=True)
    found = Axe().run(page).response["violations"]
    assert [(own["id"], own["nodes"][0]["target"]) for own in found] == []


def test_a_link_says_what_was_meant(visit, pages):
    """Threshold, costs and model are taken from the address, and put into it as they are changed."""
    page = visit(pages["comparison"], fragment="#model=new&threshold=0.3&fn=7&fp=2")
    assert page.input_value("#model") == "1"
    assert page.input_value("#cost-fn") == "7"
    assert page.input_value("#cost-fp") == "2"
    at = float(page.input_value("#typed"))
    assert at >= 0.3
    assert page.evaluate("location.hash") == "#model=new&threshold=0.3&fn=7&fp=2"  # a link is not rewritten
    page.fill("#cost-fn", "9")
    said = dict(part.split("=") for part in page.evaluate("location.hash")[1:].split("&"))
    assert said == {"model": "new", "threshold": str(at), "fn": "9", "fp": "2"}
    page = visit(pages["comparison"], fragment="#" + "&".join(f"{name}={own}" for name, own in said.items()))
    assert float(page.input_value("#typed")) == at
    for wrong in ("#threshold=x&fn=-3&model=nobody", "#measures"):
        page = visit(pages["comparison"], fragment=wrong)
        assert page.input_value("#cost-fn") == "5"  # what the thresholds were chosen by


def test_scores_by_class_under_the_slider(visit, pages):
    """The bars of both classes, and a line where the slider stands."""
    page = visit(pages["evaluation"])
    assert page.locator("#chart-scores svg path").count() > 40
    shares = page.evaluate("JSON.parse(document.getElementById('data').textContent).explorer.stops[0].scores")
    negatives, positives = (sum(row[place] for row in shares) for place in (2, 3))
    assert (negatives, positives) == pytest.approx((1, 1), abs=1e-4)


@pytest.mark.parametrize(("kind", "most"), [("evaluation", 2), ("multiclass", 2), ("comparison", 3), ("many", 3)])
def test_on_paper(visit, pages, tmp_path, kind, most):
    """An evaluation takes two pages at most, a comparison three."""
    page = visit(pages[kind])
    page.pdf(path=tmp_path / "a.pdf", format="A4")
    assert 1 <= len(re.findall(rb"/Type\s*/Page[^s]", (tmp_path / "a.pdf").read_bytes())) <= most


def test_verdicts_are_on_a_narrow_screen(visit, pages):
    """Difference, p and verdict need no scrolling at 390 pixels."""
    page = visit(pages["comparison"], width=390)
    right = page.evaluate(
        "Math.max(...[...document.querySelectorAll('#differences tbody tr')].map("
        "row => row.children[3].getBoundingClientRect().right))"
    )
    assert right <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_sections_stay_in_reach(visit, pages):
    """The list of sections is on the screen wherever the page stands."""
    page = visit(pages["evaluation"])
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(800)
    assert 0 <= page.evaluate("document.querySelector('nav').getBoundingClientRect().top") < 5
