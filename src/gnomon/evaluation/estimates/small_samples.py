"""Estimates that rest on too few rows for their intervals to be trusted: docs/coverage.md says why."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import accumulate
from typing import TypeVar

from gnomon.estimate import Estimate
from gnomon.evaluation.estimates.classification import Table
from gnomon.evaluation.estimates.draft import Draft
from gnomon.measures.measure import POSITIVE, RestsOn
from gnomon.measures.registry import get_measure
from gnomon.message import Message, word
from gnomon.schema.schema import Schema
from gnomon.states.mean import Weight

# So many rows in the minority class are enough.
ENOUGH = 10
Rows = TypeVar("Rows")
ROWS, CLUSTERS = word("rows"), word("clusters")
RARER, RAREST_LABEL = word("rows in the minority class"), word("rows with the rarest label")
# What one of them is called.
ONE = {
    ROWS: word("row"), CLUSTERS: word("cluster"), RARER: word("row in the minority class"),
    RAREST_LABEL: word("row with the rarest label"),
}  # fmt: skip


def warn_of_few(draft: Draft, schema: Schema, rows: Weight) -> None:
    """Gives estimates that rest on fewer rows than are enough, or on fewer effective ones, a warning.

    Args:
        draft: The estimates.
        schema: What the columns mean.
        rows: All rows.
    """
    classes = classes_of(draft)
    if schema.task == "binary" and classes is not None:
        draft.estimates = {
            name: warned(name, own, classes[1], classes[0], counted_by(draft.table, name, own, POSITIVE, rows))
            for name, own in draft.estimates.items()
        }
    elif schema.task == "multiclass" and classes is not None:
        rarest = min((own for own in classes if own.n), key=lambda weight: weight.effective, default=Weight())
        draft.estimates = {name: warned(name, own, rarest, rarest, rows) for name, own in draft.estimates.items()}
        for code, (label, others) in enumerate(zip(schema.names, each_others(classes), strict=True)):
            draft.per_class[label] = {
                name: warned(name, own, classes[code], others, counted_by(draft.table, name, own, code, rows))
                for name, own in draft.per_class[label].items()
            }
    elif schema.task == "multilabel":
        warn_of_labels(draft)
    else:
        draft.estimates = {name: few(own, rows, ROWS) for name, own in draft.estimates.items()}


def each_others(classes: list[Weight]) -> list[Weight]:
    """For each class the rows of all others."""
    before = list(accumulate(classes[:-1], Weight.merge, initial=Weight()))
    after = list(accumulate(classes[:0:-1], Weight.merge, initial=Weight()))[::-1]
    return [one.merge(other) for one, other in zip(before, after, strict=True)]


def warn_of_labels(draft: Draft) -> None:
    """The same of labels, and of averages over labels by the one that rests on the fewest rows."""
    least: dict[str, int] = {}
    for label, estimates in draft.per_class.items():
        having, lacking = resting_on(estimates, "class"), resting_on(estimates, "others")
        if having is None or lacking is None:
            continue
        for name, estimate in estimates.items():
            number = estimate.n if of_its_own_rows(name) else min(resting(name, having, lacking))
            draft.per_class[label][name] = few_of(estimate, number, ROWS if of_its_own_rows(name) else RARER)
            if estimate.defined:
                least[name] = min(number, least.get(name, number))
    for name, averaged in draft.estimates.items():
        of_each, _, average = name.rpartition("_")
        if average in ("macro", "weighted") and of_each in least:
            draft.estimates[name] = few_of(averaged, least[of_each], RAREST_LABEL)


def counted_by(table: Table | None, name: str, estimate: Estimate, code: int, rows: Weight) -> Weight:
    """The rows that an estimate counts itself: of a share those that it is a share of, else all."""
    share = get_measure(name).share
    if table is None or share is None:
        return replace(rows, n=estimate.n)
    return table.trials(share, code)


def resting_on(estimates: Mapping[str, Estimate], rows: RestsOn) -> int | None:
    """How many rows some estimates rest on, of the class or of the others; None where none of them rests on those."""
    return next((own.n for name, own in estimates.items() if get_measure(name).rests_on == rows), None)


def classes_of(draft: Draft) -> list[Weight] | None:
    """The rows of each class; None where they are not known."""
    if draft.table is not None:
        return draft.table.classes
    if draft.order is not None:
        return [draft.order.negatives, draft.order.positives]
    return None


def warned(name: str, estimate: Estimate, rows: Weight, others: Weight, itself: Weight) -> Estimate:
    """An estimate, with a warning if it rests on too few rows.

    Args:
        name: Of the estimate.
        estimate: The estimate.
        rows: Of the class that it is of.
        others: Of all other classes.
        itself: Those that it counts itself.
    """
    if of_its_own_rows(name):
        return few(estimate, itself, ROWS)
    return few(estimate, min(resting(name, rows, others), key=lambda weight: weight.effective), RARER)


def of_its_own_rows(name: str) -> bool:
    """Whether an estimate rests on the rows that it counts itself: all, or those predicted as a class."""
    return get_measure(name).rests_on == "own"


def resting(name: str, rows: Rows, others: Rows) -> tuple[Rows, ...]:
    """Of which classes' rows an estimate rests on those of the rarest.

    Args:
        name: Of the estimate.
        rows: Of the class that it is of.
        others: Of all other classes.
    """
    return {"class": (rows,), "others": (others,)}.get(get_measure(name).rests_on, (rows, others))


def few(estimate: Estimate, rows: Weight, of_what: Message) -> Estimate:
    """An estimate, with a warning where its interval rests on too few rows, or too few by their weights."""
    if rows.n < ENOUGH:
        return few_of(estimate, rows.n, of_what)
    if math.isnan(estimate.low) or rows.effective >= ENOUGH:
        return estimate
    return replace(
        estimate,
        warning=Message(
            "few_heavy_rows",
            "interval is unreliable: a few of its {n:,} {of_what} hold most of the weight, worth {effective:.2g} rows "
            "of equal weight (< {enough})",
            n=rows.n,
            of_what=of_what,
            effective=rows.effective,
            enough=ENOUGH,
        ),
    )


def few_of(estimate: Estimate, number: int, of_what: Message) -> Estimate:
    """An estimate, with a warning where its interval rests on too few."""
    if math.isnan(estimate.low) or number >= ENOUGH:
        return estimate
    return replace(estimate, warning=warning_of(number, of_what))


def warning_of(number: int, of_what: Message) -> Message:
    """Why an interval is to be taken with care."""
    return Message(
        "few_rows_behind",
        "interval is unreliable: only {number:,} {of_what} (< {enough})",
        number=number,
        of_what=ONE[of_what] if number == 1 else of_what,
        enough=ENOUGH,
    )
