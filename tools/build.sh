#!/usr/bin/env bash
# Configures a preset (under a second) and builds it: tools/build.sh [--configure] PRESET [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/.."
only_configure=
if [[ $1 == --configure ]]; then
  only_configure=1
  shift
fi
preset=$1
shift

mkdir -p build
log=build/configure.$preset.log
cmake --preset "$preset" >"$log" 2>&1 || {
  cat "$log" >&2
  exit 1
}
[[ -z $only_configure ]] || exit 0

targets=()
(($# == 0)) || targets=(--target "$@")
cmake --build --preset "$preset" --parallel "$(tools/jobs.sh)" "${targets[@]}"
