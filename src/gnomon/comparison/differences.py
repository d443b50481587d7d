"""What one model scores less another on the same rows, with the test that suits each measure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from gnomon.comparison.choices import Choices
from gnomon.comparison.pair import SAME
from gnomon.comparison.resampling import Resampled, group_sums
from gnomon.comparison.tested import Tested, score, student
from gnomon.estimate import NAN, Difference
from gnomon.evaluation.arguments.options import BOOTSTRAPS, Options
from gnomon.evaluation.estimates.clustered import LARGEST, ONE_CLUSTER
from gnomon.evaluation.estimates.ranking import ENOUGH_FOR_DELONG
from gnomon.evaluation.estimates.small_samples import ENOUGH
from gnomon.evaluation.influence.influences import Influences, Spread, VarianceEstimator
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.intervals.difference import agreeing, linearised_difference
from gnomon.intervals.interval import normal_quantile
from gnomon.intervals.linearised import METHOD
from gnomon.intervals.mcnemar import mcnemar, tango
from gnomon.kernels.losses import sum_values
from gnomon.measures.measure import POSITIVE, Basis, Formula, MeanLoss, OfRanking, Share, ShareOfAll, formula_of
from gnomon.measures.registry import get_measure
from gnomon.message import Message
from gnomon.schema.schema import Schema
from gnomon.states.mean import Weight
from gnomon.states.paired import PairedRows

Array = NDArray[np.float64]

TOO_LARGE = Message(
    "squares_too_large",
    "the squared differences are too large for double precision: rescale the target and the predictions",
)
NO_DISAGREEMENT = Message("no_disagreement", "no interval: the models agree on all of these rows")
FEW_PREDICTED = Message("few_predicted", "no interval: a model predicts it for fewer than {fewest} rows", fewest=ENOUGH)


class Paired:
    """Models on the same rows.

    Args:
        rows: The rows, with the answers of all models.
        schemas: What the columns of each model mean, in the order of the answers.
        evaluations: What each model scores.
        options: How differences are made.
        choices: How the models' thresholds were chosen: differences of what was wanted of them allow for that. None
            where they were given.
    """

    def __init__(
        self,
        rows: PairedRows,
        schemas: Sequence[Schema],
        evaluations: Sequence[Evaluation],
        options: Options,
        choices: Choices | None = None,
    ) -> None:
        self._rows = rows
        self._evaluations = evaluations
        self._options = options
        self._choices = choices
        self._wanted = frozenset(() if choices is None else choices.formulas)
        self._classes = classes_of(rows, schemas[0], options.threads)
        self._variances = VarianceEstimator(rows, options.threads)
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
        return None if self._rows.clusters is None else self._variances.number

    def differences(self, names: Iterable[str] | None = None) -> dict[tuple[int, int], dict[str, Tested]]:
        """Of every pair of models, by their places: what the second scores minus the first, by estimate.

        Args:
            names: The estimates; None for all that models are compared by.
        """
        pairs = list(combinations(range(len(self._evaluations)), 2))
        by_pair: dict[tuple[int, int], dict[str, Tested]] = {pair: {} for pair in pairs}
        for name in self._names() if names is None else names:
            has = [self._has(name, place) for place in range(len(self._evaluations))]
            rows = [self._influence(name, place) if known else None for place, known in enumerate(has)]
            for first, second in pairs:
                if has[first] and has[second]:
                    by_pair[first, second][name] = self._difference(name, (first, second), (rows[first], rows[second]))
        return by_pair

    def _names(self) -> Iterator[str]:
        """The estimates that models have; that of the largest error says nothing of others to come."""
        names = dict.fromkeys(name for own in self._evaluations for name in own)
        return (name for name in names if name in self._wanted or get_measure(name).compared)

    def _influence(self, name: str, place: int) -> Array | None:
        chosen = self._chosen(name)
        if self._choices is not None and chosen is not None:
            return self._choices.influence(chosen, place)
        return self._influences[place].of(name)

    def _chosen(self, name: str) -> Formula | None:
        """A measure that depends on thresholds that were chosen on these rows, as a formula; None for all others."""
        return None if self._choices is None else self._choices.formula(name)

    def _has(self, name: str, place: int) -> bool:
        evaluation = self._evaluations[place]
        return name in evaluation and evaluation[name].defined

    def _difference(self, name: str, pair: tuple[int, int], rows: tuple[Array | None, Array | None]) -> Tested:
        first, second = (self._evaluations[place][name] for place in pair)
        value, level, n = second.value - first.value, self._options.level, second.n
        basis = get_measure(name).basis
        fewest = get_measure(name).fewest
        if len(self._classes) == 2 and min(own.n for own in self._classes.values()) < fewest:
            reason = Message(
                "few_rows_of_class",
                "no interval: comparing models by this measure takes {fewest} rows of each class ({measure})",
                measure=get_measure(name).title,
                fewest=fewest,
            )
            return Tested(Difference(value, level=level, n=n, reason=reason))
        # Each model has its own rows here, and a few of one say little of those of another.
        if isinstance(basis, Share) and basis.of_predicted_rows and min(first.n, second.n) < ENOUGH:
            return Tested(Difference(value, level=level, n=n, reason=FEW_PREDICTED))
        chosen = self._chosen(name)
        plain = chosen is None
        independent = plain and self._rows.weight is None and self._rows.clusters is None
        if independent and (isinstance(basis, ShareOfAll) or (isinstance(basis, Share) and basis.of_given_rows)):
            return self._of_shares(basis, pair, value)
        if self._resampled is not None and plain:
            resampled = self._resampled.difference(name, pair, rows, value, n)
            if resampled is not None:
                return resampled
        if rows[0] is None or rows[1] is None:
            return Tested(Difference(value, level=level, n=n))
        influence = rows[1] - rows[0]
        if not (np.abs(influence) < LARGEST).all():
            return Tested(Difference(value, level=level, n=n, reason=TOO_LARGE))
        spread = self._spread(basis, influence)
        if self._choices is not None and chosen is not None:
            spread = Spread(spread.variance + self._choices.variance(chosen, pair), spread.freedom)
        if self._rows.clusters is not None and self._variances.number < 2:
            return Tested(Difference(value, level=level, n=n, reason=ONE_CLUSTER))
        if value == 0 and not spread.variance > 0 and not self.identical(pair):
            return self._of_agreeing(name, pair[0], spread.units, n)
        made = linearised_difference(
            value, spread.variance, spread.units, level, n, self._method(basis), get_measure(name).widest
        )
        error = math.sqrt(spread.variance) if spread.variance >= 0 else NAN
        return Tested(made, student(value, spread.variance, spread.freedom), error, spread.freedom)

    def _method(self, basis: Basis) -> str:
        if self._rows.clusters is not None:
            return METHOD
        by_delong = isinstance(basis, OfRanking) and basis.delong
        return "delong" if by_delong else "paired t" if isinstance(basis, MeanLoss) and basis.plain else METHOD

    def _spread(self, basis: Basis, influence: Array) -> Spread:
        """How much a difference varies; of rankings by class, as few rows of one say little of how much it does."""
        if self._rows.clusters is not None or not isinstance(basis, OfRanking):
            return self._variances.spread(influence)
        # DeLong's variance has each class's own correction already.
        spread = self._variances.spread(influence, 1.0 if basis.delong else None)
        if basis.delong and min(own.effective for own in self._classes.values()) >= ENOUGH_FOR_DELONG:
            return Spread(spread.variance, math.inf)
        return Spread(spread.variance, self._freedom(influence))

    def _freedom(self, influence: Array) -> float:
        """Degrees of freedom of a variance that adds those of the classes: F. E. Satterthwaite, Biometrics 2 (1946)."""
        whole = parts = 0.0
        for code, weight in self._classes.items():
            square = float(sum_values(influence * (self._rows.target == code), None, self._options.threads).square)
            whole += square
            parts += square**2 / max(1.0, weight.effective - 1)
        return whole**2 / parts if parts > 0 else math.inf

    def identical(self, pair: tuple[int, int]) -> bool:
        """Whether two models say the same of every row, to the last bit."""
        first, second = (self._rows.answers[place].columns for place in pair)
        return len(first) == len(second) and all(
            np.array_equal(one, other) for one, other in zip(first, second, strict=True)
        )

    def _of_agreeing(self, name: str, place: int, units: float, n: int) -> Tested:
        """No difference between models that score or predict otherwise, which does not prove that there is none."""
        level, predicted = self._options.level, self._rows.answers[place].prediction
        formula = formula_of(get_measure(name), "binary") if len(self._classes) == 2 else None
        if formula is None or predicted is None:
            return Tested(Difference(0.0, level=level, n=n, p_value=1.0, reason=NO_DISAGREEMENT, verdict=SAME))
        weight = np.ones(len(predicted)) if self._rows.weight is None else self._rows.weight
        cells = (self._rows.target == POSITIVE) * 2 + (predicted == POSITIVE)
        matrix = group_sums(weight, cells.astype(np.int64), 4).reshape(2, 2)
        ends = agreeing(formula, matrix, units, level)
        made = Difference(0.0, ends.low, ends.high, level, ends.method, n, 1.0, verdict=SAME)
        return Tested(made, error=(ends.high - ends.low) / 2 / normal_quantile(level))

    def _of_shares(self, basis: Share | ShareOfAll, pair: tuple[int, int], value: float) -> Tested:
        """McNemar's test of a share of the same rows, by those that only one of the models counts."""
        target = self._rows.target
        rows = np.ones(len(target), bool)
        if isinstance(basis, Share):
            positive = target == POSITIVE
            rows = basis.mask(positive, positive)
        first, second = (self._counted(basis, place) & rows for place in pair)
        only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
        n, level = int(rows.sum()), self._options.level
        ends = tango(only_first, only_second, n, level)
        mid, exact = mcnemar(only_first, only_second)
        verdict = SAME if only_first == only_second == 0 else None
        made = Difference(value, ends.low, ends.high, level, ends.method, n, mid, p_value_exact=exact, verdict=verdict)
        share = (only_first + only_second) / n if n else NAN
        return Tested(made, score(only_first, only_second, n), math.sqrt((share - value**2) / n) if n else NAN)

    def _counted(self, basis: Share | ShareOfAll, place: int) -> NDArray[np.bool_]:
        """Which rows a model's share counts."""
        target, predicted = self._rows.target, self._rows.answers[place].prediction
        assert predicted is not None  # there are shares of rows predicted right
        if isinstance(basis, Share):
            return basis.counts(target == POSITIVE, predicted == POSITIVE)
        return np.asarray(predicted == target)


def classes_of(rows: PairedRows, schema: Schema, threads: int) -> dict[int, Weight]:
    """The rows of each class that has any, by its code; none for amounts."""
    by_class = {code: Weight.of_group(rows.target == code, rows.weight, threads) for code in range(len(schema.labels))}
    return {code: own for code, own in by_class.items() if own.n}
