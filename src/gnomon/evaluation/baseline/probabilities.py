"""Scores that say nothing of the row: its order at random, or each class with its share of the rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import NAN
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.baseline.builder import PRIOR, RANDOM, BaselineBuilder
from gnomon.evaluation.estimates.clustered import Clustered
from gnomon.evaluation.estimates.draft import Draft
from gnomon.evaluation.influence.influences import Influences
from gnomon.evaluation.reading.ranked_scores import RankedScores
from gnomon.intervals.auc import METHOD as NEWCOMBE
from gnomon.intervals.auc import auc_variance
from gnomon.intervals.difference import mean_difference, to_constant
from gnomon.intervals.interval import NO_INTERVAL, two_sided
from gnomon.intervals.ks import ks_p_value
from gnomon.measures.means import MeanAndError
from gnomon.measures.probability import BRIER_SCORE, LOG_LOSS
from gnomon.measures.ranking import AVERAGE_PRECISION, KS, ROC_AUC, TABLE_STEPS
from gnomon.schema.schema import Schema
from gnomon.states.mean import ClassLoss, Weight


def guess_ranking(guesses: BaselineBuilder, draft: Draft, order: RankedScores) -> None:
    """Scores that say nothing: their average precision is the share of positives."""
    model = guesses.model[AVERAGE_PRECISION.name]
    both = order.positives.merge(order.negatives)
    share = order.positives.total.over(both.total)
    assert draft.precision_gain is not None  # made with the order
    guess = replace(model, value=share, low=NAN, high=NAN, method=None, bound=0.0)
    gain = draft.precision_gain
    moved = replace(model, value=model.value - share, low=gain.low, high=gain.high, method=gain.method)
    guesses.add(AVERAGE_PRECISION.name, RANDOM, guess, to_constant(moved, 0.0), Influences.of_precision_gain)


def ranking_p_value(name: str, draft: Draft, order: RankedScores, clustered: Clustered | None) -> float | None:
    """How often scores that say nothing rank so well; None for a test by the standard error.

    Args:
        name: The AUC, or KS.
        draft: The estimates.
        order: The rows in order.
        clustered: The rows by cluster, where some belong together.
    """
    estimate = draft.estimates[name]
    if math.isnan(estimate.standard_error):
        return NAN
    effective = order.positives.effective, order.negatives.effective
    if name == ROC_AUC.name and clustered is None and estimate.method == NEWCOMBE:
        # The score test, which the interval holds the values of that are not rejected.
        return two_sided((estimate.value - 0.5) / math.sqrt(auc_variance(0.5, *effective)))
    if name == KS.name:
        return ks_p_value(order.bins(TABLE_STEPS), effective, estimate.value, estimate.standard_error**2)
    return None


def guess_prior(
    guesses: BaselineBuilder, losses: Mapping[str, ClassLoss], classes: list[Weight], schema: Schema, options: Options
) -> None:
    """Answering each class with its share of the rows: log loss and Brier score.

    The shares make both losses least among constant answers, so that they were found on the same rows changes the
    difference in the second order only.

    Args:
        guesses: Where it goes.
        losses: Losses of the model, by name.
        classes: The rows of each class.
        schema: What the classes are called.
        options: The level of intervals.
    """
    total = sum((own.total.fraction() for own in classes), Fraction(0))
    shares = [float(own.total.fraction() / total) for own in classes]
    guesses.answers[PRIOR] = dict(zip(schema.names, shares, strict=True))
    least = sum(share * share for share in shares)
    of_class = {
        LOG_LOSS.name: [-math.log(share) if share else 0.0 for share in shares],
        BRIER_SCORE.name: [(1 - share) ** 2 for share in shares]
        if schema.task == "binary"
        else [least - 2 * share + 1 for share in shares],
    }
    for name, state in losses.items():
        guess, difference = less_constant(state, of_class[name], classes)
        n = state.loss.weight.n
        guesses.add(
            name,
            PRIOR,
            options.estimate(guess, NO_INTERVAL, n),
            mean_difference(difference, options.level, n),
            partial(loss_less_constant, name=name, of_class=np.array(of_class[name])),
        )


def loss_less_constant(influences: Influences, name: str, of_class: NDArray[np.float64]) -> NDArray[np.float64]:
    """The influence of each row on a loss less one that depends on the class alone."""
    return influences.on_mean(influences.losses[name] - of_class[influences.rows.target])


def less_constant(state: ClassLoss, of_class: list[float], classes: list[Weight]) -> tuple[float, MeanAndError]:
    """The mean of a loss that depends on the class alone, and the mean of the model's loss less it, row by row."""
    costs = [Fraction(cost) for cost in of_class]
    loss, weight = state.loss, state.loss.weight
    total, rows = weight.total.fraction(), weight.effective
    guess = sum((cost * own.total.fraction() for cost, own in zip(costs, classes, strict=True)), Fraction(0)) / total
    mean = loss.value.fraction() / total - guess
    variance = None
    if loss.square2.finite and rows > 1:
        squares = [own.squares.fraction() for own in classes]
        first = loss.value2.fraction() - sum(c * q for c, q in zip(costs, squares, strict=True))
        second = (
            loss.square2.fraction()
            - 2 * sum(c * own.fraction() for c, own in zip(costs, state.value2, strict=True))
            + sum(c * c * q for c, q in zip(costs, squares, strict=True))
        )
        spread = second - 2 * mean * first + mean * mean * weight.squares.fraction()
        variance = float(max(spread, Fraction(0)) / total**2 * Fraction(rows) / (Fraction(rows) - 1))
    return float(guess), MeanAndError(float(mean), variance, rows)
