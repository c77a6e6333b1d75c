#!/usr/bin/env bash
# Makes a synthetic city, takes it in, audits it, and scores what was found against what was planted.
#
#   PERSONS  size of the city (20000)
#   SEED     which city (1)
#   DEMO     where everything is put (build/demo)
set -euo pipefail
cd "$(dirname "$0")/.."
yijian=build/release/src/app/yijian
demo=${DEMO:-build/demo}

rm -rf "$demo"
mkdir -p "$demo"
step() {
  echo
  echo "$ yijian $*"
  "$yijian" "$@"
}
step city --persons "${PERSONS:-20000}" --seed "${SEED:-1}" --to "$demo/city"
step intake --from "$demo/city" --to "$demo/lake"
step audit --lake "$demo/lake" --to "$demo/findings"
step score --city "$demo/city" --findings "$demo/findings"
