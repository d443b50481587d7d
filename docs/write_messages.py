"""Keeps the message catalogues: collects every sentence that a person reads, and compiles the translations.

``python docs/write_messages.py`` brings the .po files up to date (new sentences get empty translations, those that are
gone go) and compiles them; with ``--check`` it only says, by exit code 1, what is missing.

A sentence is the template of a ``Message("code", "...")``, which stands in the catalogue with its code as the
context, so that its translation is kept when its English is reworded; the text of ``tr("...")`` and ``word("...")``, in
Python and in templates; advice; the titles of measures; the help of the command line; the lesson; and words that come
from tables (``WORDS``).
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
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from gnomon.lesson.steps import sentences
from gnomon.measures.registry import AVERAGES, REGISTRY
from gnomon.report.language import CATALOGUES, DOMAIN, ENGLISH, LANGUAGES

SOURCE = Path(__file__).parent.parent / "src" / "gnomon"
# Words that stand in sentences, or alone in tables, and come from data structures rather than from tr("...").
WORDS = (
    "binary", "multiclass", "multilabel", "regression", *AVERAGES, "wilson", "delong", "logit",
    "bootstrap", "t", "delta", "majority", "all positive", "base rates", "random", "mean", "median",
    "excellent", "good", "fair", "poor, but meaningful", "not good", "platt", "beta", "isotonic", "as is",
    "RMSE", "MAE", "AP", "arrays", "scores", "errors", "recall", "low", "high",
    "newcombe", "bias-corrected", "optimism-corrected", "order statistics", "wald", "linearised", "averaged", "log t",
    "bca", "percentile", "mcnemar", "paired t", "paired bootstrap", "paired bca", "better", "worse", "different",
    "inconclusive", "equal", "once", "corrected resampled t", "cost", "flagged",
)  # fmt: skip
# Values that another language need not say: "row" or "rows", "it" or "them".
UNSAID = {"noun", "possibility"}
# What click says by itself, which is looked up in gettext's own domain.
CLICK = (
    "Usage:", "Options", "Commands", "Show this message and exit.", "Show the version and exit.", "default: {default}",
    "required", "Missing option", "Error", "Missing argument", "No such option: {name}", "No such command {name!r}.",
    "Did you mean {possibility}?", "Invalid value for {param_hint}: {message}", "Invalid value: {message}",
)  # fmt: skip
# Calls of a code and a template, and calls of a text, by the place of it.
MESSAGES, TEXTS = ("Message", "Rule"), {"tr": 0, "word": 0, "field": 1}
_TEMPLATE = re.compile(r"""\btr\(\s*(?P<quote>["'])(?P<text>.*?)(?P=quote)""", re.DOTALL)

# A code, empty where there is none, and a text.
Sentence = tuple[str, str]


def collected() -> dict[Sentence, set[str]]:
    """Every sentence, with the files that say it."""
    found: dict[Sentence, set[str]] = {}

    def add(text: str, where: str, code: str = "") -> None:
        found.setdefault((code, text), set()).add(where)

    for path in sorted(SOURCE.rglob("*.py")):
        for code, text in spoken(ast.parse(path.read_text(encoding="utf-8"))):
            add(text, str(path.relative_to(SOURCE)), code)
    for path in sorted(SOURCE.rglob("templates/**/*.html")):
        for match in _TEMPLATE.finditer(path.read_text(encoding="utf-8")):
            if not match["text"].endswith(" "):  # the rest of it is not written there
                add(match["text"], str(path.relative_to(SOURCE)))
    for text in sentences():
        add(text, "lesson/lesson.md")
    for own in REGISTRY.values():
        for title in filter(None, (own.title, own.head)):
            add(str(title), "measures/registry.py")
    for word in WORDS:
        add(word, "docs/write_messages.py")
    for text in help_texts():
        add(text, "cli")
    for text in CLICK:
        add(text, "click")
    return found


def spoken(tree: ast.Module) -> Iterator[Sentence]:
    """The sentences of a module, with their codes."""
    texts: dict[str, str] = {}  # what names stand for, in the order of the source
    nodes = [node for node in ast.walk(tree) if isinstance(node, (ast.Call, ast.Assign))]
    for node in sorted(nodes, key=lambda own: (own.lineno, own.col_offset)):
        if isinstance(node, ast.Assign):
            if isinstance(node.targets[0], ast.Name) and (said := literal(node.value, texts)) is not None:
                texts[node.targets[0].id] = said
            continue
        name, arguments = getattr(node.func, "id", ""), [literal(own, texts) for own in node.args]
        if name in MESSAGES and len(arguments) > 1 and arguments[0] and arguments[1]:
            yield arguments[0], arguments[1]
        elif name in TEXTS and len(arguments) > TEXTS[name] and (said := arguments[TEXTS[name]]):
            yield "", said


def literal(node: ast.expr, texts: dict[str, str]) -> str | None:
    """The text of a literal, of a name that stands for one, or of a sum of them."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        return texts.get(node.id)
    if isinstance(node, ast.BinOp):
        both = literal(node.left, texts), literal(node.right, texts)
        return None if both[0] is None or both[1] is None else both[0] + both[1]
    return None


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
    by_code = {own.context: own for own in before if own.context}
    after = empty(lang)
    missing = []
    for (code, text), files in sorted(collected().items(), key=lambda one: (min(one[1]), one[0])):
        known: Message | None = by_code.get(code) if code else before.get(text)
        said = str(known.string) if known is not None else ""
        locations = [(name, None) for name in sorted(files)]
        after.add(text, said, context=code or None, locations=locations)  # type: ignore[arg-type]
        if not said or {place for place in fields(said) ^ fields(text) if place[0] not in UNSAID}:
            missing.append(text)
    return after, missing


def ambiguous() -> list[str]:
    """Codes that stand for several sentences."""
    texts: dict[str, set[str]] = {}
    for code, text in collected():
        texts.setdefault(code, set()).add(text)
    return sorted(code for code, own in texts.items() if code and len(own) > 1)


def empty(lang: str) -> Catalog:
    """A catalogue without sentences."""
    return Catalog(locale=lang, charset="utf-8", fuzzy=False, header_comment="")


def fields(text: str) -> set[tuple[str, str, str]]:
    """The values in a sentence: their names, formats and conversions."""
    try:
        return {(name, form or "", how or "") for _, name, form, how in Formatter().parse(text) if name}
    except ValueError:
        return set()


def unmarked() -> list[str]:
    """Messages whose code or template is not a literal, so that it cannot be collected."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Message" and path.name != "message.py":
                code = node.args[0]
                named = isinstance(code, ast.Attribute) and code.attr == "name"  # of a rule of advice
                if not isinstance(code, ast.Constant) and not named:
                    found.append(f"{path.relative_to(SOURCE)}:{node.lineno}")
    return found


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
    wrong = len(ambiguous()) + len(unmarked())
    for place in unmarked():
        print(f"{place}: a message whose code is not a literal cannot be collected")
    for code in ambiguous():
        print(f"the code {code!r} stands for several sentences")
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
