"""What one model scores less another on the same rows, with the test that suits each measure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from gnomon.comparison.resampling import Resampled
from gnomon.comparison.result import PairedDifference
from gnomon.estimate import Difference
from gnomon.evaluation.classification import ACCURACIES, POSITIVE
from gnomon.evaluation.influences import Influences, Spread, Together
from gnomon.evaluation.options import BOOTSTRAPS, Options
from gnomon.evaluation.result import Evaluation
from gnomon.intervals.difference import linearised_difference
from gnomon.intervals.linearised import METHOD
from gnomon.intervals.mcnemar import mcnemar, tango
from gnomon.schema.schema import Schema
from gnomon.states.panel import Rows

Array = NDArray[np.float64]

# Means of a loss of each row: a difference of two is the mean of a difference.
MEANS = ("log_loss", "brier_score", "mse", "mae", "mape", "mean_error")
# Of these DeLong's variance is known: each class has its own correction already.
BY_DELONG = ("roc_auc", "roc_auc_macro", "roc_auc_weighted")
# Measures that are the share of some rows predicted right, or, of the fall-out, wrong.
RIGHT = ("accuracy", "recall", "specificity", "false_positive_rate", *ACCURACIES)


@dataclass(frozen=True, slots=True)
class Model:
    """One of the models.

    Attributes:
        name: What it is called.
        schema: What its columns mean.
        evaluation: What it scores.
    """

    name: str
    schema: Schema
    evaluation: Evaluation


class Paired:
    """Models on the same rows.

    Args:
        rows: The rows, with the answers of all models.
        models: The models, in the order of the answers.
        options: How differences are made.
    """

    def __init__(self, rows: Rows, models: Sequence[Model], options: Options) -> None:
        self._rows = rows
        self._models = models
        self._options = options
        self._together = Together(rows, options.threads)
        self._influences = [
            Influences(rows, answer, model.schema, options.threads)
            for answer, model in zip(rows.answers, models, strict=True)
        ]
        self._resampled = (
            Resampled(rows, self._influences, models[0].schema, options)
            if options.interval in BOOTSTRAPS and rows.clusters is None
            else None
        )

    def differences(self) -> dict[tuple[int, int], dict[str, PairedDifference]]:
        """Of every pair of models, by their places: what the second scores less the first, by estimate."""
        pairs = list(combinations(range(len(self._models)), 2))
        found: dict[tuple[int, int], dict[str, PairedDifference]] = {pair: {} for pair in pairs}
        for name in self._names():
            has = [self._has(name, place) for place in range(len(self._models))]
            rows = [self._influences[place].of(name) if known else None for place, known in enumerate(has)]
            for first, second in pairs:
                if has[first] and has[second]:
                    found[first, second][name] = self._difference(name, (first, second), (rows[first], rows[second]))
        return found

    def _names(self) -> Iterator[str]:
        """The estimates that models have; that of the largest error says nothing of others to come."""
        names = dict.fromkeys(name for model in self._models for name in model.evaluation)
        return (name for name in names if name != "max_error")

    def _has(self, name: str, place: int) -> bool:
        own = self._models[place].evaluation
        return name in own and own[name].defined

    def _difference(
        self, name: str, pair: tuple[int, int], rows: tuple[Array | None, Array | None]
    ) -> PairedDifference:
        first, second = (self._models[place].evaluation[name] for place in pair)
        value, level, n = second.value - first.value, self._options.level, second.n
        if name in RIGHT and self._rows.weight is None and self._rows.clusters is None:
            return self._of_right(name, pair, value)
        if self._resampled is not None and (made := self._resampled.difference(name, pair, rows, value, n)) is not None:
            return of_plain(made)
        if rows[0] is None or rows[1] is None:
            return of_plain(Difference(value, level=level, n=n))
        spread = self._spread(name, rows[1] - rows[0])
        return of_plain(linearised_difference(value, spread.variance, spread.units, level, n, self._method(name)))

    def _method(self, name: str) -> str:
        if self._rows.clusters is not None:
            return METHOD
        return "delong" if name in BY_DELONG else "paired t" if name in MEANS else METHOD

    def _spread(self, name: str, influence: Array) -> Spread:
        if name not in BY_DELONG or self._rows.clusters is not None:
            return self._together.spread(influence)
        found = self._together.spread(influence, 1.0)
        return found if self._rows.weight is not None else Spread(found.variance, math.inf)

    def _of_right(self, name: str, pair: tuple[int, int], value: float) -> PairedDifference:
        """McNemar's test of the rows that a share is of."""
        target = self._rows.target
        chosen = {
            "recall": target == POSITIVE,
            "specificity": target != POSITIVE,
            "false_positive_rate": target != POSITIVE,
        }.get(name, np.ones(len(target), bool))
        right = [self._right(place) & chosen for place in pair]
        first, second = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
        if name == "false_positive_rate":
            first, second = second, first
        rows, level = int(chosen.sum()), self._options.level
        ends = tango(first, second, rows, level)
        mid, exact = mcnemar(first, second)
        return PairedDifference(value, ends.low, ends.high, level, ends.method, rows, mid, exact=exact)

    def _right(self, place: int) -> NDArray[np.bool_]:
        predicted = self._rows.answers[place].prediction
        assert predicted is not None  # there are shares of rows predicted right
        return np.asarray(predicted == self._rows.target)


def of_plain(own: Difference) -> PairedDifference:
    """A difference of two models, what it says still to be judged."""
    return PairedDifference(
        own.value, own.low, own.high, own.level, own.method, own.n, own.p_value, bound=own.bound, reason=own.reason
    )
