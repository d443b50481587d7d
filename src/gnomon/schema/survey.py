"""The first reading: which labels occur, before anything is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from gnomon.engines.base import Engine
from gnomon.schema.batch import Rows, leave_out_incomplete, leave_out_weightless
from gnomon.schema.clusters import ClusterNumbers, ClusterPlan, ClusterTally
from gnomon.schema.labels import NO_LABELS, Label, LabelColumn, find_labels
from gnomon.schema.request import Request
from gnomon.sources.base import Piece, Source, Use
from gnomon.sources.columns import MISSING, joint_use, spelled_numbers, spelled_use
from gnomon.wire import pack_all, refusing, unpack_all


class Survey:
    """The labels of the target and the predictions of one request, or of several on one source, from one reading.

    The names of clusters come from the same reading. Two labels that lie side by side, as 0 and 1 do, are taken from
    what a file says of its columns; for others the columns are read.

    Args:
        source: The rows.
        requests: What is asked of them: all that the survey will be asked for.
        engine: What reads them.
    """

    def __init__(self, source: Source, requests: Sequence[Request], engine: Engine) -> None:
        self._source = source
        self._requests = requests
        self._engine = engine
        self._labels: dict[tuple[str | None, ...], dict[str, LabelColumn]] = {}
        self._clusters: dict[ClusterPlan, ClusterNumbers] = {}

    def labels(self, request: Request) -> dict[str, LabelColumn]:
        """The labels by column, of one of the requests."""
        if _key(request) not in self._labels:
            self._read(self._requests if self._together() else [request])
        return self._labels[_key(request)]

    def clusters(self, column: str, use: Use) -> ClusterNumbers:
        """The numbers of the values of a column that says which rows belong together, read for this use."""
        plan = ClusterPlan(column, use)
        if plan not in self._clusters:
            self._clusters[plan] = self._engine.fold(self._source, plan).numbers()
        return self._clusters[plan]

    def _together(self) -> bool:
        """Whether all requests read each column in the same way."""
        uses: dict[str, Use] = {}
        return all(uses.setdefault(name, use) == use
                   for own in self._requests for name, use in Wanted.of(self._source, own).uses.items())  # fmt: skip

    def _read(self, requests: Sequence[Request]) -> None:
        wanted = tuple(Wanted.of(self._source, own) for own in requests)
        known = [own.known for own in wanted]
        if any(own.uses for own in wanted):
            columns = {own.columns.cluster: None for own in requests if own.columns.cluster is not None}
            shared = [name for name in columns if all(own.uses.get(name, "text") == "text" for own in wanted)]
            clusters = tuple(map(ClusterPlan, shared))
            tally = self._engine.fold(self._source, LabelPlan(wanted, clusters))
            known = [own.known | seen.labels() for own, seen in zip(wanted, tally.labels, strict=True)]
            self._clusters |= {plan: own.numbers() for plan, own in zip(clusters, tally.clusters, strict=True)}
        self._labels |= dict(zip(map(_key, requests), known, strict=True))


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
        weight: The column of weights, if there is one: rows of weight 0 say nothing.
        drop: Whether rows with a missing value are left out.
    """

    known: dict[str, LabelColumn]
    unknown: tuple[str, ...]
    untyped: frozenset[str]
    uses: dict[str, Use]
    weight: str | None
    drop: bool

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
        untyped = frozenset(name for name in unknown if texts[name] == "text")
        return cls(known, unknown, untyped, uses, weight, request.missing == "drop")


def told_labels(source: Source, column: str) -> LabelColumn | None:
    """The labels of a column whose least and greatest values are known and leave nothing between them."""
    ends = source.whole_range(column)
    if ends is None or ends[1] - ends[0] > 1:
        return None
    boolean = all(isinstance(end, bool) for end in ends)
    labels = tuple(sorted({int(end) for end in ends}))
    return LabelColumn(labels, boolean, rows=source.rows or 0, unit=set(labels) <= {0, 1})


@dataclass(frozen=True, slots=True)
class LabelPlan:
    """Finds the labels of several requests, and the names of clusters.

    Attributes:
        wanted: What has to be read for each request.
        clusters: What finds the names of clusters, a plan for each column.
    """

    wanted: tuple[Wanted, ...]
    clusters: tuple[ClusterPlan, ...]

    @property
    def uses(self) -> dict[str, Use]:
        """All columns that are read."""
        clusters = {name: use for own in self.clusters for name, use in own.uses.items()}
        return clusters | {name: use for own in self.wanted for name, use in own.uses.items()}

    def start(self) -> LabelTallies:
        """An empty tally."""
        return LabelTallies([LabelTally.of(own) for own in self.wanted], [own.start() for own in self.clusters])

    @refusing
    def read(self, raw: bytes) -> LabelTallies:
        """The tally of these bytes."""
        header, clusters = unpack_all("labels", raw)
        labels = [
            LabelTally(own, {name: column_of(form) for name, form in told.items()})
            for own, told in zip(self.wanted, header["labels"], strict=True)
        ]
        return LabelTallies(labels, [own.read(each) for own, each in zip(self.clusters, clusters, strict=True)])


@dataclass(slots=True)
class LabelTally:
    """The labels that were seen, for one request.

    Attributes:
        wanted: What has to be read for it.
        labels_of: The labels of each column.
    """

    wanted: Wanted
    labels_of: dict[str, LabelColumn | SpelledLabels]

    @classmethod
    def of(cls, wanted: Wanted) -> Self:
        """None yet."""
        return cls(wanted, {name: SpelledLabels() if name in wanted.untyped else NO_LABELS for name in wanted.unknown})

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the labels of a piece."""
        rows = Rows(piece)
        if self.wanted.weight and self.wanted.uses:
            leave_out_weightless(rows, self.wanted.weight)
        if self.wanted.drop:
            leave_out_incomplete(rows, tuple(self.wanted.uses))
        for name, labels in self.labels_of.items():
            column = rows.table[name]
            if isinstance(labels, SpelledLabels):
                self.labels_of[name] = labels.merge(SpelledLabels.of(column, name, threads), name)
            else:
                self.labels_of[name] = labels.merge(find_labels(column, name, threads), name)

    def merge(self, other: Self) -> Self:
        """The labels of both."""
        for name, labels in self.labels_of.items():
            self.labels_of[name] = labels.merge(other.labels_of[name], name)  # type: ignore[arg-type]  # of one kind
        return self

    def labels(self) -> dict[str, LabelColumn]:
        """The labels of each column."""
        return {
            name: found.settled() if isinstance(found, SpelledLabels) else found
            for name, found in self.labels_of.items()
        }


@dataclass(slots=True)
class LabelTallies:
    """The labels of several requests, and the names of clusters."""

    labels: list[LabelTally]
    clusters: list[ClusterTally]

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the labels of a piece."""
        for tally in self.labels:
            tally.add(piece, threads)
        for names in self.clusters:
            names.add(piece, threads)

    def merge(self, other: Self) -> Self:
        """The labels of both."""
        for tally, others in zip(self.labels, other.labels, strict=True):
            tally.merge(others)
        for names, more in zip(self.clusters, other.clusters, strict=True):
            names.merge(more)
        return self

    def to_bytes(self) -> bytes:
        """The tally as bytes."""
        forms = [{name: asdict(labels) for name, labels in own.labels_of.items()} for own in self.labels]
        return pack_all("labels", {"labels": forms}, [own.to_bytes() for own in self.clusters])


def column_of(form: dict[str, Any]) -> LabelColumn | SpelledLabels:
    """The labels of a column from their form."""
    if "text" in form:
        return SpelledLabels(form["use"], *(label_column(form[name]) for name in ("text", "values")))
    return label_column(form)


def label_column(form: dict[str, Any]) -> LabelColumn:
    """Those of a column that has a type."""
    return LabelColumn(**form | {"labels": None if form["labels"] is None else tuple(form["labels"])})


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
    for partition in source.partitions({column: use}, threads):
        for piece in partition:
            values = piece.table[column].to_pylist()
            place = next((place for place, own in enumerate(values) if own == label), None)
            if place is not None:
                return piece.position(place)
    return None
