#!/usr/bin/env bash
# What we are built on: known holes of the pages' packages, and which Debian packages this machine has, with versions.
#
#   tools/audit_dependencies.sh [FILE]      # FILE: where the list of packages goes (build/dependencies.txt)
#
# Fails on a hole of level high or critical in what is shipped; those of test tools are only told. When the registry does not answer, it says so and passes:
# the question is asked again the next time.
set -euo pipefail
cd "$(dirname "$0")/.."
list=${1:-build/dependencies.txt}
mkdir -p "$(dirname "$list")"

# The packages tools/setup.sh names, and what the binary is linked with.
mapfile -t named < <(sed -n '/^packages=(/,/^)/p' tools/setup.sh | sed 's/#.*//; s/packages=(//; s/^)//' | tr -s ' ' '\n' | grep -v '^$')
dpkg-query -W -f '${Package} ${Version}\n' "${named[@]}" 2>/dev/null | sort >"$list" || true
[[ -s $list ]] || { echo "audit: dpkg knows none of the packages of tools/setup.sh" >&2; exit 1; }
echo "audit: $(wc -l <"$list") Debian packages with versions in $list"

status=0
for folder in web tests/api tests/browser tests/oidc; do
  [[ -f $folder/package-lock.json ]] || continue
  flags=()
  [[ $folder != web ]] || flags=(--omit=dev)
  said=$(cd "$folder" && timeout 60 npm audit "${flags[@]}" --audit-level=high --json 2>/dev/null) && found=0 || found=$?
  verdict=$(node -e '
    let said;
    try { said = JSON.parse(require("fs").readFileSync(0)); } catch { said = {}; }
    const { critical, high, moderate, low } = said.metadata?.vulnerabilities ?? {};
    if (critical === undefined) { console.log("silent"); process.exit(); }
    console.log(critical + high > 0 ? "holes" : "well", `critical ${critical}, high ${high}, moderate ${moderate}, low ${low}`);
    for (const [name, one] of Object.entries(said.vulnerabilities ?? {})) console.log(`  ${name} ${one.range}: ${one.severity}`);
  ' <<<"$said")
  case $verdict in
    silent*) echo "audit: $folder: the registry did not answer ($found); not checked" ;;
    well*) echo "audit: $folder: ${verdict#well }" ;;
    *)
      echo "audit: $folder: ${verdict#holes }"
      [[ $folder != web ]] || status=1
      ;;
  esac
done
exit $status
