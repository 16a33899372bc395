#!/bin/bash
# Fails the build when something secret or identifying is still in the image, and names all of it.
set -euo pipefail
shopt -s nullglob dotglob

# Homes of root and of people; system accounts have homes like /dev and /bin.
homes=()
while IFS= read -r home; do
  homes+=("$home")
done < <(getent passwd | awk -F: '$3 == 0 || ($3 >= 1000 && $3 < 60000) {print $6}')

remains=()

must_not_exist() {
  local path
  for path in "$@"; do
    if [ -e "$path" ] || [ -L "$path" ]; then
      remains+=("$path")
    fi
  done
}

must_be_empty() {
  local path
  for path in "$@"; do
    if [ -s "$path" ]; then
      remains+=("$path (not empty)")
    fi
  done
}

must_not_exist /var/lib/jenkins/* /var/cache/jenkins/* /var/log/jenkins/*
must_not_exist /etc/ssh/ssh_host_*
must_not_exist /etc/hostname /var/lib/systemd/random-seed /var/lib/systemd/credential.secret
must_not_exist /boot/loader/random-seed /boot/efi/loader/random-seed /efi/loader/random-seed
must_not_exist /var/lib/cloud/instance /var/lib/cloud/instances /var/lib/cloud/data
must_not_exist /var/lib/dhcp/* /var/lib/systemd/network/*
must_not_exist /var/lib/dhcpcd/duid /var/lib/dhcpcd/secret /var/lib/dhcpcd/*.lease /var/lib/dhcpcd/*.lease6
must_not_exist /var/lib/apt/lists/* /var/cache/apt/archives/*.deb /etc/apt/apt.conf.d/90-bake
must_not_exist /var/cache/dnf/* /var/cache/yum/*
must_not_exist /var/lib/amazon/ssm/* /var/lib/fwupd/pki/*
must_not_exist /var/log/journal/*
must_not_exist /usr/sbin/policy-rc.d.bake
must_be_empty /etc/machine-id

if [ ! -L /var/lib/dbus/machine-id ]; then
  must_not_exist /var/lib/dbus/machine-id
fi
# With another file mounted over it, the one that goes into the image was neither emptied nor looked at.
if grep -q ' /etc/machine-id ' /proc/self/mountinfo; then
  remains+=("/etc/machine-id (covered by a mount)")
fi

for home in "${homes[@]}"; do
  must_not_exist "$home"/.ssh/authorized_keys "$home"/.ssh/authorized_keys2 "$home"/.ssh/known_hosts
  must_not_exist "$home"/.*_history "$home"/.aws/credentials "$home"/.netrc
done

while IFS= read -r -d '' log; do
  remains+=("$log (not empty)")
done < <(find /var/log -xdev -type f -size +0 -print0)

while IFS= read -r -d '' file; do
  if [ "$file" != "$0" ]; then
    remains+=("$file")
  fi
done < <(find /tmp /var/tmp -xdev -mindepth 1 -maxdepth 1 ! -name 'systemd-private-*' ! -name 'snap-private-tmp' -print0)

while IFS= read -r -d '' key; do
  remains+=("$key (a private key)")
done < <(grep -rlIZ -E -e '-----BEGIN ([A-Z]+ )*PRIVATE KEY-----' /etc /opt /srv /usr/local /var/lib "${homes[@]}" 2>/dev/null || true)

# The database of packages must be sound: without it the instances of this image could not be updated.
if command -v rpmdb >/dev/null && ! rpmdb --verifydb >/dev/null; then
  remains+=("a damaged database of rpm's packages")
fi

if systemctl is-active --quiet jenkins.service; then
  remains+=("jenkins.service (running: it would write its secrets again)")
fi

if [ "${#remains[@]}" -gt 0 ]; then
  echo "These must not be in an image:" >&2
  printf '  %s\n' "${remains[@]}" >&2
  exit 1
fi
echo "Nothing secret or identifying of this build is left in the image."
