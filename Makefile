# Two commands on a fresh machine: `make demo` and `make test`. Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test bars lint types layers check logs site loops soak clean recipes recipe-envs

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $(STAMP)

demo: $(STAMP)
	$(BIN)/stageflow-guard demo --out demo-out

# a file's tests stay together and in their order; four processes at most, for their memory
test: $(STAMP)
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

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

# hosts whose pins exclude the project's own tools: an environment each, for their recipes
PACKAGE_prefect := prefect>=3.4,<4
PACKAGE_crewai := crewai>=1,<2
PACKAGE_dagster := dagster>=1.12,<2
PACKAGE_airflow := apache-airflow>=3,<4
RECIPES := prefect crewai dagster airflow

.envs/%/.installed: pyproject.toml
	$(PYTHON) -m venv .envs/$*
	.envs/$*/bin/python -m pip install --quiet --disable-pip-version-check -e . '$(PACKAGE_$*)'
	@touch $@

recipe-envs: $(RECIPES:%=.envs/%/.installed)

recipes: $(STAMP) recipe-envs
	$(BIN)/python -m pytest tests/e2e/test_docs.py -k other-hosts -rs

# play every example, rewrite examples/logs, print what changed
logs: $(STAMP)
	$(BIN)/python -m tests.example_logs

# the attack suites under uvloop and with eager tasks: the ratio of equal results
loops: $(STAMP)
	$(BIN)/python -m tests.loops

soak: $(STAMP) loops
	$(BIN)/python -m pytest -m "slow or soak or bars" --hypothesis-profile=soak

clean:
	rm -rf $(VENV) .envs demo-out
