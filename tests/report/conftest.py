"""A real browser for pages, and evaluations to show."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pytest

import gnomon

# Nothing that a page might ask for leaves the machine, and the browser itself stays quiet.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium, driven by Playwright.

    Without one the tests of pages cannot run: they are skipped, loudly, unless CI says that there must be one.
    """
    path = os.environ.get("GNOMON_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        message = "no Chromium found: install it (apt-get install chromium) or name it in GNOMON_CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(f"PAGES ARE NOT TESTED: {message}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=path, args=QUIET, timeout=60_000)
        yield found
        found.close()


class Visit:
    """A page that was opened, with what it complained of and asked for."""

    def __init__(self, browser, path, **options):
        self.complaints = []
        self.requests = []
        self.page = browser.new_page(**{"viewport": {"width": 1280, "height": 900}, **options})
        self.page.set_default_timeout(20_000)
        self.page.on("console", lambda own: self.complaints.append(own.text))
        self.page.on("pageerror", lambda own: self.complaints.append(str(own)))
        self.page.on("request", lambda own: self.requests.append(own.url))
        self.url = path.as_uri()
        self.page.goto(self.url)
        self.page.wait_for_selector("html[data-ready]")


@pytest.fixture
def visit(browser):
    """Opens a page; afterwards nothing was asked for but the page itself, and nothing was complained of."""
    opened = []

    def open_page(path, **options):
        opened.append(Visit(browser, path, **options))
        return opened[-1].page

    yield open_page
    for own in opened:
        own.page.close()
        assert own.requests == [own.url]
        assert own.complaints == []


@pytest.fixture(scope="session")
def data():
    """Rows with two scores, and names that a careless page would run."""
    rng = np.random.default_rng(7)
    y = rng.random(400) < 0.3
    scores = {
        name: np.round(np.clip(rng.normal(0.35 + gain * y, 0.18), 0, 1), 2) for name, gain in (("p", 0.25), ("q", 0.35))
    }
    regions = np.where(np.arange(400) % 3, "<script>alert(1)</script>", 'north & "south"')
    return {"y": np.where(y, "<b>sick</b>", "well"), "</script><script>alert(2)</script>": regions, **scores}


@pytest.fixture(scope="session")
def evaluations(data):
    """Two models side by side, with slices."""
    return gnomon.Evaluations(
        {
            name: gnomon.evaluate(
                data, target="y", score=score, positive="<b>sick</b>", slices=["</script><script>alert(2)</script>"]
            )
            for name, score in (("old <i>model</i>", "p"), ("new", "q"))
        }
    )


@pytest.fixture(scope="session")
def regression():
    """An evaluation of amounts."""
    rng = np.random.default_rng(1)
    y = rng.normal(10, 3, size=1500)
    return gnomon.evaluate(y, y + rng.normal(size=1500))


@pytest.fixture(scope="session")
def multiclass():
    """An evaluation of five classes."""
    rng = np.random.default_rng(2)
    y = rng.integers(0, 5, 600)
    return gnomon.evaluate(y, np.where(rng.random(600) < 0.7, y, rng.integers(0, 5, 600)))
