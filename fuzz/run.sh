#!/usr/bin/env bash
# Runs each target for so many seconds, 60 by default, or one: run.sh [SECONDS] [TARGET].
# What it finds is in artifacts/. There is no address sanitizer: it needs
# nightly Rust, and would have little to find in code without `unsafe`.
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:-60}
targets=${2:-row key cursor json reply}
host=$(rustc -vV | sed -n 's/^host: //p')
# With a target named, build scripts and macros are built without the counters.
export RUSTFLAGS="--cfg sdk_fuzz" RUSTC_WRAPPER=$PWD/rustc.sh
cargo build --release --target "$host" --bins
for target in $targets; do
    mkdir -p "artifacts/$target" "corpus/$target"
    echo "== $target"
    "target/$host/release/$target" -max_total_time="$seconds" -max_len=4096 -timeout=10 \
        -print_final_stats=1 -artifact_prefix="artifacts/$target/" "corpus/$target"
done
