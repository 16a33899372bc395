import {expect, it} from '@jest/globals'
import {packerArguments, validateArguments} from '../../../src/template/arguments.ts'

it('passes on what is allowed, one on each line', () => {
  const given = packerArguments(
    '-only=amazon-ebs.a b,null.*\n\n  -parallel-builds=1\n--on-error=run-cleanup-provisioner'
  )
  expect(given).toEqual(['-only=amazon-ebs.a b,null.*', '-parallel-builds=1', '--on-error=run-cleanup-provisioner'])
  expect(validateArguments(given)).toEqual(['-only=amazon-ebs.a b,null.*'])
})

it('leaves out blanks around commas, which Packer would take for a part of a name', () => {
  expect(packerArguments('-only=amazon-ebs.a, amazon-ebs.b ,c d')).toEqual(['-only=amazon-ebs.a,amazon-ebs.b,c d'])
})

it.each([
  ['-machine-readable', /the action reads that output already/],
  ['-color=true', /must not be coloured/],
  ['-timestamp-ui', /not begin with times/],
  ['-debug', /press a key/],
  ['-on-error=ask', /Packer must clean up/],
  ['-on-error=abort', /Packer must clean up/],
  ['-on-error', /Packer must clean up/],
  ['-force', /removes an image of the same name/],
  ['-force=true', /removes an image/],
  ['--var=a=b', /the input 'vars'/],
  ['-var-file=x', /the input 'var-files'/],
  ['-only', /expected, one on each line, -only=…/],
  ['-only amazon-ebs.x', /is not allowed/],
  ['other.pkr.hcl', /is not allowed/],
  ['-', /is not allowed/],
  ['-constructor', /"-constructor" is not allowed; expected/],
  ['-warn-on-undeclared-var=1', /is not allowed/]
])('refuses %s', (line, message) => {
  expect(() => packerArguments(line)).toThrow(message)
})

it('gives packer validate only what it has, too', () => {
  const both = ['-only=a.b', '-except=c.d', '-ignore-prerelease-plugins', '-use-sequential-evaluation']
  const given = [...both, '-warn-on-undeclared-var', '-parallel-builds=1', '-on-error=cleanup']
  expect(validateArguments(packerArguments(given.join('\n')))).toEqual(both)
})
