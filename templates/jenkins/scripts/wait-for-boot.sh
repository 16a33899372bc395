#!/bin/bash
# Waits until the machine has booted to the end, and refuses a distribution that the other scripts are not written for.
set -euo pipefail

# shellcheck source=/dev/null # this is the machine's own
. /etc/os-release
case $ID in
  debian | ubuntu | amzn) ;;
  *)
    echo "The source image is $PRETTY_NAME. This template knows Debian, Ubuntu and Amazon Linux 2023." >&2
    exit 1
    ;;
esac

# On its first boot cloud-init itself writes package sources and installs packages.
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

# Where Packer puts the files that configure-jenkins.sh reads; it has no rights of root's.
install -d -o "${SUDO_USER:-root}" /tmp/bake-files
