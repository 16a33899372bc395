import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import * as core from '@actions/core'
import type {ConnectVia} from '../aws/connectivity.ts'
import {InputError} from '../lib/errors.ts'
import {cidr, duration, httpUrl, list, matching, nonEmpty, oneOf, optional} from '../lib/parse.ts'
import {newProbeKey} from '../smoke/self-probe.ts'
import {instanceUserData} from '../smoke/user-data.ts'
import type {Template} from '../template/template.ts'
import {unusableVars, unusedInputs} from '../template/variables.ts'
import {readAll, readAwsInputs, type AwsInputs} from './aws.ts'
import {defaults, whenEmpty, type InputName} from './defaults.ts'
import {distributionOf} from './distributions.ts'
import {readImageInputs, type ImageInputs} from './image.ts'
import {keyFor, parseKeys} from './keys.ts'
import {packerVersion, type PackerRequest} from './packer-version.ts'
import {missingImage} from './missing-image.ts'
import {readPromotion, type Promotion} from './promotion.ts'
import {readReuse, type Reuse} from './reuse.ts'
import {ofSmokeTest, readSmoke, type SmokeInputs} from './smoke.ts'
import {sessionManagerProblems} from './session-manager.ts'
import {readTemplate} from './template.ts'
import {unknownInputs} from './unknown.ts'

const subnetIdList = list(
  matching(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/, 'subnet ids such as subnet-0123456789abcdef0')
)

type Environment = Readonly<Record<string, string | undefined>>

export type Deregister = 'on-failure' | 'always' | 'never'

export interface Inputs {
  readonly aws: AwsInputs
  readonly packer: PackerRequest
  /** For `packer init` alone, which reads some plugins from GitHub. */
  readonly githubToken?: string
  readonly template: Template
  readonly image: ImageInputs
  readonly connectVia: ConnectVia
  /** `auto`: this runner's own address, public or private as `connectVia` has it. */
  readonly allowedCidrs: 'auto' | readonly string[]
  /** Tried in turn. Empty: the default VPC's. */
  readonly subnetIds: readonly string[]
  /** Absent: no smoke test was asked for. */
  readonly smoke?: SmokeInputs
  readonly deregister: Deregister
  /** Absent: an image is baked even if nothing has changed. */
  readonly reuse?: Reuse
  readonly promotion: Promotion
  readonly bakeTimeoutMs: number
}

/**
 * Reads and checks all inputs.
 *
 * @param env for AWS_REGION, AWS_DEFAULT_REGION and GITHUB_WORKSPACE
 * @param shippedTemplate the folder of the template that comes with the action
 * @param read the text of an input; empty when it was not given
 * @throws {InputErrors} with every input that cannot be used
 */
export function readInputs(
  env: Environment,
  shippedTemplate: string,
  read: (name: string) => string = givenText
): Inputs {
  const text = (name: InputName): string => read(name) || defaults[name]
  const standing = (name: string): string => read(name) || (whenEmpty[name as InputName] ?? '')
  const workspace = env['GITHUB_WORKSPACE'] ?? process.cwd()
  return readAll(defaults, standing, (input, problems) => {
    problems.push(...unknownInputs(Object.keys(defaults), env))
    const given = new Set((Object.keys(defaults) as InputName[]).filter((name) => text(name) !== defaults[name]))
    const template = readTemplate(input, text, {given, env, workspace, shippedTemplate})
    const githubToken = text('github-token')
    const smokeTest = input('smoke-test', oneOf('true', 'false')) === 'true'
    const smoke = readSmoke(input, workspace)
    for (const name of smokeTest ? [] : ofSmokeTest.filter((one) => given.has(one))) {
      problems.push(new InputError(name, "is used by the smoke test only, and 'smoke-test' is false"))
    }
    const deregister = input('deregister', oneOf('on-failure', 'always', 'never'))
    const keepsImages = deregister !== 'always'
    const reuse = readReuse(input, {env, smokeTest, keepsImages}, problems)
    const aws = readAwsInputs(input, env)
    const keys = input('kms-key-id', optional(parseKeys))
    const asked = {template, region: aws?.region, keys, makesImage: true, smokeTest, keepsImages}
    const promotion = readPromotion(input, asked, problems)
    const allowedCidrs = input('allowed-cidrs', (value) => (value === 'auto' ? 'auto' : nonEmpty(list(cidr))(value)))
    if (template) {
      const ranges = Array.isArray(allowedCidrs) ? allowedCidrs : []
      problems.push(...unusedInputs(template, given, ranges), ...unusableVars(template), ...template.problems)
    }
    const connectVia = input('connect-via', oneOf('public-ip', 'private-ip', 'session-manager'))
    const bySession = connectVia === 'session-manager'
    const source = read('source-ami') || distributionOf(loginUserOf(template, read)) || standing('source-ami')
    if (template && !read('source-ami')) problems.push(...missingImage(template, read('ssh-username') || undefined))
    // `auto` opens no port either.
    if (text('allowed-cidrs') === 'auto') given.delete('allowed-cidrs')
    if (bySession && smoke.script !== undefined) {
      problems.push(
        new InputError(
          'smoke-script',
          "needs a Jenkins that this runner can reach, and with 'connect-via: session-manager' no port is open"
        )
      )
    }
    if (bySession && template) problems.push(...sessionManagerProblems({given, template, source, env}))
    const jenkinsLog =
      template?.shipped || bySession ? readFileSync(join(shippedTemplate, 'files/jenkins-log.sh'), 'utf8') : undefined
    if (jenkinsLog !== undefined && smoke.userData) {
      // The action's own part is added to it. If both together are too long, this is reported here and not after the
      // bake.
      const ours = {deadlineMinutes: 2_880, jenkinsLog, ...(bySession ? {probeKey: newProbeKey()} : {})}
      input('smoke-user-data', (value) => instanceUserData({...ours, userData: value}))
    }
    return {
      aws,
      packer: {
        version: input('packer-version', packerVersion),
        releasesUrl: input('packer-releases-url', httpUrl)
      },
      ...(githubToken ? {githubToken} : {}),
      template,
      image: {
        ...readImageInputs(input, {workspace, kmsKeyId: keyFor(aws.region, keys)}),
        ...(given.has('source-ami') ? {} : {source})
      },
      connectVia,
      allowedCidrs,
      subnetIds: input('subnet-ids', subnetIdList),
      ...(smokeTest ? {smoke: {...smoke, ...(jenkinsLog !== undefined ? {jenkinsLog} : {})}} : {}),
      deregister,
      ...(reuse ? {reuse} : {}),
      promotion,
      bakeTimeoutMs: input('bake-timeout', duration)
    }
  })
}

/**
 * A user's template with a login user is meant for that user's distribution. The input replaces the user of builders
 * that leave it to the variable.
 */
function loginUserOf(template: Template | undefined, read: (name: InputName) => string): string | undefined {
  if (!template || template.shipped) return undefined
  const isGiven = template.sources.some(
    (source) => source.isVariable('source_ami') && source.isVariable('ssh_username')
  )
  return (isGiven && read('ssh-username')) || template.names.loginUsers[0]
}

/**
 * The value of an input. Blanks at the end of the last variable belong to its value, as they do in every other line.
 */
export function givenText(name: string): string {
  return core.getInput(name, {trimWhitespace: name !== 'vars'})
}
