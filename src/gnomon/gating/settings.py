"""Rules that stand in a file: ``[tool.gnomon.gate]`` of pyproject.toml, or ``[gate]`` of gnomon.toml."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gnomon.errors import SourceError, UsageError, nearest
from gnomon.message import Message

FILES = ("gnomon.toml", "pyproject.toml")
PROJECT = "tool.gnomon.gate"
# What a named gate has of its own: all else it takes from the gate that has no name, unless it says otherwise.
OWN = ("rules", "margin")
# What a setting may be called by who knows the options.
MEANT = {"where": "rules", "rule": "rules", "warn": "rules", "margins": "margin"}
TEXT, NUMBER, LIST, TABLE, WHOLE = "text", "a number", "a list of texts", "a table", "a whole number"
# What a gate may say in a file, and how.
KNOWN: Mapping[str, tuple[str, ...]] = {
    "rules": (LIST,),
    "margin": (TABLE,),
    "baseline": (TEXT,),
    "history": (TEXT,),
    "target": (TEXT,),
    "score": (TEXT, LIST),
    "prediction": (TEXT,),
    "baseline_score": (TEXT, LIST),
    "baseline_prediction": (TEXT,),
    "weight": (TEXT,),
    "cluster": (TEXT,),
    "split": (TEXT,),
    "id": (TEXT,),
    "columns": (LIST, TABLE),
    "classes": (LIST,),
    "positive": (TEXT,),
    "task": (TEXT,),
    "threshold": (NUMBER,),
    "scale": (TEXT,),
    "inconclusive": (TEXT,),
    "minimum_rows": (WHOLE,),
    "unmatched": (NUMBER,),
    "chosen_from": (WHOLE,),
    "power": (NUMBER,),
    "level": (NUMBER,),
    "missing": (TEXT,),
}


def settings_of(path: Path | None, name: str | None, start: Path | None = None) -> dict[str, Any]:
    """What a file says of a gate; nothing where no file does.

    Args:
        path: The file; None for gnomon.toml or pyproject.toml of the working folder, or of the nearest folder above it
            that says something of a gate.
        name: The name of the gate, where a file has several.
        start: Where the search begins; None for the working folder.

    Raises:
        SourceError: The file cannot be read, or is not TOML.
        UsageError: It says something that no gate has, or there is no gate of that name.
    """
    if path is not None:
        table = gate_of(path)
        if table is None:
            raise UsageError(
                Message(
                    "config_without_gate",
                    "{path} has no gate\nwrite its rules into [{section}]",
                    path=path,
                    section=section(path),
                )
            )
        return chosen(table, path, name)
    start = Path.cwd() if start is None else start
    for folder in (start, *start.parents):
        for file in FILES:
            if (folder / file).is_file() and (table := gate_of(folder / file)) is not None:
                return chosen(table, folder / file, name)
    if name is not None:
        raise UsageError(
            Message("gate_of_no_file", "there is no gate {name!r}: no gnomon.toml or pyproject.toml has one", name=name)
        )
    return {}


def section(path: Path) -> str:
    """The table of a file that says what gates there are."""
    return PROJECT if path.name == "pyproject.toml" else "gate"


def gate_of(path: Path) -> dict[str, Any] | None:
    """What a file says of gates; None where it says nothing.

    Raises:
        SourceError: The file cannot be read, or is not TOML.
        UsageError: What it says is not a table.
    """
    import tomllib

    try:
        held: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceError(
            Message(
                "cannot_read",
                "cannot read {path}: {error}",
                path=path,
                error=getattr(error, "strerror", None) or error,
            )
        ) from None
    whole = held
    # Any file may be a copy of pyproject.toml, such as that of another commit.
    for where in dict.fromkeys((section(path), PROJECT)):
        held = whole
        for part in where.split("."):
            held = held.get(part) if isinstance(held, dict) else None
        if held is not None:
            break
    if held is None:
        return None
    if not isinstance(held, dict):
        raise UsageError(
            Message("config_not_table", "{path}: [{section}] is not a table", path=path, section=section(path))
        )
    return held


def chosen(table: Mapping[str, Any], path: Path, name: str | None) -> dict[str, Any]:
    """The gate of a name, or the one that has none.

    Raises:
        UsageError: There is none, or it says something that no gate has.
    """
    named = {key: own for key, own in table.items() if isinstance(own, dict) and key not in KNOWN}
    if name is None:
        unnamed = {key: own for key, own in table.items() if key not in named}
        if named and not unnamed:
            raise UsageError(
                Message(
                    "gate_to_choose",
                    "{path} has several gates\npass one of them, --gate {names}",
                    path=path,
                    names=" | ".join(named),
                )
            )
        return beside(checked(unnamed, path, section(path)), path)
    if name not in named:
        raise UsageError(
            Message(
                "no_such_gate", "{path} has no gate {name!r}\n{hint}", path=path, name=name, hint=nearest(name, named)
            )
        )
    shared = {key: own for key, own in table.items() if key not in named and key not in OWN}
    of_all = checked(shared, path, section(path))
    return beside(of_all | checked(named[name], path, f"{section(path)}.{name}"), path)


def beside(settings: dict[str, Any], path: Path) -> dict[str, Any]:
    """Settings whose baseline, where it is a file, stands beside the file that names it."""
    baseline = settings.get("baseline")
    if baseline is not None and (path.parent / baseline).exists():
        return settings | {"baseline": str(path.parent / baseline)}
    return settings


def checked(table: Mapping[str, Any], path: Path, where: str) -> dict[str, Any]:
    """What a gate says, all of it known and of the right kind.

    Raises:
        UsageError: Something is not.
    """
    for key, value in table.items():
        if key not in KNOWN:
            raise UsageError(
                Message(
                    "config_unknown",
                    "{path}: [{where}] has no setting {key!r}\n{hint}",
                    path=path,
                    where=where,
                    key=key,
                    hint=nearest(MEANT.get(key, key), KNOWN),
                )
            )
        if not any(is_kind(value, kind) for kind in KNOWN[key]):
            raise UsageError(
                Message(
                    "config_kind",
                    "{path}: {key} of [{where}] takes {kind}, not {value!r}",
                    path=path,
                    key=key,
                    where=where,
                    kind=" or ".join(KNOWN[key]),
                    value=value,
                )
            )
    return dict(table)


def is_kind(value: Any, kind: str) -> bool:
    """Whether a setting is of a kind."""
    if kind == TEXT:
        return isinstance(value, str)
    if kind == LIST:
        return isinstance(value, list) and all(isinstance(own, str) for own in value)
    if kind == TABLE:
        return isinstance(value, dict)
    if isinstance(value, bool):
        return False
    return isinstance(value, int) if kind == WHOLE else isinstance(value, int | float)
