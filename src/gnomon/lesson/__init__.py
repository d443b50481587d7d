"""The lesson: a lecture on judging models, run on real data, as a page, in the terminal, or as a notebook."""
