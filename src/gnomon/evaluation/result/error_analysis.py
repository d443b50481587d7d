"""Where the model errs, as it is saved and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gnomon.estimate import Estimate
from gnomon.evaluation.result.scatter import Scatter
from gnomon.states.worst import WrongRow


@dataclass(frozen=True, slots=True)
class ConfusedClasses:
    """One kind of error.

    Attributes:
        true, predicted: The two classes.
        rows: How many rows of the first were predicted as the second.
        share: Of the rows of the first.
    """

    true: str
    predicted: str
    rows: int
    share: float


@dataclass(frozen=True, slots=True)
class ResidualRange:
    """The errors of the rows whose prediction lies in a range.

    Attributes:
        low, high: The least and the greatest prediction.
        n: The rows.
        mean_error: The mean of prediction less target: below 0, predictions are too low there.
        rmse: The root of the mean squared error.
    """

    low: float
    high: float
    n: int
    mean_error: Estimate
    rmse: float


@dataclass(frozen=True, slots=True)
class ErrorAnalysis:
    """Where the model errs.

    Attributes:
        rows: The rows that are most wrong, the worst first: predicted wrong with the most confidence (of probabilities
            the distance to the truth, of decision values that to the threshold, of several classes the score of the
            predicted class minus that of the true one), or with the largest error of a regression.
        confusions: Pairs of classes that are confused most.
        residuals: Errors of a regression in ten ranges of the prediction with equally many rows; empty where rows are
            not kept.
        scatter: Predicted against true amounts of a regression (:class:`gnomon.evaluation.result.scatter.Scatter`);
            None where rows are not kept.
    """

    rows: tuple[WrongRow, ...] = ()
    confusions: tuple[ConfusedClasses, ...] = ()
    residuals: tuple[ResidualRange, ...] = ()
    scatter: Scatter | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "rows": [row._asdict() for row in self.rows],
            "confusions": [asdict(own) for own in self.confusions],
            "residuals": [
                {"low": own.low, "high": own.high, "n": own.n, "mean_error": own.mean_error.to_dict(), "rmse": own.rmse}
                for own in self.residuals
            ],
            "scatter": None if self.scatter is None else self.scatter.to_dict(),
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> ErrorAnalysis:
        """The inverse of :meth:`to_dict`."""
        return cls(
            tuple(WrongRow(**row) for row in form["rows"]),
            tuple(ConfusedClasses(**own) for own in form["confusions"]),
            tuple(
                ResidualRange(**{**own, "mean_error": Estimate.from_dict(own["mean_error"])})
                for own in form["residuals"]
            ),
            None if form.get("scatter") is None else Scatter.from_dict(form["scatter"]),
        )
