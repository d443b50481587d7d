"""How a notebook displays an evaluation."""

import builtins
from html.parser import HTMLParser

import pytest

import gnomon
from gnomon.report.html import templates
from gnomon.text import number


class Tags(HTMLParser):
    """The elements and the text of a piece of HTML."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_it_is_small_and_whole(evaluations, multiclass, regression):
    """A table and what it says, each element closed, no script, no request, a few kilobytes."""
    for ev in (evaluations, evaluations["new"], multiclass, regression):
        text = ev._repr_html_()
        found = Tags(text)
        assert not found.open
        assert not {"script", "img", "link", "iframe"} & set(found.tags)
        assert len(text.encode()) < 12_000
        first = ev if isinstance(ev, gnomon.Evaluation) else ev["new"]
        for own in first.values():
            assert number(own.value) in found.text


def test_without_the_templates_it_is_text(monkeypatch):
    """A notebook falls back on the text where Jinja is not installed, and a page says what to install."""
    templates.environment.cache_clear()
    real = builtins.__import__

    def missing(name, *rest):
        if name == "jinja2":
            raise ImportError("no jinja2", name="jinja2")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    ev = gnomon.evaluate([0, 1, 1], [0, 1, 0])
    assert ev._repr_html_() is None
    with pytest.raises(gnomon.UsageError, match=r"pip install 'gnomon\[report\]'"):
        ev.to_html()
    monkeypatch.undo()
    templates.environment.cache_clear()
    assert ev._repr_html_().startswith("<div")


def test_the_page_within_a_notebook(browser, tmp_path, evaluations):
    """In a frame of its own, whose slider moves; nothing is asked for, and nothing complained of."""
    made = evaluations.explore(height=700)
    assert "save_html" in repr(made)
    path = tmp_path / "notebook.html"
    path.write_text(f"<!DOCTYPE html><html><body>{made._repr_html_()}</body></html>", encoding="utf-8")
    page = browser.new_page()
    complaints, requests = [], []
    page.on("pageerror", lambda own: complaints.append(str(own)))
    page.on("console", lambda own: complaints.append(own.text))
    page.on("request", lambda own: requests.append(own.url))
    page.goto(path.as_uri())
    frame = page.frames[1]
    frame.wait_for_selector("html[data-ready]")
    frame.fill("#typed", "0.3")
    frame.dispatch_event("#typed", "change")
    assert float(frame.inner_text("#threshold").removeprefix("score ≥ ")) >= 0.3
    page.close()
    assert complaints == []
    assert {url for url in requests if not url.startswith("about:")} == {path.as_uri()}
    for wrong in (0, -5, "tall", True):
        with pytest.raises(gnomon.UsageError, match="is not a number of pixels"):
            evaluations.explore(height=wrong)
