#!/usr/bin/env bash
# Real time over the network: a server with all rules and 1.5 million persons, drafts of 20 lines at fixed rates from a
# generator on the same machine. Puts its tables into bench/RESULTS-realtime.md, before what is written there by hand.
#
#   PERSONS  in the store (1500000): clones of those of a small city (bench/realtime_clone.cc)
#   SMALL    size of that city (10000)
#   SECONDS_EACH  how long each rate is held (20)
#   RATES    "500 1000 2000 3000 4000"
#   WORKERS  real-time threads of the server (2)
#   REPORT   file to put them into (bench/RESULTS-realtime.md; - prints only)
#
# The store is made once, below build/bench (4 GB; two minutes of both cores). The highest sustained rate is the highest of
# RATES that was answered whole (99 % of it at least) with p99 below 5 ms.
set -euo pipefail
cd "$(dirname "$0")/.."
yijian=build/release/src/app/yijian
load=build/release/bench/realtime_load
clone=build/release/bench/realtime_clone
persons=${PERSONS:-1500000}
small=${SMALL:-10000}
each=${SECONDS_EACH:-20}
rates=${RATES:-500 1000 2000 3000 4000}
workers=${WORKERS:-2}
report=${REPORT:-bench/RESULTS-realtime.md}
dir=build/bench/http-$persons

if [[ ! -f $dir/drafts.ndjson ]]; then
  rm -rf "$dir"
  mkdir -p "$dir"
  "$yijian" city --persons "$small" --seed 1 --to "$dir/city" >/dev/null
  "$yijian" intake centre-tables "$dir/city"/{MDTRT_D,SETL_D,FEE_LIST_D,SETL_LIST_DIAG_D,SETL_LIST_OPRN_D}.csv \
    "$dir/city"/{PSN_INFO_B,MEDINS_INFO_B,RTAL_PHAC_B,DR_INFO_B}.csv --lake "$dir/lake" >/dev/null
  rm -rf "$dir/city"
  "$yijian" timelines rebuild --lake "$dir/lake" --store "$dir/small"
  "$yijian" callers add H50010100001 --per-second 100000 --burst 100000 --store "sqlite:$dir/yijian.db" |
    grep -o 'yj_[0-9a-f]*' >"$dir/key"
  "$clone" "$dir/small" "$dir/timelines" "$persons" "$dir/drafts.part" 10000 20 >"$dir/made.json"
  mv "$dir/drafts.part" "$dir/drafts.ndjson"
fi
made() { grep -o "\"$1\":[0-9]*" "$dir/made.json" | cut -d: -f2; }

: >"$dir/serve.out" # what an earlier run said
before=$(cut -d' ' -f1 /proc/loadavg)
began=$(date +%s%N)
"$yijian" serve --store "sqlite:$dir/yijian.db" --lake "$dir/lake" --timelines "$dir/timelines" --data "$dir/data" \
  --address 127.0.0.1:0 --realtime-workers "$workers" --workers 2 >"$dir/serve.out" 2>"$dir/serve.log" </dev/null &
server=$!
trap 'kill -TERM $server 2>/dev/null; wait $server 2>/dev/null || true' EXIT
until grep -q http:// "$dir/serve.out"; do
  kill -0 $server || { cat "$dir/serve.log" >&2; exit 1; }
  sleep 0.02
done
ready_ms=$((($(date +%s%N) - began) / 1000000))
address=$(grep -o '127.0.0.1:[0-9]*' "$dir/serve.out")
key=$(<"$dir/key")
rss_mb() { awk '/^VmRSS/ {print int($2 / 1024)}' "/proc/$server/status"; }
ready_rss=$(rss_mb)
ticks() { awk '{print $14 + $15}' "/proc/$server/stat"; }

lines=$(mktemp)
"$load" "$address" "$key" "$dir/drafts.ndjson" 300 5 >/dev/null # warming up
best=0
for rate in $rates; do
  start=$(ticks)
  line=$("$load" "$address" "$key" "$dir/drafts.ndjson" "$rate" "$each")
  cpu=$(((($(ticks) - start) * 10000) / (rate * each))) # a tick is 10 ms
  echo "$line $cpu |" | tee -a "$lines"
  # Rate asked for, answered, p50, p99.
  if awk -F'|' '{exit !($3 >= 0.99 * $2 && $5 < 5000 && $8 == 0)}' <<<"$line"; then best=$rate; fi
done
model=$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2-)
section=$(
  cat <<TXT
## Over the network

$(date -u '+%Y-%m-%d'),$model, $(nproc) cores shared by the server and the generator; load average before: $before.
$persons persons in the store, all rules of rules/packs, drafts of 20 lines of persons chosen at random by the plain twin (pre and
mid in turns), $workers real-time threads, 64 connections, $each s at each rate. Open loop: a request's time counts from when it
was due. The last column is the server's processor time for an answer, with all its threads.

| asked for /s | answered /s | p50 µs | p99 µs | p99.9 µs | most µs | not 200 | generator's processor | server µs |
|---|---|---|---|---|---|---|---|---|
$(<"$lines")

Highest of these rates answered whole with p99 below 5 ms: **$best/s**.

| the store | |
|---|---|
| persons, lines | $persons, $(awk "BEGIN {printf \"%.1f M\", $(made lines) / 1e6}") (clones of $small persons under numbers of their own) |
| a person on disk, encoded | $(($(made disk) / persons)) bytes, $(($(made encoded) / persons)) bytes |
| start to ready | $ready_ms ms |
| memory when ready, after the load | $ready_rss MB, $(rss_mb) MB |

TXT
)
echo "$section"
if [[ $report != - ]]; then
  # Before what is written by hand.
  awk -v section="$section" '/^# Beside the bench/ {print section "\n"; done = 1} {print} END {if (!done) print "\n" section}' \
    "$report" >"$report.part"
  mv "$report.part" "$report"
fi
rm -f "$lines"
