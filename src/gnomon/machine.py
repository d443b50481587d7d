"""What this process may use: the CPUs and the memory of the machine, within its own limits and control groups."""

from __future__ import annotations

import math
import os
import resource
from collections.abc import Iterator
from functools import cache
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")
UNLIMITED = 1 << 20


@cache
def usable_cpus() -> int:
    """The CPUs that this process may use: its affinity, capped by the quota of its control groups."""
    affinity = getattr(os, "sched_getaffinity", None)  # macOS has none
    cpus = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return max(1, min([cpus, *(cpu_quota(group) for group in control_groups("cpu"))]))


def available_memory() -> int:
    """The bytes that this process may still take: what the machine has, its control groups, ``ulimit -v``."""
    page = os.sysconf("SC_PAGE_SIZE")
    free = [page * os.sysconf("SC_PHYS_PAGES")]
    told = Path("/proc/meminfo")
    if told.exists():
        lines = dict(line.split(":", 1) for line in told.read_text().splitlines())
        free.append(int(lines["MemAvailable"].split()[0]) * 1024)
    free += [own for group in control_groups("memory") if (own := memory_left(group)) is not None]
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY:
        free.append(limit - page * int(first_word(Path("/proc/self/statm")) or 0))
    return max(0, min(free))


def control_groups(controller: str, root: Path = GROUPS, membership: Path = MEMBERSHIP) -> Iterator[Path]:
    """The folders of the control groups that this process is in, the innermost first, up to the root.

    Args:
        controller: ``"cpu"`` or ``"memory"``, whose folder groups of the first version lie in.
        root: Where control groups are mounted.
        membership: The file that says which groups the process is in.
    """
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        mounted = root / controller if controllers else root
        group = mounted / path.lstrip("/")
        # In a container the groups above its own are not to be seen: the root shows its own group.
        while group != mounted:
            if group.is_dir():
                yield group
            group = group.parent
        if mounted.is_dir():
            yield mounted


def cpu_quota(group: Path) -> int:
    """The CPUs that a control group grants, rounded up; a huge number if it sets no limit."""
    try:
        quota, period = (group / "cpu.max").read_text().split()[:2]
    except (OSError, ValueError):
        quota, period = first_word(group / "cpu.cfs_quota_us"), first_word(group / "cpu.cfs_period_us")
    try:
        return math.ceil(int(quota) / int(period)) if int(quota) > 0 else UNLIMITED
    except (ValueError, ZeroDivisionError):  # "max", or nothing: no limit
        return UNLIMITED


def memory_left(group: Path) -> int | None:
    """The bytes that a control group still grants, droppable file pages included; None if it sets no limit."""
    limit = first_word(group / "memory.max") or first_word(group / "memory.limit_in_bytes")
    used = first_word(group / "memory.current") or first_word(group / "memory.usage_in_bytes")
    if not limit.isdigit() or not used.isdigit():
        return None
    try:
        told = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):
        told = {}
    dropped = int(told.get("inactive_file", told.get("total_inactive_file", 0)))
    return max(0, int(limit) - max(0, int(used) - dropped))


def first_word(path: Path) -> str:
    """The first word of a file; nothing where it cannot be read."""
    try:
        return (path.read_text().split() or [""])[0]
    except OSError:
        return ""
