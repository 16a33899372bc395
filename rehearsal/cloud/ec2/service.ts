import type {Authorize} from '../auth/authorize.ts'
import type {Principal} from '../auth/sessions.ts'
import type {Call} from '../cloud.ts'
import {decodeRequest} from '../protocol/decode.ts'
import {encodeEc2, type Answer} from '../protocol/encode.ts'
import {AwsError} from '../protocol/errors.ts'
import {operationShape} from '../protocol/operations.ts'
import {imageOperations} from './images.ts'
import {ingressOperations} from './ingress.ts'
import {instanceAttributeOperations} from './instance-attributes.ts'
import {instanceTypeOperations} from './instance-types.ts'
import {instanceOperations} from './instances.ts'
import {keyPairOperations} from './key-pairs.ts'
import {copyImageOperations} from './copy-image.ts'
import {createImageOperations} from './create-image.ts'
import {registerImageOperations} from './register-image.ts'
import {networkOperations} from './network.ts'
import type {Ec2Call} from './operation.ts'
import {permit} from './permit.ts'
import {runInstancesOperations} from './run-instances.ts'
import {securityGroupOperations} from './security-groups.ts'
import {settle, settleWithoutDelay} from './settle.ts'
import {snapshotOperations} from './snapshots.ts'
import type {Ec2Cloud} from './store.ts'
import {tagOperations} from './tags.ts'
import {volumeOperations} from './volumes.ts'

/** One authenticated call, still in its form encoding. */
export interface Ec2Request {
  readonly action: string
  readonly fields: URLSearchParams
  readonly principal: Principal
  readonly by: Call['by']
  readonly requestId: string
}

export type Ec2Service = (request: Ec2Request) => Promise<Answer>

type Operation = (input: never, call: Ec2Call) => Promise<object>

/** EC2's query API over the cloud. Calls are carried out one after the other, so that none sees another's half. */
export function createEc2Service(cloud: Ec2Cloud, authorize: Authorize): Ec2Service {
  const operations = allOperations(cloud)
  let last: Promise<unknown> = Promise.resolve()
  return (request) => {
    const turn = last.then(() => carryOut(cloud, authorize, operations, request))
    last = turn.catch(() => {})
    return turn
  }
}

function allOperations(cloud: Ec2Cloud): ReadonlyMap<string, Operation> {
  const operations = {
    ...imageOperations(cloud),
    ...ingressOperations(cloud),
    ...instanceAttributeOperations(cloud),
    ...instanceOperations(cloud),
    ...instanceTypeOperations(cloud),
    ...keyPairOperations(cloud),
    ...copyImageOperations(cloud),
    ...createImageOperations(cloud),
    ...registerImageOperations(cloud),
    ...networkOperations(cloud),
    ...runInstancesOperations(cloud),
    ...securityGroupOperations(cloud),
    ...snapshotOperations(cloud),
    ...tagOperations(cloud),
    ...volumeOperations(cloud)
  }
  return new Map(Object.entries<Operation>(operations))
}

async function carryOut(
  cloud: Ec2Cloud,
  authorize: Authorize,
  operations: ReadonlyMap<string, Operation>,
  {action, fields, principal, by, requestId}: Ec2Request
): Promise<Answer> {
  const shape = operationShape('ec2', action)
  if (!shape) throw new AwsError('InvalidAction', `The action ${action} is not valid for this web service.`)
  const operation = operations.get(action)
  if (!operation) {
    throw new AwsError('InvalidAction', `The rehearsal's local cloud does not offer the action ${action}. AWS does.`)
  }
  const input = decodeRequest(shape.input, fields, 'ec2')
  await settleWithoutDelay(cloud)
  settle(cloud)
  let asked = false
  const output = await operation(asInputOf(input), {
    action,
    by,
    permit: async (touched = []) => {
      asked = true
      await permit(cloud, authorize, principal, action, touched)
      if ('DryRun' in input && input.DryRun === true) {
        throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412)
      }
    },
    mayAlso: async (other, touched) => {
      try {
        await permit(cloud, authorize, principal, other, touched)
        return true
      } catch (error) {
        if (error instanceof AwsError) return false
        throw error
      }
    }
  })
  await cloud.driver.rulesChanged?.()
  if (!asked) throw new Error(`${action} did not ask whether it is permitted`)
  return encodeEc2(action, shape.output, output, requestId)
}

/** The operations' inputs differ; each is given what was decoded by AWS's own shape for it. */
function asInputOf(decoded: object): never {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the shape of the same action was the decoder's
  return decoded as never
}
