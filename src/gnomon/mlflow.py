"""Results in MLflow: metrics with the ends of their intervals, and the page and the JSON form as artifacts."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gnomon.errors import UsageError
from gnomon.estimate import Estimate
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.evaluation.result.serialisable import Serialisable
from gnomon.message import Message

if TYPE_CHECKING:
    from mlflow import MlflowClient

# What stands before the names of metrics, tags and artifacts, so that they are not taken for another evaluator's.
PREFIX = "gnomon/"
# Metrics of one request at most, by MLflow's own limit.
BATCH = 1000


def log(result: Any, /, *, run_id: str | None = None, prefix: str = PREFIX, lang: str | None = None) -> str:
    """Logs a result in MLflow, in the active run unless another one is named.

    Of an evaluation every estimate that is a number becomes a metric, ``gnomon/recall``, with the ends of its interval
    beside it, ``gnomon/recall.low`` and ``gnomon/recall.high``. Of a gate the verdict becomes a tag. The page and the
    JSON form of any result become artifacts.

    Args:
        result: An :class:`gnomon.Evaluation`, or another result of gnomon that can be saved.
        run_id: The run; None for the active one, or a new one where there is none.
        prefix: What stands before the names.
        lang: The language of the page, ``"en"`` or ``"ko"``; None for that of the environment.

    Returns:
        The id of the run.

    Raises:
        UsageError: Something else was passed, or MLflow is not installed.

    Examples:
        >>> import gnomon, gnomon.mlflow
        >>> ev = gnomon.evaluate([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
        >>> gnomon.mlflow.log(ev)  # doctest: +SKIP
        '3f0c1d...'
    """
    if not (isinstance(result, Serialisable) and hasattr(result, "to_html")):
        raise UsageError(
            Message(
                "mlflow_kind",
                "gnomon.mlflow.log() takes an evaluation, a comparison or another result, not a {kind}",
                kind=type(result).__name__,
            )
        )
    try:
        import mlflow
        from mlflow.entities import Metric, RunTag
    except ImportError:
        raise UsageError(
            Message("mlflow_missing", "logging in MLflow needs its package\npip install 'gnomon[mlflow]'")
        ) from None
    if run_id is None:
        run_id = (mlflow.active_run() or mlflow.start_run()).info.run_id
    client: MlflowClient = mlflow.MlflowClient()
    now = int(time.time() * 1000)
    held = metrics_of(result, prefix) if isinstance(result, Evaluation) else {}
    metrics = [Metric(name, value, now, 0) for name, value in held.items()]
    for start in range(0, len(metrics), BATCH):
        client.log_batch(run_id, metrics=metrics[start : start + BATCH])
    verdict = getattr(result, "verdict", None)
    if isinstance(verdict, str):
        client.log_batch(run_id, tags=[RunTag(f"{prefix}verdict", verdict)])
    called = type(result).__name__.lower()
    client.log_text(run_id, result.to_json(), f"{prefix}{called}.json")
    client.log_text(run_id, result.to_html(lang=lang), f"{prefix}{called}.html")
    return run_id


def metrics_of(estimates: Mapping[str, Estimate], prefix: str = PREFIX) -> dict[str, float]:
    """Estimates as MLflow names them, with the ends of their intervals; those that are not numbers are left out.

    Args:
        estimates: The estimates by name.
        prefix: What stands before the names.
    """
    made = {}
    for name, own in estimates.items():
        called = prefix + re.sub(r"[^\w\-. :/]", "_", name)
        for ending, value in (("", own.value), (".low", own.low), (".high", own.high)):
            if math.isfinite(value):
                made[called + ending] = float(value)
    return made
