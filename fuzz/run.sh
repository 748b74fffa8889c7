#!/usr/bin/env bash
# Runs each target for so many seconds (60 by default), or one: run.sh [SECONDS] [TARGET].
# libFuzzer needs coverage counters, which stable Rust puts in through LLVM's
# own pass; there is no address sanitizer, which would have nothing to find in
# code without `unsafe`.
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:-60}
targets=${2:-row key cursor}
host=$(rustc -vV | sed -n 's/^host: //p')
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
coverage+=" -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
coverage+=" -Cllvm-args=-sanitizer-coverage-pc-table"
coverage+=" -Cllvm-args=-sanitizer-coverage-trace-compares"

# With a target named, build scripts and macros are built without the counters.
build() {
    RUSTFLAGS="--cfg sdk_fuzz $1" cargo build --release --locked --target "$host" --target-dir "target/$2" --bin "$3"
}

build "" plain seeds
for target in $targets; do
    build "$coverage -Ccodegen-units=1" counted "$target"
    "target/plain/$host/release/seeds" "corpus/$target"
    mkdir -p "artifacts/$target"
    "target/counted/$host/release/$target" -max_total_time="$seconds" -max_len=4096 -timeout=10 \
        -artifact_prefix="artifacts/$target/" "corpus/$target"
done
