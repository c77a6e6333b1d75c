#!/usr/bin/env bash
# Makes a synthetic city, takes it in, audits it, scores what was found against what was planted, opens the workbench on it, and
# lets its hospitals ask in real time: drafts made of the city's visits, with made-up reactions to what they are told.
#
#   PERSONS  size of the city (20000)
#   SEED     which city (1)
#   DEMO     where everything is put (build/demo)
#   YIJIAN   which program (build/release/src/app/yijian)
#   PORT     of the workbench (8080)
#
#   tools/demo.sh         all of it; the server goes on in the background
#   tools/demo.sh stop    ends the server
#
# Re-runnable; under three minutes on two cores.
set -euo pipefail
cd "$(dirname "$0")/.."
yijian=${YIJIAN:-build/release/src/app/yijian}
demo=${DEMO:-build/demo}
port=${PORT:-8080}

# The server of an earlier demo, if it is still ours.
stop_server() {
  local pid
  [[ -f $demo/serve.pid ]] || return 0
  pid=$(<"$demo/serve.pid")
  if [[ "$(readlink "/proc/$pid/exe" 2>/dev/null)" == */yijian ]]; then
    kill -TERM "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  fi
  rm -f "$demo/serve.pid"
}
stop_server
[[ "${1:-}" == stop ]] && exit

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

store=sqlite:$demo/yijian.db
step clues import --lake "$demo/lake" --store "$store"
step ledger verify --store "$store"
step demo-users --store "$store"
step timelines rebuild --lake "$demo/lake" --store "$demo/timelines"
"$yijian" timelines drafts --store "$demo/timelines" --count "${DRAFTS:-2000}" --accused 600 --lake "$demo/lake" \
  >"$demo/drafts.ndjson"
(umask 077 && step callers demo --store "$store" --keys "$demo/keys.json")

echo
echo "$ yijian serve --store $store --lake $demo/lake --data $demo/data --address 127.0.0.1:$port"
setsid nohup "$yijian" serve --store "$store" --lake "$demo/lake" --data "$demo/data" --address "127.0.0.1:$port" \
  >"$demo/serve.out" 2>"$demo/serve.log" </dev/null &
echo $! >"$demo/serve.pid"
for _ in $(seq 1 100); do
  grep -q http:// "$demo/serve.out" && break
  kill -0 "$(<"$demo/serve.pid")" 2>/dev/null || break
  sleep 0.1
done
if ! grep -q http:// "$demo/serve.out"; then
  echo "The workbench did not start:" >&2
  cat "$demo/serve.log" >&2
  exit 1
fi
cat "$demo/serve.out"
# The keys are for this machine's demo; the pages of real time and the clues show what comes of it.
step demo-replay "$demo/drafts.ndjson" --keys "$demo/keys.json" --to "http://127.0.0.1:$port"
echo
echo "The whole way took $SECONDS s."
cat <<TXT

What you saw is synthetic: no person, institution or bill in it exists.

The workbench is open: http://localhost:$port
  Its sign-in page lists one person of every role; click one.
  tools/demo.sh stop ends it; its log is $demo/serve.log
  Real time (事前事中) was asked some 2,600 drafts of the synthetic city, six hundred of them visits that the audit accused: see the
  pages 实时监控, 提醒采纳率, 请求查询 and 试一试 in the menu, and the institutions' reasons beside clues.
Look further on the command line:
  $yijian findings --lake $demo/lake --rule M-015
  $yijian findings --lake $demo/lake --export $demo/findings.xlsx
  $yijian finding <id> --lake $demo/lake
  $yijian rules explain P-025a
TXT
