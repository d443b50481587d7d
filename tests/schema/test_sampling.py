"""Which rows a sample holds does not depend on how a source is divided, nor on what files are called."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from gnomon.schema.clusters import ClusterPlan
from gnomon.schema.sampling import Sampled, draws
from gnomon.sources.base import Piece


def pieces(sizes, file=0, origin="part-0.parquet"):
    """Consecutive rows, each holding its number."""
    ends = np.append(0, np.cumsum(sizes))
    return [Piece(pa.table({"x": np.arange(a, b) + 10**6 * file}), origin, int(a) + 1, file=file)
            for a, b in pairwise(ends)]  # fmt: skip


def held(sampled):
    """The rows that are kept."""
    return sorted(own for table in sampled.tables for own in table["x"].to_pylist())


@pytest.mark.parametrize("rows", [10, 999, 5000])
def test_any_division_gives_the_same_rows(rows):
    """Taken piece by piece, merged in any order; at least as many as are wanted, and less than twice that."""
    one = Sampled(300)
    for own in pieces([rows]):
        one.add(own)
    others = [Sampled(300) for _ in range(3)]
    for place, own in enumerate(pieces([7] * (rows // 7) + [rows % 7])):
        others[place % 3].add(own)
    merged = others[2].merge(others[0]).merge(others[1])
    assert held(one) == held(merged)
    assert min(rows, 300) <= len(held(one)) < 600


def test_files_of_one_name_draw_apart():
    """As those of folders that are called by their values are."""
    sampled = Sampled(100)
    for file in range(300):
        for own in pieces([1], file):
            sampled.add(own)
    assert 100 <= len(held(sampled)) < 200
    first, second = (draws(own) for own in (*pieces([50], 0), *pieces([50], 1)))
    assert not set(first.tolist()) & set(second.tolist())


def test_draws_are_even():
    """Each half of the numbers is drawn about as often, of neighbouring rows too."""
    drawn = draws(pieces([100_000])[0])
    share = (drawn < 2**63).mean()
    assert abs(share - 0.5) < 0.01
    assert abs(np.corrcoef(drawn[:-1].astype(float), drawn[1:].astype(float))[0, 1]) < 0.02


def test_names_of_clusters_travel():
    """Text of any kind, with the same numbers on either side; damaged bytes are refused."""
    from gnomon.errors import StateError

    plan = ClusterPlan("c")
    tally = plan.start()
    values = ["b", "a", "", "ü", "b", "long " * 50]
    tally.add(Piece(pa.table({"c": values}), "", 1), 1)
    other = plan.read(tally.to_bytes())
    column = pa.chunked_array([values])
    assert other.numbers().of(column, "c").tolist() == tally.numbers().of(column, "c").tolist()
    assert plan.read(plan.start().to_bytes()).numbers().names.to_pylist() == []
    from gnomon.wire import pack

    for arrays in ([], [np.array([0, 9]), np.zeros(3, np.uint8)], [np.array([0.5]), np.zeros(0, np.uint8)]):
        with pytest.raises(StateError):
            plan.read(pack("clusters", {}, arrays)).numbers()
