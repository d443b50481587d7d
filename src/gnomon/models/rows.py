"""What a model said of rows, as named columns that an evaluation reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gnomon.errors import UsageError
from gnomon.evaluation.evaluate import evaluate
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.message import Message


class FeatureRows:
    """Columns of the features that slices and ids name, and what is put beside them, under names of their own.

    Args:
        X: The features.
        slices: As for :func:`gnomon.evaluate`.
        id: The name of a column that says what rows are called.
        cluster: The name of a column that says which rows belong together.

    Raises:
        UsageError: Columns are named, but the features have no names.
    """

    def __init__(self, X: Any, slices: Any, id: Any, cluster: str | None) -> None:
        names = [str(name) for name in getattr(X, "columns", ())]
        asked = [slices] if isinstance(slices, str) else list(slices or ())
        texts = [part for own in asked for part in ([own] if isinstance(own, str) else list(own))]
        if (texts or id is not None or cluster is not None) and not names:
            raise UsageError(
                Message("columns_of_x", "slices=, id= and cluster= name columns of X\npass X as a data frame")
            )
        wanted = {id, cluster, *texts}
        for text in texts:  # age=30,50 and region:sex
            column = text.partition("=")[0]
            wanted |= {column, *column.split(":")}
        self._columns: dict[str, Any] = {name: X[name] for name in names if name in wanted}
        self._slices, self._id = slices, id

    def put(self, name: str, values: Any) -> str:
        """Puts a column beside the others; returns its name, which is another where the features have that one."""
        while name in self._columns:
            name += "_"
        self._columns[name] = values
        return name

    def put_all(self, name: str, labels: Sequence[Any], values: Any) -> list[str]:
        """Puts the columns of a matrix of shape (rows, labels) beside the others; returns their names."""
        return [self.put(f"{name}[{label}]", own) for label, own in zip(labels, np.asarray(values).T, strict=True)]

    def evaluated(self, **said: Any) -> Evaluation:
        """The evaluation of the columns."""
        return evaluate(self._columns, slices=self._slices, id=self._id, **said)
