#!/bin/bash
# Amazon Linux 2023: installs JAVA_VERSION (a major version), as Amazon Corretto. Jenkins's package depends on no Java, but
# needs one to start.
set -euo pipefail
grep -q '^ID="amzn"$' /etc/os-release || exit 0

release=$(rpm --query --queryformat '%{VERSION}' system-release)
# Jenkins loads fonts when it starts, and ends when it cannot (hudson.util.AWTProblem). Since July 2026 Corretto's headless
# package only recommends what they need (corretto-21#156); the library harfbuzz is part of Corretto.
dnf --assumeyes --quiet --releasever="$release" install fontconfig freetype dejavu-sans-fonts libjpeg-turbo \
  "java-$JAVA_VERSION-amazon-corretto-headless"
