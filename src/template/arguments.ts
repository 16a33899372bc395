import {quoted} from '../lib/parse.ts'

/** The arguments of `packer build` that this action allows, and whether `packer validate` has them as well. */
const allowed = new Map<string, {readonly value?: RegExp; readonly validate: boolean}>(
  Object.entries({
    only: {value: /^[^\s,][^\n]*$/, validate: true},
    except: {value: /^[^\s,][^\n]*$/, validate: true},
    'parallel-builds': {value: /^\d{1,4}$/, validate: false},
    'on-error': {value: /^(cleanup|run-cleanup-provisioner)$/, validate: false},
    'warn-on-undeclared-var': {validate: false},
    'ignore-prerelease-plugins': {validate: true},
    'use-sequential-evaluation': {validate: true}
  })
)

/** Why others are not allowed, for those that users may try. */
const reasons = new Map(
  Object.entries({
    'machine-readable': 'the action reads that output already',
    color: 'the action reads the output, which must not be coloured',
    'timestamp-ui': 'the action reads the output, which must not begin with times; the runner shows times by itself',
    debug: 'Packer would wait for a person to press a key',
    'on-error': 'Packer must clean up after an error; it may be cleanup or run-cleanup-provisioner',
    force: 'it removes an image of the same name before the new one is built and tested',
    var: "give values with the input 'vars'",
    'var-file': "give files with the input 'var-files'"
  })
)

/**
 * Arguments of Packer, one on each line: `-only=amazon-ebs.jenkins`. They are never passed through a shell. Blanks around
 * the commas of a list are left out: Packer would take them for a part of a name (packer, command/flag-slice/flag.go).
 */
export function packerArguments(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trim())
  return lines.filter((line) => line !== '').map(packerArgument)
}

function packerArgument(line: string): string {
  const [, name = '', value] = /^--?([\w-]+)(?:=([\s\S]*))?$/.exec(line) ?? []
  const option = allowed.get(name)
  if (option && (option.value ? option.value.test(value ?? '') : value === undefined))
    return line.replace(/[ \t]*,[ \t]*/g, ',')
  const names = [...allowed].map(([one, {value: takes}]) => `-${one}${takes ? '=…' : ''}`)
  const reason = reasons.get(name)
  throw new Error(
    `${quoted(line)} is not allowed${reason ? `: ${reason}` : ''}; expected, one on each line, ${names.join(', ')}`
  )
}

/** Those that `packer validate` has, too. */
export function validateArguments(given: readonly string[]): string[] {
  return given.filter((one) => allowed.get(/^--?([\w-]+)/.exec(one)?.[1] ?? '')?.validate)
}
