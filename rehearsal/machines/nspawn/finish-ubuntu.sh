#!/bin/sh
# What Ubuntu's file system needs beside finish-base.sh: finish-ubuntu.sh ROOT CLOUD_CONFIG
set -eu

root=$1 config=$2

install -m 0644 "$config" "$root/etc/cloud/cloud.cfg.d/02_ubuntu_cloud.cfg"

# The package's own list of data sources comes later in the alphabet than ours.
rm -f "$root/etc/cloud/cloud.cfg.d/90_dpkg.cfg"

# It waits for network cards that are plugged in, of which udev would tell, and there is none in a container.
sed -i '/^ *- *install_hotplug$/d; /^ *- *install-hotplug$/d' "$root/etc/cloud/cloud.cfg"

# The resolver's address is the network's to tell, and this service would put its own into that place.
systemctl --root="$root" --quiet mask systemd-resolved.service
