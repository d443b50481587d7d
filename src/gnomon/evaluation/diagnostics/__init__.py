"""What the numbers say of the model: calibration, errors, slices, advice."""
