"""What the structure promises: measures are named where they are declared, and no module imports itself."""

import ast
from pathlib import Path

import gnomon
from gnomon.measures.measure import Cellwise, OfRanking
from gnomon.measures.registry import AVERAGES, REGISTRY

SOURCE = Path(gnomon.__file__).parent
# What is also a word of its own: an argument, a column of a file.
WORDS = {"cost", "flagged"}
MOST_NAMES = 60


def modules():
    """The source of every module, by its name."""
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        yield ".".join(("gnomon", *parts)).removesuffix(".__init__"), ast.parse(path.read_text(encoding="utf-8"))


def docstrings(tree):
    """The nodes of docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and isinstance(node.body[0], ast.Expr):
            yield node.body[0].value


def test_measures_are_named_where_they_are_declared():
    """Outside measures/ and metrics/ few names of measures are written out: all else asks the registry."""
    names = REGISTRY.keys() - WORDS
    names |= {
        f"{name}_{average}"
        for name, own in REGISTRY.items()
        for average in AVERAGES
        if isinstance(own.basis, Cellwise | OfRanking)
    }
    found = {}
    for module, tree in modules():
        if module.startswith(("gnomon.measures", "gnomon.metrics")):
            continue
        told = {id(node) for node in docstrings(tree)}
        written = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and node.value in names and id(node) not in told
        ]
        found |= {module: written} if written else {}
    assert sum(map(len, found.values())) < MOST_NAMES, found


def test_no_module_imports_itself():
    """Neither at once nor later, within a function, by way of others; what is imported for types alone is no import."""
    graph = {}
    trees = dict(modules())
    for module, tree in trees.items():
        for_types = {
            id(inner)
            for node in ast.walk(tree)
            if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
            for inner in ast.walk(node)
        }
        graph[module] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and id(node) not in for_types:
                graph[module] |= {
                    full if (full := f"{node.module}.{own.name}") in trees else node.module for own in node.names
                } & trees.keys()
        graph[module].discard(module)
    while True:  # what imports nothing that is left cannot be in a circle
        free = {module for module, own in graph.items() if not own & graph.keys()}
        if not free:
            break
        graph = {module: own for module, own in graph.items() if module not in free}
    assert not graph, sorted(graph)
