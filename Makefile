# `make` prints its own help: the text after `##`.
PATH := $(CURDIR)/.venv/bin:$(PATH)
export PATH
SEEDS ?= 200
.DEFAULT_GOAL := help
.PHONY: help run check format lint types contracts unit laws contract simulation sim integration e2e conformance docs spelling news

help: ## what can be made
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 14

run: ## start the server
	bin/serve

check: lint types contracts unit laws contract simulation ## all that needs no browser

format: ## write the house format
	ruff format .
	ruff check --fix .

lint: ## format and lint, changing nothing
	ruff format --check .
	ruff check .

types: ## mypy, strict
	mypy

contracts: ## who may import whom
	lint-imports

unit: ## one test file for each source file
	pytest -q tests/unit tests/arch

laws: ## what holds for every kind
	pytest -q tests/laws

contract: ## each port's suite, against every adapter
	pytest -q tests/contract

simulation: ## seeded runs of many nodes
	pytest -q tests/simulation

sim: ## a simulated cluster lives through SEEDS=10000
	python -m tests.simulation --seeds $(SEEDS) --jobs 2

integration: ## a real app, a real Postgres, a real Redis
	pytest -q tests/integration

e2e: ## headless Chromium
	pytest -q tests/e2e

conformance: ## record the cases for clients anew
	python -m tests.conformance.record

docs: ## write the pages that are made from tables
	python -m tools.errors_md
	python -m tools.frames_dts

spelling: ## codespell
	codespell orbit tests docs bin README.md

news: ## what the next release will say
	towncrier build --draft --version next
