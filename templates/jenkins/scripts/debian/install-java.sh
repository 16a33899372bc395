#!/bin/bash
# Installs JAVA_VERSION (a major version). Jenkins's package does not depend on a Java, but needs one to start.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

# Jenkins draws with fonts even where nobody looks; a headless runtime brings none.
apt-get install --yes --no-install-recommends fontconfig "openjdk-$JAVA_VERSION-jre-headless"

found=$(java -version 2>&1 | sed -n 's/^openjdk version "\([0-9]*\).*/\1/p')
if [ "$found" != "$JAVA_VERSION" ]; then
  echo "Java $JAVA_VERSION is installed, but 'java' is version ${found:-unknown}: the source image prefers another one." >&2
  update-alternatives --display java >&2 || true
  exit 1
fi
