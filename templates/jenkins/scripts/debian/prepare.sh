#!/bin/bash
# Brings the source image to a state in which packages can be installed: booted to the end, its background updates at
# rest, its packages up to date.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

# On its first boot cloud-init itself writes apt's sources and installs packages.
if command -v cloud-init >/dev/null; then
  status=0
  timeout 600 cloud-init status --wait || status=$?
  # 2 means that it has finished with warnings.
  if [ "$status" -ne 0 ] && [ "$status" -ne 2 ]; then
    echo "cloud-init did not finish its first boot (exit status $status; 124 is 10 minutes):" >&2
    cloud-init status --long >&2 || true
    exit 1
  fi
fi

# Only the timers are stopped: an update that already runs is waited for, because stopping dpkg half-way breaks it.
for timer in apt-daily.timer apt-daily-upgrade.timer; do
  if systemctl is-active --quiet "$timer"; then
    systemctl stop "$timer"
  fi
done

# Holds for the build alone; clean.sh removes it.
cat >/etc/apt/apt.conf.d/90-bake <<'END'
quiet "1";
Acquire::Retries "5";
APT::Update::Error-Mode "any";
DPkg::Lock::Timeout "600";
DPkg::Use-Pty "0";
DPkg::Options { "--force-confdef"; "--force-confold"; };
END

# apt's own retries do not cover the lock of its lists and a name server that is not up yet.
attempt=1
until apt-get update; do
  if [ "$attempt" -ge 5 ]; then
    echo "apt could not read the package lists in $attempt attempts." >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep 10
done

apt-get upgrade --yes --with-new-pkgs
