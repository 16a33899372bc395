import {Call, either, nothing, ref, sub, type Value} from './values.ts'

const partOfRepository = (index: number) => new Call('!Select', [index, new Call('!Split', ['/', ref('Repository')])])

/** What stands in the files of iam/ in place of the account's and the reader's own values. */
const placeholders: readonly (readonly [string, string])[] = [
  ['arn:*:', 'arn:${AWS::Partition}:'],
  ['arn:aws:', 'arn:${AWS::Partition}:'],
  ['123456789012', '${AWS::AccountId}'],
  ['role/ROLE-OF-THE-INSTANCE-PROFILE', 'role/${InstanceProfileRole}'],
  ['parameter/jenkins/ami', 'parameter${SsmParameter}'],
  ['launch-template/lt-0123456789abcdef0', 'launch-template/${LaunchTemplateId}'],
  ['session/bake-jenkins-ami-', 'session/${RoleSessionName}-'],
  ['OWNER/REPOSITORY', '${Repository}'],
  ['OWNER@OWNER-ID/REPOSITORY@REPOSITORY-ID', '${Owner}@${OwnerId}/${Name}@${RepositoryId}'],
  ['refs/heads/main', 'refs/heads/${Branch}'],
  ['environment:PROMOTE-ENVIRONMENT', 'environment:${PromoteEnvironment}'],
  ['environment:ENVIRONMENT', 'environment:${Environment}']
]

function withParameters(text: string): Value {
  if (text === 'arn:aws:kms:eu-west-1:123456789012:key/KEY-ID') return ref('KmsKeyArns')
  if (text === 'sts.amazonaws.com') return either('InChina', 'sts.amazonaws.com.cn', text)
  const filled = placeholders.reduce((rest, [placeholder, value]) => rest.replaceAll(placeholder, value), text)
  if (filled === text) return text
  if (text.includes(':oidc-provider/')) return either('CreatesProvider', ref('GitHubProvider'), sub(filled))
  if (!filled.includes('${OwnerId}')) return sub(filled)
  const names = {Owner: partOfRepository(0), Name: partOfRepository(1)}
  return either('HasIds', new Call('!Sub', [filled, names]), nothing)
}

/** A policy of iam/ with the parameters in place of what stands in the files for them. */
export function filledIn(value: unknown): Value {
  if (typeof value === 'string') return withParameters(value)
  if (Array.isArray(value)) return value.map(filledIn)
  if (typeof value !== 'object' || value === null) throw new Error(`no policy has ${String(value)}`)
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filledIn(one)]))
}
