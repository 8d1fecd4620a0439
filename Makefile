# The same few verbs for people and CI. `make` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PORT ?= 8000
STAGE ?= prod
# The newest Python that we run on; python3 itself where it is new enough.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
SITE := $(shell find frontend -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/samples/*')
DOORS := template.yaml requirements/local.txt deploy/build.py $(shell find layers functions -type f -not -name '*.pyc')
ENGINE := local/samples.py $(shell find layers/core/chatsim -type f -not -name '*.pyc')

##@ On this machine
help: ## List these targets
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

dev: ## Run the whole product: http://localhost:8000 (PORT=…, FAKE_AI=1)
	@$(MAKE) --no-print-directory -j3 -s setup
	@exec $(BIN)/python -m local --port $(PORT) $(if $(FAKE_AI),--fake-ai)

test: ## Everything that proves it and fits five minutes
	@$(MAKE) --no-print-directory -j3 -s setup .venv/.test .cache/browser .cache/clerk
	npm --prefix frontend test && $(BIN)/pytest -m "not soak" --numprocesses 3 --dist loadfile --no-loadscope-reorder && \
	  echo "$$SECONDS $$(date -u +%F)" > .cache/tested  # for `make bench` to say

soak: ## What needs real time to prove
	@$(MAKE) --no-print-directory -j3 -s setup .venv/.test .cache/browser .cache/clerk .cache/sam/.made .cache/emulator/.made .cache/dynamodb
	$(BIN)/pytest -m soak --timeout 300 tests/e2e/test_endurance.py  # measures, so it runs alone
	$(BIN)/pytest -m soak --timeout 300 --numprocesses 3 --dist loadfile --ignore tests/e2e/test_endurance.py

faults: ## What it withstands: races, faults, attacks and load, as one table of figures
	@$(MAKE) --no-print-directory -j3 -s setup .venv/.test .cache/browser .cache/clerk .cache/dynamodb
	LOAD_S=600 $(BIN)/pytest -m figure --timeout 300 --numprocesses 3 --dist loadfile

# Words, hashes and pictures hold no secret, however random they look; and tests are full of keys that open nothing, so
# there only what has the form of a service's own key is looked for. NO_SECRET: the label of a password field.
KEPT := . ':!layers/core/chatsim/data' ':!*package-lock.json' ':!*.png'
GUESSES := HexHighEntropyString Base64HighEntropyString KeywordDetector
NO_SECRET := formFieldInputPlaceholder__

check: ## Lint, format, types and secrets
	@$(MAKE) --no-print-directory -j3 -s setup .venv/.test
	$(BIN)/pip check --disable-pip-version-check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/bandit -q -c pyproject.toml -r functions layers local deploy
	git ls-files -z -- $(KEPT) ':!tests' | xargs -0 $(BIN)/detect-secrets-hook --exclude-lines '$(NO_SECRET)'
	git ls-files -z -- tests | xargs -0 $(BIN)/detect-secrets-hook $(foreach guess,$(GUESSES),--disable-plugin $(guess))
	npm --prefix frontend run check

realism: ## How real the chat is, into docs/realism.md (SEEDS=… GAMES=… VIEWERS=…, separated by commas)
	@$(MAKE) --no-print-directory -j3 -s setup .venv/.test
	$(BIN)/python -m bench.realism.shows $(if $(SEEDS),--seeds "$(SEEDS)") $(if $(GAMES),--games "$(GAMES)") $(if $(VIEWERS),--viewers "$(VIEWERS)")

shows: ## Three shows of different games side by side, into docs/shows.md
	@$(MAKE) --no-print-directory -j3 -s setup
	$(BIN)/python -m bench.side_by_side

bench: ## How fast and cheap it is beside what others would do, into docs/performance.md; a month on AWS, and a day of up to a million
	@$(MAKE) --no-print-directory -s to-bench
	$(BIN)/python -m bench
	$(BIN)/python -m bench.cost
	$(BIN)/python -m bench.scale

bench-quick: ## The same table in about a minute, printed only
	@$(MAKE) --no-print-directory -s to-bench
	$(BIN)/python -m bench --quick

##@ On AWS
build: ## Package the site and the functions (HOST=1: for this machine, as an emulator needs it)
	@$(MAKE) --no-print-directory -j3 -s setup .cache/sam/.made
	$(BIN)/python -m deploy.build $(if $(HOST),--host)

deploy: ## Deploy to your own account: STAGE=prod or another of samconfig.toml
	@$(MAKE) --no-print-directory -j3 -s setup .cache/sam/.made
	@$(BIN)/python -m deploy check $(STAGE)
	@$(MAKE) --no-print-directory build
	@$(BIN)/python -m deploy up $(STAGE)

secrets: ## Keep the AI's keys in your account, encrypted
	@$(MAKE) --no-print-directory -s setup
	@$(BIN)/python -m deploy secrets $(STAGE)

destroy: ## Take the stage down, after a question
	@$(MAKE) --no-print-directory -s setup
	@$(BIN)/python -m deploy destroy $(STAGE)

# ── What the targets above need, made once and again when its sources change ──
setup: .venv/.local local/node_modules/.package-lock.json frontend/dist/index.html

.venv/.python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: https://www.python.org/downloads/" >&2; exit 1; }
	@command -v npm >/dev/null || { echo "Node.js 20 or newer is needed: https://nodejs.org/" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	touch $@

.venv/.local: .venv/.python requirements/local.txt pyproject.toml
	@echo "Preparando, solo esta vez (un minuto)…  ·  Preparing, this once (a minute)…"
	$(BIN)/pip install --disable-pip-version-check -q -r requirements/local.txt
	$(BIN)/pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
	touch $@

.venv/.test: .venv/.local requirements/test.txt
	$(BIN)/pip install --disable-pip-version-check -q -r requirements/test.txt
	touch $@

# Tools that pin what they need have a folder of their own.
.cache/%/.made: requirements/%.txt .venv/.python
	$(PYTHON) -m venv .cache/$*
	.cache/$*/bin/pip install --disable-pip-version-check -q -r $<
	touch $@

# What is measured is what would be deployed. Every build begins by removing the one before, with this.
to-bench: setup .cache/bench/.made .cache/browser .aws-sam/build/.host

.aws-sam/build/.host: .venv/.local .cache/sam/.made $(DOORS)
	$(BIN)/python -m deploy.build --host
	touch $@

%/node_modules/.package-lock.json: %/package-lock.json
	npm --prefix $* ci --silent --no-audit --no-fund || npm --prefix $* install --silent --no-audit --no-fund
	touch $@

frontend/dist/index.html: frontend/node_modules/.package-lock.json frontend/public/samples/games.json $(SITE)
	npm --prefix frontend run build --silent
	touch $@

# The chat of the landing page: shows of the real engine.
frontend/public/samples/games.json: .venv/.local $(ENGINE)
	rm -rf $(@D)
	$(BIN)/python -m local.samples $(@D)

.cache/browser: .venv/.test tests/get-browser
	mkdir -p .cache
	tests/get-browser > $@

.cache/clerk: tests/get-clerk
	mkdir -p .cache
	tests/get-clerk > $@

.cache/dynamodb: tests/get-dynamodb
	mkdir -p .cache
	tests/get-dynamodb > $@

.PHONY: help dev test soak faults check realism shows bench bench-quick build deploy secrets destroy setup to-bench
