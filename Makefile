# Banyan: what people type. Each target sets up .venv by itself; Python 3.11 or newer, its venv
# module and make are all that must be there. Pip's own configuration decides where packages come from.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13 python; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$p"; break; }; done)
SOURCES := core plugins themes migrations tests bench tools docs/plugins/example conftest.py wsgi.py
PRESENT = $(wildcard $(SOURCES))

.DEFAULT_GOAL := help
.PHONY: help demo test check lint format bench replay e2e lock clean messages reference

help: ## show this list
	@grep -hE '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-9s %s\n", $$1, $$2}'

demo: $(READY) ## a filled store on this machine; ARGS="--port 8001" where 8000 is taken
	@$(BIN)/banyan demo $(ARGS)

test: $(READY) ## all tests, on SQLite and PostgreSQL and in a browser; says what it left out
	@$(BIN)/python -m pytest -n logical --maxprocesses 4 $(ARGS)

check: lint ## everything that is quick: style, types, contracts, unit tests
	@$(BIN)/python -m pytest tests/architecture tests/unit -q $(ARGS)

lint: $(READY) ## style, types and import contracts
	@$(BIN)/ruff check $(PRESENT)
	@$(BIN)/ruff format --check $(PRESENT)
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(READY) ## put the code in order
	@$(BIN)/ruff check --fix $(PRESENT)
	@$(BIN)/ruff format $(PRESENT)

bench: $(READY) ## measure this machine; ARGS= goes to the benchmark
	@$(BIN)/python -m bench $(ARGS)

replay: $(READY) ## real invoices as orders; DATA=file.csv.gz plays another file
	@$(BIN)/banyan replay $(if $(DATA),--data "$(DATA)") $(ARGS)

e2e: $(READY) ## browser tests only
	@$(BIN)/python -m pytest -m e2e $(ARGS)

messages: $(READY) ## add new texts to the translations
	@$(BIN)/python -m tools.messages

reference: $(READY) ## write docs/plugins/reference/ anew from the code
	@$(BIN)/python -m tools.reference

lock: $(READY) ## resolve requirements.lock anew (needs the network)
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --universal --no-annotate --no-header \
		--python-version 3.11 --all-extras pyproject.toml --output-file requirements.lock
	@! grep -nE '://|^ *--(index|extra-index|find-links|trusted)' requirements.lock \
		|| { echo "requirements.lock must hold no address"; exit 1; }

clean: ## remove .venv and what tools left behind; instance/ is kept
	rm -rf $(VENV) build dist htmlcov test-results .coverage .coverage.* \
		.hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find $(PRESENT) -name __pycache__ -type d -prune -exec rm -rf {} +

# The lock file names every package, so pip has nothing to resolve: with --no-deps no release made since
# can confuse it (pip before 24 looks up newer ones for a dependency with an extra, and then refuses them).
# hatchling is in the lock file, so the last step fetches nothing.
$(READY): pyproject.toml requirements.lock
	@if [ -z "$(PYTHON)" ]; then echo "Banyan needs Python 3.11 or newer with its venv module." \
		"On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; fi
	@echo "Setting up $(VENV) (first time: a minute or two)"
	@test -x $(BIN)/python && $(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@$(BIN)/python -m pip check
	@$(BIN)/python -m compileall -q core plugins wsgi.py
	@touch $(READY)
