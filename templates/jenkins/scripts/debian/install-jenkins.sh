#!/bin/bash
# Installs exactly JENKINS_VERSION from JENKINS_REPOSITORY_URL, trusting one key, by JENKINS_REPOSITORY_KEY_FINGERPRINT.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

repository=${JENKINS_REPOSITORY_URL%/}
keyring=/etc/apt/keyrings/jenkins.gpg
policy=/usr/sbin/policy-rc.d

apt-get install --yes --no-install-recommends ca-certificates curl gpg

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The key of 2026 has this name in every Jenkins repository.
curl --fail --silent --show-error --location --proto '=http,https' --retry 5 --retry-connrefused --max-time 60 \
  --max-filesize 1000000 --output "$work/key.asc" "$repository/jenkins.io-2026.key"

# A key file can hold several keys, and apt would trust them all.
install -d -m 0700 "$work/gnupg"
fingerprints=$(gpg --homedir "$work/gnupg" --batch --with-colons --show-keys "$work/key.asc" |
  awk -F: '$1 == "pub" {primary = 1} $1 == "fpr" && primary {print $10; primary = 0}')
if [ "$fingerprints" != "$JENKINS_REPOSITORY_KEY_FINGERPRINT" ]; then
  echo "The repository's key is not the expected one. Nothing of it was installed." >&2
  echo "  expected: $JENKINS_REPOSITORY_KEY_FINGERPRINT" >&2
  echo "  found at $repository/jenkins.io-2026.key: ${fingerprints//$'\n'/ }" >&2
  exit 1
fi
install -d -m 0755 /etc/apt/keyrings
gpg --homedir "$work/gnupg" --batch --yes --dearmor --output "$keyring" "$work/key.asc"
chmod 0644 "$keyring"

echo "deb [signed-by=$keyring] $repository/ binary/" >/etc/apt/sources.list.d/jenkins.list
apt-get update

# Installing the package would start the service. It starts when it has been configured, and not before.
if [ -e "$policy" ]; then
  mv "$policy" "$policy.bake"
fi
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 0755 "$policy"
restore_policy() {
  rm -f "$policy"
  if [ -e "$policy.bake" ]; then
    mv "$policy.bake" "$policy"
  fi
}
trap 'rm -rf "$work"; restore_policy' EXIT

if ! apt-get install --yes --no-install-recommends "jenkins=$JENKINS_VERSION"; then
  echo "Jenkins $JENKINS_VERSION could not be installed. Versions at $repository:" >&2
  apt-cache madison jenkins >&2 || true
  exit 1
fi

# Debian 13's /tmp is a small tmpfs, and Jenkins takes its own node offline when less than 1 GiB is free there. The
# folder is systemd's to make, and not below JENKINS_HOME, which is often a mounted volume. A first start from a fresh
# volume reads its blocks from S3, which can take longer than the 90 seconds that systemd allows.
install -d -m 0755 /etc/systemd/system/jenkins.service.d
cat >/etc/systemd/system/jenkins.service.d/10-bake.conf <<'END'
[Service]
CacheDirectory=jenkins/tmp
Environment="JAVA_OPTS=-Djava.awt.headless=true -Djava.io.tmpdir=/var/cache/jenkins/tmp"
TimeoutStartSec=5min
END

systemctl daemon-reload
systemctl enable jenkins.service
