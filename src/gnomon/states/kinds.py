"""Any state from its bytes, which say of what kind it is."""

from __future__ import annotations

from gnomon.errors import StateError
from gnomon.states.agreement import Agreement
from gnomon.states.base import State
from gnomon.states.confusion import Confusion
from gnomon.states.histogram import ScoreHistogram
from gnomon.states.mean import ClassLoss, MeanLoss, RatioLoss
from gnomon.states.paired import PairedPredictions
from gnomon.states.reliability import Reliability
from gnomon.states.residuals import Amounts, Residuals
from gnomon.states.scores import ClassScores, LabelRows, Scores
from gnomon.states.worst import WorstRows
from gnomon.wire import kind_of

KINDS: dict[str, type[State]] = {
    own.kind: own
    for own in (
        Agreement, Amounts, ClassLoss, ClassScores, Confusion, LabelRows, MeanLoss, PairedPredictions, RatioLoss,
        Reliability, Residuals, ScoreHistogram, Scores, WorstRows,
    )
}  # fmt: skip


def state_of(raw: bytes) -> State:
    """The state whose bytes these are.

    Raises:
        StateError: They are foreign or damaged, or of something that is not a state of rows.
    """
    kind = kind_of(raw)
    if kind not in KINDS:
        raise StateError(f"these are the bytes of a {kind}, not of a state")
    return KINDS[kind].from_bytes(raw)
