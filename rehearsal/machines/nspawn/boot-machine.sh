#!/bin/sh
# One boot of a machine. It is started in a mount and a network namespace of its own, so that its mounts, its interface and
# what nspawn keeps under /run end with the last of its processes, however that ends.
#
#   boot-machine.sh KEEPER PORT MAC ADDRESS GATEWAY LAYERS LOWER MACHINE COMMAND...
#
# KEEPER is the process that holds the machines' network open; LOWER are the image's layers below LAYERS, topmost first.
set -eu

keeper=$1 port=$2 mac=$3 address=$4 gateway=$5 layers=$6 lower=$7 machine=$8
shift 8

outside() {
  nsenter --net="/proc/$keeper/ns/net" "$@"
}

outside ip link add "$port" type veth peer name eth0 address "$mac" netns $$
outside ip link set "$port" master machines up
ip link set lo up
ip address add "$address" dev eth0
ip link set eth0 up
ip route add default via "$gateway"

mount -t tmpfs -o mode=0755 tmpfs /run

# The disk does not outlive the rehearsal, so it need not survive a power cut: volatile spares it every fsync. It marks the
# work folder, which therefore has to be a new one at each boot.
rm -rf "$machine/work"
mkdir "$machine/work"
# Names relative to a folder, because the kernel takes no more than a page of options.
cd "$layers"
LIBMOUNT_FORCE_MOUNT2=always mount -t overlay \
  -o "lowerdir=$lower,upperdir=$machine/upper,workdir=$machine/work,volatile,redirect_dir=off,metacopy=off" \
  overlay "$machine/root"
cd /

exec "$@"
