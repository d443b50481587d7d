"""The faults that ``make mutants`` puts into the code, and those that are said to change nothing."""

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.mutants.__main__ import known_equivalents
from tests.mutants.sites import Python, core_sites, sites

ROOT = Path(__file__).parent.parent


def faults(text, kind=Python):
    """What is put in place of what, in some code."""
    raw = text.encode()
    found = Python("a.py", raw).sites() if kind is Python else core_sites("core/a.cpp", raw)
    return {(raw[own.start : own.end].decode(), own.text) for own in found}


@pytest.mark.parametrize(("text", "expected"), [
    ("x = a < b", {("<", "<=")}), ("x = a not in b", {("not in", "in")}), ("x = a + b * c", {("+", "-"), ("*", "/")}),
    ("x = a and b", {("and", "or")}), ("x = not a", {("not ", "")}), ("x = [1, 0.5, True]", {("1", "2"), ("0.5", "1.0"),
                                                                                          ("True", "False")}),
    ("x = a if c else b", {("a", "b")}), ("if c:\n    pass", {("c", "(not (c))")}), ("x += y", {("+=", "-=")}),
    ("f(x)", {("f(x)", "pass")}), ("x = max(a, b)", {("max", "min")}), ("x = f(a, key=b)", {(", key=b", "")}),
    ("x: dict[str, int] = {}", set()), ("def f(a: int | None) -> int | None:\n    'text 1 + 1'", set()),
    ("raise ValueError(f'{a + 1}')", set()), ("if TYPE_CHECKING:\n    x = 1", set()),
    ("@dataclass(frozen=True)\nclass A: ...", set()),
])  # fmt: skip
def test_faults_of_python(text, expected):
    """Comparisons, arithmetic, logic, constants, branches, arguments, calls; no annotations, no messages."""
    assert faults(text) == expected


def test_faults_of_the_core():
    """The same kinds by their tokens; nothing in comments, text, templates and directives."""
    text = '#define A 1\ntemplate <class T>\n// 1 < 2\nif (a < b && c == 2) return std::min(a, g("1"));\nx += 3;'
    assert faults(text, "core") == {("<", "<="), ("&&", "||"), ("==", "!="), ("2", "3"), ("std::min", "std::max"),
                                    ("+=", "-="), ("3", "4")}  # fmt: skip


def test_faults_that_change_nothing_are_there():
    """Each is a site of today's code, and has its reason."""
    raws = {}
    keys = {own.key(raws.setdefault(own.path, (ROOT / own.path).read_bytes())) for own in sites(ROOT)}
    for key, reason in known_equivalents().items():
        assert key in keys or any(fnmatchcase(own, key) for own in keys), f"no such place any more: {key}"
        assert len(reason) > 10, key
