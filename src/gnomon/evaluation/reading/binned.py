"""What is counted in bins where rows are not kept: the scores of a class, or the sizes of the errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from gnomon.evaluation.reading.ranked_scores import against_the_rest
from gnomon.evaluation.reading.sample import Sample
from gnomon.evaluation.reading.summary import Summary
from gnomon.kernels.histogram import SEVERAL, WeightUnits
from gnomon.kernels.ranking import unit_of
from gnomon.message import Message
from gnomon.schema.batch import Batch
from gnomon.schema.schema import Schema
from gnomon.states.histogram import ScoreHistogram
from gnomon.states.mean import Weight

# About how many bins all histograms of an evaluation have together, and each of several at least; and those of a slice.
BINS, FEWEST_BINS, SLICE_BINS = 1 << 19, 1 << 12, 1 << 11


@dataclass(frozen=True, slots=True)
class Binned:
    """One column that is counted in bins: which values and which labels of a batch it takes, and for which class."""

    value: Callable[[Batch], NDArray[Any]]
    label: Callable[[Batch], NDArray[np.uint8]]
    positive: int = 0

    def units(self, classes: Sequence[Weight]) -> WeightUnits:
        """Units for the weights of its class and of the others, such that each sums to less than 2^61."""
        of_class, rest = against_the_rest(classes, self.positive)
        return WeightUnits(unit_of(of_class.total, rest.total), unit_of(of_class.squares, rest.squares))


def binned_columns(schema: Schema) -> dict[str, Binned]:
    """The columns that are counted in bins where rows are not kept, by the name of their state."""
    if schema.task == "regression":
        return {"errors": Binned(error_sizes, lambda batch: np.ones(batch.n, np.uint8))}
    if schema.task == "multiclass":
        return {
            Message("scores_of", "scores {code}", code=code): Binned(
                lambda batch, code=code: batch.scores[code],  # type: ignore[misc]
                lambda batch, code=code: (batch.target == code).astype(np.uint8),  # type: ignore[misc]
                code,
            )
            for code in range(len(schema.columns.scores))
        }
    return {"scores": Binned(lambda batch: batch.scores[0], lambda batch: batch.target, 1)}


def error_sizes(batch: Batch) -> NDArray[np.float64]:
    """The absolute errors of a regression."""
    assert batch.prediction is not None  # a regression always has one
    return np.asarray(np.abs(batch.target - batch.prediction))


def histograms(
    sample: Sample, schema: Schema, classes: Sequence[Weight] | None, wanted: int | None = None
) -> dict[str, ScoreHistogram]:
    """Empty histograms with bins that follow from the sample, and units from the weights of the classes, if any."""
    columns = binned_columns(schema)
    wanted = wanted or bins_wanted(len(columns))
    return {
        name: ScoreHistogram.empty(sample.column(own.value), wanted, None if classes is None else own.units(classes))
        for name, own in columns.items()
    }


def bins_wanted(histograms: int) -> int:
    """About how many bins one of so many histograms has."""
    return max(FEWEST_BINS, BINS // histograms)


def most_open(summary: Summary, names: Iterable[str], threads: int) -> float:
    """The greatest share of pairs that a histogram leaves open, pairs of any rows where there is one class."""
    shares: list[float] = []
    for name in names:
        counts = cast(ScoreHistogram, summary.states[name]).counts
        bounds, frame = counts.bounds(threads), counts.whole
        if frame.negatives:
            shares.append(bounds.open_pairs / max(1, frame.positives * frame.negatives))
        else:
            positives, *_, words = counts.counts()
            several = positives[words == SEVERAL].astype(np.float64)
            shares.append(float(several @ several) / max(1.0, float(frame.positives) ** 2))
    return max(shares)
