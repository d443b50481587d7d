"""Each row's influence on each estimate of a model, and how far rows that belong together vary together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.evaluation.influence.ranking import ranking_influence
from gnomon.evaluation.reading.ranked_scores import RankedScoresInMemory
from gnomon.intervals.wilson import wilson
from gnomon.kernels.losses import class_losses, clipping, sum_values
from gnomon.lazy import lazy
from gnomon.measures import influence as influences
from gnomon.measures.means import shares_of
from gnomon.measures.measure import POSITIVE, Cellwise, Formula, MeanLoss, OfRanking, formula_of, of_class
from gnomon.measures.probability import BRIER_SCORE, LOG_LOSS
from gnomon.measures.quantiles import Ranks
from gnomon.measures.ranking import ROC_AUC
from gnomon.measures.registry import get_measure
from gnomon.measures.regression import EXPLAINED_VARIANCE, MEDIAN_ABSOLUTE_ERROR, R2
from gnomon.schema.schema import Schema
from gnomon.states.confusion import Confusion
from gnomon.states.mean import Weight
from gnomon.states.paired import ModelOutput, PairedRows
from gnomon.states.scores import Scores

Array = NDArray[np.float64]

# The density at a median is that between the ends of its interval at this level.
DENSITY_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Spread:
    """How sure a value or a difference is, by the influences of its rows.

    Attributes:
        variance: Of the value.
        freedom: Degrees of freedom of the variance.
    """

    variance: float
    freedom: float

    @property
    def units(self) -> float:
        """How many independent units would give as many degrees of freedom."""
        return self.freedom + 1


class VarianceEstimator:
    """The variance of what has some influences: of independent rows, or of rows in clusters.

    Args:
        rows: The rows.
        threads: How many threads there may be.
    """

    def __init__(self, rows: PairedRows, threads: int) -> None:
        self.clusters = rows.clusters
        self.weight = rows.weight
        self._threads = threads
        self.rows = Weight.of(len(rows.target), rows.weight, threads)

    @lazy
    def number(self) -> int:
        """The number of clusters; of independent rows their own."""
        return self.rows.n if self.clusters is None else int(np.count_nonzero(np.bincount(self.clusters)))

    def spread(self, influence: Array, scale: float | None = None) -> Spread:
        """The variance of what has these influences.

        Of clusters it is that of the jackknife which leaves out one of them at a time, and its degrees of freedom are
        Satterthwaite's where they are fewer than the clusters less one: where a few large clusters make up most of it.

        Args:
            influence: Of the rows.
            scale: What the variance is multiplied by for its bias; None for n / (n - 1) with the number of what varies
                independently.
        """
        if self.clusters is not None:
            return jackknife_spread(self.cluster_influence(influence), self.number, self._threads)
        units = self.rows.effective
        if scale is None:
            scale = units / (units - 1) if units > 1 else 1.0
        variance = self._sum_of_squares(influence)
        if self.weight is not None:
            variance = max(variance, self._of_alike(influence, self.weight))
        return Spread(variance * scale, units - 1)

    def _of_alike(self, influence: Array, weight: Array) -> float:
        """The variance if the influences of heavy rows were as those of light ones.

        Where the few rows that hold much of the weight are alike, their own influences make the variance far too small
        (:func:`gnomon.measures.means.mean_and_error`).
        """
        used = weight > 0
        shared = np.divide(influence, np.sqrt(weight), out=np.zeros(len(weight)), where=used)
        return self._sum_of_squares(shared) * float(self.rows.squares) / float(self.rows.total)

    def cluster_influence(self, influence: Array) -> Array:
        """By how much the value changes where each cluster is left out, to first order.

        R. M. Bell and D. F. McCaffrey, "Bias reduction in standard errors for linear regression with multi-stage
        samples", Survey Methodology 28 (2002): the sum of a cluster's influences over the share of the weight that is
        left without it.
        """
        assert self.clusters is not None  # else rows are left out one by one
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(influences.cluster_sums(influence, self.clusters) / (1 - self._cluster_shares))

    @property
    def effective(self) -> float:
        """Kish's effective number of clusters, by their weight."""
        return float(1 / (self._cluster_shares**2).sum())

    @lazy
    def _cluster_shares(self) -> Array:
        """Each cluster's share of the weight."""
        assert self.clusters is not None  # asked for by clusters alone
        weight = np.ones(len(self.clusters)) if self.weight is None else self.weight
        sums = influences.cluster_sums(weight, self.clusters)
        return np.asarray(sums / sums.sum())

    def _sum_of_squares(self, values: Array) -> float:
        return sum_of_squares(values, self._threads)

    def tail(self, influence: Array) -> float:
        """Degrees of freedom of the variance of a loss with a heavy tail."""
        sums = influence if self.clusters is None else self.cluster_influence(influence)
        return influences.tail_freedom(np.ascontiguousarray(sums), self.number, self._threads)


def jackknife_spread(steps: Array, number: int, threads: int) -> Spread:
    """The variance of a value, by how much it changes where each cluster is left out.

    Args:
        steps: The changes; some may be 0 that stand for no cluster.
        number: The number of clusters.
        threads: How many threads there may be.
    """
    variance = sum_of_squares(steps, threads) * (1 - 1 / number)
    if not math.isfinite(variance):
        return Spread(math.nan, number - 1.0)
    return Spread(variance, min(number - 1.0, influences.variance_freedom(steps, number, threads)))


def sum_of_squares(values: Array, threads: int) -> float:
    """The sum of the squares of a column; NaN where it is not a double."""
    square = sum_values(np.ascontiguousarray(values), None, threads).square
    return float(square) if square.finite else math.nan


class Influences:
    """The influences of rows on the estimates of one model.

    Args:
        rows: The rows.
        answer: What the model says of them.
        schema: What its columns mean.
        threads: How many threads there may be.
    """

    def __init__(self, rows: PairedRows, answer: ModelOutput, schema: Schema, threads: int) -> None:
        self.rows = rows
        self._answer = answer
        self._schema = schema
        self._threads = threads
        self._ranked: dict[int, tuple[NDArray[np.uint8], NDArray[Any], RankedScoresInMemory]] = {}

    def of(self, name: str) -> Array | None:
        """The influence of each row on an estimate, shape (rows,); None where it is not known."""
        if self._schema.task == "regression":
            return self._of_amounts(name)
        formula = formula_of(get_measure(name), self._schema.task)
        if formula is not None:
            return None if self._answer.prediction is None else self.of_formula(formula)
        basis = get_measure(name).basis
        if isinstance(basis, MeanLoss):
            if basis.loss is not None:
                return self.of_loss(basis)
            return self.on_mean(self.losses[name]) if self._answer.scores and name in self.losses else None
        if self._schema.task == "binary" and self._answer.scores:
            return self._of_ranking(name, POSITIVE)
        if name in ("roc_auc_macro", "roc_auc_weighted") and self._answer.scores:
            return self._of_averaged_auc(name.rpartition("_")[2])
        return None

    def of_class(self, name: str, code: int) -> Array | None:
        """The same on an estimate of one class against the rest."""
        basis = get_measure(name).basis
        if isinstance(basis, OfRanking):
            return self._of_ranking(name, code)
        return self.of_formula(of_class(basis, code)) if isinstance(basis, Cellwise) else None

    def of_formula(self, formula: Formula) -> Array:
        """The same on any measure of the confusion matrix: by the cell that a row lies in."""
        mass, place = self._table
        occupied = np.flatnonzero(mass > 0)
        by_cell = np.zeros(mass.size)
        by_cell[occupied] = influences.cell_influence(formula, mass, occupied)
        return self._weighted(by_cell[place])

    @lazy
    def _table(self) -> tuple[Array, NDArray[np.int64]]:
        """The weight of the cells of the confusion matrix, and the cell that each row lies in."""
        predicted, classes = self._answer.prediction, len(self._schema.labels)
        assert predicted is not None  # asked for where there is one
        table = Confusion.of_labels(self.rows.target, predicted, self.rows.weight, classes, self._threads)
        return table.mass().astype(np.float64), self.rows.target.astype(np.int64) * classes + predicted

    def _weighted(self, derivative: Array) -> Array:
        return derivative if self.rows.weight is None else derivative * self.rows.weight

    def on_mean(self, values: Array) -> Array:
        """The same on the mean of a value of each row."""
        return influences.mean_influence(values, self.rows.weight, self._threads)

    def of_precision_gain(self) -> Array | None:
        """The same on the average precision minus the share of positives."""
        return self._of_ranking("precision_gain", POSITIVE)

    @property
    def errors(self) -> Array:
        """Target less prediction of a regression."""
        assert self._answer.prediction is not None  # a regression always has one
        return np.asarray(self.rows.target - self._answer.prediction)

    @lazy
    def losses(self) -> dict[str, Array]:
        """The losses of each row, for probabilities."""
        if self._schema.task == "binary":
            score = self._answer.scores[0]
            hit = self.rows.target == POSITIVE
            least, most = clipping(score.dtype)
            of_true = np.where(hit, np.clip(score, least, most), 1 - np.clip(score, least, most)).astype(np.float64)
            return {LOG_LOSS.name: -np.log(of_true), BRIER_SCORE.name: (score.astype(np.float64) - hit) ** 2}
        scores = np.stack(self._answer.scores, axis=1)
        log_loss, brier = class_losses(self.rows.target.astype(np.int32, copy=False), scores, self._threads)
        return {LOG_LOSS.name: log_loss, BRIER_SCORE.name: brier}

    def ranked(self, code: int) -> tuple[NDArray[np.uint8], NDArray[Any], RankedScoresInMemory] | None:
        """The positives of a class, its scores, and the rows in their order; None where a class has no rows."""
        if code in self._ranked:
            return self._ranked[code]
        binary = self._schema.task == "binary"
        label = self.rows.target if binary else (self.rows.target == code).astype(np.uint8)
        score = self._answer.scores[0 if binary else code]
        if not 0 < int(np.count_nonzero(label)) < len(label):
            return None
        ranked_scores = label, score, RankedScoresInMemory(Scores.of(score, label, self.rows.weight), self._threads)
        if binary:  # of many classes not all are kept
            self._ranked[code] = ranked_scores
        return ranked_scores

    def _of_ranking(self, name: str, code: int) -> Array | None:
        ranked = self.ranked(code)
        if ranked is None:
            return None
        label, score, order = ranked
        return ranking_influence(name, order, score, label, self.rows.weight, self._threads)

    def _of_averaged_auc(self, average: str) -> Array | None:
        """Of the average of the AUCs of classes against the rest, which are weighted alike or by their rows."""
        influences, support = [], []
        for code in range(len(self._schema.labels)):
            influence = self._of_ranking(ROC_AUC.name, code)
            if influence is not None:
                mask = self.rows.target == code
                influences.append(influence)
                support.append(float(Weight.of_group(mask, self.rows.weight, self._threads).total))
        if not influences:
            return None
        return np.asarray(sum(part * own for part, own in zip(shares_of(support, average), influences, strict=True)))

    def _of_median(self, values: Array) -> Array:
        """Of the median of a value of each row: that on the share below it, over the density there.

        The density is taken between the ends of the median's interval.
        """
        weight, threads = self.rows.weight, self._threads
        ranks = Ranks(values, weight, threads)
        below = wilson(0.5, Weight.of(len(values), weight, threads).effective, DENSITY_LEVEL)
        width = ranks.quantile(below.high) - ranks.quantile(below.low)
        of_share = influences.share_below_influence(values, ranks.quantile(0.5), weight, threads)
        return -of_share * width / (below.high - below.low)

    def _of_amounts(self, name: str) -> Array | None:
        """Of a regression."""
        target, errors = self.rows.target, self.errors
        weight, threads = self.rows.weight, self._threads
        basis = get_measure(name).basis
        if isinstance(basis, MeanLoss):
            return self.of_loss(basis)
        if name == MEDIAN_ABSOLUTE_ERROR.name:
            return self._of_median(np.abs(errors))
        if name in (R2.name, EXPLAINED_VARIANCE.name):
            centred = name == EXPLAINED_VARIANCE.name
            return influences.explained_influence(target, errors, weight, threads, centre_errors=centred)
        return None

    def of_loss(self, basis: MeanLoss) -> Array | None:
        """The same on the mean of a loss of predictions, of two classes of scores where there are any."""
        said = self._answer.scores[0] if self._answer.scores else self._answer.prediction
        if said is None:
            return None
        target, said = (np.asarray(own, np.float64) for own in (self.rows.target, said))
        return influences.loss_influence(basis, target, said, self.rows.weight, self._threads)
