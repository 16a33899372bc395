#!/bin/sh
# Joins control groups and becomes a command: join-cgroups.sh FOLDER... -- COMMAND...
set -eu

while [ "$1" != -- ]; do
  echo $$ >"$1/cgroup.procs"
  shift
done
shift
exec "$@"
