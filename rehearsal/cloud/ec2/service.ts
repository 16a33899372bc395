import {serial} from '../../host/serial.ts'
import type {Authorize} from '../auth/authorize.ts'
import type {Principal} from '../auth/sessions.ts'
import type {Call} from '../calls.ts'
import {decodeRequest} from '../protocol/decode.ts'
import {encodeEc2, type Answer} from '../protocol/encode.ts'
import {AwsError, invalidValue} from '../protocol/errors.ts'
import {operationShape} from '../protocol/operations.ts'
import {imageOperations} from './operations/images.ts'
import {ingressOperations} from './operations/ingress.ts'
import {instanceAttributeOperations} from './operations/instance-attributes.ts'
import {instanceTypeOperations} from './operations/instance-types.ts'
import {instanceOperations} from './operations/instances.ts'
import {keyPairOperations} from './operations/key-pairs.ts'
import {copyImageOperations} from './operations/copy-image.ts'
import {createImageOperations} from './operations/create-image.ts'
import {registerImageOperations} from './operations/register-image.ts'
import {deregistrationProtectionOperations} from './operations/deregistration-protection.ts'
import {fleetOperations} from './operations/fleets.ts'
import {launchTemplateOperations} from './operations/launch-templates.ts'
import {networkOperations} from './operations/network.ts'
import type {Ec2Call} from './operations/operation.ts'
import {passwordOperations} from './operations/passwords.ts'
import {permit} from './permit.ts'
import type {Ec2Regions} from './state/regions.ts'
import {runInstancesOperations} from './operations/run-instances.ts'
import {securityGroupOperations} from './operations/security-groups.ts'
import {snapshotOperations} from './operations/snapshots.ts'
import {spotRequestOperations} from './operations/spot-requests.ts'
import type {Ec2Cloud} from './state/store.ts'
import {tagOperations} from './operations/tags.ts'
import {volumeOperations} from './operations/volumes.ts'

/** One authenticated call, still in its form encoding. */
interface Ec2Request {
  readonly action: string
  readonly fields: URLSearchParams
  readonly principal: Principal
  /** The region that the call was signed for. */
  readonly region: string
  readonly by: Call['by']
  readonly requestId: string
}

export type Ec2Service = (request: Ec2Request) => Promise<Answer>

type Operation = (input: never, call: Ec2Call) => Promise<object>

/**
 * EC2's query API in all regions. Calls are carried out one after the other, so that none sees another's half.
 * The signature was checked to be for one of the regions.
 */
export function createEc2Service(regions: Ec2Regions, authorize: Authorize): Ec2Service {
  const inTurn = serial()
  return (request) =>
    inTurn(async () => {
      const cloud = regions.at(request.region)
      if (!cloud) throw new Error(`A request for the unknown region ${request.region} was let in`)
      return carryOut(cloud, authorize, request)
    })
}

const operationsByRegion = new WeakMap<Ec2Cloud, ReadonlyMap<string, Operation>>()

function operationsOf(cloud: Ec2Cloud): ReadonlyMap<string, Operation> {
  const known = operationsByRegion.get(cloud) ?? allOperations(cloud)
  operationsByRegion.set(cloud, known)
  return known
}

function allOperations(cloud: Ec2Cloud): ReadonlyMap<string, Operation> {
  const operations = {
    ...deregistrationProtectionOperations(cloud),
    ...fleetOperations(cloud),
    ...imageOperations(cloud),
    ...ingressOperations(cloud),
    ...instanceAttributeOperations(cloud),
    ...instanceOperations(cloud),
    ...instanceTypeOperations(cloud),
    ...keyPairOperations(cloud),
    ...launchTemplateOperations(cloud),
    ...copyImageOperations(cloud),
    ...createImageOperations(cloud),
    ...registerImageOperations(cloud),
    ...networkOperations(cloud),
    ...passwordOperations(cloud),
    ...runInstancesOperations(cloud),
    ...securityGroupOperations(cloud),
    ...snapshotOperations(cloud),
    ...spotRequestOperations(cloud),
    ...tagOperations(cloud),
    ...volumeOperations(cloud)
  }
  return new Map(Object.entries<Operation>(operations))
}

async function carryOut(
  cloud: Ec2Cloud,
  authorize: Authorize,
  {action, fields, principal, by, requestId}: Ec2Request
): Promise<Answer> {
  const shape = operationShape('ec2', action)
  if (!shape) throw new AwsError('InvalidAction', `The action ${action} is not valid for this web service.`)
  const operation = operationsOf(cloud).get(action)
  if (!operation) {
    throw new AwsError('InvalidAction', `The rehearsal's local cloud does not offer the action ${action}. AWS does.`)
  }
  const input = decodeRequest(shape.input, fields, 'ec2')
  checkClientToken(input)
  await cloud.regions.settle()
  let asked = false
  const output = await operation(asInputOf(input), {
    action,
    by,
    principal,
    permit: async (touched = [], passedRole) => {
      asked = true
      await permit(cloud, authorize, principal, action, touched, passedRole)
      if ('DryRun' in input && input.DryRun === true) {
        throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412)
      }
    },
    permitAlso: (other, touched, passedRole) => permit(cloud, authorize, principal, other, touched, passedRole)
  })
  await cloud.driver.rulesChanged?.()
  if (!asked) throw new Error(`${action} did not ask whether it is permitted`)
  return encodeEc2(action, shape.output, output, requestId)
}

/** EC2 takes up to 64 characters (EC2 developer guide, "Ensuring idempotency"). */
function checkClientToken(input: object): void {
  if (!('ClientToken' in input) || typeof input.ClientToken !== 'string' || input.ClientToken.length <= 64) return
  throw invalidValue(input.ClientToken, 'clientToken', 'A client token may be no longer than 64 ASCII characters.')
}

/** The operations' inputs differ; each is given what was decoded by AWS's own shape for it. */
function asInputOf(decoded: object): never {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the shape of the same action was the decoder's
  return decoded as never
}
