# The two commands a newcomer needs:  make run   and   make test.   `make help` lists all.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3.11)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
.DEFAULT_GOAL := help

.PHONY: help install run test lint types unit check train bench lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(VENV)/.installed ## make .venv with the locked dependencies and the command wegwijzer

$(VENV)/.created:
	@command -v $(PYTHON) >/dev/null || { echo "Wegwijzer needs Python 3.11 or newer: install it, or say which one with  make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Wegwijzer needs Python 3.11 or newer; $(PYTHON) is older. Say which one with  make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.created pyproject.toml requirements/base.txt requirements/semantic.txt
	@echo "Installing what Wegwijzer needs (once; about a minute) …"
	$(PIP) install --require-hashes -r requirements/base.txt
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/semantic.txt \
	  || echo "No wheel of the semantic part for this machine: Wegwijzer runs with the light finder."
	@# setuptools warns that an editable installation is one.
	PYTHONWARNINGS=ignore $(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.developer: $(VENV)/.installed requirements/dev.txt
	@echo "Installing what the tests need (once) …"
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

run: $(VENV)/.installed ## start the assistant (web chat on http://127.0.0.1:8080)
	@$(BIN)/wegwijzer run

test: lint types unit check ## lint, types, tests, content check

lint: $(VENV)/.developer
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.developer
	$(BIN)/mypy

unit: $(VENV)/.developer
	$(BIN)/pytest -n 2 --dist loadgroup

check: $(VENV)/.installed ## validate all content
	$(BIN)/wegwijzer check

train: $(VENV)/.developer ## learn the finder's weights from the content
	$(BIN)/wegwijzer train

bench: $(VENV)/.developer ## measure accuracy, speed and memory (QUESTIONS=file.jsonl for questions of your own)
	$(BIN)/python -m bench $(if $(QUESTIONS),--questions $(QUESTIONS))

lock: ## write the requirements files anew from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate requirements/build.in -o requirements/base.txt
	uv pip compile pyproject.toml --extra semantic --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate -c requirements/base.txt -o requirements/semantic.txt
	uv pip compile pyproject.toml --extra dev --extra train --extra semantic --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate -c requirements/semantic.txt -o requirements/dev.txt

clean: ## remove the virtual environment and caches (not your data)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache *.egg-info

.PHONY: bench-delivery
bench-delivery: $(VENV)/.developer ## measure the delivery of announcements alone (some minutes)
	$(BIN)/python -m bench.delivery

bench: bench-delivery
