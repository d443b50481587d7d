"""Results as JSON are what docs/schema-2.json says; those of version 1 are read as version 2."""

import json

import jsonschema
import numpy as np
import pytest

import gnomon
from tests.conftest import ROOT

SCHEMA = json.loads((ROOT / "docs" / "schema-2.json").read_text(encoding="utf-8"))
RNG = np.random.default_rng(7)
N = 240
Y = RNG.random(N) < 0.4
P = np.clip(0.3 + 0.3 * Y + RNG.normal(0, 0.2, N), 0.01, 0.99)
ROWS = {
    "y": Y, "p": P, "q": np.clip(P + RNG.normal(0, 0.1, N), 0.01, 0.99), "w": RNG.uniform(0.5, 2, N),
    "g": RNG.choice(["a", "b"], N), "c": RNG.integers(0, 30, N), "part": np.where(np.arange(N) < 120, "fit", "rest"),
}  # fmt: skip
MANY, TABLE = RNG.integers(0, 3, N), RNG.dirichlet([1, 1, 1], N)
COLUMNS = {"target": "y", "score": "p"}
RESULTS = {
    "binary": lambda: gnomon.evaluate(ROWS, **COLUMNS, slices=["g"]),
    "few rows": lambda: gnomon.evaluate([0, 1, 1], [0.2, 0.9, 0.4]),
    "weights": lambda: gnomon.evaluate(ROWS, **COLUMNS, weight="w", slices=["g"]),
    "clusters": lambda: gnomon.evaluate(ROWS, **COLUMNS, cluster="c", slices=["g"]),
    "certified": lambda: gnomon.evaluate(ROWS, **COLUMNS, exact=False),
    "train and test": lambda: gnomon.evaluate(ROWS, **COLUMNS, split="part=fit"),
    "multiclass": lambda: gnomon.evaluate(MANY, TABLE),
    "multilabel": lambda: gnomon.evaluate(RNG.integers(0, 2, (90, 3)), RNG.integers(0, 2, (90, 3))),
    "regression": lambda: gnomon.evaluate(RNG.normal(size=90), RNG.normal(size=90)),
    "several": lambda: gnomon.Evaluations({"a": gnomon.evaluate(Y, P), "b": gnomon.evaluate(Y, P)}),
    "comparison": lambda: gnomon.compare(ROWS, target="y", score=["p", "q"], margin=0.02, slices=["g"]),
    "regressions": lambda: gnomon.compare(RNG.normal(size=50), {"a": RNG.normal(size=50), "b": RNG.normal(size=50)}),
    "gate": lambda: gnomon.gate(ROWS, target="y", score="p", baseline_score="q", margin={"f1": 0.1}, where=[
        "g:* recall >= 0.2", "missing <= 1 %", "warn roc_auc >= 0.99"]),
    "threshold": lambda: gnomon.choose_threshold(ROWS, **COLUMNS, goal="f1", where="recall >= 0.5"),
    "no threshold": lambda: gnomon.choose_threshold(ROWS, **COLUMNS, where=["recall >= 0.99", "precision >= 0.99"]),
    "cost": lambda: gnomon.choose_threshold(ROWS, **COLUMNS, costs={"fn": 5, "fp": 1}, split="part=fit"),
    "matrix": lambda: gnomon.minimum_cost(MANY, TABLE, costs=1 - np.eye(3)),
    "recalibration": lambda: gnomon.recalibrate(ROWS, **COLUMNS, split="part=fit"),
}  # fmt: skip


def test_the_schema_is_one():
    """It is a JSON Schema."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("kind", RESULTS)
def test_results_have_the_form(kind):
    """Every field is described, and what is described is there."""
    made = RESULTS[kind]()
    form = json.loads(made.to_json())
    jsonschema.validate(form, SCHEMA)
    assert type(made).from_dict(form) == made


@pytest.mark.parametrize("kind", ["binary", "comparison", "threshold", "recalibration"])
def test_a_field_that_is_not_described_is_noticed(kind):
    """The schema is closed: one field more, or one fewer, does not fit."""
    form = json.loads(RESULTS[kind]().to_json())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**form, "more": 1}, SCHEMA)
    form.pop("notes")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(form, SCHEMA)


EARLIER = json.loads((ROOT / "tests" / "contracts" / "results_version_1.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", EARLIER)
def test_files_of_version_1_are_read(tmp_path, kind):
    """With all their numbers; their sentences are kept as they are, and what is saved is version 2."""
    path = tmp_path / "saved.json"
    path.write_text(json.dumps(EARLIER[kind]), encoding="utf-8")
    found = gnomon.load(path)
    form = json.loads(found.to_json())
    jsonschema.validate(form, SCHEMA)
    assert numbers(form) == numbers(EARLIER[kind])
    assert sorted(said(form)) == sorted(said(EARLIER[kind]))
    assert type(found).from_dict(form) == found


SKIPPED = ("advice", "answer", "values", "schema_version")


def numbers(form):
    """The numbers of a form by size, but for those that sentences tell."""
    if isinstance(form, dict):
        return sorted(own for key, each in form.items() if key not in SKIPPED for own in numbers(each))
    if isinstance(form, list):
        return sorted(own for each in form for own in numbers(each))
    return [float(form)] if isinstance(form, (int, float)) and not isinstance(form, bool) else []


def said(form, key=""):
    """The sentences of a form of either version."""
    if isinstance(form, dict) and "text" in form:
        yield form["text"]
    elif isinstance(form, dict):
        for name, own in form.items():
            if name not in ("provenance", "answer"):  # which follows from the rest
                yield from said(own, name)
    elif isinstance(form, list):
        for own in form:
            yield from said(own, key)
    elif isinstance(form, str) and key in ("notes", "says", "reason", "warning", "goal"):
        yield form


def test_names_from_outside_are_not_renamed():
    """A slice that is called as a field was called in version 1 keeps its name."""
    form = gnomon.Evaluation.from_dict(EARLIER["evaluation"]).to_dict()
    assert set(form["slices"]["g"]) == {"exact", "holm"}
    assert set(gnomon.Evaluations.from_dict(EARLIER["evaluations"])) == {"says"}


def test_later_versions_are_refused():
    """The message names both versions."""
    with pytest.raises(gnomon.StateError, match="schema version 3; this gnomon reads versions 1 to 2"):
        gnomon.Evaluation.from_dict({**EARLIER["evaluation"], "schema_version": 3})


@pytest.mark.parametrize(
    "template", ["{auc.__class__}", "{auc:>999999999}", "{auc[0]}", "{other}", "{0}", "{auc!a}", "{auc:{auc}}"]
)
def test_templates_of_saved_files_are_plain(template):
    """A template from a file fills its places with its values, and reaches nothing else."""
    form = gnomon.evaluate(Y, P).to_dict()
    form["notes"] = [{"code": "x", "template": template, "values": {"auc": 0.5}, "text": "0.5"}]
    with pytest.raises(gnomon.StateError, match="template"):
        gnomon.Evaluation.from_dict(form)
