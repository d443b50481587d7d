"""Shared set-up: Hypothesis profiles, where the example files lie, and a real browser for pages."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parent.parent
# Tests read English, wherever they run; what speaks another language says so.
os.environ["LANGUAGE"] = "en"

settings.register_profile(
    "default",
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.register_profile("long", parent=settings.get_profile("default"), max_examples=2000, derandomize=False)
settings.register_profile("short", parent=settings.get_profile("default"), max_examples=8)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture
def examples() -> Path:
    """The folder of example predictions."""
    return ROOT / "examples" / "predictions"


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

    def __init__(self, browser, path, fragment="", **options):
        self.complaints = []
        self.requests = []
        viewport = {"width": options.pop("width", 1280), "height": 900}
        self.page = browser.new_page(**{"viewport": viewport, **options})
        self.page.set_default_timeout(20_000)
        self.page.on("console", lambda own: self.complaints.append(own.text))
        self.page.on("pageerror", lambda own: self.complaints.append(str(own)))
        self.page.on("request", lambda own: self.requests.append(own.url))
        self.url = path.as_uri()
        self.page.goto(self.url + fragment)
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
        assert [url.partition("#")[0] for url in own.requests] == [own.url]
        assert own.complaints == []
