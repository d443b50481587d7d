"""Differences of two models by a paired bootstrap: both are scored on the same replicates of the rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from gnomon.comparison.tested import Tested, counted
from gnomon.estimate import Difference
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.influence.influences import Influences
from gnomon.evaluation.reading.ranked_scores import places_in
from gnomon.intervals.bootstrap import acceleration, paired_replicates, replicate_interval
from gnomon.kernels.ranking import ScoreBins
from gnomon.measures.cells import Cells
from gnomon.measures.measure import POSITIVE, Formula, OfRanking, formula_of
from gnomon.measures.ranking import STEPS
from gnomon.measures.registry import get_measure
from gnomon.message import Message
from gnomon.schema.schema import Schema
from gnomon.states.paired import PairedRows

Array = NDArray[np.float64]
# A measure from the weights of the classes of one model's answers, of shape (replicates, answers).
OfReplicates = Callable[[Array], Array]


NO_REPLICATES = Message("undefined_in_replicates", "no interval: the measure is undefined in replicates of these rows")
# What intervals of replicates of both models are called.
METHODS = {"bootstrap": "paired bootstrap", "bca": "paired bca"}


class Resampled:
    """Replicates of some rows.

    Rows with the same class and the same answers of both models are drawn together, so that the cost does not grow with
    the rows: the cells of both confusion matrices, or the bins of both scores.

    Args:
        rows: The rows.
        influences: Of the rows on what each model scores.
        schema: What the columns mean.
        options: How differences are made.
    """

    def __init__(self, rows: PairedRows, influences: Sequence[Influences], schema: Schema, options: Options) -> None:
        self._rows = rows
        self._influences = influences
        self._options = options
        self._classes = len(schema.labels)
        self._task = schema.task
        self._drawn: dict[tuple[str, int, int], tuple[Array, Array]] = {}

    def difference(
        self, name: str, pair: tuple[int, int], influence: tuple[Array | None, Array | None], value: float, n: int
    ) -> Tested | None:
        """What the second model scores minus the first; None where a measure has no replicates.

        Args:
            name: Of the measure.
            pair: The places of the models.
            influence: Of each row on what each model scores.
            value: The difference.
            n: The rows that it rests on.
        """
        if influence[0] is None or influence[1] is None:
            return None
        rule = get_measure(name)
        formula = formula_of(rule, self._task)
        if formula is not None:
            kind, measured = "cells", [self._of_cells(formula)] * 2
        elif isinstance(rule.basis, OfRanking) and self._task == "binary":
            kind, measured = "bins", [self._of_bins(rule.basis, place) for place in pair]
        else:
            return None
        key = (kind, *pair)
        if key not in self._drawn:
            self._drawn[key] = self._replicates(kind, pair)
        first, second = (own(drawn) for own, drawn in zip(measured, self._drawn[key], strict=True))
        whole = [float(own(drawn[None])[0]) for own, drawn in zip(measured, self._whole(kind, pair), strict=True)]
        replicates = second - first - (whole[1] - whole[0]) + value
        skew = acceleration(np.ones(len(influence[0])), influence[1] - influence[0])
        low, high, method, *_ = replicate_interval(replicates, value, self._options.level, self._options.interval, skew)
        if method is None:
            return Tested(Difference(value, level=self._options.level, n=n, reason=NO_REPLICATES))
        made = Difference(value, low, high, self._options.level, METHODS[method], n, share_beyond(replicates))
        return Tested(made, counted(replicates), float(np.nanstd(replicates, ddof=1)))

    def _answers(self, kind: str, place: int) -> NDArray[np.int64]:
        """What a model says of each row, and its class, as one number."""
        target = self._rows.target.astype(np.int64)
        answer = self._rows.answers[place]
        if kind == "cells":
            assert answer.prediction is not None  # there is a confusion matrix
            return np.asarray(target * self._classes + answer.prediction)
        bins = self._bins(place)
        return np.asarray(target * len(bins.low) + places_in(bins, answer.scores[0]))

    def _bins(self, place: int) -> ScoreBins:
        ranked = self._influences[place].ranked(POSITIVE)
        assert ranked is not None  # there are measures of the ranking
        return ranked[2].bins(STEPS)

    def _size(self, kind: str, place: int) -> int:
        return self._classes**2 if kind == "cells" else 2 * len(self._bins(place).low)

    def _replicates(self, kind: str, pair: tuple[int, int]) -> tuple[Array, Array]:
        """The weights of each model's answers in every replicate."""
        answers = [self._answers(kind, place) for place in pair]
        sizes = [self._size(kind, place) for place in pair]
        key, place, rows = np.unique(answers[0] * sizes[1] + answers[1], return_inverse=True, return_counts=True)
        mass = squares = rows.astype(np.float64)
        if self._rows.weight is not None:
            mass, squares = (group_sums(own, place) for own in (self._rows.weight, self._rows.weight**2))
        first, second = np.divmod(key, sizes[1])
        return paired_replicates(mass, squares, ((first, sizes[0]), (second, sizes[1])), self._options.seed)

    def _whole(self, kind: str, pair: tuple[int, int]) -> list[Array]:
        """The weights of each model's answers in the rows themselves."""
        replicates = []
        for place in pair:
            answers, size = self._answers(kind, place), self._size(kind, place)
            weight = np.ones(len(answers)) if self._rows.weight is None else self._rows.weight
            sums = group_sums(weight, answers, size)
            replicates.append(sums)
        return replicates

    def _of_cells(self, formula: Formula) -> OfReplicates:
        classes = self._classes
        return lambda drawn: formula(Cells.of(drawn.reshape(-1, classes, classes)))

    def _of_bins(self, basis: OfRanking, place: int) -> OfReplicates:
        bins = self._bins(place)
        size = len(bins.low)

        def measured(drawn: Array) -> Array:
            negatives, positives = drawn[:, :size], drawn[:, size:]
            return basis.binned(positives, negatives, bins.low == bins.high)

        return measured


def group_sums(values: Array, place: NDArray[np.int64], size: int | None = None) -> Array:
    """The sums of groups of rows, each from its smallest value up: the same in any order of the rows.

    Args:
        values: Of the rows.
        place: The number of each row's group.
        size: The number of groups; None for one more than the greatest.
    """
    order = np.lexsort((values, place))
    sums = np.bincount(place[order], values[order], minlength=0 if size is None else size)
    return sums.astype(np.float64, copy=False)


def share_beyond(replicates: Array) -> float:
    """A two-sided p-value: twice the share of replicates on the other side of 0, the value itself counted as one."""
    known = replicates[~np.isnan(replicates)]
    fewer = min(int((known <= 0).sum()), int((known >= 0).sum()))
    return min(1.0, 2 * (fewer + 1) / (len(known) + 1))
