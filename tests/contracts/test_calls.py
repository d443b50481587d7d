"""Whatever is passed and not used is refused, with the argument that is meant; what an error advises works."""

import inspect
import re

import click
import numpy as np
import pandas as pd
import pytest

import gnomon
from gnomon.cli import gnomon as group
from gnomon.errors import GnomonError, UnknownArgumentError, UsageError
from tests.cli.commands import command

RNG = np.random.default_rng(0)
Y = RNG.integers(0, 2, 200)
P = np.clip(0.4 * Y + RNG.random(200) * 0.6, 0, 1)
THREE = RNG.integers(0, 3, 200)
TABLE = RNG.dirichlet([1, 1, 1], 200)
ROWS = pd.DataFrame({"y": Y, "p": P, "q": 1 - P, "part": np.where(np.arange(200) % 2, "a", "b"), "three": THREE,
                     "when": pd.date_range("2024-01-01", periods=200, freq="h")})  # fmt: skip


class Model:
    """A classifier of two classes."""

    classes_ = np.array([0, 1])

    def predict_proba(self, X):
        return np.column_stack([1 - X[:, 0], X[:, 0]])

    def predict(self, X):
        return (X[:, 0] > 0.5).astype(int)


VERBS = {
    "evaluate": lambda **more: gnomon.evaluate(Y, P, **more),
    "compare": lambda **more: gnomon.compare(Y, {"a": P, "b": 1 - P}, **more),
    "choose_threshold": lambda **more: gnomon.choose_threshold(Y, P, **({"goal": "f1"} | more)),
    "minimum_cost": lambda **more: gnomon.minimum_cost(THREE, TABLE, **({"costs": np.ones((3, 3))} | more)),
    "recalibrate": lambda **more: gnomon.recalibrate(ROWS, **({"target": "y", "score": "p", "split": "part=a"} | more)),
    "evaluate_model": lambda **more: gnomon.evaluate_model(Model(), P[:, None], Y, **more),
    "compare_folds": lambda **more: gnomon.compare_folds(
        [0.8, 0.9, 0.7], [0.9, 0.9, 0.8], **({"test_share": 0.2} | more)
    ),
}
MEANT = [
    ("evaluate", "sample_weight", "use weight="),
    ("evaluate", "pos_label", "use positive="),
    ("evaluate", "y_true", "pass it first, without a name"),
    ("evaluate", "y_score", "use score="),
    ("evaluate", "slice", "use slices="),
    ("evaluate", "n_jobs", "use threads="),
    ("evaluate", "thresold", "did you mean 'threshold'"),
    ("choose_threshold", "cost", "use costs="),
    ("choose_threshold", "metric", "use goal="),
    ("compare", "groups", "use cluster="),
    ("compare", "random_state", "use seed="),
    ("minimum_cost", "cost", "use costs="),
    ("recalibrate", "sample_weight", "use weight="),
    ("evaluate_model", "sample_weight", "use weight="),
    ("evaluate_model", "scale", "expected one of"),
    ("evaluate_model", "score", "expected one of"),
    ("compare_folds", "alpha", "use level="),
]


@pytest.mark.parametrize(("function", "name", "words"), MEANT)
def test_unknown_arguments_name_the_one_that_is_meant(function, name, words):
    """As people know it from scikit-learn; a TypeError as Python's own is, and a UsageError as ours are."""
    with pytest.raises(UnknownArgumentError) as raised:
        VERBS[function](**{name: 1})
    assert f"{function}() has no argument {name!r}: " in str(raised.value)
    assert words in str(raised.value)
    assert isinstance(raised.value, TypeError)
    assert isinstance(raised.value, UsageError)


@pytest.mark.parametrize("function", VERBS)
def test_the_signature_is_the_functions_own(function):
    """For editors and help: the wrapper hides nothing."""
    VERBS[function]()
    signature = inspect.signature(getattr(gnomon, function))
    assert "kwargs" not in signature.parameters
    assert inspect.getdoc(getattr(gnomon, function))


def test_what_a_model_decides_is_not_passed():
    """What evaluate_model says itself cannot be said once more."""
    for name, value in (("target", "y"), ("prediction", Y), ("split", "a=b"), ("cluster", "g")):
        with pytest.raises((UnknownArgumentError, UsageError)):
            VERBS["evaluate_model"](**{name: value})


def test_several_predictions_for_one_target():
    """Not the first of them in silence."""
    rows = ROWS.assign(q10=P, q90=P + 0.1, z=P * 3)
    with pytest.raises(UsageError, match=r"2 prediction columns \(q10, q90\) for one target: pass one"):
        gnomon.evaluate(rows, target="z", prediction=["q10", "q90"])
    with pytest.raises(UsageError, match=r"2 prediction columns \(p, q\) for one target: pass one"):
        gnomon.evaluate(rows, target="y", prediction=["p", "q"])


PROVOKED = {
    "no probability": ({"score": "z"}, {"z": P * 2 - 0.5}),
    "sums": (
        {"target": "three", "score": ["s0", "s1", "s2"]},
        dict(zip(("s0", "s1", "s2"), 0.5 * TABLE.T, strict=True)),
    ),
    "fractions": ({"target": "f"}, {"f": P}),
    "missing": ({"score": "m"}, {"m": np.where(Y == 1, np.nan, P)}),
    "unknown label": ({"classes": [0]}, {}),
    "one class": ({"target": "one"}, {"one": np.zeros(200, int)}),
    "no positive": ({"target": "text"}, {"text": np.where(Y, "yes", "no")}),
    "order of columns": ({"target": "three", "score": ["u", "v", "w"]}, dict(zip("uvw", TABLE.T, strict=True))),
}


@pytest.mark.parametrize("case", PROVOKED)
@pytest.mark.parametrize("function", ["evaluate", "choose_threshold", "minimum_cost", "recalibrate", "compare"])
def test_arguments_that_an_error_advises_exist(function, case):
    """Whatever ``name=`` an error of a verb names is an argument of that verb."""
    asked, columns = PROVOKED[case]
    rows = ROWS.assign(**columns)
    call = {
        "evaluate": lambda asked: gnomon.evaluate(rows, **asked),
        "choose_threshold": lambda asked: gnomon.choose_threshold(rows, goal="f1", **asked),
        "minimum_cost": lambda asked: gnomon.minimum_cost(rows, costs=np.ones((3, 3)), **asked),
        "recalibrate": lambda asked: gnomon.recalibrate(rows, split="part=a", **asked),
        "compare": lambda asked: gnomon.compare(rows, **{**asked, "score": {"a": asked["score"], "b": asked["score"]}}),
    }[function]
    known = inspect.signature(getattr(gnomon, function)).parameters
    said = ""
    try:
        call({"target": "y", "score": "p", **asked})
    except GnomonError as error:
        said = str(error)
    assert set(re.findall(r"\b([a-z_]+)=", said)) <= set(known), said
    options = {option for own in group.commands.values() for part in own.params for option in part.opts}
    assert set(re.findall(r"--[a-z-]+", said)) <= options, said


def test_remedies_work():
    """What errors tell people to do, done."""
    decisions = ROWS.assign(z=np.log((P + 0.01) / (1.01 - P)))
    with pytest.raises(gnomon.DataError, match=r"scale='any' .* pass 1 / \(1 \+ exp\(-z\)\)"):
        gnomon.evaluate(decisions, target="y", score="z")
    assert gnomon.evaluate(decisions, target="y", score="z", scale="any")["roc_auc"].defined
    mapped = decisions.assign(z=1 / (1 + np.exp(-decisions["z"])))
    with pytest.raises(gnomon.DataError, match=r"for logits z, pass 1 / \(1 \+ exp\(-z\)\)"):
        gnomon.recalibrate(decisions, target="y", score="z", split="part=a")
    assert gnomon.recalibrate(mapped, target="y", score="z", split="part=a").best
    hours = ROWS.assign(when=pd.date_range("2024-01-01", periods=len(ROWS), freq="s"))
    many = pd.concat([hours.assign(when=hours["when"] + pd.Timedelta(hours=own)) for own in range(60)])
    with pytest.raises(gnomon.ColumnError, match="with fewer values, such as the day or the month of a date"):
        gnomon.evaluate(many, target="y", score="p", slices="when")
    days = many.assign(when=many["when"].dt.strftime("%Y-%m-%d"))
    assert len(gnomon.evaluate(days, target="y", score="p", slices="when").slices["when"]) == 3


OUTPUTS = ["out.xlsx", "out.jpg", "out", "out.htmll", "out.csv"]


@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.parametrize("verb", ["evaluate", "compare", "threshold", "calibrate", "report"])
def test_outputs_of_unknown_endings_are_refused(tmp_path, verb, name):
    """With the endings that there are, and before anything is read; nothing is written under that name."""
    ROWS.to_csv(tmp_path / "rows.csv", index=False)
    gnomon.evaluate(Y, P).save(tmp_path / "saved.json")
    arguments = {
        "evaluate": ("rows.csv", "-t", "y", "-s", "p"),
        "compare": ("rows.csv", "-t", "y", "-s", "p,q"),
        "threshold": ("rows.csv", "-t", "y", "-s", "p", "--goal", "f1"),
        "calibrate": ("rows.csv", "-t", "y", "-s", "p", "--split", "part=a"),
        "report": ("saved.json",),
    }[verb]
    paths = [str(tmp_path / own) if own.endswith((".csv", ".json")) else own for own in arguments]
    code, _, err = command(verb, *paths, "-o", tmp_path / name)
    assert code == 2
    assert "does not end in a known format: use one of .txt, .json" in err
    assert not (tmp_path / name).exists()
    code, _, err = command(verb, *paths, "-o", tmp_path / name, "-f", "json")
    assert (code, err) == (0, "")
    assert gnomon.load(tmp_path / name) is not None
    code, _, err = command(verb, *paths, "-o", tmp_path / "a.json", "-f", "terminal")
    assert code == 2
    assert "contradicts --output" in err


def test_a_cost_matrix_refuses_the_options_of_thresholds(tmp_path):
    """All of them, by name, whatever they say."""
    rows = pd.DataFrame({"y": THREE, **{f"p{own}": TABLE[:, own] for own in range(3)}})
    rows.to_csv(tmp_path / "rows.csv", index=False)
    (tmp_path / "costs.csv").write_text("0,1,1\n1,0,1\n1,1,0\n")
    call = ("threshold", tmp_path / "rows.csv", "-t", "y", "-s", "p0,p1,p2", "--cost-matrix", tmp_path / "costs.csv")
    assert command(*call)[0] == 0
    for options in (
        ("--goal", "f1"), ("--where", "recall >= 0.5"), ("--periods", "1"), ("--split", "y=1"), ("--positive", "1"),
        ("--interval", "auto"), ("--seed", "0"), ("--memory", "1GB"), ("--exact",), ("--certified",),
        ("--scale", "probability"), ("--cost", "fn=1"), ("--gain", "tp=1"),
    ):  # fmt: skip
        code, _, err = command(*call, *options)
        assert code == 2
        assert "remove " + {"--certified": "--certified", "--exact": "--certified"}.get(options[0], options[0]) in (
            err.replace("--exact", "--certified")
        )


def test_options_of_other_tools_are_explained():
    """A misspelt or foreign option names the one that is meant."""
    for option, meant in (("--sample-weight", "--weight"), ("--pos-label", "--positive"), ("--slices", "--slice"),
                          ("--y-true", "--target"), ("--groups", "--cluster")):  # fmt: skip
        code, _, err = command("evaluate", "x.csv", "-t", "y", "-s", "p", option, "z")
        assert code == 2
        assert meant in err


def test_every_command_refuses_what_it_does_not_have():
    """No command takes unknown options in silence."""
    for name, own in group.commands.items():
        assert not own.ignore_unknown_options, name
        assert isinstance(own, click.Command)


@pytest.mark.parametrize("options", [
    ("threshold", "--cost", "fn=10", "--cost", "fp=1"), ("threshold", "--goal", "f1", "--goal", "f2"),
    ("evaluate", "--threshold", "0.3", "--threshold", "0.9"), ("evaluate", "--positive", "0", "--positive", "1"),
    ("evaluate", "--exact", "--certified"), ("threshold", "--goal", "f1", "--gain", "tp=1", "--gain", "tp=2"),
    ("threshold", "--cost", "fn=1,fn=2"), ("threshold", "--goal", "f1", "--column", "x"),
    ("threshold", "--goal", "f1", "--periods", "3"),
    ("calibrate", "--split", "part=a", "--column", "x"),
])  # fmt: skip
def test_what_is_said_twice_or_to_no_use_is_refused(tmp_path, options):
    """The last one does not win, and nothing is forgotten."""
    ROWS.to_csv(tmp_path / "rows.csv", index=False)
    verb, *others = options
    code, out, err = command(verb, tmp_path / "rows.csv", "-t", "y", "-s", "p", *others)
    assert (code, out) == (2, "")
    assert "Error: " in err


def test_the_new_column_needs_a_name(tmp_path):
    """An empty one is refused before anything is written."""
    ROWS.to_csv(tmp_path / "rows.csv", index=False)
    path, output = tmp_path / "rows.csv", tmp_path / "out.csv"
    code, _, err = command("threshold", path, "-t", "y", "-s", "p", "--goal", "f1", "--apply", path, "--column", " ",
                           "-o", output)  # fmt: skip
    assert code == 2
    assert "the new column needs a name" in err
    assert not output.exists()


@pytest.mark.parametrize("kind", ["large_string", "string", "dictionary"])
def test_text_is_quoted_when_rows_are_written(tmp_path, kind):
    """Whatever Arrow calls its type: pandas writes large strings."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    ROWS.to_csv(tmp_path / "rows.csv", index=False)
    text = pa.array(["a,b", 'c"d', "plain"])
    text = text.dictionary_encode() if kind == "dictionary" else text.cast(kind)
    pq.write_table(pa.table({"p": [0.1, 0.9, 0.5], "t": text}), tmp_path / "new.parquet")
    output = tmp_path / "out.csv"
    code, _, err = command("threshold", tmp_path / "rows.csv", "-t", "y", "-s", "p", "--goal", "f1", "--apply",
                           tmp_path / "new.parquet", "-o", output)  # fmt: skip
    assert code == 0, err
    assert pd.read_csv(output)["t"].tolist() == ["a,b", 'c"d', "plain"]
