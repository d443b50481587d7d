"""Keeps the message catalogues: collects every sentence that a person reads, and compiles the translations.

``python docs/write_messages.py`` brings the .po files up to date (new sentences get empty translations, those that are
gone go) and compiles them; with ``--check`` it only says, by exit code 1, what is missing.

A sentence is any string of the source with a space between words, outside docstrings; whatever ``tr("...")`` holds, in
Python and in templates; the titles of measures; the help of the command line; the lesson; and single words of which
sentences are made (``WORDS``). The values of an f-string are named: f"{count:,} rows" is "{count} rows" there.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from string import Formatter

import click
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from gnomon.lesson.steps import sentences
from gnomon.measures.registry import AVERAGES, REGISTRY
from gnomon.report.language import CATALOGUES, DOMAIN, ENGLISH, LANGUAGES

SOURCE = Path(__file__).parent.parent / "src" / "gnomon"
# What a person at the command line or before a report never reads: scikit-learn's own words, errors of Python calls.
SILENT = (
    "metrics", "kernels", "states", "wire.py", "engines/messages.py", "models", "__init__.py", "estimate.py",
    "calling.py", "evaluation/result/checking.py", "comparison/checking.py", "decision/checking.py",
    "thresholds/table.py",
    "thresholds/bands.py", "evaluation/arguments/opening.py", "evaluation/result/several.py",
    "report/plots/accessor.py", "report/plots/pictures.py", "report/tables.py", "frames.py",
    "evaluation/result/named.py", "evaluation/result/form.py",
    "report/korean.py", "report/html/charts.py", "report/language.py", "lesson/steps.py", "decision/outcome.py",
    "sources/arrays.py", "sources/tables.py", "sources/frames.py", "intervals",
)  # fmt: skip
# What developers see; what styles, policies and fonts are called.
_REPR = re.compile(
    r"^[A-Z][a-z]+[A-Za-z]*\(|^(bold|dim|not|red) (not|dim|green|red|underline)|^[a-z]+-[a-z]+ ['d{]"
    r"|^[A-Z][a-z]+ .*(Gothic|CJK|Sans|Dotum)|^#N/A|^Glyph |annot allocate memory$|^failed to map|^can't start new"
    r"|^\{name\} is not JSON$"
)
# A template needs so many letters of its own, or words at an end: another would match anything.
FEWEST_LETTERS = 8
_ANCHORED = re.compile(r"^[^{}]*[^\W\d_]{2}[^{}]*\{|\}[^{}]*[^\W\d_]{2}[^{}]*$")
# Words that stand in sentences, or alone in tables, and come from data structures rather than from tr("...").
WORDS = (
    "binary", "multiclass", "multilabel", "regression", *AVERAGES, "wilson", "delong", "delong, logit",
    "bootstrap", "t", "delta", "majority", "all positive", "base rates", "random", "mean", "median",
    "excellent", "good", "fair", "too high", "too low", "platt", "beta", "isotonic", "as is", "text", "numbers",
    "RMSE", "MAE", "AP", "arrays", "{library} data frame", "scores", "errors", "recall", "fall-out", "low", "high",
    "it", "them", "newcombe", "newcombe, less bias", "order statistics", "wald", "linearised", "averaged", "log t",
    "bca", "mcnemar", "paired t", "paired bootstrap", "paired bca", "better", "worse", "different", "cannot tell",
    "the same", "clusters", "once", "rows are", "weight is", "rows of the rarer class",
    "no interval: in these rows nothing is seen to vary", "corrected resampled t", " and ", "miss", "cost", "flagged",
    "share", *(f"{{measure}}, {own}" for own in AVERAGES),
)  # fmt: skip
# Values that another language need not say: "row" or "rows", "it" or "them".
UNSAID = {"value1", "value2", "possibility"}
# What click says by itself, which is looked up in gettext's own domain.
CLICK = (
    "Usage:", "Options", "Commands", "Show this message and exit.", "Show the version and exit.", "default: {default}",
    "required", "Missing option", "Error", "Missing argument", "No such option: {name}", "No such command {name!r}.",
    "Did you mean {possibility}?", "Invalid value for {param_hint}: {message}", "Invalid value: {message}",
)  # fmt: skip
_PROSE = re.compile(r"[A-Za-z}%)'\"] +[A-Za-z{('\"]|[a-z]: ")
_CODE = re.compile(
    r"^[\s\W]*$|^--|^\(\?P|^[a-z_]+\.[a-z_.]+$|^\\\\b|<[a-z]+ |^https?:|\$schema|^SELECT |datum\.|^sha256|^'sha256"
    r"|^import "
)
# Calls whose strings are no sentences, or are collected as help.
QUIET_CALLS = {"compile", "option", "argument", "command"}
_TEMPLATE = re.compile(r"""\btr\(\s*(?P<quote>["'])(?P<text>.*?)(?P=quote)""", re.DOTALL)


def collected() -> dict[str, set[str]]:
    """Every sentence, with the files that say it."""
    found: dict[str, set[str]] = {}

    def add(text: str, where: str) -> None:
        found.setdefault(text, set()).add(where)

    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE)
        if not str(name).startswith(SILENT):
            for text in spoken(ast.parse(path.read_text(encoding="utf-8"))):
                add(text, str(name))
    for path in sorted(SOURCE.rglob("templates/**/*.html")):
        for match in _TEMPLATE.finditer(path.read_text(encoding="utf-8")):
            if not match["text"].endswith(" "):  # the rest of it is not written there
                add(match["text"], str(path.relative_to(SOURCE)))
    for text in sentences():
        add(text, "lesson/lesson.md")
    for own in REGISTRY.values():
        add(own.title, "measures/registry.py")
    for word in WORDS:
        add(word, "docs/write_messages.py")
    for text in help_texts():
        add(text, "cli")
    for text in CLICK:
        add(text, "click")
    add("and {more} more", "report/html/templates")
    return found


def spoken(tree: ast.Module) -> Iterator[str]:
    """The sentences of a module."""
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node, clean=False):
            silent.add(id(node.body[0].value))  # type: ignore[attr-defined]
        if isinstance(node, ast.JoinedStr):
            silent.update(id(own) for own in node.values)
        if isinstance(node, ast.keyword) and node.arg == "definition":  # of a measure: docs/measures.md is English
            silent.add(id(node.value))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {
            "compile",
            "option",
            "argument",
            "command",
        }:
            silent.update(id(own) for own in ast.walk(node))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tr" and node.args:
            if (text := template(node.args[0])) is not None:
                yield text
        elif id(node) not in silent and (text := template(node)) is not None and is_sentence(text):
            yield text


def is_sentence(text: str) -> bool:
    """Whether a string is prose, of which enough is fixed to know it by."""
    letters = sum(letter.isalpha() for letter in re.sub(r"\{.*?\}", "", text))
    prose = _PROSE.search(text) and not _CODE.search(text) and not _REPR.search(text)
    return bool(prose) and (letters >= FEWEST_LETTERS or "{" not in text or bool(_ANCHORED.search(text)))


def template(node: ast.AST) -> str | None:
    """The text of a string, its values in braces by name."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return unformatted(node.value)
    if not isinstance(node, ast.JoinedStr):
        return None
    text, names = "", []
    for own in node.values:
        if isinstance(own, ast.Constant):
            text += str(own.value).replace("{", "{{").replace("}", "}}")
        else:
            names.append(value_name(own.value, len(names)))  # type: ignore[attr-defined]
            text += "{" + unique(names) + "}"
    return text


def unformatted(text: str) -> str:
    """A text for str.format without the formats of its values; any other as it is."""
    try:
        pieces = list(Formatter().parse(text))
    except ValueError:
        return text.replace("{", "{{").replace("}", "}}")
    if not any(name for _, name, *_ in pieces):
        return text
    return "".join(literal + ("" if name is None else f"{{{name}}}") for literal, name, *_ in pieces)


def value_name(node: ast.expr, place: int) -> str:
    """What a value is called: its own name, or its number."""
    while isinstance(node, (ast.Call, ast.Subscript)) and not isinstance(node, ast.Name):
        inner = node.func if isinstance(node, ast.Call) else node.value
        if isinstance(node, ast.Call) and node.args and isinstance(inner, ast.Name):
            inner = node.args[0]
        node = inner
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return f"value{place}"


def unique(names: list[str]) -> str:
    """The last name, with a number where it was there before."""
    before = names[:-1].count(names[-1])
    return names[-1] if not before else f"{names[-1]}{before + 1}"


def help_texts() -> Iterator[str]:
    """What the command line says of itself, paragraph by paragraph, as gnomon.cli.language sets it."""
    from gnomon.cli import gnomon

    def of(command: click.Command) -> Iterator[str]:
        for part in (command.help or "").split("\n\n"):
            if part.strip() and not part.lstrip().startswith("\b"):
                yield " ".join(part.split())
        if command.short_help:
            yield command.short_help
        for own in command.params:
            if isinstance(own, click.Option) and own.help:
                yield own.help
        for each in getattr(command, "commands", {}).values():
            yield from of(each)

    yield from of(gnomon)


def updated(lang: str) -> tuple[Catalog, list[str]]:
    """A language's catalogue with exactly the sentences there are, and those that it does not translate."""
    path = CATALOGUES / lang / "LC_MESSAGES" / f"{DOMAIN}.po"
    before = read_po(BytesIO(path.read_bytes()), locale=lang) if path.exists() else Catalog()
    after = empty(lang)
    missing = []
    for text, files in sorted(collected().items(), key=lambda one: (min(one[1]), one[0])):
        known = before.get(text)
        said = str(known.string) if known is not None else ""
        after.add(text, said, locations=[(name, None) for name in sorted(files)])
        if not said or (fields(said) ^ fields(text)) - UNSAID:
            missing.append(text)
    return after, missing


def empty(lang: str) -> Catalog:
    """A catalogue without sentences."""
    return Catalog(locale=lang, charset="utf-8", fuzzy=False, header_comment="")


def fields(text: str) -> set[str]:
    """The names of the values in a sentence."""
    try:
        return {name for _, name, *_ in Formatter().parse(text) if name}
    except ValueError:
        return set()


def compiled(catalog: Catalog) -> bytes:
    """A catalogue as gettext reads it."""
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    made = BytesIO()
    write_mo(made, catalog)
    return made.getvalue()


def click_catalog(catalog: Catalog, lang: str) -> Catalog:
    """What click says, of the same translations, in the domain in which it looks."""
    found = empty(lang)
    for text in CLICK:
        own = catalog.get(text)
        if own is not None and own.string:
            found.add(text, own.string)
    return found


def main(check: bool) -> int:
    """Brings the catalogues up to date, or says what they lack."""
    wrong = 0
    for lang in LANGUAGES:
        if lang == ENGLISH:
            continue
        catalog, missing = updated(lang)
        for text in missing:
            print(f"{lang}: not translated, or with values that it has not: {text!r}")
        folder = CATALOGUES / lang / "LC_MESSAGES"
        source = BytesIO()
        write_po(source, catalog, width=120, ignore_obsolete=True)
        head = rb'"(?:Project|Report|POT|PO|Last|MIME|Content-Transfer|Generated|Language-Team)[^\n]*\n'
        files = {f"{DOMAIN}.po": re.sub(head, b"", source.getvalue()).lstrip(), f"{DOMAIN}.mo": compiled(catalog),
                 "messages.mo": compiled(click_catalog(catalog, lang))}  # fmt: skip
        for name, content in files.items():
            path = folder / name
            if check and (not path.exists() or path.read_bytes() != content):
                print(f"{path} is not up to date: python docs/write_messages.py")
                wrong += 1
            elif not check:
                folder.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        wrong += len(missing)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
