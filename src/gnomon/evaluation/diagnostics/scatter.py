"""Predicted against true amounts, few enough to be drawn: every row, or how many rows lie in each cell of a grid."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gnomon.evaluation.result.scatter import Scatter
from gnomon.states.residuals import Amounts

Array = NDArray[np.float64]

# Up to so many rows each is a point; of more, cells of a grid of so many steps each way are counted.
POINTS, STEPS = 1000, 48
# Rows that are counted together.
_AT_ONCE = 1 << 17


def scatter_of(state: Amounts, threads: int) -> Scatter:
    """The points of some rows: the same for any order of them."""
    target, prediction, _ = state.columns()
    if len(target) <= POINTS:
        order = np.lexsort((target, prediction))
        return Scatter(target[order], prediction[order], np.ones(len(target), np.int64))
    axes = Axis.of(prediction), Axis.of(target)

    def counted(start: int) -> NDArray[np.int64]:
        rows = slice(start, start + _AT_ONCE)
        cells = axes[0].place(prediction[rows]) * STEPS + axes[1].place(target[rows])
        return np.bincount(cells, minlength=STEPS * STEPS)

    with ThreadPoolExecutor(threads) as pool:
        counts = np.sum(list(pool.map(counted, range(0, len(target), _AT_ONCE))), axis=0)
    cells = np.flatnonzero(counts)
    columns, lines = np.divmod(cells, STEPS)
    return Scatter(axes[1].middle(lines), axes[0].middle(columns), counts[cells], axes[0].step, axes[1].step)


@dataclass(frozen=True, slots=True)
class Axis:
    """Steps of equal size from the least value to the greatest."""

    low: float
    step: float

    @classmethod
    def of(cls, values: Array) -> Axis:
        """The axis that holds all values."""
        low, high = float(values.min()), float(values.max())
        return cls(low, high / STEPS - low / STEPS)

    def place(self, values: Array) -> NDArray[np.intp]:
        """The step of each value."""
        if self.step == 0:
            return np.zeros(len(values), np.intp)
        steps = values / self.step - self.low / self.step
        return np.clip(steps, 0, STEPS - 1).astype(np.intp)

    def middle(self, places: NDArray[np.intp]) -> Array:
        """The values in the middle of steps."""
        return np.asarray(self.low + (places + 0.5) * self.step, np.float64)
