"""One grammar of rules: for constraints of thresholds, and whatever else limits a measure."""

import pytest

import gnomon
from gnomon.measures.rule import Rule


@pytest.mark.parametrize(("text", "expected"), [
    ("recall >= 0.8", Rule(None, "recall", None, True, 0.8)),
    ("recall>=.8", Rule(None, "recall", None, True, 0.8)),
    ("  Precision.LOW  <=  33 % ", Rule(None, "precision", "low", False, 0.33, True)),
    ("f0.5.high <= 1e-1", Rule(None, "f0.5", "high", False, 0.1)),
    ("f0.5 >= 0.2", Rule(None, "f0.5", None, True, 0.2)),
    ("roc_auc >= 0.9", Rule(None, "roc_auc", None, True, 0.9)),
    ("mean_error >= -2", Rule(None, "mean_error", None, True, -2.0)),
    ("region:north recall >= 0.6", Rule(("region", "north"), "recall", None, True, 0.6)),
    ("age:>=50 recall >= 0.6", None),
    ("'age band':'>= 50' recall.low >= 60 %", Rule(("age band", ">= 50"), "recall", "low", True, 0.6, True)),
    ('"a:b":"c d" rmse <= 3', Rule(("a:b", "c d"), "rmse", None, False, 3.0)),
    ("recall", None), ("recall >= ", None), ("recall > 0.8", None), ("recall >= x", None), ("recall >= 1e999", None),
    ("recall >= 0.8 and", None), ("region: recall >= 0.6", None), ("north recall >= 0.6", None), ("", None), (3, None),
])  # fmt: skip
def test_a_rule(text, expected):
    """It says what it says, or is refused."""
    if expected is None:
        with pytest.raises(gnomon.UsageError, match="is not a constraint"):
            Rule.parse(text)
    else:
        assert Rule.parse(text) == expected


def test_a_threshold_is_of_all_rows():
    """A rule of a slice is no constraint of a threshold."""
    with pytest.raises(gnomon.UsageError, match="remove region:north"):
        gnomon.choose_threshold([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], where="region:north recall >= 0.6")
