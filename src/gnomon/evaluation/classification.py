"""Estimates from confusion counts, shared by binary and multiclass tasks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import reduce

import numpy as np

from gnomon.estimate import NAN, Difference, Estimate
from gnomon.evaluation.options import BOOTSTRAPS, Options
from gnomon.intervals.bootstrap import confusion_intervals
from gnomon.intervals.difference import linearised_difference
from gnomon.intervals.interval import NO_INTERVAL, Interval
from gnomon.intervals.mcnemar import mcnemar, tango
from gnomon.intervals.mean_of_shares import METHOD, mean_of_shares
from gnomon.intervals.wilson import effective_trials, wilson
from gnomon.measures import confusion as measures
from gnomon.measures.confusion import PROPORTIONS, Cells, Mass
from gnomon.measures.influence import cell_influence
from gnomon.states.confusion import Confusion
from gnomon.states.mean import Weight

POSITIVE = 1
Formula = Callable[[Cells], measures.Array]

# Measures of the whole matrix, and why they can be undefined.
WHOLE: dict[str, tuple[Formula, str]] = {
    "balanced_accuracy": (measures.balanced_accuracy, "no class has any rows"),
    "matthews_corrcoef": (measures.matthews_corrcoef, "only one class is true, or only one was predicted"),
    "cohen_kappa": (measures.cohen_kappa, "only one class is true and only that one was predicted"),
}

# Averages over classes, in the same form.
AVERAGED = {
    f"{name}_{average}": (measures.averaged(name, average), f"{name} is undefined for every class")
    for average in ("macro", "weighted")
    for name in ("precision", "recall", "f1")
    if (name, average) != ("recall", "weighted")
}


# Averages of a multiclass task that are its accuracy by another name: every row has one true and one predicted class.
ACCURACIES = ("recall_weighted", "precision_micro", "recall_micro", "f1_micro")


# Those whose intervals are drawn: the balanced accuracy's follows from the recalls.
DRAWN = {name: own for name, own in (WHOLE | AVERAGED).items() if name not in ("balanced_accuracy", "recall_macro")}


def formulas_of(task: str) -> dict[str, Formula]:
    """Measures of the confusion matrix of a task, by the name of their estimate."""
    whole = {"accuracy": measures.accuracy, **{name: formula for name, (formula, _) in WHOLE.items()}}
    if task == "binary":
        return whole | {name: of_class(formula, POSITIVE) for name, formula in class_formulas().items()}
    return (
        whole
        | {name: formula for name, (formula, _) in AVERAGED.items()}
        | dict.fromkeys(ACCURACIES, measures.accuracy)
    )


def class_formulas() -> dict[str, Formula]:
    """Measures of one class against the rest, by the name of their estimate."""
    return {name: rule for name, rule in PROPORTIONS.items() if name != "jaccard"} | {"f1": measures.f1}


def of_class(formula: Formula, code: int) -> Formula:
    """A measure of one class alone."""
    return lambda cells: formula(cells)[..., code]


class Table:
    """A confusion state with its cells in rows, in weight and in squared weight, ready for formulas."""

    def __init__(self, state: Confusion, options: Options) -> None:
        self.state = state
        self._options = options
        self._matrices = state.mass(), state.squared_mass()
        self.mass = Cells.of(self._matrices[0])
        self._rows = Cells.of(state.counts)
        self._squares = Cells.of(self._matrices[1])

    def proportion(self, name: str, code: int, label: str) -> Estimate:
        """A share of rows, one class against the rest."""
        rule = PROPORTIONS[name]
        rows, mass, squares = (cells.of_class(code) for cells in (self._rows, self.mass, self._squares))
        n = int(rule.trials(rows)[..., 0])
        value = float(rule(mass)[..., 0])
        if np.isnan(value):
            return self._options.estimate(NAN, NO_INTERVAL, n, rule.reason.format(name=repr(label)))
        total, hit, tried = rule.trials(mass), rule.successes(squares), rule.trials(squares)
        trials = effective_trials(value, *(float(sums[..., 0]) for sums in (total, hit, tried)))
        return self._options.estimate(value, wilson(value, trials, self._options.level), n)

    def f1(self, code: int, label: str) -> Estimate:
        """F1 of one class; its interval is Wilson's for the Jaccard index, carried over."""
        jaccard = self.proportion("jaccard", code, label)
        if not jaccard.defined:
            return jaccard
        value = float(measures.f1(self.mass.of_class(code))[..., 0])
        ends = Interval(measures.f1_of_jaccard(jaccard.low), measures.f1_of_jaccard(jaccard.high), jaccard.method)
        return self._options.estimate(value, ends, jaccard.n)

    def share(self, value: float, hits: Mass, rows: Weight) -> Estimate:
        """A share of all rows, given the squared weights of the rows that count for it."""
        trials = effective_trials(value, float(rows.total), float(hits), float(rows.squares))
        return self._options.estimate(value, wilson(value, trials, self._options.level), rows.n)

    @property
    def rows(self) -> Weight:
        """The rows of all cells."""
        return reduce(Weight.merge, self.classes())

    def classes(self) -> list[Weight]:
        """The rows of each class."""
        if self.state.weights is None:
            return [Weight.of(int(rows), None, 1) for rows in self.state.counts.sum(axis=1)]
        of_class = [Weight() for _ in self.state.counts]
        for cell, (total, squares) in self.state.weights.items():
            true = cell // self.state.classes
            rows = int(self.state.counts.flat[cell])
            of_class[true] = of_class[true].merge(Weight(rows, total, squares))
        return of_class

    def predicted_share(self, code: int, rows: Weight) -> Estimate:
        """The share of rows that is predicted as a class."""
        share = float(np.atleast_1d(measures.ratio(self.mass.predicted, self.mass.total))[code])
        return self.share(share, self._squares.predicted[code], rows)

    def balanced_accuracy(self, rows: Weight) -> Estimate:
        """The mean of the recalls of the classes that have rows, which are different rows."""
        value = float(measures.balanced_accuracy(self.mass))
        if math.isnan(value):
            return self._options.estimate(NAN, NO_INTERVAL, rows.n, WHOLE["balanced_accuracy"][1])
        recalls = [self.proportion("recall", code, "") for code in range(self.state.classes)]
        known = np.array([(own.value, own.low, own.high) for own in recalls if own.defined])
        low, high = mean_of_shares(*known.T)
        return self._options.estimate(value, Interval(float(low), float(high), METHOD), rows.n)

    def accuracy(self, rows: Weight) -> Estimate:
        """The share of rows predicted right."""
        return self.share(float(measures.accuracy(self.mass)), self._squares.hits.sum(), rows)

    def majority(self, rows: Weight) -> tuple[int, Estimate]:
        """The most frequent class (the first of them, where several are), and its share of the rows."""
        support = np.atleast_1d(measures.ratio(self.mass.support, self.mass.total))
        code = int(np.argmax(support))
        return code, self.share(float(support[code]), self._squares.support[code], rows)

    def resampled(self, estimates: dict[str, Estimate], formulas: dict[str, Formula]) -> dict[str, Estimate]:
        """The same estimates with intervals from replicates, where these were asked for."""
        if self._options.interval not in BOOTSTRAPS:
            return estimates
        known = {name: (formulas[name], "") for name, own in estimates.items() if name in formulas and own.defined}
        made = self.bootstrapped(known, self.rows)
        return estimates | {
            name: replace(estimates[name], low=own.low, high=own.high, method=own.method) for name, own in made.items()
        }

    def difference(self, name: str, formula: Formula, code: int, n: int) -> Difference:
        """A measure less that of always answering a class: McNemar's test for the accuracy, else linearised.

        Args:
            name: Of the measure.
            formula: The difference, from the cells.
            code: The class.
            n: The rows that the measure rests on.
        """
        level, value = self._options.level, float(formula(self.mass))
        if name == "accuracy" and self.state.weights is None:
            right, all_right = self.state.counts.diagonal(), int(self.state.counts[code].sum())
            only_guess, only_model = all_right - int(right[code]), int(right.sum() - right[code])
            ends = tango(only_guess, only_model, n, level)
            return Difference(value, *ends[:2], level, ends.method, n, mcnemar(only_guess, only_model)[0])
        rows = self.rows.effective
        return linearised_difference(value, self._spread(formula) * rows / max(1.0, rows - 1), rows, level, n)

    def _spread(self, formula: Formula) -> float:
        """The variance of a measure, from the influences of its cells."""
        held = np.flatnonzero(self.state.counts)
        mass, squares = (own.astype(np.float64) for own in self._matrices)
        return float(squares.ravel()[held] @ cell_influence(formula, mass, held) ** 2)

    def bootstrapped(
        self, formulas: dict[str, tuple[Callable[[Cells], measures.Array], str]], rows: Weight
    ) -> dict[str, Estimate]:
        """Measures of the whole matrix, with intervals from common replicates of it."""
        values = {name: float(formula(self.mass)) for name, (formula, _) in formulas.items()}
        intervals = dict.fromkeys(formulas, NO_INTERVAL)
        if self._options.intervals:
            intervals = confusion_intervals(
                self._matrices[0].astype(np.float64),
                self._matrices[1].astype(np.float64),
                values,
                {name: formula for name, (formula, _) in formulas.items()},
                self._options.level,
                self._options.seed,
                self._options.bootstrap,
            )
        return {
            name: self._options.estimate(value, intervals[name], rows.n, formulas[name][1] if np.isnan(value) else None)
            for name, value in values.items()
        }

    def per_class(self, code: int, label: str) -> dict[str, Estimate]:
        """Precision, recall, F1 and specificity of one class against the rest."""
        estimates = {
            "precision": self.proportion("precision", code, label),
            "recall": self.proportion("recall", code, label),
            "f1": self.f1(code, label),
            "specificity": self.proportion("specificity", code, label),
        }
        formulas = class_formulas()
        return self.resampled(estimates, {name: of_class(formulas[name], code) for name in estimates})
