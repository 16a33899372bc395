import {AwsError} from '../../protocol/errors.ts'
import type {Ec2Cloud} from './store.ts'

interface TokenInput {
  readonly ClientToken?: string | undefined
  readonly DryRun?: boolean | undefined
}

/**
 * The ids of what an earlier call with this client token made; undefined where there was none.
 *
 * @throws AwsError IdempotentParameterMismatch where that call had other parameters
 */
export function madeBefore(cloud: Ec2Cloud, action: string, input: TokenInput): readonly string[] | undefined {
  const earlier =
    input.ClientToken === undefined ? undefined : cloud.idempotentCalls.get(keyOf(action, input.ClientToken))
  if (earlier && earlier.parameters !== parametersOf(input)) {
    const message = 'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).'
    throw new AwsError('IdempotentParameterMismatch', message)
  }
  return earlier?.ids
}

export function remember(cloud: Ec2Cloud, action: string, input: TokenInput, ids: readonly string[]): void {
  if (input.ClientToken === undefined) return
  cloud.idempotentCalls.set(keyOf(action, input.ClientToken), {parameters: parametersOf(input), ids})
}

const keyOf = (action: string, token: string): string => `${action} ${token}`

const parametersOf = ({DryRun: _dryRun, ...parameters}: TokenInput): string => JSON.stringify(parameters)
