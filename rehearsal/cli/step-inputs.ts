import {baseNames, type BaseName} from '../machines/driver.ts'
import type {RehearseOptions} from '../trials/rehearse-options.ts'

/** Inputs that name something in an account, which the local cloud does not have. */
const ofAnAccount: ReadonlySet<string> = new Set([
  'aws-region',
  'role-to-assume',
  'audience',
  'allowed-account-ids',
  'kms-key-id',
  'instance-profile',
  'smoke-instance-profile',
  'subnet-ids',
  'allowed-cidrs',
  'copy-to-regions',
  'share-with',
  'ssm-parameter',
  'launch-template',
  'launch-template-default'
])

export interface StepInputs extends Pick<RehearseOptions, 'driver' | 'base' | 'inputs' | 'actionEnv'> {
  /** The inputs that a rehearsal does without. */
  readonly leftOut: readonly string[]
}

/**
 * What a step asks for: the bake's inputs, of which those about an account are left out, and the kind of the machines.
 *
 * @param given the step's inputs, defaults among them
 * @param defaults of the bake's inputs
 * @param env of the step, for `template-env` and the kind of the runner
 * @throws Error for machines that there are not
 */
export function stepInputs(
  given: Readonly<Record<string, string>>,
  defaults: ReadonlyMap<string, string>,
  env: NodeJS.ProcessEnv
): StepInputs {
  const {machines = '', ...others} = given
  if (!['', 'real', 'light'].includes(machines)) {
    throw new Error(`Input 'machines': "${machines}" is not allowed; expected real, light, or nothing`)
  }
  const wanted = new Map(Object.entries(others).filter(([name, value]) => value !== '' && value !== defaults.get(name)))
  const source = wanted.get('source-ami') ?? ''
  const base = baseNames.find((name) => name === source)
  const isOfAnAccount = (name: string): boolean =>
    ofAnAccount.has(name) ||
    (name === 'source-ami' && /^(ami-|resolve:)/.test(source)) ||
    // It needs an instance profile.
    (name === 'connect-via' && wanted.get(name) === 'session-manager')
  // Real machines run on this processor, and have two systems.
  const mustBeLight = wanted.get('architecture') === 'arm64' || source === 'al2023'
  const isLight = mustBeLight || (machines === '' && !mayTakeRoot(env))
  if (mustBeLight && machines === 'real') {
    throw new Error(
      "Input 'machines': real ones are of the architecture x86_64 and run debian-13 or ubuntu-24.04; leave the input out for light ones"
    )
  }
  const driver = isLight ? 'light' : ({real: 'nspawn', light: 'light', '': 'best'} as const)[machines as '']
  return {
    driver,
    ...(base && driver !== 'light' ? {base} : {}),
    inputs: Object.fromEntries(
      [...wanted].filter(([name]) => !isOfAnAccount(name) && !(name === 'source-ami' && isBase(source, driver)))
    ),
    actionEnv: variables(wanted.get('template-env') ?? '', env),
    leftOut: [...wanted.keys()].filter(isOfAnAccount)
  }
}

/** On a self-hosted runner, where others' jobs run later, somebody has to ask for it. */
function mayTakeRoot({RUNNER_ENVIRONMENT, RUNNER_OS = 'Linux', RUNNER_ARCH = 'X64'}: NodeJS.ProcessEnv): boolean {
  return RUNNER_ENVIRONMENT !== 'self-hosted' && RUNNER_OS === 'Linux' && RUNNER_ARCH === 'X64'
}

/** Real machines have it as their only source image. */
const isBase = (source: string, driver: RehearseOptions['driver']): boolean =>
  driver !== 'light' && baseNames.includes(source as BaseName)

function variables(names: string, env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    names
      .split('\n')
      .map((name) => name.trim())
      .flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))
  )
}
