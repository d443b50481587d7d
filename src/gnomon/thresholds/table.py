"""The table of thresholds: exact counts at each, few enough to look at, the best ones among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import UsageError, nearest
from gnomon.kernels.ranking import convex_hull
from gnomon.measures.measure import Measure
from gnomon.measures.registry import find, of_cells, shown, shown_in
from gnomon.measures.threshold import FLAGGED, Points
from gnomon.message import Message
from gnomon.thresholds.bands import Band, bands, clustered_bands
from gnomon.thresholds.cluster_spread import ClusterSpread
from gnomon.thresholds.goal import best_of, make_goal

Array = NDArray[np.float64]

# Steps of a class's weight in which the vertices of a curve are found; counts are taken as they are.
_STEPS = 2.0**30


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What a threshold does on the rows.

    Attributes:
        threshold: Rows are predicted positive at ``score >= threshold``; infinite where none is.
        tp, fp, fn, tn: Rows (or weight) in each cell of the confusion matrix.
        value: What was asked for, there.
        met: Whether every constraint holds; if not, no threshold of the table meets them, and this one comes nearest.
    """

    threshold: float
    tp: float
    fp: float
    fn: float
    tn: float
    value: float
    met: bool


class Thresholds:
    """Counts at thresholds, from the highest down: of all rows, exact, at as many thresholds as tell them apart.

    With many rows the thresholds are thinned to steps of at most 1/512 of a class, and the vertices of the ROC curve's
    convex hull are added: among them is the best of all thresholds by any costs, F-beta, accuracy, Youden's index or
    (positive) Matthews correlation. Under constraints the best of a thinned table may be beaten by a threshold between
    two of its own; ``gnomon.choose_threshold`` looks at every score.

    Attributes:
        threshold: Rows are predicted positive at ``score >= threshold``; the first is infinite.
        true_positives, false_positives: Rows (or weight) of each class that reach the threshold.
        positives, negatives: Rows (or weight) of each class in all.
        effective: Kish's effective number of rows; without weights their number.
        complete: Whether every score is a threshold of the table.
        clusters: How far measures vary at the thresholds where rows belong to clusters; None where they do not.

    Examples:
        >>> import gnomon
        >>> ev = gnomon.evaluate([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
        >>> ev.thresholds.best("f1").threshold
        0.35
        >>> ev.thresholds.best(costs={"fp": 3, "fn": 1}).threshold
        0.8
        >>> ev.thresholds.best(where="recall >= 0.9").fp
        1.0
        >>> ev.thresholds["recall"].tolist()
        [0.0, 0.5, 0.5, 1.0, 1.0]
    """

    __slots__ = ("_points", "clusters", "complete", "effective", "threshold")

    def __init__(
        self,
        threshold: Array,
        points: Points,
        effective: float,
        complete: bool,
        clusters: ClusterSpread | None = None,
    ) -> None:
        self.threshold = threshold
        self.clusters = clusters
        self._points = points
        self.effective = effective
        self.complete = complete
        for array in (threshold, points.true_positives, points.false_positives):
            array.flags.writeable = False

    @property
    def points(self) -> Points:
        """The counts at all thresholds."""
        trials = self.effective / float(self._points.total)
        return replace(self._points, trials=trials, spread=self.clusters)

    @property
    def true_positives(self) -> Array:
        """Rows (or weight) of the positive class that reach each threshold."""
        return self._points.true_positives

    @property
    def false_positives(self) -> Array:
        """Rows (or weight) of the negative class that reach each threshold."""
        return self._points.false_positives

    @property
    def positives(self) -> float:
        """Rows (or weight) of the positive class."""
        return float(self._points.positives)

    @property
    def negatives(self) -> float:
        """Rows (or weight) of the negative class."""
        return float(self._points.negatives)

    def __len__(self) -> int:
        return len(self.threshold)

    def __iter__(self) -> Iterator[OperatingPoint]:
        return (self._point(place, float("nan"), True) for place in range(len(self)))

    def __getitem__(self, name: str) -> Array:
        """A measure at every threshold, such as ``thresholds["precision"]`` or ``thresholds["f2"]``.

        Raises:
            UsageError: There is no measure of that name.
        """
        if name == "threshold":
            return self.threshold
        if name == FLAGGED:
            return self._points.flagged
        measure = find(name) if isinstance(name, str) else None
        if measure is None or not measure.of_cells:
            raise UsageError(
                Message(
                    "threshold_without_measure",
                    "a threshold has no measure {name!r}\n{hint}",
                    name=name,
                    hint=nearest(str(name), [*of_cells(), FLAGGED]),
                )
            )
        return measure.binary(self._points.cells())

    def __repr__(self) -> str:
        kind = "every one" if self.complete else "thinned"
        return f"Thresholds({len(self)}, {kind}; {self.positives:g} positives, {self.negatives:g} negatives)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Thresholds):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def at(self, threshold: float) -> OperatingPoint:
        """Counts at a threshold: those of the least threshold of the table that is not below it.

        In a complete table they are exact; in a thinned one, of at most 1/512 of a class too few.
        """
        return self._point(self.place(threshold), float("nan"), True)

    def place(self, threshold: float) -> int:
        """Where the least threshold stands that is not below a given one."""
        return max(0, int(np.searchsorted(-self.threshold, -threshold, side="right")) - 1)

    def best(
        self,
        goal: str | Measure | None = None,
        *,
        costs: Mapping[str, float] | None = None,
        gains: Mapping[str, float] | None = None,
        where: str | Sequence[str] = (),
    ) -> OperatingPoint:
        """The best threshold of the table.

        Args:
            goal: The measure to optimise, in the direction that is better: ``"f1"``, ``"f2"``, ``"youden"``,
                ``"false_discovery_rate"``, ..., or what :func:`gnomon.measure` made; None where costs or constraints
                say it.
            costs: What a row of each cell costs: ``{"fn": 10, "fp": 1}``.
            gains: What it brings: ``{"tp": 5}``.
            where: What must hold: ``"recall >= 0.95"``, ``"flagged <= 200"``, or a list of such. Without a goal recall
                is limited for the best precision, and all else for the best recall.

        Raises:
            UsageError: Nothing was asked for, or something that is not known.
        """
        chosen = best_of(make_goal(goal, costs, gains, where), self.points)
        return self._point(int(chosen.place), float(chosen.value), float(chosen.shortfall) == 0)

    @property
    def weighted(self) -> bool:
        """Whether rows have weights that differ, so that counts are sums of weights."""
        return self.effective != self.positives + self.negatives

    def bands(
        self, names: Sequence[str] | None = None, *, level: float | None = 0.95, seed: int = 0
    ) -> dict[str, Band]:
        """Measures of the confusion matrix at every threshold, with their intervals, by name.

        They are what ``gnomon.evaluate(..., threshold=...)`` says there. With weights there are no intervals: they
        would need the squares of the weights at every threshold, which a table has not. Where rows belong to clusters
        (``cluster=``), the intervals allow for them, and the measures of an evaluation and those that were asked for
        (``measures=``) have one.

        Args:
            names: The measures; None for those of an evaluation.
            level: The confidence level; None for no intervals.
            seed: Seed of the replicates behind the intervals that have no formula.

        Returns:
            By name ``value``, ``low`` and ``high`` at the thresholds, of shape (thresholds,).

        Raises:
            UsageError: There is no measure of such a name.
        """
        wanted = list(shown("binary")) if names is None else []
        for name in names or ():
            measure = find(name)
            if measure is None or not measure.of_cells:
                raise UsageError(
                    Message(
                        "threshold_without_band",
                        "a threshold has no band of {name!r}\n{hint}",
                        name=name,
                        hint=nearest(name, of_cells()),
                    )
                )
            wanted.append(measure)
        if self.clusters is not None:
            return clustered_bands(self._points, wanted, level, self.clusters)
        return bands(self._points, wanted, None if self.weighted else level, seed)

    def some(self, most: int) -> Thresholds:
        """At most so many of the thresholds: those of the convex hull before others, spread over what they flag.

        The best by any costs stays among them, unless the hull alone has more.
        """
        if len(self) <= most:
            return self
        hull = self._hull()
        share = self["flagged_share"]
        spread = np.searchsorted(share, np.linspace(0, 1, max(0, most - len(hull))))
        places = np.unique(np.concatenate([hull, np.minimum(spread, len(self) - 1)]))
        if len(places) > most:
            places = places[np.unique(np.linspace(0, len(places) - 1, most).astype(np.intp))]
        clusters = None if self.clusters is None else self.clusters.at(places)
        return Thresholds(self.threshold[places], self._points.at(places), self.effective, False, clusters)

    def including(self, threshold: float, true_positives: float, false_positives: float) -> Thresholds:
        """The same table with one more threshold, whose counts are known; it has no interval by cluster."""
        after = int(np.searchsorted(-self.threshold, -threshold))
        if after < len(self) and self.threshold[after] == threshold:
            return self
        points = self._points
        tp, fp = (
            np.insert(own, after, count)
            for own, count in ((points.true_positives, true_positives), (points.false_positives, false_positives))
        )
        counts = Points(tp, fp, points.positives, points.negatives)
        clusters = None
        if self.clusters is not None:
            clusters = self.clusters.apply(lambda column: np.insert(column, after, np.nan))
        return Thresholds(np.insert(self.threshold, after, threshold), counts, self.effective, False, clusters)

    def to_columns(self, measures: Sequence[str] | None = None) -> dict[str, Array]:
        """The table as columns by name, such as for ``pandas.DataFrame``: thresholds, counts and measures.

        Args:
            measures: Names of measures; None for the usual ones.
        """
        points = self._points
        cells = {
            "tp": points.true_positives,
            "fp": points.false_positives,
            "fn": self.positives - points.true_positives,
            "tn": self.negatives - points.false_positives,
        }
        return {
            "threshold": self.threshold,
            **cells,
            **{name: self[name] for name in measures or shown_in("threshold_columns")},
        }

    def to_dict(self) -> dict[str, Any]:
        """The JSON form: the first threshold, which is infinite, is None."""
        return {
            "threshold": [None, *self.threshold[1:].tolist()],
            "true_positives": self.true_positives.tolist(),
            "false_positives": self.false_positives.tolist(),
            "positives": self.positives,
            "negatives": self.negatives,
            "effective": self.effective,
            "complete": self.complete,
            "clusters": None if self.clusters is None else self.clusters.to_dict(),
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Thresholds:
        """The inverse of :meth:`to_dict`."""
        threshold = np.array([np.inf, *form["threshold"][1:]], np.float64)
        tp, fp = (np.array(form[name], np.float64) for name in ("true_positives", "false_positives"))
        points = Points(tp, fp, form["positives"], form["negatives"])
        clusters = None if form.get("clusters") is None else ClusterSpread.from_dict(form["clusters"])
        return cls(threshold, points, form["effective"], bool(form["complete"]), clusters)

    def _hull(self) -> NDArray[np.intp]:
        """Where the vertices of the ROC curve's convex hull stand, of its upper side and its lower."""
        counts = self._points.true_positives, self._points.false_positives
        totals = self.positives, self.negatives
        whole = all(bool((own == np.floor(own)).all()) for own in counts)
        tp, fp = (
            np.rint(own if whole else own * (_STEPS / total)).astype(np.int64)[1:]
            for own, total in zip(counts, totals, strict=True)
        )
        vertices, *_ = convex_hull((np.ascontiguousarray(self.threshold[1:]), tp, fp))
        return np.searchsorted(-self.threshold, -vertices)

    def _point(self, place: int, value: float, met: bool) -> OperatingPoint:
        tp, fp = float(self.true_positives[place]), float(self.false_positives[place])
        return OperatingPoint(
            float(self.threshold[place]), tp, fp, self.positives - tp, self.negatives - fp, value, met
        )
