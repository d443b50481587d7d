"""What rules are judged by: the model's estimates, its differences from the baseline, and facts of the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gnomon.comparison.measuring import Measured
from gnomon.comparison.tested import Tested
from gnomon.evaluation.result.evaluation import Evaluation

OLD, NEW = 0, 1


@dataclass(frozen=True, slots=True)
class Subset:
    """What is known of all rows, or of those of a slice.

    Attributes:
        new, old: The evaluation of the model, and of the baseline; None where its rows are not at hand.
        differences: What the model scores less the baseline, by estimate; None where its rows are not at hand.
        identical: Whether both say the same of each of these rows, to the last bit.
    """

    new: Evaluation
    old: Evaluation | None = None
    differences: Mapping[str, Tested] | None = None
    identical: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What rules are judged by.

    Attributes:
        whole: All rows.
        slices: Those of each slice, by the name of the column and of its value.
        facts: What is known of the rows without an interval, by name.
        saved: The baseline's evaluation, where it was saved without its rows.
        chosen_from: Among how many models the baseline was chosen on these rows.
    """

    whole: Subset
    slices: Mapping[str, Mapping[str, Subset]] = field(default_factory=dict)
    facts: Mapping[str, float] = field(default_factory=dict)
    saved: Evaluation | None = None
    chosen_from: int = 1


def of_pair(measured: Measured) -> tuple[Subset, dict[str, dict[str, Subset]]]:
    """All rows and those of each slice, where a model and its baseline were evaluated on the same rows."""
    old, new = measured.models.values()
    alike = identical_rows(measured)
    whole = Subset(new, old, measured.differences[OLD, NEW], bool(alike.all()))
    slices: dict[str, dict[str, Subset]] = {}
    for (column, values), divided in zip(measured.slices.items(), measured.rows.slices, strict=True):
        others = np.bincount(divided.codes[~alike], minlength=len(divided.names))
        differing = dict(zip(divided.names, others, strict=True))
        slices[column] = {
            value: Subset(
                new.slices[column][value],
                old.slices[column][value],
                own.differences[OLD, NEW],
                not differing[value],
            )
            for value, own in values.items()
        }
    return whole, slices


def identical_rows(measured: Measured) -> NDArray[np.bool_]:
    """Of which rows both models say the same, to the last bit."""
    columns = [own.columns for own in measured.rows.answers]
    alike = np.full(len(measured.rows.target), len(columns[OLD]) == len(columns[NEW]))
    for one, other in zip(*columns, strict=False):
        alike &= one == other
    return alike


def of_one(evaluation: Evaluation) -> tuple[Subset, dict[str, dict[str, Subset]]]:
    """All rows and those of each slice, where there is no baseline with rows."""
    slices = {
        column: {value: Subset(own) for value, own in values.items()} for column, values in evaluation.slices.items()
    }
    return Subset(evaluation), slices
