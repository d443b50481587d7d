"""How much measures at chosen thresholds vary: with the rows that judge them, and with those that chose them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gnomon.decision.resampled import Resampled
from gnomon.kernels.losses import total_of
from gnomon.measures.influence import cell_influence
from gnomon.measures.measure import POSITIVE, Formula, formula_of
from gnomon.measures.registry import get_measure
from gnomon.states.paired import PairedRows

Array = NDArray[np.float64]


class Choices:
    """Models whose thresholds were chosen on the rows that judge them.

    At a threshold that fits these rows by chance the models err more alike than they will, and other rows would choose
    another one. So a row's influence is that of its predictions by the splits that judge it without having chosen, and
    what these rows say of the thresholds that other samples choose adds how much the truth varies with the choice.
    docs/decisions/0019-which-model.md says how often such intervals hold.

    Args:
        rows: The rows, with the scores of all models.
        resampled: What other samples would choose, for each model.
        formulas: What was wanted of the thresholds, by name.
        threads: How many threads there may be.
    """

    def __init__(
        self, rows: PairedRows, resampled: Sequence[Resampled], formulas: Mapping[str, Formula], threads: int
    ) -> None:
        self._rows = rows
        self._resampled = resampled
        self.formulas = formulas
        self._threads = threads

    def formula(self, name: str) -> Formula | None:
        """A measure as a formula of the confusion matrix, which thresholds change; None for all others."""
        return self.formulas.get(name) or formula_of(get_measure(name), "binary")

    def influence(self, formula: Formula, place: int) -> Array:
        """The influence of each row on a measure of a model, by its place, shape (rows,)."""
        resampled, target = self._resampled[place], self._rows.target == POSITIVE
        score = np.asarray(self._rows.answers[place].scores[0], np.float64)
        bins = np.searchsorted(resampled.bins, score, side="right") - 1
        share = resampled.shares[target.astype(np.intp), bins]
        weight = np.ones(len(score)) if self._rows.weight is None else self._rows.weight
        parts = weight * (1 - share), weight * share
        mass = np.array([[self._sum(part * of_class) for part in parts] for of_class in (~target, target)])
        occupied = np.flatnonzero(mass > 0)
        by_cell = np.zeros(mass.size)
        by_cell[occupied] = cell_influence(formula, mass, occupied)
        negative, positive = by_cell.reshape(2, 2)[target.astype(np.intp)].T
        return np.asarray(parts[0] * negative + parts[1] * positive)

    def variance(self, formula: Formula, pair: tuple[int, int]) -> float:
        """How much the difference of the true values varies with the thresholds that are chosen."""
        of_models = []
        for place in pair:
            values = formula(self._resampled[place].reached.cells())
            of_models.append(float(np.nan_to_num(np.nanvar(values))) if np.isfinite(values).any() else 0.0)
        return sum(of_models)

    def _sum(self, values: Array) -> float:
        return float(total_of(np.ascontiguousarray(values), None, self._threads))
