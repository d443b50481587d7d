"""``gnomon.load``: what was saved, whatever kind of result it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gnomon.comparison.result import Comparison
from gnomon.decision.cost import CostDecision
from gnomon.decision.recalibration import Recalibration
from gnomon.decision.threshold import ThresholdDecision
from gnomon.errors import SourceError, StateError
from gnomon.evaluation.form import SCHEMA_VERSION
from gnomon.evaluation.result import Evaluation
from gnomon.evaluation.several import Evaluations

KINDS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "threshold": ThresholdDecision.from_dict,
    "cost": CostDecision.from_dict,
    "recalibration": Recalibration.from_dict,
}


def load(path: str | Path) -> Any:
    """Reads back what was saved (``save``, or ``--format json``): evaluations, a comparison or a decision.

    Raises:
        SourceError: The file cannot be read.
        StateError: It holds no such result, or one of another version.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None
    try:
        form = json.loads(text)
    except ValueError as error:
        raise StateError(f"{path} is no saved evaluation, or was cut off: {error}") from None
    if isinstance(form, Mapping) and "pairs" in form:
        return Comparison.from_dict(form)
    if isinstance(form, Mapping) and "evaluations" in form:
        return Evaluations.from_dict(form)
    if not isinstance(form, Mapping) or "decision" not in form:
        return Evaluation.from_dict(form)
    if form.get("schema_version") != SCHEMA_VERSION or form["decision"] not in KINDS:
        raise StateError(f"{path} holds a decision of another version, or of no known kind")
    try:
        return KINDS[form["decision"]](form)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StateError(f"the saved decision is damaged: {error!r}") from None
