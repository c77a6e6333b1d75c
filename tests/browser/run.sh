#!/usr/bin/env bash
# The browser tests on one kind of store: run.sh [sqlite|postgresql] [FILE...]. Builds the pages when they are older than their
# sources. SHOTS=folder keeps pictures.
set -euo pipefail
[[ -z ${SHOTS:-} ]] || SHOTS=$(realpath -m "$SHOTS")
cd "$(dirname "$0")"
store=${1:-sqlite}
shift || true
for folder in . ../api; do
  [[ $folder/node_modules/.package-lock.json -nt $folder/package-lock.json ]] ||
    (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --silent)
done
../../tools/build_web.sh
export STORE=$store
[[ $# -gt 0 ]] || set -- life.test.mjs
if [[ $store == postgresql ]]; then
  exec ../../tools/with-postgres.sh node --test "$@"
fi
exec node --test "$@"
