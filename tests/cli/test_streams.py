"""What a command does when its streams, its terminal, its memory or its parent are not as they should be."""

import os
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

GNOMON = (sys.executable, "-m", "gnomon")


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """A file of rows."""
    path = tmp_path_factory.mktemp("rows") / "rows.csv"
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 500)
    pd.DataFrame({"y": y, "p": np.round(np.clip(0.4 * y + rng.random(500) * 0.6, 0, 1), 6)}).to_csv(path, index=False)
    return path


def shell(line, **environment):
    """Runs a line of a shell; its exit codes, its output and its errors."""
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "G": " ".join(GNOMON), **environment},
    )  # fmt: skip


@pytest.mark.parametrize("more", ["", "-f json", "-f markdown"])
def test_a_reader_that_goes_away(rows, more):
    """``| head -1``: 0 or the signal, and no complaint."""
    found = shell(f"$G evaluate {rows} -t y -s p {more} | head -1; echo ${{PIPESTATUS[0]}}")
    assert found.stdout.split()[-1] in ("0", str(128 + signal.SIGPIPE))
    assert found.stderr == ""


def test_streams_that_are_closed(rows, tmp_path):
    """Without stdout the result is not lost in silence, unless it goes to a file; without stderr nothing fails."""
    found = shell(f"$G evaluate {rows} -t y -s p >&-; echo $? >&2")
    assert found.stderr.split()[-1] == "2"
    assert "cannot write the output: Bad file descriptor" in found.stderr
    output = tmp_path / "out.json"
    found = shell(f"$G evaluate {rows} -t y -s p -o {output} >&- 2>&-; echo $?")
    assert found.stdout == "0\n"
    assert output.read_text().startswith("{")
    found = shell(f"$G evaluate {rows} -t y -s p 2>&- | tail -1; echo ${{PIPESTATUS[0]}}")
    assert found.stdout.split()[-1] == "0"
    found = shell(f"$G evaluate {rows} -t none -s p 2>&-; echo $?")
    assert found.stdout == "2\n"
    found = shell(f"$G evaluate {rows} -t y -s p <&-; echo $?")
    assert found.stdout.split()[-1] == "0"


def test_a_full_disk_is_told(rows):
    """On stdout as in a file."""
    found = shell(f"$G evaluate {rows} -t y -s p > /dev/full; echo $?")
    assert found.stdout == "2\n"
    assert "cannot write the output: No space left on device" in found.stderr
    found = shell(f"$G evaluate {rows} -t y -s p -o /dev/full; echo $?")
    assert found.stdout == "2\n"
    assert "cannot write /dev/full: No space left on device" in found.stderr


@pytest.mark.parametrize("columns", ["0", "-5", "abc", "1", "20", "99999"])
def test_terminals_of_any_width(rows, columns):
    """None of them ends in an error."""
    found = shell(f"$G evaluate {rows} -t y -s p", COLUMNS=columns)
    assert (found.returncode, found.stderr) == (0, "")
    assert "binary evaluation" in found.stdout


def test_terminated(rows, tmp_path):
    """SIGTERM removes what is half written, and says so by the exit code."""
    code = f"""
import os, signal, sys, threading
from gnomon import files
from gnomon.cli import main
whole = files._keep_permissions
def slowly(handle, path):
    os.kill(os.getpid(), signal.SIGTERM)
    whole(handle, path)
files._keep_permissions = slowly
sys.argv = ["gnomon", "evaluate", {str(rows)!r}, "-t", "y", "-s", "p", "-o", {str(tmp_path / "out.json")!r}]
main()
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert found.returncode == 128 + signal.SIGTERM
    assert os.listdir(tmp_path) == []


def test_too_little_memory_is_no_internal_error(tmp_path):
    """Said with what helps; exit code 2, whatever runs out first."""
    path = tmp_path / "big.parquet"
    n = 4_000_000
    rng = np.random.default_rng(0)
    pd.DataFrame({"y": rng.integers(0, 2, n), "p": rng.random(n)}).to_parquet(path)
    line = f"ulimit -v {{}}; $G evaluate {path} -t y -s p --memory 8GB --threads 2 -f json -o {tmp_path}/out.json"
    for megabytes in (700, 800, 1000):
        found = shell(line.format(megabytes * 1024), OPENBLAS_NUM_THREADS="1")
        assert found.returncode in (0, 2), found.stderr
        assert "internal error" not in found.stderr
        if found.returncode == 2:
            assert "not enough memory: lower --memory" in found.stderr
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]


def test_an_interrupt_is_heard_inside_a_kernel():
    """Ctrl-C during one call over very many rows ends it long before its end."""
    code = """
import numpy as np, os, signal, threading, time, sys
from gnomon.kernels.losses import sum_binary_losses
from gnomon.kernels.confusion import count_confusion_at
from gnomon.kernels.residuals import sum_residuals
n = 40_000_000
y, p, q = np.zeros(n, np.uint8), np.full(n, 0.3), np.full(n, 0.4)
calls = {
    "losses": lambda: sum_binary_losses(y, p, None, 1),
    "residuals": lambda: sum_residuals(p, q, None, 1),
    "confusion": lambda: [count_confusion_at(y, p, 0.5, 1) for _ in range(30)],
}
for name, call in calls.items():
    shares = []
    for _ in range(4):  # a busy machine may stretch a try
        started = time.monotonic(); call(); whole = time.monotonic() - started
        threading.Timer(0.1 * whole, os.kill, (os.getpid(), signal.SIGINT)).start()
        started = time.monotonic()
        try:
            call()
        except KeyboardInterrupt:
            shares.append((time.monotonic() - started) / whole)
        if shares and shares[-1] < 0.8:
            break
    print(name, min(shares, default="unheard"))
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
    assert found.returncode == 0, found.stderr
    told = dict(line.split() for line in found.stdout.splitlines())
    assert set(told) == {"losses", "residuals", "confusion"}
    assert all(own != "unheard" and float(own) < 0.8 for own in told.values()), told


def test_no_warning_reaches_a_user(tmp_path):
    """Amounts whose squares overflow, in every verb: results that say what is undefined, or errors; no NumPy."""
    rng = np.random.default_rng(0)
    y = rng.normal(0, 1, 60) * 1e160
    pd.DataFrame({"y": y, "a": y * 1.1, "b": y * 0.9}).to_csv(tmp_path / "rows.csv", index=False)
    for line in (f"$G evaluate {tmp_path}/rows.csv -t y -p a", f"$G compare {tmp_path}/rows.csv -t y -p a,b"):
        found = shell(line)
        assert found.returncode in (0, 2)
        assert "Warning" not in found.stderr
        assert "internal error" not in found.stderr


def test_an_error_of_reading_is_not_one_of_writing(rows, tmp_path):
    """A file that vanishes while its rows are written is blamed itself."""
    from gnomon.errors import SourceError
    from gnomon.sources.files import FileSource
    from gnomon.sources.writing import write_rows

    copy = tmp_path / "rows.csv"
    copy.write_bytes(rows.read_bytes())
    source = FileSource(copy, verbatim=True)
    copy.unlink()
    pieces = (piece for partition in source.partitions({"y": "any", "p": "any"}, 1) for piece in partition)
    with pytest.raises(SourceError, match=r"cannot read .*rows\.csv"):
        write_rows(pieces, {}, tmp_path / "out.csv")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(("said", "kept"), [
    ("120", "120"), ("40", "40"), ("7", "NARROWEST"), ("0", None), ("-5", None), ("wide", None), ("\u00b2", None),
    ("\u0665\u0660", None), ("1e3", None), ("", ""),
])  # fmt: skip
def test_a_width_that_is_none_is_left_out(monkeypatch, said, kept):
    """A width of few columns is the narrowest; what is no width is that of the terminal."""
    from gnomon.cli import streams

    monkeypatch.setenv("COLUMNS", said)
    streams.prepare()
    assert os.environ.get("COLUMNS") == (str(streams.NARROWEST) if kept == "NARROWEST" else kept)
