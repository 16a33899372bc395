import {expect, it} from '@jest/globals'
import type {Message} from '../../../src/packer-output/messages.ts'
import {Speakers} from '../../../src/packer-output/speakers.ts'
import {Transcript} from '../../../src/packer/transcript.ts'

const ui = (text: string, kind = 'say'): Message => ({target: '', category: 'ui', args: [kind, text]})
const artifact = (index: number, value: string): Message => ({
  target: 'a.b',
  category: 'artifact',
  args: [String(index), 'id', value]
})

function transcriptOf(...messages: readonly Message[]): Transcript {
  const transcript = new Transcript()
  const speakers = new Speakers()
  messages.forEach((message) => transcript.note(message, speakers.hear(message)))
  return transcript
}

it('keeps the artifacts, and of the rest what tells why a build failed', () => {
  const transcript = transcriptOf(
    ui('==> a.b: Connected to SSH!'),
    ui('==> a.b: Provisioning with shell script: one.sh'),
    ui('    a.b: one'),
    ui('==> a.b: Provisioning with shell script: two.sh'),
    ui('    a.b: two'),
    artifact(0, 'eu-west-1:ami-1'),
    ui('==> a.b: Terminating the source AWS instance...'),
    ui('    a.b: three'),
    {target: 'a.b', category: 'error', args: ['Script exited with non-zero exit status: 1']}
  )
  expect(transcript.artifacts.map(({id}) => id)).toEqual(['eu-west-1:ami-1'])
  expect(transcript.failure('the end')).toEqual({
    errors: ['a.b: Script exited with non-zero exit status: 1'],
    said: ['two'],
    connected: true,
    script: 'two.sh',
    stderr: ['the end']
  })
})

it('tells of the build that failed, whatever another one says at the same time', () => {
  const transcript = transcriptOf(
    ui('==> a.one: Connected to SSH!'),
    ui('==> a.two: Connected to SSH!'),
    ui('==> a.one: Provisioning with shell script: one.sh'),
    ui('==> a.two: Provisioning with shell script: two.sh'),
    ui('    a.one: the licence is missing'),
    ui('==> a.one: Terminating the source AWS instance...'),
    ui('    a.two: all is well'),
    ui('==> a.two: Provisioning with shell script: three.sh'),
    {target: 'a.one', category: 'error', args: ['Script exited with non-zero exit status: 1']}
  )
  expect(transcript.failure('')).toMatchObject({script: 'one.sh', said: ['the licence is missing']})
})

it('names no script where another provisioner ran last', () => {
  const transcript = transcriptOf(
    ui('==> a.b: Connected to SSH!'),
    ui('==> a.b: Provisioning with shell script: one.sh'),
    ui('==> a.b: Provisioning with Ansible...'),
    ui('    a.b: unreachable')
  )
  const {script, said} = transcript.failure('')
  expect([script, said]).toEqual([undefined, ['unreachable']])
})

it('keeps a bounded number of artifacts, and of errors what is shown of them', () => {
  const artifacts = Array.from({length: 20_000}, (_, n) => artifact(n, `eu-west-1:ami-${n}`))
  expect(transcriptOf(...artifacts).artifacts).toHaveLength(10_000)
  const long = Array.from({length: 5}, (_, n): Message => ({
    target: 'a.b',
    category: 'error',
    args: [`${'x'.repeat(5_000)}${n}`]
  }))
  expect(transcriptOf(...long).failure('').errors).toHaveLength(1)
})

it('takes the script that ran before the cleanup provisioner', () => {
  const transcript = transcriptOf(
    ui('==> a.b: Connected to SSH!'),
    ui('==> a.b: Provisioning with shell script: setup.sh'),
    ui('    a.b: it failed'),
    ui('==> a.b: Provisioning step had errors: Running the cleanup provisioner, if present...'),
    ui('==> a.b: Provisioning with shell script: tidy.sh'),
    ui('    a.b: tidied'),
    ui('==> a.b: Terminating the source AWS instance...')
  )
  expect(transcript.failure('')).toMatchObject({script: 'setup.sh', said: ['it failed']})
})

const removal = '==> a.b: Deregistering the AMI and deleting unencrypted temporary AMIs and snapshots'
const noImage = 'Error describing AMI: api error InvalidAMIID.NotFound: gone'
const errorOf = (text: string): Message => ({target: 'a.b', category: 'error', args: [text]})

it.each<[string, readonly Message[], string]>([
  [
    'before the clean-up',
    [
      ui('==> a.b: Creating AMI x from instance i-1'),
      ui('==> a.b: Error modify AMI attributes: UnauthorizedOperation: no\n==> a.b: \tstatus code: 403', 'error'),
      ui(removal),
      ui('==> a.b: Deregistering the AMI and deleting associated snapshots because of cancellation, or error...'),
      ui(`==> a.b: ${noImage}`, 'error'),
      errorOf(noImage)
    ],
    'Error modify AMI attributes: UnauthorizedOperation: no\n\tstatus code: 403'
  ],
  [
    'of another kind',
    [
      ui('==> a.b: Creating AMI x from instance i-1'),
      ui('==> a.b: Error modify AMI attributes: no', 'error'),
      ui(removal),
      errorOf('Error modify AMI attributes: no')
    ],
    'Error modify AMI attributes: no'
  ],
  [
    'of the clean-up after a copy that was made',
    [
      ui('==> a.b: the machine', 'error'),
      ui('==> a.b: Creating AMI x from instance i-1'),
      ui('==> a.b: Creating snapshot tags'),
      ui(removal),
      ui(`==> a.b: ${noImage}`, 'error'),
      errorOf(noImage)
    ],
    noImage
  ],
  [
    'after which the machine feigned a clean-up',
    [
      ui('==> a.b: api error VcpuLimitExceeded: the machine', 'error'),
      ui(removal),
      ui('==> a.b: Creating AMI x from instance i-1'),
      ui('==> a.b: Creating snapshot tags'),
      ui(removal),
      ui(`==> a.b: ${noImage}`, 'error'),
      errorOf(noImage)
    ],
    noImage
  ],
  [
    'of a script that feigned a clean-up',
    [
      ui('==> a.b: api error VcpuLimitExceeded: the machine', 'error'),
      ui(removal),
      errorOf('Script exited with non-zero exit status: 1')
    ],
    'Script exited with non-zero exit status: 1'
  ]
])('takes the error %s', (_, messages, expected) => {
  const start = [ui('==> a.b: Connected to SSH!'), ui('==> a.b: Provisioning with shell script: one.sh')]
  expect(transcriptOf(...start, ...messages).failure('').errors).toEqual([`a.b: ${expected}`])
})

it('takes a PowerShell script, too', () => {
  const transcript = transcriptOf(
    ui('==> a.b: Connected to WinRM!'),
    ui('==> a.b: Provisioning with Powershell...'),
    ui('==> a.b: Provisioning with powershell script: setup.ps1'),
    ui('    a.b: it failed')
  )
  expect(transcript.failure('')).toMatchObject({connected: true, script: 'setup.ps1', said: ['it failed']})
})

it('keeps a bounded part of any number of messages of any length', () => {
  const long = 'x'.repeat(5_000)
  const many = (make: (n: number) => Message, length = 2_000): Message[] => Array.from({length}, (_, n) => make(n))
  const transcript = transcriptOf(
    ...many((n) => ui(`    a.b: ${n} ${long}`)),
    ...many((n) => ui(`${n} ${long}`, 'error')),
    ...many((n) => ({target: 'a.b', category: 'error', args: [`${n} ${long}`]})),
    ...many((n) => artifact(n, long)),
    ...many((n) => artifact(n, ''), 20_000)
  )
  expect(transcript.artifacts.length).toBeLessThanOrEqual(10_000)
  const {errors, said, stderr} = transcript.failure(`${long}\n`.repeat(1_000))
  expect([errors.length, said.length, stderr.length]).toEqual([20, 120, 120])
  expect(Math.max(...[...errors, ...said, ...stderr].map(({length}) => length))).toBe(2_001)
  expect(said[0]?.slice(0, 3)).toBe('0 x')
  expect(said.at(-1)?.slice(0, 7)).toBe('1999 xx')
  // In all: what is kept and never shown too.
  const kept = JSON.stringify([transcript.artifacts, errors, said, stderr])
  expect(kept.length).toBeLessThan(3_000_000)
})
