"""Files with flipped bits, cut ends and foreign bytes: gnomon's own errors, or the rows that an independent reader has.

Each is read in a forked child, as a fault of memory would end the process.
"""

import os
import random
import signal

import numpy as np
import pandas as pd
import pytest

import gnomon
from gnomon.errors import GnomonError

WRITERS = {
    "csv": lambda rows, path: rows.to_csv(path, index=False),
    "jsonl": lambda rows, path: rows.to_json(path, orient="records", lines=True),
    "parquet": lambda rows, path: rows.to_parquet(path),
    "feather": lambda rows, path: rows.to_feather(path),
    "arrow": lambda rows, path: rows.to_feather(path, compression="uncompressed"),
    "csv.gz": lambda rows, path: rows.to_csv(path, index=False),
}
# Damaged files of each format; a night's run takes more.
FILES = int(os.environ.get("GNOMON_DAMAGED_FILES", "150"))
SECONDS = 60


def rows():
    """Numbers and text."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 300)
    names = np.array(["north", "süd", "동쪽", ""])
    return pd.DataFrame({"y": y, "p": np.round(rng.random(300), 6), "g": names[rng.integers(0, 4, 300)]})


def damaged(raw, rng):
    """Bytes changed, cut out, put in, or cut off."""
    made = bytearray(raw)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        at = rng.randrange(len(made)) if made else 0
        way = rng.random()
        if way < 0.5 and made:
            made[at] ^= 1 << rng.randrange(8)
        elif way < 0.65 and made:
            made[at] = rng.choice((0, 255, 127, 34, 44, 10))
        elif way < 0.75:
            made[at:at] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 9)))
        elif way < 0.85:
            del made[at : at + rng.randrange(1, 40)]
        elif way < 0.95 and len(made) > 8:
            start = rng.randrange(len(made) - 8)
            made[start : start + 8] = rng.choice((b"\xff" * 8, b"\x00" * 8, (2**62).to_bytes(8, "little")))
        else:
            del made[at:]
    return bytes(made)


def faults(name, folder, seeds):
    """What went wrong with damaged files, each by its seed: an error that is not gnomon's own."""
    original = folder / f"original.{name}"
    raw = original.read_bytes()
    found = []
    for seed in seeds:
        path = folder / f"damaged{seed}.{name}"
        path.write_bytes(damaged(raw, random.Random(seed)))
        signal.alarm(SECONDS)
        try:
            ev = gnomon.evaluate(path, target="y", score="p", slices="g", missing="drop", threads=1)
            ev.to_json()
        except GnomonError as error:
            if "\n" in str(error):
                found.append(f"{seed}: {error}")
        except Exception as error:
            found.append(f"{seed}: {type(error).__name__}: {error}")
        path.unlink()
    return found


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("name", WRITERS)
def test_damaged_files_are_refused_or_read(tmp_path, name):
    """No crash, no hang, no error but gnomon's own, in one line."""
    WRITERS[name](rows(), tmp_path / f"original.{name}")
    batches = [range(start, min(start + 25, FILES)) for start in range(0, FILES, 25)]
    for batch in batches:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            try:
                os.write(writing, "\n".join(faults(name, tmp_path, batch)).encode()[:60_000])
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8", errors="replace") as stream:
            said = stream.read()
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code == 0, f"a child ended by {code} in {batch}"
        assert said == ""


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
