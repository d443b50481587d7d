"""Where a classifier of two classes cuts its scores, so that an evaluation judges what it really predicts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def cutoff_of(model: Any, scores: NDArray[np.float64], flagged: NDArray[np.bool_], probabilities: bool) -> float | None:
    """A threshold at which ``score >= threshold`` is what the model predicts; None where there is no such one.

    A model may cut elsewhere than at 0.5 (or at the decision value 0): scikit-learn's predict breaks ties against the
    second class, and ``FixedThresholdClassifier`` and ``TunedThresholdClassifierCV`` carry a threshold of their own.

    Args:
        model: The classifier.
        scores: Of the positive class, shape (rows,).
        flagged: Whether it predicts the positive class, shape (rows,).
        probabilities: Whether scores are probabilities.
    """
    least = float(scores[flagged].min(initial=np.inf))
    most = float(scores[~flagged].max(initial=-np.inf))
    if not most < least:
        return None
    usual = 0.5 if probabilities else 0.0
    carried = [getattr(model, name, None) for name in ("best_threshold_", "threshold")]
    known = [usual, float(np.nextafter(usual, np.inf)), *(float(own) for own in carried if isinstance(own, float))]
    cutoff = next((own for own in known if most < own <= least), most / 2 + least / 2)
    if most < cutoff <= least and np.isfinite(cutoff):
        return cutoff
    return least if np.isfinite(least) else float(np.nextafter(most, np.inf))
