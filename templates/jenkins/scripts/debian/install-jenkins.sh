#!/bin/bash
# Debian and Ubuntu: installs exactly JENKINS_VERSION from the repository whose key fetch-key.sh has compared.
set -euo pipefail
grep -qE '^ID=(debian|ubuntu)$' /etc/os-release || exit 0
export DEBIAN_FRONTEND=noninteractive

repository=$(cat /run/bake/repository)
keyring=/etc/apt/keyrings/jenkins.gpg
policy=/usr/sbin/policy-rc.d

install -d -m 0755 /etc/apt/keyrings
gpg --homedir /run/bake/gnupg --batch --yes --dearmor --output "$keyring" /run/bake/key.asc
chmod 0644 "$keyring"

echo "deb [signed-by=$keyring] $repository/ binary/" >/etc/apt/sources.list.d/jenkins.list
bash /run/bake/apt-get update

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
trap restore_policy EXIT

echo "Installing Jenkins $JENKINS_VERSION from $repository"
if ! bash /run/bake/apt-get install --yes --no-install-recommends "jenkins=$JENKINS_VERSION"; then
  echo "Jenkins $JENKINS_VERSION could not be installed. Versions at $repository:" >&2
  apt-cache madison jenkins >&2 || true
  exit 1
fi
