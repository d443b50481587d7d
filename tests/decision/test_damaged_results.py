"""Saved results are read back and shown; what is none is refused. tests/fuzz tries damaged ones."""

import contextlib
import copy
import io
import json

import numpy as np
import pytest
from rich.console import Console

import gnomon
from gnomon.errors import StateError
from gnomon.report.terminal.report import render

ODD = (None, -1, 0, 1e308, -1e308, "x", "", [], {}, [1], {"a": 1}, True, 1.5, 10**30, 10**400, [[[]]], "\x1b[31m",
       float("nan"), float("inf"))  # fmt: skip


def results_of_every_kind():
    """One of each kind of result."""
    rng = np.random.default_rng(0)
    n = 60
    y = rng.integers(0, 2, n)
    p = np.clip(0.4 * y + rng.random(n) * 0.6, 0, 1)
    rows = {"y": y, "p": p, "g": np.array(["a", "b"])[np.arange(n) % 2], "part": np.where(np.arange(n) % 4, "x", "z")}
    three, table = rng.integers(0, 3, n), rng.dirichlet([1, 1, 1], n)
    return [
        gnomon.evaluate(rows, target="y", score="p", slices="g", split="part=z"),
        gnomon.evaluate(three, table),
        gnomon.evaluate(rng.integers(0, 2, (n, 3)), rng.random((n, 3))),
        gnomon.evaluate(y + rng.normal(0, 1, n), y + 0.1),
        gnomon.compare(y, {"a": p, "b": np.clip(p + rng.normal(0, 0.1, n), 0, 1)}, costs={"fn": 5, "fp": 1}),
        gnomon.Evaluations({"a": gnomon.evaluate(y, p), "b": gnomon.evaluate(y, 1 - p)}),
        gnomon.choose_threshold(y, p, goal="f1"),
        gnomon.minimum_cost(three, table, costs=np.ones((3, 3)) - np.eye(3)),
        gnomon.recalibrate(rows, target="y", score="p", split="part=z"),
    ]


@pytest.fixture(scope="module")
def forms():
    """Them, as JSON holds them."""
    return [json.loads(own.to_json()) for own in results_of_every_kind()]


def places(form, at=()):
    """Where values stand in a form; of long lists the first few."""
    items = form.items() if isinstance(form, dict) else enumerate(form[:4]) if isinstance(form, list) else ()
    for key, own in items:
        yield (*at, key)
        yield from places(own, (*at, key))


def damaged(form, rng):
    """A copy with one to three values put in place of others, taken out or added."""
    made = copy.deepcopy(form)
    known = list(places(made))
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        *path, key = rng.choice(known)
        own = made
        try:
            for step in path:
                own = own[step]
            way = rng.random()
            if way < 0.15 and isinstance(own, dict):
                del own[key]
            elif way < 0.25 and isinstance(own, list):
                own.append(copy.deepcopy(own[0]))
            elif way < 0.3 and isinstance(own, dict):
                own["new"] = own[key]
            else:
                own[key] = copy.deepcopy(rng.choice(ODD))
        except (LookupError, TypeError):
            continue
    return made


def show(result, *, page):
    """Every renderer."""
    repr(result)
    result.to_json()
    render(result, Console(file=io.StringIO(), width=90))
    result.to_markdown()
    if page:
        result.to_html()


def test_every_result_is_read_back(forms, tmp_path):
    """Undamaged ones are what they were, and are shown."""
    for form in forms:
        (tmp_path / "a.json").write_text(json.dumps(form))
        found = gnomon.load(tmp_path / "a.json")
        assert json.loads(found.to_json()) == form
        show(found, page=True)


@pytest.mark.parametrize("text", [
    "", "{", "[]", "1", "null", '"x"', "[" * 100_000, '{"schema_version": 1, "estimates": {}}', '{"pairs": []}',
    '{"schema_version": 2, "estimates": {}}', '{"decision": "threshold", "schema_version": 2}',
    '{"evaluations": {}}', '{"decision": ["x"], "schema_version": 1}', '{"decision": "threshold", "schema_version": 1}',
    '{"schema_version": 1, "estimates": NaN}', '{"a": ' * 900 + "1" + "}" * 900, "\ufeff{}",
])  # fmt: skip
def test_what_is_no_result_at_all(tmp_path, text):
    """Said in one line."""
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    with pytest.raises(StateError) as raised:
        gnomon.load(tmp_path / "a.json")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(("count", "fits"), [(2**62 - 1, True), (2**62, False), (-1, False), (0, True), (True, False)])
def test_counts_that_can_be(forms, tmp_path, count, fits):
    """Whole numbers from 0 on that fit into 64 bits."""
    form = copy.deepcopy(forms[0])
    form["confusion"]["counts"][0][0] = count
    (tmp_path / "a.json").write_text(json.dumps(form))
    if fits:
        assert gnomon.load(tmp_path / "a.json").confusion.counts[0, 0] == count
    else:
        with pytest.raises(StateError):
            gnomon.load(tmp_path / "a.json")


def kinds_of_places(form):
    """One place of each kind in a form: of estimates and lists that look alike the first."""
    found = {}
    for path in places(form):
        names = tuple(own for own in path if isinstance(own, str))
        found.setdefault((names[:1], names[-1:], len(path), isinstance(path[-1], int)), path)
    return found.values()


# Where anything may stand: what was said of the rows and of the machine, and what is not read back, as it follows from
# the rest.
FREE = {"provenance", "answers", "strategies", "parameters", "gap", "gnomon_version", "equivalent", "not_worse"}


def test_every_field_is_checked(forms, tmp_path):
    """A value of another type, wherever it stands, is refused."""
    path = tmp_path / "a.json"
    accepted = []
    for form in forms:
        for place in kinds_of_places(form):
            if FREE & set(place) or (place == ("task",) and "pairs" in form):
                continue
            if place[1:2] == ("b",) and place[2:]:  # which is checked as the first of its kind is
                continue
            made = copy.deepcopy(form)
            own = made
            for step in place[:-1]:
                own = own[step]
            own[place[-1]] = {"odd": [[]]}
            path.write_text(json.dumps(made))
            with contextlib.suppress(StateError):
                gnomon.load(path)
                accepted.append((form.get("decision", form.get("task")), place))
    assert accepted == []


def test_counts_beyond_the_doubles(forms, tmp_path):
    """Counts whose products are no doubles are no counts, of either sign."""
    (form,) = (own for own in forms if own.get("decision") == "threshold")
    for huge in (1e308, -1e308):
        made = copy.deepcopy(form)
        column = made["thresholds"]["true_positives"]
        column[-1 if huge > 0 else 0] = huge
        (tmp_path / "a.json").write_text(json.dumps(made))
        with pytest.raises(StateError, match=r"true_positives"):
            gnomon.load(tmp_path / "a.json")


def test_a_whole_number_where_another_may_stand(forms, tmp_path):
    """JSON writes 3.0 as 3 in other hands: that is the same number."""
    (form,) = (own for own in forms if own.get("decision") == "cost")
    made = copy.deepcopy(form)
    made["constant"]["cost"] = 3
    (tmp_path / "a.json").write_text(json.dumps(made))
    show(gnomon.load(tmp_path / "a.json"), page=True)
