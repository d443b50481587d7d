"""``gnomon log``, ``history`` and ``leaderboard``; ``evaluate --log``; a gate whose baseline is a run."""

import json

import numpy as np
import pandas as pd
import pytest

import gnomon
from tests.cli.commands import command


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with the predictions of two models."""
    rng = np.random.default_rng(5)
    n = 400
    y = rng.integers(0, 2, n)
    for name, noise in (("old", 0.2), ("new", 0.22)):
        p = np.clip(0.5 + 0.5 * (y - 0.5) + rng.normal(size=n) * noise, 0, 1)
        frame = pd.DataFrame({"id": np.arange(n), "y": y, "p": p, "g": np.where(np.arange(n) % 2, "a", "b")})
        frame.sample(frac=1, random_state=1).to_csv(tmp_path / f"{name}.csv", index=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GNOMON_HISTORY", raising=False)
    return tmp_path


WORDS = ["-t", "y", "-s", "p", "--id", "id"]


def log(name, *words):
    code, _, err = command("evaluate", f"{name}.csv", *WORDS, "--log", *words, "--only", "measures")
    assert code == 0, err


def test_a_round(project):
    """Evaluate, log, list, tag, gate, rank, show, export, prune."""
    log("old", "--name", "forest", "--tag", "seed=1", "--slice", "g", "--keep-rows")
    log("new", "--name", "boosted")
    code, out, _ = command("history")
    assert code == 0
    assert [line.split()[1] for line in out.splitlines()[1:3]] == ["boosted", "forest"]
    assert command("history", "tag", "forest", "champion")[0] == 0
    code, out, _ = command("history", "--format", "json")
    runs = json.loads(out)["runs"]
    assert [run["name"] for run in runs] == ["boosted", "forest"]
    assert (runs[1]["held"], runs[1]["tags"]) == (["champion"], {"seed": "1"})
    whole = gnomon.evaluate("old.csv", target="y", score="p", id="id")
    assert runs[1]["estimates"]["roc_auc"]["value"] == whole["roc_auc"].value
    code, out, _ = command("gate", "new.csv", "--baseline", "champion", *WORDS, "--margin", "roc_auc=0.2")
    assert (code, "Passed" in out, "forest (" in out) == (0, True, True)
    assert command("gate", "new.csv", "--baseline", "champion", *WORDS, "--margin", "roc_auc=0.0")[0] in (4, 5)
    code, out, _ = command("leaderboard", "--by", "auc")
    assert (code, "may be the best" in out) == (0, True)
    code, out, _ = command("leaderboard", "--by", "roc_auc", "--format", "json")
    assert {run["name"] for run in json.loads(out)["runs"]} == {"forest", "boosted"}
    code, out, _ = command("history", "show", "champion", "--format", "json")
    assert json.loads(out) == json.loads(gnomon.History().load("champion").to_json())
    for ending, read in (("csv", pd.read_csv), ("parquet", pd.read_parquet)):
        assert command("history", "export", "-o", f"all.{ending}")[0] == 0
        frame = read(project / f"all.{ending}")
        assert set(frame["run"]) == {run["id"] for run in runs}
        assert len(frame) == len(gnomon.History().to_columns()["run"])
    for _ in range(3):
        log("new", "--name", "boosted")
    code, out, _ = command("history", "prune", "--keep", "1")
    assert (code, out) == (0, "3 runs removed.\n")
    assert command("history", "tag", "forest", "champion", "--remove")[0] == 0
    assert gnomon.History().tagged() == {}


def test_a_gate_asks_for_fresh_rows(project):
    """Looks are counted by the rows: a third model is one too many."""
    log("old", "--name", "forest", "--keep-rows")
    words = ["gate", "new.csv", "--baseline", "forest", *WORDS, "--where", "looks <= 1", "--margin", "roc_auc=0.2"]
    assert command(*words)[0] == 0
    log("new", "--name", "boosted")
    code, out, _ = command(*words)
    assert (code, "number of models judged on the rows is 2" in out) == (4, True), out


def test_a_saved_evaluation_is_logged(project):
    code, _, err = command("evaluate", "old.csv", *WORDS, "-o", "old.json")
    assert code == 0, err
    code, out, err = command("log", "old.json", "--tag", "a=b", "--rows", "old.csv")
    assert code == 0, err
    run = gnomon.History()[out.strip()]
    assert (run.name, run.tags, run.source) == ("old", {"a": "b"}, str(project / "old.csv"))
    assert command("log", "old.json", "--history", "other.db")[0] == 0
    assert len(gnomon.History("other.db").runs()) == 1
    assert command("history", "--history", "other.db")[1].count("\n") == 2


def test_a_baseline_whose_rows_have_changed_is_stale(project):
    log("old", "--name", "forest")
    words = ["gate", "new.csv", "--baseline", "forest", *WORDS, "--margin", "roc_auc=0.2"]
    assert command(*words)[0] == 0
    frame = pd.read_csv("old.csv")
    frame.assign(p=frame.p * 0.9).to_csv("old.csv", index=False)
    code, _, err = command(*words)
    assert (code, "evaluate it again" in err) == (2, True)
    (project / "old.csv").unlink()
    code, out, _ = command(*words)
    assert (code, "not at hand" in " ".join(out.split())) == (5, True)


@pytest.mark.parametrize(("words", "said"), [
    (["evaluate", "old.csv", *WORDS, "--name", "x"], "pass --log"), (["history", "tag", "none", "x"], "no run 'none'"),
    (["evaluate", "old.csv", *WORDS, "--log", "--tag", "x"], "a name and a value"),
    (["history", "export", "-o", "x.txt"], ".csv or .parquet"),
    (["leaderboard", "--by", "roc_auc"], "no such run in the history"),
    (["log", "none.json"], "cannot read"), (["history", "show", "x"], "no run 'x'"),
    (["gate", "new.csv", "--baseline", "none", *WORDS, "--margin", "f1=0.1"], "there is no file none, and"),
])  # fmt: skip
def test_what_is_refused(project, words, said):
    code, _, err = command(*words)
    assert (code, said in err) == (2, True), err


def test_an_empty_history(project):
    assert command("history")[1] == "There are no runs.\n"
    assert json.loads(command("history", "--format", "json")[1]) == {"runs": []}
    assert not (project / ".gnomon").exists()


def test_what_changed_between_runs(project):
    """Row by row where the rows of both are at hand, else as two samples, and it says so."""
    log("old", "--name", "forest", "--slice", "g")
    log("new", "--name", "boosted", "--slice", "g", "--keep-rows")
    code, out, err = command("history", "diff", "forest", "boosted", "--format", "json")
    assert (code, err) == (0, "")
    (pair,) = json.loads(out)["pairs"]
    files = {"forest": "old.csv", "boosted": "new.csv"}
    expected = gnomon.compare(files, target="y", score="p", id="id", slices=["g"])["forest", "boosted"]
    assert pair["differences"]["roc_auc"]["low"] == expected["roc_auc"].low
    assert pair["slices"]["g"]["a"]["f1"]["value"] == expected.slices["g"]["a"]["f1"].value
    (project / "old.csv").unlink()
    code, out, err = command("history", "diff", "forest", "boosted", "--only", "changes")
    assert code == 0
    assert "as two samples: the rows of run forest" in err
    assert "from forest to boosted, the worst first" in out
    log("new", "--name", "boosted")
    assert command("history", "diff", "boosted", gnomon.History().runs()[1].id, "--format", "json")[0] == 0


def test_runs_are_compared_on_the_rows_that_judged_them(project):
    """Not on those that the models were fitted on; a gate refuses a baseline that was judged on others."""
    for name, hurt in (("old", "test"), ("new", "none")):
        frame = pd.read_csv(f"{name}.csv")
        frame["part"] = np.where(frame.id < 200, "train", "test")
        frame["p"] = np.where(frame.part == hurt, 1 - frame.p, frame.p)
        frame.to_csv(f"{name}.csv", index=False)
        log(name, "--name", f"run {name}", "--split", "part=train", "--keep-rows")
    out = command("history", "diff", "run old", "run new", "--format", "json")[1]
    form = json.loads(out)
    assert form["n"] == 200
    assert form["pairs"][0]["differences"]["roc_auc"]["value"] > 0.5
    words = ["gate", "new.csv", "--baseline", "run old", *WORDS, "--margin", "roc_auc=0.02"]
    code, _, err = command(*words)
    assert (code, "evaluate the baseline again" in err) == (2, True)
    assert command(*words, "--split", "part=train")[0] == 0


def test_a_run_is_found_from_another_folder(project, monkeypatch):
    log("old", "--name", "forest")
    (project / "below").mkdir()
    monkeypatch.chdir(project / "below")
    words = ["gate", "../new.csv", "--baseline", "forest", *WORDS, "--margin", "roc_auc=0.2"]
    assert command(*words)[0] == 0


def test_recipes_and_verdicts(project):
    """Several runs of one name together, and gates that were logged."""
    rng = np.random.default_rng(6)
    old = pd.read_csv("old.csv")
    for name in ("net", "deep"):
        for seed in range(3):
            old.assign(p=np.clip(old["p"] + 0.1 * rng.normal(size=len(old)), 0, 1)).to_csv("seed.csv", index=False)
            log("seed", "--name", name, "--tag", f"seed={seed}", "--keep-rows")
    code, out, _ = command("history", "recipe", "net")
    assert (code, "net: 3 runs on the same 400 rows" in out, "noise floor" in out) == (0, True, True)
    code, out, _ = command("history", "recipe", "net", "deep", "--by", "roc_auc", "--format", "json")
    form = json.loads(out)
    assert list(form["differences"]) == ["roc_auc"]
    gap = form["other"]["measures"]["roc_auc"]["value"] - form["measures"]["roc_auc"]["value"]
    assert form["differences"]["roc_auc"]["value"] == pytest.approx(gap)
    code, out, _ = command("history", "recipe", "net", "deep", "--format", "markdown")
    assert (code, out.count("| ROC AUC |")) == (0, 1)
    assert command("history", "tag", "net", "best")[2].startswith("best: net (")
    assert command("history", "--tag", "best")[1].count("net") == 1
    assert command("history", "recipe", "best", "--by", "f1")[0] == 0
    assert command("history", "tag", "--remove", "best")[0] == 0
    code, _, err = command("history", "recipe", "nett")
    assert (code, "did you mean 'net'" in err) == (2, True)
    gate = ["gate", "new.csv", "-b", "net", *WORDS, "--margin", "roc_auc=0.2", "--log", "--format", "json"]
    code, out, err = command(*gate)
    assert (code, err.startswith("logged: gate (")) == (0, True)
    assert "judged the model before" not in command(*gate)[2]  # the same rows and predictions again
    for rows, look, warned in ((100, None, True), (150, "1/3", True), (200, "2/3", True)):
        pd.read_csv("new.csv")[:rows].to_csv("part.csv", index=False)
        more = [] if look is None else ["--look", look]
        code, _, err = command("gate", "part.csv", *gate[2:], "--unmatched", "80%", *more)
        assert ("judged the model before" in err) == warned
    for rows, look, warned in ((250, "1/2", False), (400, "2/2", False), (400, "2/2", False), (399, "1/2", True)):
        pd.read_csv("new.csv")[:rows].to_csv("part.csv", index=False)
        words = ["-b", "old.csv", *gate[4:], "--unmatched", "80%", "--history", "other.db", "--look", look]
        _, _, err = command("gate", "part.csv", *words)
        assert ("judged the model before" in err) == warned, (rows, look, err)
    code, out, _ = command("history", "gates")
    assert (code, out.count("pass"), "1/3" in out) == (0, 5, True)
    assert command("history", "gates", "--history", "other.db")[1].count("2/2") == 2
    code, out, _ = command("history", "gates", "--format", "json", "--limit", "1")
    (last,) = json.loads(out)["gates"]
    code, out, _ = command("history", "show", last["id"], "--format", "json")
    assert (code, json.loads(out)["verdict"]) == (0, "pass")
    assert "No gate" in command("history", "gates", "--name", "churn")[1]


def test_dvc_writes_a_folder(project):
    """Into a folder, and nowhere else."""
    asked = ["evaluate", "old.csv", *WORDS, "--slice", "g", "--format", "dvc"]
    assert command(*asked, "--output", "evaluation")[0] == 0
    files = {own.name for own in (project / "evaluation").iterdir()}
    assert files == {"metrics.json", "dvc.yaml", "roc.csv", "precision_recall.csv", "calibration.csv", "slices.csv"}
    ev = gnomon.evaluate("old.csv", target="y", score="p", slices="g")
    form = json.loads((project / "evaluation" / "metrics.json").read_text())
    assert form["roc_auc"] == {name: getattr(ev["roc_auc"], name) for name in ("value", "low", "high")}
    assert form["slices"]["g"]["a"]["n"] == 200
    roc = pd.read_csv(project / "evaluation" / "roc.csv")
    area = np.trapezoid(roc["recall"], roc["false_positive_rate"])
    assert abs(area) == pytest.approx(ev["roc_auc"].value, abs=1e-3)
    (project / "taken").touch()
    for words, said in (([], "pass a folder"), (["-o", "a.json"], "pass a folder"), (["-o", "taken"], "pass a folder"),
                        (["-o", "no/where"], "cannot write")):  # fmt: skip
        code, _, err = command(*asked, *words)
        assert (code, said in err) == (2, True), err
    assert command(*asked[:-4], "--format", "dvc", "--output", "evaluation")[0] == 0
    assert not (project / "evaluation" / "slices.csv").exists()  # which this evaluation does not have
    (project / "dvc.yaml").write_text("stages: {}")
    code, _, err = command(*asked, "--output", ".")
    assert (code, "did not write" in err, (project / "dvc.yaml").read_text()) == (2, True, "stages: {}")
    code, _, err = command("compare", "old.csv", "new.csv", *WORDS, "--format", "dvc", "-o", "there")
    assert (code, "for an evaluation" in err) == (2, True)
    assert not (project / "there").exists()
