#!/usr/bin/env bash
# 200 auditors on a million findings, on both databases: bench/WORKBENCH.md. Options go to tests/load/bench.mjs, e.g.
#
#   tools/bench_workbench.sh --store sqlite --findings 100000 --clues 10000 --seconds 20 --report build/load.md
#
# The PostgreSQL writes to disk as one in service does (fsync on).
set -euo pipefail
cd "$(dirname "$0")/.."
export YIJIAN=${YIJIAN:-build/release/src/app/yijian}
YIJIAN_PG_FSYNC=on exec tools/with-postgres.sh node tests/load/bench.mjs "$@"
