# Each target sets up what it needs in a virtual environment of its own, .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
QUESTION ?= How many detainers did ICE issue on Sunday?
# The model comes in a package: nothing is fetched from a hub, and nothing waits for one.
export HF_HUB_OFFLINE ?= 1

.PHONY: ask setup check test lint format benchmarks clean

ask: setup  ## set up, index the seed documents where that is due, and answer QUESTION
	$(BIN)/qa-bot ask $(QUESTION_ARGUMENT)

check: lint test  ## set up, and run everything that must pass

setup: $(VENV)/.installed

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(VENV)/.installed-dev
	$(BIN)/pytest

format: $(VENV)/.installed-dev  ## bring the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## remove the environment and the index
	rm -rf $(VENV) embeddings/*

# A question may hold quotation marks: it reaches the shell as one argument all the same.
quote := '
QUESTION_ARGUMENT = '$(subst $(quote),'\'',$(QUESTION))'

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bundled-model]'
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bundled-model,dev]'
	touch $@
