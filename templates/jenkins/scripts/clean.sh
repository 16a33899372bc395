#!/bin/bash
# Removes from the image what belongs to the build: secrets, identities, logs and caches. Every instance makes its own.
# After https://systemd.io/BUILDING_IMAGES/ and Jenkins's own list of secrets. verify.sh checks the result.
set -euo pipefail

empty() {
  local folder
  for folder in "$@"; do
    if [ -d "$folder" ]; then
      find "$folder" -xdev -mindepth 1 -delete
    fi
  done
}

stop() {
  local unit
  for unit in "$@"; do
    if systemctl is-active --quiet "$unit"; then
      systemctl stop "$unit"
    fi
  done
}

# Jenkins's home must be wholly empty, not only free of secrets: with the configuration of an earlier start the setup
# wizard takes the instance for a set-up one and makes no administrator account.
stop jenkins.service
empty /var/lib/jenkins /var/cache/jenkins /var/log/jenkins

if command -v apt-get >/dev/null; then
  rm -f /etc/apt/apt.conf.d/90-bake
  apt-get clean
  empty /var/lib/apt/lists
  rm -f /var/cache/apt/pkgcache.bin /var/cache/apt/srcpkgcache.bin
fi
if command -v dnf >/dev/null; then
  dnf --quiet clean all
  empty /var/cache/dnf /var/cache/yum
fi

# Writers of logs come first, or they write again at shutdown. The journal goes on in memory.
stop syslog.socket rsyslog.service
if systemctl is-active --quiet systemd-journald.service; then
  journalctl --relinquish-var
fi
empty /var/log/journal /var/lib/wtmpdb /var/lib/lastlog
find /var/log -xdev -type f \( -name '*.gz' -o -name '*.xz' -o -name '*.[0-9]' -o -name '*.old' \) -delete
find /var/log -xdev -type f -exec truncate --size=0 {} +

# Other programs' temporary files; the folders of running services are theirs, and this script lies in /tmp itself.
find /tmp /var/tmp -xdev -mindepth 1 -maxdepth 1 ! -path "$0" ! -name 'systemd-private-*' ! -name 'snap-private-tmp' \
  -exec rm -rf {} +

# Homes of root and of people; system accounts have homes like /dev and /bin.
homes() {
  getent passwd | awk -F: '$3 == 0 || ($3 >= 1000 && $3 < 60000) {print $6}'
}

while IFS= read -r home; do
  rm -f "$home"/.bash_history "$home"/.zsh_history "$home"/.python_history "$home"/.lesshst "$home"/.viminfo \
    "$home"/.wget-hsts "$home"/.ssh/known_hosts
done < <(homes)

# The SSM agent registers each instance by its own id. Where it carries this very connection it must go on running.
if [ "$CONNECT_VIA" != session-manager ]; then
  stop amazon-ssm-agent.service snap.amazon-ssm-agent.amazon-ssm-agent.service
fi
empty /var/lib/amazon/ssm
# Ubuntu's firmware updater makes a key pair of its own, and its seeder of random numbers works once for each machine.
empty /var/lib/fwupd/pki /var/cache/pollinate

# systemd saves a new seed when this unit stops, so it is stopped before and not at shutdown.
stop systemd-random-seed.service
rm -f /var/lib/systemd/random-seed /boot/loader/random-seed /boot/efi/loader/random-seed /efi/loader/random-seed
rm -f /var/lib/systemd/credential.secret
empty /var/lib/dhcp /var/lib/systemd/network
rm -f /var/lib/dhcpcd/duid /var/lib/dhcpcd/secret /var/lib/dhcpcd/*.lease /var/lib/dhcpcd/*.lease6

# The address and the name of the build's machine are written anew by cloud-init on each instance.
if command -v cloud-init >/dev/null; then
  configs=()
  # The cloud-init of Amazon Linux 2023 is older than this option, and writes no such files there.
  if cloud-init clean --help | grep -q -e --configs; then
    configs=(--configs network)
  fi
  cloud-init clean --logs "${configs[@]}"
fi
rm -f /etc/hostname
rm -f /etc/ssh/ssh_host_*

# Empty and not "uninitialized": only then the next boot is no first boot, which would enable services by preset.
: >/etc/machine-id
if [ ! -L /var/lib/dbus/machine-id ]; then
  rm -f /var/lib/dbus/machine-id
fi

# The key that this very connection was opened with. From here on nobody can log in to this machine any more.
while IFS= read -r home; do
  rm -f "$home"/.ssh/authorized_keys "$home"/.ssh/authorized_keys2
done < <(homes)
