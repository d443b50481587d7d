"""Where the history of a project is, and what the working folder says of its state."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

FOLDER, FILE = ".gnomon", "history.db"
# Where the address of the history stands, if it is another one.
VARIABLE = "GNOMON_HISTORY"
# Seconds that git may take.
PATIENCE = 5


def address(url: str | Path | None) -> str | Path:
    """The history: what was passed, what ``GNOMON_HISTORY`` says, or that of the project.

    The project is the nearest folder, from the working one upwards, that has a history or a repository; else the
    working folder. A history beyond the repository is another project's.
    """
    said = url if url is not None else os.environ.get(VARIABLE) or None
    if said is not None:
        return said if isinstance(said, str) and "://" in said else Path(said)
    here = Path.cwd()
    folders = (here, *here.parents)
    project = next((own for own in folders if (own / FOLDER / FILE).is_file() or (own / ".git").exists()), here)
    return project / FOLDER / FILE


def revision(folder: Path) -> tuple[str | None, bool | None]:
    """The commit of a folder's repository, and whether there are changes; neither where it has none."""
    words = ["git", "status", "--porcelain=v2", "--branch", "--untracked-files=no"]
    try:
        done = subprocess.run(
            words, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None, None
    if done.returncode:
        return None, None
    commit, dirty = None, False
    for line in done.stdout.splitlines():
        if line.startswith("# branch.oid "):
            commit = line.split(" ", 2)[2]
        elif not line.startswith("#"):
            dirty = True
    return (None, None) if commit in (None, "(initial)") else (commit, dirty)
