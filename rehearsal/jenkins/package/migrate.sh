#!/bin/sh
# Turns the settings in a file that was made for an init script into a drop-in for the unit: those that are not the default.
# It is made once. After Jenkins's own script (jenkinsci/packaging, systemd/migrate.sh).
set -e

name=$(basename "$0")
drop_in=/etc/systemd/system/jenkins.service.d/override.conf

# Prints the last value of an argument in $JENKINS_ARGS, without its quotes.
value_of() {
  quoted=$(printf '%s' "$JENKINS_ARGS" | sed -n "s/.*--$1=[\"']\([^\"']*\)[\"'].*/\1/p")
  if [ -n "$quoted" ]; then
    printf '%s' "$quoted"
  else
    printf '%s' "$JENKINS_ARGS" | sed -n "s/.*--$1=\([^[:space:]]*\).*/\1/p"
  fi
}

# read_argument ARGUMENT VARIABLE: takes an argument out of $JENKINS_ARGS.
read_argument() {
  value=$(value_of "$1")
  [ -z "$value" ] || eval "$2=\$value"
  JENKINS_ARGS=$(printf '%s' "$JENKINS_ARGS" | sed -e "s/--$1=[\"'][^\"']*[\"']//g" -e "s/--$1=[^[:space:]]*//g")
}

# Debian's file sets NAME, and has all arguments of Jenkins in one string; an RPM's has only those without a variable there.
read_arguments() {
  read_argument webroot JENKINS_WEBROOT
  read_argument logfile JENKINS_LOG
  read_argument httpPort JENKINS_PORT
  read_argument httpListenAddress JENKINS_LISTEN_ADDRESS
  read_argument httpsPort JENKINS_HTTPS_PORT
  read_argument httpsListenAddress JENKINS_HTTPS_LISTEN_ADDRESS
  read_argument httpsKeyStore JENKINS_HTTPS_KEYSTORE
  read_argument httpsKeyStorePassword JENKINS_HTTPS_KEYSTORE_PASSWORD
  read_argument http2Port JENKINS_HTTP2_PORT
  read_argument http2ListenAddress JENKINS_HTTP2_LISTEN_ADDRESS
  read_argument debug JENKINS_DEBUG_LEVEL
  read_argument prefix prefix
}

# setting KEY VALUE
setting() {
  printf '%s=%s\n' "$1" "$(printf '%s' "$2" | sed 's/"/\\"/g')"
}

# variable NAME VALUE [DEFAULT]: nothing for what is empty or the default.
variable() {
  [ -z "$2" ] || [ "$2" = "$3" ] || printf 'Environment="%s"\n' "$(setting "$1" "$2")"
}

# Prints a value if `test` says so of it: existing TEST VALUE.
existing() {
  ! test "$1" "$2" || printf '%s' "$2"
}

# Prints a number if it is one, and more than zero.
positive() {
  case $1 in
    '' | *[!0-9]* | 0) ;;
    *) printf '%s' "$1" ;;
  esac
}

settings() {
  [ "${JENKINS_USER:-jenkins}" = jenkins ] || setting User "$JENKINS_USER"
  [ "${JENKINS_GROUP:-jenkins}" = jenkins ] || setting Group "$JENKINS_GROUP"
  home=$(existing -d "$JENKINS_HOME")
  variable JENKINS_HOME "$home" /var/lib/jenkins
  [ "${home:-/var/lib/jenkins}" = /var/lib/jenkins ] || setting WorkingDirectory "$home"
  case $JENKINS_WAR in
    # Where older packages had it.
    /usr/share/jenkins/jenkins.war | /usr/lib/jenkins/jenkins.war) ;;
    *) variable JENKINS_WAR "$(existing -f "$JENKINS_WAR")" /usr/share/java/jenkins.war ;;
  esac
  variable JENKINS_WEBROOT "$(existing -d "$JENKINS_WEBROOT")" /var/cache/jenkins/war
  variable JENKINS_LOG "$JENKINS_LOG" /var/log/jenkins/jenkins.log
  variable JAVA_HOME "$(existing -d "$JENKINS_JAVA_HOME")"
  variable JENKINS_JAVA_CMD "$(existing -x "$JENKINS_JAVA_CMD")"
  variable JAVA_OPTS "${JAVA_ARGS:-$JENKINS_JAVA_OPTIONS}" -Djava.awt.headless=true
  variable JENKINS_LISTEN_ADDRESS "$JENKINS_LISTEN_ADDRESS"
  variable JENKINS_PORT "$(positive "$JENKINS_PORT")" 8080
  variable JENKINS_HTTPS_LISTEN_ADDRESS "$JENKINS_HTTPS_LISTEN_ADDRESS"
  variable JENKINS_HTTPS_PORT "$(positive "$JENKINS_HTTPS_PORT")"
  variable JENKINS_HTTPS_KEYSTORE "$(existing -f "$JENKINS_HTTPS_KEYSTORE")"
  variable JENKINS_HTTPS_KEYSTORE_PASSWORD "$JENKINS_HTTPS_KEYSTORE_PASSWORD"
  variable JENKINS_HTTP2_LISTEN_ADDRESS "$JENKINS_HTTP2_LISTEN_ADDRESS"
  variable JENKINS_HTTP2_PORT "$(positive "$JENKINS_HTTP2_PORT")"
  for port in "$JENKINS_PORT" "$JENKINS_HTTPS_PORT" "$JENKINS_HTTP2_PORT"; do
    port=$(positive "$port")
    [ "${port:-8080}" -ge 1024 ] || capability=CAP_NET_BIND_SERVICE
  done
  [ -z "$capability" ] || setting AmbientCapabilities "$capability"
  variable JENKINS_DEBUG_LEVEL "$(positive "$JENKINS_DEBUG_LEVEL")" 5
  [ "$JENKINS_ENABLE_ACCESS_LOG" != yes ] || variable JENKINS_ENABLE_ACCESS_LOG true
  # PREFIX alone means nothing.
  variable JENKINS_PREFIX "$prefix"
  variable JENKINS_OPTS "$(printf '%s' "$JENKINS_ARGS" | sed 's/[[:space:]]*$//')"
  limit=$(positive "$MAXOPENFILES")
  [ "${limit:-8192}" = 8192 ] || setting LimitNOFILE "$limit"
  [ -z "$UMASK" ] || setting UMask "$UMASK"
}

if [ $# -ne 1 ]; then
  printf '%s: one argument is needed\nUsage: %s <from>\n' "$name" "$name" >&2
  exit 2
fi
if [ ! -f "$1" ]; then
  echo "$name: $1 does not exist" >&2
  exit 1
fi
# shellcheck source=/dev/null
. "$1"

if [ -f "$drop_in" ]; then
  # Jenkins has no such arguments any more, and does not start with them.
  ! grep -q -e --handlerCount "$drop_in" || sed -i -E 's/--handlerCount[A-Za-z]+=[0-9]+//g' "$drop_in"
  exit
fi

prefix=
port=$(positive "$HTTP_PORT")
[ -z "$port" ] || JENKINS_PORT=$port
[ -z "$NAME" ] || read_arguments
new=$(settings)
if [ -n "$new" ]; then
  mkdir -p "$(dirname "$drop_in")"
  printf '[Service]\n%s\n' "$new" >"$drop_in"
  chmod 600 "$drop_in"
fi
