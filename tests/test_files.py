"""Results are written whole or not at all, keep the permissions of what they replace, and never replace an input."""

import contextlib
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import gnomon
from gnomon.errors import SourceError, UsageError
from gnomon.files import UNFINISHED, aside, open_regular, refuse_overwriting, write_whole
from tests.cli.commands import command

ROWS = "y,p,q\n" + "0,0.25,0.5\n1,0.75,0.5\n" * 20
ASKED = ("-t", "y", "-s", "p")


@pytest.fixture
def folder(tmp_path):
    """A folder with two files of rows."""
    (tmp_path / "d").mkdir()
    for name in ("a.csv", "b.csv"):
        (tmp_path / "d" / name).write_text(ROWS)
    return tmp_path


COMMANDS = {
    "evaluate": ("evaluate", "{}", *ASKED),
    "compare": ("compare", "{}", "-t", "y", "-s", "p,q"),
    "threshold": ("threshold", "{}", *ASKED, "--goal", "f1"),
    "calibrate": ("calibrate", "{}", *ASKED, "--split", "q=0.5"),
    "apply": ("threshold", "{}", *ASKED, "--goal", "f1", "--apply", "{}"),
}


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("path", ["d/*.csv", "d", "d/a.csv", "link.csv", "./d/../d/a.csv", "*/a.csv"])
def test_no_command_writes_over_its_input(folder, monkeypatch, name, path):
    """However the input is named: by a pattern, a folder, a link, another spelling; the file stays as it was."""
    monkeypatch.chdir(folder)
    Path("link.csv").symlink_to("d/a.csv")
    code, _, err = command(*(own.format(path) for own in COMMANDS[name]), "-o", "d/a.csv")
    assert code == 2
    assert "input" in err
    assert Path("d/a.csv").read_text() == ROWS
    assert sorted(own.name for own in Path("d").iterdir()) == ["a.csv", "b.csv"]


def test_other_inputs_are_inputs_too(folder, monkeypatch):
    """Costs, saved evaluations, a hard link to the input; and what would be read the next time."""
    monkeypatch.chdir(folder)
    saved = gnomon.evaluate([0, 1] * 20, [0.2, 0.7] * 20)
    saved.save("saved.json")
    before = Path("saved.json").read_bytes()
    os.link("d/a.csv", "hard.csv")
    for arguments in (
        ("report", "saved.json", "-o", "saved.json"),
        ("evaluate", "d/a.csv", *ASKED, "-o", "hard.csv"),
        ("evaluate", "d", *ASKED, "-o", "d/new.json"),
        ("evaluate", "d", *ASKED, "-o", "d/sub/../new.json"),
        ("threshold", "d/*.csv", *ASKED, "--goal", "f1", "--apply", "d/*.csv", "-o", "d/new.csv"),
    ):
        Path("d/sub").mkdir(exist_ok=True)
        code, _, err = command(*arguments)
        assert (code, "input" in err or "whose files are read" in err) == (2, True), err
    assert Path("saved.json").read_bytes() == before
    code, _, _ = command("evaluate", "d/*.csv", *ASKED, "-o", "d/report.json")
    assert code == 0


def test_a_file_that_is_replaced_keeps_its_mode(tmp_path):
    """What only its owner may read stays so; a new file follows the umask, which no one touches."""
    path = tmp_path / "a.json"
    path.write_text("old")
    path.chmod(0o600)
    write_whole(path, "new")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("new", 0o600)
    path.chmod(0o755)
    write_whole(path, "newer")
    assert stat.S_IMODE(path.stat().st_mode) == 0o755
    mask = os.umask(0o027)
    try:
        write_whole(tmp_path / "b.json", "new")
        assert stat.S_IMODE((tmp_path / "b.json").stat().st_mode) == 0o640
    finally:
        os.umask(mask)


def test_the_umask_is_not_set(tmp_path, monkeypatch):
    """It is the whole process's: another thread would create files that all may write to."""
    monkeypatch.setattr(os, "umask", lambda mask: pytest.fail("the umask was set"))
    write_whole(tmp_path / "a.json", "new")


def test_pipes_in_the_way_hang_nothing(tmp_path, monkeypatch):
    """A pipe, a link or a folder under the name of a part file or of the cached chart library is let alone."""
    pytest.importorskip("vl_convert")
    os.mkfifo(tmp_path / f".a.json.xyz{UNFINISHED}")
    (tmp_path / f".b{UNFINISHED}").symlink_to("/dev/zero")
    (tmp_path / f".c{UNFINISHED}").mkdir()
    (tmp_path / f".d{UNFINISHED}").write_text("left behind")
    worker = threading.Thread(target=write_whole, args=(tmp_path / "a.json", "new"), daemon=True)
    worker.start()
    worker.join(20)
    assert not worker.is_alive()
    assert sorted(own.name for own in tmp_path.iterdir()) == [
        f".a.json.xyz{UNFINISHED}",
        f".b{UNFINISHED}",
        f".c{UNFINISHED}",
        "a.json",
    ]

    from importlib.metadata import version

    from gnomon.report.html.library import chart_library

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "gnomon").mkdir()
    os.mkfifo(tmp_path / "gnomon" / f"vega-embed-{version('vl-convert-python')}.js")
    made = []
    worker = threading.Thread(target=lambda: made.append(chart_library()), daemon=True)
    worker.start()
    worker.join(60)
    assert "vegaEmbed" in made[0]
    with pytest.raises(OSError, match="not a regular file"):
        open_regular(tmp_path / f".a.json.xyz{UNFINISHED}")


def test_whose_error_it_is(tmp_path):
    """An error of reading that passes through a writer keeps its words; a full disk is one of writing."""
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(OSError, match="cannot read x"), aside(path):
        raise OSError("cannot read x")
    with pytest.raises(SourceError, match=r"cannot write /dev/full: No space left"), aside(Path("/dev/full")) as stream:
        stream.write(b"x" * 100_000)
    with pytest.raises(SourceError, match="cannot write"):
        write_whole(tmp_path / "none" / "a.txt", "new")
    assert path.read_text() == "old"
    assert [own.name for own in tmp_path.iterdir()] == ["a.txt"]


def test_the_guard_itself(tmp_path):
    """By device and inode, not by name."""
    (tmp_path / "a").write_text("")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(UsageError, match="the input"):
        refuse_overwriting(tmp_path / "b", [tmp_path / "a"])
    with pytest.raises(UsageError, match="lies in the input folder"):
        refuse_overwriting(tmp_path / "sub" / "c", [], [tmp_path])
    with pytest.raises(SourceError, match=r"the folder .* does not exist"):
        refuse_overwriting(tmp_path / "sub" / "c", [])
    refuse_overwriting(tmp_path / "c", [tmp_path / "a"])


def test_links_in_a_circle_and_long_names(tmp_path):
    """Told, or written; never an internal error."""
    loop = tmp_path / "loop.txt"
    loop.symlink_to("loop.txt")
    with contextlib.suppress(SourceError):
        write_whole(loop, "new")
    refuse_overwriting(loop, [tmp_path / "a"])
    name = "\uac00" * 80 + ".json"
    write_whole(tmp_path / name, "new")
    assert (tmp_path / name).read_text() == "new"


def test_open_streams_are_written_to_and_not_replaced(folder, monkeypatch):
    """``-o /dev/stdout`` with a redirection."""
    monkeypatch.chdir(folder)
    line = f"{sys.executable} -m gnomon evaluate d/a.csv -t y -s p -f json -o /dev/stdout > out.json"
    assert subprocess.run(["bash", "-c", line], timeout=60, check=False).returncode == 0
    assert gnomon.load("out.json").n == 40
