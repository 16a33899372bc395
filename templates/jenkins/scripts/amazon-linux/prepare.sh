#!/bin/bash
# Amazon Linux 2023: brings the packages up to date within the image's own release, and installs what the other scripts call.
set -euo pipefail
grep -q '^ID="amzn"$' /etc/os-release || exit 0

# Amazon Linux locks its packages to a release, so that a bake from one image always has the same ones. A newer release is a
# newer source image.
release=$(rpm --query --queryformat '%{VERSION}' system-release)
echo "Packages of Amazon Linux $release"

dnf --assumeyes --quiet --releasever="$release" upgrade
# curl, gpg and systemd are there as -minimal packages, which the full ones would be in conflict with.
dnf --assumeyes --quiet --releasever="$release" install unzip
