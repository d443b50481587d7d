"""The bar while rows are read, Ctrl-C, and runs that are killed."""

import io
import json
import os
import pty
import random
import select
import signal
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gnomon.cli import progress
from gnomon.files import UNFINISHED, begin, clean, write_whole

ROWS = 3_000_000


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """A file that takes a second or so."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, ROWS)
    file = tmp_path_factory.mktemp("big") / "big.parquet"
    pq.write_table(pa.table({"y": y, "p": rng.random(ROWS)}), file, row_group_size=200_000)
    return file


class Terminal(io.StringIO):
    """A stderr that a person watches."""

    def isatty(self):
        return True


def test_the_bar_tells_rows_rate_and_time(monkeypatch):
    """After the patience is over; a second reading is called so, and begins anew."""
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with progress.ProgressBar() as bar:
        for rows in (250_000, 500_000, 1_000_000, 250_000):
            bar(rows, 1_000_000)
            time.sleep(0.15)
    shown = sys.stderr.getvalue()
    assert "1,000,000 of 1,000,000 rows" in shown
    assert "million/s" in shown
    assert "reading, pass 2" in shown


def test_no_bar_before_two_seconds_nor_in_a_pipe(monkeypatch):
    """Quick evaluations stay quiet, and so does whatever no one watches."""
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress.ProgressBar() as bar:
        bar(10, 20)
    assert sys.stderr.getvalue() == ""
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with progress.ProgressBar() as bar:
        bar(10, None)
    assert sys.stderr.getvalue() == ""


def test_a_terminal_is_left_clean(big):
    """On a real (pseudo-)terminal the report follows, and the exit code is 0."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "gnomon", "evaluate", str(big), "-t", "y", "-s", "p"],
        stdout=subprocess.PIPE, stderr=follower, env={**os.environ, "COLUMNS": "90"},
    ) as process:  # fmt: skip
        out, _ = process.communicate(timeout=120)
    said = os.read(leader, 10_000) if select.select([leader], [], [], 0)[0] else b""
    os.close(follower)
    os.close(leader)
    assert process.returncode == 0
    assert b"ROC AUC" in out
    assert b"Traceback" not in said


def command(big, output):
    return [sys.executable, "-m", "gnomon", "evaluate", str(big), "-t", "y", "-s", "p", "--interval", "none",
            "-f", "json", "-o", str(output)]  # fmt: skip


@pytest.mark.parametrize("wait", [0.4, 0.7, 1.0])
def test_interrupted(big, tmp_path, wait):
    """Ctrl-C ends a run at once, with exit code 130 and nothing written; or it was done before."""
    output = tmp_path / "out.json"
    with subprocess.Popen(command(big, output), stderr=subprocess.PIPE, text=True) as process:
        time.sleep(wait)
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        _, said = process.communicate(timeout=60)
    assert time.monotonic() - started < 5
    if os.listdir(tmp_path):  # it was done, or stopped when all was written
        assert os.listdir(tmp_path) == ["out.json"]
        assert json.loads(output.read_text())["n"] == ROWS
    if process.returncode == 130:
        assert said.strip() == "Interrupted."
    else:  # before Python was ready to hear, or after all was done
        assert process.returncode in (0, -signal.SIGINT, 1)


def test_killed_at_any_moment(big, tmp_path):
    """Whenever a run is killed, the file is the old one or the new one, whole; the next run clears what is left."""
    output = tmp_path / "out.json"
    output.write_text(json.dumps({"old": True}))
    rng = random.Random(0)
    for _ in range(8):
        with subprocess.Popen(command(big, output), stderr=subprocess.DEVNULL) as process:
            time.sleep(rng.uniform(0.2, 1.2))
            process.kill()
            process.wait(timeout=30)
        form = json.loads(output.read_text())
        assert form == {"old": True} or form["n"] == ROWS
    subprocess.run(command(big, output), check=True, timeout=60)
    assert os.listdir(tmp_path) == ["out.json"]


def test_what_a_killed_run_left_is_cleared(tmp_path):
    """A part that a process left behind goes with the next write; one that is being written stays."""
    left = tmp_path / f".other.json.abc{UNFINISHED}"
    left.write_text("half")
    handle, held = begin(tmp_path / "mine.json")
    write_whole(tmp_path / "new.json", "{}")
    assert not left.exists()
    assert os.path.exists(held)
    os.close(handle)
    clean(tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["new.json"]
