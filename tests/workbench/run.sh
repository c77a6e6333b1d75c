#!/usr/bin/env bash
# Runs tests of this folder: run.sh [--postgres] FILE... With --postgres beside a PostgreSQL of their own.
set -euo pipefail
cd "$(dirname "$0")"
if [[ $1 == --postgres ]]; then
  shift
  exec ../../tools/with-postgres.sh "$0" "$@"
fi
lock=../api/package-lock.json
[[ ../api/node_modules/.package-lock.json -nt $lock ]] || (cd ../api && npm ci --ignore-scripts --no-audit --no-fund --silent)
exec node --test "$@"
