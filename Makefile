# `make help` lists what there is to do.
.DEFAULT_GOAL := help
.PHONY: help build test test-all test-unit test-asan test-e2e test-init test-fuzz fuzz bad-inputs compare-inits
.PHONY: compare-registrators mutations chaos chaos-containers soak lint format demo timeline bench install-tools clean

SWIFT ?= swift
SERVICEWRAPPER ?= .build/release/servicewrapper
SERVICEWATCHER ?= .build/release/servicewatcher

# Only the toolchain knows where its libraries for Embedded Swift are.
target_field = $(shell $(SWIFT) -print-target-info | sed -n 's/.*"$(1)": "\(.*\)".*/\1/p')
embedded_libraries = $(call target_field,runtimeResourcePath)/embedded/$(call target_field,triple)

# The driver says `-pie` beside our `-static-pie`.
quiet_pie = -Xswiftc -Xclang-linker -Xswiftc -Wno-unused-command-line-argument

# The same objects linked again as valgrind needs them: with symbols, and with a C library whose malloc can be replaced.
release = .build/release
link_for_valgrind = $(SWIFT)c -enable-experimental-feature Embedded -use-ld=lld -Xlinker --gc-sections \
	-Xlinker --defsym=main=servicewrapper_main -L$(embedded_libraries) -lswiftUnicodeDataTables -lm \
	@$(release)/servicewrapper.product/Objects.LinkFileList -o $(release)/servicewrapper.valgrind

# Debian's own Python, if it has pytest with its plugins; else the one on the path.
python = $(shell /usr/bin/python3 -c 'import pytest, pytest_timeout, xdist' 2>/dev/null && echo /usr/bin/python3 || echo python3)

help: ## List these targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1:\2/p' $(MAKEFILE_LIST) | \
	while IFS=: read -r target text; do printf '%-27s %s\n' "$$target" "$$text"; done

# A static-pie can't have a run path (docs/choices.md).
build: ## Build the release, two static files: .build/release/servicewrapper and servicewatcher
	SERVICEWRAPPER_STATIC_PIE=1 $(SWIFT) build -c release --disable-local-rpath $(quiet_pie)
	@$(link_for_valgrind)

test: ## Install what is missing, then lint, build, unit tests, end-to-end tests of each promise (10 min)
	scripts/install-tools test
	$(MAKE) --no-print-directory lint
	$(MAKE) --no-print-directory build
	$(MAKE) --no-print-directory test-unit
	$(MAKE) --no-print-directory test-e2e

test-all: ## The same with chaos, fuzzing, real software and the walk-through; what the CI runs (20 min)
	scripts/install-tools test
	$(MAKE) --no-print-directory lint
	$(MAKE) --no-print-directory build
	$(MAKE) --no-print-directory test-unit
	$(MAKE) --no-print-directory test-fuzz
	$(MAKE) --no-print-directory test-e2e E2E_ARGS=--all

test-unit: ## Unit tests alone: ordinary Swift from the same sources
	$(SWIFT) test

# Without the walks through every state of the machine: it has no pointers, and there they take many minutes.
test-asan: ## Unit tests under the address sanitizer, in a build of their own (5 min)
	$(SWIFT) test --sanitize=address --scratch-path .build-asan --disable-xctest --skip 'GraphTests|StormTests'

test-fuzz: ## Every input that fuzzing found worth keeping, then 5 s of new ones for each target
	@SWIFTC=$(SWIFT)c tools/fuzz build
	@tools/fuzz check

fuzz: ## New inputs for each target, FUZZ_SECONDS=600, two at a time; docs/proof.md has what came of it
	@SWIFTC=$(SWIFT)c tools/fuzz build
	@tools/fuzz run

bad-inputs: ## Try every bad input of the tests, and print how many of what, and what came of them
	@SERVICEWRAPPER=$(abspath $(SERVICEWRAPPER)) PYTHON=$(python) $(python) -m tools.bad_inputs

test-e2e: ## End-to-end tests alone: the built release, a real Consul, a real redis
	SERVICEWRAPPER=$(abspath $(SERVICEWRAPPER)) SERVICEWATCHER=$(abspath $(SERVICEWATCHER)) PYTHON=$(python) \
	scripts/test-end-to-end $(E2E_ARGS) $(PYTEST_ARGS)

test-init: ## The tests of the init alone; INIT='tini -s --' makes it another's
	SERVICEWRAPPER=$(abspath $(SERVICEWRAPPER)) $(python) -m pytest -q Tests/EndToEnd/init $(PYTEST_ARGS)

mutations: ## Break the machine in every listed way, and see each promise of docs/proof.md broken (10 min)
	$(python) -m tools.mutation

compare-inits: ## Print the table of docs/inits.md again: ours beside tini, dumb-init and catatonit
	@SERVICEWRAPPER=$(abspath $(SERVICEWRAPPER)) PYTHON=$(python) tools/compare-inits

compare-registrators: ## Print the table of docs/registrators.md again: servicewatcher beside the registrator on the PATH
	@SERVICEWRAPPER=$(abspath $(SERVICEWRAPPER)) SERVICEWATCHER=$(abspath $(SERVICEWATCHER)) \
	$(python) -m tools.compare_registrators $(COMPARE_ARGS)

# A campaign is a seed and how many runs; RUN=4711 is one of them again, with its log. The tests have a bounded one.
SEED ?= 1
RUNS ?= 10000
chaos: ## Random processes, faults and signals, held against the promises: SEED=1 RUNS=10000, or SEED=1 RUN=4711
	@scripts/install-tools test
	@$(MAKE) --no-print-directory build
	@SERVICEWRAPPER=$(abspath $(SERVICEWRAPPER)) $(python) -m Tests.EndToEnd.chaos.campaign \
	    --seed '$(SEED)' $(if $(RUN),--run $(RUN),--runs $(RUNS)) $(CHAOS_ARGS)

ROUNDS ?= 20
chaos-containers: ## The same of containers, an engine, an agent and the watcher: SEED=1 ROUNDS=20, or ROUND=7 (needs root)
	@scripts/install-tools test
	@$(MAKE) --no-print-directory build
	@SERVICEWRAPPER=$(abspath $(SERVICEWRAPPER)) SERVICEWATCHER=$(abspath $(SERVICEWATCHER)) \
	    $(python) -m Tests.EndToEnd.chaos.containers.container_campaign \
	    --seed '$(SEED)' $(if $(ROUND),--round $(ROUND),--rounds $(ROUNDS)) $(CHAOS_ARGS)

HEARTBEATS ?= 100000
REGISTRATIONS ?= 10000
soak: ## Weeks of heartbeats in an hour: HEARTBEATS=100000 REGISTRATIONS=10000; memory and descriptors must stay flat
	@scripts/install-tools test
	@$(MAKE) --no-print-directory build
	@SERVICEWRAPPER=$(abspath $(SERVICEWRAPPER)) $(python) -m Tests.EndToEnd.chaos.soak \
	    --heartbeats $(HEARTBEATS) --registrations $(REGISTRATIONS)

lint: ## Check the Swift sources' format and the shell scripts
	$(SWIFT) format lint --strict -r Sources Tests Package.swift
	shellcheck $$(grep -rlE '^#!.*sh$$' scripts tools examples) .ci/run

format: ## Rewrite the Swift sources in the project's format
	$(SWIFT) format -i -r Sources Tests Package.swift

demo: ## See it work: redis registered, found by DNS, stopped and gone
	@scripts/install-tools demo
	@$(MAKE) --no-print-directory build
	@SERVICEWRAPPER=$(abspath $(SERVICEWRAPPER)) scripts/demo

timeline: ## Record again what clients see at a stop and a kill, and draw it: docs/timeline.svg (needs root, 2 min)
	@scripts/install-tools test
	@$(MAKE) --no-print-directory build
	@SERVICEWRAPPER=$(abspath $(SERVICEWRAPPER)) SERVICEWATCHER=$(abspath $(SERVICEWATCHER)) $(python) -m tools.timeline

bench: ## Measure what it costs beside other inits, and draw it: docs/bench.md, docs/bench.svg (needs root, 5 min)
	@scripts/install-tools test
	@$(MAKE) --no-print-directory build
	@SERVICEWRAPPER=$(abspath $(SERVICEWRAPPER)) $(python) -m tools.benchmark $(BENCH_ARGS)

install-tools: ## Install what the demo and the tests need, if it is missing (Debian)
	scripts/install-tools test

clean: ## Remove what was built
	rm -rf .build .build-asan .build-fuzz
