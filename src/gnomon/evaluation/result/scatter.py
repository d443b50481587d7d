"""Predicted against true amounts, as they are saved and drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


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
