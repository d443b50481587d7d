"""What gates said, in the history: who was judged when, by which rules, with what verdict."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from gnomon.errors import HistoryError
from gnomon.history.content import compressed, expanded
from gnomon.history.fingerprint import Fingerprint
from gnomon.history.place import revision
from gnomon.history.run import new_id, now, short_id
from gnomon.history.store import Store
from gnomon.message import Message

COLUMNS = "id, name, created, verdict, passed, n, baseline, look, git_commit, dirty, row_set, predictions"


class Verdict(Protocol):
    """What is known of the result of a gate here, below the gates: as :class:`gnomon.GateResult`."""

    @property
    def verdict(self) -> str:
        """``"pass"``, ``"fail"`` or ``"inconclusive"``."""

    @property
    def passed(self) -> bool:
        """Whether the model may ship."""

    @property
    def n(self) -> int:
        """The number of rows."""

    @property
    def baseline(self) -> str | None:
        """What the baseline is called."""

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Where the numbers came from."""

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""


@dataclass(frozen=True, slots=True)
class GateRun:
    """The result of a gate in the history.

    Attributes:
        id: A UUID that sorts by time.
        name: What the gate is called.
        created: When it was logged, in UTC.
        verdict: ``"pass"``, ``"fail"`` or ``"inconclusive"``.
        passed: Whether the model might ship, by the policy on what is inconclusive.
        n: The number of rows.
        baseline: What the baseline is called; None where there was none.
        look: Which look it was of those that were planned, such as ``"2/5"``; None where none were.
        commit, dirty: As of a :class:`gnomon.Run`.
        rows, predictions: The fingerprints of the rows and of what the model says of them; None where the rows were
            not passed.
    """

    id: str
    name: str
    created: str
    verdict: str
    passed: bool
    n: int
    baseline: str | None = None
    look: str | None = None
    commit: str | None = None
    dirty: bool | None = None
    rows: str | None = None
    predictions: str | None = None

    @property
    def short_id(self) -> str:
        """The beginning of the id: the time, to the millisecond."""
        return short_id(self.id)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {name: getattr(self, name) for name in self.__slots__}


def log_gate(store: Store, result: Verdict, name: str, of_rows: Fingerprint | None) -> GateRun:
    """Logs the result of a gate, whole or not at all.

    Args:
        store: The database.
        result: The result.
        name: What the gate is called.
        of_rows: The fingerprint of the rows, where they were passed: judging them is a look at them.
    """
    commit, dirty = revision(Path.cwd())
    run = GateRun(
        new_id(), name, now(), result.verdict, result.passed, result.n, result.baseline,
        result.provenance.get("look"), commit, dirty,
        None if of_rows is None else of_rows.rows, None if of_rows is None else of_rows.predictions,
    )  # fmt: skip
    form = json.dumps(result.to_dict(), ensure_ascii=False, separators=(",", ":"))
    values = run.to_dict() | {
        "passed": int(run.passed),
        "dirty": None if dirty is None else int(dirty),
        "gnomon": result.provenance.get("gnomon"),
        "result": compressed(form),
    }
    with store.transaction() as execute:
        execute(
            "INSERT INTO gate_result (id, name, created, verdict, passed, n, baseline, look, git_commit, dirty, "
            "row_set, predictions, gnomon, result) VALUES (:id, :name, :created, :verdict, :passed, :n, :baseline, "
            ":look, :commit, :dirty, :rows, :predictions, :gnomon, :result)",
            values,
        )
        if of_rows is not None:
            of_rows.write(execute, run.id, run.created)
    return run


def gates(store: Store, name: str | None, limit: int | None) -> list[GateRun]:
    """The results of gates, the newest first."""
    where, values = ("", {}) if name is None else (" WHERE name = :name", {"name": name})
    rows = store.read(
        f"SELECT {COLUMNS} FROM gate_result{where} ORDER BY id DESC LIMIT :limit",
        {**values, "limit": limit if limit is not None else 1 << 60},
    )
    made = []
    for row in rows:
        parts: dict[str, Any] = dict(zip(GateRun.__slots__, row, strict=True))
        dirty = None if parts["dirty"] is None else bool(parts["dirty"])
        made.append(GateRun(**parts | {"passed": bool(parts["passed"]), "dirty": dirty}))
    return made


def gate_form(store: Store, key: str) -> dict[str, Any]:
    """The JSON form of the result of a gate, for :meth:`gnomon.GateResult.from_dict`.

    Raises:
        HistoryError: There is none whose id begins so, several, or it is damaged.
    """
    id = gate_of_id(store, key)
    if id is None:
        raise HistoryError(
            Message(
                "no_such_gate_result", "the history has no verdict of a gate with the id {key!r}, or several", key=key
            )
        )
    ((raw,),) = store.read("SELECT result FROM gate_result WHERE id = :id", {"id": id})
    try:
        form: dict[str, Any] = json.loads(expanded(bytes(raw)))
    except (ValueError, OSError) as error:
        raise HistoryError(Message("run_damaged", "run {id} is damaged: {error}", id=id, error=error)) from None
    return form


def gate_of_id(store: Store, key: str) -> str | None:
    """The id of the only result whose id begins so; None where there is none, or several."""
    if not key:
        return None
    last = key[:-1] + chr(ord(key[-1]) + 1)
    rows = store.read("SELECT id FROM gate_result WHERE id >= :key AND id < :last LIMIT 2", {"key": key, "last": last})
    return str(rows[0][0]) if len(rows) == 1 else None
