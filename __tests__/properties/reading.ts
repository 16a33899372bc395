import assert from 'node:assert/strict'
import {join} from 'node:path'
import type {Plan} from '../../src/plan/plan.ts'
import {readInputs, type Inputs} from '../../src/inputs/inputs.ts'
import {valuesFor} from '../../src/packer/build-images.ts'
import {InputErrors, type InputError} from '../../src/lib/errors.ts'
import type {TemplateValues} from '../../src/template/template-values.ts'
import {rules} from './input-rules.ts'

export type Texts = Readonly<Record<string, string>>

/** What the inputs are read with: `env`, and the folder of the template that comes with the action. */
export interface Reader {
  readonly env: Readonly<Record<string, string>>
  readonly shipped: string
}

/** @param checkout what workspace() made */
export function readerOf(checkout: string, shipped: string): Reader {
  return {env: {GITHUB_WORKSPACE: checkout, GITHUB_REPOSITORY: 'owner/images', PATH: join(checkout, 'bin')}, shipped}
}

/** As the runner and @actions/core hand it over: only variables keep their blanks. */
export function read({env, shipped}: Reader, texts: Texts): Inputs | readonly InputError[] {
  try {
    return readInputs(env, shipped, (name) => (name === 'vars' ? texts[name] : texts[name]?.trim()) ?? '')
  } catch (error) {
    if (error instanceof InputErrors) return error.errors
    throw error
  }
}

export const usable: Texts = Object.fromEntries(
  Object.entries(rules).map(([name, rule]) => [name, rule.usable[0] ?? ''])
)

/** Given together: what is refused is put right, until the rest is taken. @returns the texts that were taken */
export function taken(reader: Reader, given: Texts): {readonly inputs: Inputs; readonly taken: Texts} {
  const left = {...given}
  for (let round = 0; round <= Object.keys(usable).length; round += 1) {
    const result = read(reader, {...usable, ...left})
    if ('aws' in result) return {inputs: result, taken: left}
    const refused = result.flatMap((error) => refusedBy(error, left))
    assert.notDeepEqual(refused, [])
    refused.forEach((name) => delete left[name])
  }
  throw new Error('it never ends')
}

/** The input that a message names; where that one was not even given, the other one that the message names. */
function refusedBy({input, message}: InputError, given: Texts): string[] {
  assert(message.startsWith(`Input '${input}': `), message)
  assert(message.length < 2_500, message)
  if (given[input] !== undefined) return [input]
  return Object.keys(given).filter((name) => message.includes(name))
}

const cidrs = ['203.0.113.7/32']

/** What is not known before AWS has been asked is made up. */
function planOf({image, connectVia: via, allowedCidrs, subnetIds}: Inputs): Plan {
  return {
    began: new Date('2026-11-22T12:00:00Z'),
    bakeId: '0123456789ab',
    imageName: `${image.namePrefix}-2.568.2-20261122120000-0123`,
    kindName: 'jenkins',
    source: {id: 'ami-0123456789abcdef0', name: 'debian', rootDeviceName: '/dev/xvda', architecture: 'x86_64'},
    templateImages: new Map(),
    buildTypes: image.instanceTypes,
    machineTypes: {given: [], ofSources: new Map(), facts: new Map()},
    sshUsername: image.sshUsername ?? 'admin',
    jenkins: {version: '2.568.2', repositoryUrl: 'https://example.org'},
    plugins: [],
    reach: {via, cidrs: allowedCidrs === 'auto' ? cidrs : allowedCidrs, subnetIds, doubtful: false},
    tags: {...image.tags, 'bake-jenkins-ami:bake': '0123456789ab'}
  }
}

/** What the action hands on to the template, which gets what it declares of it. */
export function templateValues(inputs: Inputs): TemplateValues {
  // The plan chooses a type where none is given.
  const [instanceType = 't3.medium'] = inputs.image.instanceTypes
  const [subnetId = ''] = inputs.subnetIds
  return valuesFor(inputs, planOf(inputs), {instanceType, subnetId}, {})
}
