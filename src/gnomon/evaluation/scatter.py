"""Predicted against true amounts, few enough to be drawn: every row, or how many rows lie in each cell of a grid."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.states.residuals import Amounts

Array = NDArray[np.float64]

# Up to so many rows each is a point; of more, cells of a grid of so many steps each way are counted.
POINTS, STEPS = 1000, 48
# Rows that are counted together.
_AT_ONCE = 1 << 17


@dataclass(frozen=True, eq=False)
class Scatter:
    """Predicted against true amounts.

    Attributes:
        target, prediction: Of each row, or the middle of each cell that has rows; shape (points,).
        rows: How many rows it stands for, int64.
        width, height: Of a cell along the prediction and along the target; 0.0 where points are rows.
    """

    target: Array
    prediction: Array
    rows: NDArray[np.int64]
    width: float = 0.0
    height: float = 0.0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Scatter):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "target": self.target.tolist(),
            "prediction": self.prediction.tolist(),
            "rows": self.rows.tolist(),
            "width": self.width,
            "height": self.height,
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Scatter:
        """The inverse of :meth:`to_dict`."""
        target, prediction = (np.array(form[name], np.float64) for name in ("target", "prediction"))
        return cls(target, prediction, np.array(form["rows"], np.int64), form["width"], form["height"])


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
