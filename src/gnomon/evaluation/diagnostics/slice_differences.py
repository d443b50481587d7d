"""Slices against the rest of the rows: which are worse, and whether that is more than chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import reduce
from itertools import accumulate

from gnomon.estimate import Difference, Estimate
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.estimates.draft import Draft
from gnomon.evaluation.estimates.ranking import auc_estimate
from gnomon.evaluation.reading.reading import Reading
from gnomon.evaluation.reading.summary import Summary
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.intervals.difference import false_discovery, independent_difference
from gnomon.measures.probability import BRIER_SCORE, LOG_LOSS
from gnomon.measures.ranking import AVERAGE_PRECISION, KS, ROC_AUC
from gnomon.measures.regression import MAX_ERROR
from gnomon.schema.schema import Schema

# A slice of fewer rows, or of fewer of a class that the whole has, is said to be unreliable, and ranked last.
RELIABLE_ROWS, RELIABLE_OF_CLASS = 30, 10
# With more slices of a column than this, AUCs are not compared: each takes a ranking of all other rows.
MOST_RANKED = 50
# What comparisons are made of: counts and sums, and the scores of a binary task.
COUNTS, SCORES = ("confusion", LOG_LOSS.name, BRIER_SCORE.name, "residuals"), ("scores", "classes", "panel")

Evaluate = Callable[[Summary, Options, Reading], Draft]


def compared(
    slices: Mapping[str, Mapping[str, Evaluation]],
    summaries: Mapping[str, Mapping[str, Summary]],
    whole: Evaluation,
    schema: Schema,
    options: Options,
    evaluate: Evaluate,
    reading: Reading,
) -> dict[str, dict[str, Evaluation]]:
    """The slices with their differences to the rest, and whether they are reliable.

    Args:
        slices: The evaluation of each slice.
        summaries: Their summaries.
        whole: The evaluation of all rows.
        schema: What the columns mean.
        options: How estimates are made.
        evaluate: Makes the parts of an evaluation of a summary.
        reading: The way to the rows of slices.
    """
    if schema.task == "multilabel":  # its rows are kept as they are: there is nothing small to add up
        return {column: dict(own) for column, own in slices.items()}
    found: dict[str, dict[str, Evaluation]] = {}
    for column, own in slices.items():
        values = list(own)
        sums = (*COUNTS, *(own.name for own in options.measures))
        parts = [only(summaries[column][value], (*sums, *SCORES)) for value in values]
        ranked = len(values) <= MOST_RANKED and len({type(part.states.get("scores")) for part in parts}) == 1
        if not ranked and schema.columns.cluster is not None:
            found[column] = {value: replace(own[value], reliable=reliable(own[value], whole)) for value in values}
            continue
        if not ranked:
            parts = [only(part, sums) for part in parts]

        def of_rest(rest: Summary | None) -> Mapping[str, Estimate]:
            return {} if rest is None else rest_estimates(rest, schema, options, evaluate, reading)

        with ThreadPoolExecutor(options.threads) as pool:
            rests = list(pool.map(of_rest, rests_of(parts)))
        found[column] = {
            value: replace(own[value], differences=differences(own[value], rest), reliable=reliable(own[value], whole))
            for value, rest in zip(values, rests, strict=True)
        }
    return adjusted(found)


def rests_of(parts: Sequence[Summary]) -> list[Summary | None]:
    """For each of some summaries that of all others; None where there are none."""
    below = list(accumulate(parts, lambda a, b: a.merge(b)))
    above = list(accumulate(reversed(parts), lambda a, b: b.merge(a)))[::-1]
    rests: list[Summary | None] = []
    for place in range(len(parts)):
        sides = [below[place - 1]] * (place > 0) + [above[place + 1] for _ in range(place + 1 < len(parts))]
        rests.append(reduce(lambda a, b: a.merge(b), sides) if sides else None)
    return rests


def only(summary: Summary, names: Sequence[str]) -> Summary:
    """A summary of some of its states."""
    return Summary(summary.rows, summary.dropped, {name: own for name, own in summary.states.items() if name in names})


def rest_estimates(
    rest: Summary, schema: Schema, options: Options, evaluate: Evaluate, reading: Reading
) -> dict[str, Estimate]:
    """The estimates of the rest that a comparison is made of: those from counts and sums, and the AUC."""
    alone = replace(options, threads=1)
    if schema.columns.cluster is not None:
        found = evaluate(rest, alone, reading).estimates
        return {name: own for name, own in found.items() if name not in (AVERAGE_PRECISION.name, KS.name)}
    sums = (*COUNTS, *(own.name for own in options.measures))
    estimates = dict(evaluate(only(rest, sums), alone, reading).estimates)
    if schema.task == "binary" and "scores" in rest.states:
        auc = auc_estimate(reading.order(rest), alone)
        if auc is not None:
            estimates[ROC_AUC.name] = auc
    return estimates


def differences(own: Evaluation, rest: Mapping[str, Estimate]) -> dict[str, Difference]:
    """Every estimate that both have, less that of the rest."""
    return {
        name: independent_difference(estimate, rest[name])
        for name, estimate in own.estimates.items()
        if name in rest and estimate.defined and rest[name].defined and name != MAX_ERROR.name
    }


def reliable(own: Evaluation, whole: Evaluation) -> bool:
    """Whether a slice has enough rows, of each class of a binary task, to be ranked among others."""
    if own.n < RELIABLE_ROWS:
        return False
    if own.task != "binary" or own.confusion is None or whole.confusion is None:
        return True
    support = own.confusion.counts.sum(axis=1)
    return bool((support[whole.confusion.counts.sum(axis=1) > 0] >= RELIABLE_OF_CLASS).all())


def adjusted(slices: dict[str, dict[str, Evaluation]]) -> dict[str, dict[str, Evaluation]]:
    """The same with p-values adjusted over all reliable slices of all columns, measure by measure."""
    places = [(column, value) for column, own in slices.items() for value in own if own[value].reliable]
    names = dict.fromkeys(name for column, value in places for name in slices[column][value].differences)
    found: dict[tuple[str, str], dict[str, Difference]] = {place: {} for place in places}
    for name in names:
        having = [place for place in places if name in slices[place[0]][place[1]].differences]
        own = [slices[column][value].differences[name] for column, value in having]
        for place, difference, value in zip(having, own, false_discovery([one.p_value for one in own]), strict=True):
            found[place][name] = replace(difference, adjusted=value)
    return {
        column: {
            value: replace(evaluation, differences=found.get((column, value), evaluation.differences))
            for value, evaluation in own.items()
        }
        for column, own in slices.items()
    }
