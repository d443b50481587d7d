"""Every row that is there is read, from one and the same file in every pass; else it is refused."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import gnomon
from gnomon.errors import SourceError
from gnomon.sources.files import FileSource
from gnomon.sources.listing import files_of, list_files, matches

ROWS = "y,p\n" + "0,0.25\n1,0.75\n" * 50


@pytest.fixture
def parts(tmp_path):
    """Three folders of a partitioned table, one of them a link."""
    for name in ("day=1", "day=2"):
        (tmp_path / "t" / name).mkdir(parents=True)
        (tmp_path / "t" / name / "a.csv").write_text(ROWS)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.csv").write_text(ROWS)
    (tmp_path / "t" / "day=3").symlink_to(tmp_path / "elsewhere")
    return tmp_path / "t"


@pytest.mark.parametrize("pattern", ["", "*", "day=*/*.csv", "**/*.csv", "**", "day=[0-9]", "day=?/a.csv"])
def test_linked_partitions_are_read(parts, pattern):
    """By the folder and by every pattern."""
    assert gnomon.evaluate(parts / pattern, target="y", score="p").n == 300


def test_circles_and_links_to_nowhere_are_refused(parts):
    """Instead of being skipped, or followed for ever."""
    (parts / "day=1" / "loop").symlink_to(parts)
    with pytest.raises(SourceError, match="a link to a folder that contains it"):
        files_of(parts)
    (parts / "day=1" / "loop").unlink()
    (parts / "day=2" / "gone.csv").symlink_to("nowhere")
    for path in (parts, parts / "*", parts / "day=2" / "*.csv", parts / "day=2" / "gone.csv"):
        with pytest.raises(SourceError, match=r"gone.csv is a link to nowhere, which does not exist"):
            files_of(path)
    (parts / "day=2" / "gone.csv").unlink()
    os.mkfifo(parts / "day=2" / "pipe.csv")
    with pytest.raises(SourceError, match="not a regular file"):
        files_of(parts)


def test_two_links_to_one_folder_are_no_circle(parts):
    """The rows of a file that is reached twice count once."""
    (parts / "day=4").symlink_to(parts / "day=1")
    assert len(list_files([parts])) == 3


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can take its own permissions away and back")
def test_folders_that_may_not_be_read_are_refused(parts):
    """Their rows would be missing without a word."""
    (parts / "day=2").chmod(0)
    for folder in list(parts.parents)[:-2]:
        if folder.stat().st_mode & 0o055 != 0o055:
            folder.chmod(0o755)
    os.seteuid(65534)
    try:
        for path in (parts, parts / "*", parts / "day=*" / "*.csv", parts / "**" / "*.csv"):
            with pytest.raises(SourceError, match=r"cannot list the folder .*day=2"):
                files_of(path)
    finally:
        os.seteuid(0)
        (parts / "day=2").chmod(0o755)


def test_patterns_equal_the_standard_librarys(parts):
    """Where nothing is out of the ordinary."""
    import glob

    for name in (".hidden.csv", "_meta.csv", "x[1].csv", "b.txt"):
        (parts / name).write_text(ROWS)
    for pattern in ("*", "*.csv", "day=*/*", "**/a.csv", "day=[12]/a.*", ".*", "x[[]1].csv", "none*"):
        expected = sorted(Path(own) for own in glob.glob(str(parts / pattern), recursive=True))
        assert matches(parts / pattern) == expected


def read(source):
    """The number of rows of one pass."""
    return sum(len(piece.table) for partition in source.partitions({"p": "number"}, 1) for piece in partition)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("change", ["replaced", "longer", "gone"])
def test_a_file_that_changes_between_passes_is_refused(tmp_path, kind, change):
    """Rows of two files would make an AUC of neither."""
    path = tmp_path / f"a.{kind}"

    def write(seed, n=400):
        rows = pd.DataFrame({"y": np.arange(n) % 2, "p": np.random.default_rng(seed).random(n)})
        rows.to_csv(path, index=False) if kind == "csv" else rows.to_parquet(path)

    write(0)
    source = FileSource(path)
    assert read(source) == 400
    if change == "replaced":
        path.unlink()
        write(1)
    elif change == "longer":
        with path.open("ab") as stream:
            stream.write(b"0,0.5\n")
    else:
        path.unlink()
    with pytest.raises(SourceError, match=r"replaced or written to while it was read|No such file"):
        read(source)


def test_a_file_that_is_replaced_during_an_evaluation_is_refused(tmp_path):
    """Seen from the progress that the evaluation tells."""
    path, other = tmp_path / "a.parquet", tmp_path / "b.parquet"
    rng = np.random.default_rng(0)
    for seed, own in enumerate((path, other)):
        y = rng.integers(0, 2, 300_000)
        p = np.clip(y * 0.1 * seed + rng.random(len(y)) * 0.8, 0, 1)
        pq.write_table(pa.table({"y": y, "p": p}), own, row_group_size=50_000)
    seen = []

    def progress(rows, total):
        seen.append(rows)
        if len(seen) == 2:
            os.replace(other, path)

    with pytest.raises(SourceError, match=r"a\.parquet was replaced or written to"):
        gnomon.evaluate(path, target="y", score="p", progress=progress, threads=1)


def test_page_checksums_are_checked(tmp_path):
    """Where the file has them, a flipped bit in a page is refused."""
    path = tmp_path / "a.parquet"
    n = 20_000
    table = pa.table({"y": np.arange(n) % 2, "p": np.random.default_rng(0).random(n)})
    pq.write_table(table, path, compression="none", use_dictionary=False, write_page_checksum=True)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    with pytest.raises(SourceError, match="cannot read"):
        gnomon.evaluate(path, target="y", score="p")
