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
