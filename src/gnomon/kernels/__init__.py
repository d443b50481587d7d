"""Hot loops: arrays in, counts and exact sums out.

Each file is a thin typed face over the compiled core (``_core``, written in C++ under ``core/``).
Kernels release the GIL, use as many threads as they are told, and give the same bits for any number.
"""
