#!/bin/bash
# Amazon Linux 2023: installs JAVA_VERSION (a major version), as Amazon Corretto. Jenkins's package depends on no Java, but
# needs one to start.
set -euo pipefail
grep -q '^ID="amzn"$' /etc/os-release || exit 0

release=$(rpm --query --queryformat '%{VERSION}' system-release)
# Jenkins draws with fonts even where nobody looks; a headless runtime brings none.
dnf --assumeyes --quiet --releasever="$release" install fontconfig "java-$JAVA_VERSION-amazon-corretto-headless"
