# Everything a developer does here: make demo, make test, make lint, make bench.
# Each makes .venv first when it is missing or older than the package's metadata and front end sources.

VENV := .venv
BIN := $(VENV)/bin
PACKAGE := $(VENV)/.package
TOOLS := $(VENV)/.tools
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
FRONTEND := $(shell find openflow_django/static_src -type f -not -path '*/node_modules/*' -not -name .built 2>/dev/null)
# The newest interpreter that runs: a shim on the path may name a version that is not installed.
PYTHON ?= $(shell for version in 3.14 3.13 3.12 3.11; do \
	    python$$version -c 'import venv, ensurepip' 2>/dev/null && { echo python$$version; exit; }; done; echo python3)

# npm in the folder of the builder's source; without Node the checks are skipped and say so.
STATIC_SRC := openflow_django/static_src
NPM = cd $(STATIC_SRC) && { command -v npm >/dev/null || { echo "Node is missing: the checks of the builder's source were skipped."; exit 0; }; } \
  && { test -d node_modules/vitest || npm ci --no-audit --no-fund --no-progress; } && npm run --silent

.PHONY: demo test lint bench builder-watch clean

demo: $(PACKAGE)
	@$(BIN)/python manage.py demo

# The builder's logic, the whole suite, then the part that touches the database once more on PostgreSQL where there is one.
test: $(TOOLS)
	@$(NPM) test
	$(BIN)/python -m pytest $(ARGS)
	@if $(BIN)/python -m tests.machine postgresql; \
	  then OPENFLOW_TEST_DATABASE=postgresql $(BIN)/python -m pytest -m "database and not browser" $(ARGS); \
	  else echo "The part of the suite for PostgreSQL was skipped."; fi

lint: $(TOOLS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	@$(NPM) lint

# Builds the builder anew at each change of its source; reload the page to see it.
builder-watch: $(PACKAGE)
	@$(NPM) watch

bench: $(TOOLS)
	$(BIN)/python -m tests.benchmarks

clean:
	rm -rf $(VENV) var build dist

$(PACKAGE): pyproject.toml hatch_build.py $(FRONTEND)
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3-venv)."; \
	  echo "Name another interpreter with: make PYTHON=/path/to/python"; exit 1; }
	$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	$(PIP) --editable .
	@touch $@

$(TOOLS): $(PACKAGE)
	$(PIP) --editable '.[dev]'
	@touch $@
