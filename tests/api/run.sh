#!/bin/sh
# Installs what package-lock.json names, once, and runs the tests of the checker.
set -eu
cd "$(dirname "$0")"
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --ignore-scripts --no-audit --no-fund --silent
exec node --test
