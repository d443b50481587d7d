"""Saved results as a command names them: one, or several evaluations side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gnomon.cli import options as common
from gnomon.message import Message

if TYPE_CHECKING:
    from gnomon.evaluation.result.evaluation import Evaluation
    from gnomon.loading import Result


def saved_paths(saved: tuple[str, ...]) -> list[Path]:
    """The files of saved results, written ``FILE`` or ``NAME=FILE``."""
    return [common.named_path(text)[1] for text in saved]


def saved_result(saved: tuple[str, ...]) -> Result:
    """What was saved: one result, or several evaluations by their names, or else their files'.

    Raises:
        UsageError: A comparison or a decision is not alone, or two models have one name.
        SourceError: A file cannot be read.
        StateError: It holds no result.
    """
    from gnomon.comparison.result import Comparison
    from gnomon.errors import UsageError
    from gnomon.evaluation.result.evaluation import Evaluation
    from gnomon.evaluation.result.evaluations import Evaluations
    from gnomon.loading import load

    evaluations: dict[str, Evaluation] = {}
    for text in saved:
        name, path = common.named_path(text)
        result = load(path)
        if not isinstance(result, (Evaluation, Evaluations)):
            if len(saved) == 1:
                return result
            if isinstance(result, Comparison):
                raise UsageError(
                    Message(
                        "comparison_alone",
                        "{path} is a comparison, which is reported by itself\nremove the other files",
                        path=path,
                    )
                )
            raise UsageError(
                Message(
                    "decision_alone",
                    "{path} is a decision, which is reported by itself\nremove the other files",
                    path=path,
                )
            )
        for key, own in [(name, result)] if isinstance(result, Evaluation) else result.items():
            if key in evaluations:
                raise UsageError(
                    Message(
                        "two_models_of_one_name",
                        "two models are called {name!r}\nname them, as in old={path}",
                        name=key,
                        path=path,
                    )
                )
            evaluations[key] = own
    return Evaluations(evaluations) if len(evaluations) > 1 else next(iter(evaluations.values()))
