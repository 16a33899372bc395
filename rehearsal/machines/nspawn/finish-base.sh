#!/bin/sh
# Makes a fresh Debian file system a machine image: finish-base.sh ROOT CLOUD_CONFIG HYPERVISOR_FILE
set -eu

root=$1 config=$2 hypervisor=$3
source=$root/usr/lib/python3/dist-packages/cloudinit/sources/DataSourceEc2.py

install -m 0644 "$config" "$root/etc/cloud/cloud.cfg.d/01_debian_cloud.cfg"

# cloud-init asks for IMDSv2 tokens only where it believes to be on EC2.
grep -qF '"/sys/hypervisor/uuid"' "$source"
sed -i "s|\"/sys/hypervisor/uuid\"|\"$hypervisor\"|" "$source"
chroot "$root" python3 -m compileall -q "${source#"$root"}"

# The resolver's address is the network's to tell, at each boot.
ln -sf ../run/systemd/resolve/resolv.conf "$root/etc/resolv.conf"

# apt's background updates would meet a bake's own.
systemctl --root="$root" --quiet disable apt-daily.timer apt-daily-upgrade.timer

# What each machine has to make for itself.
rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/hostname" "$root/var/lib/dbus/machine-id"
: >"$root/etc/machine-id"
find "$root/var/log" -type f -delete

# As systemd leaves them after a boot: without them, each machine's first boot would build caches that are here already.
touch "$root/etc/.updated" "$root/var/.updated"
