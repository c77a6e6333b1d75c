#!/usr/bin/env bash
# Builds the workbench into web/dist: packages when the lock changed, pages when a source changed, else nothing.
set -euo pipefail
cd "$(dirname "$0")/../web"

packages() {
  local lock stamp=node_modules/.installed
  lock=$(cat package.json package-lock.json .npmrc | sha256sum)
  [[ -f $stamp && "$(<"$stamp")" == "$lock" ]] && return
  echo "web: fetching packages"
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  echo "$lock" >"$stamp"
}

sources() {
  find index.html package.json package-lock.json tsconfig.json vite.config.ts public src ../api/openapi.yaml \
    -type f ! -name '*.test.ts' ! -name 'schema.gen.ts' -print0 | sort -z | xargs -0 sha256sum | sha256sum
}

packages
[[ "${1:-}" == packages ]] && exit
now=$(sources)
built=node_modules/.built
if [[ ! -f dist/index.html || ! -f $built || "$(<"$built")" != "$now" ]]; then
  echo "web: building"
  npm run --silent client >/dev/null
  npm run --silent build -- --logLevel warn
  echo "$now" >"$built"
fi
