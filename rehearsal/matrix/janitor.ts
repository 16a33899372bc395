import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import type {Leftover} from '../cloud/cloud.ts'
import type {LocalCloud} from '../local-cloud.ts'
import {runAction} from '../runner/run-action.ts'
import {rehearsalContext, rehearsalEnvironment} from '../settings.ts'

const action = join(import.meta.dirname, '../../sweep')

/** Longer than the `older-than` below, with the whole seconds of AWS's times: by then everything of the run is old enough. */
const ageMs = 3_000

/** Whether there is a janitor to run after a lost runner. */
export const hasJanitor = (): boolean => existsSync(join(action, 'action.yml'))

/**
 * Runs the janitor, as a scheduled workflow does, in the cloud of a run that was lost.
 * @returns what is left after it, but for an image that the bake had given out, and how it ended
 */
export async function sweepAfterwards(
  local: LocalCloud,
  folder: string
): Promise<{leftovers: Leftover[]; exitCode: number}> {
  const {cloud} = local
  await sleep(ageMs)
  const inputs = {'aws-region': cloud.region, 'role-to-assume': cloud.roleArn, 'older-than': '1s'}
  const {exitCode} = await runAction({
    action,
    inputs,
    env: rehearsalEnvironment(cloud, inputs, process.env),
    oidc: cloud.oidc,
    context: rehearsalContext(),
    parentFolder: folder
  })
  return {leftovers: cloud.leftovers(givenOut(local)), exitCode}
}

/** Taking the expiry off is a bake's last act on its image: from then on the image is verified and its owner's. */
function givenOut({cloud}: LocalCloud): string[] {
  const given = cloud.calls.some(
    ({action: name, by, status}) => name === 'DeleteTags' && by === 'action' && status === 200
  )
  return given ? cloud.leftovers().flatMap(({type, id}) => (type === 'image' ? [id] : [])) : []
}
