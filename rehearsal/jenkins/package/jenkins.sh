#!/bin/sh
# Starts the stand-in for Jenkins. It reads the variables that Jenkins's own /usr/bin/jenkins reads, as far as the
# stand-in has what they set.

die() {
  echo "jenkins: $*" >&2
  exit 1
}

: "${JENKINS_WAR:=/usr/share/java/jenkins.war}"

if [ -n "$JENKINS_HOME" ] && [ ! -d "$JENKINS_HOME" ]; then
  die "$JENKINS_HOME is not a directory"
fi
[ -f "$JENKINS_WAR" ] || die "$JENKINS_WAR is not a file"

if [ -x "$JENKINS_JAVA_CMD" ]; then
  java=$JENKINS_JAVA_CMD
elif [ -n "$JAVA_HOME" ] && [ -x "$JAVA_HOME/bin/java" ]; then
  java=$JAVA_HOME/bin/java
else
  # shellcheck disable=SC2034 # the last line expands it
  java=$(command -v java) || die 'failed to find a valid Java installation'
fi

options=
[ -z "$JENKINS_WEBROOT" ] || options="$options --webroot='$JENKINS_WEBROOT'"
[ -z "$JENKINS_LOG" ] || options="$options --logfile='$JENKINS_LOG'"
[ -z "$JENKINS_PORT" ] || options="$options --httpPort=$JENKINS_PORT"
[ -z "$JENKINS_LISTEN_ADDRESS" ] || options="$options --httpListenAddress=$JENKINS_LISTEN_ADDRESS"
[ -z "$JENKINS_PREFIX" ] || options="$options --prefix='$JENKINS_PREFIX'"

# As in Jenkins's own script, eval: JAVA_OPTS and JENKINS_OPTS may hold quotes.
eval exec '"$java"' "$JAVA_OPTS" @PROGRAM@ "$options" "$JENKINS_OPTS" '"$@"'
