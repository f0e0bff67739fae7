# One place for every job; CI runs the same targets. Only Python 3.11+, make and the package registries are needed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
SOURCES := servicedesk_core plugins tests benchmarks docs examples
PLUGINS := $(sort $(dir $(wildcard plugins/*/pyproject.toml plugins/*/*/pyproject.toml)))

# Programs start quicker with their bytecode kept.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-all test-browser check bench docs dist format clean

$(VENV)/ready: pyproject.toml $(PLUGINS:=pyproject.toml) constraints.txt
	@echo "Creating $(VENV) (once; takes a minute) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "servicedesk needs Python 3.11 or newer: make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@$(PIP) --group dev
	@$(PIP) --no-build-isolation -e . $(PLUGINS:%=-e %)
	@touch $@

demo: $(VENV)/ready  ## run the main job against a local stand-in of the vendor
	@$(BIN)/servicedesk demo --dir demo

test: $(VENV)/ready  ## everything that needs no special server
	$(BIN)/python -m pytest -n 2 --dist worksteal

test-all: $(VENV)/ready  ## everything: both databases, killed processes, real servers
	$(BIN)/python -m pytest -n 3 --dist worksteal -m "slow or postgres" --timeout 900 --durations 40

test-browser: $(VENV)/ready  ## the pages in a real browser
	@$(PIP) --group browser
	@bash .ci/browser $(BIN)
	$(BIN)/python -m pytest -n 2 --dist worksteal -m browser --timeout 300 tests/browser

check: $(VENV)/ready  ## format, lint, strict types, import contracts
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/ready
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

bench: $(VENV)/ready  ## measurements, as ratios to a floor measured in the same run
	$(BIN)/python -m benchmarks

docs: $(VENV)/ready  ## docs/_build/html
	@$(PIP) --group docs
	$(BIN)/sphinx-build -j 2 --fail-on-warning --keep-going -b html docs docs/_build/html

dist: $(VENV)/ready  ## wheels and sdists of every distribution, tried in bare environments
	PYTHON=$(abspath $(BIN))/python bash .ci/dist

clean:
	rm -rf .venv* dist build demo docs/_build .pytest_cache .mypy_cache .ruff_cache
