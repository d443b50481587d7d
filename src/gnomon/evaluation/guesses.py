"""Guesses that do not look at a row: what they score, and how far the model is from them, on the same rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from functools import partial, reduce
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import NAN, Difference, Estimate
from gnomon.evaluation.baseline import Baseline
from gnomon.evaluation.classification import Table, formula_of
from gnomon.evaluation.clustered import Clustered
from gnomon.evaluation.influences import Influences
from gnomon.evaluation.options import Options
from gnomon.evaluation.order import Order
from gnomon.evaluation.parts import Parts
from gnomon.evaluation.summary import Summary
from gnomon.intervals.difference import mean_difference, to_constant
from gnomon.intervals.interval import NO_INTERVAL
from gnomon.intervals.mean import mean_interval
from gnomon.measures import regression
from gnomon.measures.cells import Cells
from gnomon.measures.means import MeanAndError, mean_loss
from gnomon.measures.measure import POSITIVE, ZERO, Formula, OfRanking, ShareOfAll
from gnomon.measures.quantiles import Ranks
from gnomon.measures.registry import ACCURACIES, measure
from gnomon.schema.schema import Schema
from gnomon.states.mean import ClassLoss, MeanLoss, Weight
from gnomon.states.residuals import Amounts, Residuals

MOST_FREQUENT, PRIOR, RANDOM, MEAN, MEDIAN = "most_frequent", "prior", "random", "mean", "median"
FLAG_ALL = "positive"
# Rows that are taken together.
_AT_ONCE = 1 << 17


def baseline_of(
    parts: Parts, summary: Summary, schema: Schema, options: Options, clustered: Clustered | None
) -> Baseline | None:
    """What the best constant answers score; None where there is nothing to compare with."""
    guesses = Guesses(parts.estimates, options, clustered)
    if schema.task == "regression":
        guess_amount(guesses, parts, summary, options)
        return guesses.baseline()
    if parts.table is not None:
        guess_class(guesses, parts.table, summary.rows, schema)
    for name in parts.estimates:
        own = measure(name)
        if isinstance(own.basis, OfRanking) and isinstance(own.guess, float):
            guesses.add_constant(name, RANDOM, own.guess)
    if parts.order is not None:
        guess_ranking(guesses, parts, parts.order)
    losses = {
        name: state for name in ("log_loss", "brier_score") if isinstance(state := summary.states.get(name), ClassLoss)
    }
    if losses and parts.table is not None:
        guess_prior(guesses, losses, parts.table.classes(), schema, options)
    return guesses.baseline()


class Guesses:
    """Collects the baseline of an evaluation, measure by measure.

    Args:
        model: What the model scores.
        options: The level of intervals.
        clustered: The rows by cluster, where some belong together.
    """

    def __init__(self, model: Mapping[str, Estimate], options: Options, clustered: Clustered | None) -> None:
        self.model = model
        self.answers: dict[str, Any] = {}
        self._options = options
        self._clustered = clustered
        self._strategies: dict[str, str] = {}
        self._estimates: dict[str, Estimate] = {}
        self._differences: dict[str, Difference] = {}

    def add(
        self,
        name: str,
        strategy: str,
        guess: Estimate,
        difference: Difference,
        influence: Callable[[Influences], NDArray[np.float64] | None] | None = None,
    ) -> None:
        """Takes in what a strategy scores, and the model's distance from it.

        Args:
            name: Of the estimate.
            strategy: What the guess is.
            guess: What it scores.
            difference: What the model scores less that, its interval and p-value those of independent rows.
            influence: The influence of each row on the difference; None where the difference says all.
        """
        self._strategies[name] = strategy
        self._estimates[name] = guess
        if influence is not None and self._clustered is not None:
            difference = self._clustered.difference(difference, influence)
        if not self._options.intervals:
            difference = replace(difference, low=NAN, high=NAN, method=None, p_value=NAN)
        self._differences[name] = difference

    def add_constant(self, name: str, strategy: str, value: float) -> None:
        """Takes in a score that is the same for any rows: the model's interval is that of the difference, moved."""
        model = self.model[name]
        self.add(name, strategy, self._options.estimate(value, NO_INTERVAL, model.n), to_constant(model, value))

    def add_undefined(self, name: str, strategy: str, reason: str) -> None:
        """Takes in that a strategy has no such score."""
        nothing = self._options.estimate(NAN, NO_INTERVAL, self.model[name].n, reason)
        self.add(name, strategy, nothing, Difference(NAN, level=nothing.level, n=nothing.n, reason=reason))

    def baseline(self) -> Baseline | None:
        """All of it; None where there is nothing to compare with."""
        if not self._estimates:
            return None
        return Baseline(self.answers, self._strategies, self._estimates, self._differences)


def guess_class(guesses: Guesses, table: Table, rows: Weight, schema: Schema) -> None:
    """Always answering the most frequent class: every measure of the confusion matrix."""
    code, share = table.majority(rows)
    answer = schema.names[code]
    guesses.answers[MOST_FREQUENT] = answer

    def less(formula: Formula, guess: Callable[[Cells], Cells]) -> Formula:
        return lambda cells: formula(cells) - formula(guess(cells))

    for name in guesses.model:
        own = measure(name)
        formula = formula_of(own, schema.task)
        if formula is None or name in ACCURACIES or own.better == ZERO:
            continue
        if isinstance(own.guess, float):
            guesses.add_constant(name, RANDOM, own.guess)
            continue
        flagged = own.guess == FLAG_ALL and schema.task == "binary"
        strategy, always = (FLAG_ALL if flagged else MOST_FREQUENT), always_answering(POSITIVE if flagged else code)
        value = float(formula(always(table.mass)))
        if flagged and not (value >= 0 and guesses.model[name].defined):
            guesses.add_undefined(name, strategy, "there is no positive row")
        elif math.isnan(value):
            guesses.add_undefined(name, strategy, f"always answering {answer!r} has none")
        elif own.constant_guess or not guesses.model[name].defined:
            guesses.add_constant(name, strategy, value)
        else:
            varying = less(formula, always)
            guess = (
                share
                if isinstance(own.basis, ShareOfAll)
                else replace(share, value=value, low=NAN, high=NAN, method=None)
            )
            difference = table.difference(own, varying, code, guesses.model[name].n)
            guesses.add(name, strategy, guess, difference, partial(Influences.of_formula, formula=varying))
            if flagged:
                guesses.answers[FLAG_ALL] = schema.names[POSITIVE]


def always_answering(code: int) -> Callable[[Cells], Cells]:
    """What a confusion matrix would be if every row were predicted as one class."""

    def always(cells: Cells) -> Cells:
        own = np.arange(cells.support.shape[-1]) == code
        return Cells(np.where(own, cells.support, 0), cells.support, np.where(own, cells.total, 0), cells.total)

    return always


def guess_ranking(guesses: Guesses, parts: Parts, order: Order) -> None:
    """Scores that say nothing: their average precision is the share of positives."""
    model = guesses.model["average_precision"]
    both = order.positives.merge(order.negatives)
    share = order.positives.total.over(both.total)
    assert parts.precision_gain is not None  # made with the order
    guess = replace(model, value=share, low=NAN, high=NAN, method=None, bound=0.0)
    gain = parts.precision_gain
    moved = replace(model, value=model.value - share, low=gain.low, high=gain.high, method=gain.method)
    guesses.add("average_precision", RANDOM, guess, to_constant(moved, 0.0), Influences.of_precision_gain)


def guess_amount(guesses: Guesses, parts: Parts, summary: Summary, options: Options) -> None:
    """Always answering the mean of the target (squared errors), or its median (absolute ones)."""
    state = cast(Residuals, summary.states["residuals"])
    if "r2" in guesses.model and guesses.model["r2"].defined:
        mean, variance = regression.target_mean_and_variance(state)
        guesses.answers[MEAN] = mean
        gain = regression.squared_gain(state)
        difference = mean_difference(gain, options.level, summary.rows.n)

        def squares(own: Influences) -> NDArray[np.float64]:
            distance, errors = own.rows.target - mean, own.errors
            return own.on_mean(errors**2 - distance**2)

        both = guesses.model["rmse"].value + math.sqrt(variance)

        def roots(own: Influences) -> NDArray[np.float64]:
            return squares(own) / both if both > 0 else squares(own)

        n = summary.rows.n
        guesses.add("mse", MEAN, options.estimate(variance, NO_INTERVAL, n), difference, squares)
        root = root_difference(guesses.model["rmse"].value, math.sqrt(variance), difference)
        guesses.add("rmse", MEAN, options.estimate(math.sqrt(variance), NO_INTERVAL, n), root, roots)
        for name in ("r2", "explained_variance"):
            guesses.add_constant(name, MEAN, 0.0)
    kept = summary.states["errors"]
    if isinstance(kept, Amounts) and guesses.model["mae"].defined and not math.isnan(guesses.model["mae"].low):
        target, prediction, weight = kept.columns()
        median = Ranks(target, weight, options.threads).quantile(0.5)
        guesses.answers[MEDIAN] = median

        def of_chunk(start: int) -> tuple[MeanLoss, MeanLoss]:
            rows = slice(start, start + _AT_ONCE)
            own = None if weight is None else weight[rows]
            distance = np.abs(target[rows] - median)
            less = np.abs(target[rows] - prediction[rows]) - distance
            return MeanLoss.of(distance, own, 1), MeanLoss.of(less, own, 1)

        with ThreadPoolExecutor(options.threads) as pool:
            chunks = pool.map(of_chunk, range(0, len(target), _AT_ONCE))
            guess, paired = (mean_loss(reduce(MeanLoss.merge, own)) for own in zip(*chunks, strict=True))
        n = summary.rows.n
        guesses.add(
            "mae",
            MEDIAN,
            options.estimate(guess.mean, mean_interval(guess, options.level), n),
            mean_difference(paired, options.level, n),
            lambda own: own.on_mean(np.abs(own.errors) - np.abs(own.rows.target - median)),
        )


def root_difference(first: float, second: float, squares: Difference) -> Difference:
    """The difference of two roots, by the delta method: that of the squares over the sum of the roots."""
    both = first + second
    if not both > 0:
        return replace(squares, value=0.0, low=NAN, high=NAN, method=None, p_value=NAN)
    return replace(squares, value=first - second, low=squares.low / both, high=squares.high / both)


def guess_prior(
    guesses: Guesses, losses: Mapping[str, ClassLoss], classes: list[Weight], schema: Schema, options: Options
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
        "log_loss": [-math.log(share) if share else 0.0 for share in shares],
        "brier_score": [(1 - share) ** 2 for share in shares]
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


def loss_less_constant(own: Influences, name: str, of_class: NDArray[np.float64]) -> NDArray[np.float64]:
    """The influence of each row on a loss less one that depends on the class alone."""
    return own.on_mean(own.losses[name] - of_class[own.rows.target])


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
