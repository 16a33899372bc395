#!/bin/bash
# Debian and Ubuntu: brings the source image to a state in which packages can be installed: its background updates at rest,
# its packages up to date.
set -euo pipefail
grep -qE '^ID=(debian|ubuntu)$' /etc/os-release || exit 0
export DEBIAN_FRONTEND=noninteractive

# Only the timers are stopped: an update that already runs is waited for, because stopping dpkg half-way breaks it.
for timer in apt-daily.timer apt-daily-upgrade.timer; do
  if systemctl is-active --quiet "$timer"; then
    systemctl stop "$timer"
  fi
done

# Holds for the build alone; clean.sh removes it.
cat >/etc/apt/apt.conf.d/90-bake <<'END'
quiet "1";
Acquire::Retries "5";
APT::Update::Error-Mode "any";
DPkg::Lock::Timeout "600";
DPkg::Use-Pty "0";
DPkg::Options { "--force-confdef"; "--force-confold"; };
END

# Of what apt, dpkg and the packages' scripts print when all goes well, the names of the packages are enough. What they say
# of something that goes wrong stays: of lists, only those that are indented by two blanks are left out.
install -d -m 0700 /run/bake
cat >/run/bake/apt-get <<'END'
set -o pipefail
{
  apt-get "$@" 2>&3 | sed --unbuffered --regexp-extended \
    -e '/^((Get|Hit|Ign):[0-9]+|Reading package lists|Reading state information|Building dependency tree)/d' \
    -e '/^(Calculating upgrade|Need to get|After this operation|Fetched|  [a-z0-9])/d' \
    -e '/^(The following (additional|NEW) packages will be installed|(Suggested|Recommended) packages):$/d' \
    -e '/^[a-z0-9.+-]+ is already the newest version/d' \
    -e '/^(Selecting previously unselected|\(Reading database|Preparing to unpack|Unpacking|Preconfiguring) /d' \
    -e '/^(Processing triggers|Created symlink|update-alternatives: using|Adding debian:) ?/d'
} 3>&2
END

# apt's own retries do not cover the lock of its lists and a name server that is not up yet.
attempt=1
echo 'Reading the lists of packages'
until bash /run/bake/apt-get update; do
  if [ "$attempt" -ge 5 ]; then
    echo "apt could not read the package lists in $attempt attempts." >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep 10
done

echo 'Bringing the packages of the source image up to date'
bash /run/bake/apt-get upgrade --yes --with-new-pkgs
bash /run/bake/apt-get install --yes --no-install-recommends ca-certificates curl gpg unzip
