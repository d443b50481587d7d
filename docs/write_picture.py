"""Makes the pictures of the documentation in headless Chromium: the threshold slider, and those of a round of models.

``docs/page.png``, and in both languages ``docs/images/round-*.png``: a leaderboard in the terminal, the summary of a
gate in a pull request, the page of the history.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from playwright.sync_api import Browser, sync_playwright
from rich.console import Console

import gnomon
from gnomon.history.leaderboard import leaderboard
from gnomon.history.trend import trend
from gnomon.report.annotations import summary
from gnomon.report.language import speaking
from gnomon.report.runs import show_board

ROOT = Path(__file__).parent.parent
PREDICTIONS, IMAGES = ROOT / "examples" / "predictions", ROOT / "docs" / "images"
SIZE = {"width": 1180, "height": 900}
MODELS, DIGITS = ("tree", "forest", "boosted"), {"target": "y", "positive": "9"}
RULES = ("accuracy >= baseline - 0.07", "digit:3 accuracy >= baseline")
STYLE = """<style>body {font: 15px/1.5 system-ui, sans-serif; margin: 24px; width: 850px}
table {border-collapse: collapse} td, th {border: 1px solid #d0d7de; padding: 6px 13px}
pre {font: 14px/1.4 "Noto Sans Mono CJK KR", monospace !important; background: none !important}
code {font: inherit !important}</style>"""


def main() -> None:
    """Writes the pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            slider(browser, Path(folder) / "report.html")
            for name, page in pages(Path(folder)):
                view = browser.new_page(viewport={"width": 900, "height": 220}, color_scheme="light")
                view.goto(page.as_uri())
                view.wait_for_timeout(1500)
                view.screenshot(path=IMAGES / f"{name}.png", full_page=True)
        finally:
            browser.close()


def slider(browser: Browser, page: Path) -> None:
    """The threshold slider of an evaluation as an HTML page."""
    cancer: dict[str, Any] = {"target": "diagnosis", "score": "p_malignant", "positive": "malignant"}
    gnomon.evaluate(PREDICTIONS / "breast_cancer_forest.csv", **cancer).save_html(page, lang="en")
    view = browser.new_page(viewport=SIZE, color_scheme="light")
    view.goto(page.as_uri())
    heading = view.get_by_role("heading", name="Threshold", exact=True)
    heading.evaluate("own => own.closest('section').scrollIntoView()")
    view.wait_for_timeout(1500)
    view.screenshot(path=ROOT / "docs" / "page.png")


def pages(folder: Path) -> Iterator[tuple[str, Path]]:
    """The pages of a round of three models, in both languages, by the names of their pictures."""
    three = PREDICTIONS / "digits_three.csv"
    history = gnomon.History(folder / "history.db")
    for model in MODELS:
        evaluation = gnomon.evaluate(three, **DIGITS, score=model, slices="digit")
        history.log(evaluation, name=model, rows=three)
    history.tag("tree", "champion")
    judged = gnomon.gate(three, **DIGITS, score="boosted", baseline_score="forest", where=RULES)
    for lang in ("en", "ko"):
        ending = "" if lang == "en" else f".{lang}"
        with speaking(lang):
            console = Console(record=True, width=88, file=io.StringIO())
            show_board(leaderboard(history, "average_precision"), console)
            texts = {
                f"round-terminal{ending}": STYLE + console.export_html(inline_styles=True),
                f"round-summary{ending}": STYLE + MarkdownIt().enable("table").render(summary(judged, None)),
            }
        for name, text in texts.items():
            (folder / f"{name}.html").write_text(text, encoding="utf-8")
            yield name, folder / f"{name}.html"
        page = folder / f"round-trend{ending}.html"
        trend(history, "accuracy", slices="digit").save_html(page, lang=lang)
        yield f"round-trend{ending}", page


if __name__ == "__main__":
    main()
