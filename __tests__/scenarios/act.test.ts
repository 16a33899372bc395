import {spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {text} from 'node:stream/consumers'
import {describe, expect, it} from '@jest/globals'
import {parse, stringify} from 'yaml'
import type {Packer} from '../../rehearsal/host/packers/packer.ts'
import {settingsFor} from '../../rehearsal/host/packers/for-action.ts'
import {notRun} from '../../rehearsal/host/packers/scenario-packers.ts'
import {openJenkinsSource, type JenkinsSource} from '../../rehearsal/trials/jenkins-source.ts'
import {startLocalCloud} from '../../rehearsal/trials/local-cloud.ts'
import {actionsNode} from '../../rehearsal/runner/node.ts'
import {rehearsalEnvironment, rehearsalInputs} from '../../rehearsal/trials/settings.ts'
import {withCurrentPacker} from './scenario.ts'

/** nektos/act, a runner that others wrote. */
const act = process.env['REHEARSAL_ACT']
const noAct =
  act === undefined
    ? 'REHEARSAL_ACT names no nektos/act'
    : spawnSync(act, ['--version']).status === 0
      ? undefined
      : `${act} does not run`
const withAct = noAct === undefined ? describe : describe.skip

const project = join(import.meta.dirname, '../..')
const ours = 'OWNER/bake-jenkins-ami@v1'

interface Workflow {
  readonly jobs: Record<string, {steps: {uses?: string; with?: Record<string, unknown>}[]}>
}

/** A workflow of examples/, with more inputs for our action. */
function exampleWith(inputs: Readonly<Record<string, string>>): string {
  const workflow = parse(readFileSync(join(project, 'examples/nightly.yml'), 'utf8')) as Workflow
  for (const step of Object.values(workflow.jobs).flatMap(({steps}) => steps)) {
    if (step.uses === ours) step.with = {...step.with, ...inputs}
  }
  return stringify(workflow)
}

interface Play {
  /** What is done when a line of the log has this. */
  readonly at?: readonly [line: string, doThis: (run: {readonly folder: string; readonly pid: number}) => void]
  readonly inputs?: Readonly<Record<string, string>>
}

/** Runs the example as act does, in a cloud of its own. */
async function played(packer: Packer, {at, inputs: more = {}}: Play = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'act-'))
  const local = await startLocalCloud({driver: 'light'})
  const {cloud} = local
  let jenkins: JenkinsSource | undefined
  try {
    jenkins = await openJenkinsSource({
      behaviour: 'ready',
      mayBeReal: false,
      isGiven: false,
      files: {},
      reachable: async () => false,
      local: Promise.resolve(local),
      progress: () => undefined
    })
    const settings = await settingsFor(packer, {
      scratch: folder,
      shippedTemplate: join(project, 'templates/jenkins'),
      endpoint: cloud.endpoint,
      ...(local.sshPort === undefined ? {} : {sshPort: local.sshPort})
    })
    const inputs = {...rehearsalInputs(local, jenkins), ...settings.inputs, ...more}
    const action = join(folder, 'action')
    for (const name of ['action.yml', 'dist', 'templates']) {
      cpSync(join(project, name), join(action, name), {recursive: true})
    }
    // act takes the Node on PATH for node24.
    mkdirSync(join(folder, 'bin'))
    symlinkSync(actionsNode().executable, join(folder, 'bin/node'))
    const workspace = join(folder, 'workspace')
    mkdirSync(workspace)
    spawnSync('git', ['init', '--quiet', '--initial-branch=main', workspace])
    writeFileSync(join(folder, 'nightly.yml'), exampleWith(inputs))
    const env = {
      ...rehearsalEnvironment(cloud, inputs, {}),
      ...settings.env,
      ACTIONS_ID_TOKEN_REQUEST_URL: cloud.oidc.requestUrl,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: cloud.oidc.requestToken
    }
    const path = [join(folder, 'bin'), ...settings.path, process.env['PATH'] ?? ''].join(':')
    const child = spawn(
      act ?? '',
      [
        'workflow_dispatch',
        `--workflows=${join(folder, 'nightly.yml')}`,
        `--directory=${workspace}`,
        '--platform=ubuntu-24.04=-self-hosted',
        `--local-repository=${ours}=${action}`,
        '--var=AWS_REGION=us-east-1',
        `--var=BAKE_ROLE_ARN=${cloud.roleArn}`,
        ...Object.entries(env).map(([name, value]) => `--env=${name}=${value}`)
      ],
      {env: {PATH: path, HOME: folder}, cwd: workspace, stdio: ['ignore', 'pipe', 'pipe']}
    )
    let isDone = false
    const lines = watch(child.stdout, (line) => {
      if (isDone || at === undefined || !line.includes(at[0])) return
      isDone = true
      at[1]({folder, pid: child.pid ?? 0})
    })
    const [log, errors, [code]] = await Promise.all([
      lines,
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>
    ])
    return {code, log: `${log}${errors}`, leftovers: cloud.leftovers([])}
  } finally {
    await jenkins?.stop()
    await local.stop()
    rmSync(folder, {recursive: true, force: true})
  }
}

/** Ends the Node of the main step that runs below a folder. */
function killMain(folder: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      if (command.some((part) => part.startsWith(folder) && part.endsWith('dist/main.cjs')))
        process.kill(Number(pid), 'SIGKILL')
    } catch {
      // It has ended meanwhile.
    }
  }
}

async function watch(stream: NodeJS.ReadableStream, onLine: (line: string) => void): Promise<string> {
  let whole = ''
  let rest = ''
  for await (const chunk of stream) {
    whole += String(chunk)
    rest += String(chunk)
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    lines.forEach(onLine)
  }
  return whole
}

withCurrentPacker((packer) => {
  withAct(noAct === undefined ? 'act' : notRun('act', noAct), () => {
    it('bakes as the example says, and hands the image to the next step', async () => {
      const {code, log} = await played(packer)
      expect(log).toMatch(/Roll out ami-[0-9a-f]{17}/)
      expect(log).toMatch(/The bake cleaned up at its end/)
      expect(code).toBe(0)
    })

    it('cleans up in its post step after main was killed, and fails the job', async () => {
      const {code, log, leftovers} = await played(packer, {
        at: ['Launching a source AWS instance', ({folder}) => killMain(folder)]
      })
      expect(log).toMatch(/The run [0-9a-f]{12} did not finish: ending it and removing what it made/)
      expect(log).toContain('Nothing is left.')
      expect(leftovers).toEqual([])
      expect(code).not.toBe(0)
    })

    it('cleans up when the job is cancelled', async () => {
      const {log, leftovers} = await played(packer, {
        at: ['Launching a source AWS instance', ({pid}) => process.kill(pid, 'SIGINT')]
      })
      expect(log).toMatch(/Nothing is left\.|The bake cleaned up at its end/)
      expect(leftovers).toEqual([])
    })
  })
})
