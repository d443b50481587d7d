"""Every option of every command reaches its argument, with what was said."""

from pathlib import Path

import click
import pytest

from gnomon.cli import gnomon as group
from gnomon.cli import run

FILE = "rows.csv"
SHARED = {
    "weight": (["-w", "w"], "weight", "w"),
    "positive": (["--positive", "1"], "positive", "1"),
    "classes": (["--classes", "0,1"], "classes", ["0", "1"]),
    "level": (["--level", "0.8"], "level", 0.8),
    "missing": (["--missing", "drop"], "missing", "drop"),
    "seed": (["--seed", "5"], "seed", 5),
    "memory": (["--memory", "2GiB"], "memory", "2GiB"),
    "engine": (["--engine", "processes"], "engine", "processes"),
    "threads": (["--threads", "3"], "threads", 3),
}
SCALE = {"scale": (["--scale", "any"], "scale", "any")}
INTERVAL = {"interval": (["--interval", "bca"], "interval", "bca")}
EXACT = {"exact": (["--exact"], "exact", True), "certified": (["--certified"], "exact", False)}
GOAL = {
    "goal": (["--goal", "f1"], "goal", "f1"),
    "cost": (["--cost", "fn=10,fp=1"], "costs", {"fn": 10.0, "fp": 1.0}),
    "gain": (["--gain", "tp=5"], "gains", {"tp": 5.0}),
    "where": (["--where", "f1 >= 0.9", "--where", "flagged <= 3"], "where", ("f1 >= 0.9", "flagged <= 3")),
    "periods": (["--periods", "30"], "periods", 30.0),
}
MEASURES = {"measures": (["--measure", "jaccard,f2"], "measures", ["jaccard", "f2"])}
CLUSTER = {"cluster": (["--cluster", "g"], "cluster", "g")}
# By command: the function that is called, what must be given, and each option's words, argument and value.
COMMANDS = {
    "evaluate": (
        "gnomon.evaluation.evaluate.evaluate",
        ["-t", "y"],
        SHARED | SCALE | INTERVAL | EXACT | CLUSTER | MEASURES | {
            "target": ([], "target", "y"),
            "score": (["-s", "p,q"], "score", ["p", "q"]),
            "prediction": (["-p", "q"], "prediction", "q"),
            "slices": (["--slice", "g", "--slice", "w=1,2"], "slices", ["g", "w=1,2"]),
            "split": (["--split", "g=a"], "split", "g=a"),
            "id": (["--id", "g"], "id", "g"),
            "task": (["--task", "regression"], "task", "regression"),
            "threshold": (["--threshold", "0.3"], "threshold", 0.3),
        },
    ),
    "compare": (
        "gnomon.comparison.compare.compare",
        ["-t", "y"],
        SHARED | SCALE | INTERVAL | CLUSTER | MEASURES | GOAL | {
            "target": ([], "target", "y"),
            "score": (["-s", "a=p", "-s", "b=q"], "score", {"a": "p", "b": "q"}),
            "prediction": (["-p", "p,q"], "prediction", ["p", "q"]),
            "slices": (["--slice", "g", "--slice", "w=1,2"], "slices", ["g", "w=1,2"]),
            "split": (["--split", "g=a"], "split", "g=a"),
            "id": (["--id", "g"], "id", "g"),
            "task": (["--task", "regression"], "task", "regression"),
            "threshold": (["--threshold", "a=0.3,b=0.4"], "threshold", {"a": 0.3, "b": 0.4}),
            "margin": (["--margin", "roc_auc=0.02"], "margin", {"roc_auc": 0.02}),
            "minimum_effect": (["--minimum-effect", "0.05"], "minimum_effect", 0.05),
        },
    ),
    "threshold": (
        "gnomon.decision.threshold.choose_threshold",
        ["-t", "y", "-s", "p"],
        SHARED | SCALE | INTERVAL | EXACT | CLUSTER | MEASURES | GOAL | {
            "target": ([], "target", "y"),
            "score": ([], "score", "p"),
            "split": (["--split", "g=a"], "split", "g=a"),
        },
    ),
    "calibrate": (
        "gnomon.decision.recalibration.recalibrate",
        ["-t", "y", "-s", "p", "--split", "g=a"],
        SHARED | CLUSTER | {
            "target": ([], "target", "y"),
            "score": ([], "score", "p"),
            "split": ([], "split", "g=a"),
            "methods": (["--method", "platt", "--method", "isotonic"], "methods", ("platt", "isotonic")),
        },
    ),
    "gate": (
        "gnomon.gating.gate.gate",
        ["--where", "recall >= 0.1"],
        SHARED | SCALE | CLUSTER | {
            "target": (["-t", "y"], "target", "y"),
            "score": (["-s", "p,q"], "score", ["p", "q"]),
            "prediction": (["-p", "q"], "prediction", "q"),
            "baseline": (["-b", "other.csv"], "baseline", "other.csv"),
            "history": (["--history", "h.db"], "history", "h.db"),
            "baseline_score": (["--baseline-score", "q"], "baseline_score", "q"),
            "baseline_prediction": (["--baseline-prediction", "q"], "baseline_prediction", "q"),
            "where": (["--where", "f1 >= 0.9"], "where", ["recall >= 0.1", "f1 >= 0.9"]),
            "margin": (["--margin", "f1=0.1,roc_auc=0.02"], "margin", {"f1": 0.1, "roc_auc": 0.02}),
            "split": (["--split", "g=a"], "split", "g=a"),
            "id": (["--id", "g"], "id", "g"),
            "task": (["--task", "regression"], "task", "regression"),
            "threshold": (["--threshold", "0.3"], "threshold", 0.3),
            "inconclusive": (["--inconclusive", "fail"], "inconclusive", "fail"),
            "minimum_rows": (["--minimum-rows", "5"], "minimum_rows", 5),
            "unmatched": (["--unmatched", "2 %"], "unmatched", 0.02),
            "power": (["--power", "0.9"], "power", 0.9),
            "chosen_from": (["--chosen-from", "9"], "chosen_from", 9),
            "look": (["--look", "2/5"], "look", "2/5"),
        },
    ),
}  # fmt: skip
# What decides where a result goes and how it looks is tested in the files beside this one; --cost-matrix below.
ELSEWHERE = {"form", "output", "lang", "only", "title", "paths", "data", "applied", "column", "cost_matrix", "help"}
ELSEWHERE |= {"config", "name", "plan", "junit", "github", "log", "tags", "keep_rows", "url", "changed"}
CASES = [(command, option) for command, (_, _, options) in COMMANDS.items() for option in options]


class Reached(Exception):  # noqa: N818
    """The function was called."""


@pytest.fixture
def rows(tmp_path, monkeypatch):
    """A file with the columns that options name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GNOMON_DEBUG", "1")
    Path(FILE).write_text("y,p,q,w,g\n0,0.2,0.3,1,a\n1,0.7,0.6,2,b\n0,0.4,0.1,1,a\n1,0.9,0.8,2,b\n")


def arguments_of(monkeypatch, called, words):
    """What a function is called with by a command."""
    kept = {}

    def reached(*args, **kwargs):
        kept.update(kwargs, paths=args[0])
        raise Reached

    monkeypatch.setattr(called, reached)
    with pytest.raises(Reached):
        run(words)
    return kept


@pytest.mark.parametrize(("command", "option"), CASES, ids="-".join)
def test_an_option_reaches_its_argument(rows, monkeypatch, command, option):
    """With the value that was said, and not without it."""
    called, needed, options = COMMANDS[command]
    words, argument, value = options[option]
    kept = arguments_of(monkeypatch, called, [command, FILE, *needed, *words])
    assert kept[argument] == value
    assert str(kept["paths"][0] if isinstance(kept["paths"], list) else kept["paths"]) == FILE
    if words:
        without = arguments_of(monkeypatch, called, [command, FILE, *needed])
        assert without.get(argument) != value


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_tried(command):
    """A new option needs a line above."""
    known = {own.name for own in group.commands[command].params if isinstance(own, click.Option)}
    assert known - ELSEWHERE == set(COMMANDS[command][2]) - {"certified"}


def test_options_of_a_cost_matrix(rows, monkeypatch):
    """Those that it has reach minimum_cost; the order of its names is not that of the classes."""
    Path("costs.csv").write_text(",b,a\nb,0,7\na,3,0\n")
    words = ["threshold", FILE, "-t", "g", "-s", "p,q", "--cost-matrix", "costs.csv", "--classes", "a,b", "-w", "w",
             "--level", "0.8", "--missing", "drop", "--threads", "3", "--engine", "processes"]  # fmt: skip
    kept = arguments_of(monkeypatch, "gnomon.decision.cost.minimum_cost", words)
    assert kept["costs"] == [[0.0, 3.0], [7.0, 0.0]]  # rows are true classes
    del kept["paths"], kept["costs"]
    assert kept == {"target": "g", "score": ["p", "q"], "classes": ["a", "b"], "weight": "w", "level": 0.8,
                    "missing": "drop", "threads": 3, "engine": "processes"}  # fmt: skip
