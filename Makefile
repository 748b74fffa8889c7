# The words people try first. Each target is one command, so that it can be
# read here and typed by hand.

.PHONY: help run test bench check fmt lint doc deny gen torture fuzz clean

help: ## Show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

run: ## Run the example host on ./data
	cargo run -p acme -- serve

test: ## Run all tests
	cargo test --workspace --features sdk/encryption

bench: ## Measure the store, migrations and calls beside their peers and write docs/benchmarks*.md (an hour, a C compiler)
	cargo run --release -p bench --features peers -- store --write docs/benchmarks.md
	cargo run --release -p bench --features peers -- migrate --write docs/benchmarks-migrate.md
	cargo build --release -p acme
	cargo run --release -p bench --features peers -- rpc --write docs/benchmarks-rpc.md

check: fmt lint doc deny ## Everything CI checks besides the tests

fmt: ## Check the formatting
	cargo fmt --all --check

lint: ## Check with clippy, warnings denied
	cargo clippy --workspace --all-targets -- --deny warnings
	cargo clippy -p sdk --features encryption --all-targets -- --deny warnings

doc: ## Build the documentation, warnings denied
	RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps --all-features

deny: ## Check licences, bans and sources (needs cargo-deny)
	cargo deny check licenses bans sources

gen: ## Generate the seeds and translations of examples/modules/geo from CLDR (needs npm)
	examples/modules/geo/gen/run.sh

torture: ## Kill a store 1,000 times, fail its disk at every call, hold 10,000 idle connections
	TORTURE=1000 cargo test -p sdk -- killed torture idle_connections
	TORTURE=1000 cargo test -p sdk --features encryption --lib -- store::tests::faults

fuzz: ## Fuzz the decoders of the store and the client's reader of JSON, a minute each (needs a C++ compiler)
	fuzz/run.sh

clean: ## Remove what builds and runs left behind
	cargo clean
	rm -rf data
