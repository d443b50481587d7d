"""One evaluation in the history, as it is listed; and ids that sort by time."""

from __future__ import annotations

import json
import secrets
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gnomon.estimate import NAN, Estimate
from gnomon.message import Message, form_of, text_of

SHORT_ID = 13
_last = [0]
_lock = threading.Lock()


def new_id() -> str:
    """An id that sorts after all that this process made before: a UUID of version 7 (RFC 9562)."""
    with _lock:
        milliseconds = max(time.time_ns() // 1_000_000, _last[0] >> 12)
        moment = max(milliseconds << 12, _last[0] + 1)
        _last[0] = moment
    milliseconds, counter = moment >> 12, moment & 0xFFF
    value = (milliseconds & (1 << 48) - 1) << 80 | 7 << 76 | counter << 64 | 2 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def short_id(id: str) -> str:
    """The beginning of an id: the time, to the millisecond."""
    return id[:SHORT_ID]


def now() -> str:
    """The time as text that sorts: ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Run:
    """One evaluation in the history.

    Attributes:
        id: A UUID that sorts by time.
        name: What the model or the recipe is called; several runs may have one name.
        created: When it was logged, in UTC.
        task: What the model does.
        positive: The positive class; None unless the task is binary.
        threshold: A row was predicted positive at ``score >= threshold``; None where nothing was thresholded.
        n: The number of rows.
        commit: The commit of the working folder; None where there was none.
        dirty: Whether there were changes that were not committed; None where that is not known.
        tags: What was said of it when it was logged, by name.
        held: The tags that it holds now, such as ``"champion"``: each is held by one run at a time.
        rows: The fingerprint of the rows; None where they were not passed.
        predictions: The fingerprint of what the model says of them.
        source: Where the rows are; None where they were not passed.
        kept: The file that holds the rows, beside the database; None where they are not kept.
        gnomon: The version that measured.
        estimates: The estimates of all rows.
    """

    id: str
    name: str
    created: str
    task: str
    n: int
    commit: str | None = None
    dirty: bool | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    held: tuple[str, ...] = ()
    rows: str | None = None
    predictions: str | None = None
    source: str | None = None
    kept: str | None = None
    gnomon: str | None = None
    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    positive: str | None = None
    threshold: float | None = None

    @property
    def judged_as(self) -> tuple[Any, ...]:
        """What runs have in common that can be compared: the rows, how many took part, the task, the positive class."""
        return (self.id if self.rows is None else self.rows, self.n, self.task, self.positive)

    @property
    def short_id(self) -> str:
        """The beginning of the id: the time, to the millisecond."""
        return short_id(self.id)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "id": self.id,
            "name": self.name,
            "created": self.created,
            "task": self.task,
            "positive": self.positive,
            "threshold": self.threshold,
            "n": self.n,
            "commit": self.commit,
            "dirty": self.dirty,
            "tags": dict(self.tags),
            "held": list(self.held),
            "rows": self.rows,
            "predictions": self.predictions,
            "source": self.source,
            "kept": self.kept,
            "gnomon": self.gnomon,
            "estimates": {name: short(own) for name, own in self.estimates.items()},
        }


def short(estimate: Estimate) -> dict[str, Any]:
    """What the history's table of estimates has of one."""
    form = estimate.to_dict()
    return {name: form[name] for name in ("value", "low", "high", "level", "n")} | {"reason": form_of(estimate.reason)}


def estimate_of(value: Any, low: Any, high: Any, level: float, n: int, reason: Any) -> Estimate:
    """An estimate from its row in the table; the reason is JSON."""
    ends = [NAN if own is None else float(own) for own in (value, low, high)]
    message: Message | None = None if reason is None else text_of(json.loads(reason))
    return Estimate(ends[0], ends[1], ends[2], level, n=n, reason=message)
