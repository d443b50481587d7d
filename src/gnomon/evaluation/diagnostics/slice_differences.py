"""Slices against the rest of the rows: which are worse, and whether that is more than chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import reduce
from itertools import accumulate
from typing import cast

from gnomon.estimate import Difference, Estimate
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.estimates.clustered import ONE_CLUSTER, Clustered, spread_between
from gnomon.evaluation.estimates.draft import Draft
from gnomon.evaluation.estimates.ranking import auc_estimate
from gnomon.evaluation.reading.reading import Reading
from gnomon.evaluation.reading.summary import Summary
from gnomon.evaluation.result.evaluation import SURE, Evaluation, ranked_by
from gnomon.intervals.difference import false_discovery, independent_difference, linearised_difference
from gnomon.measures.probability import BRIER_SCORE, LOG_LOSS
from gnomon.measures.ranking import AVERAGE_PRECISION, KS, ROC_AUC
from gnomon.measures.registry import get_measure
from gnomon.measures.regression import MAX_ERROR
from gnomon.message import Message
from gnomon.schema.schema import Schema
from gnomon.states.paired import PairedPredictions

# A slice of fewer rows, or of fewer of a class that the whole has, is said to be unreliable, and ranked last.
RELIABLE_ROWS, RELIABLE_OF_CLASS = 30, 10
# With more slices of a column than this, AUCs are not compared: each takes a ranking of all other rows.
MOST_RANKED = 50
# What comparisons are made of: counts and sums, and the scores of a binary task.
COUNTS, SCORES = ("confusion", LOG_LOSS.name, BRIER_SCORE.name, "residuals"), ("scores", "classes", "panel")

# A slice that is clearly off is left out of what the others of its column are compared with: so many at most.
MOST_LEFT_OUT = 5

Evaluate = Callable[[Summary, Schema, Options, Reading], Draft]
Slices = dict[str, Evaluation]


@dataclass(frozen=True, slots=True)
class SliceComparison:
    """How the slices of some columns compare with the rest.

    Attributes:
        slices: By column the slices with their differences, and whether they are reliable.
        left_out: By column the slices that the others are compared without, the farthest off first.
    """

    slices: dict[str, Slices]
    left_out: dict[str, tuple[str, ...]]

    @property
    def notes(self) -> tuple[Message, ...]:
        """What was left out, in words."""
        return tuple(
            Message(
                "rest_without",
                "{column}: slices are compared with the other rows except those of {slices}, which clearly differ.",
                column=column,
                slices=", ".join(names),
            )
            for column, names in self.left_out.items()
            if names
        )


def compared(
    slices: Mapping[str, Mapping[str, Evaluation]],
    summaries: Mapping[str, Mapping[str, Summary]],
    whole: Evaluation,
    schema: Schema,
    options: Options,
    evaluate: Evaluate,
    reading: Reading,
) -> SliceComparison:
    """The slices with their differences to the rest, and whether they are reliable.

    A slice that is far off makes the rest of all others differ from them. So the slice that lies farthest off is
    left out of the rests of the others, and these are compared again, until none differs, :data:`MOST_LEFT_OUT` are
    out, or half of the rows would be.

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
        return SliceComparison({column: dict(own) for column, own in slices.items()}, {})
    compared_slices: dict[str, Slices] = {}
    left_out: dict[str, tuple[str, ...]] = {}
    for column, given in slices.items():
        of_column = {value: replace(each, reliable=reliable(each, whole)) for value, each in given.items()}
        values = list(of_column)
        sums = (*COUNTS, *(each.name for each in options.measures))
        parts = [only(summaries[column][value], (*sums, *SCORES)) for value in values]
        ranked = len(values) <= MOST_RANKED and len({type(part.states.get("scores")) for part in parts}) == 1
        if not ranked:
            parts = [only(part, (*sums, "panel")) for part in parts]
        rest = Rest(dict(zip(values, parts, strict=True)), schema, options, evaluate, reading)
        out: list[str] = []
        while True:
            of_column |= rest.differences(of_column, out)
            farthest = farthest_of(of_column, out)
            if farthest is None or len(out) == MOST_LEFT_OUT or len(out) + 2 >= len(values):
                break
            out.append(farthest)
        compared_slices[column], left_out[column] = of_column, tuple(out)
    return SliceComparison(adjusted(compared_slices), left_out)


def farthest_of(slices: Slices, out: Sequence[str]) -> str | None:
    """The slice to leave out next: the reliable one that lies farthest off, of those that differ by more than chance.

    In what its column is ranked by. One that is off lies farther from the others than they do from a rest that holds
    it, however much its own values vary. None where none differs, or where more than half of the rows would be left
    out.
    """
    room = sum(own.n for own in slices.values()) / 2 - sum(slices[value].n for value in out)
    having = {value: own for value, own in slices.items() if own.reliable}
    by = ranked_by(having.values()) if having else None
    if by is None:
        return None
    differences = {value: own.differences[by] for value, own in having.items() if by in own.differences}
    sure = false_discovery([own.p_value for own in differences.values()])
    inside = [
        (abs(own.value), value)
        for (value, own), chance in zip(differences.items(), sure, strict=True)
        if chance <= SURE and value not in out and slices[value].n <= room
    ]
    return max(inside)[1] if inside else None


class Rest:
    """What the slices of one column are compared with.

    Args:
        parts: What each slice adds to the rest of another.
        schema: What the columns mean.
        options: How estimates are made.
        evaluate: Makes the parts of an evaluation of a summary.
        reading: The way to the rows of slices.
    """

    def __init__(
        self, parts: Mapping[str, Summary], schema: Schema, options: Options, evaluate: Evaluate, reading: Reading
    ) -> None:
        self._parts = parts
        self._schema = schema
        self._options = options
        self._evaluate = evaluate
        self._reading = reading

    def differences(self, slices: Slices, out: Sequence[str]) -> Slices:
        """The slices with their differences to the others, those that are left out of the rest excepted."""
        rests = self._rests(out)
        with ThreadPoolExecutor(self._options.threads) as pool:
            made = pool.map(lambda value: self._of(slices[value], self._parts[value], rests[value]), rests)
            return {value: replace(slices[value], differences=own) for value, own in zip(rests, made, strict=True)}

    def _rests(self, out: Sequence[str]) -> dict[str, Summary | None]:
        """For each slice the summary of all others that are not left out; None where there are none."""
        inside = [value for value in self._parts if value not in out]
        rests = dict(zip(inside, rests_of([self._parts[value] for value in inside]), strict=True))
        together = reduce(lambda a, b: a.merge(b), (self._parts[value] for value in inside))
        return {value: rests.get(value, together) for value in self._parts}

    def _of(self, evaluation: Evaluation, part: Summary, rest: Summary | None) -> Mapping[str, Difference]:
        if rest is None:
            return {}
        if self._schema.columns.cluster is not None:
            return self._by_cluster(evaluation, part, rest)
        return differences(evaluation, self._estimates(rest))

    def _estimates(self, rest: Summary) -> dict[str, Estimate]:
        """The estimates of the rest that a comparison is made of: those from counts and sums, and the AUC."""
        alone = replace(self._options, threads=1)
        sums = (*COUNTS, *(own.name for own in self._options.measures))
        estimates = dict(self._evaluate(only(rest, sums), self._schema, alone, self._reading).estimates)
        if self._schema.task == "binary" and "scores" in rest.states:
            auc = auc_estimate(self._reading.order(rest), alone)
            if auc is not None:
                estimates[ROC_AUC.name] = auc
        return estimates

    def _by_cluster(self, evaluation: Evaluation, part: Summary, rest: Summary) -> dict[str, Difference]:
        """Differences whose variances allow for clusters that both sides have rows of."""
        alone = replace(self._options, threads=1)
        values = self._estimates(rest)
        if not self._options.intervals:
            return differences(evaluation, values)
        rows = (cast(PairedPredictions, own.states["panel"]).rows() for own in (part, rest))
        first, second = (Clustered(each, self._schema, alone) for each in rows)
        by_measure = {}
        for name, estimate in evaluation.estimates.items():
            if name in (AVERAGE_PRECISION.name, KS.name, MAX_ERROR.name) or name not in values:
                continue
            if estimate.defined and values[name].defined and min(first.variances.number, second.variances.number) < 2:
                value = estimate.value - values[name].value
                by_measure[name] = Difference(value, level=estimate.level, n=estimate.n, reason=ONE_CLUSTER)
            elif estimate.defined and values[name].defined:
                spread = spread_between((first, second), name)
                by_measure[name] = linearised_difference(
                    estimate.value - values[name].value,
                    spread.variance,
                    spread.units,
                    estimate.level,
                    estimate.n,
                    widest=get_measure(name).widest,
                )
        return by_measure


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


def differences(evaluation: Evaluation, rest: Mapping[str, Estimate]) -> dict[str, Difference]:
    """Every estimate that both have, minus that of the rest."""
    return {
        name: independent_difference(estimate, rest[name])
        for name, estimate in evaluation.estimates.items()
        if name in rest and estimate.defined and rest[name].defined and name != MAX_ERROR.name
    }


def reliable(evaluation: Evaluation, whole: Evaluation) -> bool:
    """Whether a slice has enough rows, of each class of a binary task, to be ranked among others."""
    if evaluation.n < RELIABLE_ROWS:
        return False
    if evaluation.task != "binary" or evaluation.confusion is None or whole.confusion is None:
        return True
    support = evaluation.confusion.counts.sum(axis=1)
    return bool((support[whole.confusion.counts.sum(axis=1) > 0] >= RELIABLE_OF_CLASS).all())


def adjusted(slices: dict[str, dict[str, Evaluation]]) -> dict[str, dict[str, Evaluation]]:
    """The same with p-values adjusted over all reliable slices of all columns, measure by measure."""
    places = [(column, value) for column, own in slices.items() for value in own if own[value].reliable]
    names = dict.fromkeys(name for column, value in places for name in slices[column][value].differences)
    by_slice: dict[tuple[str, str], dict[str, Difference]] = {place: {} for place in places}
    for name in names:
        having = [place for place in places if name in slices[place[0]][place[1]].differences]
        compared_here = [slices[column][value].differences[name] for column, value in having]
        for place, difference, value in zip(
            having, compared_here, false_discovery([one.p_value for one in compared_here]), strict=True
        ):
            by_slice[place][name] = replace(difference, p_value_bh=value)
    return {
        column: {
            value: replace(evaluation, differences=by_slice.get((column, value), evaluation.differences))
            for value, evaluation in own.items()
        }
        for column, own in slices.items()
    }
