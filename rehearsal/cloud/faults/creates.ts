import type {ServiceName} from '../calls.ts'
import {AwsError, invalidValue} from '../protocol/errors.ts'

/** A call whose result can be unknown for a while. */
export interface Create {
  /** Where the answer has the new ids and names. */
  readonly id: RegExp
  /** The parameters that can name it, where another thing may have the same name. */
  readonly parameters?: RegExp
  /** What a call is answered that names it. */
  readonly error: (id: string, service: ServiceName) => AwsError
}

const unknown =
  (code: string, what: string): Create['error'] =>
  (id) =>
    new AwsError(code, `The ${what} '${id}' does not exist`)

const instances = unknown('InvalidInstanceID.NotFound', 'instance ID')

/** Those of EC2 and IAM that the local cloud offers; the others' results are known at once. */
export const creates: Readonly<Record<string, Create>> = {
  RunInstances: {id: /<instanceId>([^<]+)/g, error: instances},
  CreateFleet: {id: /<item>(i-[0-9a-f]+)/g, error: instances},
  CreateLaunchTemplate: {
    id: /<launchTemplateId>([^<]+)/g,
    error: unknown('InvalidLaunchTemplateId.NotFound', 'launch template ID')
  },
  CreateSecurityGroup: {id: /<groupId>([^<]+)/g, error: unknown('InvalidGroup.NotFound', 'security group')},
  CreateKeyPair: {id: /<key(?:PairId|Name)>([^<]+)/g, error: unknown('InvalidKeyPair.NotFound', 'key pair')},
  CreateImage: {id: /<imageId>([^<]+)/g, error: unknown('InvalidAMIID.NotFound', 'image id')},
  CreateRole: {
    id: /<RoleName>([^<]+)/g,
    parameters: /^RoleName$/,
    error: (id) => new AwsError('NoSuchEntity', `The role with name ${id} cannot be found.`, 404)
  },
  CreateInstanceProfile: {
    id: /<InstanceProfileName>([^<]+)/g,
    parameters: /InstanceProfile(\.|)Name$/i,
    error: (id, service) =>
      service === 'ec2'
        ? invalidValue(id, 'iamInstanceProfile.name', 'Invalid IAM Instance Profile name')
        : new AwsError('NoSuchEntity', `Instance Profile ${id} cannot be found.`, 404)
  }
}
