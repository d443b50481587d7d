"""Confusion counts with their labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import UnknownEstimateError, nearest
from gnomon.message import Message
from gnomon.visible import visible


@dataclass(frozen=True, eq=False)
class ConfusionMatrix:
    """Confusion counts with their labels: rows are the true class, columns the predicted one.

    Attributes:
        labels: What the classes are called; of a binary task the negative class first.
        counts: Rows in each cell, int64 of shape (classes, classes), read-only.
        weights: Weight in each cell, float64; None where rows have no weights.
    """

    labels: tuple[str, ...]
    counts: NDArray[np.int64]
    weights: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        for array in (self.counts, self.weights):
            if array is not None:
                array.flags.writeable = False

    @property
    def mass(self) -> NDArray[Any]:
        """The weight in each cell; without weights the rows."""
        return self.counts if self.weights is None else self.weights

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.counts, dtype=dtype)

    def __getitem__(self, key: tuple[str, str]) -> int:
        """The count of one cell: ``confusion[true, predicted]``.

        Raises:
            UnknownEstimateError: There is no such label.
        """
        for label in key:
            if label not in self.labels:
                raise UnknownEstimateError(
                    Message(
                        "no_such_class",
                        "there is no class {label!r}\n{hint}",
                        label=label,
                        hint=nearest(str(label), self.labels),
                    )
                )
        true, predicted = key
        return int(self.counts[self.labels.index(true), self.labels.index(predicted)])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ConfusionMatrix):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        cells = [[f"{count:,}" for count in row] for row in self.counts.tolist()]
        shown = [visible(label, 12) for label in self.labels]
        width = max(len(text) for text in [*shown, *(cell for row in cells for cell in row)])
        head = max(len(label) for label in [*shown, "true \\ predicted"])
        lines = ["true \\ predicted".ljust(head) + "".join(f"  {label:>{width}}" for label in shown)]
        lines += [
            label.ljust(head) + "".join(f"  {cell:>{width}}" for cell in row)
            for label, row in zip(shown, cells, strict=True)
        ]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        form: dict[str, Any] = {"labels": list(self.labels), "counts": self.counts.tolist()}
        if self.weights is not None:
            form["weights"] = self.weights.tolist()
        return form

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> ConfusionMatrix:
        """The inverse of :meth:`to_dict`."""
        weights = form.get("weights")
        counts = np.array(form["counts"], np.int64)
        return cls(tuple(form["labels"]), counts, None if weights is None else np.array(weights, np.float64))
