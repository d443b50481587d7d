"""Files whose names or contents are odd, but that are whole: tests/fuzz has the damaged ones."""

import os

import pytest

import gnomon


def test_odd_but_whole_files(tmp_path):
    """Names of files that are no text, bytes that are no UTF-8, very long fields: said in one line."""
    odd = os.fsdecode(b"rows\xff.csv")
    try:
        (tmp_path / odd).write_text("y,p\n0,0.2\n1,0.7\n")
    except OSError:
        pytest.skip("the file system takes no such names")
    for call in (lambda: gnomon.evaluate(tmp_path / odd, target="y", score="p"),
                 lambda: gnomon.evaluate(tmp_path, target="y", score="p")):  # fmt: skip
        try:
            call().to_json()
        except gnomon.SourceError as error:
            assert "UTF-8" in str(error)  # noqa: PT017  # reading it is as good
    (tmp_path / odd).unlink()
    (tmp_path / "a.jsonl").write_bytes(b'{"y": 0, "p": 0.5, "g": "\xff\xfe"}\n{"y": 1, "p": 0.5, "g": "a"}\n')
    with pytest.raises((gnomon.SourceError, gnomon.DataError), match=r"UTF-8|JSON"):
        gnomon.evaluate(tmp_path / "a.jsonl", target="y", score="p", slices="g")
    (tmp_path / "long.csv").write_text("y,p,t\n0,0.2,x\n" + f"1,0.7,{'z' * 3_000_000}\n")
    with pytest.raises(gnomon.SourceError, match=r"longer than 1 MiB"):
        gnomon.evaluate(tmp_path / "long.csv", target="y", score="p")


def test_text_that_is_no_text(tmp_path):
    """Bytes that are no UTF-8 in a column of text of a Parquet file, and where its first text is looked for."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text = pa.StringArray.from_buffers(3, *pa.array([b"a", b"\x8fb", b"c"], pa.binary()).buffers()[1:])
    table = pa.table({"y": [0.5, 1.5, 2.5], "p": [0.5, 1.0, 2.0], "g": text, "h": ["u", "v", "u"]})
    pq.write_table(table, tmp_path / "a.parquet")
    for asked in ({"slices": "g"}, {"slices": "g:h"}, {"id": "g"}):
        with pytest.raises(gnomon.SourceError, match=r"cannot read .*a\.parquet: it is not UTF-8 text"):
            gnomon.evaluate(tmp_path / "a.parquet", target="y", prediction="p", task="regression", **asked)
    (tmp_path / "a.jsonl").write_bytes(b'{"y": 0.5, "p": 1.5, "w": "1"}\n{"y": 1.5, "p": 2.5, "w": "\xff\xfe"}\n')
    with pytest.raises(gnomon.SourceError, match=r"cannot read .*a\.jsonl: it is not UTF-8 text"):
        gnomon.evaluate(tmp_path / "a.jsonl", target="y", prediction="p", weight="w", task="regression")
