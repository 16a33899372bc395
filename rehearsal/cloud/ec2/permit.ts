import type {Authorize, AuthorizedResource} from '../auth/authorize.ts'
import type {Context} from '../auth/conditions.ts'
import type {Principal} from '../auth/sessions.ts'
import {AwsError} from '../protocol/errors.ts'
import type {Ec2Cloud, Tags} from './state/store.ts'
import type {Touched} from './state/touched.ts'

/** Images and snapshots have no account in their ARNs, since they can be public. */
const withoutAccount = new Set(['image', 'snapshot'])

/** Asks whether a call may touch what it is about to touch. */
export async function permit(
  cloud: Ec2Cloud,
  authorize: Authorize,
  principal: Principal,
  action: string,
  touched: readonly Touched[],
  passedRole?: string
): Promise<void> {
  const everything = [{arn: '*', context: regionContext(cloud)}]
  const resources = touched.length === 0 ? everything : touched.map((one) => resourceOf(cloud, one))
  await ask(authorize, principal, `ec2:${action}`, resources)
  if (passedRole !== undefined) {
    const context = {'iam:PassedToService': 'ec2.amazonaws.com'}
    await ask(authorize, principal, 'iam:PassRole', [{arn: passedRole, context}])
  }
  const tagged = touched.filter(({requestTags}) => action !== 'CreateTags' && (requestTags?.size ?? 0) > 0)
  if (tagged.length === 0) return
  const creation = {'ec2:CreateAction': action}
  const asTagging = tagged.map(({type, id, requestTags}) => ({
    arn: arnOf(cloud, {type, id}),
    context: {...regionContext(cloud), ...requestContext(requestTags), ...creation}
  }))
  await ask(authorize, principal, 'ec2:CreateTags', asTagging)
}

async function ask(
  authorize: Authorize,
  principal: Principal,
  action: string,
  resources: readonly AuthorizedResource[]
) {
  const decision = await authorize({principal, action, resources})
  if (decision.allowed) return
  const on = decision.resource === '*' ? '' : ` on resource: ${decision.resource}`
  throw new AwsError(
    'UnauthorizedOperation',
    `You are not authorized to perform this operation. User: ${principal.arn} is not authorized to perform: ${action}${on} ${decision.because}`,
    403
  )
}

function resourceOf(cloud: Ec2Cloud, touched: Touched): AuthorizedResource {
  return {
    arn: arnOf(touched.home ?? cloud, touched),
    context: {
      ...regionContext(cloud),
      ...existingContext((touched.home ?? cloud).tags.get(touched.tagsOf ?? touched.id)),
      ...requestContext(touched.requestTags),
      ...touched.context
    }
  }
}

function arnOf({region, accountId}: Ec2Cloud, {type, id}: Pick<Touched, 'type' | 'id'>): string {
  return `arn:aws:ec2:${region}:${withoutAccount.has(type) ? '' : accountId}:${type}/${id}`
}

const regionContext = ({region}: Ec2Cloud): Context => ({'aws:RequestedRegion': region, 'ec2:Region': region})

function existingContext(tags: Tags | undefined): Context {
  const pairs = [...(tags ?? [])].flatMap(([key, value]) => [
    [`aws:ResourceTag/${key}`, value],
    [`ec2:ResourceTag/${key}`, value]
  ])
  return Object.fromEntries(pairs)
}

function requestContext(tags: Tags | undefined): Context {
  if (!tags || tags.size === 0) return {}
  return {
    ...Object.fromEntries([...tags].map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': [...tags.keys()]
  }
}
