"""Forks, spawned processes, threads and asyncio: an evaluation in any of them is the evaluation of any other."""

import asyncio
import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

import gnomon
from gnomon.lazy import lazy

RNG = np.random.default_rng(0)
Y = RNG.integers(0, 2, 4000)
P = np.clip(0.4 * Y + RNG.random(4000) * 0.6, 0, 1)
W = RNG.integers(1, 4, 4000).astype(float)


def estimates(_=None):
    """What every process and thread must find."""
    return gnomon.evaluate(Y, P, weight=W, threads=2).to_dict()["estimates"]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forks_while_another_thread_evaluates():
    """No child hangs on a lock that a thread of its parent held."""
    expected = estimates()
    done = threading.Event()

    def busy():
        while not done.is_set():
            estimates()

    workers = [threading.Thread(target=busy, daemon=True) for _ in range(2)]
    for own in workers:
        own.start()
    children = []
    try:
        for _ in range(12):
            time.sleep(0.05)
            child = os.fork()
            if child == 0:  # no test code but this runs in the child
                signal.alarm(60)
                os._exit(0 if estimates() == expected else 1)
            children.append(child)
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    finally:
        done.set()
        for own in workers:
            own.join()
    assert codes == [0] * 12


def test_spawned_processes_threads_and_asyncio():
    """The same numbers from each, also many at once."""
    expected = estimates()
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(estimates, range(3))) == [expected] * 3
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(estimates, range(8))) == [expected] * 8

    async def several():
        return await asyncio.gather(*(asyncio.to_thread(estimates) for _ in range(4)))

    # In a thread of its own, as a browser that other tests drive may have left a loop in this one.
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: asyncio.run(several())).result() == [expected] * 4


def test_lazy_values_are_computed_once_and_without_a_lock():
    """A value that asks for another instance's, in another thread, does not wait for itself."""

    class Chain:
        def __init__(self, other=None):
            self.other = other
            self.made = 0

        @lazy
        def value(self):
            """The number of links."""
            self.made += 1
            if self.other is None:
                return 1
            found = []
            worker = threading.Thread(target=lambda: found.append(self.other.value), daemon=True)
            worker.start()
            worker.join(20)
            return found[0] + 1

    chain = Chain(Chain())
    assert (chain.value, chain.value, chain.made) == (2, 2, 1)
    assert Chain.value.__doc__ == "The number of links."


def test_scores_that_another_thread_rewrites_corrupt_nothing():
    """A wrong answer or an error is allowed; a write outside of the rows' own memory is not (see make sanitize)."""
    from gnomon.kernels.ranking import Ranking

    scores = np.random.default_rng(0).random(600_000)
    labels = (np.arange(len(scores)) % 2).astype(np.uint8)
    done = threading.Event()

    def rewrite():
        rng = np.random.default_rng(1)
        while not done.is_set():
            scores[:] = rng.random(len(scores)) * rng.choice([1e-300, 1.0, 1e300])

    writer = threading.Thread(target=rewrite, daemon=True)
    writer.start()
    refused = 0
    try:
        for _ in range(20):
            try:
                Ranking([scores], [labels], None, 2).pairs()
            except ValueError as error:
                assert "changed while they were ranked" in str(error)  # noqa: PT017  # an answer is as good
                refused += 1
    finally:
        done.set()
        writer.join()
    assert refused <= 20
