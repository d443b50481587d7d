"""Promises of the package as a whole."""

import doctest
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import gnomon

# What only MLflow loads, where it is installed, is tested with it.
LEFT = ("__main__", "_core", "mlflow_evaluator")
MODULES = [m.name for m in walk_packages(gnomon.__path__, "gnomon.") if not m.name.endswith(LEFT)]


@pytest.mark.parametrize("name", ["gnomon", *MODULES])
def test_examples_in_docstrings_run(name):
    """Every example in every docstring gives what it says."""
    found = doctest.testmod(import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.failed == 0


def test_public_names():
    """What is exported exists, is documented, and nothing else is promised."""
    for name in gnomon.__all__:
        assert getattr(gnomon, name).__doc__
    assert dir(gnomon) == sorted(gnomon.__all__)
    with pytest.raises(AttributeError, match="no attribute 'evalute'"):
        _ = gnomon.evalute


def test_parameters_are_the_ones_relied_on():
    """The names under which the facade is called."""
    import inspect

    assert list(inspect.signature(gnomon.evaluate).parameters)[2:] == [
        "target", "prediction", "score", "weight", "slices", "split", "id", "cluster", "classes", "positive", "task",
        "threshold", "scale", "measures", "interval", "level", "seed", "missing", "exact", "memory", "engine",
        "threads", "progress",
    ]  # fmt: skip


def modules_after(code):
    """The top-level modules that a fresh interpreter holds after running some code."""
    script = f"{code}\nimport sys; print(' '.join(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


def test_importing_does_nothing():
    """No array library, no backend, no console is loaded before it is used."""
    heavy = {"numpy", "pyarrow", "narwhals", "scipy", "pandas", "polars", "rich", "click", "sklearn", "matplotlib"}
    assert not heavy & modules_after("import gnomon")


def test_arrays_load_no_frame_library():
    """Evaluating arrays loads neither pandas, Polars nor scikit-learn."""
    loaded = modules_after("import gnomon; gnomon.evaluate([0, 1, 1], [0.2, 0.7, 0.4])")
    assert not {"pandas", "polars", "sklearn", "matplotlib", "rich", "click"} & loaded


def test_help_loads_nothing_heavy():
    """``gnomon --help`` answers at once."""
    loaded = modules_after("from gnomon.cli import run; run(['--help'])")
    assert not {"numpy", "pyarrow", "scipy", "pandas", "rich"} & loaded


def test_errors_are_one_tree():
    """Every error is a GnomonError, and what Python users expect besides."""
    for name in gnomon.__all__:
        own = getattr(gnomon, name)
        if isinstance(own, type) and issubclass(own, Exception):
            assert issubclass(own, gnomon.GnomonError)
    assert issubclass(gnomon.DataError, ValueError)
    assert issubclass(gnomon.UnknownEstimateError, KeyError)
    assert issubclass(gnomon.SourceError, OSError)


def test_it_is_typed():
    """The package says that it carries types."""
    assert (Path(gnomon.__file__).parent / "py.typed").exists()


def test_the_stub_names_what_the_core_has():
    """The hand-written stub of the compiled core lists exactly its functions and classes."""
    import ast

    from gnomon.kernels import _core

    tree = ast.parse((Path(gnomon.__file__).parent / "kernels" / "_core.pyi").read_text())
    described = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    assert described == {name for name in dir(_core) if not name.startswith("__")}
