"""Pictures by matplotlib: one family a file, each drawn onto an axes that the caller may bring."""

# What plots are called: those of evaluations and comparisons, then that of a recalibration.
PLOT_NAMES = (
    "roc", "precision_recall", "det", "thresholds", "confusion", "calibration", "intervals", "slices", "differences",
    "predicted_vs_true", "residuals", "maps",
)  # fmt: skip
