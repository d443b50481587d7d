"""The frozen result: mapping, JSON form, saving and loading."""

import copy
import json
import math
import os
import pickle
import subprocess

import numpy as np
import pytest

import gnomon
from gnomon import Estimate
from gnomon.errors import SourceError, StateError, UnknownEstimateError

EVALUATIONS = {
    "binary": lambda: gnomon.evaluate(["a", "b", "b", "a"], [0.1, 0.8, 0.4, 0.5], positive="b", weight=[1, 2, 0.5, 1]),
    "undefined": lambda: gnomon.evaluate([0, 0, 0], [0.1, 0.2, 0.3], classes=[0, 1]),
    "multiclass": lambda: gnomon.evaluate([0, 1, 2, 1], np.eye(3)[[0, 1, 2, 0]] * 0.7 + 0.1),
    "regression": lambda: gnomon.evaluate([1.5, 2.0, 3.5], [1.0, 2.0, 4.0]),
}
every_task = pytest.mark.parametrize("make", EVALUATIONS.values(), ids=EVALUATIONS.keys())


@every_task
def test_save_and_load(make, tmp_path):
    """What was saved is read back equal, NaN and curves included."""
    ev = make()
    path = tmp_path / "ev.json"
    ev.save(path)
    again = gnomon.load(path)
    assert again == ev
    assert again.to_json() == ev.to_json()
    assert repr(again) == repr(ev)
    assert list(tmp_path.iterdir()) == [path]


@every_task
def test_json_has_the_documented_form(make):
    """The keys that other programs rely on; no NaN, no infinity; undefined values are null with a reason."""
    form = json.loads(make().to_json(), parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
    assert list(form) == [
        "schema_version", "gnomon_version", "task", "classes", "positive", "threshold", "n", "estimates",
        "per_class", "confusion", "confusions", "curves", "thresholds", "baseline", "calibration", "errors", "slices",
        "train", "gap", "advice", "notes", "provenance",
    ]  # fmt: skip
    assert form["schema_version"] == 2
    assert form["gnomon_version"] == gnomon.__version__
    for own in form["estimates"].values():
        assert list(own) == ["value", "low", "high", "level", "method", "n", "bound", "reason", "warning",
                             "standard_error", "degrees_of_freedom"]  # fmt: skip
        assert (own["value"] is not None) or own["reason"]
    said = [own[part] for own in form["estimates"].values() for part in ("reason", "warning") if own[part]]
    for own in (*said, *form["advice"], *form["notes"]):
        assert list(own) == ["code", "template", "values", "text"]
        assert own["text"]


def test_confusion_form():
    """Rows are the true class, columns the predicted one; of a binary task the negative class first."""
    ev = gnomon.evaluate(["y", "n", "n", "n"], ["y", "y", "n", "n"], positive="n")
    assert ev.to_dict()["confusion"] == {"labels": ["y", "n"], "counts": [[1, 0], [1, 2]]}
    assert ev.confusion["n", "y"] == 1
    assert np.asarray(ev.confusion).tolist() == [[1, 0], [1, 2]]
    with pytest.raises(UnknownEstimateError, match="no class 'x'"):
        ev.confusion["n", "x"]


def test_it_is_frozen():
    """Nothing in a result can be changed."""
    ev = EVALUATIONS["binary"]()
    with pytest.raises(AttributeError):
        ev.n = 5
    with pytest.raises(TypeError):
        ev.estimates["f1"] = None
    with pytest.raises(ValueError, match="read-only"):
        ev.confusion.counts[0, 0] = 5
    with pytest.raises(AttributeError):
        ev["f1"].value = 1


@every_task
def test_it_travels_by_pickle_and_copy(make):
    """To another process, or as a copy: equal."""
    ev = make()
    assert pickle.loads(pickle.dumps(ev)) == ev
    assert copy.deepcopy(ev) == ev


def test_an_estimate_formats_as_its_value():
    """In f-strings, as a number."""
    assert f"{Estimate(0.8765):.2f}" == "0.88"


def test_a_link_is_followed_and_a_pipe_written_to(tmp_path):
    """Saving through a link changes what it points to; a pipe stays a pipe."""
    ev = EVALUATIONS["regression"]()
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    ev.save(tmp_path / "link.json")
    assert (tmp_path / "link.json").is_symlink()
    assert gnomon.load(tmp_path / "real.json") == ev
    os.mkfifo(tmp_path / "pipe")
    reader = subprocess.Popen(["cat", str(tmp_path / "pipe")], stdout=subprocess.PIPE, text=True, encoding="utf-8")
    ev.save(tmp_path / "pipe")
    assert reader.communicate(timeout=30)[0] == ev.to_json()
    assert (tmp_path / "pipe").is_fifo()


def test_it_is_a_mapping():
    """Names in, estimates out; a misspelt name gets the nearest."""
    ev = EVALUATIONS["binary"]()
    assert "recall" in ev
    assert len(ev) == len(list(ev)) == len(ev.estimates)
    assert float(ev["recall"]) == ev["recall"].value
    with pytest.raises(KeyError, match=r"'recal' is not among the measures here: did you mean 'recall'\?"):
        ev["recal"]


def test_repr_is_short():
    """One line with the headline numbers."""
    text = repr(EVALUATIONS["binary"]())
    assert text.startswith("Evaluation(binary, n=4, positive='b', accuracy=")
    assert "\n" not in text
    assert len(text) < 250


def test_interval_none_and_level():
    """No interval where none is wanted; a higher level is wider."""
    label, score = [0, 1, 1, 0, 1, 0, 1, 1], [0.1, 0.8, 0.4, 0.5, 0.9, 0.6, 0.3, 0.7]
    for estimate in gnomon.evaluate(label, score, interval="none").values():
        assert math.isnan(estimate.low)
        assert estimate.method is None
    narrow, wide = (gnomon.evaluate(label, score, level=level) for level in (0.5, 0.99))
    for name in narrow:
        assert wide[name].low <= narrow[name].low
        assert wide[name].high >= narrow[name].high
        assert wide[name].level == 0.99


def test_seed():
    """The same seed, the same bootstrap; another seed, another one, near by."""
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 300)
    score = np.clip(rng.normal(0.4 + 0.2 * label, 0.2), 0, 1)
    a, b, c = (gnomon.evaluate(label, score, seed=seed)["matthews_corrcoef"] for seed in (0, 0, 1))
    assert a == b
    assert a.low != c.low
    assert a.low == pytest.approx(c.low, abs=0.02)


@pytest.mark.parametrize("text", [
    "", "{", "[]", '{"schema_version": 1}', '{"schema_version": 2, "estimates": {}}', '{"schema_version": 3}',
])  # fmt: skip
def test_foreign_files_are_refused(tmp_path, text):
    """What is no saved evaluation is said to be none."""
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(StateError):
        gnomon.load(path)


def test_damaged_or_missing_files(tmp_path):
    """A field that is gone, a file that is not there, a folder that is not there."""
    form = EVALUATIONS["binary"]().to_dict()
    del form["confusion"]["counts"]
    (tmp_path / "x.json").write_text(json.dumps(form))
    with pytest.raises(StateError, match="damaged"):
        gnomon.load(tmp_path / "x.json")
    with pytest.raises(SourceError, match="cannot read"):
        gnomon.load(tmp_path / "none.json")
    with pytest.raises(SourceError, match="cannot write"):
        EVALUATIONS["binary"]().save(tmp_path / "none" / "x.json")


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    """If the disk fills up while writing, the old file stays whole and nothing is left beside it."""
    path = tmp_path / "ev.json"
    ev = EVALUATIONS["binary"]()
    ev.save(path)
    before = path.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gnomon.files.os.fsync", full)
    with pytest.raises(SourceError, match="No space left"):
        EVALUATIONS["regression"]().save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_operating_points_are_evaluations_at_their_thresholds():
    """Counts, values and intervals, also those that are drawn, at the level and with the seed of the evaluation."""
    rng = np.random.default_rng(8)
    y = rng.integers(0, 2, 150)
    p = np.round(np.clip(rng.normal(0.3 + 0.3 * y, 0.25), 0, 1), 2)
    ev = gnomon.evaluate(y, p, threshold=0.415, level=0.9, seed=4)
    found = ev.operating_points(["recall", "f1", "matthews_corrcoef"])
    table = found.thresholds
    assert table.place(0.415) == found.start
    for place in (found.start, 3, len(table) - 5):
        other = gnomon.evaluate(y, p, threshold=float(table.threshold[place]), level=0.9, seed=4)
        for name, band in found.bands.items():
            wanted = (other[name].value, other[name].low, other[name].high)
            assert tuple(end[place] for end in band) == pytest.approx(wanted, abs=1e-12), (name, place)
    few = ev.operating_points(["recall"], most=5)
    assert few.thresholds.threshold[few.start] == 0.415
    assert few.bands["recall"].value[few.start] == ev["recall"].value
    with pytest.raises(gnomon.UsageError, match="this regression evaluation has no thresholds"):
        gnomon.evaluate([1.0, 2.0, 3.5], [1.0, 2.5, 3.0]).operating_points()


def test_operating_points_take_measures_as_evaluate_does():
    """By any of their names, one or several, or as gnomon.measure made them; what they are not is refused."""
    ev = gnomon.evaluate([0, 0, 1, 1, 1], [0.1, 0.4, 0.35, 0.8, 0.6])
    own = gnomon.measure("hits_less_alarms", lambda tp, fp, fn, tn: (tp - fp) / (tp + fp + fn + tn), low=-1)
    assert set(ev.operating_points(["sensitivity", "F1", own]).bands) == {"recall", "f1", own.name}
    assert set(ev.operating_points("recall").bands) == set(ev.operating_points("tpr").bands) == {"recall"}
    for odd in ([1], [None], ["nothing"]):
        with pytest.raises(gnomon.UsageError, match="which is not a measure"):
            ev.operating_points(odd)
    for most in (-5, 0, 1, 1.5, "a"):
        with pytest.raises(gnomon.UsageError, match="most= takes a whole number of thresholds"):
            ev.operating_points(most=most)
    for most in (2, 3, 4, 50):
        assert len(ev.operating_points(most=most).thresholds) <= most
