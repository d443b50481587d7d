"""How many threads to use: the CPUs that this process may use, unless told otherwise."""

from __future__ import annotations

import operator
import os

from gnomon.errors import UsageError
from gnomon.machine import usable_cpus

SETTING = "GNOMON_THREADS"
# Fewer rows than this are the work of one thread (core/parallel.h).
ROWS_FOR_THREADS = 1 << 17
# More threads than any machine has are a mistake, which would show only once the system refuses them.
MOST = 1024


def thread_count(threads: int | None = None) -> int:
    """The number of threads to use.

    Args:
        threads: An explicit number; None asks for the environment variable ``GNOMON_THREADS``, and
            without that for the CPUs that the process may use (affinity and container limits respected).

    Raises:
        UsageError: The number, or the variable, is not a whole number from 1 to 1,024.

    >>> thread_count(3)
    3
    """
    if threads is not None:
        try:
            wanted = 0 if isinstance(threads, bool) else operator.index(threads)
        except TypeError:
            wanted = 0
        if not 1 <= wanted <= MOST:
            raise UsageError(f"threads must be a whole number from 1 to {MOST:,}, not {threads!r}")
        return wanted
    setting = os.environ.get(SETTING)
    if setting:
        if not (setting.isascii() and setting.isdigit() and len(setting) <= 6 and 1 <= int(setting) <= MOST):
            raise UsageError(f"{SETTING} must be a whole number from 1 to {MOST:,}, not {setting!r}")
        return int(setting)
    return usable_cpus()


def threads_for(rows: int) -> int:
    """The number of threads to use for so many rows: one where more would be of no use."""
    return 1 if rows < ROWS_FOR_THREADS else thread_count()
