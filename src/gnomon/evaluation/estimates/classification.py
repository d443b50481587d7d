"""Estimates from confusion counts, shared by binary and multiclass tasks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import reduce

import numpy as np

from gnomon.estimate import NAN, Difference, Estimate
from gnomon.evaluation.arguments.options import BOOTSTRAPS, Options
from gnomon.evaluation.estimates.losses import outside
from gnomon.intervals.bootstrap import confusion_intervals
from gnomon.intervals.difference import linearised_difference
from gnomon.intervals.effective_trials import effective_trials, row_weights
from gnomon.intervals.interval import NO_INTERVAL, Interval
from gnomon.intervals.mcnemar import mcnemar, tango
from gnomon.intervals.mean_of_shares import METHOD, mean_of_shares
from gnomon.intervals.wilson import wilson
from gnomon.kernels.exact import ExactSum
from gnomon.lazy import lazy
from gnomon.measures.cells import Cells, Mass, ratio
from gnomon.measures.influence import cell_influence
from gnomon.measures.measure import (
    POSITIVE,
    Cellwise,
    Formula,
    MeanOfShares,
    Measure,
    Share,
    ShareOfAll,
    Transformed,
    Whole,
    of_class,
)
from gnomon.measures.registry import shown
from gnomon.message import Message
from gnomon.states.confusion import Confusion
from gnomon.states.mean import Weight

# By how much a share is moved to see what a function of it does.
STEP = 1e-6
# What rounding may add to a value at an end of its range.
ROUNDING = 1e-9


class Table:
    """A confusion state with its cells in rows, in weight and in squared weight, ready for formulas."""

    def __init__(self, state: Confusion, options: Options) -> None:
        self.state = state
        self._options = options
        self._matrices = state.mass(), state.squared_mass()
        self.mass = Cells.of(self._matrices[0])
        self._rows = Cells.of(state.counts)
        self._squares = Cells.of(self._matrices[1])

    def estimates(self, wanted: Iterable[Measure], rows: Weight, code: int | None, label: str) -> dict[str, Estimate]:
        """Measures of the matrix, by name.

        Args:
            wanted: The measures.
            rows: All rows.
            code: The class that measures of one class are of; None where there are none among them.
            label: What that class is called.
        """
        wanted = list(wanted)
        drawn = [own for own in wanted if not isinstance(own.basis, Share | Transformed | ShareOfAll | MeanOfShares)]
        by_name = self._drawn(drawn, rows, code, label)
        for measure in wanted:
            match measure.basis:
                case Share():
                    by_name[measure.name] = self._proportion(measure.basis, self._of(code), label)
                case Transformed():
                    by_name[measure.name] = self._transformed(measure.basis, self._of(code), label)
                case ShareOfAll():
                    by_name[measure.name] = self._share_of_all(measure.basis, rows)
                case MeanOfShares():
                    by_name[measure.name] = self._mean_of_shares(measure.basis, rows)
        return self._resampled({own.name: by_name[own.name] for own in wanted}, wanted, code)

    def _of(self, code: int | None) -> int:
        assert code is not None  # measures of one class are asked for with the class
        return code

    def _proportion(self, rule: Share, code: int, label: str) -> Estimate:
        """A share of rows, one class against the rest."""
        rows, mass = (cells.of_class(code) for cells in (self._rows, self.mass))
        n = int(rule.trials(rows)[..., 0])
        value = float(rule(mass)[..., 0])
        if np.isnan(value):
            return self._options.estimate(NAN, NO_INTERVAL, n, rule.reason.filled(name=label))
        trials = float(n)
        if self.state.weights is not None:
            matrices = (cells.against_rest()[0] for cells in (mass, self._squares.of_class(code)))
            trials = float(effective_trials(rule.successes, rule.trials, *matrices)[..., POSITIVE])
        return self._options.estimate(value, wilson(value, trials, self._options.level), n)

    def _transformed(self, rule: Transformed, code: int, label: str) -> Estimate:
        """A function of a share of rows; its interval is Wilson's for the share, carried over."""
        share = self._proportion(rule.share, code, label)
        if not share.defined:
            return share
        value = float(rule(self.mass.of_class(code))[..., 0])
        steps = [share.value + sign * STEP for sign in (-1, 1)]
        slope = (rule.transform(steps[1]) - rule.transform(steps[0])) / (2 * STEP)
        ends = (rule.transform(share.low), rule.transform(share.high))
        return self._options.estimate(value, Interval(*ends, share.method, slope * share.standard_error), share.n)

    def _share(self, value: float, successes: Callable[[Cells], Mass], rows: Weight) -> Estimate:
        """A share of all rows, given those that count for it."""
        trials = float(rows.n)
        if self.state.weights is not None:
            matrices = (own.astype(np.float64) for own in self._matrices)
            trials = float(effective_trials(successes, lambda cells: cells.total[..., 0], *matrices))
        return self._options.estimate(value, wilson(value, trials, self._options.level), rows.n)

    def trials(self, rule: Share, code: int) -> Weight:
        """The rows that a share is a share of, one class against the rest."""
        rows, mass, squares = (
            rule.trials(cells.of_class(code))[..., 0].item() for cells in (self._rows, self.mass, self._squares)
        )
        return Weight(int(rows), ExactSum.of(mass), ExactSum.of(squares))

    @lazy
    def rows(self) -> Weight:
        """The rows of all cells."""
        return reduce(Weight.merge, self.classes)

    @lazy
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

    def _mean_of_shares(self, rule: MeanOfShares, rows: Weight) -> Estimate:
        """The mean of a share of each class's rows, which are different rows."""
        value = float(rule(self.mass))
        if math.isnan(value):
            return self._options.estimate(NAN, NO_INTERVAL, rows.n, rule.reason)
        shares = [self._proportion(rule.share, code, "") for code in range(self.state.classes)]
        known = np.array([(own.value, own.low, own.high) for own in shares if own.defined])
        low, high = mean_of_shares(*known.T)
        error = math.hypot(*(own.standard_error for own in shares if own.defined)) / len(known)
        return self._options.estimate(value, Interval(float(low), float(high), METHOD, error), rows.n)

    def _share_of_all(self, rule: ShareOfAll, rows: Weight) -> Estimate:
        """A share of all rows."""
        return self._share(float(rule(self.mass)), rule.successes, rows)

    def majority(self, rows: Weight) -> tuple[int, Estimate]:
        """The most frequent class (the first of them, where several are), and its share of the rows."""
        support = np.atleast_1d(ratio(self.mass.support, self.mass.total))
        code = int(np.argmax(support))
        return code, self._share(float(support[code]), lambda cells: cells.support[..., code], rows)

    def _resampled(
        self, estimates: dict[str, Estimate], wanted: Iterable[Measure], code: int | None
    ) -> dict[str, Estimate]:
        """The same estimates with intervals from replicates, where these were asked for."""
        if self._options.interval not in BOOTSTRAPS:
            return estimates
        made = self._drawn((own for own in wanted if estimates[own.name].defined), self.rows, code, "")
        return estimates | {
            name: replace(estimates[name], low=own.low, high=own.high, method=own.method,
                          standard_error=own.standard_error)
            for name, own in made.items()
        }  # fmt: skip

    def difference(self, measure: Measure, formula: Formula, code: int, n: int) -> Difference:
        """A measure minus that of always answering a class: McNemar's test for the accuracy, else linearised.

        Args:
            measure: The measure.
            formula: The difference, from the cells.
            code: The class.
            n: The rows that the measure rests on.
        """
        level, value = self._options.level, float(formula(self.mass))
        if isinstance(measure.basis, ShareOfAll) and self.state.weights is None:
            right, all_right = self.state.counts.diagonal(), int(self.state.counts[code].sum())
            only_guess, only_model = all_right - int(right[code]), int(right.sum() - right[code])
            ends = tango(only_guess, only_model, n, level)
            return Difference(value, *ends[:2], level, ends.method, n, mcnemar(only_guess, only_model)[0])
        rows = self.rows.effective
        return linearised_difference(
            value, self._spread(formula) * rows / max(1.0, rows - 1), rows, level, n, widest=measure.widest
        )

    def _spread(self, formula: Formula) -> float:
        """The variance of a measure, from the influences of its cells, their rows weighing as they may."""
        held = np.flatnonzero(self.state.counts)
        mass, squares = (own.astype(np.float64) for own in self._matrices)
        influence = cell_influence(formula, mass, held) ** 2
        return float((mass * row_weights(mass, squares)).ravel()[held] @ influence)

    def _drawn(self, wanted: Iterable[Measure], rows: Weight, code: int | None, label: str) -> dict[str, Estimate]:
        """Any measures, with intervals from common replicates of the matrix."""
        formulas: dict[str, Formula] = {}
        reasons: dict[str, Message] = {}
        outsiders: dict[str, Message] = {}
        wanted = list(wanted)
        for measure in wanted:
            basis = measure.basis
            assert isinstance(basis, Cellwise | Whole)  # it follows from a confusion matrix
            formulas[measure.name] = basis if isinstance(basis, Whole) else of_class(basis, self._of(code))
            reasons[measure.name] = basis.reason.filled(name=label)
        values = {name: float(formula(self.mass)) for name, formula in formulas.items()}
        intervals = dict.fromkeys(formulas, NO_INTERVAL)
        if self._options.intervals and formulas:
            intervals = confusion_intervals(
                self._matrices[0].astype(np.float64),
                self._matrices[1].astype(np.float64),
                values,
                formulas,
                self._options.level,
                self._options.seed,
                self._options.bootstrap,
            )
        for measure in wanted:
            if self._options.intervals and (
                values[measure.name] < measure.low - ROUNDING or values[measure.name] > measure.high + ROUNDING
            ):
                intervals[measure.name], outsiders[measure.name] = NO_INTERVAL, outside(measure)
        return {
            name: self._options.estimate(
                value, intervals[name], rows.n, reasons[name] if np.isnan(value) else outsiders.get(name)
            )
            for name, value in values.items()
        }

    def per_class(self, code: int, label: str) -> dict[str, Estimate]:
        """What is shown of one class against the rest, and what was asked for."""
        more = [own for own in self._options.measures if own.cellwise and "class" not in own.shown]
        return self.estimates([*shown("class"), *more], self.rows, code, label)
