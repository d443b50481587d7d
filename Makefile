# One command for each habit.
PYTHON ?= python
RUNS ?= 20000
N ?= 10000
COUNT ?= 300
LEAST ?= 0.9
SEED ?= 0

CXX_FILES = core/* bindings/* tests/core/*.cpp tests/core/*.h

.PHONY: help install test test-slow test-tracking fuzz mutants coverage sanitize core lint format types bench bench-quick bench-metrics bench-size bench-threshold bench-report bench-intervals bench-history coverage-short coverage-study docs site messages
help:  ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

install:  ## Install gnomon, editable, with what the tests need
	$(PYTHON) -m pip install -e '.[test]'

test:  ## Run the tests, but for the slow ones
	$(PYTHON) -m pytest -n auto

test-slow:  ## Run the slow tests: simulations and large sizes (some minutes)
	$(PYTHON) -m pytest -n auto -m slow

fuzz:  ## Try N damaged and random inputs: files, options, saved results, bytes of states (N=1000000 takes a night)
	$(PYTHON) -m tests.fuzz $(N) --seed $(SEED)

test-tracking:  ## Run the tests of MLflow and DVC (pip install '.[tracking]', in an environment of its own)
	$(PYTHON) -m pytest tests/tracking

mutants:  ## Put COUNT small faults into the code and tell which share the tests notice (an hour for 300)
	$(PYTHON) -m tests.mutants --count $(COUNT) --seed $(SEED) --least $(LEAST)

coverage:  ## Run the tests and report what they do not reach
	$(PYTHON) -m pytest -n auto --cov=gnomon --cov-report=term-missing:skip-covered

sanitize:  ## Run kernels, states and evaluation under the address, undefined-behaviour and thread sanitizers
	$(PYTHON) tests/sanitize.py address,undefined tests/kernels tests/states tests/evaluation
	$(PYTHON) tests/sanitize.py thread tests/kernels tests/states

CORE = build/core-$(notdir $(CXX))
core:  ## Build the core by itself with the sanitizers, run its tests and its fuzzer (clang leads it by what it reaches)
	cmake -S . -B $(CORE) -DCMAKE_BUILD_TYPE=Release -DGNOMON_BINDINGS=OFF -DGNOMON_CORE_TESTS=ON \
	  -DGNOMON_SANITIZE=address,undefined -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
	cmake --build $(CORE) --parallel
	$(CORE)/tests/core/core_tests
	$(CORE)/tests/core/core_fuzz -runs=$(RUNS) -max_len=8192 -verbosity=0

lint:  ## Check style and the layers between modules
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	lint-imports
	clang-format --dry-run -Werror $(CXX_FILES)

format:  ## Mend style
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .
	clang-format -i $(CXX_FILES)

types:  ## Check types
	$(PYTHON) -m mypy

bench:  ## Time gnomon beside scikit-learn (some minutes)
	$(PYTHON) benchmarks/evaluate.py

bench-quick:  ## Time what people feel beside peers, and beside the run before (two minutes)
	$(PYTHON) benchmarks/quick.py

bench-metrics:  ## Time every metric beside scikit-learn's and write docs/metrics-speed.md (half an hour)
	$(PYTHON) benchmarks/metrics.py --write docs/metrics-speed.md

bench-size:  ## Time large files beside a scan, DuckDB, Polars and scikit-learn (some minutes, 5 GB of disk)
	$(PYTHON) benchmarks/size.py --growth

bench-threshold:  ## Time the best threshold by cost beside scikit-learn's ways (ten minutes)
	$(PYTHON) benchmarks/threshold.py

bench-report:  ## Time the reports of ten million rows (a minute)
	$(PYTHON) benchmarks/report.py

bench-history:  ## Time the history with 10,000 runs, and a gate beside its comparison (some minutes)
	$(PYTHON) benchmarks/history.py

bench-intervals:  ## Time measures with their intervals beside the package confidenceinterval (some minutes)
	$(PYTHON) benchmarks/intervals.py

coverage-short:  ## See whether any interval holds the truth more rarely than it did (some minutes)
	$(PYTHON) benchmarks/coverage/study.py --short

coverage-study:  ## Simulate how often intervals hold the truth, and write docs/coverage.md (some hours)
	$(PYTHON) benchmarks/coverage/study.py
	$(PYTHON) benchmarks/coverage/study.py --only bootstrapped --interval percentile --results build/percentile.json
	$(PYTHON) benchmarks/coverage/study.py --only bootstrapped --interval bca --results build/bca.json
	$(PYTHON) benchmarks/coverage/comparison.py
	$(PYTHON) benchmarks/coverage/gate.py
	$(PYTHON) benchmarks/coverage/tables.py --coverage build/coverage.json build/percentile.json build/bca.json

messages:  ## Collect all sentences and compile their translations
	$(PYTHON) docs/write_messages.py

site:  ## Build the documentation site in build/site/html: offline, warnings and dead links are errors
	$(PYTHON) docs/site/build.py

docs:  ## Regenerate the documents' sessions, tables and picture, the example predictions and the lesson's notebooks
	$(PYTHON) examples/make_predictions.py
	gnomon lesson --lang en --output examples/lesson.ipynb
	gnomon lesson --lang ko --output examples/lesson.ko.ipynb
	$(PYTHON) docs/write_measures.py
	$(PYTHON) docs/write_reference.py
	$(PYTHON) docs/write_stubs.py
	$(PYTHON) docs/write_readme.py
	$(PYTHON) docs/write_picture.py
