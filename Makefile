# Two commands for everybody: `make demo` and `make test`. `make check` is the gate CI runs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev

.PHONY: demo test check bench docs lint pack clean

demo: pack
	$(BIN)/looktwice demo

test: $(READY_DEV) pack
	$(BIN)/python -m pytest

check: $(READY_DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(MAKE) --no-print-directory test

bench: $(READY_DEV) pack
	$(BIN)/python -m benchmarks

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
	$(BIN)/python -m pip install --quiet -e .
	@touch $@

$(READY_DEV): $(READY)
	$(BIN)/python -m pip install --quiet -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info
