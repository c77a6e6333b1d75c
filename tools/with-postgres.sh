#!/usr/bin/env bash
# Runs a command beside a PostgreSQL of its own and stops that afterwards, however the command ends.
#
#   tools/with-postgres.sh ctest ...      # YIJIAN_TEST_POSTGRES is the URL of its database "postgres"
#
# Socket only, in a temporary folder; as user postgres when we are root, since the server refuses root.
set -euo pipefail
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
folder=$(mktemp -d /tmp/yijian-pg-XXXXXX)
as=()
if ((EUID == 0)); then
  as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  chown postgres: "$folder"
fi
cleanup() {
  [[ -z ${server:-} ]] || kill -INT "$server" 2>/dev/null || true
  [[ -z ${server:-} ]] || wait "$server" 2>/dev/null || true
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 143' TERM INT HUP
"${as[@]}" "$bin/initdb" -D "$folder/data" -U yijian --auth=trust --no-sync --encoding=UTF8 --locale=C.UTF-8 >"$folder/initdb.log" 2>&1 || {
  cat "$folder/initdb.log" >&2
  exit 1
}
# Dies with this script even when that is killed: the kernel tells it.
"${as[@]}" setpriv --pdeathsig INT "$bin/postgres" -D "$folder/data" -c listen_addresses= -c unix_socket_directories="$folder" \
  -c max_connections=200 -c "fsync=${YIJIAN_PG_FSYNC:-off}" -c logging_collector=off >"$folder/server.log" 2>&1 &
server=$!
for _ in $(seq 1 200); do
  "$bin/pg_isready" -q -h "$folder" -U yijian && break
  kill -0 "$server" 2>/dev/null || { cat "$folder/server.log" >&2; exit 1; }
  sleep 0.05
done
export YIJIAN_TEST_POSTGRES="postgresql://yijian@/postgres?host=$folder"
"$@"
