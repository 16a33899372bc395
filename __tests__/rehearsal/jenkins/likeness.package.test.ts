import {afterAll, beforeAll, expect, it} from '@jest/globals'
import {mkdir, mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {patience} from './likeness/bench.ts'
import {callsOf, migrated, settingsOf, unpack, type Unpacked} from './likeness/package.ts'
import {ofEachPackage} from './likeness/subjects.ts'

ofEachPackage(({prepare}) => {
  let folder: string
  let unpacked: Unpacked
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'likeness-package-'))
    await mkdir(join(folder, 'prepared'))
    const {deb = ''} = await prepare(join(folder, 'prepared'))
    unpacked = await unpack(deb, join(folder, 'raw'))
  }, patience)
  afterAll(() => rm(folder, {recursive: true, force: true}))

  it('has these files, and no others', () => {
    expect(unpacked.contents.filter((line) => !line.startsWith('d') && !line.startsWith('l'))).toEqual([
      '-rw-r--r-- /etc/default/jenkins',
      '-rw-r--r-- /etc/logrotate.d/jenkins',
      '-rw-r--r-- /usr/lib/systemd/system/jenkins.service',
      '-rw-r--r-- /usr/lib/tmpfiles.d/jenkins.conf',
      '-rw-r--r-- /usr/share/doc/jenkins/changelog.gz',
      '-rw-r--r-- /usr/share/doc/jenkins/copyright',
      '-rw-r--r-- /usr/share/java/jenkins.war',
      '-rwxr-xr-x /etc/init.d/jenkins',
      '-rwxr-xr-x /usr/bin/jenkins',
      '-rwxr-xr-x /usr/share/jenkins/migrate'
    ])
    for (const path of ['/var/cache/jenkins/', '/var/lib/jenkins/', '/var/log/jenkins/']) {
      expect(unpacked.contents).toContain(`drwxr-xr-x ${path}`)
    }
  })

  it('depends on neither Java nor fonts, and lets people keep what they configured', async () => {
    expect(unpacked.control).toMatchObject({
      Package: 'jenkins',
      Architecture: 'all',
      Depends: 'adduser, lsb-base (>= 3.2-14), net-tools, sysvinit-utils (>= 2.88dsf-50)',
      'Pre-Depends': 'init-system-helpers (>= 1.54~)'
    })
    expect((await unpacked.read('DEBIAN/conffiles')).trim().split('\n')).toEqual([
      '/etc/default/jenkins',
      '/etc/init.d/jenkins',
      '/etc/logrotate.d/jenkins'
    ])
  })

  it('has a unit that starts a failed Jenkins again, five times in five minutes', async () => {
    expect(settingsOf(await unpacked.read('usr/lib/systemd/system/jenkins.service'))).toEqual([
      '[Unit]',
      'Description=Jenkins Continuous Integration Server',
      'Requires=network.target',
      'After=network.target',
      'StartLimitBurst=5',
      'StartLimitIntervalSec=5m',
      '[Service]',
      'Type=notify',
      'NotifyAccess=main',
      'ExecStart=/usr/bin/jenkins',
      'Restart=on-failure',
      'SuccessExitStatus=143',
      'User=jenkins',
      'Group=jenkins',
      'Environment="JENKINS_HOME=/var/lib/jenkins"',
      'WorkingDirectory=/var/lib/jenkins',
      'Environment="JENKINS_WEBROOT=%C/jenkins/war"',
      'Environment="JAVA_OPTS=-Djava.awt.headless=true"',
      'Environment="JENKINS_PORT=8080"',
      '[Install]',
      'WantedBy=multi-user.target'
    ])
    expect(settingsOf(await unpacked.read('usr/lib/tmpfiles.d/jenkins.conf'))).toEqual([
      'D /run/jenkins 0770 jenkins jenkins -'
    ])
  })

  it('has an init script for machines without systemd', async () => {
    const script = await unpacked.read('etc/init.d/jenkins')
    expect(script).toMatch(/^#!\/usr\/bin\/env \/lib\/init\/init-d-script\n/)
    expect(script.match(/^# (?:Provides|Required-\w+|Default-\w+): .*$/gm)).toEqual([
      '# Provides:          jenkins',
      '# Required-Start:    $remote_fs $syslog $network',
      '# Required-Stop:     $remote_fs $syslog $network',
      '# Default-Start:     2 3 4 5',
      '# Default-Stop:      0 1 6'
    ])
    expect(script.match(/^\w+_override(?=\(\))/gm)).toEqual([
      'do_start_cmd_override',
      'do_stop_cmd_override',
      'do_status_override'
    ])
    expect(settingsOf(await unpacked.read('etc/default/jenkins'))).toEqual([
      'NAME=jenkins',
      'JAVA_ARGS="-Djava.awt.headless=true"',
      'PIDFILE=/var/run/$NAME/$NAME.pid',
      'JENKINS_USER=$NAME',
      'JENKINS_GROUP=$NAME',
      'JENKINS_WAR=/usr/share/java/$NAME.war',
      'JENKINS_HOME=/var/lib/$NAME',
      'RUN_STANDALONE=true',
      'JENKINS_LOG=/var/log/$NAME/$NAME.log',
      'JENKINS_ENABLE_ACCESS_LOG="no"',
      'MAXOPENFILES=8192',
      'HTTP_PORT=8080',
      'PREFIX=/$NAME',
      'JENKINS_ARGS="--webroot=/var/cache/$NAME/war --httpPort=$HTTP_PORT"'
    ])
  })

  it.each([
    ['nothing', '', undefined],
    ['a port', 'HTTP_PORT=9090 JENKINS_ARGS="--webroot=/var/cache/jenkins/war --httpPort=9090"', ['JENKINS_PORT=9090']],
    [
      'a port below 1024',
      'JENKINS_ARGS="--httpPort=80"',
      ['JENKINS_PORT=80', 'AmbientCapabilities=CAP_NET_BIND_SERVICE']
    ],
    ['arguments of Java', 'JAVA_ARGS="-Xmx1g -Da=\\"b c\\""', ['JAVA_OPTS=-Xmx1g -Da=\\"b c\\"']],
    ['a prefix that is used', 'JENKINS_ARGS="$JENKINS_ARGS --prefix=\'/a b\'"', ['JENKINS_PREFIX=/a b']],
    ['a prefix that is not', 'PREFIX=/ci', undefined],
    [
      'other arguments',
      'JENKINS_ARGS="$JENKINS_ARGS --httpListenAddress=127.0.0.1 --sessionTimeout=5"',
      ['JENKINS_LISTEN_ADDRESS=127.0.0.1', 'JENKINS_OPTS=   --sessionTimeout=5']
    ],
    [
      'a user and limits',
      'JENKINS_USER=bob JENKINS_GROUP=bobs MAXOPENFILES=100 UMASK=027',
      ['User=bob', 'Group=bobs', 'LimitNOFILE=100', 'UMask=027']
    ],
    ['another home', 'JENKINS_HOME=/tmp', ['JENKINS_HOME=/tmp', 'WorkingDirectory=/tmp']],
    ['a home that is not there', 'JENKINS_HOME=/nowhere', undefined],
    ['an access log', 'JENKINS_ENABLE_ACCESS_LOG=yes', ['JENKINS_ENABLE_ACCESS_LOG=true']]
  ])('turns %s in /etc/default/jenkins into a drop-in for the unit', async (_, change, settings) => {
    const file = `${await unpacked.read('etc/default/jenkins')}\n${change}\n`
    const dropIn = await migrated(await unpacked.read('usr/share/jenkins/migrate'), file, folder)
    const lines = settings?.map((line) => (/^J[A-Z_]+=/.test(line) ? `Environment="${line}"` : line))
    expect(dropIn).toBe(lines && ['600', '[Service]', ...lines, ''].join('\n'))
  })

  it.each([
    ['preinst', 'install 2.0', ['chmod +x /etc/init.d/jenkins']],
    [
      'postinst',
      'configure',
      [
        'addgroup --system --quiet jenkins',
        'adduser --system --quiet --home /var/lib/jenkins --no-create-home --ingroup jenkins --disabled-password --shell /bin/bash --gecos Jenkins jenkins',
        'chown jenkins:jenkins /var/lib/jenkins /var/log/jenkins',
        'chmod u+rwx /var/lib/jenkins /var/log/jenkins',
        'chown -R jenkins:jenkins /var/cache/jenkins',
        'chmod -R 750 /var/cache/jenkins',
        'migrate /etc/default/jenkins',
        'systemd-tmpfiles --create jenkins.conf',
        'update-rc.d jenkins defaults',
        'invoke-rc.d --skip-systemd-native jenkins start',
        'deb-systemd-helper unmask jenkins.service',
        'deb-systemd-helper --quiet was-enabled jenkins.service',
        'deb-systemd-helper enable jenkins.service',
        'systemctl --system daemon-reload',
        'deb-systemd-invoke start jenkins.service'
      ]
    ],
    ['prerm', 'remove', ['deb-systemd-invoke stop jenkins.service', 'invoke-rc.d --skip-systemd-native jenkins stop']],
    ['postrm', 'remove', ['chmod -x /etc/init.d/jenkins', 'systemctl --system daemon-reload']],
    [
      'postrm',
      'purge',
      [
        'deluser --quiet --system jenkins',
        'delgroup --quiet --system --only-if-empty jenkins',
        'rm -rf /var/lib/jenkins /var/log/jenkins /var/run/jenkins /var/cache/jenkins',
        'update-rc.d jenkins remove',
        'deb-systemd-helper purge jenkins.service'
      ]
    ]
  ])('does this in %s %s', async (script, args, calls) => {
    expect(await callsOf(await unpacked.read(`DEBIAN/${script}`), args.split(' '), folder)).toEqual(calls)
  })
})
