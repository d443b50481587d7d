"""The laws of states/base.py, for every state there is."""

import json
import zlib
from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gnomon.states
from gnomon.errors import StateError
from gnomon.kernels.exact import ExactSum
from gnomon.kernels.histogram import WeightUnits
from gnomon.schema.slices import Slices
from gnomon.states.agreement import Agreement
from gnomon.states.confusion import Confusion
from gnomon.states.histogram import ScoreHistogram
from gnomon.states.mean import ClassLoss, MeanLoss, RatioLoss, Weight
from gnomon.states.paired import ModelOutput, PairedPredictions
from gnomon.states.reliability import Reliability
from gnomon.states.residuals import Amounts, Residuals
from gnomon.states.scores import ClassScores, LabelRows, Scores
from gnomon.states.worst import WorstRows, WrongRow
from gnomon.wire import MAGIC
from tests.strategies import partitions

ROWS = 12


class Case:
    """How to make a state of some rows: of the columns that rows are drawn for."""

    def __init__(self, make, empty):
        self.make, self.empty = make, empty


def pick(column, rows):
    return None if column is None else column[rows]


def histogram(c, rows):
    """A few bins, which hold several of the scores each."""
    units = None if c["weight"] is None else WeightUnits((-40, -45), (-35, -36))
    state = ScoreHistogram.empty(np.array([-1.0, 0.0, 0.5, 1.0]), 4, units)
    state.add(c["amount"][rows], c["code"][rows] % 2, pick(c["weight"], rows))
    return state


def reliability(c, rows):
    """Amounts moved into [0, 1], in whole numbers of a unit that all rows agree on."""
    weight = pick(c["weight"], rows)
    state = Reliability.empty(None if weight is None else Weight(0, ExactSum.of(1e3), ExactSum.of(1e5)))
    return state.plus(np.abs(c["second"][rows]) / (1 + np.abs(c["second"][rows])), c["code"][rows] % 2, weight, 1)


def panel(c, rows):
    """Two models: one with a prediction and a score, one with two scores."""
    answers = [
        ModelOutput(c["other"][rows], (c["amount"][rows],)),
        ModelOutput(None, (c["amount"][rows], c["second"][rows])),
    ]
    values, codes = np.unique(c["other"][rows], return_inverse=True)
    backwards = Slices(tuple(f"s{own}" for own in values[::-1]), (len(values) - 1 - codes).astype(np.uint16))
    return PairedPredictions.of(
        c["code"][rows], answers, pick(c["weight"], rows), c["other"][rows].astype(np.int64), [backwards]
    )


CASES = {
    "agreement": Case(
        lambda c, r: Agreement.of_two(c["code"][r] % 2, c["amount"][r]).merge(
            Agreement.of_several(c["other"][r] % 2, (c["amount"][r], c["second"][r]))
        ),
        lambda c: Agreement(),
    ),
    "panel": Case(panel, lambda c: panel(c, ALL[:0])),
    "confusion": Case(
        lambda c, r: Confusion.of_labels(c["code"][r], c["other"][r], pick(c["weight"], r), 3, 1),
        lambda c: Confusion.empty(3, c["weight"] is not None),
    ),
    "ratio": Case(
        lambda c, r: RatioLoss.of(c["amount"][r], np.abs(c["second"][r]), pick(c["weight"], r), 1),
        lambda c: RatioLoss(),
    ),
    "mean": Case(lambda c, r: MeanLoss.of(c["amount"][r], pick(c["weight"], r), 1), lambda c: MeanLoss()),
    "class_loss": Case(
        lambda c, r: ClassLoss.of(c["amount"][r], c["code"][r], pick(c["weight"], r), 3, 1), lambda c: ClassLoss()
    ),
    "reliability": Case(reliability, lambda c: reliability(c, ALL[:0])),
    "worst_rows": Case(
        lambda c, r: WorstRows.of(4, [WrongRow(float(c["amount"][i]), f"row {i}", "a", "b", None) for i in r]),
        lambda c: WorstRows(4),
    ),
    "scores": Case(lambda c, r: Scores.of(c["amount"][r], c["code"][r] % 2, pick(c["weight"], r)), lambda c: Scores()),
    "class_scores": Case(
        lambda c, r: ClassScores.of(
            c["code"][r], (c["amount"][r], c["second"][r], c["amount"][r]), pick(c["weight"], r)
        ),
        lambda c: ClassScores(),
    ),
    "label_rows": Case(
        lambda c, r: LabelRows.of(
            np.stack([c["code"][r] % 2, c["other"][r] % 2]), (c["amount"][r], c["second"][r]), pick(c["weight"], r)
        ),
        lambda c: LabelRows(),
    ),
    "score_histogram": Case(histogram, lambda c: histogram(c, ALL[:0])),
    "residuals": Case(
        lambda c, r: Residuals.of(c["amount"][r], c["second"][r], pick(c["weight"], r), 1),
        lambda c: Residuals(),
    ),
    "amounts": Case(
        lambda c, r: Amounts.of(c["amount"][r], c["second"][r], pick(c["weight"], r)),
        lambda c: Amounts(),
    ),
}

numbers = st.one_of(st.floats(-100, 100), st.sampled_from((0.0, -0.0, 1.0, 1e-9, 1e6, 0.1)))


@st.composite
def columns(draw):
    """Columns of ROWS rows."""

    def of(values, dtype):
        return np.array(draw(st.lists(values, min_size=ROWS, max_size=ROWS)), dtype)

    return {
        "code": of(st.integers(0, 2), np.uint8),
        "other": of(st.integers(0, 2), np.uint8),
        "amount": of(numbers, np.float64),
        "second": of(numbers, np.float64),
        "weight": of(st.floats(0.001, 50), np.float64) if draw(st.booleans()) else None,
    }


every_state = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
ALL = np.arange(ROWS)


@every_state
@given(columns())
def test_identity(case, cols):
    """Merging with the state of no rows changes nothing, from either side."""
    state, empty = case.make(cols, ALL), case.empty(cols)
    assert state.merge(empty) == state
    assert empty.merge(state) == state
    assert case.make(cols, ALL[:0]).merge(state) == state


@every_state
@given(columns(), st.data())
def test_any_partition_and_any_order(case, cols, data):
    """Any split of the rows in any order, merged by any tree, is the state of all rows, to the byte."""
    parts = [case.make(cols, rows) for rows in data.draw(partitions(ROWS))]
    left = reduce(lambda a, b: a.merge(b), parts)
    right = reduce(lambda a, b: b.merge(a), parts)
    whole = case.make(cols, ALL)
    assert left == right == whole
    assert left.to_bytes() == right.to_bytes() == whole.to_bytes()


@every_state
@given(columns())
def test_merge_mutates_neither(case, cols):
    """Both arguments are as they were, and a merge can be repeated."""
    a, b = case.make(cols, ALL[:5]), case.make(cols, ALL[5:])
    before = a.to_bytes(), b.to_bytes()
    first, second = a.merge(b), a.merge(b)
    assert first == second
    assert (a.to_bytes(), b.to_bytes()) == before


@every_state
@given(columns())
def test_travel(case, cols):
    """A state survives its bytes, and goes on merging."""
    state = case.make(cols, ALL[:7])
    again = type(state).from_bytes(state.to_bytes())
    assert again == state
    assert again.merge(case.make(cols, ALL[7:])) == case.make(cols, ALL)
    empty = case.empty(cols)
    assert type(empty).from_bytes(empty.to_bytes()) == empty


@every_state
@given(columns(), st.data())
def test_damaged_bytes_are_refused(case, cols, data):
    """Cut off, changed or foreign bytes are refused with a clear error."""
    state = case.make(cols, ALL)
    raw = state.to_bytes()
    cut = data.draw(st.integers(0, len(raw) - 1))
    with pytest.raises(StateError):
        type(state).from_bytes(raw[:cut])
    at = data.draw(st.integers(0, len(raw) - 1))
    with pytest.raises(StateError):
        type(state).from_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
    for other in CASES.values():
        if other is not case:
            with pytest.raises(StateError, match="not a"):
                type(state).from_bytes(other.make(cols, ALL).to_bytes())


ODD = (None, -1, 2**70, 1.5, "x", "", [], {}, [[]], True, "7" * 30, float("1e308"))


def altered(value, data):
    """A JSON value with one of its parts put in place of another."""
    if isinstance(value, dict) and value and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(sorted(value)))
        return {**value, key: altered(value[key], data)}
    if isinstance(value, list) and value and data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(value) - 1))
        return [*value[:at], altered(value[at], data), *value[at + 1 :]]
    return data.draw(st.sampled_from(ODD))


@pytest.mark.parametrize("name", CASES)
@given(cols=columns(), data=st.data())
def test_well_formed_bytes_of_another_content_are_refused(name, cols, data):
    """A header that was changed, its checksum made anew: StateError and nothing else, or the very state it says."""
    case = CASES[name]
    state = case.make(cols, ALL)
    raw = state.to_bytes()
    start = len(MAGIC) + 8
    length = int.from_bytes(raw[len(MAGIC) : start], "little")
    form = altered(json.loads(raw[start : start + length]), data)
    head = json.dumps(form, separators=(",", ":"), sort_keys=True).encode()
    whole = MAGIC + len(head).to_bytes(8, "little") + head + raw[start + length : -4]
    changed = whole + zlib.crc32(whole).to_bytes(4, "little")
    try:
        found = type(state).from_bytes(changed)
    except StateError:
        return
    assert found.to_bytes() == changed


def test_every_state_is_tested_here():
    """A new state must be entered in CASES: every class with a merge and bytes in gnomon.states."""
    from importlib import import_module
    from pkgutil import iter_modules

    found = set()
    for module in iter_modules(gnomon.states.__path__):
        for own in vars(import_module(f"gnomon.states.{module.name}")).values():
            if isinstance(own, type) and own.__module__.startswith("gnomon.states") and hasattr(own, "from_bytes"):
                found.add(own.__name__)
    tested = {
        "Agreement",
        "ClassLoss",
        "Reliability",
        "WorstRows",
        "Confusion",
        "MeanLoss",
        "RatioLoss",
        "Scores",
        "ClassScores",
        "LabelRows",
        "Residuals",
        "Amounts",
        "ScoreHistogram",
        "PairedPredictions",
    }
    assert found == tested | {"State", "KeptRows"}


def test_states_that_do_not_fit_do_not_merge():
    """Other classes, or weights on one side only: an error instead of a wrong sum."""
    codes = np.array([0, 1], np.uint8)
    plain = Confusion.of_labels(codes, codes, None, 2, 1)
    with pytest.raises(StateError):
        plain.merge(Confusion.of_labels(codes, codes, None, 3, 1))
    with pytest.raises(StateError):
        plain.merge(Confusion.of_labels(codes, codes, np.ones(2), 2, 1))
    with pytest.raises(StateError):
        Scores.of(np.ones(2), codes, None).merge(Scores.of(np.ones(2), codes, np.ones(2)))


def test_effective_rows():
    """Kish's effective number of rows: n for equal weights, fewer for unequal, unchanged by scale."""
    from gnomon.states.mean import Weight

    assert Weight.of(4, np.full(4, 0.1), 1).effective == 4
    assert Weight.of(3, np.array([1.0, 1.0, 2.0]), 1).effective == pytest.approx(16 / 6)
    assert Weight.of(3, np.array([7.0, 7.0, 14.0]), 1).effective == pytest.approx(16 / 6)
    assert Weight().effective == 0
