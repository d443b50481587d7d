"""From what scikit-learn's users pass to what kernels take: arrays, weights, targets, keyword arguments."""
