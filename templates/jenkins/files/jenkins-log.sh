# Reads the journal of jenkins.service for people. prove-start.sh uses these functions in the build, and the action on the
# machine of its smoke test.

jenkins_journal() {
  journalctl --boot --unit=jenkins.service --no-pager --lines=5000 --output=cat
}

# Standard input: the journal. Prints why Jenkins ended, the cause first, in at most three lines; nothing if nothing tells.
#
# Jenkins prints the cause of an exception before the exception ("Caused: "), Java prints it behind ("Caused by: "). What ends
# a start is a SEVERE record, a message of the Java machine or of /usr/bin/jenkins, or of systemd about the unit. A healthy
# first start without a way to updates.jenkins.io logs exceptions too; they are not the cause.
jenkins_cause() {
  awk '
    function shortened(text) {
      gsub(/\[LF\]> ?/, "", text); gsub(/[ \t]+/, " ", text)
      return substr(text, 1, 400)
    }
    function end_record() {
      if (level == "SEVERE" && (source message root) !~ /updates\.jenkins\.io|UpdateCenter|UpdateSite|DownloadService|Retrier/) {
        text = root == "" ? message : root " (" message (outer == "" ? "" : ": " outer) (about == "" ? "" : "; " about) ")"
        if (message ~ /^(Failed to initialize Jenkins|Container startup failed|Failed to start Jetty)/) {
          if (fatal == "") {
            # The same exception was logged before, for the step that failed.
            fatal = root != "" && root == severe_root ? severe : text
            fatal_root = root; fatal_at = begun
          }
        } else if (severe == "") { severe = text; severe_root = root }
      }
      level = ""
    }
    /^([0-9][0-9][0-9][0-9]-[0-9-]+ [0-9:.]+[+-][0-9]+ \[id=[0-9]+\]\t)?(SEVERE|WARNING|INFO|CONFIG|FINE|FINER|FINEST)\t/ {
      end_record()
      line = $0
      sub(/^[^\t]*\]\t/, "", line)
      level = line; sub(/\t.*/, "", level)
      sub(/^[A-Z]+\t/, "", line)
      source = line; sub(/: .*/, "", source)
      message = substr(line, length(source) + 3)
      root = outer = about = ""; telling = 0; begun = NR
      next
    }
    /^[ \t]+(at |\.\.\. )/ { telling = 0; next }
    /^[ \t]*Also: / { telling = 0; next }
    level != "" && /^[ \t]*Caused by: / { root = $0; sub(/^[ \t]*Caused by: /, "", root); telling = 2; next }
    level != "" && /^[ \t]*Caused: / {
      outer = $0; sub(/^[ \t]*Caused: /, "", outer); telling = 0
      # An exception in between may name the file.
      if (about == "" && outer ~ /: .*\/[a-z]+\//) about = outer
      next
    }
    level != "" && root == "" && /^[A-Za-z_][A-Za-z0-9_$.]*\.[A-Z][A-Za-z0-9_$]*(: |$)/ { root = $0; telling = 2; next }
    /^(Unrecognized|Improperly specified|Missing|Invalid|Unsupported|Conflicting) .*(option|heap|size|value|collector)/ ||
    /^(Error occurred during initialization of VM|Error: (Could not find|Unable|LinkageError|A JNI|Invalid|Unrecognized))/ ||
    /There is insufficient memory for the Java Runtime|^Terminating due to java\.lang\.OutOfMemoryError/ ||
    /^Running with Java [0-9]+ from |^jenkins: |^Jenkins failed to create a temporary file/ ||
    /^[^ ]+\.service: (Failed (to|at) |A process of this unit has been killed|(start|State .*) .*timed out|Unable to locate|Executable )/ {
      if (ended == "") { ended = $0; ended_at = NR }
      if (/^Error occurred during initialization of VM/) vm = 1
      next
    }
    # The Java machine says what it could not do on the next line.
    vm == 1 { ended = ended ": " $0; vm = 2; next }
    /^Error: Could not create the Java Virtual Machine/ { if (ended == "") { ended = said; ended_at = NR }; next }
    # The message of an exception may have more than one line.
    level != "" && telling > 0 && NF > 0 && !/^[^ ]+\.service: / { root = root " " $0; said = $0; telling--; next }
    /^Starting jenkins/ { end_record(); next }
    # What the process printed last may come behind this line.
    /^[^ ]+\.service: (Main|Control) process exited, code=[a-z]+, status=/ {
      if (exited == "") { exited = $0; last = said }
      next
    }
    !/^[^ ]+\.service: |^(Starting|Stopped|Stopping|Started|Failed to start) / && NF > 0 { said = $0 }
    END {
      end_record()
      first = ended != "" && (fatal == "" || ended_at < fatal_at) ? ended : fatal
      if (first == "" && severe != "") { first = severe; severe = "" }
      if (first == "" && exited != "") first = last == "" ? exited : last
      if (first != "") print shortened(first)
      if (severe != "" && severe_root != fatal_root) print shortened("before: " severe)
      if (exited != "" && first != exited) print shortened(exited)
    }'
}

# Standard input: the journal. Succeeds when the last start has failed. Jenkins ends soon after that; out of memory it may not.
jenkins_has_failed() {
  awk '
    /^Starting jenkins/ { failed = 0 }
    /\tSEVERE\t[^\t]*: (Failed to initialize Jenkins|Container startup failed)/ { failed = 1 }
    END { exit !failed }'
}

# Standard input: a journal. Shortens its stack traces to the lines that tell most.
shortened_journal() {
  awk '/^[ \t]+(at |\.\.\. )/ { if (++frames > 2) next } !/^[ \t]+(at |\.\.\. )/ { frames = 0 } { print substr($0, 1, 1000) }'
}

# Standard input: anything. Removes what looks like the initial administrator's password, which Jenkins prints on its first
# start: 32 hexadecimal digits.
redacted() {
  sed -E 's/\b[0-9a-f]{32}\b/[32 hexadecimal digits removed]/g'
}
