"""Every slice of the rows, summarised in the same pass as the whole."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Self

import numpy as np

from gnomon.evaluation.arguments.retention import Retention
from gnomon.evaluation.reading.binned import binned_columns
from gnomon.evaluation.reading.sample import Sample
from gnomon.evaluation.reading.summary import Summary, kept_rows, summarise
from gnomon.schema.batch import Batch
from gnomon.schema.schema import Schema
from gnomon.schema.slices import MOST_SLICES, Slices, too_many
from gnomon.states.base import State
from gnomon.states.histogram import ScoreHistogram
from gnomon.states.kinds import state_of
from gnomon.wire import Travelling, pack_all, unpack_all

# Rows that a tally gathers before it sorts them by slice.
GATHERED = 1 << 21
# Rows that a slice keeps, where rows are not kept, before they are counted in bins.
KEPT_ROWS = 1 << 12


class SliceTally:
    """The slices of one column.

    Sorting rows by slice pays when they are many, so rows are gathered first.

    Args:
        schema: What the columns mean.
        retention: What is kept of them.
        number: Which of the slice columns it is.
        histograms: Empty histograms for slices of more than a few rows; none where all rows are kept.
    """

    def __init__(
        self, schema: Schema, retention: Retention, number: int, histograms: Mapping[str, ScoreHistogram]
    ) -> None:
        self._schema = schema
        self._retention = retention
        self._number = number
        self._histograms = histograms
        self._slices: dict[str, SliceState] = {}

    def add(self, batches: list[Batch]) -> None:
        """Takes in the rows of some batches."""
        rows = joined(batches, self._number, self._schema.columns.slices[self._number].name)
        slices = rows.slices[0]
        order = np.argsort(slices.codes, kind="stable")
        ends = np.append(0, np.cumsum(np.bincount(slices.codes, minlength=len(slices.names))))
        rows = taken(rows, order)
        for name, start, stop in zip(slices.names, ends, ends[1:], strict=False):
            if start < stop:
                part = taken(rows, slice(start, stop))
                self._of(name).add(part, summarise(part, self._schema, self._retention, 1, keep=False))

    def merge(self, other: Self) -> None:
        """Takes in the slices of another."""
        for name, state in other._slices.items():
            self._of(name).merge(state)

    def _of(self, name: str) -> SliceState:
        if name not in self._slices:
            if len(self._slices) == MOST_SLICES:
                raise too_many(self._schema.columns.slices[self._number].name)
            self._slices[name] = SliceState(self._schema, self._histograms)
        return self._slices[name]

    def summaries(self, sample: Sample | None) -> dict[str, Summary]:
        """The summary of each slice, by name, in the order of the names."""
        return {name: self._slices[name].summary(sample) for name in sorted(self._slices, key=natural)}

    def to_bytes(self) -> bytes:
        """The slices as bytes."""
        return pack_all("slices", {"names": list(self._slices)}, [own.to_bytes() for own in self._slices.values()])

    def restore(self, raw: bytes) -> Self:
        """The slices whose bytes these are, in this one, which has none yet."""
        header, states = unpack_all("slices", raw)
        for name, state in zip(header["names"], states, strict=True):
            self._of(name).restore(state)
        return self


class SliceState:
    """The states of one slice: few rows are kept, more are counted in bins."""

    def __init__(self, schema: Schema, histograms: Mapping[str, ScoreHistogram]) -> None:
        self._schema = schema
        self._empty = histograms
        self._binned: dict[str, ScoreHistogram] = {}
        self._rows: list[Batch] = []
        self._kept: dict[str, State] = {}
        self._summary: Summary | None = None

    def add(self, batch: Batch, summary: Summary) -> None:
        """Takes in some rows, and their summary."""
        self._summary = summary if self._summary is None else self._summary.merge(summary)
        if self._empty:
            self._take([batch])
        else:
            self._kept = merged(self._kept, kept_rows(batch, self._schema))

    def merge(self, other: SliceState) -> None:
        """Takes in the rows of another part of the slice, which is used up."""
        if self._summary is None:
            self.__dict__.update(other.__dict__)
            return
        assert other._summary is not None  # a slice has rows
        self._summary = self._summary.merge(other._summary)
        if not self._empty:
            self._kept = merged(self._kept, other._kept)
            return
        self._take(other._rows)
        if other._binned:
            self._bin()
            self._binned = {name: own.merge(other._binned[name]) for name, own in self._binned.items()}

    def _take(self, batches: list[Batch]) -> None:
        """Keeps rows, or counts them in bins if there are too many by now."""
        assert self._summary is not None  # which counts them already
        if self._binned or self._summary.rows.n > KEPT_ROWS:
            self._rows += batches
            self._bin()
        else:  # copies: the rest of what was gathered may go
            self._rows += [taken(own, np.arange(own.n)) for own in batches]

    def _bin(self) -> None:
        self._binned = self._binned or {name: own.like() for name, own in self._empty.items()}
        columns = binned_columns(self._schema)
        for rows in self._rows:
            for name, histogram in self._binned.items():
                histogram.add(columns[name].value(rows), columns[name].label(rows), rows.weight)
        self._rows = []

    def summary(self, sample: Sample | None) -> Summary:
        """The summary of the slice."""
        assert self._summary is not None  # a slice has rows
        if self._binned:
            return replace(self._summary, states={**self._summary.states, **self._binned}, sample=sample)
        kept = self._kept
        for batch in self._rows:
            kept = merged(kept, kept_rows(batch, self._schema))
        return replace(self._summary, states={**self._summary.states, **kept})

    def to_bytes(self) -> bytes:
        """The states as bytes."""
        assert self._summary is not None  # a slice has rows
        header = {"binned": list(self._binned), "kept": list(self._kept)}
        states: list[Travelling] = [*self._binned.values(), *self._kept.values(), *self._rows]
        return pack_all("slice", header, [own.to_bytes() for own in (self._summary, *states)])

    def restore(self, raw: bytes) -> None:
        """Takes in the states whose bytes these are; it has none yet."""
        header, (summary, *states) = unpack_all("slice", raw)
        binned, kept = header["binned"], header["kept"]
        rest = iter(states)
        self._summary = Summary.from_bytes(summary)
        self._binned = {name: ScoreHistogram.from_bytes(next(rest)) for name in binned}
        self._kept = {name: state_of(next(rest)) for name in kept}
        self._rows = [Batch.from_bytes(own) for own in rest]


def merged(mine: dict[str, State], other: dict[str, State]) -> dict[str, State]:
    """The states of two parts of a slice."""
    return {name: mine[name].merge(state) for name, state in other.items()} if mine else other


def joined(batches: list[Batch], number: int, column: str) -> Batch:
    """Several batches as one, with one of their slice columns."""
    names: dict[str, int] = {}
    codes = []
    for batch in batches:
        slices = batch.slices[number]
        places = np.array([names.setdefault(name, len(names)) for name in slices.names], np.int64)
        if len(names) > MOST_SLICES:
            raise too_many(column)
        codes.append(places.astype(np.uint16)[slices.codes] if len(slices.names) else slices.codes)
    first = batches[0]
    return Batch(
        np.concatenate([batch.target for batch in batches], axis=-1),
        None
        if first.prediction is None
        else np.concatenate([batch.prediction for batch in batches if batch.prediction is not None], axis=-1),
        tuple(np.concatenate([batch.scores[i] for batch in batches]) for i in range(len(first.scores))),
        None
        if first.weight is None
        else np.concatenate([batch.weight for batch in batches if batch.weight is not None]),
        None
        if first.clusters is None
        else np.concatenate([batch.clusters for batch in batches if batch.clusters is not None]),
        0,
        (Slices(tuple(names), np.concatenate(codes)),),
    )


def taken(batch: Batch, rows: slice | np.ndarray[tuple[int], np.dtype[np.intp]]) -> Batch:
    """Some of the rows, without their slices."""
    return Batch(
        np.ascontiguousarray(batch.target[..., rows]),
        None if batch.prediction is None else np.ascontiguousarray(batch.prediction[..., rows]),
        tuple(score[rows] for score in batch.scores),
        None if batch.weight is None else batch.weight[rows],
        None if batch.clusters is None else batch.clusters[rows],
    )


def natural(name: str) -> list[tuple[bool, float, str]]:
    """Numbers and ranges in their order, then text; of several columns one after the other."""
    return [natural_part(part) for part in name.split(":")]


def natural_part(name: str) -> tuple[bool, float, str]:
    """The same of one column."""
    if name.startswith("< "):
        return False, -math.inf, name
    try:
        number = float(name.removeprefix(">= ").removeprefix("[").partition(",")[0])
    except ValueError:
        number = math.nan
    return (False, number, name) if math.isfinite(number) else (True, 0.0, name)
