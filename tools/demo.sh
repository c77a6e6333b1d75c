#!/usr/bin/env bash
# Makes a synthetic city, takes it in, audits it, and scores what was found against what was planted.
#
#   PERSONS  size of the city (20000)
#   SEED     which city (1)
#   DEMO     where everything is put (build/demo)
#   YIJIAN   which program (build/release/src/app/yijian)
#
# Re-runnable; under three minutes on two cores.
set -euo pipefail
cd "$(dirname "$0")/.."
yijian=${YIJIAN:-build/release/src/app/yijian}
demo=${DEMO:-build/demo}

rm -rf "$demo"
mkdir -p "$demo"
step() {
  echo
  echo "$ yijian $*"
  "$yijian" "$@"
}
city=$demo/city
step city --persons "${PERSONS:-20000}" --seed "${SEED:-1}" --to "$city"
step intake centre-tables "$city"/{MDTRT_D,SETL_D,FEE_LIST_D,SETL_LIST_DIAG_D,SETL_LIST_OPRN_D}.csv \
  "$city"/{PSN_INFO_B,MEDINS_INFO_B,RTAL_PHAC_B,DR_INFO_B}.csv --lake "$demo/lake"
step intake stock-trace "$city"/{3512,3513,STOCK}.csv --lake "$demo/lake"
step audit --lake "$demo/lake"
step score --lake "$demo/lake" --city "$city"
step findings --lake "$demo/lake" --limit 5
first=$("$yijian" findings --lake "$demo/lake" --rule P-025a --limit 1 | head -n 1 | cut -d ' ' -f 1)
step finding "$first" --lake "$demo/lake"
echo
echo "The whole way took $SECONDS s."
cat <<TXT

What you saw is synthetic: no person, institution or bill in it exists.
Look further:
  $yijian findings --lake $demo/lake --rule M-015
  $yijian findings --lake $demo/lake --export $demo/findings.xlsx
  $yijian finding <id> --lake $demo/lake
  $yijian rules explain P-025a
TXT
