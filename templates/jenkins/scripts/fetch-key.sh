#!/bin/bash
# Fetches the key of Jenkins's package repository and compares it with JENKINS_REPOSITORY_KEY_FINGERPRINT before anything
# trusts it. Leaves the repository's URL and the key in /run/bake.
set -euo pipefail

# Jenkins's own repositories, one for each kind of package and each line of releases: an LTS version has three numbers.
if [ -z "$JENKINS_REPOSITORY_URL" ]; then
  kind=debian
  if grep -q '^ID="amzn"$' /etc/os-release; then
    kind=rpm
  fi
  case $JENKINS_VERSION in
    *.*.*) JENKINS_REPOSITORY_URL=https://pkg.jenkins.io/$kind-stable ;;
    *) JENKINS_REPOSITORY_URL=https://pkg.jenkins.io/$kind ;;
  esac
fi
repository=${JENKINS_REPOSITORY_URL%/}
# The key of 2026 has this name in every Jenkins repository.
url=$repository/jenkins.io-2026.key

install -d -m 0700 /run/bake /run/bake/gnupg
curl --fail --silent --show-error --location --proto '=http,https' --retry 5 --retry-connrefused --max-time 60 \
  --max-filesize 1000000 --output /run/bake/key.asc "$url"

# A key file can hold several keys, and package managers would trust them all.
fingerprints=$(gpg --homedir /run/bake/gnupg --batch --with-colons --show-keys /run/bake/key.asc |
  awk -F: '$1 == "pub" {primary = 1} $1 == "fpr" && primary {print $10; primary = 0}')
if [ "$fingerprints" != "$JENKINS_REPOSITORY_KEY_FINGERPRINT" ]; then
  echo "The repository's key is not the expected one. Nothing of it was installed." >&2
  echo "  expected: $JENKINS_REPOSITORY_KEY_FINGERPRINT" >&2
  echo "  found at $url: ${fingerprints//$'\n'/ }" >&2
  exit 1
fi
echo "$repository" >/run/bake/repository
