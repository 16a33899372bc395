#!/bin/bash
# A set-up that works in the build and nowhere else: Jenkins wants a file that is gone after the next boot.
set -euo pipefail

mkdir -p /etc/systemd/system/jenkins.service.d
cat >/etc/systemd/system/jenkins.service.d/licence.conf <<'END'
[Service]
ExecStartPre=/bin/sh -c 'test -e /run/licence || { echo "the licence is not at /run/licence"; exit 1; }'
END
touch /run/licence
systemctl daemon-reload
