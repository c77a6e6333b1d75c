#!/usr/bin/env bash
# Real time over the network: a server with all rules on a synthetic city, drafts of 20 lines at fixed rates from a generator on
# the same machine. Adds its tables to bench/RESULTS-realtime.md.
#
#   PERSONS  size of the city (20000)
#   SECONDS_EACH  how long each rate is held (30)
#   RATES    "500 1000 2000 3000 4000 6000"
#   WORKERS  real-time threads of the server (2)
#   REPORT   file to add to (bench/RESULTS-realtime.md; - prints only)
#
# The highest sustained rate is the highest of RATES that was answered whole (99 % of it at least) with p99 below 5 ms.
set -euo pipefail
cd "$(dirname "$0")/.."
yijian=build/release/src/app/yijian
load=build/release/bench/realtime_load
persons=${PERSONS:-20000}
each=${SECONDS_EACH:-30}
rates=${RATES:-500 1000 2000 3000 4000 6000}
workers=${WORKERS:-2}
report=${REPORT:-bench/RESULTS-realtime.md}
dir=build/bench/http-$persons
mkdir -p "$dir"

if [[ ! -f $dir/drafts.ndjson ]]; then
  rm -rf "$dir"
  mkdir -p "$dir"
  "$yijian" city --persons "$persons" --seed 1 --to "$dir/city" >/dev/null
  "$yijian" intake centre-tables "$dir/city"/{MDTRT_D,SETL_D,FEE_LIST_D,SETL_LIST_DIAG_D,SETL_LIST_OPRN_D}.csv \
    "$dir/city"/{PSN_INFO_B,MEDINS_INFO_B,RTAL_PHAC_B,DR_INFO_B}.csv --lake "$dir/lake" >/dev/null
  rm -rf "$dir/city"
  "$yijian" timelines rebuild --lake "$dir/lake" --store "$dir/timelines"
  "$yijian" timelines drafts --store "$dir/timelines" --count 5000 --lines 20 >"$dir/drafts.part"
  "$yijian" callers add H50010100001 --per-second 100000 --burst 100000 --store "sqlite:$dir/yijian.db" |
    grep -o 'yj_[0-9a-f]*' >"$dir/key"
  mv "$dir/drafts.part" "$dir/drafts.ndjson"
fi

"$yijian" serve --store "sqlite:$dir/yijian.db" --lake "$dir/lake" --timelines "$dir/timelines" --data "$dir/data" \
  --address 127.0.0.1:0 --realtime-workers "$workers" --workers 2 >"$dir/serve.out" 2>"$dir/serve.log" </dev/null &
server=$!
trap 'kill -TERM $server 2>/dev/null; wait $server 2>/dev/null || true' EXIT
until grep -q http:// "$dir/serve.out"; do
  kill -0 $server || { cat "$dir/serve.log" >&2; exit 1; }
  sleep 0.1
done
address=$(grep -o '127.0.0.1:[0-9]*' "$dir/serve.out")
key=$(<"$dir/key")

lines=$(mktemp)
"$load" "$address" "$key" "$dir/drafts.ndjson" 300 5 >/dev/null # warming up
best=0
for rate in $rates; do
  line=$("$load" "$address" "$key" "$dir/drafts.ndjson" "$rate" "$each")
  echo "$line" | tee -a "$lines"
  # Rate asked for, answered, p50, p99.
  if awk -F'|' '{exit !($3 >= 0.99 * $2 && $5 < 5000 && $8 == 0)}' <<<"$line"; then best=$rate; fi
done
model=$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2-)
section=$(
  cat <<TXT

## Over the network

$(date -u '+%Y-%m-%d'),$model, $(nproc) cores shared by the server and the generator; load average before: $(cut -d' ' -f1 /proc/loadavg).
$persons persons in the store, all rules of rules/packs, drafts of 20 lines by the plain twin (pre and mid in turns), $workers
real-time threads, 64 connections, $each s at each rate. Open loop: a request's time counts from when it was due.

| asked for /s | answered /s | p50 µs | p99 µs | p99.9 µs | most µs | not 200 | generator's processor |
|---|---|---|---|---|---|---|---|
$(<"$lines")

Highest of these rates answered whole with p99 below 5 ms: **$best/s**.
TXT
)
echo "$section"
[[ $report == - ]] || echo "$section" >>"$report"
rm -f "$lines"
