import {startJenkinsIndex} from '../../jenkins/index-site.ts'
import {readActionFile} from '../../runner/action-file.ts'
import {inputVariables} from '../../runner/environment.ts'
import type {Cloud} from '../../cloud/cloud.ts'
import {startLocalCloud} from '../local-cloud.ts'
import {rehearsalContext, rehearsalEnvironment, rehearsalInputs} from '../settings.ts'
import {stepEnvironment} from './step.ts'

/** A step that bakes in a local cloud, for whoever starts its script by himself: no runner reads what it says. */
export interface BakeStep {
  readonly cloud: Cloud
  /** What the script finds in its environment. New command files each time. */
  environment(): Promise<Record<string, string>>
  stop(): Promise<void>
}

/** @param inputs over those that the rehearsal sets */
export async function startBakeStep(
  {project, folder}: {readonly project: string; readonly folder: string},
  inputs: Readonly<Record<string, string>> = {}
): Promise<BakeStep> {
  const {defaults} = await readActionFile(project)
  const local = await startLocalCloud({driver: 'light'})
  const index = await startJenkinsIndex()
  const {cloud} = local
  const sites = {'jenkins-repository-url': index.url, 'jenkins-update-center-url': index.url}
  const given = {...rehearsalInputs(local, {inputs: sites, standIn: true}), ...inputs}
  return {
    cloud,
    environment: async () => ({
      ...(await stepEnvironment(folder, rehearsalEnvironment(cloud, given, {}), cloud.oidc)),
      ...rehearsalContext(),
      ...inputVariables(new Map([...defaults, ...Object.entries(given)]))
    }),
    async stop() {
      await index.stop()
      await local.stop()
    }
  }
}
