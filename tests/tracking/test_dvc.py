"""Files that DVC compares: read by dvc itself, in a repository of its own."""

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gnomon

DVC = Path(sys.executable).with_name("dvc")
if not DVC.exists():
    pytest.skip("needs pip install '.[tracking]'", allow_module_level=True)


def run(folder, *words):
    done = subprocess.run(list(map(str, words)), cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A repository of git and DVC with the evaluations of two models, the first committed."""
    folder = tmp_path_factory.mktemp("dvc")
    rng = np.random.default_rng(4)
    y = rng.integers(0, 2, 400)
    run(folder, "git", "init", "-q")
    run(folder, DVC, "init", "-q")
    run(folder, DVC, "config", "core.analytics", "false")
    for noise in (0.6, 0.3):
        p = np.clip(0.5 + 0.4 * (y - 0.5) + noise * rng.normal(size=400), 0, 1)
        pd.DataFrame({"y": y, "p": p, "region": np.where(np.arange(400) % 3, "north", 'so,"uth')}).to_csv(
            folder / "rows.csv", index=False
        )
        run(folder, sys.executable, "-m", "gnomon", "evaluate", "rows.csv", "-t", "y", "-s", "p", "--slice", "region",
            "--format", "dvc", "--output", "evaluation")  # fmt: skip
        if noise == 0.6:
            run(folder, "git", "add", "-A")
            run(folder, "git", "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "old")
    return folder


def test_metrics_diff(project):
    old = json.loads(run(project, "git", "show", "HEAD:evaluation/metrics.json"))
    new = json.loads((project / "evaluation" / "metrics.json").read_text())
    said = json.loads(run(project, DVC, "metrics", "diff", "--json"))["evaluation/metrics.json"]
    for part in ("value", "low", "high"):
        assert said[f"roc_auc.{part}"]["old"] == old["roc_auc"][part]
        assert said[f"roc_auc.{part}"]["new"] == new["roc_auc"][part]
    ev = gnomon.evaluate(project / "rows.csv", target="y", score="p", slices="region")
    assert new["roc_auc"]["low"] == ev["roc_auc"].low
    assert new["slices"]["region"]["north"]["accuracy"]["value"] == ev.slices["region"]["north"]["accuracy"].value


def test_plots(project):
    """Every plot is drawn from both revisions."""
    run(project, DVC, "plots", "diff", "HEAD", "-o", "page")
    page = (project / "page" / "index.html").read_text()
    for title in ("ROC curve", "precision-recall curve", "calibration", "by slice"):
        assert title in page
    shutil.rmtree(project / "page")
    ev = gnomon.evaluate(project / "rows.csv", target="y", score="p", slices="region")
    with (project / "evaluation" / "roc.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    area = np.trapezoid([float(own["recall"]) for own in rows], [float(own["false_positive_rate"]) for own in rows])
    assert abs(area) == pytest.approx(ev["roc_auc"].value, abs=1e-3)
    with (project / "evaluation" / "slices.csv").open() as stream:
        assert {own["slice"] for own in csv.DictReader(stream)} == {"region: north", 'region: so,"uth'}
