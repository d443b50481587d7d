"""Random and damaged input: files and options, saved results, bytes of states (``make fuzz N=10000``)."""
