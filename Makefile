# The two commands of the README: `make demo` and `make test`. Both set up what they need.
SHELL := /bin/bash
CARGO ?= cargo

.PHONY: demo test bench build layout check fmt fuzz audit setup setup-test

## Runs the main job on a simulated Close account. `make demo ARGS=--once` ends after the story.
demo: setup
	@$(CARGO) run --quiet --release --package bellhop -- demo $(ARGS)

## Runs everything that has to hold before a change lands: format, lints, tests on both databases, examples, licences.
test: setup-test
	scripts/test

## Measures the release build against a bare server; see docs/performance.md. `make bench ARGS=--quick` is short.
bench: setup
	$(CARGO) build --release --locked --package bellhop --package bellhop-bench
	@$${CARGO_TARGET_DIR:-target}/release/bellhop-bench $(ARGS)

## The release binary, at target/release/bellhop.
build: setup
	$(CARGO) build --release --package bellhop

## Records anew which code lies side by side in the release binary, so that an idle server needs little memory. Before a release.
layout:
	@scripts/setup layout
	scripts/layout

## What an editor would say: format and lints only.
check:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

fmt:
	$(CARGO) fmt --all

## Invented input for whatever reads input, `SECONDS_EACH` for each target. Needs cargo-fuzz and nightly Rust, or FUZZ_TOOLCHAIN=stable.
SECONDS_EACH ?= 60
fuzz:
	scripts/fuzz $(SECONDS_EACH)

## Known advisories against the dependencies. Needs the internet: it fetches the RustSec database.
audit:
	$(CARGO) deny --locked check advisories

setup:
	@scripts/setup build

setup-test:
	@scripts/setup test
