"""May this model ship? Rules, judged in the face of noise: passed, failed, or inconclusive."""
