#!/bin/bash
# Starts Jenkins once, until it answers with JENKINS_VERSION, and stops it. Fails when a plugin could not be loaded, and when
# anybody may come in without signing in (unless ALLOW_ANONYMOUS is true). What that start writes, clean.sh removes.
set -euo pipefail

# shellcheck source=../files/jenkins-log.sh
. /tmp/bake-files/jenkins-log.sh

seconds=300
# Before it ends, a Jenkins that has failed shows an error page for some seconds. What ended it is told by its log then.
trouble_seconds=20

ask() {
  curl --silent --noproxy '*' --max-time 10 --output /dev/null --write-out '%{http_code} %header{x-jenkins}\n' \
    "http://127.0.0.1:8080$1"
}

fail() {
  {
    printf '%s\n' "$@" | sed '/^$/d'
    systemctl status --no-pager --lines=0 jenkins.service || true
    jenkins_journal | shortened_journal | tail -n 100 || true
  } 2>&1 | redacted >&2
  exit 1
}

# The plugin in whose archives a class is, by its full name or, where the log has no more, by its own name.
plugin_with() {
  local jar
  for jar in /var/lib/jenkins/plugins/*/WEB-INF/lib/*.jar; do
    if unzip -l "$jar" 2>/dev/null | grep -qE "[ /]$(sed 's/[.$]/[\/$]/g' <<<"$1")\.class$"; then
      jar=${jar#/var/lib/jenkins/plugins/}
      printf '%s' "${jar%%/*}"
      return
    fi
  done
}

# With what Jenkins's log tells of the cause.
fail_with_cause() {
  local causes=() class='' plugin=''
  mapfile -t causes < <(jenkins_journal | jenkins_cause)
  class=$(sed -nE 's/.*\(Failed ([A-Za-z0-9_$]+)\.[A-Za-z0-9_$]+[:;)].*/\1/p' <<<"${causes[0]:-}")
  if [ -n "$class" ]; then
    plugin=$(plugin_with "$class")
  fi
  fail "$1${causes[0]:+ Its log says: ${causes[0]}}" "${plugin:+The plugin is $plugin.}" "${causes[@]:1}"
}

has_failed() {
  # systemd starts a failed Jenkins again. The first failure is the one to report.
  systemctl is-failed --quiet jenkins.service ||
    [ "$(systemctl show --property=NRestarts --value jenkins.service)" != 0 ]
}

# A unit that a setup script has changed counts as it is now.
systemctl daemon-reload
systemctl start --no-block jenkins.service
echo "Waiting for Jenkins $JENKINS_VERSION at http://127.0.0.1:8080/login"

trouble_since=''
while true; do
  status=000 version=''
  read -r status version < <(ask /login) || true
  if has_failed; then
    fail_with_cause 'Jenkins does not start.'
  fi
  case $status in
    200 | 30[1-8] | 401 | 403)
      if [ "$version" = "$JENKINS_VERSION" ]; then
        break
      elif [ -n "$version" ]; then
        fail "Port 8080 answers as Jenkins '$version', not as $JENKINS_VERSION."
      fi
      ;;
  esac
  if jenkins_journal | jenkins_has_failed || { [ "$status" != 000 ] && [ "$status" != 503 ]; }; then
    trouble_since=${trouble_since:-$SECONDS}
    if [ $((SECONDS - trouble_since)) -ge "$trouble_seconds" ]; then
      if jenkins_journal | jenkins_has_failed; then
        fail_with_cause 'Jenkins does not start.'
      elif [ "$status" = 404 ]; then
        fail "Port 8080 answers with status 404 at /login, as a Jenkins with a prefix does (JENKINS_PREFIX, --prefix)."
      fi
      fail_with_cause "Port 8080 answers with status $status${version:+, as Jenkins $version}."
    fi
  else
    trouble_since=''
  fi
  if [ "$SECONDS" -ge "$seconds" ]; then
    fail_with_cause "Jenkins was not ready after $seconds seconds; its last answer had status $status (000 is none)."
  fi
  sleep 2
done
echo "Jenkins $version is ready after $SECONDS seconds (status $status)"

# Jenkins starts all the same without a plugin that it cannot load (PluginManager), without what a plugin initializes and that
# misses a class (Jenkins.runTask), and without an extension that cannot be made (ExtensionFinder). Each is a record of its
# log, followed by the exception. The log shortens long names of loggers (h.ExtensionFinder).
problems=$(jenkins_journal | awk '
  /\t(SEVERE|WARNING)\t/ {
    problem = ""
    if (/: Failed (Inspecting|Loading|Initializing|Preparing) plugin / || /: .* failed perhaps due to plugin dependency issues/ ||
      /: Failed to instantiate Key\[/ || /ExtensionFinder[^ ]*: Failed to (load|scout|create) / || /: found cycle in plugin dependencies/) {
      problem = substr($0, 1, 500); sub(/^.*\t(SEVERE|WARNING)\t[^ ]*: /, "", problem)
      print problem; shown = 0
    }
    next
  }
  /\t(INFO|CONFIG|FINE[A-Z]*)\t/ { problem = ""; next }
  problem != "" && !/^[ \t]+at / && shown < 4 { print "  " $0; shown++ }')
if [ -n "$problems" ]; then
  first=$(head -n 1 <<<"$problems")
  plugin=''
  case $first in
    Failed\ *\ plugin\ *) plugin=$(sed -E 's/^Failed [A-Za-z]+ plugin //; s/^.*\(([A-Za-z0-9._-]+)\)$/\1/; s,^.*/([A-Za-z0-9._-]+)\.[hj]pi$,\1,' <<<"$first") ;;
    *\ failed\ perhaps\ *) plugin=$(plugin_with "$(sed -E 's/\.[A-Za-z0-9_$]+ failed perhaps .*//; s/.*[ .]//' <<<"$first")") ;;
    Failed\ to\ *Key\[type=*) plugin=$(plugin_with "$(sed -E 's/.*Key\[type=([A-Za-z0-9_.$]+).*/\1/' <<<"$first")") ;;
    Failed\ to\ *) plugin=$(plugin_with "$(sed -E 's/^Failed to [a-z]+ ([A-Za-z0-9_.$]+).*/\1/' <<<"$first")") ;;
  esac
  mapfile -t lines <<<"$problems"
  fail "Jenkins starts, but not with all of its plugins.${plugin:+ The plugin is $plugin.} Its log says: $first" "${lines[@]:1:40}"
fi

# Without a security realm the setup wizard is what keeps strangers out of a new Jenkins.
if [ "$ALLOW_ANONYMOUS" != true ]; then
  # With a realm and no authorization strategy everybody may do everything, and / leads to the making of the first account.
  for path in / /api/json; do
    status=000
    read -r status _ < <(ask "$path") || true
    if [ "$status" = 200 ]; then
      fail "Anybody may use this Jenkins without signing in: a request for $path without a user was answered with status 200."
    fi
  done
fi

systemctl stop jenkins.service
