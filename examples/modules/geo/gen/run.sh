#!/bin/sh
# Installs the pinned CLDR packages beside this script and writes the seeds and
# translations of the geo module. With --check it writes nothing and fails when
# what is committed differs from what would be written.
set -eu
cd "$(dirname "$0")"
npm install --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error
exec node gen.mjs "$@"
