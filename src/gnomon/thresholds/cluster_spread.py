"""How far measures at thresholds vary where rows belong to clusters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.measures.influence import cluster_sums, derivatives_by_cell
from gnomon.measures.measure import (
    ALL,
    OF_CLASS,
    OF_OTHERS,
    PREDICTED,
    PREDICTED_OTHERS,
    Measure,
    Share,
    ShareOfAll,
    Transformed,
)
from gnomon.measures.threshold import Points

Array = NDArray[np.float64]

# Degrees of freedom follow from the fourth powers of the influences of so many of the largest clusters: where there are
# more, those of the others add next to nothing, or the degrees of freedom are so many that they do not matter.
LARGEST_CLUSTERS = 500


@dataclass(frozen=True)
class ClusterSpread:
    """The variances of measures at thresholds, from the influences of clusters.

    Attributes:
        number: The number of clusters.
        variance: By the name of each measure its variance at the thresholds, of shape (thresholds,).
        degrees_of_freedom: The degrees of freedom of these variances.
        supporting_clusters: How many clusters have rows that the measure rests on: all that is known where nothing
            varies.
    """

    number: int
    variance: Mapping[str, Array]
    degrees_of_freedom: Mapping[str, Array]
    supporting_clusters: Mapping[str, Array]

    def units(self, name: str) -> Array:
        """How many independent units say as much of a measure, at each threshold."""
        return np.where(self.variance[name] > 0, 1 + self.degrees_of_freedom[name], self.supporting_clusters[name])

    def at(self, where: Any) -> ClusterSpread:
        """Those at some of the thresholds."""
        return self.apply(lambda column: column[where])

    def apply(self, change: Callable[[Array], Array]) -> ClusterSpread:
        """The same with every column changed alike."""
        variance, degrees_of_freedom, supporting_clusters = (
            {name: change(own) for name, own in columns.items()}
            for columns in (self.variance, self.degrees_of_freedom, self.supporting_clusters)
        )
        return ClusterSpread(self.number, variance, degrees_of_freedom, supporting_clusters)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        variance, degrees_of_freedom, supporting_clusters = (
            {name: [None if np.isnan(each) else each for each in own.tolist()] for name, own in columns.items()}
            for columns in (self.variance, self.degrees_of_freedom, self.supporting_clusters)
        )
        return {
            "number": self.number,
            "variance": variance,
            "degrees_of_freedom": degrees_of_freedom,
            "supporting_clusters": supporting_clusters,
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> ClusterSpread:
        """The inverse of :meth:`to_dict`."""
        variance, degrees_of_freedom, supporting_clusters = (
            {name: np.array(own, np.float64) for name, own in form[part].items()}
            for part in ("variance", "degrees_of_freedom", "supporting_clusters")
        )
        return cls(form["number"], variance, degrees_of_freedom, supporting_clusters)


@dataclass(frozen=True, slots=True)
class ClusterEvents:
    """By how much each cluster's positives and negatives grow at thresholds, from the highest down.

    Attributes:
        cluster, place: The cluster, and the place of the threshold, of each event, ascending.
        positives, negatives: Weight that reaches the threshold there, and none before it.
        number: How many clusters there are.
        thresholds: How many thresholds.
    """

    cluster: NDArray[np.intp]
    place: NDArray[np.intp]
    positives: Array
    negatives: Array
    number: int
    thresholds: int

    @classmethod
    def of(
        cls,
        threshold: Array,
        score: NDArray[Any],
        label: NDArray[np.uint8],
        weight: Array | None,
        clusters: NDArray[np.int64],
    ) -> ClusterEvents:
        """The events of some rows.

        Args:
            threshold: The thresholds, descending; no score is below the last.
            score: Of the rows.
            label: 1 for a positive row, 0 for a negative.
            weight: Of the rows, or None.
            clusters: The number of each row's cluster, from 0; some may have no rows.
        """
        occurring = np.bincount(clusters) > 0
        clusters = (np.cumsum(occurring) - 1)[clusters]
        place = np.searchsorted(-threshold, -score.astype(np.float64))
        key, event = np.unique(clusters * len(threshold) + place, return_inverse=True)
        mass = np.ones(len(score)) if weight is None else weight
        positives, negatives = (cluster_sums(mass * (label == code), event) for code in (1, 0))
        cluster, at = np.divmod(key, len(threshold))
        return cls(cluster, at, positives, negatives, int(clusters.max()) + 1, len(threshold))

    def totals(self) -> tuple[Array, Array]:
        """The weight of the positives and of the negatives of each cluster."""
        positives, negatives = (
            np.bincount(self.cluster, own, self.number).astype(np.float64) for own in (self.positives, self.negatives)
        )
        return positives, negatives

    def reached(self) -> tuple[Array, Array]:
        """The weight of each class of its cluster that an event finds there already."""
        reached_by = []
        for events in (self.positives, self.negatives):
            before = np.cumsum(events) - events
            starts = np.flatnonzero(np.diff(self.cluster, prepend=-1))
            reached_by.append(before - np.repeat(before[starts], np.diff(np.append(starts, len(events)))))
        return reached_by[0], reached_by[1]

    def having(self, cells: frozenset[str]) -> Array:
        """How many clusters have rows in some cells of the confusion matrix, at each threshold.

        Of a class, or predicted as one; of any other cells those that have rows of the class with the fewer clusters.
        """
        classes = [int(np.count_nonzero(own)) for own in self.totals()]
        if cells in (PREDICTED, PREDICTED_OTHERS):
            ends = np.append(np.flatnonzero(np.diff(self.cluster)), len(self.cluster) - 1)
            starts = np.append(0, ends[:-1] + 1)
            place = self.place[starts if cells == PREDICTED else ends]  # of the first row of each, or of the last
            reached = np.cumsum(np.bincount(place, minlength=self.thresholds)).astype(np.float64)
            return reached if cells == PREDICTED else self.number - reached
        number = {OF_CLASS: classes[0], OF_OTHERS: classes[1], ALL: self.number}.get(cells, min(classes))
        return np.full(self.thresholds, float(number))

    def of_largest(self, most: int) -> tuple[NDArray[np.intp], Array, Array]:
        """The largest clusters, and the weight of each class of theirs that reaches each threshold."""
        positives, negatives = self.totals()
        largest = np.sort(np.argsort(-(positives + negatives), kind="stable")[:most])
        row = np.full(self.number, -1)
        row[largest] = np.arange(len(largest))
        inside = row[self.cluster] >= 0
        tables = []
        for events in (self.positives, self.negatives):
            table = np.zeros((len(largest), self.thresholds))
            table[row[self.cluster[inside]], self.place[inside]] = events[inside]
            tables.append(np.cumsum(table, axis=1))
        return largest, tables[0], tables[1]


def cluster_spread(points: Points, events: ClusterEvents, measures: Iterable[Measure]) -> ClusterSpread:
    """The variances of measures of a confusion matrix at thresholds: the jackknife over clusters, to first order.

    A cluster's influence on a measure is linear in the weights of its four cells, so that the sum of its squares at
    every threshold follows from the sums over clusters of their products, which one sweep over the rows adds up.

    Args:
        points: The counts at the thresholds.
        events: Of the rows, by cluster.
        measures: The measures.
    """
    classes = events.totals()
    share = (classes[0] + classes[1]) / float(points.total)
    with np.errstate(divide="ignore"):
        factor = 1 / (1 - share)  # what is left of the rows without the cluster
    moments = second_moments(events, classes, factor)
    largest, *counts = events.of_largest(LARGEST_CLUSTERS)
    cells = np.stack([*counts, *(np.repeat(own[largest, None], events.thresholds, axis=1) for own in classes)])
    cells *= factor[largest, None]
    variance, degrees_of_freedom, supporting_clusters = {}, {}, {}
    number = events.number
    for measure in measures:
        slopes = slopes_of(measure, points)
        with np.errstate(all="ignore"):
            squares = np.maximum(np.einsum("ti,ijt,tj->t", slopes, moments, slopes), 0.0)
            fourth = (np.einsum("ti,ict->ct", slopes, cells) ** 4).sum(axis=0)
            relative = fourth / squares**2 - 1 / number
            freedom = np.where(relative > 0, np.maximum(1.0, 2 / relative), np.inf)
        variance[measure.name] = squares * (1 - 1 / number)
        degrees_of_freedom[measure.name] = np.minimum(freedom, number - 1.0)
        supporting_clusters[measure.name] = events.having(rests_on(measure))
    return ClusterSpread(number, variance, degrees_of_freedom, supporting_clusters)


def rests_on(measure: Measure) -> frozenset[str]:
    """The cells of the rows that a measure rests on; none where it rests on the class with the fewer rows."""
    if isinstance(measure.basis, ShareOfAll):
        return ALL
    share = measure.basis.share if isinstance(measure.basis, Transformed) else measure.basis
    return share.trials_in if isinstance(share, Share) else frozenset()


def second_moments(events: ClusterEvents, classes: tuple[Array, Array], factor: Array) -> Array:
    """The sums over clusters of the products of their counts at every threshold, shape (4, 4, thresholds).

    The four counts are the positives and the negatives that reach the threshold, and all positives and negatives.
    """
    square = factor**2
    by_event = square[events.cluster]
    before, more = events.reached(), (events.positives, events.negatives)
    moments = np.empty((4, 4, events.thresholds))

    def put(row: int, column: int, values: Array) -> None:
        moments[row, column] = moments[column, row] = np.cumsum(
            np.bincount(events.place, by_event * values, events.thresholds)
        )

    for one, other in ((0, 0), (0, 1), (1, 1)):
        after = [start + own for start, own in zip(before, more, strict=True)]
        put(one, other, after[one] * after[other] - before[one] * before[other])
    for one in (0, 1):
        for other in (0, 1):
            put(one, 2 + other, more[one] * classes[other][events.cluster])
            moments[2 + one, 2 + other] = float((square * classes[one] * classes[other]).sum())
    return moments


def slopes_of(measure: Measure, points: Points) -> Array:
    """The derivatives of a measure by the four counts of :func:`second_moments`, shape (thresholds, 4)."""
    tn, fp, fn, tp = derivatives_by_cell(measure.binary, points.matrices()).T
    return np.stack([tp - fn, fp - tn, fn, tn], axis=-1)
