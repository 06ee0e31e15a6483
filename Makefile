# `make help` lists what there is. Every recipe finds its tools through scripts/env.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
ENV := . scripts/env;
export VITRINE_TEST_POSTGRES_URL

.PHONY: help
help: ## This list
	@grep -hE '^[a-z0-9-]+:.*##' Makefile | sed -E 's/^([a-z0-9-]+):[^#]*## /\1\t/' | expand -t 10

.PHONY: setup
setup: ## Prepare the machine (every other target does it by itself)
	@scripts/setup

.PHONY: run
run: build ## Set up, build, make a demo catalogue when there is none, and serve on http://127.0.0.1:3000
	@$(ENV) target/release/vitrine demo --products 10000
	@$(ENV) exec target/release/vitrine serve

.PHONY: build
build: setup ## Build the release: target/release/vitrine, and the browser's files in target/site
	@scripts/build

.PHONY: dev
dev: ## Rebuild and reload on every change (cargo leptos watch)
	@scripts/setup --dev
	@# Files of its own with plain names: a release build's stay as they are.
	@$(ENV) LEPTOS_HASH_FILES=false LEPTOS_SITE_ROOT=target/dev-site VITRINE_SITE_DIR=target/dev-site cargo leptos watch --split -- serve

.PHONY: test
test: ## Set up and pass every test: format, lints, unit, contract, HTTP, browser
	@scripts/setup --tests
	@scripts/test $(PARTS)

.PHONY: budgets
budgets: build ## Hold the size of every file that browsers fetch against performance-budgets.toml
	@scripts/budgets --built

.PHONY: counters
counters: setup ## Count the instructions of the hot paths under Valgrind, and hold them against performance-budgets.toml
	@scripts/setup --tests
	@scripts/counters

.PHONY: bench
bench: build ## Measure every bar and print it beside its budget (about an hour; QUICK=1 for 8 minutes)
	@scripts/setup --tests
	@scripts/bench

.PHONY: compare
compare: setup ## Build another revision, measure it and this tree in turns, and say what got slower: BASE=main, PAIRS=40
	@scripts/compare $(BASE)

.PHONY: kills
kills: build ## Kill a browser right after it says "Saved on this device", and look for what is lost: KILLS=200
	@scripts/setup --tests
	@$(ENV) cd end2end && KILLS=$(or $(KILLS),200) node bench/kills.mjs

.PHONY: soak
soak: build ## Load pages in parallel for two minutes, a third of them aborted, and look for harm
	@scripts/setup --tests
	@$(ENV) cd end2end && node soak.mjs

.PHONY: load
load: setup ## Put load upon the server: PLAN=smoke, or load, stress, breakpoint, kill, ...; ENGINE=postgres
	@scripts/setup --tests
	@scripts/load $(PLAN) $(ARGS)

.PHONY: journeys
journeys: setup ## People at work on the server, driven by goose: ARGS="unversioned --users 100 --time 2m"
	@scripts/journeys $(ARGS)

.PHONY: screenshots
screenshots: build ## Make the pictures anew that are shown beside the offer to install the app
	@scripts/setup --tests
	@$(ENV) cd end2end && node screenshots.mjs

.PHONY: cluster
cluster: build ## Two servers behind nginx, on PostgreSQL with a replica, and Redis: DO=up, or status, roll, down
	@scripts/setup --tests
	@scripts/cluster $(or $(DO),up)

.PHONY: audit
audit: setup ## Licences, origins and known weaknesses of everything the program is made of
	@scripts/audit

.PHONY: lint
lint: setup ## Formatting and clippy, without warnings
	@scripts/lint

.PHONY: fmt
fmt: setup ## Format everything
	@$(ENV) cargo fmt --all

.PHONY: clean
clean: ## Remove what was built (data stays)
	@rm -rf target/release target/debug target/wasm32-unknown-unknown target/front target/journeys target/site end2end/test-results
