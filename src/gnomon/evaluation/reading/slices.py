"""Every slice of the rows, summarised in the same pass as the whole."""

from __future__ import annotations

import math
import threading
from dataclasses import replace

import numpy as np

from gnomon.evaluation.arguments.plan import Plan
from gnomon.evaluation.reading.binned import binned_columns
from gnomon.evaluation.reading.sample import Sample
from gnomon.evaluation.reading.summary import Summary, kept_rows, summarise
from gnomon.schema.batch import Batch
from gnomon.schema.schema import Schema
from gnomon.schema.slices import MOST_SLICES, Slices, too_many
from gnomon.states.base import State
from gnomon.states.histogram import ScoreHistogram

# Rows that a thread gathers before it sorts them by slice.
GATHERED = 1 << 21
# Rows that a slice keeps, where rows are not kept, before they are counted in bins.
KEPT_ROWS = 1 << 12


class SliceTally:
    """The slices of one column, added to by all threads.

    Sorting rows by slice pays when they are many, so each thread gathers rows first.

    Args:
        schema: What the columns mean.
        plan: What is kept of them.
        number: Which of the slice columns it is.
        histograms: Empty histograms for slices of more than a few rows; none where all rows are kept.
    """

    def __init__(self, schema: Schema, plan: Plan, number: int, histograms: dict[str, ScoreHistogram]) -> None:
        self._schema = schema
        self._plan = plan
        self._number = number
        self._histograms = histograms
        self._slices: dict[str, SliceState] = {}
        self._adding = threading.Lock()

    def add(self, batches: list[Batch]) -> None:
        """Takes in what a thread has gathered."""
        rows = joined(batches, self._number, self._schema.columns.slices[self._number].name)
        own = rows.slices[0]
        order = np.argsort(own.codes, kind="stable")
        ends = np.append(0, np.cumsum(np.bincount(own.codes, minlength=len(own.names))))
        rows = taken(rows, order)
        for name, start, stop in zip(own.names, ends, ends[1:], strict=False):
            if start == stop:
                continue
            part = taken(rows, slice(start, stop))
            summary = summarise(part, self._schema, self._plan, 1, keep=False)
            with self._adding:
                state = self._slices.get(name)
                if state is None:
                    if len(self._slices) == MOST_SLICES:
                        raise too_many(self._schema.columns.slices[self._number].name)
                    state = self._slices[name] = SliceState(self._schema, self._histograms)
                state.add(part, summary)

    def summaries(self, sample: Sample | None) -> dict[str, Summary]:
        """The summary of each slice, by name, in the order of the names."""
        return {name: self._slices[name].summary(sample) for name in sorted(self._slices, key=natural)}


class SliceState:
    """The states of one slice: few rows are kept, more are counted in bins."""

    def __init__(self, schema: Schema, histograms: dict[str, ScoreHistogram]) -> None:
        self._schema = schema
        self._empty = histograms
        self._binned: dict[str, ScoreHistogram] = {}
        self._rows: list[Batch] = []
        self._kept: dict[str, State] = {}
        self._summary: Summary | None = None

    def add(self, batch: Batch, summary: Summary) -> None:
        """Takes in some rows, and their summary."""
        self._summary = summary if self._summary is None else self._summary.merge(summary)
        if not self._empty:
            self._kept = merged(self._kept, kept_rows(batch, self._schema))
        elif not self._binned and self._summary.rows.n <= KEPT_ROWS:
            self._rows.append(taken(batch, np.arange(batch.n)))  # a copy: the rest of what was gathered may go
        else:
            self._binned = self._binned or {name: own.like() for name, own in self._empty.items()}
            columns = binned_columns(self._schema)
            for own in (*self._rows, batch):
                for name, histogram in self._binned.items():
                    histogram.add(columns[name].value(own), columns[name].label(own), own.weight)
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


def merged(mine: dict[str, State], other: dict[str, State]) -> dict[str, State]:
    """The states of two parts of a slice."""
    return {name: mine[name].merge(state) for name, state in other.items()} if mine else other


def joined(batches: list[Batch], number: int, column: str) -> Batch:
    """Several batches as one, with one of their slice columns."""
    names: dict[str, int] = {}
    codes = []
    for batch in batches:
        own = batch.slices[number]
        places = np.array([names.setdefault(name, len(names)) for name in own.names], np.int64)
        if len(names) > MOST_SLICES:
            raise too_many(column)
        codes.append(places.astype(np.uint16)[own.codes] if len(own.names) else own.codes)
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
