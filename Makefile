# Faregate's commands; `make` alone lists them. Everything lives in .venv/, .data/ and .site/ (all git-ignored).

# Which Python: a version, a path, or a range that uv looks for.
PYTHON ?= >=3.11
# Processes that run the tests.
TEST_PROCESSES ?= 2
# Passed on: `make test ARGS="tests/core -x"`, `make run ARGS="--port 9000"`.
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
SITE := .site
SITE_INSTALLED := $(SITE)/.installed
COMPILE := pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header

# The title of a decision, for `make new-adr`.
export TITLE ?=

# Compiled modules stay: dozens of processes start in a test run, and each would compile the application anew.
unexport PYTHONDONTWRITEBYTECODE

# Sets $$uv in a recipe: the uv on PATH, else one of our own in .uv/.
FIND_UV = set -e; uv=uv; $$uv --version >/dev/null 2>&1 || { uv=.uv/bin/uv; $$uv --version >/dev/null 2>&1 || { \
	echo "Installing uv into .uv/"; python3 -m venv .uv && .uv/bin/python -m pip install --quiet \
	--disable-pip-version-check --require-hashes --requirement requirements/uv.txt; }; }

.DEFAULT_GOAL := help
.PHONY: help run test prove torture check bench docs migrate demo lock coverage new-adr

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(INSTALLED) ## Start Faregate with its own PostgreSQL on http://127.0.0.1:8000
	@$(BIN)/faregate run $(ARGS)

test: $(INSTALLED) ## Run the tests on a real PostgreSQL (ARGS="tests/core -x" for some of them)
	@$(BIN)/python -m pytest -n $(TEST_PROCESSES) -m "not long and not torture" $(ARGS)

prove: $(INSTALLED) ## Run the long tests: fuzzing, kills under load, the guide to the letter
	@$(BIN)/python -m pytest -n $(TEST_PROCESSES) -m long $(ARGS)

torture: $(INSTALLED) ## Kill, stall, fill and repeat for minutes, and print the figures
	@$(BIN)/python -m pytest -n 0 -m torture $(ARGS)

check: $(INSTALLED) ## Lint, format check, types, import rules and the standards
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m standards check

coverage: $(INSTALLED) ## Run the tests and count the branches they take: at least 95 % (ARGS as for test)
	@rm -f .coverage .coverage.*
	@$(BIN)/coverage run -m pytest -n $(TEST_PROCESSES) -m "not long and not torture" $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

bench: $(INSTALLED) ## Measure the figures that are promised
	@$(BIN)/python -m benchmarks $(ARGS)

docs: $(SITE_INSTALLED) ## Build the documentation's site into .site/pages, warnings being errors
	@$(SITE)/bin/zensical build --strict $(ARGS)

migrate: $(INSTALLED) ## Bring the database at DATABASE_URL (or the running development one) up to date
	@$(BIN)/faregate migrate $(ARGS)

demo: $(INSTALLED) ## Tell the whole story against a running server, request by request
	@$(BIN)/faregate demo $(ARGS)

new-adr: $(INSTALLED) ## Begin the page of a decision: TITLE="A batch is one statement"
	@$(BIN)/python scripts/new_adr.py "$$TITLE"

lock: ## Renew requirements/*.txt from pyproject.toml (ARGS=--upgrade for the newest versions)
	@$(FIND_UV); \
	$$uv $(COMPILE) $(ARGS) pyproject.toml --output-file requirements/app.txt >/dev/null; \
	$$uv $(COMPILE) $(ARGS) pyproject.toml --group dev --constraint requirements/app.txt \
		--output-file requirements/dev.txt >/dev/null; \
	$$uv $(COMPILE) $(ARGS) --group docs --output-file requirements/docs.txt >/dev/null; \
	echo uv | $$uv $(COMPILE) $(ARGS) --no-annotate - --output-file requirements/uv.txt >/dev/null

$(INSTALLED): requirements/dev.txt
	@$(FIND_UV); \
	$(BIN)/python -c "" 2>/dev/null || { rm -rf $(VENV); $$uv venv --quiet --python "$(PYTHON)" $(VENV); }; \
	$$uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements/dev.txt; \
	$$uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(SITE_INSTALLED): requirements/docs.txt
	@$(FIND_UV); \
	$(SITE)/bin/python -c "" 2>/dev/null || { rm -rf $(SITE); $$uv venv --quiet --python "$(PYTHON)" $(SITE); }; \
	$$uv pip sync --quiet --python $(SITE)/bin/python --require-hashes requirements/docs.txt
	@touch $@
