"""``gnomon.load``: what was saved, whatever kind of result it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gnomon.comparison.result import Comparison
from gnomon.decision import checking
from gnomon.decision.cost import CostDecision
from gnomon.decision.recalibration import Recalibration
from gnomon.decision.threshold import ThresholdDecision
from gnomon.errors import SourceError, StateError
from gnomon.evaluation.result.checking import anything
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.evaluation.result.evaluations import Evaluations
from gnomon.evaluation.result.versions import SCHEMA_VERSION, present
from gnomon.gating.result import GateResult
from gnomon.message import Message

Result = Evaluation | Evaluations | Comparison | ThresholdDecision | CostDecision | Recalibration | GateResult
# By the name of a decision, what checks its form, and what builds it.
KINDS: dict[str, tuple[Callable[[Mapping[str, Any], str], None], Callable[[Mapping[str, Any]], Result]]] = {
    "threshold": (checking.threshold, ThresholdDecision.from_dict),
    "cost": (checking.cost, CostDecision.from_dict),
    "recalibration": (checking.recalibration, Recalibration.from_dict),
}


def load(path: str | Path) -> Result:
    """Reads back what was saved (``save``, or ``--format json``): evaluations, a comparison or a decision.

    Where it is known what a file holds, ``gnomon.Evaluation.load(path)`` and the like say so to a type checker, too.

    Raises:
        SourceError: The file cannot be read.
        StateError: It holds no such result, or one of another version.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(
            Message(
                "cannot_read",
                "cannot read {path}: {error}",
                path=path,
                error=getattr(error, "strerror", None) or error,
            )
        ) from None
    try:
        form = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise StateError(
            Message(
                "not_a_result_cut",
                "{path} is not a saved gnomon result, or is truncated: {error}",
                path=path,
                error=error,
            )
        ) from None
    if not isinstance(form, dict):
        raise StateError(Message("not_a_result", "{path} is not a saved gnomon result", path=path))
    form = present(form)
    if "pairs" in form:
        return Comparison.from_dict(form)
    if "judgements" in form:
        return GateResult.from_dict(form)
    if "evaluations" in form:
        return Evaluations.from_dict(form)
    if "decision" not in form:
        return Evaluation.from_dict(form)
    if form.get("schema_version") != SCHEMA_VERSION or form["decision"] not in list(KINDS):
        raise StateError(
            Message(
                "unknown_decision",
                "{path} is a decision of another version or of an unknown kind",
                path=path,
            )
        )
    check, build = KINDS[form["decision"]]
    anything(form, "")
    check(form, "")
    try:
        return build(form)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise StateError(Message("damaged_decision", "the saved decision is damaged: {error!r}", error=error)) from None


def _no_number(name: str) -> float:
    """JSON has no NaN and no infinity."""
    raise ValueError(f"{name} is not JSON")
