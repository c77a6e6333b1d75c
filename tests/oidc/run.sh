#!/bin/sh
# Installs what package-lock.json names, once, and signs in by a real provider. $YIJIAN is the program.
set -eu
cd "$(dirname "$0")"
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --ignore-scripts --no-audit --no-fund --silent
cd ../..
exec node --test tests/oidc/
