"""Intervals: from a state, or what was measured of it, to what the sample leaves open."""
