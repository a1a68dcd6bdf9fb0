# Two commands for everybody: `make demo` and `make test`. `make check` is the gate CI runs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?=
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev

.PHONY: demo test check types bench fuzz docs lint pack clean

demo: pack
	$(BIN)/looktwice demo

# A file of tests stays on one worker, which shares what it loaded; each worker may hold 3 GB of models.
test: $(READY_DEV) pack
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

check: $(READY_DEV) pack
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(MAKE) --no-print-directory types
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

# The folder may have any name; mypy is to know it as `looktwice`, which the tests import.
types: $(READY_DEV)
	mkdir -p $(VENV)/typing && ln -sfn ../.. $(VENV)/typing/looktwice
	$(BIN)/mypy

bench: $(READY_DEV) pack
	$(BIN)/python -m benchmarks

# Broken documents of every kind against the loaders; what is found stays in runs/fuzz.
FUZZ_ARGS ?= --count 500 --minutes 10
fuzz: $(READY_DEV)
	$(BIN)/python -m looktwice.benchmarks.fuzz $(FUZZ_ARGS)

docs: $(READY_DEV)  # into build/site; the variable silences an advertisement, no warning of ours
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

pack: $(READY)
	$(BIN)/looktwice models pull starter

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ..."; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing (about 7 GB the first time, 3 minutes on a fast line) ..."
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -e '.[all]'
	@touch $@

$(READY_DEV): $(READY)
	$(BIN)/python -m pip install --quiet -e '.[all,dev]'
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info
