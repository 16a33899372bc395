import {execFileSync} from 'node:child_process'
import {randomUUID} from 'node:crypto'
import {
  appendFileSync,
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync
} from 'node:fs'
import {createServer, type Socket} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, describe, expect, it} from '@jest/globals'
import {notRun} from '../../rehearsal/host/packers/scenario-packers.ts'
import {processesCarrying} from '../../rehearsal/runner/processes.ts'
import {play, withPacker} from './scenario.ts'

/** A run's main step, told from all other processes by its environment. */
function marked() {
  const mark = `SCENARIO=${randomUUID()}`
  const main = () => processesCarrying([mark]).find(({command}) => command.includes('main.cjs'))?.pid ?? 0
  return {
    actionEnv: {SCENARIO: mark.slice('SCENARIO='.length)},
    kill: (): void => void process.kill(main(), 'SIGKILL'),
    runnerTemp: (): string =>
      /(?:^|\0)RUNNER_TEMP=([^\0]*)/.exec(readFileSync(`/proc/${main()}/environ`, 'utf8'))?.[1] ?? ''
  }
}

const open: {close: () => void}[] = []
afterEach(() => open.splice(0).forEach(({close}) => close()))

/** A proxy that takes connections and never says a word. */
async function silentProxy(onConnection: () => void): Promise<Record<string, string>> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined))
    onConnection()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  open.push({close: () => (server.close(), sockets.forEach((socket) => socket.destroy()))})
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return {HTTPS_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: '127.0.0.1,localhost'}
}

/** A template whose second plugin has to be downloaded. */
function needsPlugin(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plugin-'))
  const required = ['amazon', 'docker'].map(
    (name) => `${name} = { source = "github.com/hashicorp/${name}", version = ">= 1.0" }`
  )
  writeFileSync(
    join(folder, 'own.pkr.hcl'),
    `packer {\n  required_plugins {\n    ${required.join('\n    ')}\n  }\n}\n` +
      'source "amazon-ebs" "own" {\n  region = "us-east-1"\n  ami_name = "own"\n  instance_type = "t3.medium"\n  ssh_username = "admin"\n  source_ami = "ami-1"\n}\n' +
      'build {\n  sources = ["source.amazon-ebs.own"]\n}\n'
  )
  return folder
}

withPacker((packer) => {
  it('leaves no packer init behind that waits for ever when it is cancelled', async () => {
    const cancel = new AbortController()
    const env = await silentProxy(() => cancel.abort())
    const run = await play(packer, {inputs: {template: needsPlugin()}, actionEnv: env, signal: cancel.signal})
    expect(run).toMatchObject({exitCode: 1, leftovers: []})
    expect(run.log).toContain('##[error]The run was cancelled.')
  })

  it('leaves none when main is killed', async () => {
    const {kill, actionEnv} = marked()
    const env = await silentProxy(kill)
    const run = await play(packer, {inputs: {template: needsPlugin()}, actionEnv: {...actionEnv, ...env}})
    expect(run).toMatchObject({exitCode: 137, leftovers: []})
  })

  it('leaves none when the time of the bake is up', async () => {
    const env = await silentProxy(() => undefined)
    const inputs = {template: needsPlugin(), 'bake-timeout': '8s'}
    const run = await play(packer, {inputs, actionEnv: env})
    expect(run).toMatchObject({exitCode: 1, leftovers: []})
    expect(run.log).toContain("The run was ended after 8 s, its 'bake-timeout'")
  })
})

/** As another worker of the runner does that takes the folder for its own. */
function empty(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name !== '_runner_file_commands') rmSync(join(folder, name), {recursive: true, force: true})
  }
}

withPacker((packer) => {
  it('leaves nothing when RUNNER_TEMP is emptied while it makes the image, and main is killed', async () => {
    const {runnerTemp, actionEnv} = marked()
    const run = await play(packer, {
      actionEnv,
      killAt: 'packer:CreateImage:after',
      onCall: ({action, by}) => {
        if (action === 'CreateImage' && by === 'packer') empty(runnerTemp())
      }
    })
    expect(run).toMatchObject({exitCode: 137, leftovers: []})
  })

  it('bakes although TMPDIR is too long for sockets', async () => {
    const TMPDIR = join(mkdtempSync(join(tmpdir(), 'long-')), 'a-rather-long-folder-name/'.repeat(5))
    mkdirSync(TMPDIR, {recursive: true})
    const run = await play(packer, {actionEnv: {TMPDIR}})
    expect(run).toMatchObject({exitCode: 0, leftovers: []})
    expect(readdirSync(TMPDIR)).toEqual([])
  })
})

withPacker((packer) => {
  it('gives out the image when RUNNER_TEMP is emptied and main lives', async () => {
    const {runnerTemp, actionEnv} = marked()
    const run = await play(packer, {
      actionEnv,
      onCall: ({action, by}) => {
        if (action === 'CreateImage' && by === 'packer') empty(runnerTemp())
      }
    })
    expect(run).toMatchObject({exitCode: 0, leftovers: []})
    expect(run.outputs).toMatchObject({verdict: 'verified', deregistered: 'false'})
  })
})

/** Puts a small disk under the files of a folder. */
function mountOver(folder: string): void {
  const copy = mkdtempSync(join(tmpdir(), 'copy-'))
  cpSync(folder, copy, {recursive: true})
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', folder])
  cpSync(copy, folder, {recursive: true})
}

/** Leaves not one byte: what is written behind the last whole page of a file needs another one. */
function fill(folder: string): void {
  for (const name of readdirSync(folder, {recursive: true, encoding: 'utf8'})) {
    const file = join(folder, name)
    const {size} = statSync(file)
    if (statSync(file).isFile() && size > 0) appendFileSync(file, '\n'.repeat(4096 - (size % 4096)))
  }
  const filler = openSync(join(folder, 'filler'), 'w')
  try {
    for (;;) writeSync(filler, Buffer.alloc(4096))
  } catch {
    // Full.
  } finally {
    closeSync(filler)
  }
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder], {stdio: 'ignore'})
    execFileSync('umount', [folder])
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, {recursive: true})
  }
}

const withSmallDisk = canMount() ? describe : describe.skip
withSmallDisk(canMount() ? 'on a small disk' : notRun('on a small disk', 'only root can mount one'), () => {
  withPacker((packer) => {
    it.each(['packer:CreateImage', 'packer:RunInstances', 'action:RunInstances', 'action:CreateTags'])(
      'removes what it made, and says why in sentences, when the disk is full from %s on',
      async (moment) => {
        const {runnerTemp, actionEnv} = marked()
        let folder = ''
        let isFull = false
        const run = await play(packer, {
          actionEnv,
          inputs: {'bake-timeout': '60s'},
          // What has been said and saved is read by then.
          afterwards: async () => void execFileSync('umount', ['-l', folder]),
          onCall: ({action, by}) => {
            if (action === 'GetIdToken' && folder === '') mountOver((folder = runnerTemp()))
            if (`${by}:${action}` === moment && !isFull) {
              isFull = true
              fill(folder)
            }
          }
        })
        expect(run).toMatchObject({exitCode: 1, leftovers: []})
        expect(run.log).toMatch(/##\[error\].*the disk is full \(ENOSPC\)/)
        expect(run.log).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m)
      }
    )
  })
})
