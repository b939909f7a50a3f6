# Everything is set up by these targets and by nothing else: Python 3.11+, make and the package
# registries are enough. A stamp carries the checksum of its lock file: nothing changed, nothing to do.

PYTHON ?= python3
BIN := .venv/bin
EMBEDDED := $(BIN)/python -m config.embedded
PYTEST := $(EMBEDDED) $(BIN)/pytest
NODE_BIN := $(CURDIR)/$(BIN)

checksum = $(shell cat $(1) 2>/dev/null | cksum | tr ' ' '-')
PYTHON_READY := .venv/.ready-$(call checksum,requirements.txt)
NODE_READY := node_modules/.ready-$(call checksum,package-lock.json .npmrc)

# For the checks that load the settings without any service.
OFFLINE := DEBUG=1 DATABASE_URL=postgres://nobody@localhost/none REDIS_URL=redis://localhost/0
PRODUCTION := DEBUG=0 SECRET_KEY=$(shell echo checks-only | sha512sum | cut -c1-80) \
	ALLOWED_HOSTS=liveshelf.example DATABASE_URL=postgres://nobody@localhost/none \
	REDIS_URL=redis://localhost/0

CHECKS := format lint types templates javascript migrations deployment static lockfiles packages
TESTS := test-python test-browser test-javascript

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench soak lock clean browser fix $(CHECKS) $(TESTS)

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: $(PYTHON_READY) $(NODE_READY) ## Virtual environment, pinned packages, npm packages

$(PYTHON_READY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "liveshelf needs Python 3.11 or newer: PYTHON=python3.12 make setup")'
	@echo "Setting up Python's packages (about a minute) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/pip install --disable-pip-version-check --require-hashes --requirement requirements.txt
	@touch $@

$(NODE_READY): $(PYTHON_READY)
	@echo "Setting up npm's packages ..."
	@PATH="$(NODE_BIN):$$PATH" $(BIN)/npm ci --no-fund --no-audit
	@touch $@

run: setup ## Serve on http://127.0.0.1:8000 (PORT=... changes it) with demo data; Ctrl-C stops it
	@exec $(BIN)/python -m config.serve

test: setup browser ## Every test: Python, a real browser, JavaScript
	@$(EMBEDDED) .ci/each $(TESTS)

check: setup ## Format, lint, types, templates, migrations, static files, lock files
	@.ci/each $(CHECKS)

bench: setup browser ## The side-by-side figures, into benchmarks.json
	@DEBUG=$${DEBUG:-1} $(EMBEDDED) $(BIN)/python -m tests.benchmarks

soak: setup browser ## The long proofs: numbers under crowds, kills and restarts, memory and a tab over hours; 70 minutes at most
	@$(EMBEDDED) $(BIN)/python -m tests.soak

browser: setup
	@printf 'Browser of the tests: ' && $(BIN)/python -m tests.chromium

test-python: setup
	@$(PYTEST) tests --ignore=tests/browser --ignore=tests/benchmarks

# A process of its own: Playwright's synchronous calls keep an event loop running.
test-browser: browser
	@$(PYTEST) tests/browser

test-javascript: setup
	@$(BIN)/node --test 'tests/js/**/*.test.js'

format: setup
	@$(BIN)/ruff format --check .

lint: setup
	@$(BIN)/ruff check .

types: setup
	@$(OFFLINE) $(BIN)/mypy .

templates: setup
	@find templates -name '*.html' -print0 | xargs -0 $(BIN)/djade --target-version 5.2 --check

javascript: setup
	@PATH="$(NODE_BIN):$$PATH" node_modules/.bin/eslint static/js tests/js tests/faults

migrations: setup
	@DEBUG=1 $(EMBEDDED) $(BIN)/python manage.py makemigrations --check --dry-run

deployment: setup
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

static: setup
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && \
		$(PRODUCTION) STATIC_ROOT="$$scratch" $(BIN)/python manage.py collectstatic --noinput --verbosity 1

lockfiles:
	@if grep -nE 'https?://' requirements.txt || grep -n '"resolved"' package-lock.json; then \
		echo 'A lock file names where packages come from: run make lock' >&2; exit 1; fi

packages: setup
	@$(BIN)/pip check

fix: setup ## Format, and mend what the linters can mend
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .
	@find templates -name '*.html' -print0 | xargs -0 $(BIN)/djade --target-version 5.2

lock: setup ## Pin anew what pyproject.toml and package.json ask for
	@$(PYTHON) -m venv .setup/lock && .setup/lock/bin/pip install --quiet uv==0.13.9
	@.setup/lock/bin/uv pip compile --quiet --upgrade --generate-hashes --universal \
		--python-version 3.11 --extra dev --custom-compile-command 'make lock' \
		pyproject.toml --output-file requirements.txt
	@PATH="$(NODE_BIN):$$PATH" $(BIN)/npm install --package-lock-only
	@$(MAKE) --no-print-directory lockfiles

clean: ## Remove what set-up, runs and tests made here, the data too
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m config.embedded.remove; fi
	rm -rf .venv .setup .data node_modules staticfiles test-results benchmarks.json
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis
