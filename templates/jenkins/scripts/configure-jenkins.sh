#!/bin/bash
# Configures the service: where it keeps temporary files, how long it may take to start, and what is uploaded as plugins.txt
# (lines NAME:VERSION SHA256, downloaded from JENKINS_UPDATE_CENTER_URL) and casc/ (Configuration as Code).
set -euo pipefail

list=/tmp/bake-files/plugins.txt
casc=/tmp/bake-files/casc
reference=/usr/share/jenkins/reference/plugins
configuration=/etc/jenkins/casc
copy=/usr/local/lib/jenkins/copy-plugins

java_options='-Djava.awt.headless=true -Djava.io.tmpdir=/var/cache/jenkins/tmp'
settings=()

plugins=()
if [ -f "$list" ]; then
  while IFS= read -r line; do
    case $line in
      '' | '#'*) continue ;;
    esac
    if ! [[ $line =~ ^[A-Za-z0-9._-]+:[A-Za-z0-9._+-]+\ [0-9a-f]{64}$ ]]; then
      echo "plugins.txt: '$line' is not NAME:VERSION and a SHA-256 checksum of 64 digits." >&2
      exit 1
    fi
    plugins+=("$line")
  done <"$list"
fi

# JENKINS_HOME is often a volume that is mounted over what an image holds there. So plugins lie outside of it, and come into
# it before each start.
if [ "${#plugins[@]}" -gt 0 ]; then
  install -d -m 0755 "$reference" "${copy%/*}"
  for line in "${plugins[@]}"; do
    name=${line%%:*} version=${line#*:} version=${version%% *}
    echo "url = \"${JENKINS_UPDATE_CENTER_URL%/}/download/plugins/$name/$version/$name.hpi\""
    echo "output = \"$reference/$name.jpi\""
  done >/run/bake/downloads
  echo "Downloading ${#plugins[@]} plugins from $JENKINS_UPDATE_CENTER_URL"
  curl --fail --fail-early --silent --show-error --location --proto '=http,https' --retry 5 --retry-connrefused \
    --max-time 600 --parallel --parallel-max 8 --config /run/bake/downloads
  for line in "${plugins[@]}"; do
    echo "${line##* }  $reference/${line%%:*}.jpi"
  done >/run/bake/checksums
  if ! sha256sum --check --quiet /run/bake/checksums; then
    echo "A plugin is not the one that was asked for: its checksum differs. None was installed." >&2
    exit 1
  fi
  chmod 0644 "$reference"/*.jpi

  install -m 0755 /tmp/bake-files/copy-plugins.sh "$copy"
  settings+=("ExecStartPre=$copy")
fi

if [ -d "$casc" ]; then
  rm -rf "$configuration"
  install -d -m 0755 "${configuration%/*}"
  cp -r "$casc" "$configuration"
  chown -R root:jenkins "$configuration"
  chmod -R u=rwX,g=rX,o= "$configuration"
  settings+=("Environment=\"CASC_JENKINS_CONFIG=$configuration\"")
fi

# Without a security realm the setup wizard is what keeps strangers out of a new Jenkins.
if [ "$JENKINS_SETUP_WIZARD" = false ]; then
  java_options+=' -Djenkins.install.runSetupWizard=false'
fi

# The /tmp of Debian 13 and of Amazon Linux 2023 is a small tmpfs, and Jenkins takes its own node offline when less than 1 GiB
# is free there. The folder is systemd's to make, and not below JENKINS_HOME. A first start from a fresh volume reads its
# blocks from S3, which can take longer than the 90 seconds that systemd allows.
install -d -m 0755 /etc/systemd/system/jenkins.service.d
{
  echo '[Service]'
  echo 'CacheDirectory=jenkins/tmp'
  echo "Environment=\"JAVA_OPTS=$java_options\""
  if [ "${#settings[@]}" -gt 0 ]; then
    printf '%s\n' "${settings[@]}"
  fi
  echo 'TimeoutStartSec=5min'
} >/etc/systemd/system/jenkins.service.d/10-bake.conf

systemctl daemon-reload
systemctl enable jenkins.service
