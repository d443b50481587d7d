"""Results in a real tracking server of MLflow on loopback, with SQLite; its evaluator, asked for and unasked."""

import json
import math
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

import gnomon
import gnomon.mlflow
from gnomon.errors import UsageError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    mlflow = pytest.importorskip("mlflow", reason="needs pip install '.[tracking]'")
    from mlflow import sklearn as of_sklearn

pytestmark = pytest.mark.filterwarnings("ignore")
RNG = np.random.default_rng(3)
N = 300
X = pd.DataFrame({"a": RNG.normal(size=N), "b": RNG.normal(size=N), "region": RNG.choice(["north", "south"], N)})
Y = (X["a"] + RNG.normal(size=N) > 0).astype(int)


@pytest.fixture(scope="module", autouse=True)
def server(tmp_path_factory):
    """The address of a server, ended by its process group."""
    folder = tmp_path_factory.mktemp("mlflow")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
         "--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", str(folder / "artifacts")],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/health", timeout=5).read()
                break
            except OSError:
                assert process.poll() is None, "the server has ended"
                time.sleep(0.5)
        mlflow.set_tracking_uri(address)
        mlflow.set_experiment("gnomon")
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def logged_model(fitted):
    how = {"pip_requirements": [], "serialization_format": "pickle"}
    return of_sklearn.log_model(fitted, name="model", **how).model_uri


@pytest.fixture(scope="module")
def model():
    """A classifier as MLflow has it."""
    fitted = LogisticRegression().fit(X[["a", "b"]], Y)
    with mlflow.start_run():
        return logged_model(fitted)


def logged(run_id):
    return mlflow.MlflowClient().get_run(run_id).data.metrics


def artifacts(run_id):
    return {own.path for own in mlflow.MlflowClient().list_artifacts(run_id, "gnomon")}


def test_an_evaluation():
    ev = gnomon.evaluate(Y, 1 / (1 + np.exp(-X["a"])))
    with mlflow.start_run() as run:
        assert gnomon.mlflow.log(ev) == run.info.run_id
    metrics = logged(run.info.run_id)
    for name, own in ev.items():
        for ending, value in (("", own.value), (".low", own.low), (".high", own.high)):
            if math.isfinite(value):
                assert metrics[f"gnomon/{name}{ending}"] == pytest.approx(value)
            else:
                assert f"gnomon/{name}{ending}" not in metrics
    assert artifacts(run.info.run_id) == {"gnomon/evaluation.json", "gnomon/evaluation.html"}
    text = mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/gnomon/evaluation.json")
    assert gnomon.Evaluation.from_dict(json.loads(text)) == ev


def test_what_is_infinite_is_left_out_and_a_run_may_be_named():
    ev = gnomon.evaluate(Y, 1 / (1 + np.exp(-X["a"])), interval="none")
    odd = {"x": gnomon.Estimate(math.inf), "y [%]": gnomon.Estimate(0.5)}
    assert gnomon.mlflow.metrics_of(odd, "p/") == {"p/y ___": 0.5}
    with mlflow.start_run() as run:
        pass
    assert gnomon.mlflow.log(ev, run_id=run.info.run_id, prefix="mine/") == run.info.run_id
    assert mlflow.active_run() is None
    metrics = logged(run.info.run_id)
    assert not [name for name in metrics if name.endswith(".low")]
    assert metrics["mine/roc_auc"] == ev["roc_auc"].value


def test_a_gate_and_what_is_refused():
    rows = {"y": Y, "p": 1 / (1 + np.exp(-X["a"]))}
    result = gnomon.gate(rows, target="y", score="p", where="recall >= 0.1")
    with mlflow.start_run() as run:
        gnomon.mlflow.log(result)
    assert mlflow.MlflowClient().get_run(run.info.run_id).data.tags["gnomon/verdict"] == "pass"
    assert "gnomon/gateresult.html" in artifacts(run.info.run_id)
    with pytest.raises(UsageError, match="not a dict"):
        gnomon.mlflow.log({})


def test_the_evaluator_by_name(model):
    """By the probabilities of the model, not by its labels; slices by the configuration."""
    frame = X[["a", "b"]].assign(target=Y)
    with mlflow.start_run() as run:
        result = mlflow.models.evaluate(
            model, frame, targets="target", model_type="classifier", evaluators="gnomon",
            evaluator_config={"slices": "a=0,"},
        )  # fmt: skip
    fitted = of_sklearn.load_model(model)
    expected = gnomon.evaluate_model(fitted, X[["a", "b"]], Y, slices="a=0,")
    assert result.metrics["gnomon/roc_auc"] == expected["roc_auc"].value
    assert logged(run.info.run_id)["gnomon/roc_auc.low"] == pytest.approx(expected["roc_auc"].low)
    assert result.artifacts["gnomon/evaluation"].content["slices"]
    assert artifacts(run.info.run_id) == {"gnomon/evaluation.json", "gnomon/evaluation.html"}


def test_the_evaluator_acts_only_when_asked(model):
    """Without names MLflow runs all that are installed: gnomon stays away, unless it has a configuration of its own."""
    frame = X[["a", "b"]].assign(target=Y)
    asked = {"targets": "target", "model_type": "classifier"}
    with mlflow.start_run():
        alone = mlflow.models.evaluate(model, frame, **asked, evaluator_config={"classifier": {"log_explainer": False}})
    assert "roc_auc" in alone.metrics
    assert not [name for name in alone.metrics if name.startswith("gnomon/")]
    with mlflow.start_run():  # options of others, handed to all
        flat = mlflow.models.evaluate(model, frame, **asked, evaluator_config={"log_explainer": False, "pos_label": 1})
    assert not [name for name in flat.metrics if name.startswith("gnomon/")]
    with mlflow.start_run():
        both = mlflow.models.evaluate(model, frame, **asked, evaluator_config={"gnomon": {"level": 0.9}})
    assert both.metrics["roc_auc"] == alone.metrics["roc_auc"]
    assert both.metrics["gnomon/roc_auc"] == pytest.approx(both.metrics["roc_auc"])


def test_the_evaluator_of_predictions():
    """Scores, labels and amounts that are there already, without a model."""
    for kind, said, check in (
        ("classifier", 1 / (1 + np.exp(-X["a"])), "roc_auc"),
        ("classifier", (X["a"] > 0).astype(int), "accuracy"),
        ("regressor", X["a"] * 2.5, "rmse"),
    ):
        truth = X["a"] + X["b"] if kind == "regressor" else Y
        frame = pd.DataFrame({"target": truth, "said": said, "region": X["region"]})
        with mlflow.start_run():
            result = mlflow.models.evaluate(
                data=frame, targets="target", predictions="said", model_type=kind, evaluators="gnomon",
                evaluator_config={"slices": "region"},
            )  # fmt: skip
        assert result.metrics[f"gnomon/{check}"] == gnomon.evaluate(truth, said)[check].value
        assert set(result.artifacts["gnomon/evaluation"].content["slices"]["region"]) == {"north", "south"}


def test_the_evaluator_of_probabilities():
    """A function that gives a column for each class."""
    asked = {"targets": "target", "model_type": "classifier", "evaluators": "gnomon"}
    p = 1 / (1 + np.exp(-X["a"].to_numpy()))
    frame = X[["a"]].assign(target=Y)
    with mlflow.start_run():
        two = mlflow.models.evaluate(lambda rows: np.column_stack([1 - p, p]), frame, **asked)
    assert two.metrics["gnomon/roc_auc"] == gnomon.evaluate(Y, p)["roc_auc"].value
    three = np.where(X["b"] > 0.5, 2, Y)
    scores = RNG.dirichlet(np.ones(3), N)
    with mlflow.start_run():
        many = mlflow.models.evaluate(lambda rows: scores, frame.assign(target=three), **asked)
    expected = gnomon.evaluate(three, scores, classes=[0, 1, 2])
    assert many.metrics["gnomon/roc_auc_macro"] == expected["roc_auc_macro"].value
    with mlflow.start_run():
        said = mlflow.models.evaluate(
            lambda rows: scores, frame.assign(target=three), **asked, evaluator_config={"classes": [0, 1, 2]}
        )
    assert said.metrics == many.metrics
    with mlflow.start_run(), pytest.raises(Exception, match="3 columns, but there are 2"):
        mlflow.models.evaluate(lambda rows: scores, frame, **asked)


def test_the_evaluator_of_a_regressor_and_what_it_refuses(model):
    fitted = LinearRegression().fit(X[["a"]], X["b"])
    with mlflow.start_run():
        uri = logged_model(fitted)
        frame = X[["a"]].assign(target=X["b"])
        result = mlflow.models.evaluate(uri, frame, targets="target", model_type="regressor", evaluators="gnomon")
    assert result.metrics["gnomon/r2"] == pytest.approx(fitted.score(X[["a"]], X["b"]))
    frame = X[["a", "b"]].assign(target=Y)
    with mlflow.start_run(), pytest.raises(Exception, match="did you mean 'slices'"):
        mlflow.models.evaluate(
            model, frame, targets="target", model_type="classifier", evaluators="gnomon",
            evaluator_config={"slice": "a"},
        )  # fmt: skip
