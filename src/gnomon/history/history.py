"""``gnomon.History``: evaluations are logged, listed, tagged and removed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gnomon.errors import HistoryError, UsageError, nearest
from gnomon.estimate import Estimate
from gnomon.evaluation.evaluate import evaluate
from gnomon.evaluation.result.checking import anything
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.history.content import compressed, expanded
from gnomon.history.fingerprint import Fingerprint, contained, different, fingerprint, hashes
from gnomon.history.gates import GateRun, Verdict, gate_form, gate_of_id, gates, log_gate
from gnomon.history.keeping import keep, kept_rows
from gnomon.history.place import FOLDER, address, revision
from gnomon.history.run import Run, estimate_of, new_id, now
from gnomon.history.store import SqliteStore, Store
from gnomon.measures.registry import get_measure
from gnomon.message import Message, form_of

# Ids that a message names; the share of the smaller of two sets of rows that makes them the same.
NAMED, SAME_ROWS = 3, 0.5

# What the estimates of a run name: each name is kept once.
NAMES = ("column", "slice", "measure")
_RUN_NUMBER = "(SELECT number FROM run WHERE id = :run)"
_RUNS = (
    "SELECT id, name, created, task, n, git_commit, dirty, row_set, predictions, source, kept, gnomon, "
    "positive, threshold FROM run"
)


class History:
    """The memory of a project's evaluations.

    Each evaluation is logged whole, in a database that SQL can query: an SQLite file within the project
    (``.gnomon/history.db``) unless another one is passed. Rows are not kept, only their fingerprint, unless asked for.

    Args:
        url: The file, or ``postgresql://user@host/database`` for a team; None for what the environment variable
            ``GNOMON_HISTORY`` says, else the project's file.

    Raises:
        HistoryError: The database cannot be opened, is damaged, or of a newer version.

    Examples:
        >>> import gnomon, tempfile
        >>> history = gnomon.History(tempfile.mkdtemp() + "/history.db")
        >>> ev = gnomon.evaluate([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
        >>> run = history.log(ev, name="forest", tags={"depth": 3})
        >>> history.tag(run.id, "champion")
        >>> history["champion"].name, len(history.runs())
        ('forest', 1)
        >>> history.load("champion") == ev
        True
    """

    def __init__(self, url: str | Path | None = None) -> None:
        place = address(url)
        self._store: Store
        if isinstance(place, Path):
            self.url, self.folder = str(place), place.parent
            self._store = SqliteStore(place)
            return
        if place.partition("://")[0] not in ("postgresql", "postgres"):
            raise UsageError(
                Message(
                    "history_address",
                    "{kind}:// is not the address of a history\npass a file, or postgresql://user@host/database",
                    kind=place.partition("://")[0],
                )
            )
        from gnomon.history.postgres import PostgresStore

        self.url, self.folder = place, Path.cwd() / FOLDER
        self._store = PostgresStore(place)

    @property
    def place(self) -> str:
        """Where it is, without a password."""
        return self.url.rpartition("@")[2]

    def __repr__(self) -> str:
        return f"History({self.place!r})"

    def log(
        self,
        evaluation: Evaluation,
        /,
        *,
        name: str,
        tags: Mapping[str, Any] | None = None,
        rows: Any = None,
        keep_rows: bool = False,
        checked: bool = False,
    ) -> Run:
        """Logs an evaluation, whole or not at all.

        Args:
            evaluation: The evaluation.
            name: What the model or the recipe is called.
            tags: What is to be said of it, by name; values are kept as text.
            rows: The rows that it was made of, as they were passed to :func:`gnomon.evaluate` (a path, a data frame, a
                dict of columns): their fingerprint is kept, and of a path the path.
            keep_rows: Whether the columns of the evaluation are kept as well, as Parquet beside the database, so that
                later runs can be compared on the same rows. Rows may be sensitive.
            checked: Whether it is known that the evaluation is of these rows; else they are evaluated again.

        Returns:
            The :class:`gnomon.Run` that was logged.

        Raises:
            UsageError: Something else was passed, or the evaluation is not of these rows.
            HistoryError: The database cannot be written.
        """
        if not isinstance(evaluation, Evaluation):
            raise UsageError(
                Message("log_kind", "log() takes an evaluation, not a {kind}", kind=type(evaluation).__name__)
            )
        if not isinstance(name, str) or not name.strip():
            raise UsageError(Message("run_without_name", "a run needs a name\npass name= (--name)"))
        said = {str(key): str(value) for key, value in (tags or {}).items()}
        columns = evaluation.provenance.get("columns", {})
        if rows is None and keep_rows:
            raise UsageError(Message("keep_needs_rows", "keep_rows= keeps the rows, which were not passed\npass rows="))
        if rows is not None and columns.get("target") in (None, "y_true"):
            raise UsageError(
                Message(
                    "rows_of_arrays",
                    "rows= takes the data with named columns that were evaluated, but the evaluation is of arrays\n"
                    "evaluate with target= and score=, or remove rows=",
                )
            )
        part = columns.get("part")
        if rows is not None and not checked and (part is None or split_of(part) is not None):
            check_rows(evaluation, rows, dict(columns))
        self._store.prepare()
        of_rows = None if rows is None else fingerprint(rows, dict(columns))
        kept = keep(rows, dict(columns), self.folder) if keep_rows else None
        commit, dirty = revision(Path.cwd())
        run = Run(
            new_id(), name, now(), evaluation.task, evaluation.n, commit, dirty, said, (),
            None if of_rows is None else of_rows.rows, None if of_rows is None else of_rows.predictions, paths_of(rows),
            kept, evaluation.provenance.get("gnomon"), dict(evaluation.estimates), evaluation.positive,
            evaluation.threshold,
        )  # fmt: skip
        self._write(run, evaluation, of_rows)
        return run

    def _write(self, run: Run, evaluation: Evaluation, of_rows: Fingerprint | None) -> None:
        form = json.dumps(evaluation.to_dict(), ensure_ascii=False, separators=(",", ":"))
        parts = [("", "", evaluation)]
        parts += [(column, value, own) for column, values in evaluation.slices.items() for value, own in values.items()]
        estimates = [
            {
                "run": run.id,
                "column": column,
                "slice": value,
                "measure": measure,
                "value": number(own.value),
                "low": number(own.low),
                "high": number(own.high),
                "level": own.level,
                "n": own.n,
                "reason": None if own.reason is None else json.dumps(form_of(own.reason), ensure_ascii=False),
            }
            for column, value, part in parts
            for measure, own in part.estimates.items()
        ]
        with self._store.transaction() as execute:
            execute(
                "INSERT INTO run (id, name, created, task, n, git_commit, dirty, row_set, predictions, source, kept, "
                "gnomon, evaluation, positive, threshold) VALUES (:id, :name, :created, :task, :n, :commit, :dirty, "
                ":rows, :predictions, :source, :kept, :gnomon, :evaluation, :positive, :threshold)",
                {
                    "id": run.id, "name": run.name, "created": run.created, "task": run.task, "n": run.n,
                    "commit": run.commit, "dirty": None if run.dirty is None else int(run.dirty), "rows": run.rows,
                    "predictions": run.predictions, "source": run.source, "kept": run.kept, "gnomon": run.gnomon,
                    "evaluation": compressed(form), "positive": run.positive, "threshold": run.threshold,
                },
            )  # fmt: skip
            execute(
                "INSERT INTO term (text) VALUES (:text) ON CONFLICT (text) DO NOTHING",
                [{"text": own} for own in sorted({str(row[part]) for row in estimates for part in NAMES})],
            )
            execute(
                f"INSERT INTO measured VALUES ({_RUN_NUMBER}, {_term('column')}, {_term('slice')}, {_term('measure')}, "
                ":value, :low, :high, :level, :n, :reason)",
                estimates,
            )
            if run.tags:
                execute(
                    f"INSERT INTO tag VALUES ({_RUN_NUMBER}, :name, :value)",
                    [{"run": run.id, "name": key, "value": value} for key, value in run.tags.items()],
                )
            if of_rows is not None:
                of_rows.write(execute, run.id, run.created)

    def runs(
        self, *, name: str | None = None, tag: str | None = None, rows: str | None = None, limit: int | None = None
    ) -> list[Run]:
        """The runs, the newest first.

        Args:
            name: Those of this name alone.
            tag: Those with this tag alone, as ``"key=value"`` or ``"key"``; or the one that holds it.
            rows: Those of rows with this fingerprint alone.
            limit: At most so many.
        """
        where, values = filters(name, tag, rows)
        statement = f"{_RUNS} WHERE {where} ORDER BY id DESC LIMIT :limit"
        return self._read(statement, values | {"limit": limit if limit is not None else 1 << 60})

    def names(self) -> list[str]:
        """What runs are called, a thousand at most."""
        return [row[0] for row in self._store.read("SELECT DISTINCT name FROM run ORDER BY name LIMIT 1000")]

    def scores(self, measure: str, *, name: str | None = None, tag: str | None = None) -> list[Score]:
        """The value of a measure on all rows of every run that has it, the newest run first.

        Args:
            measure: The name of the estimate.
            name: As for :meth:`runs`.
            tag: As for :meth:`runs`.
        """
        where, values = filters(name, tag, None)
        rows = self._store.read(
            "SELECT run.id, run.name, row_set, value FROM measured JOIN run ON run.number = measured.run "
            f"WHERE measure = {_term('measure')} AND slice_column = {_term('none')} AND value IS NOT NULL "
            f"AND {where} ORDER BY run.id DESC",
            values | {"measure": measure, "none": ""},
        )
        return [Score(*row) for row in rows]

    def by_id(self, ids: Sequence[str]) -> list[Run]:
        """The runs of some ids, in their order."""
        runs = self._read(f"{_RUNS} WHERE id IN ({self._store.each})", {"ids": json.dumps(list(ids))})
        places = {run.id: run for run in runs}
        return [places[id] for id in ids]

    def _read(self, statement: str, values: Mapping[str, Any]) -> list[Run]:
        rows = self._store.read(statement, values)
        if not rows:
            return []
        ids = [row[0] for row in rows]
        asked = {"ids": json.dumps(ids), "none": ""}
        estimates: dict[str, dict[str, Estimate]] = {id: {} for id in ids}
        for run, measure, value, low, high, level, n, reason in self._store.read(
            "SELECT run.id, of_measure.text, value, low, high, level, measured.n, reason FROM run "
            "JOIN measured ON measured.run = run.number JOIN term AS of_measure ON of_measure.number = measure "
            f"WHERE run.id IN ({self._store.each}) AND slice_column = {_term('none')}",
            asked,
        ):
            estimates[run][measure] = estimate_of(value, low, high, level, n, reason)
        tags: dict[str, dict[str, str]] = {id: {} for id in ids}
        for run, key, value in self._store.read(
            "SELECT run.id, tag.name, tag.value FROM run JOIN tag ON tag.run = run.number "
            f"WHERE run.id IN ({self._store.each})",
            {"ids": asked["ids"]},
        ):
            tags[run][key] = value
        tagged = self.tagged()
        made = []
        for id, name, created, task, n, commit, dirty, row_set, predictions, source, kept, version, *how in rows:
            held_tags = tuple(tag for tag, own in tagged.items() if own == id)
            made.append(
                Run(
                    id, name, created, task, n, commit, None if dirty is None else bool(dirty), tags[id], held_tags,
                    row_set, predictions, source, kept, version, in_order(estimates[id]), *how,
                )
            )  # fmt: skip
        return made

    def __getitem__(self, key: str) -> Run:
        """The run of a tag, of an id or its beginning, or the newest of a name.

        Raises:
            HistoryError: There is none, or several ids begin so.
        """
        tagged = self.tagged()
        if key in tagged:
            return self._read(f"{_RUNS} WHERE id = :id", {"id": tagged[key]})[0]
        newest = self._read(f"{_RUNS} WHERE name = :name ORDER BY id DESC LIMIT 1", {"name": key})
        if newest:
            return newest[0]
        if key and all(letter in "0123456789abcdef-" for letter in key):
            last = key[:-1] + chr(ord(key[-1]) + 1)
            found = self._read(f"{_RUNS} WHERE id >= :key AND id < :last LIMIT {NAMED + 1}", {"key": key, "last": last})
            if len(found) == 1:
                return found[0]
            if found:
                raise HistoryError(
                    Message(
                        "several_runs",
                        "the ids of several runs begin with {key}: {ids}\npass more of it",
                        key=key,
                        ids=", ".join(own.id for own in found[:NAMED]),
                    )
                )
        names = self.names()
        raise HistoryError(
            Message(
                "no_such_run",
                "the history has no run {key!r}, by tag, name or id\n{hint}",
                key=key,
                hint=nearest(key, [*tagged, *names]),
            )
        )

    def load(self, key: str) -> Evaluation:
        """The whole evaluation of a run.

        Raises:
            HistoryError: There is no such run, or it is damaged.
        """
        run = self[key]
        ((raw,),) = self._store.read("SELECT evaluation FROM run WHERE id = :id", {"id": run.id})
        try:
            form = json.loads(expanded(bytes(raw)))
            anything(form, "")
        except (ValueError, OSError) as error:
            raise HistoryError(Message("run_damaged", "run {id} is damaged: {error}", id=run.id, error=error)) from None
        return Evaluation.from_dict(form)

    def rows(self, key: str) -> Any:
        """The rows of a run: the file that holds them, or the path that they were read from, unless they have changed.

        Raises:
            HistoryError: They are not kept, are gone, or are no longer those that were evaluated.
        """
        run = self[key]
        return kept_rows(
            run, self.folder, lambda data: fingerprint(data, dict(self.load(run.id).provenance["columns"]))
        )

    def tag(self, key: str, tag: str, /) -> None:
        """Gives a tag, such as ``"champion"``, to a run: the run that held it no longer does. Who held it when is kept.

        Raises:
            HistoryError: There is no such run.
            UsageError: The tag is empty, could be taken for an id, or is the name of a run.
        """
        run = self[key]
        if not tag.strip() or all(letter in "0123456789abcdef-" for letter in tag):
            raise UsageError(Message("tag_kind", "{tag!r} cannot be a tag: it is empty, or could be an id", tag=tag))
        if self._store.read("SELECT 1 FROM run WHERE name = :name LIMIT 1", {"name": tag}):
            raise UsageError(
                Message(
                    "tag_is_name",
                    "{tag!r} is the name of a run: as a tag it would hide it\nchoose another tag, such as champion",
                    tag=tag,
                )
            )
        with self._store.transaction() as execute:
            execute(
                "INSERT INTO tag_event (tag, run, run_name, seen) VALUES (:tag, :run, :name, :seen)",
                {"tag": tag, "run": run.id, "name": run.name, "seen": now()},
            )

    def untag(self, tag: str, /, key: str | None = None) -> None:
        """Takes a tag from the run that holds it.

        Args:
            tag: The tag.
            key: The run that is thought to hold it; None for whichever does.

        Raises:
            HistoryError: No run holds it, or another one.
        """
        if tag not in self.tagged():
            raise HistoryError(
                Message("no_such_tag", "no run holds the tag {tag!r}\n{hint}", tag=tag,
                        hint=nearest(tag, self.tagged()))
            )  # fmt: skip
        if key is not None and self[key].id != self.tagged()[tag]:
            raise HistoryError(
                Message(
                    "tag_of_another",
                    "run {key} does not hold the tag {tag!r}, but run {holder} does",
                    key=key,
                    tag=tag,
                    holder=self[tag].name,
                )
            )
        with self._store.transaction() as execute:
            execute(
                "INSERT INTO tag_event (tag, run, run_name, seen) VALUES (:tag, NULL, NULL, :seen)",
                {"tag": tag, "seen": now()},
            )

    def tagged(self) -> dict[str, str]:
        """By tag, the id of the run that holds it now."""
        rows = self._store.read(
            "SELECT tag, run FROM tag_event WHERE number IN (SELECT MAX(number) FROM tag_event GROUP BY tag) "
            "ORDER BY tag"
        )
        return {tag: run for tag, run in rows if run is not None}

    def tag_events(self, tag: str, /) -> list[tuple[str, str | None, str | None]]:
        """Who held a tag when, the newest first: the time, the id and the name of the run; None where it was taken."""
        rows = self._store.read(
            "SELECT seen, run, run_name FROM tag_event WHERE tag = :tag ORDER BY number DESC", {"tag": tag}
        )
        return [(seen, run, name) for seen, run, name in rows]

    def looks(self, rows: str, *, until: str | None = None) -> int:
        """How many different sets of predictions were judged on rows: they wear out.

        Rows with ids count as the same where at least half of the smaller set is in the other, such as before more were
        added: by sketches, which tell little where one set is more than some twenty times as large as the other.

        Args:
            rows: The fingerprint of the rows.
            until: Looks up to that time alone, in UTC as ``run.created`` has it.
        """
        return len(self._looks(rows, until))

    def has_look(self, of_rows: Fingerprint, *, until: str | None = None) -> bool:
        """Whether a model was judged on rows already, be it on a part of them.

        Args:
            of_rows: The fingerprint of the rows and of what the model says.
            until: As for :meth:`looks`.
        """
        return any(own.same_as(of_rows) for own in self._looks(of_rows.rows, until, of_rows))

    def _looks(self, rows: str, until: str | None, of_rows: Fingerprint | None = None) -> list[Fingerprint]:
        """The different models that were judged on rows."""
        return different(self._every_look(rows, until, of_rows))

    def _every_look(self, rows: str, until: str | None, of_rows: Fingerprint | None) -> list[Fingerprint]:
        found = self._store.read(
            "SELECT look.row_set, predictions, n, sketch, said FROM look "
            "JOIN row_set ON row_set.fingerprint = look.row_set "
            f"WHERE row_set.fingerprint IN ({self._store.each}) AND (:until = '' OR seen <= :until) ORDER BY seen",
            {"ids": json.dumps(self.same_rows(rows, of_rows)), "until": until or ""},
        )
        return [
            Fingerprint(own, predictions, n, hashes(sketch), hashes(said))
            for own, predictions, n, sketch, said in found
        ]

    def earlier_gates(self, name: str, of_rows: Fingerprint) -> list[GateRun]:
        """What a gate said before of the same model on other numbers of the same rows, the newest first.

        Args:
            name: What the gate is called.
            of_rows: The fingerprint of the rows now and of what the model says.
        """
        same = {
            (own.rows, own.predictions)
            for own in self._every_look(of_rows.rows, None, of_rows)
            if own.rows != of_rows.rows and own.same_as(of_rows)
        }
        return [own for own in self.gates(name=name) if (own.rows, own.predictions) in same]

    def same_rows(self, rows: str, of_rows: Fingerprint | None = None) -> list[str]:
        """The fingerprints of all rows that count as the same, these first.

        Args:
            rows: The fingerprint.
            of_rows: The same with a sketch, of rows that may be new to the history.
        """
        # Without ids rows are known by their places, at which other rows have the same class half of the time.
        known = self._store.read("SELECT fingerprint, n, sketch FROM row_set WHERE kind = 'ids'")
        sketches = {digits: (n, hashes(sketch)) for digits, n, sketch in known}
        if of_rows is not None and not of_rows.weak:
            sketches[rows] = (of_rows.n, of_rows.sketch)
        if rows not in sketches:
            return [rows]
        others = [
            own for own, held in sketches.items() if own != rows and contained(*sketches[rows], *held) >= SAME_ROWS
        ]
        return [rows, *others]

    def log_gate(self, result: Verdict, /, *, name: str = "gate", rows: Any = None) -> GateRun:
        """Logs what a gate said, whole or not at all.

        Args:
            result: The :class:`gnomon.GateResult`.
            name: What the gate is called.
            rows: The model's rows, as they were passed to :func:`gnomon.gate`, or their fingerprint: judging them is a
                look at them.

        Raises:
            HistoryError: The database cannot be written.
        """
        self._store.prepare()
        of_rows = (
            rows if isinstance(rows, Fingerprint | None) else fingerprint(rows, dict(result.provenance["columns"]))
        )
        return log_gate(self._store, result, name, of_rows)

    def gates(self, *, name: str | None = None, limit: int | None = None) -> list[GateRun]:
        """What gates said, the newest first.

        Args:
            name: Those of this name alone.
            limit: At most so many.
        """
        return gates(self._store, name, limit)

    def gate_of_id(self, key: str) -> str | None:
        """The id of the only gate's result whose id begins so; None where there is none, or several."""
        return gate_of_id(self._store, key)

    def gate_form(self, key: str) -> dict[str, Any]:
        """The JSON form of what a gate said, for :meth:`gnomon.GateResult.from_dict`.

        Args:
            key: The id, or its beginning.

        Raises:
            HistoryError: There is none, or it is damaged.
        """
        return gate_form(self._store, key)

    def prune(self, *, keep: int) -> list[str]:
        """Removes the oldest runs of each name, all but so many; runs that hold a tag stay, looks are not forgotten.

        Returns:
            The ids of the runs that were removed.

        Raises:
            UsageError: The number is not a whole number of 1 or more.
        """
        if not isinstance(keep, int) or isinstance(keep, bool) or keep < 1:
            raise UsageError(
                Message("prune_keep", "keep= takes a whole number of runs, at least 1, not {keep!r}", keep=keep)
            )
        holding = set(self.tagged().values())
        of_name: dict[str, int] = {}
        gone, files = [], set()
        for id, name, kept in self._store.read("SELECT id, name, kept FROM run ORDER BY id DESC"):
            of_name[name] = of_name.get(name, 0) + 1
            if of_name[name] > keep and id not in holding:
                gone.append(id)
                files |= {kept} - {None}
        if gone:
            with self._store.transaction() as execute:
                for statement in (
                    f"DELETE FROM measured WHERE run = {_RUN_NUMBER}",
                    f"DELETE FROM tag WHERE run = {_RUN_NUMBER}",
                    "DELETE FROM run WHERE id = :run",
                ):
                    execute(statement, [{"run": own} for own in gone])
            self._forget_rows(files)
        return gone

    def _forget_rows(self, files: set[str]) -> None:
        """Removes files of rows that runs referred to, and none does any more."""
        kept = {row[0] for row in self._store.read("SELECT DISTINCT kept FROM run WHERE kept IS NOT NULL")}
        for name in files - kept:
            (self.folder / name).unlink(missing_ok=True)

    def values(self, runs: Sequence[str], measure: str, slice: tuple[str, str] = ("", "")) -> list[Estimate | None]:
        """One estimate of several runs, in their order, of all rows or of a slice; None where a run has none.

        Args:
            runs: The ids.
            measure: The name of the estimate.
            slice: The column and the value; empty for all rows.
        """
        if not runs:
            return []
        rows = self._store.read(
            "SELECT run.id, value, low, high, level, measured.n, reason FROM measured JOIN run ON run.number = "
            f"measured.run WHERE measure = {_term('measure')} AND slice_column = {_term('column')} AND slice_value = "
            f"{_term('slice')} AND run.id >= :first AND run.id <= :last",
            {"measure": measure, "column": slice[0], "slice": slice[1], "first": min(runs), "last": max(runs)},
        )
        found = {run: estimate_of(*parts) for run, *parts in rows}
        return [found.get(run) for run in runs]

    def slice_values(self, runs: Sequence[str], column: str) -> list[str]:
        """The slices of a column that some runs have, those of the most rows first."""
        rows = self._store.read(
            "SELECT of_value.text, MAX(measured.n) FROM run JOIN measured ON measured.run = run.number "
            f"JOIN term AS of_value ON of_value.number = slice_value WHERE run.id IN ({self._store.each}) "
            f"AND slice_column = {_term('column')} GROUP BY of_value.text ORDER BY MAX(measured.n) DESC, of_value.text",
            {"ids": json.dumps(list(runs)), "column": column},
        )
        return [value for value, _ in rows]

    def to_columns(self) -> dict[str, list[Any]]:
        """All estimates of all runs as columns, for :func:`gnomon.History.export` and data frames."""
        names = ("run", "name", "created", "column", "slice", "measure", "value", "low", "high", "level", "n")
        rows = self._store.read(
            "SELECT run.id, run.name, run.created, slice_column, slice_value, measure, value, low, high, level, "
            "estimate.n FROM estimate JOIN run ON run.id = estimate.run "
            "ORDER BY run.id, slice_column, slice_value, measure"
        )
        return {name: [row[place] for row in rows] for place, name in enumerate(names)}


class Score(NamedTuple):
    """The value of a measure in a run."""

    id: str
    name: str
    rows: str | None
    value: float


def filters(name: str | None, tag: str | None, rows: str | None) -> tuple[str, dict[str, Any]]:
    """Which runs are meant: conditions on the table, and what is bound to their parameters."""
    where: list[str] = ["1 = 1"]
    values: dict[str, Any] = {}
    if name is not None:
        where, values = [*where, "run.name = :name"], values | {"name": name}
    if rows is not None:
        where, values = [*where, "row_set = :rows"], values | {"rows": rows}
    if tag is not None:
        key, equals, value = tag.partition("=")
        same = " AND tag.value = :tag_value" if equals else ""
        held = (
            "" if equals else " OR run.id IN (SELECT run FROM tag_event WHERE tag = :key AND number IN "
            "(SELECT MAX(number) FROM tag_event GROUP BY tag))"
        )  # fmt: skip
        where.append(f"(run.number IN (SELECT tag.run FROM tag WHERE tag.name = :key{same}){held})")
        values |= {"key": key, "tag_value": value} if equals else {"key": key}
    return " AND ".join(where), values


def _term(value: str) -> str:
    """The number of the name that is bound to a parameter."""
    return f"(SELECT number FROM term WHERE text = :{value})"


def check_rows(evaluation: Evaluation, rows: Any, columns: dict[str, Any]) -> None:
    """Raises UsageError where other values come from the rows than the evaluation has."""
    said = evaluation.provenance
    binary = evaluation.task == "binary"
    again = evaluate(
        rows,
        target=columns["target"],
        prediction=columns.get("prediction"),
        score=list(columns.get("score") or ()) or None,
        weight=columns.get("weight"),
        classes=None if evaluation.task == "regression" or binary else list(evaluation.classes),
        positive=evaluation.positive,
        task=evaluation.task,  # type: ignore[arg-type]
        threshold=evaluation.threshold if columns.get("score") else None,
        scale=said.get("scale") or "probability",
        missing="drop" if said.get("rows_dropped") else "error",
        interval="none",
        split=split_of(columns.get("part")),
    )
    for name, own in again.estimates.items():
        logged = evaluation.estimates.get(name)
        off = logged is not None and abs(own.value - logged.value) > own.bound + logged.bound + 1e-9 * abs(own.value)
        if again.n != evaluation.n or off:
            raise UsageError(
                Message(
                    "rows_of_another",
                    "the evaluation is not of these rows: {measure} is {value:.6g} there, but {logged:.6g} in the "
                    "evaluation\npass the rows that it was made of, or evaluate again",
                    measure=get_measure(name).title,
                    value=own.value,
                    logged=float("nan") if logged is None else logged.value,
                )
            )


def split_of(part: str | None) -> str | None:
    """What ``split=`` was, where the rows that judge are known by what they are not."""
    found = None if part is None else re.fullmatch(r"(.+) is not (.*)", part)
    return None if found is None else f"{found[1]}={found[2]}"


def in_order(estimates: Mapping[str, Estimate]) -> dict[str, Estimate]:
    """Estimates in the order in which measures are declared."""
    from gnomon.measures.registry import REGISTRY

    places = {name: place for place, name in enumerate(REGISTRY)}
    return dict(sorted(estimates.items(), key=lambda own: (places.get(own[0], len(places)), own[0])))


def number(value: float) -> float | None:
    """A number as the database has it: NaN and infinity are NULL."""
    return float(value) if np.isfinite(value) else None


def absolute(path: str | Path) -> Path:
    """A path that means the same from any folder."""
    return Path.cwd() / path


def paths_of(rows: Any) -> str | None:
    """The path that rows were read from, or several as a JSON list; None where they were not read from files."""
    if isinstance(rows, (str, Path)):
        return str(absolute(rows))
    if isinstance(rows, list | tuple) and rows and all(isinstance(own, (str, Path)) for own in rows):
        paths = [str(absolute(own)) for own in rows]
        return paths[0] if len(paths) == 1 else json.dumps(paths)
    return None
