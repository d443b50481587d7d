"""Every error that gnomon raises on purpose.

    GnomonError
    ├── UsageError (ValueError)      the call: an argument is wrong, or two contradict each other
    │   └── UnknownArgumentError (TypeError)   an argument that a function does not have
    ├── SourceError (OSError)        the file or folder: missing, cut off, of no known format, mixed
    ├── ColumnError (ValueError)     a column: missing, misspelt, of the wrong type, of another length
    ├── DataError (ValueError)       a value: out of range, an unknown label, one class only
    │   └── MissingValuesError       values that are missing
    ├── EngineError (RuntimeError)   the engine: a worker process that ended, something that cannot be sent to one
    ├── HistoryError (RuntimeError)  the history: a database that cannot be opened, damaged, or of a newer version
    ├── StateError (ValueError)      a stored state or evaluation: foreign, truncated, incompatible
    └── UnknownEstimateError (KeyError)   an estimate that the evaluation does not hold

A message says what was wrong, where, and what to do, in one or two lines.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from gnomon.message import Message, word


class GnomonError(Exception):
    """Base of every error that gnomon raises on purpose."""

    @property
    def message(self) -> Message:
        """What was wrong and what to do, which can be shown in any language."""
        return word(str(self)) if not self.args or not isinstance(self.args[0], str) else word(self.args[0])


class UsageError(GnomonError, ValueError):
    """An argument is wrong, or two arguments contradict each other."""


class UnknownArgumentError(UsageError, TypeError):
    """A function has no argument of that name."""


class SourceError(GnomonError, OSError):
    """A file or folder cannot be read."""


class ColumnError(GnomonError, ValueError):
    """A column is missing, has the wrong type, or another length than the rest."""


class DataError(GnomonError, ValueError):
    """A value in a used column is out of range or unknown, or the labels do not fit the task."""


class MissingValuesError(DataError):
    """Values are missing in a used column."""


class EngineError(GnomonError, RuntimeError):
    """A worker process ended before it had answered, or something cannot be sent to it."""


class HistoryError(GnomonError, RuntimeError):
    """The history cannot be read or written, or has no such run."""


class StateError(GnomonError, ValueError):
    """A stored state or evaluation is foreign, truncated, or does not fit the one beside it."""


class UnknownEstimateError(GnomonError, KeyError):
    """The evaluation holds no estimate of that name."""

    def __str__(self) -> str:  # KeyError would show the message in quotes
        return str(self.args[0]) if self.args else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names the known words: the nearest one if there is any, else all of them.

    >>> nearest("recal", ["recall", "precision"])
    "did you mean 'recall'?"
    >>> nearest("x", ["recall", "precision"])
    "expected one of 'recall', 'precision'"
    """
    names = list(known)
    if not names:
        return Message("there_are_none", "there are none")
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    folded = [name for name in names if name.casefold() == word.casefold()]
    if folded or close:
        return Message("did_you_mean", "did you mean {name!r}?", name=(folded or close)[0])
    shown = ", ".join(repr(name) for name in names[:12])
    if len(names) <= 12:
        return Message("expected_one_of", "expected one of {names}", names=shown)
    return Message(
        "expected_one_of_many", "expected one of {names} and {number} more", names=shown, number=len(names) - 12
    )
