"""How many threads to use: the CPUs that this process may use, unless told otherwise."""

from __future__ import annotations

import math
import os
from functools import cache
from pathlib import Path
from typing import SupportsIndex

from gnomon.errors import UsageError

SETTING = "GNOMON_THREADS"
# Fewer rows than this are the work of one thread (core/parallel.h).
FEW_ROWS = 1 << 17


def thread_count(threads: int | None = None) -> int:
    """The number of threads to use.

    Args:
        threads: An explicit number; None asks for the environment variable ``GNOMON_THREADS``, and
            without that for the CPUs that the process may use (affinity and container limits respected).

    Raises:
        UsageError: The number, or the variable, is not a positive whole number.

    >>> thread_count(3)
    3
    """
    if threads is not None:
        if isinstance(threads, bool) or not isinstance(threads, SupportsIndex) or int(threads) < 1:
            raise UsageError(f"threads must be a positive whole number, not {threads!r}")
        return int(threads)
    setting = os.environ.get(SETTING)
    if setting:
        if not setting.isascii() or not setting.isdigit() or int(setting) < 1:
            raise UsageError(f"{SETTING} must be a positive whole number, not {setting!r}")
        return int(setting)
    return usable_cpus()


def threads_for(rows: int) -> int:
    """The number of threads to use for so many rows: one where more would be of no use."""
    return 1 if rows < FEW_ROWS else thread_count()


@cache
def usable_cpus() -> int:
    """CPUs that this process may use: its affinity, capped by the container's quota."""
    affinity = getattr(os, "sched_getaffinity", None)  # macOS has none
    cpus = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return max(1, min(cpus, cgroup_quota(Path("/sys/fs/cgroup"))))


def cgroup_quota(root: Path) -> int:
    """The CPUs that the control group at ``root`` grants, rounded up; a huge number if it sets no limit."""
    unlimited = 1 << 20
    try:
        quota, period = (root / "cpu.max").read_text().split()[:2]
    except (OSError, ValueError):
        try:
            quota = (root / "cpu" / "cpu.cfs_quota_us").read_text().strip()
            period = (root / "cpu" / "cpu.cfs_period_us").read_text().strip()
        except OSError:
            return unlimited
    try:
        return math.ceil(int(quota) / int(period)) if int(quota) > 0 else unlimited
    except (ValueError, ZeroDivisionError):  # "max": no limit
        return unlimited
