#!/usr/bin/env bash
# Brings a bare Debian machine to where `make build` works. Run it as often as you like: what is there is left alone.
set -euo pipefail
cd "$(dirname "$0")/.."

# One per line: what it is for.
packages=(
  ca-certificates git cmake make ninja-build g++ ccache pkg-config python3
  clang-16 clang-tidy-16 libclang-rt-16-dev clang-format  # fuzz, tidy, format
  libgtest-dev libgmock-dev
  libssl-dev                   # base: SM2, SM3, SM4
  libabsl-dev libxxhash-dev    # hash tables and hashes
  libsnappy-dev                # lake, intake: pages of Parquet
  libyaml-cpp-dev liborcus-dev libixion-dev # pack, intake, city: YAML and XLSX
  nlohmann-json3-dev libcli11-dev
  libxlsxwriter-dev zlib1g-dev # app, document: tables as XLSX
  libmagic-dev                 # trail: what kind of file it is
  libsoci-dev libsqlite3-dev libpq-dev postgresql # store: SQLite and PostgreSQL; tests start a real server
  libargon2-dev liboath-dev libcurl4-openssl-dev libcpp-jwt-dev # account: passwords, one-time codes, OIDC
  librestinio-dev libasio-dev libfmt-dev prometheus-cpp-dev # http
  librocksdb-dev libsimdjson-dev # realtime: timelines of persons; messages
  libjemalloc-dev              # what programs are linked with
  libkainjow-mustache-dev weasyprint pandoc fonts-arphic-gbsn00lp fonts-wqy-zenhei # document: templates, PDF, DOCX, Chinese type that subsets fast
  chromium fonts-noto-cjk poppler-utils unzip # browser tests; what a PDF and a workbook say
)
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)

installed() { [[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]; }

install_packages() {
  local missing=() as_root=()
  if ! command -v dpkg-query >/dev/null; then
    echo "setup: not a Debian machine; please install the like of: ${packages[*]}" >&2
    return
  fi
  for package in "${packages[@]}"; do
    installed "$package" || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      echo "setup: as root, please run: apt-get install ${missing[*]}" >&2
      exit 1
    fi
    as_root=(sudo)
  fi
  echo "setup: installing ${missing[*]}"
  as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)
  quietly "${as_root[@]}" update
  quietly "${as_root[@]}" install --no-install-recommends "${missing[@]}"
}

# DuckDB: npm checks every byte against the hashes in package-lock.json.
install_duckdb() {
  local lock stamp=node_modules/.installed
  cd tools/duckdb
  lock=$(cat package.json package-lock.json | sha256sum)
  if [[ ! -f $stamp || "$(<"$stamp")" != "$lock" ]]; then
    echo "setup: fetching DuckDB"
    quietly npm ci --ignore-scripts --no-audit --no-fund
    echo "$lock" >"$stamp"
  fi
}

# Shows what a command said only when it fails.
quietly() {
  local said
  if ! said=$("$@" 2>&1); then
    printf 'setup: failed: %s\n%s\n' "$*" "$said" >&2
    exit 1
  fi
}

install_packages
install_duckdb
