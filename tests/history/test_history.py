"""The history: what is logged is there whole, by many at once, after a kill, whatever the names say."""

import json
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gnomon
from gnomon.errors import ColumnError, HistoryError, SourceError, UsageError
from gnomon.history.fingerprint import fingerprint, overlap
from gnomon.history.run import new_id
from gnomon.history.store import MIGRATIONS

RNG = np.random.default_rng(2)
N = 200
ROWS = pd.DataFrame({
    "id": np.arange(N), "y": RNG.integers(0, 2, N), "p": RNG.random(N).round(6), "g": RNG.choice(["a", "b"], N),
    "w": RNG.uniform(0.5, 2, N),
})  # fmt: skip
EV = gnomon.evaluate(ROWS, target="y", score="p", id="id", slices=["g"])
COLUMNS = dict(EV.provenance["columns"])


@pytest.fixture(params=["sqlite", "postgresql"])
def history(request, tmp_path, monkeypatch):
    """An empty history, in a file and on a server."""
    if request.param == "sqlite":
        return gnomon.History(tmp_path / "history.db")
    monkeypatch.chdir(tmp_path)
    own = gnomon.History(request.getfixturevalue("database"))
    own.folder = tmp_path
    return own


def test_what_is_logged_is_read_back_whole(history, tmp_path):
    ROWS.to_csv(tmp_path / "rows.csv", index=False)
    run = history.log(EV, name="forest", tags={"depth": 3, "seed": "x=1"}, rows=tmp_path / "rows.csv")
    assert history.load(run.id) == EV
    (listed,) = history.runs()
    assert (listed.id, listed.name, listed.tags, listed.n) == (run.id, "forest", {"depth": "3", "seed": "x=1"}, N)
    assert listed.rows == run.rows == fingerprint(ROWS, COLUMNS).rows
    for name, own in EV.estimates.items():
        found = listed.estimates[name]
        assert (found.value, found.n, found.level) == (own.value, own.n, own.level)
        assert (found.low, found.high) == pytest.approx((own.low, own.high), nan_ok=True)
    assert list(listed.estimates) == list(history.runs()[0].to_dict()["estimates"])
    (slice_value,) = history.values([run.id], "recall", ("g", "b"))
    assert slice_value.value == EV.slices["g"]["b"]["recall"].value
    assert history.values([run.id, run.id], "recall", ("g", "c")) == [None, None]
    columns = history.to_columns()
    assert len(columns["run"]) == sum(len(own) for own in (EV, *EV.slices["g"].values()))
    ((value,),) = history._store.read(  # what SQL sees
        "SELECT value FROM estimate WHERE measure = 'recall' AND slice_column = ''"
    )
    assert value == EV["recall"].value


def test_undefined_estimates_keep_their_reason(history):
    run = history.log(gnomon.evaluate([0, 0, 0, 1], [0, 0, 0, 0]), name="none")
    found = history.runs()[0].estimates["precision"]
    assert np.isnan(found.value)
    assert found.reason == history.load(run.id)["precision"].reason


def test_runs_are_found(history):
    """By a tag that one holds, the newest of a name, an id or its beginning; else the nearest name is told."""
    first, second, third = (history.log(EV, name=name, tags={"k": name}) for name in ("old", "new", "old"))
    assert [own.id for own in history.runs()] == sorted((first.id, second.id, third.id), reverse=True)
    assert [own.id for own in history.runs(name="old")] == [third.id, first.id]
    assert [own.id for own in history.runs(tag="k=new")] == [second.id]
    assert len(history.runs(tag="k")) == 3
    assert history.runs(tag="k=") == []
    assert len(history.runs(limit=2)) == 2
    assert history["old"].id == third.id
    assert history[second.id].id == second.id
    assert history[third.id[:-2]].id == third.id
    history.tag(first.id, "champion")
    assert history["champion"].id == first.id
    assert history["champion"].held == ("champion",)
    with pytest.raises(HistoryError, match="did you mean 'champion'"):
        history["champoin"]
    with pytest.raises(HistoryError, match="several runs begin"):
        history[first.id[:8]]


def test_a_tag_moves_and_who_held_it_is_kept(history):
    old, new = (history.log(EV, name=name) for name in ("old", "new"))
    history.tag("old", "champion")
    history.tag("new", "champion")
    history.tag("new", "anchor")
    assert history.tagged() == {"anchor": new.id, "champion": new.id}
    with pytest.raises(HistoryError, match="does not hold"):
        history.untag("champion", "old")
    history.untag("champion")
    assert history.tagged() == {"anchor": new.id}
    assert [(run, name) for _, run, name in history.tag_events("champion")] == [
        (None, None),
        (new.id, "new"),
        (old.id, "old"),
    ]
    with pytest.raises(HistoryError, match="no run holds"):
        history.untag("champion")
    for tag in ("", "  ", old.id[:8]):
        with pytest.raises(UsageError, match="cannot be a tag"):
            history.tag("old", tag)


def test_pruning_keeps_the_newest_and_those_with_a_tag(history):
    runs = [history.log(EV, name=f"m{place % 2}", tags={"k": 1}) for place in range(8)]
    history.tag(runs[0].id, "champion")
    gone = history.prune(keep=2)
    kept = {runs[0].id, *(run.id for run in runs[4:])}
    assert {own.id for own in history.runs()} == kept
    assert set(gone) == {run.id for run in runs} - kept
    assert history.load("champion") == EV
    assert len(set(history.to_columns()["run"])) == len(kept)
    with pytest.raises(UsageError, match="at least 1"):
        history.prune(keep=0)
    first = history.log(EV, name="z", rows=ROWS, keep_rows=True)
    same = history.log(EV, name="other", rows=ROWS, keep_rows=True)
    history.log(EV, name="z")
    history.prune(keep=1)
    assert first.kept == same.kept
    assert (history.folder / first.kept).exists()
    history.log(EV, name="other")
    history.prune(keep=1)
    assert not (history.folder / first.kept).exists()  # rows that no run refers to are not left behind


def test_looks_are_counted_by_the_rows(history):
    """Other names and tags of the same predictions are one look; other predictions are another."""
    for name in ("a", "b", "a"):
        run = history.log(EV, name=name, rows=ROWS)
    assert history.looks(run.rows) == 1
    other = ROWS.assign(p=1 - ROWS.p)
    history.log(gnomon.evaluate(other, target="y", score="p", id="id"), name="a", rows=other.sample(frac=1))
    assert history.looks(run.rows) == 2
    history.prune(keep=1)
    assert history.looks(run.rows) == 2


def test_rows_are_kept_only_where_asked(history, tmp_path):
    ROWS.to_csv(tmp_path / "rows.csv", index=False)
    kept = history.log(EV, name="kept", rows=tmp_path / "rows.csv", keep_rows=True)
    referred = history.log(EV, name="referred", rows=tmp_path / "rows.csv")
    frame = history.log(EV, name="frame", rows=ROWS)
    nothing = history.log(EV, name="nothing")
    assert history.rows("referred") == tmp_path / "rows.csv"
    again = gnomon.evaluate(history.rows("kept"), target="y", score="p", id="id", slices=["g"])
    assert again.estimates == EV.estimates
    assert again.slices["g"]["a"].estimates == EV.slices["g"]["a"].estimates
    assert len(list((tmp_path / "rows").iterdir())) == 1
    assert kept.rows == referred.rows == frame.rows
    assert nothing.rows is None
    for name in ("frame", "nothing"):
        with pytest.raises(HistoryError, match="are not kept"):
            history.rows(name)
    (file,) = (tmp_path / "rows").iterdir()
    ROWS.assign(p=0.5).to_parquet(file)
    with pytest.raises(HistoryError, match="no longer what run kept"):
        history.rows("kept")
    ROWS.assign(p=ROWS.p * 0.5).to_csv(tmp_path / "rows.csv", index=False)
    with pytest.raises(HistoryError, match="no longer what run referred"):
        history.rows("referred")
    (tmp_path / "rows.csv").unlink()
    with pytest.raises(HistoryError, match="cannot be read"):
        history.rows("referred")


def test_rows_of_another_evaluation_are_refused(history):
    """As a gate would compare with them: evaluated again, they have to give the same values."""
    for other in (ROWS.assign(p=1 - ROWS.p), ROWS.iloc[:-1], ROWS.assign(y=1 - ROWS.y)):
        with pytest.raises(UsageError, match="not of these rows"):
            history.log(EV, name="x", rows=other)
    holes = ROWS.assign(p=ROWS.p.where(ROWS.id % 20 != 0), part=np.where(ROWS.id < 50, "fit", "rest"))
    asked = {"target": "y", "score": "p", "id": "id", "missing": "drop"}
    for more in ({}, {"split": "part=fit"}, {"split": "part=fit,rest"}, {"threshold": 0.3}, {"weight": "w"}):
        history.log(gnomon.evaluate(holes, **asked, **more), name="x", rows=holes)
    labels = ROWS.assign(y=np.where(ROWS.y == 1, "yes", "no"), c=ROWS.g, d="a")
    history.log(gnomon.evaluate(labels, target="y", score="p", positive="yes"), name="x", rows=labels)
    history.log(gnomon.evaluate(labels, target="c", prediction="d", positive="a"), name="x", rows=labels)
    amounts = ROWS.assign(y=ROWS.w * 2)
    history.log(gnomon.evaluate(amounts, target="y", prediction="w"), name="x", rows=amounts)


def test_what_is_refused(history, tmp_path):
    for asked, said in (
        ({"name": ""}, "needs a name"), ({"name": "x", "keep_rows": True}, "were not passed"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=said):
            history.log(EV, **asked)
    with pytest.raises(UsageError, match="takes an evaluation"):
        history.log({"n": 1}, name="x")
    with pytest.raises(UsageError, match="of arrays"):
        history.log(gnomon.evaluate([0, 1], [0, 1]), name="x", rows=ROWS)
    with pytest.raises(ColumnError, match="no column 'p'"):
        history.log(EV, name="x", rows=ROWS.drop(columns="p"))
    with pytest.raises(SourceError):
        history.log(EV, name="x", rows=tmp_path / "none.csv")
    with pytest.raises(UsageError, match="not the address"):
        gnomon.History("mysql://user:secret@host/db")
    assert history.runs() == []


class TestFingerprint:
    """The same rows have one, in any order, from any format; other rows do not."""

    def test_it_is_free_of_order_and_format(self, tmp_path):
        expected = fingerprint(ROWS, COLUMNS)
        ROWS.sample(frac=1, random_state=1).to_csv(tmp_path / "r.csv", index=False)
        ROWS.astype({"y": "int8", "id": "int32"}).to_parquet(tmp_path / "r.parquet")
        as_text = ROWS.assign(id=ROWS.id.astype(str), y=ROWS.y.astype(float))
        for own in (ROWS[::-1], tmp_path / "r.csv", tmp_path / "r.parquet", as_text, ROWS.to_dict("list")):
            found = fingerprint(own, COLUMNS)
            assert (found.rows, found.predictions, found.n) == (expected.rows, expected.predictions, N)
            assert (found.sketch == expected.sketch).all()

    @pytest.mark.parametrize("change", [
        lambda own: own.assign(y=own.y.where(own.id != 3, 1 - own.y)), lambda own: own.iloc[1:],
        lambda own: own.assign(id=own.id.where(own.id != 3, 999)), lambda own: pd.concat([own, own.iloc[:1]]),
    ])  # fmt: skip
    def test_other_rows_have_another(self, change):
        assert fingerprint(change(ROWS), COLUMNS).rows != fingerprint(ROWS, COLUMNS).rows

    def test_scores_are_of_the_predictions_alone(self):
        other = fingerprint(ROWS.assign(p=ROWS.p.where(ROWS.id != 3, 0.5)), COLUMNS)
        assert other.rows == fingerprint(ROWS, COLUMNS).rows
        assert other.predictions != fingerprint(ROWS, COLUMNS).predictions
        swapped = ROWS.assign(p=ROWS.p[::-1].to_numpy())  # the same scores on other rows
        assert fingerprint(swapped, COLUMNS).predictions != fingerprint(ROWS, COLUMNS).predictions

    def test_weights_and_swapped_targets_count(self):
        weighted = COLUMNS | {"weight": "w"}
        assert fingerprint(ROWS, weighted).rows != fingerprint(ROWS, COLUMNS).rows
        assert fingerprint(ROWS.assign(w=1.0), weighted).rows != fingerprint(ROWS, weighted).rows
        swapped = ROWS.assign(y=ROWS.y[::-1].to_numpy())  # as many of each class
        assert fingerprint(swapped, COLUMNS).rows != fingerprint(ROWS, COLUMNS).rows

    def test_parts_of_the_rows_are_other_rows(self):
        parts = {own: fingerprint(ROWS, COLUMNS | {"part": own}).rows for own in (None, "g = a", "g is not a")}
        assert len(set(parts.values())) == 3

    def test_numbers_of_any_type_are_the_same(self, tmp_path):
        large = ROWS.assign(id=ROWS.id + 123_456_789_012)
        expected = fingerprint(large, COLUMNS).rows
        large.to_csv(tmp_path / "i.csv", index=False)
        large.assign(id=large.id.astype(float)).to_csv(tmp_path / "f.csv", index=False)
        large.assign(id=large.id.astype(float)).to_parquet(tmp_path / "f.parquet")
        for name in ("i.csv", "f.csv", "f.parquet"):
            assert fingerprint(tmp_path / name, COLUMNS).rows == expected, name

    def test_without_ids_it_is_marked_weak(self):
        weak = fingerprint(ROWS, COLUMNS | {"id": None})
        assert weak.weak
        assert weak.rows.startswith("weak-")
        assert weak.rows != fingerprint(ROWS[::-1], COLUMNS | {"id": None}).rows

    def test_single_hashes_do_not_collide(self):
        """20,000 ids that differ little: no two rows have the same hash, and sums of pairs differ."""
        ids = [f"{place}" for place in range(10_000)] + [f"a{place}" for place in range(10_000)]
        frame = pd.DataFrame({"id": ids, "y": 1, "p": 0.5})
        seen = {
            fingerprint(frame.iloc[place : place + 1], COLUMNS | {"slices": []}).rows for place in range(0, 20_000, 97)
        }
        assert len(seen) == len(range(0, 20_000, 97))

    def test_the_overlap_of_two_sets_is_estimated(self):
        frame = pd.DataFrame({"id": np.arange(20_000), "y": 1, "p": 0.5})
        whole = fingerprint(frame, COLUMNS).sketch
        for share in (0.0, 0.25, 1.0):
            other = fingerprint(frame.assign(id=frame.id + round(20_000 * (1 - share))), COLUMNS).sketch
            union = 2 - share
            assert overlap(whole, other) == pytest.approx(share / union, abs=0.08)


def test_ids_sort_by_time():
    """Also those that are made within a millisecond."""
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(set(made))
    assert all(own[14] == "7" for own in made)


def log_many(address, worker, number):
    history = gnomon.History(address)
    for place in range(number):
        history.log(EV, name=f"worker {worker}", tags={"place": place}, rows=ROWS if place % 5 == 0 else None)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_many_processes_log_at_once(kind, request, tmp_path):
    """Also where the database is not there yet: nothing is lost, and nothing is there twice."""
    path, workers, number = tmp_path / "new" / "history.db", 6, 15
    if kind == "postgresql":
        path = request.getfixturevalue("database")
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=log_many, args=(path, worker, number)) for worker in range(workers)]
    for own in processes:
        own.start()
    for own in processes:
        own.join(120)
        assert own.exitcode == 0
    runs = gnomon.History(path).runs()
    assert sorted((run.name, run.tags["place"]) for run in runs) == sorted(
        (f"worker {worker}", str(place)) for worker in range(workers) for place in range(number)
    )
    assert gnomon.History(path).looks(runs[-1].rows or next(run.rows for run in runs if run.rows)) == 1


def unmeasured():
    """The environment without coverage, whose file a killed process would leave half written."""
    return {name: own for name, own in os.environ.items() if not name.startswith("COV")}


def test_a_killed_log_is_there_whole_or_not_at_all(tmp_path):
    """SIGKILL at random moments: every run that is there can be read, and the next one is logged."""
    path = tmp_path / "history.db"
    EV.save(tmp_path / "ev.json")
    code = (
        "import gnomon, sys\n"
        f"ev = gnomon.load({str(tmp_path / 'ev.json')!r})\nhistory = gnomon.History({str(path)!r})\n"
        "history.log(ev, name='first')\nprint('ready', flush=True)\n"
        "while True: history.log(ev, name='endless', tags={'a': 1})\n"
    )
    rng = np.random.default_rng(0)
    for _ in range(4):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=unmeasured())
        assert process.stdout.readline() == b"ready\n"
        time.sleep(float(rng.uniform(0.0, 0.15)))
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        process.stdout.close()
    history = gnomon.History(path)
    runs = history.runs()
    assert len(runs) >= 4
    for run in runs:
        assert history.load(run.id) == EV
        assert len(run.estimates) == len(EV)
    history.log(EV, name="after")
    assert history["after"].name == "after"


def use_as_nobody(folder, send):
    """Reads a history and tries to write it, as a user who may not."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    history = gnomon.History(folder / "history.db")
    names = [run.name for run in history.runs()]
    try:
        history.log(EV, name="y")
    except HistoryError as error:
        send.send((names, str(error)))
    else:
        send.send((names, "written"))


class TestDatabasesThatCannotBeUsed:
    """One line says why; nothing is written."""

    @pytest.fixture
    def history(self, tmp_path):
        return gnomon.History(tmp_path / "history.db")

    def test_of_a_newer_version(self, history, tmp_path):
        history.log(EV, name="x")
        with sqlite3.connect(tmp_path / "history.db") as connection:
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
        with pytest.raises(HistoryError, match="update gnomon"):
            gnomon.History(tmp_path / "history.db")

    def test_damaged(self, tmp_path):
        (tmp_path / "history.db").write_bytes(b"SQLite format 3\0" + bytes(5000))
        with pytest.raises(HistoryError) as error:
            gnomon.History(tmp_path / "history.db").runs()
        assert "\n" not in str(error.value)
        (tmp_path / "other.db").write_text("this is text, and not short: " * 100)
        with pytest.raises(HistoryError, match="damaged, or no history"):
            gnomon.History(tmp_path / "other.db").runs()

    def test_of_something_else(self, tmp_path):
        with sqlite3.connect(tmp_path / "other.db") as connection:
            connection.execute("CREATE TABLE run (a TEXT)")
        for use in (lambda own: own.runs(), lambda own: own.log(EV, name="x")):
            with pytest.raises(HistoryError, match="something else"):
                use(gnomon.History(tmp_path / "other.db"))

    def test_a_damaged_run(self, history, tmp_path):
        run = history.log(EV, name="x")
        with sqlite3.connect(tmp_path / "history.db") as connection:
            connection.execute("UPDATE run SET evaluation = x'00'")
        with pytest.raises(HistoryError, match="is damaged"):
            history.load(run.id)

    def test_read_only(self):
        """It is read; writing says that it cannot, and nothing is lost."""
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            gnomon.History(folder / "history.db").log(EV, name="x")
            for own in (folder, *folder.iterdir()):
                own.chmod(0o555 if own.is_dir() else 0o444)
            receive, send = multiprocessing.get_context("fork").Pipe(duplex=False)
            process = multiprocessing.get_context("fork").Process(target=use_as_nobody, args=(folder, send))
            process.start()
            assert receive.poll(60)
            names, said = receive.recv()
            process.join(60)
            folder.chmod(0o755)
            assert names == ["x"]
            assert "cannot be used" in said
            assert [run.name for run in gnomon.History(folder / "history.db").runs()] == ["x"]

    def test_no_folder(self):
        with pytest.raises(HistoryError, match="cannot be used"):
            gnomon.History("/proc/nowhere/history.db").log(EV, name="x")


def test_a_server_of_a_newer_version_or_none(database):
    """One line, without the password."""
    own = gnomon.History(database)
    own.log(EV, name="x")
    with own._store.transaction() as execute:
        execute("UPDATE gnomon_version SET version = :version", {"version": len(MIGRATIONS) + 1})
    with pytest.raises(HistoryError, match="update gnomon"):
        gnomon.History(database).runs()
    with pytest.raises(HistoryError, match="update gnomon"):
        gnomon.History(database).log(EV, name="y")
    with pytest.raises(HistoryError, match="cannot be used") as error:
        gnomon.History("postgresql://user:secret@127.0.0.1:9/none?connect_timeout=2").runs()
    assert "secret" not in str(error.value)
    assert "\n" not in str(error.value)
    assert "secret" not in repr(gnomon.History("postgresql://user:secret@127.0.0.1:9/none"))


def test_names_are_text_everywhere(history):
    """In SQL, in the list, in Markdown and as JSON."""
    evil = "'; DROP TABLE run; --\n::error::<b>|`\x1b[31m"
    run = history.log(EV, name=evil, tags={evil: evil})
    assert history[evil].id == run.id
    history.tag(run.id, evil[::-1])
    assert history[evil[::-1]].id == run.id
    with pytest.raises(UsageError, match="name of a run"):
        history.tag(run.id, evil)
    assert history.runs(name=evil)[0].tags == {evil: evil}
    assert history.runs(tag=f"{evil}={evil}")[0].id == run.id
    from gnomon.report.runs import runs_as

    text = runs_as("markdown", history.runs())
    assert "\x1b" not in text
    assert len(text.splitlines()) == 3
    assert json.loads(runs_as("json", history.runs()))["runs"][0]["name"] == evil


def test_the_project_has_one_history(tmp_path, monkeypatch):
    """The nearest one upwards, else beside the repository; git leaves it alone; the environment may say another."""
    monkeypatch.delenv("GNOMON_HISTORY", raising=False)
    (tmp_path / ".git").mkdir()
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert gnomon.History().url == str(tmp_path / ".gnomon" / "history.db")
    gnomon.History().log(EV, name="x")
    assert (tmp_path / ".gnomon" / ".gitignore").read_text() == "*\n"
    assert gnomon.History().runs()[0].name == "x"
    monkeypatch.setenv("GNOMON_HISTORY", str(tmp_path / "other.db"))
    assert gnomon.History().url == str(tmp_path / "other.db")
    assert gnomon.History(tmp_path / "third.db").runs() == []
    assert not (tmp_path / "third.db").exists()  # reading makes nothing


def test_the_commit_is_remembered(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    git = ["git", "-c", "user.email=a@b.c", "-c", "user.name=a"]
    history = gnomon.History(tmp_path / "h.db")
    assert history.log(EV, name="x").commit is None
    subprocess.run(["git", "init", "-q"], check=True, timeout=20)
    (tmp_path / "a.txt").write_text("a")
    subprocess.run(["git", "add", "a.txt"], check=True, timeout=20)
    subprocess.run([*git, "commit", "-qm", "first"], check=True, timeout=20)
    clean = history.log(EV, name="x")
    (tmp_path / "a.txt").write_text("b")
    dirty = history.log(EV, name="x")
    expected = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True, timeout=20)
    assert clean.commit == dirty.commit == expected.stdout.strip()
    assert (clean.dirty, dirty.dirty) == (False, True)


def test_an_older_database_is_brought_up_to_date(history, monkeypatch):
    """What the version before left is there, and what it did not know is added."""
    from gnomon.history import postgres, store
    from gnomon.history.content import compressed

    for module in (store, postgres):
        monkeypatch.setattr(module, "MIGRATIONS", MIGRATIONS[:1])
    history._store.prepare()
    of_rows = fingerprint(ROWS, COLUMNS)
    values = {"id": new_id(), "rows": of_rows.rows, "said": of_rows.predictions, "n": N,
              "evaluation": compressed(EV.to_json()), "sketch": of_rows.sketch.astype("<u8").tobytes()}  # fmt: skip
    with history._store.transaction() as execute:
        execute(
            "INSERT INTO run (id, name, created, task, n, row_set, predictions, evaluation) VALUES (:id, 'old', "
            "'2026-01-01', 'binary', :n, :rows, :said, :evaluation)",
            {name: own for name, own in values.items() if name != "sketch"},
        )
        execute("INSERT INTO row_set VALUES (:rows, 'ids', :n, :sketch)",
                {name: values[name] for name in ("rows", "n", "sketch")})  # fmt: skip
        execute("INSERT INTO look VALUES (:rows, :said, :id, '2026-01-01')",
                {name: values[name] for name in ("rows", "said", "id")})  # fmt: skip
    monkeypatch.undo()
    again = gnomon.History(history.url)
    again.folder = history.folder
    assert again.load("old") == EV
    assert (again.gates(), again.runs()[0].positive) == ([], None)
    result = gnomon.gate(ROWS, target="y", score="p", id="id", where="recall >= 0.1")
    logged = again.log_gate(result, rows=ROWS)
    assert [own.verdict for own in again.gates()] == ["pass"]
    assert again.looks(logged.rows) == 1  # the same predictions
    assert again.log(EV, name="new", rows=ROWS).positive == EV.positive


def test_what_a_gate_said_is_kept(history):
    """Whole; judging rows is a look at them, and the same predictions again are none."""
    result = gnomon.gate(ROWS, target="y", score="p", id="id", where=["recall >= 0.1", "f1 >= 0.99"])
    first = history.log_gate(result, name="churn", rows=ROWS)
    again = history.log_gate(result, name="churn", rows=ROWS)
    other = history.log_gate(result, name="other")
    assert [own.id for own in history.gates()] == [other.id, again.id, first.id]
    assert history.gates(name="churn", limit=1) == [again]
    assert (first.verdict, first.passed, first.n) == ("fail", False, N)
    assert history.looks(first.rows) == 1
    assert gnomon.GateResult.from_dict(history.gate_form(first.id)) == result
    assert other.rows is None
    history.log(EV, name="model", rows=ROWS)
    assert history.looks(first.rows) == 1
    for key in ("", first.id[:3], "zz"):
        with pytest.raises(HistoryError, match="no verdict"):
            history.gate_form(key)


def test_rows_that_grow_are_the_same_rows(history):
    """Looks at a part of them count; those at other rows, or at fewer than half, do not."""
    prints = {}
    for number, seed in ((50, 1), (120, 2), (N, 3)):
        part = ROWS[:number].assign(p=np.random.default_rng(seed).random(number))
        evaluation = gnomon.evaluate(part, target="y", score="p", id="id")
        prints[number] = history.log(evaluation, name="grown", rows=part).rows
    assert history.looks(prints[N]) == 3
    other = ROWS.assign(id=ROWS["id"] + 1000)
    run = history.log(gnomon.evaluate(other, target="y", score="p", id="id"), name="other", rows=other)
    assert history.looks(run.rows) == 1
    shifted = ROWS.assign(id=ROWS["id"] + 150)
    shifted = shifted.assign(y=np.concatenate([ROWS["y"][150:], ROWS["y"][:150]]))
    run = history.log(gnomon.evaluate(shifted, target="y", score="p", id="id"), name="part", rows=shifted)
    assert history.looks(run.rows) == 1
    assert history.looks("never seen") == 0


def test_a_model_is_known_again_on_more_rows(history):
    """Planned looks at one model are no new models; another model on the same rows is."""
    result = gnomon.gate(ROWS, target="y", score="p", id="id", where="recall >= 0.1")
    for number in (60, 120, N):
        history.log_gate(result, name="churn", rows=ROWS[:number])
    last = history.gates()[0]
    assert history.looks(last.rows) == 1
    assert [own.n for own in history.earlier_gates("churn", fingerprint(ROWS, COLUMNS))] == [N, N]
    other = ROWS.assign(p=1 - ROWS["p"])
    assert history.earlier_gates("churn", fingerprint(other, COLUMNS)) == []
    history.log(gnomon.evaluate(other, target="y", score="p", id="id"), name="other", rows=other)
    assert history.looks(last.rows) == 2
    assert history.has_look(fingerprint(other[:80], COLUMNS))
    assert not history.has_look(fingerprint(ROWS.assign(p=0.5), COLUMNS))


def test_other_rows_without_ids_are_other_rows(history):
    """Classes agree by chance at half of the places: only the very same ones count."""
    rng = np.random.default_rng(5)
    runs = []
    for _ in range(4):
        rows = pd.DataFrame({"y": rng.integers(0, 2, 500), "p": rng.random(500)})
        runs.append(history.log(gnomon.evaluate(rows, target="y", score="p"), name="x", rows=rows))
    again = rows.assign(p=rng.random(500))
    history.log(gnomon.evaluate(again, target="y", score="p"), name="y", rows=again)
    assert [history.looks(run.rows) for run in runs] == [1, 1, 1, 2]


def test_only_rows_that_judge_count(history):
    """Parts of one file are other rows; the same ones beside other training rows are the same."""
    whole = ROWS.assign(part=np.where(np.arange(N) % 2, "a", "b"))
    seen = {}
    for part in ("a", "b"):
        evaluation = gnomon.evaluate(whole, target="y", score="p", id="id", split=f"part={part}")
        seen[part] = history.log(evaluation, name=part, rows=whole)
    assert [history.looks(own.rows) for own in seen.values()] == [1, 1]
    fewer = whole[(whole["part"] == "b") | (np.arange(N) < 50)].assign(p=lambda own: own["p"] / 2)
    evaluation = gnomon.evaluate(fewer, target="y", score="p", id="id", split="part=a")
    assert history.log(evaluation, name="again", rows=fewer).rows == seen["a"].rows
    assert history.looks(seen["a"].rows) == 2


def fill(folder, send):
    """Logs until no more fits: files may not grow beyond a size, as on a full disk."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 18, 1 << 18))
    own = gnomon.History(folder / "history.db")
    logged = []
    for _ in range(100):
        try:
            logged.append(own.log(EV, name="x", rows=ROWS, keep_rows=True).id)
        except HistoryError as error:
            send.send((logged, str(error)))
            return
    send.send((logged, ""))


def test_a_full_disk(tmp_path):
    """One line says so, and what was logged before is there whole."""
    receive, send = multiprocessing.get_context("fork").Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=fill, args=(tmp_path, send))
    process.start()
    assert receive.poll(120)
    logged, said = receive.recv()
    process.join(60)
    assert "cannot be used" in said
    assert "\n" not in said
    own = gnomon.History(tmp_path / "history.db")
    assert len(logged) > 1
    assert {run.id for run in own.runs()} == set(logged)
    assert all(own.load(id) == EV for id in logged)
