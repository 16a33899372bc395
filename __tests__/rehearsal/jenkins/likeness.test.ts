import {beforeAll, describe, expect, it} from '@jest/globals'
import {readdir} from 'node:fs/promises'
import {benchOf, patience, up} from './likeness/bench.ts'
import {entriesOf, exceptionsOf, messagesOf, restOf} from './likeness/log.ts'
import {namesBelow, type Answer, type RunningJenkins} from './likeness/process.ts'
import {ofEachProgram} from './likeness/subjects.ts'

// What the stand-in has in common with Jenkins is asserted of both: of Jenkins where REHEARSAL_JENKINS_PACKAGE names its package.

const milestones = [
  'Started initialization',
  'Listed all plugins',
  'Prepared all plugins',
  'Started all plugins',
  'Augmented all extensions',
  'System config loaded',
  'System config adapted',
  'Loaded all jobs',
  'Configuration for all jobs updated',
  'Completed initialization'
].map((milestone) => `INFO ${milestone}`)
const noUpdates = 'java.net.UnknownHostException: updates.jenkins.io'

ofEachProgram((subject) => {
  const bench = benchOf(subject)

  describe('on its first start', () => {
    let jenkins: RunningJenkins
    const starting: Record<string, Answer> = {}
    beforeAll(async () => {
      jenkins = await bench().start()
      await jenkins.until('onAttained: Started initialization')
      for (const language of ['en', 'de', 'fr', 'es', 'ja']) {
        starting[language] = await jenkins.get('/login', {'Accept-Language': language})
      }
      await jenkins.until(up)
    }, patience)

    it('answers 503 until it is ready, without X-Jenkins, in the language that is asked for', () => {
      for (const {status, headers} of Object.values(starting)) {
        expect(status).toBe(503)
        expect(headers).not.toHaveProperty('x-jenkins')
        expect(headers).toMatchObject({expires: '0', 'cache-control': 'no-cache,no-store,must-revalidate'})
      }
      expect(Object.entries(starting).map(([language, {body}]) => [language, ...sentencesOf(body)])).toEqual([
        ['en', 'Jenkins is getting ready to work', 'Your browser will reload automatically when Jenkins is ready.'],
        [
          'de',
          'Jenkins wird gestartet',
          'Der Webbrowser wird diese Seite automatisch neu laden, sobald Jenkins hochgefahren ist.'
        ],
        [
          'fr',
          'Attendre que Jenkins soit prêt',
          'Votre navigateur web sera rafraîchi automatiquement lorsque Jenkins sera prêt.'
        ],
        [
          'es',
          'Espera hasta que Jenkins esté listo.',
          'Su navegador recargará automáticamente esta página cuando Jenkins esté listo.'
        ],
        ['ja', 'Jenkins is getting ready to work', 'Jenkinsの準備が完了すると、ブラウザは自動的にリロードされます。']
      ])
    })

    it('logs its milestones, each with more time from systemd, and tells it when it is ready', async () => {
      expect(messagesOf(jenkins.lines, 'jenkins.InitReactorRunner$1#onAttained')).toEqual(milestones)
      await jenkins.untilTold('READY=1')
      expect(jenkins.told).toEqual([...milestones.map(() => 'EXTEND_TIMEOUT_USEC=15000000'), 'READY=1'])
    })

    it('prints the first administrator’s password in an entry whose lines are marked', () => {
      const banner = entriesOf(jenkins.lines).find(({source}) => source === 'jenkins.install.SetupWizard#init')
      const lines = banner?.rest.map((line) => line.replace(/[0-9a-f]{32}/, 'PASSWORD'))
      expect(lines).toContain('[LF]> Please use the following password to proceed to installation:')
      expect(lines).toContain('[LF]> PASSWORD')
      expect(lines).toContain(`[LF]> This may also be found at: ${jenkins.home}/secrets/initialAdminPassword`)
    })

    it('says with stacks that it cannot find its update site, which is no failure', () => {
      expect(messagesOf(jenkins.lines, 'hudson.util.Retrier#start')).toEqual([
        'INFO Attempt #1 to do the action check updates server',
        'INFO The attempt #1 to do the action check updates server failed with an allowed exception:',
        "INFO Calling the listener of the allowed exception 'updates.jenkins.io' at the attempt #1 to do the action check updates server",
        'INFO Attempted the action check updates server for 1 time(s) with no success'
      ])
      expect(exceptionsOf(jenkins.lines, 'The attempt #1')).toEqual([noUpdates])
      expect(restOf(jenkins.lines, 'The attempt #1').length).toBeGreaterThan(20)
      expect(exceptionsOf(jenkins.lines, 'Upgrading Jenkins. Failed to update')).toEqual([noUpdates])
      expect(messagesOf(jenkins.lines, 'hudson.PluginManager#doCheckUpdatesServer')).toEqual([
        'SEVERE Error checking update sites for 1 attempt(s). Last exception was: UnknownHostException: updates.jenkins.io'
      ])
    })

    it('shows the login page with its version', async () => {
      const {status, headers} = await jenkins.get('/login')
      expect(status).toBe(200)
      expect(headers).toMatchObject({
        'x-hudson': '1.395',
        'x-jenkins': '2.568.2',
        'x-jenkins-session': expect.stringMatching(/^[0-9a-f]{8}$/),
        'x-content-type-options': 'nosniff',
        'set-cookie': [
          expect.stringMatching(/^JSESSIONID\.[0-9a-f]{8}=node0\w+\.node0; Path=\/; HttpOnly; SameSite=Lax$/)
        ]
      })
    })

    it('wants an administrator at its root, because of the setup wizard', async () => {
      const {status, headers, body} = await jenkins.get('/')
      expect(status).toBe(403)
      expect(headers).toMatchObject({
        'x-jenkins': '2.568.2',
        'x-you-are-authenticated-as': 'anonymous',
        'x-required-permission': 'hudson.model.Hudson.Administer'
      })
      expect(headers).not.toHaveProperty('x-permission-implied-by')
      expect(body).toContain('Authentication required')
    })

    it('wants a user everywhere else', async () => {
      const {status, headers} = await jenkins.get('/job/a?b=c')
      expect(status).toBe(403)
      expect(headers).toMatchObject({
        'x-jenkins': '2.568.2',
        'x-required-permission': 'hudson.model.Hudson.Read',
        'x-permission-implied-by': 'hudson.security.Permission.GenericRead, hudson.model.Hudson.Administer'
      })
    })

    it('has its health one folder deeper, and no version there', async () => {
      const first = await jenkins.get('/health')
      expect(first).toMatchObject({status: 302, headers: {location: '/health/'}, body: ''})
      const health = await jenkins.get('/health/')
      expect(health).toMatchObject({
        status: 200,
        headers: {'content-type': 'application/json;charset=utf-8'},
        body: '{"status":true}'
      })
      for (const {headers} of [first, health]) expect(headers).not.toHaveProperty('x-jenkins')
    })

    it('leaves these files in its home, in dot folders too', async () => {
      const names = await namesBelow(jenkins.home)
      expect(names.map((name) => name.replace(/admin_[0-9a-f]{64}/, 'admin_ID'))).toEqual(
        expect.arrayContaining([
          '.cache/JNA/temp',
          'secrets/hudson.model.User.DIRNAMES',
          'secrets/initialAdminPassword',
          'secrets/jenkins.model.Jenkins.crumbSalt',
          'secrets/jenkins.security.csp.ReportingContext.key',
          'secrets/master.key',
          'userContent/readme.txt',
          'users/admin_ID/config.xml'
        ])
      )
      // Java names a file after the host.
      expect(names.filter((name) => /^\.java\/fonts\/[\d.]+\/fcinfo-1-.+\.properties$/.test(name))).toHaveLength(1)
      expect(names.filter((name) => !name.includes('/'))).toEqual([
        '.cache',
        '.java',
        '.lastStarted',
        'config.xml',
        'hudson.model.UpdateCenter.xml',
        'jenkins.telemetry.Correlator.xml',
        'jobs',
        'nodeMonitors.xml',
        'plugins',
        'secret.key',
        'secret.key.not-so-secret',
        'secrets',
        'userContent',
        'users'
      ])
    })

    it(
      'leaves with 143 when systemd ends it',
      async () => {
        await jenkins.stop()
        expect(await jenkins.ended).toEqual({status: 143, by: null})
        expect(jenkins.told.slice(-2)).toEqual(['STATUS=Stopping Jenkins', 'STATUS=Jenkins stopped'])
        expect(messagesOf(jenkins.lines, 'hudson.lifecycle.Lifecycle#onStatusUpdate')).toEqual([
          'INFO Stopping Jenkins',
          'INFO Jenkins stopped'
        ])
        expect(await readdir(jenkins.home)).toContain('queue.xml')
      },
      patience
    )
  })

  it(
    'lets everybody in without a wizard and without security, below its prefix alone',
    async () => {
      const jenkins = await bench().start({
        javaOptions: ['-Djenkins.install.runSetupWizard=false'],
        options: ['--prefix=/ci']
      })
      await jenkins.until(up)
      const answers = await Promise.all(
        ['/', '/login', '/health', '/cix', '/ci', '/ci/', '/ci/login', '/ci/health', '/ci/job/a'].map(async (path) => {
          const {status, headers} = await jenkins.get(path)
          return [path, status, headers.location ?? headers['x-jenkins']]
        })
      )
      expect(answers).toEqual([
        ['/', 404, undefined],
        ['/login', 404, undefined],
        ['/health', 404, undefined],
        ['/cix', 404, undefined],
        ['/ci', 301, '/ci/'],
        ['/ci/', 200, '2.568.2'],
        ['/ci/login', 200, '2.568.2'],
        ['/ci/health', 302, '/ci/health/'],
        ['/ci/job/a', 404, '2.568.2']
      ])
      expect(await readdir(jenkins.home)).toEqual(
        expect.arrayContaining(['jenkins.install.InstallUtil.lastExecVersion', 'jenkins.install.UpgradeWizard.state'])
      )
      expect(await readdir(jenkins.home)).not.toContain('users')
    },
    patience
  )

  it(
    'starts with a heap of 40 MB',
    async () => {
      const jenkins = await bench().start({javaOptions: ['-Xmx40m']})
      await jenkins.until(up)
      expect(await jenkins.get('/login')).toMatchObject({status: 200})
    },
    patience
  )
})

/** The heading and the sentence below it on the starting page. */
function sentencesOf(body: string): (string | undefined)[] {
  const found = /<h1 class="loading"><p class="jenkins-spinner">([^<]*)<\/h1><p class="restarting">([^<]*)/.exec(body)
  return [found?.[1], found?.[2]]
}
