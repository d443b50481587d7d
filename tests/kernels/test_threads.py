"""How many threads: affinity, containers, the setting."""

import os

import pytest

from gnomon.errors import UsageError
from gnomon.kernels.threads import SETTING, thread_count


def test_default_is_what_the_process_may_use(monkeypatch):
    """Never more than the affinity allows."""
    monkeypatch.delenv(SETTING, raising=False)
    assert 1 <= thread_count() <= (os.cpu_count() or 1)


def test_setting_and_argument(monkeypatch):
    """The variable sets the default, the argument overrides it."""
    monkeypatch.setenv(SETTING, "5")
    assert thread_count() == 5
    assert thread_count(2) == 2


@pytest.mark.parametrize("wrong", ["0", "-1", "two", "1.5", "1025", "9" * 5000])
def test_wrong_setting(monkeypatch, wrong):
    """A setting that is no positive whole number is refused by name."""
    monkeypatch.setenv(SETTING, wrong)
    with pytest.raises(UsageError, match=SETTING):
        thread_count()


@pytest.mark.parametrize("wrong", [0, -3, 1.5, "2", True, 1025, 10**30])
def test_wrong_argument(wrong):
    """An argument that is no positive whole number is refused."""
    with pytest.raises(UsageError, match="threads"):
        thread_count(wrong)
