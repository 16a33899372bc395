import {join} from 'node:path'
import type {LocalCloud} from '../../rehearsal/index.ts'
import {runAction, type ActionRun} from '../../rehearsal/runner/run-action.ts'
import {rehearsalContext, rehearsalEnvironment} from '../../rehearsal/trials/settings.ts'

const action = join(import.meta.dirname, '..', '..', 'promote')

/** Runs the promote action as the runner would. */
export function promote({cloud}: LocalCloud, inputs: Readonly<Record<string, string>>): Promise<ActionRun> {
  return runAction({
    action,
    inputs: {'aws-region': cloud.region, 'role-to-assume': cloud.roleArn, ...inputs},
    env: rehearsalEnvironment(cloud, {'role-to-assume': cloud.roleArn}, {}),
    oidc: cloud.oidc,
    context: rehearsalContext()
  })
}
