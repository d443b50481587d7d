"""What a type checker knows of the names that people call: run by tests/contracts/test_typing.py, never executed."""

from typing import assert_type

import numpy as np
from numpy.typing import NDArray

import gnomon
from gnomon import metrics

ev = gnomon.evaluate([0, 1], [0.2, 0.7], task="binary", interval="none", missing="drop", scale="any", exact="auto")
assert_type(ev, gnomon.Evaluation)
assert_type(ev["recall"], gnomon.Estimate)
assert_type(ev["recall"].low, float)
assert_type(ev.per_class["a"]["recall"].value, float)
assert_type(ev.slices["region"]["north"], gnomon.Evaluation)
assert_type(ev.with_train(ev), gnomon.Evaluation)
assert_type(ev.to_markdown(), str)
assert_type(gnomon.Evaluation.load("a.json"), gnomon.Evaluation)
assert_type(gnomon.evaluate_model(object(), [[0.0]], [0], task="binary"), gnomon.Evaluation)
assert_type(gnomon.evaluate_model({"a": object()}, [[0.0]], [0]), gnomon.Evaluations)
assert_type(gnomon.evaluate_model([object()], [[0.0]], [0]), gnomon.Evaluations)
assert_type(gnomon.compare([0, 1], {"a": [0, 1], "b": [1, 0]}), gnomon.Comparison)
assert_type(gnomon.compare([0, 1], {"a": [0, 1], "b": [1, 0]})["a", "b"]["accuracy"], gnomon.Difference)
decision = gnomon.choose_threshold([0, 1], [0.2, 0.7], goal="f1", where=["recall >= 0.5"])
assert_type(decision, gnomon.ThresholdDecision)
assert_type(decision["f1"], gnomon.Estimate)
profit = gnomon.measure("profit", lambda tp, fp, fn, tn: tp - fp, better="higher")
assert_type(profit, gnomon.Measure)
assert_type(gnomon.minimum_cost([0, 1], [[0.5, 0.5]], costs=[[0, 1], [1, 0]]), gnomon.CostDecision)
assert_type(gnomon.recalibrate({}, target="y", score="p", split="a=b"), gnomon.Recalibration)
assert_type(gnomon.Evaluations({"a": ev})["a"], gnomon.Evaluation)

assert_type(metrics.roc_auc_score([0, 1], [0.2, 0.7]), float)
assert_type(metrics.f1_score([0, 1], [0, 1], average=None), NDArray[np.float64])
assert_type(metrics.mean_squared_error([0, 1], [0, 1], multioutput="raw_values"), NDArray[np.float64])
assert_type(metrics.classification_report([0, 1], [0, 1]), str)
assert_type(metrics.precision_recall_fscore_support([0, 1], [0, 1], average="macro")[0], float)

# What is wrong is told where it is written.
gnomon.evaluate([0, 1], [0.2, 0.7], task="classification")  # type: ignore[arg-type]
gnomon.evaluate([0, 1], [0.2, 0.7], interval="wilson")  # type: ignore[arg-type]
gnomon.choose_threshold([0, 1], [0.2, 0.7], missing="ignore")  # type: ignore[arg-type]
gnomon.evaluate_model(object(), [[0.0]], [0], task="ranking")  # type: ignore[call-overload]
