import {chmodSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {diagnosticsIn, validate, type ValidateJob} from '../../../src/packer/validate.ts'
import {recordingLog} from '../../helpers/recording-log.ts'

const never = new AbortController().signal

/** A shell script in the place of Packer. */
function packerThat(script: string): ValidateJob {
  const folder = mkdtempSync(join(tmpdir(), 'validate-'))
  const packer = join(folder, 'packer-stand-in')
  writeFileSync(packer, `#!/bin/sh\n${script}\n`)
  chmodSync(packer, 0o755)
  return {
    packer,
    template: '/t/own.pkr.hcl',
    variablesFiles: ['a.json', 'b.json'],
    arguments: ['-only=x', '-parallel-builds=1'],
    workingDirectory: folder,
    environment: {PATH: process.env['PATH'] ?? ''},
    facts: {shipped: false, tagged: false, sshUsername: ''},
    declared: new Map([['x', {file: '/t/v.pkr.hcl', line: 7, kind: 'text', sensitive: false}]])
  }
}

it('asks Packer with the values and the arguments that validate knows, where the build will run', async () => {
  const job = packerThat('echo "$@" >arguments')
  const log = recordingLog()
  await validate(job, log, never)
  expect(readFileSync(join(job.workingDirectory, 'arguments'), 'utf8')).toBe(
    'validate -machine-readable -only=x -var-file=a.json -var-file=b.json /t/own.pkr.hcl\n'
  )
  expect(log.lines).toEqual(['packer validate accepts the template.'])
})

it('shows each error at its line and ends with what to change', async () => {
  const job = packerThat(
    String.raw`printf '%s\n' '1,,ui,error,Error: Unset variable "x"\n\nA used variable must be set\n\nError: 2 error(s) occurred:\n\n* An ssh_username must be specified\n\n  on /t/own.pkr.hcl line 5:\n  (source code not available)\n\n'; exit 1`
  )
  const log = recordingLog()
  await expect(validate(job, log, never)).rejects.toMatchObject({
    name: 'BuildError',
    id: 'variable-missing',
    message: expect.stringMatching(
      /^The template cannot be built, and nothing was made\. A variable of the template has neither/
    )
  })
  expect(log.lines).toEqual([
    'error: /t/v.pkr.hcl:7: Error: Unset variable "x"\n\nA used variable must be set',
    'error: /t/own.pkr.hcl:5: Error: 2 error(s) occurred:\n\n* An ssh_username must be specified\n\n  on /t/own.pkr.hcl line 5:'
  ])
})

it.each([
  [
    'Error: Invalid multi-line string\n\n  on /t/a b.pkr.hcl line 2, in source "amazon-ebs" "own":\n   2: x',
    '/t/a b.pkr.hcl',
    2
  ],
  ["Error parsing JSON: invalid character '}'\nAt line 2, column 26 (offset 40):\n    1: {", '/t/own.json', 2],
  ['Error: Failed to prepare build: "amazon-ebs"\n\n1 error occurred:\n\t* unknown configuration key', '/t/own.json', 1]
])('finds the place of %j', (said, file, line) => {
  expect(diagnosticsIn(said, {template: '/t/own.json', declared: new Map()})).toMatchObject([{place: {file, line}}])
})
