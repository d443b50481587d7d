"""Estimates of a multilabel task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import NAN, Estimate
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.estimates.averaged import Averages
from gnomon.evaluation.estimates.classification import Table
from gnomon.evaluation.estimates.draft import Draft
from gnomon.evaluation.estimates.ranking import ranking_estimates
from gnomon.evaluation.estimates.small_samples import ENOUGH
from gnomon.evaluation.reading.ranked_scores import RankedScoresInMemory
from gnomon.evaluation.reading.summary import Summary
from gnomon.intervals.effective_trials import row_weights, trials_of_share
from gnomon.intervals.interval import NO_INTERVAL
from gnomon.intervals.linearised import linearised_interval
from gnomon.intervals.mean import mean_interval, without_interval
from gnomon.intervals.wilson import wilson
from gnomon.kernels.indicators import row_margins
from gnomon.kernels.losses import sum_values
from gnomon.kernels.row_rankings import label_average_precision, label_coverage, label_loss
from gnomon.measures.cells import Cells
from gnomon.measures.confusion import PER_CLASS, exact_match, wrong_labels
from gnomon.measures.influence import variance_freedom
from gnomon.measures.label_averages import (
    COVERAGE_ERROR,
    HAMMING_LOSS,
    LABEL_RANKING_AVERAGE_PRECISION,
    LABEL_RANKING_LOSS,
    averaged_with_influence,
)
from gnomon.measures.means import mean_loss
from gnomon.measures.measure import POSITIVE
from gnomon.measures.ranking import AVERAGE_PRECISION, ROC_AUC
from gnomon.message import Message
from gnomon.schema.schema import Schema
from gnomon.states.confusion import Confusion
from gnomon.states.mean import MeanLoss, Weight
from gnomon.states.scores import LabelRows, Scores

_LABEL_RANKINGS = {
    LABEL_RANKING_AVERAGE_PRECISION.name: (label_average_precision, 1.0),
    LABEL_RANKING_LOSS.name: (label_loss, 1.0),
    COVERAGE_ERROR.name: (label_coverage, float("inf")),
}


def evaluate_multilabel(summary: Summary, schema: Schema, options: Options) -> Draft:
    """Each label against its absence, averages over labels and over rows, rankings of the labels of a row."""
    draft = Draft(per_class={name: {} for name in schema.names})
    if "labels" in summary.states:
        add_predictions(draft, cast(LabelRows, summary.states["labels"]), summary.rows, schema, options)
    if "scores" in summary.states:
        add_scores(draft, cast(LabelRows, summary.states["scores"]), summary.rows, schema, options)
    return draft


def add_predictions(draft: Draft, state: LabelRows, rows: Weight, schema: Schema, options: Options) -> None:
    """What follows from the labels that were predicted for each row."""
    target, predicted, weight = split(state, len(schema.names))
    tables = []
    for name, truth, said in zip(schema.names, target, predicted, strict=True):
        confusion = Confusion.of_labels(truth, said, weight, 2, options.threads)
        tables.append(Table(confusion, options))
        draft.per_class[name] |= tables[-1].per_class(POSITIVE, name)
        draft.confusions[name] = confusion
    matrix = [np.ascontiguousarray(np.stack(own, axis=1)) for own in (target, predicted)]
    both, flagged, positive = row_margins(matrix[0], matrix[1], options.threads)
    by_row = Cells(both, positive, flagged, np.array([float(len(target))]))
    draft.estimates["accuracy"] = share_of_rows(exact_match(by_row), weight, rows, options)
    draft.estimates[HAMMING_LOSS.name] = mean_estimate(wrong_labels(by_row), weight, rows, 1.0, options)
    cells = of_labels([table.mass.of_class(POSITIVE) for table in tables])
    for average in ("macro", "micro", "weighted"):
        for name in PER_CLASS:
            value, influence = averaged_with_influence(name, average, cells, target, predicted, weight)
            draft.estimates[f"{name}_{average}"] = linearised(name, value, influence, rows, options)
    for name, formula in PER_CLASS.items():
        draft.estimates[f"{name}_samples"] = mean_of_rows(name, formula(by_row), weight, options)
    counts = [int(table.state.counts[POSITIVE].sum()) for table in tables]
    draft.notes += label_notes(schema.names, counts, [int(table.state.counts[:, POSITIVE].sum()) for table in tables])


def add_scores(draft: Draft, state: LabelRows, rows: Weight, schema: Schema, options: Options) -> None:
    """What follows from the scores of the labels: each label's ranking of rows, each row's ranking of labels."""
    target, scores, weight = split(state, len(schema.names))
    wanted = {ROC_AUC.name: ("macro", "weighted"), AVERAGE_PRECISION.name: ("macro",)}
    averages = Averages(wanted, len(target[0]), weight, options)
    for name, label_truth, score in zip(schema.names, target, scores, strict=True):
        order = RankedScoresInMemory(Scores.of(score, label_truth, weight), options.threads)
        draft.per_class[name] |= ranking_estimates(order, name, options, tuple(wanted)).estimates
        averages.add(draft.per_class[name], float(order.positives.total), label_truth, score, order)
    for measure, kinds in wanted.items():
        draft.estimates |= {f"{measure}_{average}": averages.estimate(measure, average) for average in kinds}
    truth = np.ascontiguousarray(np.stack(target, axis=1))
    matrix = np.ascontiguousarray(np.stack(scores, axis=1), np.float64)
    for name, (kernel, most) in _LABEL_RANKINGS.items():
        draft.estimates[name] = mean_estimate(kernel(truth, matrix, options.threads), weight, rows, most, options)


def split(
    state: LabelRows, labels: int
) -> tuple[list[NDArray[np.uint8]], list[NDArray[Any]], NDArray[np.float64] | None]:
    """The columns of the labels, what is said of each, and the weights."""
    columns = [state.whole(number) for number in range(len(state.chunks[0]))]
    return columns[:labels], columns[labels : 2 * labels], columns[2 * labels] if len(columns) > 2 * labels else None


def of_labels(cells: Sequence[Cells]) -> Cells:
    """The cells of several labels as one, a label along the axis."""
    return Cells(
        np.concatenate([own.hits for own in cells]),
        np.concatenate([own.support for own in cells]),
        np.concatenate([own.predicted for own in cells]),
        cells[0].total,
    )


def share_of_rows(
    hits: NDArray[np.bool_], weight: NDArray[np.float64] | None, rows: Weight, options: Options
) -> Estimate:
    """A share of rows, with Wilson's interval."""
    weight_of_hits = Weight.of_group(hits, weight, options.threads)
    share = weight_of_hits.total.over(rows.total)
    mass, squares = (
        np.array([[float(part), float(whole) - float(part)]])
        for part, whole in ((weight_of_hits.total, rows.total), (weight_of_hits.squares, rows.squares))
    )
    trials = trials_of_share(share, float(rows.total), *row_weights(mass, squares)[0])
    return options.estimate(share, wilson(share, trials, options.level), rows.n)


def mean_estimate(
    values: NDArray[np.float64], weight: NDArray[np.float64] | None, rows: Weight, most: float, options: Options
) -> Estimate:
    """The mean of a value of each row."""
    measured = mean_loss(MeanLoss.of(values, weight, options.threads))
    if most == 1.0 and measured.mean in (0.0, 1.0):  # nothing varies, which does not prove that nothing ever will
        return options.estimate(measured.mean, wilson(measured.mean, rows.effective, options.level), rows.n)
    reason = without_interval(measured) if options.intervals else None
    return options.estimate(measured.mean, mean_interval(measured, options.level, most=most), rows.n, reason)


def mean_of_rows(
    name: str, values: NDArray[np.float64], weight: NDArray[np.float64] | None, options: Options
) -> Estimate:
    """The mean over the rows in which a measure is defined."""
    known = ~np.isnan(values)
    count = int(known.sum())
    if not count:
        return options.estimate(
            NAN, NO_INTERVAL, 0, Message("undefined_in_every_row", "{name} is undefined in every row", name=name)
        )
    known_weight = None if weight is None else weight[known]
    return mean_estimate(values[known], known_weight, Weight.of(count, known_weight, options.threads), 1.0, options)


def linearised(name: str, value: float, influence: NDArray[np.float64], rows: Weight, options: Options) -> Estimate:
    """An average over labels, its variance that of the rows' influences."""
    if np.isnan(value):
        return options.estimate(
            NAN,
            NO_INTERVAL,
            rows.n,
            Message("undefined_for_every_label", "{name} is undefined for every label", name=name),
        )
    effective = rows.effective
    variance = float(sum_values(influence, None, options.threads).square)
    if effective > 1:
        variance *= effective / (effective - 1)
    # Where the rows of a rare label make up most of the variance, they are the units.
    units = min(effective, 1 + variance_freedom(influence, rows.n, options.threads))
    return options.estimate(value, linearised_interval(value, variance, units, options.level), rows.n)


def label_notes(names: Sequence[str], positives: Sequence[int], flagged: Sequence[int]) -> list[Message]:
    """Which labels have too few rows to say much, or are never predicted."""
    notes = []
    rare = [f"{name!r} ({count})" for name, count in zip(names, positives, strict=True) if count < ENOUGH]
    if rare:
        notes.append(
            Message(
                "few_rows_with_label",
                "Fewer than {enough} rows have {names}: estimates for these labels are unreliable.",
                enough=ENOUGH,
                names=", ".join(rare),
            )
        )
    never = [repr(name) for name, count in zip(names, flagged, strict=True) if not count]
    if never:
        notes.append(
            Message(
                "never_predicted",
                "Never predicted: {names}. Averages of precision leave these labels out.",
                names=", ".join(never),
            )
        )
    return notes
