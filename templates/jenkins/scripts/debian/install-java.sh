#!/bin/bash
# Debian and Ubuntu: installs JAVA_VERSION (a major version). Jenkins's package depends on no Java, but needs one to start.
set -euo pipefail
grep -qE '^ID=(debian|ubuntu)$' /etc/os-release || exit 0
export DEBIAN_FRONTEND=noninteractive

# Jenkins loads fonts when it starts, and ends when it cannot (hudson.util.AWTProblem). A headless runtime only recommends
# libharfbuzz0b and brings no fonts.
echo "Installing Java $JAVA_VERSION"
bash /run/bake/apt-get install --yes --no-install-recommends fontconfig libharfbuzz0b "openjdk-$JAVA_VERSION-jre-headless"
