#!/usr/bin/env bash
# Runs every benchmark program of the release build, one after the other.
set -euo pipefail
cd "$(dirname "$0")/.."
shopt -s nullglob
programs=(build/release/bench/*_bench)
if ((${#programs[@]} == 0)); then
  echo "bench: no programs in bench/"
fi
for program in "${programs[@]}"; do
  echo "== $(basename "$program")"
  "$program"
done
