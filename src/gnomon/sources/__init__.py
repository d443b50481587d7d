"""Where rows come from. A source hands out named columns in pieces; it knows no metric.

One file for each kind: arrays, data frames (and everything that speaks Arrow), files and folders.
"""
