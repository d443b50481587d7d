"""Measures at many thresholds at once, with their intervals: those that an evaluation at each threshold would have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnomon.intervals.bootstrap import matrices_intervals
from gnomon.intervals.linearised import linearised_ends
from gnomon.intervals.mean_of_shares import mean_of_shares
from gnomon.intervals.wilson import wilson_ends
from gnomon.measures.cells import Cells
from gnomon.measures.measure import POSITIVE, MeanOfShares, Measure, Share, ShareOfAll, Transformed
from gnomon.measures.threshold import NEGATIVE, Points
from gnomon.thresholds.cluster_spread import ClusterSpread

Array = NDArray[np.float64]


class Band(NamedTuple):
    """A measure at thresholds: the values and both ends of their intervals; NaN where undefined."""

    value: Array
    low: Array
    high: Array


def clustered_bands(
    points: Points, measures: Iterable[Measure], level: float | None, spread: ClusterSpread
) -> dict[str, Band]:
    """The same where rows belong to clusters: intervals from the variances that clusters give, NaN without one.

    Args:
        points: Counts of rows.
        measures: Those wanted.
        level: The confidence level; None for no intervals.
        spread: The variances.
    """
    cells, by_name = points.cells(), {}
    for measure in measures:
        value = measure.binary(cells)
        low, high = (np.full(value.shape, np.nan) for _ in range(2))
        if level is not None and measure.name in spread.variance:
            low, high = linearised_ends(
                value, spread.variance[measure.name], spread.units(measure.name), level, measure.low, measure.high
            )
        by_name[measure.name] = Band(value, low, high)
    return by_name


def bands(points: Points, measures: Iterable[Measure], level: float | None, seed: int) -> dict[str, Band]:
    """Measures of a confusion matrix at each point, by name.

    Shares have Wilson's interval, functions of a share its ends transformed, the balanced accuracy that of both
    recalls; the others come from replicates of the four cells.

    Args:
        points: Counts of rows.
        measures: Those wanted; each follows from a confusion matrix.
        level: The confidence level; None for no intervals.
        seed: Seed of the replicates.
    """
    cells = points.cells()
    values = {own.name: own.binary(cells) for own in measures}
    if level is None:
        return {name: Band(value, *(np.full(value.shape, np.nan),) * 2) for name, value in values.items()}
    by_name: dict[str, Band] = {}
    drawn: dict[str, Measure] = {}
    for measure in measures:
        value = values[measure.name]
        match measure.basis:
            case Share():
                by_name[measure.name] = Band(value, *ends_of_share(measure.basis, cells, POSITIVE, level))
            case Transformed():
                ends = ends_of_share(measure.basis.share, cells, POSITIVE, level)
                by_name[measure.name] = Band(value, *(measure.basis.transform(end) for end in ends))
            case ShareOfAll():
                by_name[measure.name] = Band(value, *wilson_ends(value, np.asarray(points.total), level))
            case MeanOfShares():
                of_classes = [ends_of_share(measure.basis.share, cells, code, level) for code in (NEGATIVE, POSITIVE)]
                low, high = (np.stack(ends, axis=-1) for ends in zip(*of_classes, strict=True))
                by_name[measure.name] = Band(value, *mean_of_shares(measure.basis.share(cells), low, high))
            case _:
                drawn[measure.name] = measure
    formulas = {name: own.binary for name, own in drawn.items()}
    of_drawn = matrices_intervals(points.matrices(), {name: values[name] for name in drawn}, formulas, level, seed)
    by_name |= {name: Band(values[name], *both) for name, both in of_drawn.items()}
    return {name: by_name[name] for name in values}


def ends_of_share(share: Share, cells: Cells, code: int, level: float) -> tuple[Array, Array]:
    """Wilson's ends of a share of one class at each point."""
    cells_of_class = cells.of_class(code)
    return wilson_ends(share(cells_of_class)[..., 0], share.trials(cells_of_class)[..., 0], level)
