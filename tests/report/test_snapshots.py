"""What each component of the reports looks like, as it was last looked at: pytest --snapshot-update after a change."""

from dataclasses import replace

import pytest

import gnomon
from gnomon.report.html.page import collect_charts
from gnomon.report.html.templates import rendered
from gnomon.report.html.view import heading, sections

Y = ["no", "no", "no", "yes", "no", "yes", "yes", "no", "yes", "no", "yes", "no"]
P = [0.1, 0.3, 0.2, 0.35, 0.4, 0.8, 0.9, 0.6, 0.7, 0.15, 0.55, 0.05]
ROWS = {
    "y": Y,
    "p": P,
    "q": [0.5 + own / 3 for own in P],
    "region": ["a|b", "<c>"] * 6,
    "part": ["fit"] * 6 + ["x"] * 6,
}


@pytest.fixture(scope="module")
def binary():
    """A small evaluation with everything that a binary one can have."""
    return gnomon.evaluate(ROWS, target="y", score="p", positive="yes", slices=["region"], split="part=fit")


@pytest.fixture(scope="module")
def several():
    """Two models."""
    whole = {name: gnomon.evaluate(ROWS, target="y", score=name, positive="yes") for name in ("p", "q")}
    return gnomon.Evaluations(whole)


@pytest.fixture(scope="module")
def kinds(binary, several):
    """An evaluation of each kind, by name."""
    labels = {"a": [0, 1, 1, 0, 1, 0], "b": [1, 1, 0, 0, 1, 0]}
    said = {"pa": [0, 1, 0, 0, 1, 1], "pb": [1, 1, 0, 1, 1, 0]}
    return {
        "binary": {"": binary},
        "several": several,
        "multiclass": {"": gnomon.evaluate([0, 1, 2, 1, 0, 2, 2, 1], [0, 1, 2, 2, 0, 2, 1, 1])},
        "multilabel": {"": gnomon.evaluate(labels | said, target=["a", "b"], prediction=["pa", "pb"])},
        "regression": {"": gnomon.evaluate([1.5, 2.0, 3.5, 4.25, 5.0], [1.0, 2.0, 4.0, 4.5, 4.75])},
    }


@pytest.fixture(scope="module")
def compared():
    """Two models, compared within a margin."""
    return gnomon.compare(ROWS, target="y", score=["p", "q"], positive="yes", margin={"roc_auc": 0.1})


def test_comparison(compared, snapshot):
    """The section of a comparison with its chart, its Markdown, and how a notebook displays it."""
    from gnomon.report.html.notebook import fragment
    from gnomon.report.markdown import markdown

    models = stable(compared.models)
    found = sections(models, compared)
    specs = collect_charts(found)
    for name in ("answer", "differences"):
        assert rendered(f"sections/{name}.html", own=found[name]) == snapshot(name=name)
    assert look(specs["differences"]) == snapshot(name="chart")
    assert heading(models, compared) == snapshot(name="heading")
    shown = replace(compared, models=models)
    assert markdown(shown) == snapshot(name="markdown")
    assert fragment(shown) == snapshot(name="notebook")


def look(spec):
    """A chart as a line a layer: its mark, what each channel shows, of how many values (test_numbers.py has them)."""
    lines = [f"height {spec['height']}"]
    for layer in spec.get("layer", [spec]):
        mark = layer["mark"] if isinstance(layer["mark"], str) else " ".join(map(str, layer["mark"].values()))
        channels = []
        for name, own in {**spec.get("encoding", {}), **layer.get("encoding", {})}.items():
            fields = own if isinstance(own, list) else [own]
            shown = ", ".join(f"{each.get('field', each.get('value'))}" + titled(each) for each in fields)
            channels.append(f"{name}: {shown}")
        data = layer.get("data", spec.get("data", {}))
        source = f"{len(data['values'])} values" if "values" in data else data.get("name", "")
        lines.append(f"{mark} | {' | '.join(channels)} | {source}")
    return lines


def titled(channel):
    """The title of a channel, where it has one."""
    return f" ({channel['title']})" if channel.get("title") else ""


def stable(evaluations):
    """The same, without the versions of what is installed."""
    return {
        name: gnomon.Evaluation.from_dict(
            own.to_dict() | {"provenance": {**own.provenance, "gnomon": "x", "python": "x", "numpy": "x"}}
        )
        for name, own in evaluations.items()
    }


@pytest.mark.parametrize("kind", ["binary", "several", "multiclass", "multilabel", "regression"])
def test_sections(kinds, kind, snapshot):
    """Each section of the page, and the charts that stand in it."""
    found = sections(stable(kinds[kind]))
    specs = collect_charts(found)
    if "thresholds" in found:
        del found["thresholds"]["data"]  # test_numbers.py counts it
    for name, own in found.items():
        assert rendered(f"sections/{name}.html", own=own) == snapshot(name=name)
    assert {name: look(spec) for name, spec in specs.items()} == snapshot(name="charts")
    assert heading(stable(kinds[kind])) == snapshot(name="heading")


@pytest.mark.parametrize("kind", ["binary", "several", "multiclass", "multilabel", "regression"])
def test_markdown_and_notebook(kinds, kind, snapshot):
    """The whole text for pull requests, and how a notebook displays it."""
    from gnomon.report.html.notebook import fragment
    from gnomon.report.markdown import markdown

    models = stable(kinds[kind])
    result = models[""] if "" in models else gnomon.Evaluations(models)
    assert markdown(result) == snapshot(name="markdown")
    assert fragment(result) == snapshot(name="notebook")
