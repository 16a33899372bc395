import {openTemplate, type Template} from '../../src/template/template.ts'
import {unusedInputs} from '../../src/template/variables.ts'
import {defaultSubject} from '../cloud/account.ts'
import type {Canary, Cloud} from '../cloud/cloud.ts'
import type {JenkinsSource} from './jenkins-source.ts'
import type {LocalCloud} from './local-cloud.ts'

/** The inputs that point the action at this machine; everything else keeps the action's defaults. */
export function rehearsalInputs(
  {cloud, driver, hostAddress}: Pick<LocalCloud, 'cloud' | 'driver' | 'hostAddress'>,
  jenkins: Pick<JenkinsSource, 'inputs' | 'standIn'>,
  canary?: Canary
): Record<string, string> {
  return {
    'aws-region': cloud.region,
    'role-to-assume': cloud.roleArn,
    'source-ami': cloud.sourceImageId,
    // The machines see the runner at this address; its public one is not known to them.
    'allowed-cidrs': `${hostAddress}/32`,
    ...jenkins.inputs,
    // A light machine answers within a second, or never; a real one within seconds, on a busy host within a minute. Jenkins
    // itself needs most of a minute for its first start.
    'smoke-timeout': driver === 'light' ? '20s' : jenkins.standIn ? '2m' : '5m',
    // Only an image that is removed again can leave its snapshot behind.
    ...(canary === 'hidden-snapshot' ? {deregister: 'always'} : {})
  }
}

/**
 * For a template of the user's own: without the inputs that it declares no variable for, because the action would refuse them, and
 * without a source image, which would replace the template's own. Light machines run whatever the action takes by itself; real ones
 * have one image alone, which a template gets that leaves it open. About a template that cannot be opened the action says what is wrong.
 */
export function usableInputs(
  inputs: Record<string, string>,
  location: string,
  driver: LocalCloud['driver']
): Record<string, string> {
  const template = opened(location)
  if (!template) return inputs
  const unused = new Set(unusedInputs(template, new Set(Object.keys(inputs))).map(({input}) => input))
  if (driver === 'light' || !template.variables.has('source_ami')) unused.add('source-ami')
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !unused.has(name)))
}

/** Whether a template declares a variable; true for one that cannot be opened, about which the action has the word. */
export function declares(template: string, variable: string): boolean {
  return opened(template)?.declared.has(variable) ?? true
}

function opened(location: string): Template | undefined {
  try {
    return openTemplate(location, '')
  } catch {
    return undefined
  }
}

/** The environment that a workflow would set to send AWS's clients to the local cloud. */
export function rehearsalEnvironment(
  cloud: Cloud,
  inputs: Readonly<Record<string, string>>,
  ambient: NodeJS.ProcessEnv
): Record<string, string> {
  const {accessKeyId, secretAccessKey} = cloud.administrator
  return {
    ...networkVariables(ambient),
    AWS_ENDPOINT_URL: cloud.endpoint,
    // Where there is no Node 24, the action runs on the Node at hand, which the AWS SDK may advise against.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    // Without a role, the action uses what its environment gives.
    ...(inputs['role-to-assume'] === '' ? {AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey} : {})
  }
}

/** The repository whose name is in the local cloud's OIDC tokens. */
export function rehearsalContext(): Record<`GITHUB_${string}`, string> {
  const repository = defaultSubject.split(':')[1] ?? ''
  const owner = repository.split('/')[0] ?? ''
  return {
    GITHUB_REPOSITORY: repository,
    GITHUB_REPOSITORY_OWNER: owner,
    // As for `uses: OWNER/bake-jenkins-ami@v1`.
    GITHUB_ACTION_REPOSITORY: `${owner}/bake-jenkins-ami`,
    GITHUB_ACTION_REF: 'v1'
  }
}

/** How this machine gets out to the network, where the action has to download something. */
function networkVariables(ambient: NodeJS.ProcessEnv): Record<string, string> {
  const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']
  const names = [
    ...proxies,
    ...proxies.map((name) => name.toLowerCase()),
    'NODE_EXTRA_CA_CERTS',
    'SSL_CERT_FILE',
    'SSL_CERT_DIR'
  ]
  return Object.fromEntries(names.flatMap((name) => (ambient[name] === undefined ? [] : [[name, ambient[name]]])))
}
