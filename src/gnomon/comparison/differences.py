"""What one model scores less another on the same rows, with the test that suits each measure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from gnomon.comparison.resampling import Resampled
from gnomon.comparison.result import SAME, UNCLEAR, PairedDifference
from gnomon.estimate import Difference
from gnomon.evaluation.classification import ACCURACIES, POSITIVE
from gnomon.evaluation.clustered import ONE_CLUSTER
from gnomon.evaluation.few import ENOUGH
from gnomon.evaluation.influences import Influences, Spread, Together
from gnomon.evaluation.options import BOOTSTRAPS, Options
from gnomon.evaluation.ranking import ENOUGH_FOR_DELONG
from gnomon.evaluation.result import Evaluation
from gnomon.intervals.difference import linearised_difference
from gnomon.intervals.linearised import METHOD
from gnomon.intervals.mcnemar import mcnemar, tango
from gnomon.kernels.losses import sum_values
from gnomon.schema.schema import Schema
from gnomon.states.mean import Weight
from gnomon.states.panel import Rows

Array = NDArray[np.float64]

# Means of a loss of each row: a difference of two is the mean of a difference.
MEANS = ("log_loss", "brier_score", "mse", "mae", "mape", "mean_error")
# Of these DeLong's variance is known: each class has its own correction already.
BY_DELONG = ("roc_auc", "roc_auc_macro", "roc_auc_weighted")
# Shares of the rows that are predicted so: of a few each model's own, which say little of each other.
OF_PREDICTED = ("precision", "negative_predictive_value")
# Influences whose squares, of any number of rows, are doubles.
LARGEST = 1e140
TOO_LARGE = "the squares of the differences are too large for a double: rescale the amounts"
FEW_PREDICTED = f"no interval: a model predicts fewer than {ENOUGH} rows so"
# With fewer rows of a class than this, how much the largest gap varies is not known from the rows.
ENOUGH_FOR_KS = 30
FEW_FOR_KS = f"no interval: KS takes {ENOUGH_FOR_KS} rows of each class to be compared"
# Other measures of a ranking.
RANKED = ("average_precision", "ks")
# Measures that are the share of some rows predicted right, or, of the fall-out, wrong.
RIGHT = ("accuracy", "recall", "specificity", "false_positive_rate", *ACCURACIES)


class Paired:
    """Models on the same rows.

    Args:
        rows: The rows, with the answers of all models.
        schemas: What the columns of each model mean, in the order of the answers.
        evaluations: What each model scores.
        options: How differences are made.
    """

    def __init__(
        self, rows: Rows, schemas: Sequence[Schema], evaluations: Sequence[Evaluation], options: Options
    ) -> None:
        self._rows = rows
        self._evaluations = evaluations
        self._options = options
        self._classes = classes_of(rows, schemas[0], options.threads)
        self._together = Together(rows, options.threads)
        self._influences = [
            Influences(rows, answer, schema, options.threads)
            for answer, schema in zip(rows.answers, schemas, strict=True)
        ]
        self._resampled = (
            Resampled(rows, self._influences, schemas[0], options)
            if options.interval in BOOTSTRAPS and rows.clusters is None
            else None
        )

    @property
    def clusters(self) -> int | None:
        """The number of clusters; None where rows are independent."""
        return None if self._rows.clusters is None else self._together.number

    def differences(self) -> dict[tuple[int, int], dict[str, PairedDifference]]:
        """Of every pair of models, by their places: what the second scores less the first, by estimate."""
        pairs = list(combinations(range(len(self._evaluations)), 2))
        found: dict[tuple[int, int], dict[str, PairedDifference]] = {pair: {} for pair in pairs}
        for name in self._names():
            has = [self._has(name, place) for place in range(len(self._evaluations))]
            rows = [self._influences[place].of(name) if known else None for place, known in enumerate(has)]
            for first, second in pairs:
                if has[first] and has[second]:
                    found[first, second][name] = self._difference(name, (first, second), (rows[first], rows[second]))
        return found

    def _names(self) -> Iterator[str]:
        """The estimates that models have; that of the largest error says nothing of others to come."""
        names = dict.fromkeys(name for own in self._evaluations for name in own)
        return (name for name in names if name != "max_error")

    def _has(self, name: str, place: int) -> bool:
        own = self._evaluations[place]
        return name in own and own[name].defined

    def _difference(
        self, name: str, pair: tuple[int, int], rows: tuple[Array | None, Array | None]
    ) -> PairedDifference:
        first, second = (self._evaluations[place][name] for place in pair)
        value, level, n = second.value - first.value, self._options.level, second.n
        if name == "ks" and min(own.n for own in self._classes.values()) < ENOUGH_FOR_KS:
            return PairedDifference(value, level=level, n=n, reason=FEW_FOR_KS)
        if name in OF_PREDICTED and min(first.n, second.n) < ENOUGH:
            return PairedDifference(value, level=level, n=n, reason=FEW_PREDICTED)
        if name in RIGHT and self._rows.weight is None and self._rows.clusters is None:
            return self._of_right(name, pair, value)
        if self._resampled is not None and (made := self._resampled.difference(name, pair, rows, value, n)) is not None:
            return of_plain(made)
        if rows[0] is None or rows[1] is None:
            return of_plain(Difference(value, level=level, n=n))
        influence = rows[1] - rows[0]
        if not (np.abs(influence) < LARGEST).all():
            return PairedDifference(value, level=level, n=n, reason=TOO_LARGE)
        spread = self._spread(name, influence)
        if self._rows.clusters is not None and spread.units < 2:
            return PairedDifference(value, level=level, n=n, reason=ONE_CLUSTER)
        return of_plain(linearised_difference(value, spread.variance, spread.units, level, n, self._method(name)))

    def _method(self, name: str) -> str:
        if self._rows.clusters is not None:
            return METHOD
        return "delong" if name in BY_DELONG else "paired t" if name in MEANS else METHOD

    def _spread(self, name: str, influence: Array) -> Spread:
        """How much a difference varies; of rankings by class, as few rows of one say little of how much it does."""
        if self._rows.clusters is not None or name not in (*BY_DELONG, *RANKED):
            return self._together.spread(influence)
        found = self._together.spread(influence, 1.0 if name in BY_DELONG else None)
        if name in BY_DELONG and min(own.effective for own in self._classes.values()) >= ENOUGH_FOR_DELONG:
            return Spread(found.variance, math.inf)
        return Spread(found.variance, self._freedom(influence) + 1)

    def _freedom(self, influence: Array) -> float:
        """Degrees of freedom of a variance that adds those of the classes: F. E. Satterthwaite, Biometrics 2 (1946)."""
        whole = parts = 0.0
        for code, own in self._classes.items():
            square = float(sum_values(influence * (self._rows.target == code), None, self._options.threads).square)
            whole += square
            parts += square**2 / max(1.0, own.effective - 1)
        return whole**2 / parts if parts > 0 else math.inf

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
        verdict = SAME if first == second == 0 else UNCLEAR
        return PairedDifference(value, ends.low, ends.high, level, ends.method, rows, mid, exact=exact, verdict=verdict)

    def _right(self, place: int) -> NDArray[np.bool_]:
        predicted = self._rows.answers[place].prediction
        assert predicted is not None  # there are shares of rows predicted right
        return np.asarray(predicted == self._rows.target)


def classes_of(rows: Rows, schema: Schema, threads: int) -> dict[int, Weight]:
    """The rows of each class that has any, by its code; none for amounts."""
    found = {code: Weight.of_group(rows.target == code, rows.weight, threads) for code in range(len(schema.labels))}
    return {code: own for code, own in found.items() if own.n}


def of_plain(own: Difference) -> PairedDifference:
    """A difference of two models, what it says still to be judged."""
    return PairedDifference(
        own.value, own.low, own.high, own.level, own.method, own.n, own.p_value, bound=own.bound, reason=own.reason
    )
