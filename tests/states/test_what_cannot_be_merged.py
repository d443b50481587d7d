"""Every state refuses another class's, and one of other bins, classes, columns or weights."""

import itertools

import numpy as np
import pytest

from gnomon.errors import StateError
from gnomon.kernels.histogram import WeightUnits
from gnomon.states.agreement import Agreement
from gnomon.states.confusion import Confusion
from gnomon.states.histogram import ScoreHistogram
from gnomon.states.mean import ClassLoss, MeanLoss, RatioLoss, Weight
from gnomon.states.paired import ModelOutput, PairedPredictions
from gnomon.states.reliability import Reliability
from gnomon.states.residuals import Amounts, Residuals
from gnomon.states.scores import ClassScores, LabelRows, Scores
from gnomon.states.worst import WorstRows, WrongRow

CODES = np.array([0, 1, 1], np.uint8)
SCORE = np.array([0.2, 0.6, 0.9])
WEIGHT = np.array([1.0, 2.0, 0.5])
GRID = np.array([0.0, 0.5, 1.0])
UNITS = WeightUnits((-40, -45), (-35, -36))


def histogram(sample=GRID, bins=4, units=None):
    state = ScoreHistogram.empty(sample, bins, units)
    state.add(SCORE, CODES, None if units is None else WEIGHT)
    return state


def confusion(weight, classes):
    return Confusion.of_labels(CODES, CODES, weight, classes, 1)


def paired(models, clusters=None):
    return PairedPredictions.of(CODES, [ModelOutput(CODES, ())] * models, None, clusters)


def reliability(weight):
    empty = Reliability.empty(None if weight is None else Weight.of(3, weight, 1))
    return empty.plus(SCORE, CODES, weight, 1)


def unlike():
    """Pairs that say different things; the first of each is merged with itself, to show that it can be."""
    return {
        "classes of a confusion": (confusion(None, 2), confusion(None, 3)),
        "weights of a confusion": (confusion(None, 2), confusion(WEIGHT, 2)),
        "weights of scores": (Scores.of(SCORE, CODES, None), Scores.of(SCORE, CODES, WEIGHT)),
        "columns of class scores": tuple(ClassScores.of(CODES, (SCORE,) * own, None) for own in (2, 3)),
        "weights of class scores": tuple(ClassScores.of(CODES, (SCORE, SCORE), own) for own in (None, WEIGHT)),
        "labels of rows": (LabelRows.of(np.stack([CODES, CODES]), (SCORE, SCORE), None),
                           LabelRows.of(np.stack([CODES] * 3), (SCORE,) * 3, None)),
        "weights of amounts": (Amounts.of(SCORE, SCORE, None), Amounts.of(SCORE, SCORE, WEIGHT)),
        "bins of a histogram": (histogram(), histogram(bins=9)),
        "sample of a histogram": (histogram(), histogram(sample=GRID * 2)),
        "weights of a histogram": (histogram(), histogram(units=UNITS)),
        "units of a histogram": (histogram(units=UNITS), histogram(units=WeightUnits((-41, -45), (-35, -36)))),
        "weights of reliability": (reliability(None), reliability(WEIGHT)),
        "models of paired predictions": (paired(1), paired(2)),
        "clusters of paired predictions": (paired(1), paired(1, CODES.astype(np.int64))),
        "length of worst rows": tuple(WorstRows.of(own, [WrongRow(1.0, "a", "x", "y", None)]) for own in (3, 4)),
        "classes of losses": tuple(ClassLoss.of(SCORE, CODES, None, classes, 1) for classes in (2, 3)),
    }  # fmt: skip


def kinds():
    """One state of each class."""
    return {type(own[0]).__name__: own[0] for own in unlike().values()} | {
        "Agreement": Agreement.of_two(CODES, SCORE),
        "MeanLoss": MeanLoss.of(SCORE, None, 1),
        "RatioLoss": RatioLoss.of(SCORE, SCORE, None, 1),
        "Residuals": Residuals.of(SCORE, SCORE, None, 1),
        "Weight": Weight.of(3, None, 1),
    }


@pytest.mark.parametrize("case", list(unlike()))
def test_unlike_states_are_refused(case):
    """From either side, and neither is changed."""
    one, other = unlike()[case]
    before = one.to_bytes(), other.to_bytes()
    one.merge(one)
    for first, second in ((one, other), (other, one)):
        with pytest.raises(StateError):
            first.merge(second)
    assert (one.to_bytes(), other.to_bytes()) == before


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(kinds(), 2)))
def test_other_classes_are_refused(one, other):
    """A state of another kind has nothing to add."""
    with pytest.raises(StateError, match="merge"):
        kinds()[one].merge(kinds()[other])
