"""What ``mlflow.models.evaluate(..., evaluators="gnomon")`` finds: an entry point, loaded by MLflow alone."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from mlflow.models.evaluation import EvaluationResult, ModelEvaluator
from mlflow.models.evaluation.artifacts import JsonEvaluationArtifact

from gnomon.errors import UsageError, nearest
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.message import Message
from gnomon.mlflow import PREFIX, log, metrics_of
from gnomon.models.evaluate import evaluate_model
from gnomon.models.rows import FeatureRows

KINDS = ("classifier", "regressor")
# What evaluator_config may say: options of gnomon.evaluate.
KNOWN = ("slices", "id", "cluster", "positive", "classes", "threshold", "measures", "level", "interval", "seed")


class Evaluator(ModelEvaluator):  # type: ignore[misc]
    """Evaluates a model of MLflow, or predictions that are there, and logs what :func:`gnomon.mlflow.log` does."""

    def can_evaluate(self, *, model_type: str, evaluator_config: Any, **_: Any) -> bool:
        """Classifiers and regressors, where gnomon was asked for by its name or by a configuration of its own.

        Without names MLflow asks every evaluator that is installed, and hands all of them a configuration that names
        none: an installation alone asks for nothing, and options of others are not gnomon's.
        """
        by_name = sys._getframe(1).f_code.co_name != "resolve_evaluators_and_configs"
        config = set(evaluator_config or ())
        return model_type in KINDS and (by_name or (bool(config) and config <= set(KNOWN)))

    def evaluate(
        self, *, model_type: str, dataset: Any, run_id: str, evaluator_config: Any, model: Any = None, **_: Any
    ) -> EvaluationResult:
        """The evaluation of a model, logged in a run.

        Raises:
            UsageError: The configuration has an unknown option, or there are no true values.
        """
        evaluation = evaluated(model_type, dataset, model, checked(dict(evaluator_config or {})))
        log(evaluation, run_id=run_id)
        uri = f"runs:/{run_id}/{PREFIX}evaluation.json"
        return EvaluationResult(
            metrics_of(evaluation), {f"{PREFIX}evaluation": JsonEvaluationArtifact(uri, evaluation.to_dict())}, run_id
        )


def checked(config: dict[str, Any]) -> dict[str, Any]:
    """The options of a configuration.

    Raises:
        UsageError: One is unknown.
    """
    for name in config:
        if name not in KNOWN:
            raise UsageError(
                Message(
                    "mlflow_config",
                    "evaluator_config of gnomon has no option {name!r}\n{hint}",
                    name=name,
                    hint=nearest(name, KNOWN),
                )
            )
    return config


def evaluated(model_type: str, dataset: Any, model: Any, config: dict[str, Any]) -> Evaluation:
    """The evaluation of a model by its probabilities, where it has such, else by what it predicts."""
    if dataset.labels_data is None:
        raise UsageError(Message("mlflow_without_targets", "there are no true values\npass targets="))
    raw = raw_model(model)
    if raw is not None:
        whole: Evaluation = evaluate_model(raw, dataset.features_data, dataset.labels_data, **config)
        return whole
    said = dataset.predictions_data if model is None else model.predict(dataset.features_data)
    beside = {name: config.pop(name, None) for name in ("slices", "id", "cluster")}
    features = dataset.features_data if hasattr(dataset.features_data, "columns") else None
    rows = FeatureRows(features, beside["slices"], beside["id"], beside["cluster"])
    target = rows.put("y_true", np.asarray(dataset.labels_data))
    values = np.asarray(said)
    how: dict[str, Any] = {"target": target, "cluster": beside["cluster"], **config}
    if values.ndim == 2 and values.shape[1] > 1:
        return rows.evaluated(**how | probabilities(rows, values, np.asarray(dataset.labels_data), config))
    name = rows.put("y_pred", values.reshape(len(values)))
    scored = model_type == "classifier" and values.dtype.kind == "f" and bool((values % 1 != 0).any())
    how["task"] = "regression" if model_type == "regressor" else "auto"
    return rows.evaluated(**how, **{"score" if scored else "prediction": name})


def probabilities(rows: FeatureRows, values: Any, labels: Any, config: dict[str, Any]) -> dict[str, Any]:
    """The columns of a matrix with a probability for each class, in the order of the classes.

    Raises:
        UsageError: It is not known which class each column is of.
    """
    classes = list(config.get("classes") or np.unique(labels))
    if len(classes) != values.shape[1]:
        raise UsageError(
            Message(
                "mlflow_columns",
                "the model gives {columns} columns, but there are {classes} classes in the true values\n"
                "pass evaluator_config={{'classes': [...]}} in the order of the columns",
                columns=values.shape[1],
                classes=len(classes),
            )
        )
    names = rows.put_all("y_score", classes, values)
    if len(classes) == 2:
        return {"score": names[1], "positive": config.get("positive", classes[1]), "classes": classes}
    return {"score": names, "classes": classes}


def raw_model(model: Any) -> Any:
    """The model within one of MLflow, where it has the methods of scikit-learn; None where it does not."""
    try:
        raw = model.get_raw_model()
    except (AttributeError, NotImplementedError):
        return None
    return raw if hasattr(raw, "predict") and hasattr(raw, "get_params") else None
