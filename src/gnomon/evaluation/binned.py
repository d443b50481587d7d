"""What is counted in bins where rows are not kept: the scores of a class, or the sizes of the errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from gnomon.evaluation.sample import Sample
from gnomon.evaluation.summary import Summary
from gnomon.kernels.histogram import WeightUnits
from gnomon.schema.batch import Batch
from gnomon.schema.schema import Schema
from gnomon.states.histogram import ScoreHistogram

# About how many bins all histograms of an evaluation have together, and each of several at least; and those of a slice.
BINS, FEWEST_BINS, SLICE_BINS = 400_000, 1 << 12, 1 << 11


@dataclass(frozen=True, slots=True)
class Binned:
    """One column that is counted in bins: which values and which labels of a batch it takes."""

    value: Callable[[Batch], NDArray[Any]]
    label: Callable[[Batch], NDArray[np.uint8]]


def binned_columns(schema: Schema) -> dict[str, Binned]:
    """The columns that are counted in bins where rows are not kept, by the name of their state."""
    if schema.task == "regression":
        return {"errors": Binned(error_sizes, lambda batch: np.ones(batch.n, np.uint8))}
    if schema.task == "multiclass":
        return {
            f"scores {code}": Binned(
                lambda batch, code=code: batch.scores[code],  # type: ignore[misc]
                lambda batch, code=code: (batch.target == code).astype(np.uint8),  # type: ignore[misc]
            )
            for code in range(len(schema.columns.scores))
        }
    return {"scores": Binned(lambda batch: batch.scores[0], lambda batch: batch.target)}


def error_sizes(batch: Batch) -> NDArray[np.float64]:
    """The absolute errors of a regression."""
    assert batch.prediction is not None  # a regression always has one
    return np.asarray(np.abs(batch.target - batch.prediction))


def histograms(
    sample: Sample, schema: Schema, units: WeightUnits | None, wanted: int | None = None
) -> dict[str, ScoreHistogram]:
    """Empty histograms with bins that follow from the sample."""
    columns = binned_columns(schema)
    wanted = wanted or bins_wanted(len(columns))
    return {name: ScoreHistogram.empty(sample.column(own.value), wanted, units) for name, own in columns.items()}


def bins_wanted(histograms: int) -> int:
    """About how many bins one of so many histograms has."""
    return max(FEWEST_BINS, BINS // histograms)


def most_open(summary: Summary, names: Iterable[str], threads: int) -> float:
    """The greatest share of pairs that a histogram leaves open."""
    shares: list[float] = []
    for name in names:
        counts = cast(ScoreHistogram, summary.states[name]).counts
        bounds, frame = counts.bounds(threads), counts.whole
        shares.append(bounds.open_pairs / max(1, frame.positives * frame.negatives))
    return max(shares)
