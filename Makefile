# Two commands matter: make run, make test. Both work on a fresh machine with Python 3.11 or newer and make.

PYTHON ?= python3
PORT ?= 8000
PORTAL_DATA_DIR ?= var
WORKERS ?= 2
export PORT PORTAL_DATA_DIR

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
PACK := portal/packs/east_cambridgeshire

.PHONY: run test bench lint translations vendor requirements clean

run: $(VENV)/run.done translations ## start the East Cambridgeshire demonstration
	@$(BIN)/portal db upgrade
	@$(BIN)/portal demo $(PACK)
	@$(BIN)/portal serve --port $(PORT)

test: $(VENV)/test.done translations lint ## everything: unit, journeys, house rules, browser, both databases
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

lint: $(VENV)/test.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/test.done translations ## the product against the floor, as ratios, in one run
	$(BIN)/python -m tests.benchmarks.run

translations: $(VENV)/run.done
	@$(BIN)/portal translations compile > /dev/null

vendor: $(VENV)/run.done ## rebuild static/vendor from the packages in vendor-archives/
	$(BIN)/python -m portal.vendoring vendor-archives

requirements: ## renew the pinned, hashed requirements (needs pip-tools)
	CUSTOM_COMPILE_COMMAND="make requirements" pip-compile $(COMPILE) -o requirements.txt pyproject.toml
	CUSTOM_COMPILE_COMMAND="make requirements" pip-compile $(COMPILE) --extra=test -c requirements.txt \
		-o requirements-test.txt pyproject.toml

COMPILE := --quiet --upgrade --strip-extras --allow-unsafe --generate-hashes --build-deps-for=editable \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
	--extra=postgres --extra=serve

clean: ## remove what was built, keep the data folder
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	$(PYTHON) -c "import sys; assert sys.version_info >= (3, 11), 'Python 3.11 or newer is needed'"
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.done: requirements.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q portal surveys
	@touch $@

$(VENV)/test.done: requirements-test.txt $(VENV)/run.done
	$(PIP) install --require-hashes -r requirements-test.txt
	@touch $@
