"""The first reading: which labels occur, before anything is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from gnomon.engines.threads import fold
from gnomon.schema.batch import Rows, leave_out_incomplete, leave_out_weightless
from gnomon.schema.labels import NO_LABELS, Label, LabelColumn, find_labels
from gnomon.schema.request import Request
from gnomon.sources.base import Piece, Source, Use
from gnomon.sources.columns import MISSING, joint_use, spelled_numbers, spelled_use


class Survey:
    """The labels of the target and the predictions of one request, or of several on one source, from one reading.

    Two labels that lie side by side, as 0 and 1 do, are taken from what a file says of its columns; for others the
    columns are read.

    Args:
        source: The rows.
        requests: What is asked of them: all that the survey will be asked for.
        threads: How many threads there may be.
    """

    def __init__(self, source: Source, requests: Sequence[Request], threads: int) -> None:
        self._source = source
        self._requests = requests
        self._threads = threads
        self._labels: dict[tuple[str | None, ...], dict[str, LabelColumn]] = {}

    def labels(self, request: Request) -> dict[str, LabelColumn]:
        """The labels by column, of one of the requests."""
        if _key(request) not in self._labels:
            self._read(self._requests if self._together() else [request])
        return self._labels[_key(request)]

    def _together(self) -> bool:
        """Whether all requests read each column in the same way."""
        uses: dict[str, Use] = {}
        return all(uses.setdefault(name, use) == use
                   for own in self._requests for name, use in Wanted.of(self._source, own).uses.items())  # fmt: skip

    def _read(self, requests: Sequence[Request]) -> None:
        wanted = [Wanted.of(self._source, own) for own in requests]
        uses = {name: use for own in wanted for name, use in own.uses.items()}
        found = [own.known for own in wanted]
        if uses:

            def start() -> LabelTallies:
                return LabelTallies([LabelTally(asked, own) for asked, own in zip(requests, wanted, strict=True)])

            tallies = fold(self._source.parts(uses, self._threads), start, self._threads).tallies
            found = [own.known | tally.labels() for own, tally in zip(wanted, tallies, strict=True)]
        self._labels |= dict(zip(map(_key, requests), found, strict=True))


def _key(request: Request) -> tuple[str | None, ...]:
    """What the labels of a request depend on, of several on the same source."""
    return request.columns.target, request.columns.prediction, request.either, *request.columns.scores


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a survey has to read for a request.

    Attributes:
        known: The labels that a file tells without being read.
        unknown: The columns whose labels have to be read.
        untyped: Those of them that come as text, whose values say what they hold.
        uses: All columns that are read, with their uses; of these a missing value leaves a row out where it is dropped.
    """

    known: dict[str, LabelColumn]
    unknown: tuple[str, ...]
    untyped: frozenset[str]
    uses: dict[str, Use]

    @classmethod
    def of(cls, source: Source, request: Request) -> Self:
        """What there is to read; nothing where the file tells all."""
        predicted, weight = request.columns.prediction or request.either, request.columns.weight
        columns = [request.columns.target, *([predicted] if predicted else [])]
        known = {}
        if weight is None and request.missing != "drop":
            known = {name: labels for name in columns if (labels := told_labels(source, name)) is not None}
        unknown = tuple(name for name in columns if name not in known)
        texts: dict[str, Use] = {name: "text" if source.untyped(name) else "any" for name in columns}
        uses: dict[str, Use] = {}
        if unknown:
            uses = {name: texts[name] for name in unknown} | ({weight: "number"} if weight else {})
        if unknown and request.missing == "drop":  # rows that will be left out must not decide either
            scores: dict[str, Use] = dict.fromkeys(request.columns.scores, "number")
            uses = texts | uses | scores
        return cls(known, unknown, frozenset(name for name in unknown if texts[name] == "text"), uses)


def told_labels(source: Source, column: str) -> LabelColumn | None:
    """The labels of a column whose least and greatest values are known and leave nothing between them."""
    ends = source.whole_range(column)
    if ends is None or ends[1] - ends[0] > 1:
        return None
    boolean = all(isinstance(end, bool) for end in ends)
    labels = tuple(sorted({int(end) for end in ends}))
    return LabelColumn(labels, boolean, rows=source.rows or 0, unit=set(labels) <= {0, 1})


class LabelTally:
    """The labels that a thread has seen.

    Args:
        request: What was asked for.
        wanted: What has to be read for it.
    """

    def __init__(self, request: Request, wanted: Wanted) -> None:
        self._found: dict[str, LabelColumn | SpelledLabels] = {
            name: SpelledLabels() if name in wanted.untyped else NO_LABELS for name in wanted.unknown
        }
        self._request = request
        self._used = tuple(wanted.uses)

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the labels of a piece."""
        rows = Rows(piece)
        if self._request.columns.weight:
            leave_out_weightless(rows, self._request.columns.weight)
        if self._request.missing == "drop":
            leave_out_incomplete(rows, self._used)
        for name, found in self._found.items():
            column = rows.table[name]
            if isinstance(found, SpelledLabels):
                self._found[name] = found.merge(SpelledLabels.of(column, name, threads), name)
            else:
                self._found[name] = found.merge(find_labels(column, name, threads), name)

    def merge(self, other: Self) -> Self:
        """The labels of both."""
        for name, found in self._found.items():
            self._found[name] = found.merge(other._found[name], name)  # type: ignore[arg-type]  # of one kind
        return self

    def labels(self) -> dict[str, LabelColumn]:
        """The labels of each column."""
        return {
            name: found.settled() if isinstance(found, SpelledLabels) else found for name, found in self._found.items()
        }


@dataclass(slots=True)
class LabelTallies:
    """Those of several requests."""

    tallies: list[LabelTally]

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the labels of a piece."""
        for own in self.tallies:
            own.add(piece, threads)

    def merge(self, other: Self) -> Self:
        """The labels of both."""
        for own, others in zip(self.tallies, other.tallies, strict=True):
            own.merge(others)
        return self


@dataclass(frozen=True, slots=True)
class SpelledLabels:
    """The labels of a column of fields without a type, until all of them are known: as text, and as what they spell.

    Attributes:
        use: What the fields seen so far hold.
        text: Them as text.
        values: Them as numbers or booleans, as long as they are such.
    """

    use: Use = "any"
    text: LabelColumn = NO_LABELS
    values: LabelColumn = NO_LABELS

    @classmethod
    def of(cls, column: Any, name: str, threads: int) -> Self:
        """Those of some rows, an Arrow column of text."""
        import pyarrow as pa
        import pyarrow.compute as pc

        counted = pc.value_counts(column)
        texts, counts = counted.field("values"), counted.field("counts")
        use = spelled_use(texts)
        text = find_labels(pa.chunked_array([texts]), name, threads)
        text = replace(text, rows=len(column) - column.null_count, missing=column.null_count)
        if use == "text":
            return cls(use, text)
        spelled = pc.fill_null(pc.is_in(texts, value_set=pa.array(sorted(MISSING))), True)
        missing = int(pc.sum(pc.if_else(spelled, counts, 0)).as_py() or 0)
        if use == "boolean":
            some = pc.equal(pc.utf8_lower(texts.filter(pc.invert(spelled))), "true")
            values = find_labels(pa.chunked_array([some]), name, threads)
        else:
            values = find_labels(pa.chunked_array([spelled_numbers(texts)]), name, threads)
            fraction = pc.any(pc.match_substring_regex(texts.filter(pc.invert(spelled)), "[.eE]")).as_py()
            values = replace(values, floating=bool(fraction))
        return cls(use, text, replace(values, rows=len(column) - missing, missing=missing))

    def merge(self, other: SpelledLabels, name: str) -> SpelledLabels:
        """The labels of both."""
        use = joint_use((self.use, other.use))
        values = NO_LABELS if use == "text" else self.values.merge(other.values, name)
        return SpelledLabels(use, self.text.merge(other.text, name), values)

    def settled(self) -> LabelColumn:
        """The labels, once all are known, with what the column is to be read for."""
        return replace(self.text if self.use == "text" else self.values, use=self.use)


def first_row_with(source: Source, column: str, use: Use, label: Label, threads: int) -> str | None:
    """What the first row with a label is called; None if it cannot be found."""
    for part in source.parts({column: use}, threads):
        for piece in part:
            values = piece.table[column].to_pylist()
            place = next((place for place, own in enumerate(values) if own == label), None)
            if place is not None:
                return piece.position(place)
    return None
