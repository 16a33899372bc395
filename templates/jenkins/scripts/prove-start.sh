#!/bin/bash
# Starts Jenkins once, until it answers with JENKINS_VERSION, and stops it. What that start writes, clean.sh removes.
set -euo pipefail

url=http://127.0.0.1:8080/login
seconds=300

fail() {
  echo "$1" >&2
  systemctl status --no-pager --lines=0 jenkins.service >&2 || true
  # On its first start Jenkins prints the initial administrator's password, which is 32 hexadecimal digits.
  journalctl --unit=jenkins.service --no-pager --lines=200 --output=cat |
    sed -E 's/\b[0-9a-f]{32}\b/[32 hexadecimal digits removed]/g' >&2 || true
  exit 1
}

systemctl start --no-block jenkins.service
echo "Waiting for Jenkins $JENKINS_VERSION at $url"

while true; do
  status=000 version=''
  read -r status version < <(
    curl --silent --noproxy '*' --max-time 10 --output /dev/null --write-out '%{http_code} %header{x-jenkins}\n' "$url"
  ) || true
  case $status in
    200 | 30[1-8] | 401 | 403)
      if [ "$version" = "$JENKINS_VERSION" ]; then
        break
      fi
      fail "Port 8080 answers as Jenkins '${version:-none}', not as $JENKINS_VERSION."
      ;;
    000 | 503) ;; # not listening yet, or still starting
    *)
      fail "Port 8080 answers with status $status."
      ;;
  esac
  # systemd starts a failed Jenkins again. The first failure is the one to report.
  if systemctl is-failed --quiet jenkins.service || [ "$(systemctl show --property=NRestarts --value jenkins.service)" != 0 ]; then
    cause=$(journalctl --unit=jenkins.service --no-pager --output=cat |
      grep -m 1 -E '^(Caused( by)?: )?[a-z][A-Za-z0-9_.$]*(Exception|Error): ' || true)
    fail "Jenkins does not start.${cause:+ Its log says: $cause}"
  fi
  if [ "$SECONDS" -ge "$seconds" ]; then
    fail "Jenkins was not ready after $seconds seconds; its last answer had status $status (000 is none)."
  fi
  sleep 2
done

# Without a plugin that it cannot load Jenkins starts all the same.
problems=$(journalctl --unit=jenkins.service --no-pager --output=cat |
  grep -E -A 3 'Failed (Inspecting|Loading|Initializing|Preparing) plugin' || true)
if [ -n "$problems" ]; then
  fail "Jenkins starts, but not with all of its plugins. The first: $(head -n 3 <<<"$problems" | sed 's/.*SEVERE[[:space:]]*//')"
fi

echo "Jenkins $version is ready after $SECONDS seconds (status $status)"
systemctl stop jenkins.service
