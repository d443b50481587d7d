"""The database of the history: tables and their versions; an SQLite file: transactions, errors.

A run is there whole or not at all: everything of it is written in one transaction. Writers take the lock before they
read (``BEGIN IMMEDIATE``), as a transaction that reads first and writes later is thrown out by its neighbours. No
statement is built from text that a user passes: values are bound.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from gnomon.errors import HistoryError
from gnomon.history.place import FOLDER
from gnomon.message import Message

# Seconds that a writer waits for others.
PATIENCE = 60
Row = tuple[Any, ...]
Values = Mapping[str, Any]

# What makes each version of the database from the one before; types that differ between databases stand in braces.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE run (
            number {serial}, id {key} NOT NULL UNIQUE, name TEXT NOT NULL, created TEXT NOT NULL,
            task TEXT NOT NULL, n BIGINT NOT NULL, git_commit TEXT, dirty INTEGER, row_set TEXT, predictions TEXT,
            source TEXT, kept TEXT, gnomon TEXT,
            evaluation {blob} NOT NULL)""",
        "CREATE INDEX run_by_name ON run (name, id)",
        "CREATE INDEX run_by_rows ON run (row_set, id)",
        # Names of measures, of columns and of their values are kept once, so that a slice takes little room.
        "CREATE TABLE term (number {serial}, text TEXT NOT NULL UNIQUE)",
        """CREATE TABLE measured (
            run BIGINT NOT NULL REFERENCES run (number) ON DELETE CASCADE, slice_column BIGINT NOT NULL,
            slice_value BIGINT NOT NULL, measure BIGINT NOT NULL, value {double}, low {double}, high {double},
            level {double} NOT NULL, n BIGINT NOT NULL, reason TEXT,
            PRIMARY KEY (measure, slice_column, slice_value, run)){clustered}""",
        "CREATE INDEX measured_by_run ON measured (run)",
        """CREATE VIEW estimate AS SELECT run.id AS run, of_column.text AS slice_column, of_value.text AS slice_value,
            of_measure.text AS measure, value, low, high, level, measured.n AS n, reason
            FROM measured JOIN run ON run.number = measured.run
            JOIN term AS of_column ON of_column.number = slice_column
            JOIN term AS of_value ON of_value.number = slice_value
            JOIN term AS of_measure ON of_measure.number = measure""",
        """CREATE TABLE row_set (
            fingerprint TEXT PRIMARY KEY, kind TEXT NOT NULL, n BIGINT NOT NULL, sketch {blob} NOT NULL)""",
        """CREATE TABLE look (
            row_set TEXT NOT NULL, predictions TEXT NOT NULL, run TEXT NOT NULL, seen TEXT NOT NULL,
            PRIMARY KEY (row_set, predictions))""",
        """CREATE TABLE tag (
            run BIGINT NOT NULL REFERENCES run (number) ON DELETE CASCADE, name TEXT NOT NULL, value TEXT NOT NULL,
            PRIMARY KEY (run, name))""",
        """CREATE TABLE tag_event (
            number {serial}, tag TEXT NOT NULL, run TEXT, run_name TEXT, seen TEXT NOT NULL)""",
        "CREATE INDEX tag_event_by_tag ON tag_event (tag, number)",
    ),
    (
        """CREATE TABLE gate_result (
            number {serial}, id {key} NOT NULL UNIQUE, name TEXT NOT NULL, created TEXT NOT NULL, verdict TEXT NOT NULL,
            passed INTEGER NOT NULL, n BIGINT NOT NULL, baseline TEXT, look TEXT, git_commit TEXT, dirty INTEGER,
            row_set TEXT, predictions TEXT, gnomon TEXT, result {blob} NOT NULL)""",
        "CREATE INDEX gate_result_by_name ON gate_result (name, id)",
        "ALTER TABLE run ADD COLUMN positive TEXT",
        "ALTER TABLE run ADD COLUMN threshold {double}",
        # What a model says of the rows of the sketch, by which it is known again when there are more rows.
        "ALTER TABLE look ADD COLUMN said {blob}",
    ),
)


# What stands in the braces.
TYPES = {
    "blob": "BLOB", "double": "REAL", "serial": "INTEGER PRIMARY KEY AUTOINCREMENT", "clustered": " WITHOUT ROWID",
    "key": "TEXT",
}  # fmt: skip


class Store(Protocol):
    """A database."""

    @property
    def each(self) -> str:
        """Selects each of the ids that are bound to a parameter as a JSON list."""

    def prepare(self) -> None:
        """Makes the database, or brings it to the present version."""

    def read(self, statement: str, values: Values = ..., /) -> list[Row]:
        """The rows that a statement selects."""

    def transaction(self) -> Any:
        """A context in which all is written together, or nothing: it gives a function that runs a statement."""


class SqliteStore:
    """A file.

    Args:
        path: The file; it is made when something is first written.

    Raises:
        HistoryError: It cannot be opened, is damaged, or of a newer version.
    """

    each = "SELECT value FROM json_each(:ids)"

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.exists() and self._version() < len(MIGRATIONS):
            if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
                raise HistoryError(
                    Message(
                        "history_older",
                        "the history {path} is of an older version, but read-only, so that it cannot be brought up to "
                        "date\n"
                        "copy it to where it can be written",
                        path=path,
                    )
                )
            self._migrate()

    def prepare(self) -> None:
        """Makes the file, if it is not there yet."""
        if not self.path.exists():
            prepare_folder(self.path)
            self._migrate()

    def _version(self) -> int:
        with told(self.path):
            with closing(self._open()) as connection:
                connection.execute("BEGIN")  # both as of one moment, as another process may be making the tables
                version: int = connection.execute("PRAGMA user_version").fetchone()[0]
                foreign = not version and connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
            if foreign:
                raise HistoryError(
                    Message(
                        "history_foreign", "{path} is the database of something else\npass another file", path=self.path
                    )
                )
            check_version(version, str(self.path))
            return version

    def _open(self) -> sqlite3.Connection:
        where: str | Path = self.path
        # A log of changes is kept beside the file: where the folder cannot be written there is none, nor a writer.
        fixed = self.path.exists() and not os.access(self.path.parent, os.W_OK)
        if fixed:
            where = f"{self.path.resolve().as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(where, timeout=PATIENCE, isolation_level=None, uri=fixed)
        connection.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def _migrate(self) -> None:
        """Brings the file to the present version: one process at a time."""
        with told(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(
                self.path.with_name(self.path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666
            )
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                with closing(self._open()) as connection:
                    connection.execute("PRAGMA journal_mode = WAL")
                    connection.execute("BEGIN IMMEDIATE")
                    version = connection.execute("PRAGMA user_version").fetchone()[0]
                    check_version(version, str(self.path))
                    for statements in MIGRATIONS[version:]:
                        for statement in statements:
                            connection.execute(statement.format_map(TYPES))
                    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
                    connection.execute("COMMIT")
            finally:
                os.close(handle)

    def read(self, statement: str, values: Values = {}, /) -> list[Row]:  # noqa: B006
        """The rows that a statement selects; none where there is no file yet."""
        if not self.path.exists():
            return []
        with told(self.path), closing(self._open()) as connection:
            return connection.execute(statement, dict(values)).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """All together or nothing: gives a function that runs a statement, or one for each of several values."""
        with told(self.path), closing(self._open()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield lambda statement, values: run(connection, statement, values)
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


def prepare_folder(path: Path) -> None:
    """Makes the folder of a history; that of a project git is to leave alone."""
    with told(path):
        made = not path.parent.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        if made and path.parent.name == FOLDER:
            (path.parent / ".gitignore").write_text("*\n", encoding="utf-8")


def run(connection: sqlite3.Connection, statement: str, values: Values | Sequence[Values]) -> list[Row]:
    """Runs a statement once, or for each of several values."""
    if isinstance(values, Mapping):
        return connection.execute(statement, dict(values)).fetchall()
    connection.executemany(statement, list(map(dict, values)))
    return []


def check_version(version: int, where: str) -> None:
    """Raises HistoryError for a database that a newer gnomon has made."""
    if version > len(MIGRATIONS):
        raise HistoryError(
            Message(
                "history_newer",
                "the history {where} is of version {version}, but this gnomon knows versions up to {known}\n"
                "update gnomon",
                where=where,
                version=version,
                known=len(MIGRATIONS),
            )
        )


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Errors of the database as those of the history, in a line."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        said = str(error)
        if "not a database" in said or "malformed" in said:
            raise HistoryError(
                Message(
                    "history_damaged",
                    "the history {path} is damaged, or no history: {error}\nrestore it, or pass another one",
                    path=path,
                    error=said,
                )
            ) from None
        raise HistoryError(
            Message("history_failed", "the history {path} cannot be used: {error}", path=path, error=said)
        ) from None
    except OSError as error:
        raise HistoryError(
            Message(
                "history_failed",
                "the history {path} cannot be used: {error}",
                path=path,
                error=error.strerror or error,
            )
        ) from None
