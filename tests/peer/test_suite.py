"""scikit-learn's own tests of its metrics, run with gnomon's metrics in their place."""

import os
import re
import subprocess
import sys

import pytest
import sklearn.metrics

import gnomon.metrics
from tests.conftest import ROOT
from tests.peer.exceptions import EXCEPTIONS

SUITES = ("test_classification", "test_ranking", "test_regression", "test_common", "test_score_objects")


@pytest.mark.parametrize("suite", SUITES)
def test_peers_own_tests_pass(suite, tmp_path):
    """Every test passes but those that are listed, and those fail: the list holds none that is not needed."""
    settings = tmp_path / "pytest.ini"
    settings.write_text("[pytest]\n")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "PYTEST_"))}
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-p", "tests.peer.substitute", "-p", "no:cacheprovider",
            "-c", settings, "--rootdir", tmp_path, "-W", "ignore", "--tb=short",
            "--pyargs", f"sklearn.metrics.tests.{suite}",
        ],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    passed = int(re.search(r"(\d+) passed", done.stdout).group(1))
    listed = re.search(r"(\d+) xfailed", done.stdout)
    assert passed > 20
    assert (int(listed.group(1)) if listed else 0) == len(EXCEPTIONS.get(suite, {}))


def test_the_metrics_are_really_put_in_place():
    """What scikit-learn's tests import is gnomon's, in its public module, its private ones and its scorers."""
    script = (
        "import tests.peer.substitute, sklearn.metrics as m\n"
        "from sklearn.metrics._classification import f1_score, d2_brier_score\n"
        "from sklearn.metrics._scorer import r2_scorer, roc_auc_score\n"
        "own = [m.f1_score, f1_score, d2_brier_score, roc_auc_score, m.mean_squared_error, r2_scorer._score_func]\n"
        "print(*(function.__module__.split('.')[0] for function in own))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert set(done.stdout.split()) == {"gnomon"}


def test_every_metric_of_the_peer_is_there():
    """Classification, ranking and regression: no function of scikit-learn 1.9 is missing."""
    modules = {"sklearn.metrics._classification", "sklearn.metrics._ranking", "sklearn.metrics._regression"}
    peers = {
        name
        for name in sklearn.metrics.__all__
        if getattr(getattr(sklearn.metrics, name), "__module__", "") in modules and name[0].islower()
    }
    assert len(peers) > 50
    assert peers <= set(gnomon.metrics.__all__)
