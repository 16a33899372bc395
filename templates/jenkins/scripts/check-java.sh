#!/bin/bash
# Fails when the Java that Jenkins would start with is another than JAVA_VERSION: a source image may prefer one of its own.
set -euo pipefail

found=$(java -version 2>&1 | sed -n 's/^openjdk version "\([0-9]*\).*/\1/p')
if [ "$found" != "$JAVA_VERSION" ]; then
  echo "Java $JAVA_VERSION is installed, but 'java' is version ${found:-unknown}: the source image prefers another one." >&2
  update-alternatives --display java >&2 || true
  exit 1
fi
