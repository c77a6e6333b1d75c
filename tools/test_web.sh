#!/usr/bin/env bash
# The unit tests of the workbench, types included; ends with vitest's summary.
set -euo pipefail
cd "$(dirname "$0")"
./build_web.sh packages
cd ../web
npm run --silent client >/dev/null
npm run --silent check
npx vitest run --reporter=dot
