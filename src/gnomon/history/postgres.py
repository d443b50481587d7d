"""A team's history in PostgreSQL: the same tables and statements, by SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from gnomon.errors import HistoryError, UsageError
from gnomon.history.store import MIGRATIONS, Row, Values, check_version
from gnomon.message import Message

# What stands in the braces of statements that make tables. Text is compared byte by byte, as in a file.
TYPES = {
    "blob": "BYTEA", "double": "DOUBLE PRECISION", "serial": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "clustered": "", "key": 'TEXT COLLATE "C"',
}  # fmt: skip
# The lock that one process holds while it brings the database to the present version.
LOCK = 0x676E6F6D6F6E


class PostgresStore:
    """A database of a server.

    Args:
        url: ``postgresql://user:password@host/database``; the password may come as ``PGPASSWORD``.

    Raises:
        UsageError: The packages are not installed.
        HistoryError: The database cannot be reached, or is of a newer version.
    """

    each = "SELECT value FROM json_array_elements_text(CAST(:ids AS json))"

    def __init__(self, url: str) -> None:
        try:
            import psycopg as _  # noqa: F401
            import sqlalchemy
        except ImportError:
            raise UsageError(
                Message(
                    "history_packages",
                    "a history in PostgreSQL needs SQLAlchemy and psycopg\npip install 'gnomon[postgresql]'",
                )
            ) from None
        place = sqlalchemy.make_url(url).set(drivername="postgresql+psycopg")
        self._name = place.render_as_string(hide_password=True).replace("+psycopg", "")
        self._engine = sqlalchemy.create_engine(place, poolclass=sqlalchemy.NullPool)
        self._text = sqlalchemy.text
        self._error = sqlalchemy.exc.SQLAlchemyError

    def prepare(self) -> None:
        """Brings the database to the present version: one process at a time."""
        with self.transaction() as execute:
            execute("SELECT pg_advisory_xact_lock(:lock)", {"lock": LOCK})
            execute("CREATE TABLE IF NOT EXISTS gnomon_version (version INTEGER NOT NULL)", {})
            version = self._version(execute)
            for statements in MIGRATIONS[version:]:
                for statement in statements:
                    execute(statement.format_map(TYPES), {})
            if version < len(MIGRATIONS):
                execute("DELETE FROM gnomon_version", {})
                execute("INSERT INTO gnomon_version VALUES (:version)", {"version": len(MIGRATIONS)})

    def _version(self, execute: Any) -> int:
        rows = execute("SELECT version FROM gnomon_version", {})
        version = int(rows[0][0]) if rows else 0
        check_version(version, self._name)
        return version

    def read(self, statement: str, values: Values = {}, /) -> list[Row]:  # noqa: B006
        """The rows that a statement selects; none where there are no tables yet."""
        with self.transaction() as execute:
            if execute("SELECT to_regclass('gnomon_version')", {})[0][0] is None:
                return []
            if self._version(execute) == len(MIGRATIONS):
                rows: list[Row] = execute(statement, values)
                return rows
        self.prepare()
        return self.read(statement, values)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """All together or nothing: gives a function that runs a statement, or one for each of several values."""
        try:
            with self._engine.begin() as connection:

                def run(statement: str, values: Values | Sequence[Values]) -> list[Row]:
                    bound: Any = dict(values) if isinstance(values, dict) else list(values)
                    result = connection.execute(self._text(statement), bound)
                    return [tuple(row) for row in result] if result.returns_rows else []

                yield run
        except self._error as error:
            said = " ".join(str(getattr(error, "orig", None) or error).split())
            raise HistoryError(
                Message("history_failed", "the history {path} cannot be used: {error}", path=self._name, error=said)
            ) from None
