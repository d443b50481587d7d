"""Every engine gives the same result, to the last byte, and says so itself where it cannot."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest

import gnomon
from gnomon.engines import ENGINES, engine_of
from gnomon.engines.processes import Processes
from gnomon.errors import ColumnError, DataError, EngineError, UsageError
from gnomon.evaluation.arguments.retention import RowPlan
from gnomon.sources import base, readers, tables
from gnomon.sources.files import FileSource

N, GROUP = 6000, 700
NAMES = np.array(["ant", "bee", "cat"])


@pytest.fixture(scope="module")
def workers():
    """Two worker processes for all tests of this file, as starting them takes a second."""
    with Processes(2) as own:
        yield own


@pytest.fixture
def shared(workers, monkeypatch):
    """Has gnomon use these workers, and divide even small data into several partitions."""

    class Shared(Processes):
        def __init__(self, threads, progress=None):
            super().__init__(threads, progress)
            self._workers = workers._workers

        def __exit__(self, *_):
            workers._workers = self._workers

    monkeypatch.setitem(ENGINES, "processes", f"{__name__}:{Shared.__name__}")
    monkeypatch.setattr(f"{__name__}.Shared", Shared, raising=False)
    for module in (base, tables):
        monkeypatch.setattr(module, "PIECE_ROWS", GROUP)
    monkeypatch.setattr(readers, "BATCH_ROWS", GROUP)
    return workers


def rows():
    """Predictions of every task, with weights, slices, clusters, parts and ids."""
    rng = np.random.default_rng(11)
    y = (rng.random(N) < 0.3).astype(int)
    kinds = rng.integers(0, 3, N)
    raw = rng.dirichlet((2, 2, 2), N)
    amount = rng.gamma(3.0, 20.0, N)
    frame = {
        "y": y, "p": np.clip(rng.beta(2, 4, N) + 0.3 * y, 0, 1), "q": np.clip(rng.beta(2, 4, N) + 0.2 * y, 0, 1),
        "kind": NAMES[kinds], "said": NAMES[rng.integers(0, 3, N)], "amount": amount,
        "guess": amount + rng.normal(0, 9, N),
        "w": rng.integers(1, 5, N) / 2, "region": rng.choice(["north", "south", "söüth"], N),
        "age": rng.integers(18, 90, N), "g": [f"patient {own}" for own in rng.integers(0, 900, N)],
        "part": np.where(np.arange(N) % 3, "test", "train"), "id": [f"row-{own}" for own in range(N)],
        "l1": y, "l2": rng.integers(0, 2, N), "s1": rng.random(N), "s2": rng.random(N),
    }  # fmt: skip
    for number, name in enumerate(NAMES):
        frame[f"p_{name}"] = raw[:, number]
    return pd.DataFrame(frame)


ROWS = rows()
CLASSES = ["p_ant", "p_bee", "p_cat"]
WORDS = {
    "binary": {"target": "y", "score": "p"},
    "predictions": {"target": "kind", "prediction": "said"},
    "multiclass": {"target": "kind", "score": CLASSES},
    "multilabel": {"target": ["l1", "l2"], "score": ["s1", "s2"]},
    "regression": {"target": "amount", "prediction": "guess"},
}
MORE = {
    "plain": {},
    "weighted": {"weight": "w", "measures": None},
    "slices": {"slices": ["region", "age=30,60", "region:part"], "id": "id"},
    "clusters": {"cluster": "g", "slices": "region"},
    "split": {"split": "part=train", "weight": "w"},
    "certified": {"exact": False, "slices": "region", "weight": "w"},
    "certified counts": {"exact": False, "slices": "region"},
    "exact in ranges": {"exact": True, "memory": 40_000, "slices": "region"},
}
SENSIBLE = [
    (task, more) for task in WORDS for more in MORE
    if not (task == "multilabel" and more in ("clusters", "certified", "certified counts", "exact in ranges"))
    and not (more == "exact in ranges" and task != "binary")
    and not (task == "predictions" and more.startswith("certified"))
]  # fmt: skip


def same(call):
    """Asserts that a call gives the same bytes by both engines, and returns them."""
    found = {}
    for engine in ("threads", "processes"):
        form = json.loads(call(engine=engine, threads=2).to_json())
        assert form["provenance"].pop("engine") == engine
        for own in (form.get("train"), *form.get("models", {}).values()):
            if own:
                assert own["provenance"].pop("engine") == engine
        found[engine] = json.dumps(form)
    assert found["threads"] == found["processes"]
    return form


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The rows in two formats, in groups that different workers read."""
    own = tmp_path_factory.mktemp("rows")
    ROWS.to_parquet(own / "rows.parquet", row_group_size=GROUP)
    ROWS.to_csv(own / "rows.csv", index=False)
    return own


@pytest.mark.parametrize(("task", "more"), SENSIBLE)
def test_an_evaluation_is_the_same(shared, folder, task, more):
    """Of every task, in every way."""
    form = same(lambda **engine: gnomon.evaluate(folder / "rows.parquet", **WORDS[task], **MORE[more], **engine))
    assert form["n"] in (N, 4000)


@pytest.mark.parametrize("more", ["slices", "clusters", "certified counts"])
@pytest.mark.parametrize("kind", ["csv", "frame"])
def test_where_rows_come_from_makes_no_difference(shared, folder, kind, more):
    """Text that is decoded here, and rows in memory, are sent to the workers."""
    data = folder / "rows.csv" if kind == "csv" else ROWS
    same(lambda **engine: gnomon.evaluate(data, **WORDS["binary"], **MORE[more], **engine))


def test_labels_of_rows_are_told(shared):
    """A pandas index names the most wrong rows, whatever worker saw them."""
    frame = ROWS.set_axis([f"no. {own}" for own in range(N)], axis=0)
    form = same(lambda **engine: gnomon.evaluate(frame, **WORDS["binary"], **engine))
    assert form["errors"]["rows"][0]["id"].startswith("row no. ")


@pytest.mark.parametrize("more", [{}, {"cluster": "g", "weight": "w"}, {"split": "part=train"}, {"interval": "bca"}])
def test_a_comparison_is_the_same(shared, folder, more):
    """Of columns of one file."""
    same(lambda **engine: gnomon.compare(folder / "rows.parquet", target="y", score=["p", "q"], **more, **engine))


def test_joined_files_are_compared_the_same(shared, tmp_path):
    """Rows that are called by their ids, too."""
    for name in ("p", "q"):
        ROWS[["id", "y", name]].rename(columns={name: "s"}).to_csv(tmp_path / f"{name}.csv", index=False)
    same(lambda **engine: gnomon.compare(tmp_path / "p.csv", tmp_path / "q.csv", target="y", score="s", id="id",
                                         **engine))  # fmt: skip


@pytest.mark.parametrize("more", [{}, {"split": "part=train", "weight": "w"}, {"exact": False}])
def test_a_threshold_is_the_same(shared, folder, more):
    """With its optimism, its intervals and its table."""
    same(lambda **engine: gnomon.choose_threshold(folder / "rows.parquet", target="y", score="p",
                                                  costs={"fn": 10, "fp": 1}, **more, **engine))  # fmt: skip


@pytest.mark.parametrize("more", [{}, {"weight": "w"}])
def test_a_recalibration_is_the_same(shared, folder, more):
    """Fitted on some rows and judged on others."""
    same(lambda **engine: gnomon.recalibrate(folder / "rows.parquet", target="y", score="p", split="part=train",
                                             **more, **engine))  # fmt: skip


def test_a_decision_by_costs_is_the_same(shared, folder):
    """Of several classes."""
    costs = [[0, 1, 1], [1, 0, 1], [5, 5, 0]]
    same(lambda **engine: gnomon.minimum_cost(folder / "rows.parquet", target="kind", score=CLASSES, costs=costs,
                                              weight="w", **engine))  # fmt: skip


def test_classes_that_are_columns_are_the_same(shared, tmp_path):
    """Their shape is looked at in all partitions."""
    hot = pd.get_dummies(ROWS["kind"]).astype(int).join(ROWS[CLASSES])
    hot.to_parquet(tmp_path / "hot.parquet", row_group_size=GROUP)
    form = same(lambda **engine: gnomon.evaluate(tmp_path / "hot.parquet", target=["ant", "bee", "cat"], score=CLASSES,
                                                 **engine))  # fmt: skip
    assert form["task"] == "multiclass"


def test_measures_of_ones_own_travel(shared, folder):
    """Also those whose loss is a lambda, as cloudpickle is installed here."""
    own = gnomon.measure("twofold", loss=lambda true, said: 2 * np.abs(true - said), better="lower")
    form = same(lambda **engine: gnomon.evaluate(folder / "rows.parquet", **WORDS["regression"],
                                                 measures=[own, "pinball_0.9", "smape"], **engine))  # fmt: skip
    assert form["estimates"]["twofold"]["value"] == pytest.approx(2 * form["estimates"]["mae"]["value"])


def test_a_lambda_needs_cloudpickle(shared, folder, monkeypatch):
    """Without it, what cannot be sent is said, with what to do."""
    monkeypatch.setattr("gnomon.engines.processes.pickler_class", lambda: __import__("pickle").Pickler)
    own = gnomon.measure("thrice", loss=lambda true, said: 3 * np.abs(true - said), better="lower")
    with pytest.raises(EngineError, match=r"install cloudpickle.*engine='threads'"):
        gnomon.evaluate(folder / "rows.parquet", **WORDS["regression"], measures=[own], engine="processes", threads=2)


@pytest.mark.parametrize(("column", "error", "message"), [
    ("bad", DataError, r"column 'bad' is not a probability: row 5,001 .*|.*row 5001.*"),
    ("gone", DataError, r"column 'gone' has 2 missing values"),
    ("kind", ColumnError, "holds text where numbers are needed|text"),
])  # fmt: skip
def test_errors_are_the_same(shared, tmp_path, column, error, message):
    """They name the row, and are of the same type, whichever process found them."""
    frame = ROWS.assign(
        bad=np.where(np.arange(N) == 5000, 1.5, 0.5), gone=np.where(np.arange(N) % 4000 == 7, np.nan, 0.5)
    )
    frame.to_parquet(tmp_path / "a.parquet", row_group_size=GROUP)
    said = set()
    for engine in ("threads", "processes"):
        with pytest.raises(error, match=message) as caught:
            gnomon.evaluate(tmp_path / "a.parquet", target="y", score=column, engine=engine, threads=2)
        said.add(str(caught.value))
    assert len(said) == 1


def test_progress_counts_every_row(shared, folder):
    """It belongs to the engine, which tells of each reading."""
    seen = []
    gnomon.evaluate(folder / "rows.parquet", **WORDS["binary"], engine="processes", threads=2,
                    progress=lambda done, total: seen.append((done, total)))  # fmt: skip
    assert seen[-1] == (N, N)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


class Sleeper:
    """A source whose partitions say which process reads them, and then take their time."""

    rows = None

    def partitions(self, columns, threads):
        """Three that take long."""
        return iter([Napping()] * 3)


class Quick:
    """A source of partitions without rows."""

    rows = 0

    def partitions(self, columns, threads):
        """Three that are empty."""
        return iter([[], [], []])


class Napping:
    """A partition that takes long."""

    def __iter__(self):
        time.sleep(30)
        return iter(())


def test_a_worker_that_dies_is_told():
    """Such as one that the system ends where memory runs out; others are ended with it."""
    began = time.monotonic()
    with Processes(2) as engine:
        engine.fold(Quick(), RowPlan("y"))  # both have begun

        def end():
            for own in engine._workers.values():
                os.kill(own._process.pid, signal.SIGKILL)

        threading.Timer(1, end).start()
        with pytest.raises(EngineError, match=r"ended by signal 9, as happens when memory runs out"):
            engine.fold(Sleeper(), RowPlan("y"))
        processes = [own._process for own in engine._workers.values()]
    assert all(own.poll() is not None for own in processes)
    assert time.monotonic() - began < 25


def test_no_worker_is_left(folder):
    """Each is ended with the call."""
    source = FileSource(folder / "rows.parquet")
    with engine_of("processes", 2) as engine:
        assert engine.fold(source, RowPlan("y")).rows == N
        pids = [own._process.pid for own in engine._workers.values()]
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_an_unknown_engine_is_refused():
    """With the nearest name."""
    with pytest.raises(UsageError, match="engine='process' is unknown: did you mean 'processes'"):
        gnomon.evaluate([0, 1], [0.2, 0.8], engine="process")


def test_every_engine_keeps_the_promises():
    """What is declared is there: a name, threads, a fold, and an end."""
    for name in ENGINES:
        with engine_of(name, 1) as engine:
            assert (engine.name, engine.threads) == (name, 1)


def test_losses_of_modules_need_no_cloudpickle(shared, folder, tmp_path, monkeypatch):
    """A function that stands in a module is found there by every worker."""
    (tmp_path / "my_losses.py").write_text("def fourfold(true, said):\n    return 4 * abs(true - said)\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("gnomon.engines.processes.pickler_class", lambda: __import__("pickle").Pickler)
    shared._kill()  # others know the path
    for own in shared._workers.values():
        own.wait()
    shared._workers.clear()
    own = gnomon.measure("fourfold", loss=__import__("my_losses").fourfold)
    form = same(lambda **engine: gnomon.evaluate(folder / "rows.parquet", **WORDS["regression"], measures=[own],
                                                 **engine))  # fmt: skip
    assert form["estimates"]["fourfold"]["value"] == pytest.approx(4 * form["estimates"]["mae"]["value"])


def test_a_function_of_the_script_is_not_found_by_a_worker(folder, tmp_path):
    """Without cloudpickle: an error that says what to do; with it, the loss is computed."""
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\n"
        "if sys.argv[1] == 'without': sys.modules['cloudpickle'] = None\n"
        "import gnomon\n"
        "def loss(true, said):\n    return abs(true - said)\n"
        "own = gnomon.measure('of_script', loss=loss)\n"
        f"ev = gnomon.evaluate({str(folder / 'rows.parquet')!r}, target='amount', prediction='guess', measures=own,\n"
        "                     engine='processes', threads=2)\n"
        "print(ev['of_script'].value == ev['mae'].value)\n"
    )
    run = [subprocess.run([sys.executable, script, how], capture_output=True, text=True, check=False, timeout=120)
           for how in ("with", "without")]  # fmt: skip
    assert run[0].stdout == "True\n", run[0].stderr
    assert "EngineError: a worker of engine='processes' cannot import part of the computation" in run[1].stderr


def test_what_an_environment_prints_does_not_stop_a_worker(tmp_path, monkeypatch):
    """Text of a sitecustomize comes before the worker's first word, and is passed over."""
    (tmp_path / "sitecustomize.py").write_text("print('hello' * 1000, flush=True)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Processes(2) as engine:
        assert engine.fold(Quick(), RowPlan("y")).rows == 0


def test_no_more_workers_than_partitions(folder):
    """Of many that there may be, only those are started that get something."""
    with Processes(40) as engine:
        assert engine.fold(Quick(), RowPlan("y")).rows == 0
        assert len(engine._workers) <= 3


def test_types_that_pandas_tells_arrow_of(shared):
    """A worker knows them, too, and refuses them in the same words."""
    frame = ROWS.assign(month=pd.period_range("2020", periods=N, freq="D").asfreq("M"))
    said = set()
    for engine in ENGINES:
        with pytest.raises(ColumnError) as caught:
            gnomon.evaluate(frame, **WORDS["binary"], slices="month", engine=engine, threads=2)
        said.add(str(caught.value))
    assert len(said) == 1
