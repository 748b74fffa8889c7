#!/usr/bin/env bash
# The compiler as cargo calls it. Our own crates get what libFuzzer steers by: a
# counter for each edge, and the operands of comparisons. LLVM's pass puts them
# in on stable Rust. The crates we depend on are built as always, and so is what
# runs while others are built: it is compiled without a target.
set -euo pipefail

case "${CARGO_PKG_NAME:-} $*" in
sdk\ *--target* | sdk-client\ *--target* | sdk-schema\ *--target* | sdk-fuzz\ *--target*)
    set -- "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
        -Cllvm-args=-sanitizer-coverage-pc-table \
        -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1
    ;;
esac
exec "$@"
