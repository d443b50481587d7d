"""CPUs and memory: of the machine, within the limits of the process and of its control groups."""

import resource
import subprocess
import sys

import pytest

from gnomon import machine
from gnomon.machine import UNLIMITED, available_memory, control_groups, cpu_quota, memory_left


def group(root, name, **files):
    """A control group with some files."""
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (folder / file.replace("_", ".", 1)).write_text(f"{text}\n")
    return folder


def test_quotas_of_cpus(tmp_path):
    """Both versions; a part of a CPU counts as one; no limit is no limit."""
    assert cpu_quota(group(tmp_path, "new", cpu_max="150000 100000")) == 2
    assert cpu_quota(group(tmp_path, "max", cpu_max="max 100000")) == UNLIMITED
    assert cpu_quota(group(tmp_path, "old", cpu_cfs_quota_us=50000, cpu_cfs_period_us=100000)) == 1
    assert cpu_quota(group(tmp_path, "none", cpu_cfs_quota_us=-1, cpu_cfs_period_us=100000)) == UNLIMITED
    assert cpu_quota(tmp_path / "nothing") == UNLIMITED


def test_memory_of_groups(tmp_path):
    """What is used counts, but for pages of files that can be dropped; both versions."""
    own = group(tmp_path, "new", memory_max=1000, memory_current=700, memory_stat="anon 1\ninactive_file 200")
    assert memory_left(own) == 500
    old = group(tmp_path, "old", memory_limit_in_bytes=1000, memory_usage_in_bytes=900)
    assert memory_left(old) == 100
    assert memory_left(group(tmp_path, "max", memory_max="max", memory_current=1)) is None


@pytest.mark.parametrize(("told", "controller", "expected"), [
    ("0::/user/job", "cpu", ["user/job", "user", "."]),
    ("4:memory:/a/b\n3:cpu,cpuacct:/c", "memory", ["memory/a/b", "memory/a", "memory"]),
    ("4:memory:/a/b\n3:cpu,cpuacct:/c", "cpu", ["cpu/c", "cpu"]),
])  # fmt: skip
def test_the_groups_of_a_process(tmp_path, told, controller, expected):
    """Its own and all above it: the tightest limit holds, wherever it stands."""
    for name in ("user/job", "memory/a/b", "cpu/c"):
        (tmp_path / "root" / name).mkdir(parents=True)
    (tmp_path / "cgroup").write_text(told)
    found = list(control_groups(controller, tmp_path / "root", tmp_path / "cgroup"))
    assert found == [tmp_path / "root" / own for own in expected]
    assert not list(control_groups(controller, tmp_path / "root", tmp_path / "none"))


def test_a_limit_of_the_process_counts():
    """``ulimit -v``: what is left of it, not what the machine has."""
    code = (
        "import resource; from gnomon.machine import available_memory; "
        "resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31)); print(available_memory())"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert 0 < int(found.stdout) < 2**31
    if resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY:
        assert available_memory() > 0


@pytest.mark.parametrize(("cpus", "quotas", "usable"), [(8, [], 8), (8, [UNLIMITED], 8), (8, [3, 5], 3), (2, [0], 1)])
def test_usable_cpus(monkeypatch, cpus, quotas, usable):
    """As many as the process may run on, within every quota, and one at least."""
    monkeypatch.setattr(machine.os, "sched_getaffinity", lambda _: set(range(cpus)), raising=False)
    monkeypatch.setattr(machine, "control_groups", lambda _: iter(range(len(quotas))))
    monkeypatch.setattr(machine, "cpu_quota", lambda group: quotas[group])
    assert machine.usable_cpus.__wrapped__() == usable
