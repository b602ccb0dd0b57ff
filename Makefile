# `make help` lists what there is to do.
.DEFAULT_GOAL := help
.PHONY: help build test test-unit test-e2e test-init mutations compare-inits lint format demo timeline install-tools clean

SWIFT ?= swift
SERVICEWRAPPER ?= .build/release/servicewrapper

# Only the toolchain knows where its libraries for Embedded Swift are.
target_field = $(shell $(SWIFT) -print-target-info | sed -n 's/.*"$(1)": "\(.*\)".*/\1/p')
embedded_libraries = $(call target_field,runtimeResourcePath)/embedded/$(call target_field,triple)

# A static file can't be position-independent too (ARCHITECTURE.md); the driver says `-pie` all the same.
quiet_pie = -Xswiftc -Xclang-linker -Xswiftc -Wno-unused-command-line-argument

# Debian's own Python, if it has pytest; else the one on the path.
python = $(shell /usr/bin/python3 -c 'import pytest' 2>/dev/null && echo /usr/bin/python3 || echo python3)

help: ## List these targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1:\2/p' $(MAKEFILE_LIST) | \
	while IFS=: read -r target text; do printf '%-20s %s\n' "$$target" "$$text"; done

build: ## Build the release, one static file: .build/release/servicewrapper
	$(SWIFT) build -c release -Xlinker -L$(embedded_libraries) $(quiet_pie)

test: ## Install what is missing, then lint, build, unit tests, end-to-end tests
	scripts/install-tools test
	$(MAKE) --no-print-directory lint
	$(MAKE) --no-print-directory build
	$(MAKE) --no-print-directory test-unit
	$(MAKE) --no-print-directory test-e2e

test-unit: ## Unit tests alone: ordinary Swift from the same sources
	$(SWIFT) test

test-e2e: ## End-to-end tests alone: the built release, a real Consul, a real redis
	SERVICEWRAPPER=$(abspath $(SERVICEWRAPPER)) $(python) -m pytest -q Tests/EndToEnd $(PYTEST_ARGS)

test-init: ## The tests of the init alone; INIT='tini -s --' makes it another's
	SERVICEWRAPPER=$(abspath $(SERVICEWRAPPER)) $(python) -m pytest -q Tests/EndToEnd/init $(PYTEST_ARGS)

mutations: ## Break the machine in every listed way, and see each promise of docs/proof.md broken (10 min)
	scripts/mutate-machine

compare-inits: ## Print the table of docs/inits.md again: ours beside tini, dumb-init and catatonit
	@SERVICEWRAPPER=$(abspath $(SERVICEWRAPPER)) PYTHON=$(python) scripts/compare-inits

lint: ## Check the Swift sources' format and the shell scripts
	$(SWIFT) format lint --strict -r Sources Tests Package.swift
	shellcheck $$(grep -rlE '^#!.*sh$$' scripts examples) .ci/run

format: ## Rewrite the Swift sources in the project's format
	$(SWIFT) format -i -r Sources Tests Package.swift

demo: ## See it work: redis registered, found by DNS, stopped and gone
	@scripts/install-tools demo
	@$(MAKE) --no-print-directory build
	@SERVICEWRAPPER=$(abspath $(SERVICEWRAPPER)) scripts/demo

timeline: ## Record again what clients see at a stop and a kill, and draw it: docs/timeline.svg (needs root, 2 min)
	@scripts/install-tools demo
	@$(MAKE) --no-print-directory build
	@SERVICEWRAPPER=$(abspath $(SERVICEWRAPPER)) scripts/timeline

install-tools: ## Install what the demo and the tests need, if it is missing (Debian)
	scripts/install-tools test

clean: ## Remove what was built
	rm -rf .build
