"""The first reading: which labels occur, before anything is counted."""

from __future__ import annotations

from typing import Self

from gnomon.engines.threads import fold
from gnomon.schema.batch import Rows, leave_out_incomplete, leave_out_weightless
from gnomon.schema.labels import NO_LABELS, LabelColumn, find_labels
from gnomon.schema.request import Request
from gnomon.sources.base import Piece, Source


def survey_labels(source: Source, request: Request, threads: int) -> dict[str, LabelColumn]:
    """The labels of the target, and of the prediction where there is one, by column.

    Two labels that lie side by side, as 0 and 1 do, are taken from what a file says of its columns; for others the
    columns are read.
    """
    predicted = request.columns.prediction or request.either
    columns = [request.columns.target, *([predicted] if predicted else [])]
    known = {}
    if request.columns.weight is None and request.missing != "drop":
        known = {name: labels for name in columns if (labels := told_labels(source, name)) is not None}
    unknown = [name for name in columns if name not in known]
    if not unknown:
        return known
    weight = request.columns.weight
    wanted = dict.fromkeys(unknown, False) | ({weight: True} if weight else {})
    if request.missing == "drop":  # rows that will be left out must not decide either
        wanted = dict.fromkeys(columns, False) | wanted | dict.fromkeys(request.columns.scores, True)
    tally = fold(source.parts(wanted, threads), lambda: LabelTally(request, unknown, tuple(wanted)), threads)
    return known | tally.found


def told_labels(source: Source, column: str) -> LabelColumn | None:
    """The labels of a column whose least and greatest values are known and leave nothing between them."""
    ends = source.whole_range(column)
    if ends is None or ends[1] - ends[0] > 1:
        return None
    boolean = all(isinstance(end, bool) for end in ends)
    labels = tuple(sorted({int(end) for end in ends}))
    return LabelColumn(labels, boolean, rows=source.rows or 0, unit=set(labels) <= {0, 1})


class LabelTally:
    """The labels that a thread has seen."""

    def __init__(self, request: Request, columns: list[str], used: tuple[str, ...]) -> None:
        self.found = dict.fromkeys(columns, NO_LABELS)
        self._request = request
        self._used = used

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the labels of a piece."""
        rows = Rows(piece)
        if self._request.columns.weight:
            leave_out_weightless(rows, self._request.columns.weight)
        if self._request.missing == "drop":
            leave_out_incomplete(rows, self._used)
        for name, labels in self.found.items():
            self.found[name] = labels.merge(find_labels(rows.table[name], name, threads), name)

    def merge(self, other: Self) -> Self:
        """The labels of both."""
        for name, labels in self.found.items():
            self.found[name] = labels.merge(other.found[name], name)
        return self
