"""``gnomon.changed_rows``: which rows one model gets right and the other wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.calling import MissingChoice, ScaleChoice, TaskChoice, verb
from gnomon.comparison.measuring import alike, requests_of
from gnomon.comparison.opening import Opened, open_models
from gnomon.engines import engine_of
from gnomon.errors import UsageError
from gnomon.evaluation.reading.summary import answer_of
from gnomon.frames import frame
from gnomon.kernels.threads import thread_count
from gnomon.message import Message
from gnomon.schema.batch import encode
from gnomon.schema.schema import Schema

# What became of a row: right and now wrong, wrong and now right.
BROKEN, MENDED = "broken", "mended"


@dataclass(frozen=True, slots=True)
class ChangedRows:
    """The rows that two models differ in.

    Attributes:
        old, new: What the models are called.
        n: All rows.
        rows: By column, what is known of the rows that changed: ``"row"`` (the id, or the number), ``"change"``
            (``"broken"`` or ``"mended"``), ``"true"``, ``"predicted_<model>"`` of each model, and the slices.
        slices: By column and value, how many rows are broken and mended.
    """

    old: str
    new: str
    n: int
    rows: Mapping[str, list[Any]]
    slices: Mapping[str, Mapping[str, tuple[int, int]]] = field(default_factory=dict)

    @property
    def broken(self) -> list[str]:
        """The ids of the rows that the old model got right and the new one gets wrong."""
        return self._of(BROKEN)

    @property
    def mended(self) -> list[str]:
        """The ids of the rows that the old model got wrong and the new one gets right."""
        return self._of(MENDED)

    def _of(self, change: str) -> list[str]:
        pairs = zip(self.rows["row"], self.rows["change"], strict=True)
        return [row for row, own in pairs if own == change]

    def __repr__(self) -> str:
        return f"ChangedRows({len(self.broken):,} broken, {len(self.mended):,} mended, n={self.n:,})"

    def to_frame(self, *, library: str | None = None) -> Any:
        """The rows that changed as a data frame.

        Args:
            library: ``"pandas"``, ``"polars"`` or ``"pyarrow"``; None for the one that is imported already, else the
                first that is installed.
        """
        return frame(dict(self.rows), library)


@verb
def changed_rows(
    data: Any,
    /,
    *others: Any,
    target: str,
    score: Any = None,
    prediction: Any = None,
    id: str | None = None,
    split: str | None = None,
    slices: str | Sequence[str] | None = None,
    classes: Sequence[Any] | None = None,
    positive: Any = None,
    task: TaskChoice = "auto",
    threshold: Mapping[str, float] | float | None = None,
    scale: Mapping[str, ScaleChoice] | ScaleChoice = "probability",
    missing: MissingChoice = "error",
    threads: int | None = None,
) -> ChangedRows:
    """Which rows one model gets right and the other wrong, in all and by slice.

    Their numbers are the cells of McNemar's test, which :func:`gnomon.compare` makes. Only rows that changed are kept,
    so that files may be of any size; files that are joined on ids are read whole.

    Args:
        data: As for :func:`gnomon.compare`: two columns of one file or data frame, or the first of two that are joined.
        others: The second of two that are joined.
        target: Name of the column of true values.
        score: The columns of scores, as for :func:`gnomon.compare`.
        prediction: The columns of predicted labels, as for :func:`gnomon.compare`.
        id: Name of the column that says which rows are the same, and what they are called.
        split: The rows that models were fitted on, as ``"column=value"``: they are left out.
        slices: As for :func:`gnomon.compare`.
        classes: As for :func:`gnomon.evaluate`.
        positive: As for :func:`gnomon.evaluate`.
        task: ``"binary"``, ``"multiclass"``, or ``"auto"`` to tell from the columns.
        threshold: A row is predicted positive at ``score >= threshold``; a dict where models have their own.
        scale: ``"probability"``, or ``"any"`` for decision values; a dict where models differ.
        missing: ``"error"``, or ``"drop"`` to leave out rows that lack a value of any model.
        threads: How many threads may read.

    Returns:
        :class:`gnomon.ChangedRows`.

    Raises:
        UsageError: There are not two models, or they predict amounts or nothing.
        DataError: A value is wrong, or a true value differs between files.

    Examples:
        >>> import gnomon
        >>> rows = {"row": ["a", "b", "c"], "y": [0, 1, 1], "old": [0, 1, 0], "new": [0, 0, 1]}
        >>> changed = gnomon.changed_rows(rows, target="y", prediction=["old", "new"], id="row")
        >>> changed.broken, changed.mended
        (['b'], ['c'])
    """
    opened = open_models(
        data, others, target, (score, prediction), (None, None, split, id), slices, thread_count(threads)
    )
    if len(opened.models) != 2:
        raise UsageError(
            Message(
                "changed_of_two", "rows change from one model to another, not among {number}", number=len(opened.models)
            )
        )
    requests = requests_of(
        opened, threshold=threshold, scale=scale, task=task, classes=classes, positive=positive, missing=missing
    )
    engine = engine_of("threads", thread_count(threads), None)
    with engine:
        schemas = alike(opened.source, requests, engine)
    if next(iter(schemas.values())).task not in ("binary", "multiclass"):
        raise UsageError(
            Message("changed_of_classes", "only predicted classes are right or wrong\npass the predictions of a class")
        )
    return collected(opened, schemas)


def collected(opened: Opened, schemas: Mapping[str, Schema]) -> ChangedRows:
    """The rows that changed, piece by piece."""
    (old, first), (new, _) = schemas.items()
    names = first.names
    slicings = [own.name for own in first.columns.slices]
    of_models = [f"predicted_{model}" for model in (old, new)]
    rows: dict[str, list[Any]] = {name: [] for name in ("row", "change", "true", *of_models, *slicings)}
    counts: dict[str, dict[str, tuple[int, int]]] = {name: {} for name in slicings}
    n = 0
    for right, target, predicted, divided, called in pieces(opened, schemas):
        n += len(target)
        places = np.flatnonzero(right[0] != right[1])
        rows["row"] += called(places)
        rows["change"] += [BROKEN if was else MENDED for was in right[0][places].tolist()]
        rows["true"] += [names[code] for code in target[places].tolist()]
        for model, own in zip(of_models, predicted, strict=True):
            rows[model] += [names[code] for code in own[places].tolist()]
        for name, own in zip(slicings, divided, strict=True):
            rows[name] += [own.names[code] for code in own.codes[places].tolist()]
            for value, code in ((value, code) for code, value in enumerate(own.names)):
                here = places[own.codes[places] == code]
                broken = int(right[0][here].sum())
                before = counts[name].get(value, (0, 0))
                counts[name][value] = (before[0] + broken, before[1] + len(here) - broken)
    return ChangedRows(old, new, n, rows, counts)


def pieces(opened: Opened, schemas: Mapping[str, Schema]) -> Iterator[tuple[Any, NDArray[Any], Any, Any, Any]]:
    """Piece by piece: whether each model is right, the true classes, the predicted ones, the slices, and the names.

    Raises:
        UsageError: A model predicts nothing, as its scores have no threshold.
    """
    for partition in opened.source.partitions(next(iter(schemas.values())).uses, 1):
        for piece in partition:
            batches = [encode(piece, schema, 1) for schema in schemas.values()]
            predicted = [
                answer_of(batch, schema).prediction for batch, schema in zip(batches, schemas.values(), strict=True)
            ]
            if any(own is None for own in predicted):
                raise UsageError(
                    Message("changed_without_threshold", "the scores have no threshold\npass threshold= (--threshold)")
                )
            target = batches[0].target
            yield [own == target for own in predicted], target, predicted, batches[0].slices, batches[0].called
