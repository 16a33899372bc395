import type {Outcome} from '../bake/outcome.ts'
import {withCopies, type BakedImage} from '../packer/images.ts'
import {sourceOf} from '../bake/source-of.ts'

/** The paths of the files that tell other tools of an image (hand-over-files.ts); empty where there is none to tell of. */
export interface HandOverFiles {
  readonly manifest: string
  readonly tfvars: string
  readonly packages: string
  readonly sbom: string
}

export const noFiles: HandOverFiles = {manifest: '', tfvars: '', packages: '', sbom: ''}

/** Every output, as action.yml declares them. An output that the run did not learn is left empty. */
export function outputsOf(outcome: Outcome, files: HandOverFiles = noFiles): Record<string, string> {
  const {plan, images} = outcome
  const [image] = images
  return {
    'ami-id': image?.id ?? '',
    'ami-name': image?.name ?? '',
    amis: JSON.stringify(byRegion(images)),
    'also-made': JSON.stringify(
      (outcome.othersStay ? outcome.others : []).map(({target, builderId, id}) => ({
        source: target,
        builder: builderId,
        id
      }))
    ),
    'aws-region': outcome.region,
    'aws-account-id': outcome.accountId,
    'source-ami-id': sourceOf(plan, image)?.id ?? '',
    verdict: outcome.verdict,
    deregistered: String(outcome.deregistered),
    skipped: String(outcome.skipped),
    fingerprint: plan.comparable?.fingerprint ?? '',
    'previous-ami-id': outcome.parameter?.previous ?? outcome.launchTemplate?.previous ?? '',
    'launch-template-version': outcome.launchTemplate ? String(outcome.launchTemplate.version) : '',
    ...files,
    'jenkins-version': outcome.jenkinsVersion ?? (image && plan.jenkins?.version) ?? '',
    'packer-version': outcome.packerVersion,
    'smoke-seconds': outcome.smokeSeconds?.toFixed(1) ?? ''
  }
}

/** From region to id, copies as well; where the template has several sources, from region to source to id. */
function byRegion(images: readonly BakedImage[]): Record<string, string | Record<string, string>> {
  const all = images.flatMap((image) => withCopies(image).map(({region, id}) => ({region, id, source: image.source})))
  const regions = [...new Set(all.map(({region}) => region))]
  const inRegion = (region: string): Record<string, string> =>
    Object.fromEntries(all.flatMap((one) => (one.region === region ? [[one.source, one.id]] : [])))
  return Object.fromEntries(
    regions.map((region) => [region, images.length > 1 ? inRegion(region) : (Object.values(inRegion(region))[0] ?? '')])
  )
}
