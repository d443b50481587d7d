"""The classification report: precision, recall, F1 and support of each class, as text or as a dictionary."""

from __future__ import annotations

from typing import Any

import numpy as np

from gnomon.errors import ColumnError
from gnomon.measures.cells import Cells
from gnomon.metrics.averages import Averaging, cells_of, pooled
from gnomon.metrics.documentation import documented
from gnomon.metrics.inputs.indicators import Indicators
from gnomon.metrics.inputs.parameters import division, flag, whole_number
from gnomon.metrics.inputs.table import Table, tabulate
from gnomon.metrics.per_class import precision_recall_fbeta
from gnomon.metrics.warning import warn

_HEADERS = ("precision", "recall", "f1-score", "support")
_LONGEST_HEADING = "weighted avg"


@documented(
    target_names="What to call the labels, in their order.",
    digits="How many digits to show.",
    output_dict="Whether to return a dictionary of dictionaries instead of text.",
)
def classification_report(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    target_names: Any = None,
    sample_weight: Any = None,
    digits: int = 2,
    output_dict: bool = False,
    zero_division: Any = "warn",
) -> Any:
    """Precision, recall, F1 and support of each class, and their averages.

    {parameters}

    Returns:
        The report as text, in the layout of scikit-learn, or as a dictionary.

    Raises:
        ValueError: The labels are of different kinds, or there are more or fewer names than labels.

    >>> print(classification_report([0, 1, 2, 2, 2], [0, 0, 2, 2, 1], zero_division=0))
                  precision    recall  f1-score   support
    <BLANKLINE>
               0       0.50      1.00      0.67         1
               1       0.00      0.00      0.00         1
               2       1.00      0.67      0.80         3
    <BLANKLINE>
        accuracy                           0.60         5
       macro avg       0.50      0.56      0.49         5
    weighted avg       0.70      0.60      0.61         5
    <BLANKLINE>
    """
    whole_number("digits", digits, 0)
    flag("output_dict", output_dict)
    division(zero_division)
    table = tabulate(y_true, y_pred, sample_weight)
    shown = table.classes if labels is None else np.asarray(labels)
    cells = cells_of(table, labels)
    names = _names(shown, target_names, declared=labels is not None)
    by_class = Averaging(cells, None, zero_division, None)
    values = zip(*precision_recall_fbeta(by_class, 1.0, _HEADERS), cells.support, strict=True)
    rows = list(zip(names, values, strict=False))
    averages = _averages(table, cells, labels, zero_division, is_accuracy=_covers_all(table, shown))
    return _as_dictionary(dict(rows), averages) if output_dict else _as_text(rows, averages, digits)


def _names(shown: Any, target_names: Any, declared: bool) -> list[str]:
    if target_names is None:
        return [str(label) for label in shown]
    if len(target_names) != len(shown):
        if not declared:
            raise ColumnError(
                f"Number of classes, {len(shown)}, does not match size of target_names, {len(target_names)}. "
                "Try specifying the labels parameter"
            )
        warn(f"labels size, {len(shown)}, does not match size of target_names, {len(target_names)}")
    return list(target_names)


def _covers_all(table: Table | Indicators, shown: Any) -> bool:
    """Whether the micro average is the accuracy: each row has one label, and all labels are shown."""
    return isinstance(table, Table) and set(table.classes.tolist()) <= set(np.asarray(shown).tolist())


def _averages(
    table: Table | Indicators, cells: Cells, labels: Any, zero_division: Any, is_accuracy: bool
) -> dict[str, tuple[float, ...]]:
    ways = {
        "accuracy" if is_accuracy else "micro avg": Averaging(pooled(cells), "micro", zero_division, None),
        "macro avg": Averaging(cells, "macro", zero_division, None),
        "weighted avg": Averaging(cells, "weighted", zero_division, cells.support),
    }
    if isinstance(table, Indicators):
        by_row = cells_of(table, labels, samplewise=True)
        ways["samples avg"] = Averaging(by_row, "samples", zero_division, table.weight)
    support = cells.support.sum()
    return {
        heading: (*(way.combine(own) for own in precision_recall_fbeta(way, 1.0, _HEADERS)), support)
        for heading, way in ways.items()
    }


def _as_dictionary(rows: dict[str, Any], averages: dict[str, Any]) -> dict[str, Any]:
    report: dict[str, Any] = {
        heading: dict(zip(_HEADERS, map(float, values), strict=True)) for heading, values in (rows | averages).items()
    }
    if "accuracy" in averages:
        report["accuracy"] = report["accuracy"]["precision"]
    return report


def _as_text(rows: list[tuple[str, Any]], averages: dict[str, Any], digits: int) -> str:
    width = max(len(_LONGEST_HEADING), digits, *(len(heading) for heading, _ in rows))

    def line(heading: str, values: Any) -> str:
        shown = [f"{value:.{digits}f}" for value in values[:3]]
        if heading == "accuracy" and averages.get(heading) is values:
            shown[:2] = "", ""
        return f"{heading:>{width}} " + "".join(f" {text:>9}" for text in (*shown, str(values[3]))) + "\n"

    head = " " * width + " " + "".join(f" {header:>9}" for header in _HEADERS)
    body = "".join(line(heading, values) for heading, values in rows)
    foot = "".join(line(heading, values) for heading, values in averages.items())
    return f"{head}\n\n{body}\n{foot}"
