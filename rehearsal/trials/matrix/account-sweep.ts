import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {EC2} from '@aws-sdk/client-ec2'
import type {Call} from '../../cloud/calls.ts'
import type {Cloud, Leftover} from '../../cloud/cloud.ts'
import type {LocalCloud} from '../local-cloud.ts'
import {runAction} from '../../runner/run-action.ts'
import {rehearsalContext, rehearsalEnvironment} from '../settings.ts'
import {createErrorLines} from './error-lines.ts'
import {copyRegions} from './followers.ts'

const action = join(import.meta.dirname, '../../../sweep')

/** Whether there is a sweep action to run after a lost runner. */
export const hasSweepAction = (): boolean => existsSync(join(action, 'action.yml'))

/** A sweep, and what is left after it. */
export interface Swept {
  readonly exitCode: number
  readonly seconds: number
  /** But for an image that the bake had given out. */
  readonly leftovers: readonly Leftover[]
  /** The error annotations. */
  readonly errors: readonly string[]
}

/** The clock of a cloud. */
export interface Clock {
  readonly now: () => Date
  /** Does something two minutes ago, as those see it who come later. */
  readonly before: <T>(work: () => Promise<T>) => Promise<T>
  /** Lets so much time pass that what the bake made has expired; the calls of those who were killed are carried out first. */
  readonly expire: (cloud: Pick<Cloud, 'calls'>) => Promise<void>
}

/** The machine answers a probe, and a call that a fault left without an answer has an error's code. */
const isUnderWay = ({service, status, errorCode}: Call): boolean =>
  service !== 'probe' && status === 0 && errorCode === undefined

export function createClock(): Clock {
  let ahead = 0
  return {
    now: () => new Date(Date.now() + ahead),
    async before(work) {
      ahead = -120_000
      try {
        return await work()
      } finally {
        ahead = 0
      }
    },
    async expire({calls}) {
      while (calls.some(isUnderWay)) await pause(20)
      ahead = 4 * 3_600_000
    }
  }
}

/**
 * Runs the sweep action, as a scheduled workflow does, in the cloud of a run that was lost.
 *
 * @param region default the cloud's own
 * @param kill aborted: SIGKILL for the sweep action's node
 */
export async function sweepAfterwards(
  local: LocalCloud,
  folder: string,
  {region = local.cloud.region, kill}: {readonly region?: string; readonly kill?: AbortSignal} = {}
): Promise<Swept> {
  const {cloud} = local
  const inputs = {'aws-region': region, 'role-to-assume': cloud.roleArn}
  const errors = createErrorLines()
  const {exitCode, seconds} = await runAction({
    action,
    inputs,
    env: rehearsalEnvironment(cloud, inputs, process.env),
    oidc: cloud.oidc,
    context: rehearsalContext(),
    parentFolder: folder,
    onLine: errors.onLine,
    ...(kill ? {kill} : {})
  })
  return {exitCode, seconds, leftovers: await leftOf(local), errors: errors.main}
}

/** The same in each region that images may have been copied to. @returns the first that is not green, or else the last */
export async function sweepEverywhere(local: LocalCloud, folder: string): Promise<Swept> {
  let swept = await sweepAfterwards(local, folder)
  for (const region of copyRegions) {
    if (swept.exitCode === 0) swept = await sweepAfterwards(local, folder, {region})
  }
  return swept
}

/** What was made and not given out. */
export async function leftOf(local: LocalCloud): Promise<Leftover[]> {
  const given = await givenOut(local)
  return local.cloud.leftovers(given).filter(({id}) => !given.includes(id))
}

/**
 * Taking the expiry off is a bake's last act on what it gives out: from then on it is its owner's. Until then everything that is given out
 * has one.
 */
async function givenOut({cloud}: LocalCloud): Promise<string[]> {
  const {endpoint, administrator: credentials} = cloud
  const tagsIn = async (region: string) => {
    // The first attempt tells the SDK what time it is in the cloud.
    const ec2 = new EC2({endpoint, region, credentials, maxAttempts: 5})
    const {Tags = []} = await ec2.describeTags({})
    ec2.destroy()
    return Tags
  }
  const tags = (await cloud.furnish(() => Promise.all([cloud.region, ...copyRegions].map(tagsIn)))).flat()
  const idsWith = (key: string): string[] =>
    tags.flatMap(({Key, ResourceId}) => (Key === key ? (ResourceId ?? []) : []))
  const expiring = new Set(idsWith('bake-jenkins-ami:expires'))
  const given = /^(ami|vol|snap)-/
  return idsWith('bake-jenkins-ami:bake').filter((id) => given.test(id) && !expiring.has(id))
}
