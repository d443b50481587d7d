"""Makes the console sessions of the READMEs and guides real: runs their commands and writes what they print.

``python docs/write_readme.py`` rewrites the pages; with ``--check`` it only says, by exit code 1, that one is not what
the commands print.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "README.ko.md", *sorted(str(own.relative_to(ROOT)) for own in (ROOT / "docs").glob("guide/*.md")))
SESSION = re.compile(r"```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)```", re.DOTALL)


def output_of(command: str) -> str:
    """What a command prints on a terminal of 80 columns, errors included."""
    name, *arguments = shlex.split(command)
    if name != "gnomon":
        raise SystemExit(f"the README may only run gnomon, not {name}")
    done = subprocess.run(
        [sys.executable, "-m", "gnomon", *arguments],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "80", "PYTHONIOENCODING": "utf-8", "LANGUAGE": "en"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        encoding="utf-8",
        timeout=120,
    )
    return "".join(line.rstrip() + "\n" for line in done.stdout.splitlines())


def rewritten(text: str) -> str:
    """The README with the output of every session made anew."""
    return SESSION.sub(lambda found: f"```console\n$ {found['command']}\n{output_of(found['command'])}```", text)


if __name__ == "__main__":
    stale = False
    for name in PAGES:
        path = ROOT / name
        before = path.read_text(encoding="utf-8")
        after = rewritten(before)
        stale |= before != after
        if "--check" not in sys.argv:
            path.write_text(after, encoding="utf-8")
    sys.exit("--check" in sys.argv and stale)
