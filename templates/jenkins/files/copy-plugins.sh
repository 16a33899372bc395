#!/bin/bash
# Brings the image's plugins into JENKINS_HOME: those that are missing, and those that are there in an older version. A newer
# one, to which somebody has upgraded, stays.
set -euo pipefail

version_of() {
  unzip -p "$1" META-INF/MANIFEST.MF | tr -d '\r' | sed -n 's/^Plugin-Version: //p'
}

# In the order of versions 9-beta comes before 9, and 9.v0123abcd before 9.1.v0123abcd.
comparable() {
  sed -E 's/[.-](v[0-9a-f_]|alpha|beta|rc)/~\1/' <<<"$1"
}

is_older() {
  local one other
  one=$(comparable "$1") other=$(comparable "$2")
  [ "$one" != "$other" ] && [ "$(printf '%s\n%s\n' "$one" "$other" | sort --version-sort | head -n 1)" = "$one" ]
}

mkdir -p "$JENKINS_HOME/plugins"
for plugin in "${JENKINS_REFERENCE:-/usr/share/jenkins/reference}"/plugins/*.jpi; do
  target=$JENKINS_HOME/plugins/${plugin##*/}
  if [ -e "$target" ] && ! is_older "$(version_of "$target")" "$(version_of "$plugin")"; then
    continue
  fi
  cp "$plugin" "$target.new"
  mv "$target.new" "$target"
done
