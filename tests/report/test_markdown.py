"""Markdown for pull requests: whatever names hold, it is shown as text and breaks no table."""

import pytest
from markdown_it import MarkdownIt

import gnomon
from gnomon.report.markdown import plain
from gnomon.text import number

READER = MarkdownIt("commonmark", {"html": True}).enable("table")
UGLY = [
    "a|b", "<script>alert(1)</script>", "*bold* _it_ `code`", "[x](http://a)", "![x](y)", "# head", "- item", "1. one",
    "https://a.example", "www.a.example", "GH-1 #2", "12. twelve", "~~gone~~", "back\\slash", "line\nbreak", ":tada:",
    "@someone", "&lt;", "$x$", "한글",
]  # fmt: skip


@pytest.mark.parametrize("name", UGLY)
def test_names_are_text(name):
    """As a reader of Markdown sees it: the name itself, without markup or HTML."""
    (paragraph,) = [own for own in READER.parse(plain(name)) if own.type == "inline"]
    assert {own.type for own in paragraph.children} <= {"text", "text_special"}
    assert "".join(own.content for own in paragraph.children).replace("\u2060", "") == " ".join(name.split())


@pytest.mark.parametrize("name", UGLY)
def test_tables_stay_whole(name):
    """A class, a column, a model of such a name leaves every table with as many cells as it has heads."""
    rows = {"y": [name, "other", name, "other"] * 10, "p": [0.9, 0.2, 0.4, 0.6] * 10, name: ["u", "v"] * 20}
    ev = gnomon.evaluate(rows, target="y", score="p", positive=name, slices=[(name,)])
    text = gnomon.Evaluations({name: ev, "second": ev}).to_markdown()
    tokens = READER.parse(text)
    assert not [own for own in tokens if own.type == "html_block"]
    assert not [own for token in tokens for own in token.children or () if own.type == "html_inline"]
    heads = [len(line.split(" | ")) for line in text.splitlines() if line.startswith("| ---")]
    assert len(heads) >= 3
    widths = cells = None
    for token in tokens:
        if token.type == "tr_open":
            cells = 0
        elif token.type in ("th_open", "td_open"):
            cells += 1
        elif token.type == "thead_open":
            widths = None
        elif token.type == "tr_close":
            assert widths in (None, cells)
            widths = cells


def test_every_estimate_is_there(multiclass, regression):
    """With its value, its interval and what a guess scores."""
    for ev in (multiclass, regression):
        text = ev.to_markdown()
        for own in ev.values():
            assert number(own.value) in text
        for own in ev.baseline.estimates.values():
            assert number(own.value) in text
