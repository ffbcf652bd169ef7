# Two commands on a fresh machine: `make demo` and `make test`. Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test bars lint types layers check logs site loops soak clean

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $(STAMP)

demo: $(STAMP)
	$(BIN)/stageflow-guard demo --out demo-out

test: $(STAMP)
	$(BIN)/python -m pytest

# what compares times: on a machine that does nothing else
bars: $(STAMP)
	$(BIN)/python -m pytest -m "bars and not soak"

lint: $(STAMP)
	$(BIN)/ruff check src tests examples bench docs/.hooks
	$(BIN)/ruff format --check src tests examples bench docs/.hooks

types: $(STAMP)
	$(BIN)/mypy

layers: $(STAMP)
	$(BIN)/lint-imports

check: lint types layers test

site: $(STAMP)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet --site-dir site

# play every example, rewrite examples/logs, print what changed
logs: $(STAMP)
	$(BIN)/python -m tests.example_logs

# the attack suites under uvloop and with eager tasks: the ratio of equal results
loops: $(STAMP)
	$(BIN)/python -m tests.loops

soak: $(STAMP) loops
	$(BIN)/python -m pytest -m "slow or soak or bars" --hypothesis-profile=soak

clean:
	rm -rf $(VENV) demo-out
