# One command for each habit.
PYTHON ?= python

.PHONY: help install test coverage lint format types bench bench-metrics bench-size bench-threshold docs
help:  ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

install:  ## Install gnomon, editable, with what the tests need
	$(PYTHON) -m pip install -e '.[test]'

test:  ## Run the tests
	$(PYTHON) -m pytest

coverage:  ## Run the tests and report what they do not reach
	$(PYTHON) -m pytest --cov=gnomon --cov-report=term-missing:skip-covered

lint:  ## Check style and the layers between modules
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	lint-imports

format:  ## Mend style
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

types:  ## Check types
	$(PYTHON) -m mypy

bench:  ## Time gnomon beside scikit-learn (some minutes)
	$(PYTHON) benchmarks/evaluate.py

bench-metrics:  ## Time every metric beside scikit-learn's and write docs/metrics-speed.md (half an hour)
	$(PYTHON) benchmarks/metrics.py --write docs/metrics-speed.md

bench-size:  ## Time large files beside a scan, DuckDB, Polars and scikit-learn (some minutes, 5 GB of disk)
	$(PYTHON) benchmarks/size.py --growth

bench-threshold:  ## Time the best threshold by cost beside scikit-learn's ways (ten minutes)
	$(PYTHON) benchmarks/threshold.py

docs:  ## Make the README's sessions and the example predictions anew
	$(PYTHON) examples/make_predictions.py
	$(PYTHON) docs/write_readme.py
