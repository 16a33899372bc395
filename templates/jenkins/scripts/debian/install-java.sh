#!/bin/bash
# Debian and Ubuntu: installs JAVA_VERSION (a major version). Jenkins's package depends on no Java, but needs one to start.
set -euo pipefail
grep -qE '^ID=(debian|ubuntu)$' /etc/os-release || exit 0
export DEBIAN_FRONTEND=noninteractive

# Jenkins draws with fonts even where nobody looks; a headless runtime brings none.
apt-get install --yes --no-install-recommends fontconfig "openjdk-$JAVA_VERSION-jre-headless"
