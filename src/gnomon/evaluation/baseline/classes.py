"""Always predicting one class, whatever the row."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from gnomon.estimate import NAN
from gnomon.evaluation.baseline.builder import FLAG_ALL, MOST_FREQUENT, RANDOM, BaselineBuilder
from gnomon.evaluation.estimates.classification import Table
from gnomon.evaluation.influence.influences import Influences
from gnomon.measures.cells import Cells
from gnomon.measures.measure import POSITIVE, ZERO, Formula, ShareOfAll, formula_of
from gnomon.measures.registry import ACCURACIES, get_measure
from gnomon.message import Message
from gnomon.schema.schema import Schema
from gnomon.states.mean import Weight


def guess_class(guesses: BaselineBuilder, table: Table, rows: Weight, schema: Schema) -> None:
    """Always answering the most frequent class: every measure of the confusion matrix."""
    code, share = table.majority(rows)
    answer = schema.names[code]
    guesses.answers[MOST_FREQUENT] = answer

    def less(formula: Formula, guess: Callable[[Cells], Cells]) -> Formula:
        return lambda cells: formula(cells) - formula(guess(cells))

    for name in guesses.model:
        measure = get_measure(name)
        formula = formula_of(measure, schema.task)
        if formula is None or name in ACCURACIES or measure.better == ZERO:
            continue
        if isinstance(measure.guess, float):
            guesses.add_constant(name, RANDOM, measure.guess)
            continue
        flagged = measure.guess == FLAG_ALL and schema.task == "binary"
        strategy, always = (FLAG_ALL if flagged else MOST_FREQUENT), always_answering(POSITIVE if flagged else code)
        value = float(formula(always(table.mass)))
        if flagged and not (value >= 0 and guesses.model[name].defined):
            guesses.add_undefined(name, strategy, Message("no_positive_row", "there is no positive row"))
        elif math.isnan(value):
            guesses.add_undefined(
                name,
                strategy,
                Message("constant_undefined", "it is undefined for always predicting {answer!r}", answer=answer),
            )
        elif measure.constant_guess or not guesses.model[name].defined:
            # Always answering a class has shares of 0 or 1, whatever the rows: there is no chance to test against.
            guesses.add_constant(name, strategy, value, NAN if measure.share is not None else None)
        else:
            varying = less(formula, always)
            guess = (
                share
                if isinstance(measure.basis, ShareOfAll)
                else replace(share, value=value, low=NAN, high=NAN, method=None)
            )
            difference = table.difference(measure, varying, code, guesses.model[name].n)
            guesses.add(name, strategy, guess, difference, partial(Influences.of_formula, formula=varying))
            if flagged:
                guesses.answers[FLAG_ALL] = schema.names[POSITIVE]


def always_answering(code: int) -> Callable[[Cells], Cells]:
    """What a confusion matrix would be if every row were predicted as one class."""

    def always(cells: Cells) -> Cells:
        is_class = np.arange(cells.support.shape[-1]) == code
        return Cells(
            np.where(is_class, cells.support, 0), cells.support, np.where(is_class, cells.total, 0), cells.total
        )

    return always
