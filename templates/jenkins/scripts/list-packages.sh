#!/bin/bash
# Lists the packages of the image for the runner, which downloads the list. First line: deb or rpm, and the system's id and version;
# then the name, version, architecture and source of each package, with tabs in between. A package manager that fails does not fail the
# bake.
set -euo pipefail

list=/tmp/bake-packages.tsv

# A package that was removed may have left its configuration, and is in no state of these.
debs() {
  dpkg-query --show --showformat='${db:Status-Status}\t${Package}\t${Version}\t${Architecture}\t${source:Package}@${source:Version}\n' |
    sed -nE 's/^(installed|triggers-pending|triggers-awaited)\t//p'
}

# The keys of repositories are packages, too. Packages of third parties may not name their source.
rpms() {
  rpm --query --all --queryformat '%{NAME}\t%{EVR}\t%{ARCH}\t%{SOURCERPM}\n' |
    awk -F'\t' -v OFS='\t' '$1 != "gpg-pubkey" { if ($4 == "(none)") $4 = $1; print }'
}

list_packages() {
  # shellcheck source=/dev/null
  . /etc/os-release
  case $ID in
    debian | ubuntu) kind=deb ;;
    *) kind=rpm ;;
  esac
  printf '%s\t%s\t%s\n' "$kind" "$ID" "${VERSION_ID:-}"
  "${kind}s" | LC_ALL=C sort
}

rm -f "$list"
if ! (list_packages) >"$list"; then
  echo 'The packages of the image could not be listed.' >&2
  : >"$list"
fi
chmod 644 "$list"
