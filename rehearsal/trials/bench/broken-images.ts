import {failureFile} from '../../jenkins/failures.ts'

/** An image whose Jenkins starts in the build, and not on the machine of the smoke test. */
export interface BrokenImage {
  readonly name: string
  /** Breaks it, as root, before Jenkins is started on its next boot. */
  readonly breaks: string
  /** The entry of docs/troubleshooting.md that the rejection must name; or, where there is none, a part of its sentence. */
  readonly cause: string
}

const setting = (line: string): string =>
  `printf '%s\\n' '[Service]' '${line}' >/etc/systemd/system/jenkins.service.d/90-broken.conf`
const standInFails = (failure: string): string =>
  `mkdir -p "$(dirname ${failureFile})"; echo ${failure} >${failureFile}`

/** The conditions are real ones, but for what only a plugin of the real Jenkins could do: the stand-in pretends that. */
export const brokenImages: readonly BrokenImage[] = [
  {
    name: 'a library that Java needs is missing',
    breaks: 'for file in /usr/lib/*/libharfbuzz.so.0; do mv "$file" "$file.gone"; done',
    cause: 'jenkins-java-library'
  },
  {
    name: 'its configuration is no XML',
    breaks: "echo '<hudson><broken' >/var/lib/jenkins/config.xml; chown jenkins: /var/lib/jenkins/config.xml",
    cause: 'jenkins-configuration'
  },
  {
    name: 'its port is taken',
    breaks:
      'systemd-run --quiet --unit=squatter python3 -m http.server 8080; until curl -s -o /dev/null 127.0.0.1:8080; do sleep 0.1; done',
    cause: 'jenkins-port-taken'
  },
  {
    name: 'its disk is full',
    breaks: 'mount -t tmpfs -o "size=8k,mode=0755,uid=$(id -u jenkins),gid=$(id -g jenkins)" tmpfs /var/cache/jenkins',
    cause: 'jenkins-disk-full'
  },
  {
    name: 'its heap is too small',
    breaks: setting('Environment="JAVA_OPTS=-Djava.awt.headless=true -Djava.io.tmpdir=/var/cache/jenkins/tmp -Xmx28m"'),
    cause: 'jenkins-memory'
  },
  {
    name: 'Java does not know an option',
    breaks: setting('Environment="JAVA_OPTS=-XX:+NoSuchFlag"'),
    cause: 'jenkins-java-options'
  },
  {
    name: 'its program is missing',
    breaks: 'mv /usr/share/java/jenkins.war /usr/share/java/jenkins.gone',
    cause: 'jenkins.war'
  },
  {name: 'Java is too old', breaks: standInFails('java-too-old'), cause: 'jenkins-java-version'},
  {name: 'a plugin ends its start', breaks: standInFails('broken-plugin'), cause: 'jenkins-plugin-fails'},
  {
    name: 'Configuration as Code has an unknown element',
    breaks: standInFails('broken-jcasc'),
    cause: 'jenkins-casc-refused'
  }
]

/** What the machine prints on its console when systemd has seen Jenkins fail, with nanoseconds since 1970. */
const failedAt = 'broken image: jenkins.service failed at'

/**
 * A set-up script that breaks an image so. What systemd itself sees of the failure goes to the console: the moment comes neither
 * from the action nor from its evidence.
 */
export function scriptThatBreaks({breaks}: BrokenImage): string {
  return `#!/bin/bash
set -euo pipefail

cat >/usr/local/sbin/break-jenkins <<'END'
#!/bin/bash
set -euo pipefail
${breaks}
systemctl daemon-reload
END
cat >/usr/local/sbin/note-failure <<'END'
#!/bin/bash
[ "$SERVICE_RESULT" = success ] || echo "${failedAt} $(date +%s%N)" >/dev/console
END
chmod 755 /usr/local/sbin/break-jenkins /usr/local/sbin/note-failure

cat >/etc/systemd/system/break-jenkins.service <<'END'
[Unit]
Before=jenkins.service
After=local-fs.target

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/break-jenkins

[Install]
WantedBy=multi-user.target
END
mkdir -p /etc/systemd/system/jenkins.service.d
printf '%s\\n' '[Service]' 'ExecStopPost=-+/usr/local/sbin/note-failure' >/etc/systemd/system/jenkins.service.d/80-note-failure.conf
systemctl daemon-reload
systemctl --quiet enable break-jenkins.service
`
}

/** @returns when Jenkins first failed, in milliseconds since 1970; undefined as long as it has not */
export function failureIn(consoleOutput: string): number | undefined {
  const [, nanoseconds] = new RegExp(`${failedAt} (\\d+)`).exec(consoleOutput) ?? []
  return nanoseconds === undefined ? undefined : Number(nanoseconds) / 1e6
}
