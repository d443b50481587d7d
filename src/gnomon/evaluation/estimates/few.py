"""Estimates that rest on too few rows for their intervals to be taken at their word: docs/coverage.md says why."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from gnomon.estimate import Estimate
from gnomon.evaluation.estimates.draft import Draft
from gnomon.measures.measure import RestsOn
from gnomon.measures.registry import measure
from gnomon.schema.schema import Schema

# So many rows of the rarer class are enough.
ENOUGH = 10


def warn_of_few(draft: Draft, schema: Schema) -> None:
    """Gives estimates that rest on fewer rows of a class than are enough a warning."""
    classes = classes_of(draft)
    if schema.task == "binary" and classes is not None:
        negatives, positives = classes
        draft.estimates = {name: warned(name, own, positives, negatives) for name, own in draft.estimates.items()}
    elif schema.task == "multiclass" and classes is not None:
        least = min((rows for rows in classes if rows), default=0)
        draft.estimates = {name: warned(name, own, least, least) for name, own in draft.estimates.items()}
        for code, label in enumerate(schema.names):
            rows, others = classes[code], sum(classes) - classes[code]
            draft.per_class[label] = {
                name: warned(name, own, rows, others) for name, own in draft.per_class[label].items()
            }
    elif schema.task == "multilabel":
        for label, own in draft.per_class.items():
            having, lacking = resting_on(own, "class"), resting_on(own, "others")
            if having is not None and lacking is not None:
                draft.per_class[label] = {name: warned(name, each, having, lacking) for name, each in own.items()}
    else:
        draft.estimates = {name: few(own, own.n, "rows") for name, own in draft.estimates.items()}


def resting_on(estimates: Mapping[str, Estimate], rows: RestsOn) -> int | None:
    """How many rows some estimates rest on, of the class or of the others; None where none of them rests on those."""
    return next((own.n for name, own in estimates.items() if measure(name).rests_on == rows), None)


def classes_of(draft: Draft) -> list[int] | None:
    """The rows of each class; None where they are not known."""
    if draft.confusion is not None:
        return [int(rows) for rows in draft.confusion.counts.sum(axis=1)]
    if draft.order is not None:
        return [draft.order.negatives.n, draft.order.positives.n]
    return None


def warned(name: str, own: Estimate, rows: int, others: int) -> Estimate:
    """An estimate, with a warning if it rests on too few rows.

    Args:
        name: Of the estimate.
        own: The estimate.
        rows: Of the class that it is of.
        others: Of all other classes.
    """
    if of_its_own_rows(name):
        return few(own, own.n, "rows")
    return few(own, resting(name, rows, others), "rows of the rarer class")


def of_its_own_rows(name: str) -> bool:
    """Whether an estimate rests on the rows that it counts itself: all, or those predicted as a class."""
    return measure(name).rests_on == "own"


def resting(name: str, rows: int, others: int) -> int:
    """How many rows of a class an estimate rests on.

    Args:
        name: Of the estimate.
        rows: Of the class that it is of.
        others: Of all other classes.
    """
    return {"class": rows, "others": others}.get(measure(name).rests_on, min(rows, others))


def few(own: Estimate, number: int, of_what: str) -> Estimate:
    """An estimate, with a warning where its interval rests on too few."""
    if math.isnan(own.low) or number >= ENOUGH:
        return own
    return replace(own, warning=warning_of(number, of_what))


def warning_of(number: int, of_what: str) -> str:
    """Why an interval is to be taken with care."""
    return f"the interval is rough, as it rests on {number:,} {of_what}, fewer than {ENOUGH}"
