import {chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {beforeEach, expect, it} from '@jest/globals'
import {openLedger, reopenLedger, type Ledger} from '../../../src/ledger/ledger.ts'
import {groupRuns} from '../../../src/lib/processes.ts'
import {build, type BuildJob} from '../../../src/packer/build.ts'
import {recordingLog} from '../../helpers/recording-log.ts'

let folder: string
let ledger: Ledger
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'build-'))
  ledger = openLedger(folder, 'bake')
})

/** A shell script in the place of Packer: what is tested here is what the action does with a process. */
function packerThat(script: string, heard: string[] = []): BuildJob {
  const packer = join(folder, 'packer-stand-in')
  writeFileSync(packer, `#!/bin/sh\n${script}\n`)
  chmodSync(packer, 0o755)
  return {
    packer,
    template: 'template.pkr.hcl',
    variablesFiles: ['own.pkrvars.hcl', 'variables.json'],
    arguments: ['-only=amazon-ebs.jenkins'],
    workingDirectory: folder,
    environment: {PATH: process.env['PATH'] ?? '', ONLY: 'this'},
    facts: {shipped: true, tagged: true, sshUsername: 'admin'},
    onKeyPair: (name) => void heard.push(name),
    onKeyPairMade: (name) => void heard.push(`made ${name}`),
    onSecurityGroup: (name) => void heard.push(name),
    onInstance: (id) => void heard.push(id),
    onHint: ({type, id}) => void heard.push(`perhaps the ${type} ${id}`)
  }
}

const never = new AbortController().signal

it('returns the artifacts, shows the output and passes nothing but what it was given', async () => {
  const log = recordingLog()
  const job = packerThat(`
    echo "1,,ui,say,==> amazon-ebs.jenkins: $*"
    env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD= > environment
    echo "1,amazon-ebs.jenkins,artifact,0,id,eu-west-1:ami-1"`)
  const {artifacts} = await build(job, ledger, log, never)
  expect(artifacts.map(({id}) => id)).toEqual(['eu-west-1:ami-1'])
  expect(log.lines).toEqual([
    'amazon-ebs.jenkins │ build -machine-readable -color=false -only=amazon-ebs.jenkins -var-file=own.pkrvars.hcl -var-file=variables.json template.pkr.hcl'
  ])
  const names = readFileSync(join(folder, 'environment'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('=')[0])
  expect(new Set(names)).toEqual(new Set(['ONLY', 'PATH', 'BAKE_JENKINS_AMI_GROUP']))
})

it('fails with a diagnosis of what Packer called an error', async () => {
  const job = packerThat('echo "1,amazon-ebs.jenkins,error,Timeout waiting for SSH."; exit 1')
  await expect(build(job, ledger, recordingLog(), never)).rejects.toMatchObject({
    name: 'BuildError',
    id: 'ssh-timeout',
    message: expect.stringMatching(
      /^The build failed\. [\s\S]*Packer said:\namazon-ebs\.jenkins: Timeout waiting for SSH\.$/
    )
  })
})

it('fails with Packer’s own words where nothing is known of them', async () => {
  const job = packerThat('echo "1,amazon-ebs.jenkins,error,Something new"; exit 1')
  await expect(build(job, ledger, recordingLog(), never)).rejects.toThrow(
    expect.objectContaining({
      name: 'BuildError',
      message: expect.stringContaining('ended with exit code 1 and made no image:\namazon-ebs.jenkins: Something new\n')
    })
  )
})

it('fails with the end of its error stream when it called nothing an error', async () => {
  const job = packerThat('echo "no more" >&2; exit 2')
  await expect(build(job, ledger, recordingLog(), never)).rejects.toThrow(/exit code 2 .*\nno more\n/)
})

it('fails when Packer cannot be started', async () => {
  const job = {...packerThat(''), packer: join(folder, 'absent')}
  await expect(build(job, ledger, recordingLog(), never)).rejects.toThrow(/absent could not be started/)
})

it('tells of the key pair, the group and the instance when they are announced', async () => {
  const heard: string[] = []
  const name = 'packer_6740f1a0-1111-2222-3333-444455556666'
  const job = packerThat(
    `echo "1,,ui,say,==> a.b: Creating temporary keypair: ${name}"
    echo "1,,ui,say,==> a.b: Creating temporary security group for this instance: ${name}"
    echo "1,,ui,message,    a.b: Instance ID: i-0123456789abcdef0"
    echo "1,,ui,say,==> a.b: Connected to SSH!"
    echo "1,,ui,message,    a.b: Instance ID: i-0aaaaaaaaaaaaaaaa"`,
    heard
  )
  await build(job, ledger, recordingLog(), never)
  expect(heard).toEqual([name, `made ${name}`, name, 'i-0123456789abcdef0', 'perhaps the instance i-0aaaaaaaaaaaaaaaa'])
})

it('ends the whole group when it is aborted, and throws why', async () => {
  const controller = new AbortController()
  const log = recordingLog((line) => line.includes('working') && controller.abort(new Error('cancelled')))
  const job = packerThat('trap "exit 1" INT; sleep 100 & echo "1,,ui,say,working"; wait')
  await expect(build(job, ledger, log, controller.signal)).rejects.toThrow('cancelled')
  const [leader] = ledger.processes
  expect(leader && groupRuns(leader.pid)).toBe(false)
})

it('leaves no plugin behind that outlives Packer', async () => {
  await build(packerThat('sleep 100 &'), ledger, recordingLog(), never)
  const [leader] = ledger.processes
  expect(leader && groupRuns(leader.pid)).toBe(false)
})

it('reads on to the end when somebody empties the folder', async () => {
  const log = recordingLog((line) => line.includes('first') && rmSync(ledger.folder, {recursive: true}))
  const job = packerThat(
    `echo "1,,ui,say,first"; while [ -e '${ledger.folder}' ]; do sleep 0.05; done
    echo "1,,ui,say,==> a.b: Launching a source AWS instance..."
    echo "1,,ui,message,    a.b: Instance ID: i-0123456789abcdef0"; echo "1,a.b,artifact,0,id,eu-west-1:ami-1"`
  )
  expect((await build(job, ledger, log, never)).artifacts.map(({id}) => id)).toEqual(['eu-west-1:ami-1'])
  expect(ledger.announced.instances).toEqual(['i-0123456789abcdef0'])
  expect(reopenLedger(ledger.folder, new Date()).isEmpty).toBe(true)
})

it('says that nothing can be written, where Packer may have failed of that', async () => {
  const isRecorded = `grep -q packer '${ledger.folder}/ledger.jsonl'`
  const job = packerThat(
    `until ${isRecorded}; do sleep 0.01; done; rm -r '${ledger.folder}'; touch '${ledger.folder}'; exit 2`
  )
  await expect(build(job, ledger, recordingLog(), never)).rejects.toThrow(
    /Packer ended with exit code 2 and made no image:\n[\s\S]*The resources of this bake cannot be recorded in /
  )
})

it('waits for its reader before it shows more', async () => {
  const order: string[] = []
  const slow = {
    ...recordingLog(() => order.push('shown')),
    async caughtUp() {
      for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      order.push('caught up')
    }
  }
  await build(packerThat('echo "1,,ui,say,one"'), ledger, slow, never)
  expect(order).toEqual(['caught up', 'shown'])
})

it('shows no faster than its reader reads, and only looks through the rest when all is to end', async () => {
  const controller = new AbortController()
  const log = recordingLog(() => writeFileSync(join(folder, 'shown'), ''))
  const slow = {
    ...log,
    caughtUp() {
      if (log.lines.length > 0) controller.abort(new Error('cancelled'))
      return new Promise<void>((resolve) => setImmediate(resolve))
    }
  }
  const name = 'packer_6740f1a0-1111-2222-3333-444455556666'
  const job = packerThat(
    `echo "1,,ui,say,one"; while [ ! -e shown ]; do sleep 0.05; done
    echo "1,,ui,say,two"; echo "1,,ui,say,==> a.b: Creating temporary keypair: ${name}"; sleep 100`
  )
  await expect(build(job, ledger, slow, controller.signal)).rejects.toThrow('cancelled')
  expect(log.lines).toEqual(['packer │ one'])
  expect(ledger.announced.keyPairs).toEqual([name])
})
