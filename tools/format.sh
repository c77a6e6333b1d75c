#!/bin/sh
# Formats our C++ in place. With --check: names the files that are not formatted, and fails.
set -eu
cd "$(dirname "$0")/.."
mode=-i
[ "${1:-}" = --check ] && mode='--dry-run --Werror'
# shellcheck disable=SC2086
find src tests bench \( -name '*.cc' -o -name '*.h' \) -print0 |
  xargs -0 -r -n 16 -P "$(nproc)" clang-format --style=file $mode
