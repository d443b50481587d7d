"""Writes gnomon/metrics/__init__.pyi: what the metrics return, by what is asked of them, for type checkers and editors.

``python docs/write_stubs.py`` writes it; with ``--check`` it only says, by exit code 1, that it is not true.
"""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from gnomon import metrics

STUB = Path(metrics.__file__).with_suffix(".pyi")
HEAD = """# Made by docs/write_stubs.py from the signatures of the functions.
from collections.abc import Callable, Collection, Mapping, Sequence
from numbers import Real
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

"""
# By a parameter, what a function of unknown type returns: what the parameter is declared as, a value of that type, and
# the type that is returned.
BY_PARAMETER: dict[str, list[tuple[str, Any, str]]] = {
    "average": [("str", "macro", "float"), ("None", None, "Array")],
    "multioutput": [
        ('Literal["uniform_average", "variance_weighted"] | Sequence[float]', "uniform_average", "float"),
        ('Literal["raw_values"]', "raw_values", "Array"),
    ],
    "output_dict": [("Literal[False]", False, "str"), ("Literal[True]", True, "dict[str, Any]")],
}
# Where several are returned: of a float or an array, such a tuple.
SEVERAL = {"float": "tuple[float, float, float, None]", "Array": "tuple[Array, Array, Array, NDArray[Any]]"}


def declared(function: Callable[..., Any], replaced: dict[str, tuple[str, bool]], returned: str) -> str:
    """The declaration of a function, some parameters as they are told."""
    parts, keyword_only = [], False
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is parameter.KEYWORD_ONLY and not keyword_only:
            keyword_only = True
            parts.append("*")
        kind, has_default = replaced.get(name, (str(parameter.annotation), parameter.default is not parameter.empty))
        shown = f"{name}: {kind}"
        if has_default:
            own = parameter.default
            simple = own is None or isinstance(own, bool | int | float | str)
            simple = simple and not (isinstance(own, float) and math.isnan(own))  # which has no literal
            shown += f" = {own!r}" if simple else " = ..."
        parts.append(shown)
    return f"def {function.__name__}({', '.join(parts)}) -> {returned}: ...\n"


def declarations(function: Callable[..., Any]) -> Iterator[str]:
    """One for each type that is returned.

    Raises:
        TypeError: What it returns is not known.
    """
    signature = inspect.signature(function)
    returned = str(signature.return_annotation)
    if "Any" not in (returned, returned.removeprefix("tuple[")[:3]):
        yield declared(function, {}, returned)
        return
    by = next((name for name in BY_PARAMETER if name in signature.parameters), None)
    if by is None:
        raise TypeError(f"{function.__name__} returns Any, whatever is asked of it")
    default = signature.parameters[by].default
    for kind, example, own in BY_PARAMETER[by]:
        alike = type(example) is type(default) and (by == "average" or example == default)
        yield "@overload\n" + declared(function, {by: (kind, alike)}, SEVERAL[own] if returned != "Any" else own)


def stub() -> str:
    """The whole file."""
    text = HEAD + f"__all__ = {list(metrics.__all__)!r}\n\n"
    for name in metrics.__all__:
        own = getattr(metrics, name)
        if inspect.isclass(own):
            text += f"class {name}({own.__mro__[1].__name__}): ...\n\n"
        else:
            text += "".join(declarations(own)) + "\n"
    return text


def main(check: bool) -> int:
    """Writes the file, or says whether it is true."""
    made = stub()
    if check:
        return int(STUB.read_text(encoding="utf-8") != made)
    STUB.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
