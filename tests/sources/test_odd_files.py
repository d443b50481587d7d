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
