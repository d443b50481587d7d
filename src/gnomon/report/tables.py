"""What a result holds as tables: columns by name, one row for each estimate, class, slice, difference or threshold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gnomon.comparison.result import Comparison
from gnomon.decision.cost import CostDecision
from gnomon.decision.recalibration import Recalibration
from gnomon.decision.threshold import ThresholdDecision
from gnomon.errors import UsageError, nearest
from gnomon.estimate import Estimate
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.frames import frame
from gnomon.gating.result import GateResult, Judgement
from gnomon.history.trend import Trend
from gnomon.message import Message
from gnomon.report.results import evaluations_of

Row = dict[str, Any]
Columns = dict[str, list[Any]]
ESTIMATE = ("value", "low", "high", "level", "method", "n", "bound", "reason", "warning")
JUDGED = ("measure", "verdict", "warns", "value", "low", "high", "limit", "new", "old", "n", "p_value", "p_value_holm",
          "reason")  # fmt: skip
PAIRED = ("value", "low", "high", "level", "method", "n", "p_value", "p_value_holm", "verdict", "reason")


def to_frame(result: Any, table: str | None = None, library: str | None = None) -> Any:
    """One of the tables of a result as a data frame.

    Args:
        result: An evaluation, several, a comparison, or a decision.
        table: Its name; None for the first.
        library: Of the frame; None for the one that the caller has.

    Raises:
        UsageError: The result has no such table; there is no such library.
    """
    known = tables_of(result)
    name = next(iter(known)) if table is None else table
    if name not in known:
        raise UsageError(
            Message(
                "no_such_table",
                "{kind} has no table {name!r}\n{hint}",
                kind=type(result).__name__,
                name=name,
                hint=nearest(str(name), known),
            )
        )
    return frame(known[name](), library)


def tables_of(result: Any) -> dict[str, Callable[[], Columns]]:
    """The tables of a result by name: of evaluations those that have rows."""
    match result:
        case ThresholdDecision():
            return {
                "measures": lambda: columns(estimates(result.estimates)),
                "thresholds": lambda: {name: own.tolist() for name, own in result.thresholds.to_columns().items()},
            }
        case CostDecision():
            costs = {"cost": result.cost, "most_probable": result.most_probable, "difference": result.difference}
            return {"costs": lambda: columns({"decision": name, **fields(own)} for name, own in costs.items())}
        case Recalibration():
            return {
                "maps": lambda: columns(
                    {"map": name, **row} for name, own in result.estimates.items() for row in estimates(own)
                ),
                "differences": lambda: columns(
                    {"map": name, **row} for name, own in result.differences.items() for row in estimates(own)
                ),
            }
        case GateResult():
            return {"judgements": lambda: columns(map(judgement, result.judgements))}
        case Trend():
            return {"trend": lambda: columns(trend_rows(result))}
    models = evaluations_of(result)
    several = not isinstance(result, Evaluation)

    def of_models(rows: Callable[[Evaluation], Iterable[Row]]) -> Columns:
        return columns(
            {**({"model": name} if several else {}), **row} for name, own in models.items() for row in rows(own)
        )

    tables: dict[str, Callable[[], Columns]] = {}
    if isinstance(result, Comparison):
        tables["differences"] = lambda: columns(differences(result))
    tables["measures"] = lambda: of_models(measures)
    makers: dict[str, Callable[[Evaluation], Iterable[Row]]] = {
        "classes": classes, "slices": slices, "confusion": confusion, "thresholds": thresholds, "errors": errors,
    }  # fmt: skip
    for name, maker in makers.items():
        if any(next(iter(maker(own)), None) is not None for own in models.values()):
            tables[name] = lambda maker=maker: of_models(maker)  # type: ignore[misc]
    return tables


def columns(rows: Iterable[Row]) -> Columns:
    """Rows as columns."""
    listed = list(rows)
    return {name: [row[name] for row in listed] for name in (listed[0] if listed else ())}


def trend_rows(trend: Trend) -> Iterable[Row]:
    """A row for each run of each line."""
    for name, values in trend.series.items():
        for run, own in zip(trend.runs, values, strict=True):
            if own is not None:
                yield {"series": name, "run": run.id, "name": run.name, "created": run.created,
                       **fields(own, ("value", "low", "high", "level", "n"))}  # fmt: skip


def judgement(own: Judgement) -> Row:
    """A verdict on a rule, or on a slice that one is about."""
    column, value = own.slice or (None, None)
    return {"rule": own.rule, "column": column, "slice": value, **fields(own, JUDGED)}


def fields(value: Any, names: tuple[str, ...] = ESTIMATE) -> Row:
    """The fields of an estimate, or of a difference."""
    return {name: getattr(value, name) for name in names}


def estimates(of: Mapping[str, Estimate]) -> Iterable[Row]:
    """A row for each estimate."""
    return ({"measure": name, **fields(own)} for name, own in of.items())


def measures(evaluation: Evaluation) -> Iterable[Row]:
    """A row for each estimate, with what the baseline scores."""
    baselines = {} if evaluation.baseline is None else evaluation.baseline.estimates
    for name, estimate in evaluation.estimates.items():
        yield {
            "measure": name,
            **fields(estimate),
            "baseline": baselines[name].value if name in baselines else float("nan"),
        }


def classes(evaluation: Evaluation) -> Iterable[Row]:
    """A row for each estimate of each class, or label, against the rest."""
    for label, of_label in evaluation.per_class.items():
        yield from ({"class": label, **row} for row in estimates(of_label))


def slices(evaluation: Evaluation) -> Iterable[Row]:
    """A row for each estimate of each slice, with its difference to the rest."""
    for column, values in evaluation.slices.items():
        for value, slice_evaluation in values.items():
            for name, estimate in slice_evaluation.estimates.items():
                rest = slice_evaluation.differences.get(name)
                compared = {
                    f"difference_{part}": float("nan") if rest is None else getattr(rest, part)
                    for part in ("value", "low", "high", "p_value", "p_value_bh")
                }
                yield {"column": column, "slice": value, "measure": name, **fields(estimate), **compared}


def confusion(evaluation: Evaluation) -> Iterable[Row]:
    """A row for each cell of the confusion matrix, or of each label's."""
    matrices = {} if evaluation.confusion is None else {"": evaluation.confusion}
    for label, matrix in (matrices | dict(evaluation.confusions)).items():
        for true, line in zip(matrix.labels, matrix.counts.tolist(), strict=True):
            for predicted, count in zip(matrix.labels, line, strict=True):
                yield {**({"label": label} if label else {}), "true": true, "predicted": predicted, "rows": count}


def thresholds(evaluation: Evaluation) -> Iterable[Row]:
    """A row for each threshold, from the highest down."""
    if evaluation.thresholds is not None:
        columns = evaluation.thresholds.to_columns()
        for values in zip(*(column.tolist() for column in columns.values()), strict=True):
            yield dict(zip(columns, values, strict=True))


def errors(evaluation: Evaluation) -> Iterable[Row]:
    """A row for each of the rows that are most wrong, the worst first."""
    return (row._asdict() for row in evaluation.errors.rows)


def differences(comparison: Comparison) -> Iterable[Row]:
    """A row for each measure of each pair of models: what the second scores minus the first."""
    for pair in comparison.pairs:
        for name, difference in pair.differences.items():
            yield {"first": pair.first, "second": pair.second, "measure": name, **fields(difference, PAIRED)}
