"""Where a small fault can be put: comparisons, arithmetic, logic, constants, branches, arguments, statements."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COMPARED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "in": "not in", "not in": "in",
            "is": "is not", "is not": "is"}  # fmt: skip
COMPUTED = {"+": "-", "-": "+", "*": "/", "/": "*", "//": "/", "%": "*", "**": "*", "&": "|", "|": "&"}
CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "minimum": "maximum", "maximum": "minimum",
          "floor": "ceil", "ceil": "floor"}  # fmt: skip
# Arguments that only say something to a reader or to the machine.
WORDS = {"help", "short_help", "metavar", "threads", "strict", "stacklevel", "name", "copy"}
# How a picture or a table looks, which eyes judge: arguments and keys of renderers.
LOOKS = frozenset((
    "alpha", "bbox_to_anchor", "capsize", "dpi", "elinewidth", "figsize", "fontsize", "framealpha", "ha", "height",
    "hspace", "labelAngle", "labelLimit", "labelpad", "linestyle", "linewidth", "linewidths", "markeredgewidth",
    "markersize", "ncols", "no_wrap", "opacity", "pad", "pad_edge", "padding", "rotation", "size", "strokeWidth",
    "style", "symbolOpacity", "thickness", "va", "width", "wspace", "zorder",
))  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A fault: in the bytes of a file from ``start`` to ``end`` another text.

    Attributes:
        path: The file, from the root of the repository.
        line: The number of its line, from 1.
    """

    path: str
    line: int
    start: int
    end: int
    text: str

    def applied(self, raw: bytes) -> bytes:
        """The file with the fault in it."""
        return raw[: self.start] + self.text.encode() + raw[self.end :]

    def key(self, raw: bytes) -> str:
        """What names the fault wherever its line moves: the file, the line's text, what was put in place of what."""
        line = raw.split(b"\n")[self.line - 1].decode().strip()
        before = " ".join(raw[self.start : self.end].decode().split())
        return f"{self.path} | {line} | {before} -> {self.text}"


class Python:
    """The sites of a Python file."""

    def __init__(self, path: str, raw: bytes) -> None:
        self.path, self.raw = path, raw
        self.tree = ast.parse(raw)
        self.looks = LOOKS if path.startswith(("src/gnomon/report/", "src/gnomon/lesson/")) else frozenset()
        self.starts = [0]
        for line in raw.split(b"\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)

    def sites(self) -> Iterator[Mutant]:
        """All of them, in the order of the file's tree."""
        yield from self._visit(self.tree)

    def _visit(self, node: ast.AST) -> Iterator[Mutant]:
        if isinstance(node, (ast.JoinedStr, ast.Raise, ast.Assert, ast.Import, ast.ImportFrom)):
            return
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.keyword) and node.arg in WORDS | self.looks:
            return
        yield from self._own(node)
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "type_params") or (name == "decorator_list" and not is_command(value)):
                continue
            keys = node.keys if isinstance(node, ast.Dict) else []
            looks = [getattr(own, "value", None) in self.looks for own in keys]
            for place, child in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(child, ast.AST) and not (looks and looks[place]):
                    yield from self._visit(child)

    def _own(self, node: ast.AST) -> Iterator[Mutant]:
        match node:
            case ast.Compare(left=left, comparators=[right]):
                yield from self._between(left, right, COMPARED)
            case ast.BinOp(left=left, right=right):
                yield from self._between(left, right, COMPUTED)
            case ast.BoolOp(values=[first, second, *_]):
                yield from self._between(first, second, {"and": "or", "or": "and"})
            case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
                yield self._mutant(node, self._start(node), self._start(operand), "")
            case ast.Constant(value=bool() | int() | float() as value):
                other = (
                    not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else 2 * value or 1.0
                )
                yield self._mutant(node, self._start(node), self._end(node), repr(other))
            case ast.IfExp(body=body, orelse=orelse):
                yield self._mutant(node, self._start(body), self._end(body), self._source(orelse))
            case ast.If(test=test) | ast.While(test=test):
                yield self._mutant(test, self._start(test), self._end(test), f"(not ({self._source(test)}))")
            case ast.AugAssign(op=ast.Add() | ast.Sub(), target=target, value=value):
                yield from self._between(target, value, {"+=": "-=", "-=": "+="})
            case ast.Expr(value=ast.Call()):
                yield self._mutant(node, self._start(node), self._end(node), "pass")
            case ast.Call():
                yield from self._call(node)

    def _call(self, node: ast.Call) -> Iterator[Mutant]:
        name = getattr(node.func, "attr", getattr(node.func, "id", None))
        if name in CALLED:
            end = self._end(node.func)
            yield self._mutant(node, end - len(name), end, CALLED[name])
        given = sorted([*node.args, *(own.value for own in node.keywords)], key=self._start)
        for own in node.keywords:
            before = [arg for arg in given if self._start(arg) < self._start(own.value)]
            if own.arg is None or own.arg in WORDS | self.looks or not before:
                continue
            yield self._mutant(own, self._end(before[-1]), self._end(own.value), "")

    def _between(self, left: ast.AST, right: ast.AST, swaps: dict[str, str]) -> Iterator[Mutant]:
        start, end = self._end(left), self._start(right)
        longest = sorted(swaps, key=len, reverse=True)
        names = "|".join(rf"\b{re.escape(own)}\b" if own[0].isalpha() else re.escape(own) for own in longest)
        found = re.search(names.encode(), self.raw[start:end])
        if found:
            own = found.group().decode()
            yield self._mutant(right, start + found.start(), start + found.end(), swaps[own])

    def _start(self, node: ast.AST) -> int:
        return self.starts[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.AST) -> int:
        return self.starts[node.end_lineno - 1] + node.end_col_offset

    def _source(self, node: ast.AST) -> str:
        return self.raw[self._start(node) : self._end(node)].decode()

    def _mutant(self, node: ast.AST, start: int, end: int, text: str) -> Mutant:
        return Mutant(self.path, self.raw[:start].count(b"\n") + 1, start, end, text)


def is_command(decorators: list[ast.expr]) -> bool:
    """Whether decorators declare a command's options, which are code like any other."""
    return any("click" in ast.unparse(own) for own in decorators)


TOKENS = re.compile(
    r"(?P<skip>//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'"
    r"|^[ \t]*#[^\n]*(?:\\\n[^\n]*)*|template <[^\n]*)"
    r"|(?P<compared> (?:<=|>=|==|!=|<|>) )|(?P<logic> (?:&&|\|\|) )|(?P<computed> (?:\+|-|\*|/) )|(?P<added> [+-]= )"
    r"|(?P<called>std::(?:min|max)\b)|(?P<flag>\b(?:true|false)\b)|(?P<number>(?<![\w.'])\d+(?![\w.']))",
    re.MULTILINE | re.DOTALL,
)
IN_CORE = COMPARED | COMPUTED | {"&&": "||", "||": "&&", "+=": "-=", "-=": "+=", "std::min": "std::max",
                                 "std::max": "std::min", "true": "false", "false": "true"}  # fmt: skip


def core_sites(path: str, raw: bytes) -> Iterator[Mutant]:
    """The sites of a C++ file."""
    text = raw.decode("latin-1")  # a character a byte
    for found in TOKENS.finditer(text):
        if found.lastgroup == "skip":
            continue
        own = found.group().strip()
        start = found.start() + found.group().index(own)
        other = str(int(own) + 1) if found.lastgroup == "number" else IN_CORE[own]
        yield Mutant(path, text.count("\n", 0, start) + 1, start, start + len(own), other)


def sites(root: Path) -> list[Mutant]:
    """All sites of the package and of the core."""
    found: list[Mutant] = []
    for path in sorted((root / "src" / "gnomon").rglob("*.py")):
        found += Python(str(path.relative_to(root)), path.read_bytes()).sites()
    for path in sorted((root / "core").iterdir()):
        found += core_sites(str(path.relative_to(root)), path.read_bytes())
    return found
