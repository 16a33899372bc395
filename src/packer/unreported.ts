import {findResources} from '../sweep/find.ts'
import type {Traces} from '../sweep/search.ts'
import type {Account} from '../aws/account.ts'
import type {Artifact} from '../packer-output/messages.ts'

/** The artifacts and messages of one run of Packer. */
export interface PackerReport {
  readonly artifacts: readonly Artifact[]
  /** The names of the builds that succeeded, as often as they did. */
  readonly finished: readonly string[]
}

/**
 * Packer keeps the artifacts of a run by the names of its builds (command/build.go): of two builds with one name it
 * reports one. If more builds have succeeded than are reported, AWS is asked for the images that descend from this
 * bake, so that each is tested and released.
 *
 * @param since when that run of Packer began, by AWS's clock: an image of an earlier run is not a product
 * @returns the artifacts, and one for each image that Packer did not report, with its copies
 */
export async function withUnreported(
  account: Account,
  {artifacts, finished}: PackerReport,
  traces: Traces,
  since: Date,
  signal: AbortSignal
): Promise<readonly Artifact[]> {
  const reported = new Set(artifacts.map(({target}) => target))
  if (finished.length <= reported.size) return artifacts
  const {found} = await findResources(account, traces, signal)
  const known = new Set(artifacts.flatMap(({id}) => id.split(',')))
  const images = found.filter(
    ({type, state, created}) => type === 'image' && state !== 'failed' && created !== undefined && created >= since
  )
  const ofTheirs = images.filter(({region, id}) => region === undefined && !known.has(`${account.region}:${id}`))
  const names = missingNames(reported, finished)
  return [
    ...artifacts,
    ...ofTheirs.map(({id, name = id}) => {
      const copies = images.flatMap((one) =>
        one.sourceImageId === id && one.region ? [`${one.region}:${one.id}`] : []
      )
      const target = names.length === 1 ? (names[0] ?? name) : name
      return {target, builderId: 'mitchellh.amazonebs', id: [`${account.region}:${id}`, ...copies].join(',')}
    })
  ]
}

/** The names of which more builds have ended than are reported, each once. */
function missingNames(reported: ReadonlySet<string>, finished: readonly string[]): string[] {
  const missing = finished.filter((name, at) => !reported.has(name) || finished.indexOf(name) !== at)
  return [...new Set(missing)]
}
