"""Always predicting one amount: what losses that were asked for would be."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import Difference
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.baseline.builder import MEAN, MEDIAN, PRIOR, BaselineBuilder
from gnomon.evaluation.influence.influences import Influences, VarianceEstimator
from gnomon.intervals.difference import linearised_difference
from gnomon.intervals.interval import NO_INTERVAL
from gnomon.intervals.linearised import METHOD
from gnomon.measures.influence import loss_influence
from gnomon.measures.means import mean_of
from gnomon.measures.measure import MeanLoss, Measure
from gnomon.measures.quantiles import Ranks
from gnomon.states.base import State
from gnomon.states.paired import PairedRows
from gnomon.states.residuals import Amounts
from gnomon.states.scores import Scores

Array = NDArray[np.float64]


def guess_losses(guesses: BaselineBuilder, wanted: Iterable[Measure], kept: State | None, options: Options) -> None:
    """The baseline of losses: always a quantile of the target, such as its median; of two classes the positives' share.

    Args:
        guesses: Where it goes.
        wanted: The measures; those that the model has not, or that are not defined, are left out.
        kept: The rows; without them there is no baseline.
        options: The threads, the level of intervals.
    """
    having = [own for own in wanted if own.name in guesses.model and guesses.model[own.name].defined]
    losses = [own for own in having if isinstance(own.basis, MeanLoss)]
    if not losses or not isinstance(kept, Amounts | Scores):
        return
    target, prediction, weight = columns_of(kept)
    variances = VarianceEstimator(PairedRows(target, (), weight), options.threads)
    for measure in losses:
        assert isinstance(measure.basis, MeanLoss)
        strategy, constant = constant_of(measure.basis, kept, target, weight, options.threads)
        guesses.answers.setdefault(strategy, constant)
        said = np.full(len(target), constant)
        guess = value_of(measure.basis, target, said, weight, options.threads)
        influence = loss_influence(measure.basis, target, prediction, weight, options.threads)
        influence = less_constant(influence, measure.basis, constant, target, weight, options.threads)
        n, value = guesses.model[measure.name].n, guesses.model[measure.name].value - guess
        difference = Difference(value, level=options.level, n=n)
        if np.isfinite(influence).all():
            spread, method = variances.spread(influence), "paired t" if measure.basis.plain else METHOD
            difference = linearised_difference(value, spread.variance, spread.units, options.level, n, method)
        guesses.add(
            measure.name,
            strategy,
            options.estimate(guess, NO_INTERVAL, n),
            difference,
            partial(by_cluster, basis=measure.basis, constant=constant, threads=options.threads),
        )


def columns_of(kept: Amounts | Scores) -> tuple[Array, Array, Array | None]:
    """True values, predictions (of two classes 0 and 1, and scores), and the weights if any."""
    if isinstance(kept, Amounts):
        return kept.columns()
    score, label = (np.concatenate(kept.column(number)).astype(np.float64) for number in (0, 1))
    return label, score, np.concatenate(kept.column(2)) if kept.weighted else None


def constant_of(
    basis: MeanLoss, kept: Amounts | Scores, target: Array, weight: Array | None, threads: int
) -> tuple[str, float]:
    """What a prediction that does not look at the row is, and what that is called."""
    if isinstance(kept, Scores):
        return PRIOR, mean_of(target, weight, threads)
    if basis.constant is None:
        return MEAN, mean_of(target, weight, threads)
    strategy = MEDIAN if basis.constant == 0.5 else f"quantile {basis.constant:g}"
    return strategy, Ranks(target, weight, threads).quantile(basis.constant)


def value_of(basis: MeanLoss, target: Array, prediction: Array, weight: Array | None, threads: int) -> float:
    """What the loss is for some predictions."""
    assert basis.loss is not None  # it was asked for
    value = mean_of(basis.loss(target, prediction), weight, threads)
    if basis.per is not None:
        value /= mean_of(basis.per(target, prediction), weight, threads)
    return math.sqrt(value) if basis.root else value


def less_constant(
    influence: Array, basis: MeanLoss, constant: float, target: Array, weight: Array | None, threads: int
) -> Array:
    """The influence of each row on the model's loss, less that on the loss of a constant prediction."""
    return influence - loss_influence(basis, target, np.full(len(target), constant), weight, threads)


def by_cluster(influences: Influences, basis: MeanLoss, constant: float, threads: int) -> Array | None:
    """The same, of rows whose clusters are known."""
    influence = influences.of_loss(basis)
    if influence is None:
        return None
    target = np.asarray(influences.rows.target, np.float64)
    return less_constant(influence, basis, constant, target, influences.rows.weight, threads)
