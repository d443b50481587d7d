"""Running gnomon's commands in tests."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from unittest import mock

from gnomon.cli import run


def command(*arguments, **environment):
    """Runs a command in this process; returns its exit code, output and errors."""
    assert not {"--lang", "ko"} & set(arguments), "a language stays with the process: run a process of its own"
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n") for _ in range(2))
    with (
        mock.patch.dict(os.environ, {"COLUMNS": "100", **environment}),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = run(list(map(str, arguments)))
    said = []
    for stream in (out, err):
        stream.flush()
        said.append(stream.buffer.getvalue().decode())
    return code, *said


def process(*arguments, **environment):
    """Runs gnomon as a process of its own; returns its exit code, output and errors."""
    done = subprocess.run(
        [sys.executable, "-m", "gnomon", *map(str, arguments)],
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
        timeout=120,
        env={**os.environ, "COLUMNS": "100", "PYTHONIOENCODING": "utf-8", **environment},
    )
    return done.returncode, done.stdout, done.stderr
