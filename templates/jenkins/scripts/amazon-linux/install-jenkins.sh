#!/bin/bash
# Amazon Linux 2023: installs exactly JENKINS_VERSION from the repository whose key fetch-key.sh has compared. The package
# leaves its service disabled and stopped.
set -euo pipefail
grep -q '^ID="amzn"$' /etc/os-release || exit 0

repository=$(cat /run/bake/repository)
release=$(rpm --query --queryformat '%{VERSION}' system-release)
key=/etc/pki/rpm-gpg/RPM-GPG-KEY-jenkins

install -D -m 0644 /run/bake/key.asc "$key"
rpm --import "$key"
cat >/etc/yum.repos.d/jenkins.repo <<END
[jenkins]
name=Jenkins
baseurl=$repository/
enabled=1
gpgcheck=1
repo_gpgcheck=1
gpgkey=file://$key
END

# By its own settings dnf goes on without a repository that it cannot read or whose signature is wrong, and does not say why.
if ! dnf --assumeyes --releasever="$release" --setopt=jenkins.skip_if_unavailable=0 install "jenkins-$JENKINS_VERSION"; then
  echo "Jenkins $JENKINS_VERSION could not be installed. Versions at $repository:" >&2
  dnf --quiet --showduplicates list jenkins >&2 || true
  exit 1
fi
