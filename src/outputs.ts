import type {Outcome} from './bake.ts'

/** Every output, as action.yml declares them. What a run did not come to know is left empty. */
export function outputsOf(outcome: Outcome): Record<string, string> {
  const {plan, image} = outcome
  return {
    'ami-id': image?.id ?? '',
    'ami-name': image?.name ?? '',
    amis: JSON.stringify(image ? {[image.region]: image.id} : {}),
    'aws-region': outcome.region,
    'aws-account-id': outcome.accountId,
    'source-ami-id': plan.source.id,
    verdict: outcome.verdict,
    deregistered: String(outcome.deregistered),
    'jenkins-version': outcome.jenkinsVersion ?? (image && plan.jenkins?.version) ?? '',
    'packer-version': outcome.packerVersion,
    'smoke-seconds': outcome.smokeSeconds?.toFixed(1) ?? ''
  }
}
