"""Weights, clusters and the rows to fit on: the name of a column, or an array, wherever there is a place for them."""

import json

import numpy as np
import pandas as pd
import polars as pl
import pytest

import gnomon
from gnomon.errors import ColumnError, UsageError

RNG = np.random.default_rng(3)
N = 400
Y = RNG.integers(0, 2, N)
P, Q = (np.clip(RNG.normal(0.3 + gain * Y, 0.25), 0, 1) for gain in (0.4, 0.3))
W, G, FIT = RNG.integers(1, 5, N) / 2, RNG.integers(0, 90, N), RNG.random(N) < 0.5
FRAME = pd.DataFrame({"y": Y, "p": P, "q": Q, "w": W, "g": G, "part": np.where(FIT, "fit", "judge")})
BARE = FRAME[["y", "p", "q"]]

CALLS = {
    "evaluate": (lambda data, **own: gnomon.evaluate(data, target="y", score="p", **own),
                 ("weight", "cluster", "split")),
    "compare": (lambda data, **own: gnomon.compare(data, target="y", score=["p", "q"], **own),
                ("weight", "cluster", "split")),
    "choose_threshold": (lambda data, **own: gnomon.choose_threshold(data, target="y", score="p", goal="f1", **own),
                         ("weight", "split")),
    "recalibrate": (lambda data, **own: gnomon.recalibrate(data, target="y", score="p", **own), ("weight", "split")),
}  # fmt: skip
ARRAYS = {
    "evaluate": lambda **own: gnomon.evaluate(Y, P, **own),
    "compare": lambda **own: gnomon.compare(Y, {"p": P, "q": Q}, **own),
    "choose_threshold": lambda **own: gnomon.choose_threshold(Y, P, goal="f1", **own),
    "recalibrate": lambda **own: gnomon.recalibrate(Y, P, **own),
}
NAMED = {"weight": "w", "cluster": "g", "split": "part=fit"}
HELD = {"weight": W, "cluster": G, "split": FIT}


def numbers(result):
    """All that a result says, but for what it calls its columns."""
    form = json.loads(result.to_json())

    def plain(own):
        if isinstance(own, dict):
            return {name: plain(each) for name, each in own.items() if name not in ("provenance", "notes", "errors")}
        return [plain(each) for each in own] if isinstance(own, list) else own

    return plain(form)


@pytest.mark.parametrize("verb", CALLS)
@pytest.mark.parametrize("frame", [BARE, pl.from_pandas(BARE), {name: BARE[name] for name in BARE}])
def test_an_array_beside_a_frame_is_a_column_of_it(verb, frame):
    """Each by itself, and all together."""
    call, parts = CALLS[verb]
    needed = {"split"} if verb == "recalibrate" else set()
    for some in [{part} | needed for part in parts] + [set(parts)]:
        named, held = ({part: own[part] for part in some} for own in (NAMED, HELD))
        assert numbers(call(frame, **held)) == numbers(call(FRAME, **named))


@pytest.mark.parametrize("verb", CALLS)
def test_arrays_alone_say_the_same(verb):
    """Where the true values are an array, too."""
    _, parts = CALLS[verb]
    found = numbers(ARRAYS[verb](**{part: HELD[part] for part in parts}))
    wanted = numbers(CALLS[verb][0](FRAME, **{part: NAMED[part] for part in parts}))
    assert found == wanted


def test_a_column_that_is_called_so_stays_its_own():
    """An array of weights does not take the place of a column of that name."""
    frame = BARE.assign(weight=1.0)
    found = gnomon.evaluate(frame, target="y", score="p", weight=W)
    assert found.provenance["columns"]["weight"] == "weight (array)"
    assert numbers(found) == numbers(gnomon.evaluate(FRAME, target="y", score="p", weight="w"))


@pytest.mark.parametrize(("more", "error", "message"), [
    ({"weight": W[:9]}, ColumnError, "has 400 rows but 'weight' has 9"),
    ({"split": G}, UsageError, "split= takes 'column=value', or a boolean array that is True for the rows to fit on"),
    ({"split": FIT[:, None]}, UsageError, "split= takes"),
])  # fmt: skip
def test_arrays_that_do_not_fit_are_refused(more, error, message):
    """With what would."""
    with pytest.raises(error, match=message):
        gnomon.evaluate(BARE, target="y", score="p", **more)


def test_arrays_are_not_paired_with_files(tmp_path):
    """Whose rows may come in another order."""
    BARE.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(UsageError, match="weight= is an array, which cannot be matched with the rows of files"):
        gnomon.evaluate(tmp_path / "a.csv", target="y", score="p", weight=W)


def test_arrays_in_another_order_are_refused():
    """A pandas series that labels the same rows otherwise."""
    series = pd.Series(W).iloc[::-1]
    with pytest.raises(UsageError, match="same index labels in a different order"):
        gnomon.evaluate(BARE, target="y", score="p", weight=series)


@pytest.mark.parametrize("frame", [BARE, pl.from_pandas(BARE), {name: BARE[name] for name in BARE}])
def test_an_array_is_read_where_no_other_column_is(frame):
    """The clusters of a regression, whose labels are not read."""
    for call in (lambda **own: gnomon.evaluate(frame, target="q", prediction="p", **own),
                 lambda **own: gnomon.compare(frame, target="y", prediction=["p", "q"], **own)):  # fmt: skip
        found = call(task="regression", cluster=G)
        assert "90 clusters" in " ".join(found.notes) or len(np.unique(G)) != 90
        assert numbers(found) == numbers(call(task="regression", cluster=list(G)))


def test_arrays_are_not_paired_with_lazy_frames():
    """Whose rows may come in another order each time."""
    with pytest.raises(UsageError, match="weight= is an array, which cannot be matched with the rows of a lazy frame"):
        gnomon.evaluate(pl.from_pandas(BARE).lazy(), target="y", score="p", weight=W)


def test_a_lazy_frame_is_collected_seldom():
    """Once for each set of columns, and once for the number of its rows."""
    counted = []

    def tell(rows):
        counted.append(len(rows))
        return rows

    lazy = pl.from_pandas(FRAME).lazy().map_batches(tell)
    gnomon.evaluate(lazy, target="y", score="p")
    assert len(counted) <= 3


def test_masks_in_another_order_are_refused():
    """Of arrays as of frames; labels that are others' in part are told."""
    y, p, mask = pd.Series(Y), pd.Series(P), pd.Series(FIT)
    for call in (lambda split: gnomon.recalibrate(y, p, split=split),
                 lambda split: gnomon.recalibrate(BARE, target="y", score="p", split=split)):  # fmt: skip
        with pytest.raises(UsageError, match="same index labels in a different order"):
            call(mask[::-1])
        assert call(mask).best == gnomon.recalibrate(Y, P, split=FIT).best
    weight = pd.Series(W, index=np.arange(N) + 5)
    for found in (gnomon.evaluate(y, p, weight=weight), gnomon.evaluate(BARE, target="y", score="p", weight=weight)):
        assert any("different index labels: their rows are paired by position" in own for own in found.notes)
