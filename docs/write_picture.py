"""Makes docs/page.png: the threshold slider of an evaluation as an HTML page, in headless Chromium."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import gnomon

ROOT = Path(__file__).parent.parent
SIZE = {"width": 1180, "height": 900}


def main() -> None:
    """Writes the picture."""
    found = gnomon.evaluate(
        ROOT / "examples" / "predictions" / "breast_cancer_forest.csv",
        target="diagnosis",
        score="p_malignant",
        positive="malignant",
    )
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = Path(folder) / "report.html"
        found.save_html(page, lang="en")
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            view = browser.new_page(viewport=SIZE, color_scheme="light")
            view.goto(page.as_uri())
            heading = view.get_by_role("heading", name="Threshold", exact=True)
            heading.evaluate("own => own.closest('section').scrollIntoView()")
            view.wait_for_timeout(1500)
            view.screenshot(path=ROOT / "docs" / "page.png")
        finally:
            browser.close()


if __name__ == "__main__":
    main()
