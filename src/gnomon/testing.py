"""Gates in tests: ``assert_gate`` fails a test where a gate does not pass, with the verdict on every rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from gnomon.errors import UsageError
from gnomon.message import Message

if TYPE_CHECKING:
    from gnomon.gating.result import GateResult

# The gates that a session of tests has judged, for its summary: what each said.
judged: list[GateResult] = []


class GateError(AssertionError):
    """A gate did not pass.

    Attributes:
        result: What it said.
    """

    def __init__(self, result: GateResult) -> None:
        from gnomon.report.terminal.report import as_text

        super().__init__(f"{result.answer}\n\n{as_text(result).rstrip()}")
        self.result = result


def assert_gate(data: Any, /, *, inconclusive: Literal["fail", "pass"] = "fail", **asked: Any) -> GateResult:
    """Fails a test unless a model passes a gate.

    What is inconclusive fails, too, unless it is let pass: a test that cannot tell must not be green by accident, and
    it is never skipped.

    Args:
        data: The predictions, as for :func:`gnomon.gate`.
        inconclusive: ``"fail"`` or ``"pass"``.
        asked: The other arguments of :func:`gnomon.gate`: ``where=``, ``margin=``, ``baseline=``, ``target=``, ...

    Returns:
        What the gate says, where it passed.

    Raises:
        GateError: The gate failed, or is inconclusive; the message is the report.
        UsageError: As :func:`gnomon.gate` does.

    Examples:
        >>> from gnomon.testing import assert_gate
        >>> rows = {"y": [0, 1] * 500, "p": [0.2, 0.8] * 480 + [0.7, 0.4] * 20}
        >>> assert_gate(rows, target="y", score="p", where="recall >= 0.9").verdict
        'pass'
    """
    __tracebackhide__ = True
    from gnomon.gating.gate import gate

    if inconclusive not in ("fail", "pass"):
        raise UsageError(
            Message(
                "assert_policy", "inconclusive= takes 'fail' or 'pass' in a test, not {policy!r}", policy=inconclusive
            )
        )
    result = gate(data, inconclusive=inconclusive, **asked)
    judged.append(result)
    if not result.passed:
        raise GateError(result)
    return result
