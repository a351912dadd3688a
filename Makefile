# The one list of commands; CI calls the same ones. `make help` lists them.
# Each sets up .venv by itself where that is needed, and is quick the second time.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# stamps: newer than the pins they were made from, so that changed pins are installed at once
RUNNING := $(VENV)/.installed
DEVELOPING := $(VENV)/.installed-dev
BENCHING := $(VENV)/.installed-bench
PACKAGES := config storage crawler alerts supplierwatch

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run demo test test-fast test-long test-cluster test-web pictures texts coverage package-check attack sweeps kills fuzz soak lint format check bench pins clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1	/' | expand -t 20

setup: $(DEVELOPING) ## make .venv with everything that developing takes

run: $(RUNNING) ## run the service on ./config until Ctrl-C
	$(BIN)/supplierwatch run

demo: $(RUNNING) ## show the whole job on a bundled newsroom, in under two minutes
	$(BIN)/supplierwatch demo

test: $(DEVELOPING) ## run all tests
	$(BIN)/python -m pytest -n 3 --dist worksteal

test-fast: $(DEVELOPING) ## run what takes little: tests that start no process and no server, and measure nothing
	TEST_FAST=1 $(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow and not long and not attack and not web and not cluster"

test-long: $(DEVELOPING) ## run what takes long, and in full what `make test` takes a sample of
	TEST_LONG=1 $(BIN)/python -m pytest -n 2 --dist loadfile -m "(long or sized) and not attack and not web and not cluster"

test-cluster: $(DEVELOPING) ## run clusters of several processes on PostgreSQL, and kill some of them
	$(BIN)/python -m pytest -n 2 --dist load -m cluster tests/cluster

test-web: $(DEVELOPING) ## drive the desk in the Chromium of the system; skipped where there is none
	$(BIN)/python -m pytest -m web tests/web

pictures: $(DEVELOPING) ## take the pictures of docs/desk.md in the Chromium of the system
	$(BIN)/python -m tests.web.pictures

texts: $(DEVELOPING) ## extract the texts of the desk again into the files of its languages
	$(BIN)/python -m tests.desk.languages.extraction

coverage: $(DEVELOPING) ## run all tests and show the lines and branches that none of them takes
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term --cov-report=html:dist/coverage

attack: $(DEVELOPING) ## attack the real service on loopback, innocent sources and readers beside it
	$(BIN)/python -m pytest -m attack -n 2 --dist loadfile tests/attack

sweeps: $(DEVELOPING) ## measure the growth of time and memory over every expression and reader
	$(BIN)/python -m pytest -m attack tests/architecture/test_patterns.py \
		tests/crawler/test_growth.py tests/supplierwatch/service/test_memory.py

KILLS ?= 200
kills: $(DEVELOPING) ## kill workers, the leader and PostgreSQL KILLS=200 times at random
	KILLS=$(KILLS) $(BIN)/python -m pytest -n 0 -m cluster tests/cluster/test_kills.py

CASES ?= 10000
fuzz: $(DEVELOPING) ## take CASES=10000 generated and damaged feeds and pages to mail
	$(BIN)/python -m tests.fuzz --cases $(CASES)

MINUTES ?= 20
soak: $(DEVELOPING) ## run the service for MINUTES=20 with a hundredth of hostile answers
	$(BIN)/python -m tests.attack.soak --minutes $(MINUTES) $(if $(SHARED),--shared $(SHARED))

lint: $(DEVELOPING) ## check format, style, types and imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(addprefix -p ,$(PACKAGES))
	$(BIN)/lint-imports

# built without isolation: the build back end is the pinned one
package-check: $(DEVELOPING) ## build the wheel, install it with the pins elsewhere, and run its demo there
	rm -rf dist/check
	$(PIP) wheel --quiet --no-deps --no-build-isolation --wheel-dir dist/check .
	$(PYTHON) -m venv dist/check/venv
	dist/check/venv/bin/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r requirements.txt
	dist/check/venv/bin/python -m pip install --quiet --disable-pip-version-check \
		--no-deps dist/check/*.whl
	cd dist/check && venv/bin/supplierwatch demo

format: $(DEVELOPING) ## put the code into the format that lint asks for
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: lint test ## lint and test

bench: $(BENCHING) ## measure speed, and compare it with peers in the same run
	set -e; for file in $$(grep -l '^if __name__' bench/*.py); do \
		echo "== $$file"; $(BIN)/python -m bench.$$(basename $$file .py); \
	done

# The public index alone is asked, whatever pip is set to on this machine: so the hashes are those of
# every platform's files, and no address of another index gets into the result.
# `make pins UPGRADE=--upgrade` takes the newest versions that pyproject.toml allows.
PIN = env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL -u PIP_INDEX_URL PIP_CONFIG_FILE=/dev/null \
	CUSTOM_COMPILE_COMMAND="make pins" $(BIN)/pip-compile --quiet --no-config --generate-hashes \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras --allow-unsafe \
	--build-deps-for=editable $(UPGRADE)

pins: $(DEVELOPING) ## pin every package that is needed, with hashes, in requirements*.txt
	$(PIN) --output-file=requirements.txt pyproject.toml
	$(PIN) --extra=dev --constraint=requirements.txt --output-file=requirements-dev.txt pyproject.toml
	$(PIN) --extra=dev --extra=bench --constraint=requirements-dev.txt \
		--output-file=requirements-bench.txt pyproject.toml

clean: ## remove .venv and what tools have left
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)

$(RUNNING): requirements.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) install --quiet --require-hashes -r requirements.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(DEVELOPING): requirements-dev.txt $(RUNNING)
	$(PIP) install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

$(BENCHING): requirements-bench.txt $(DEVELOPING)
	$(PIP) install --quiet --require-hashes -r requirements-bench.txt
	@touch $@
