import {list, matching, quoted} from '../lib/parse.ts'
import {regionName} from '../template/aws-names.ts'

/** KMS keys that encrypt an image and its copies. */
export interface Keys {
  /** For every region. Absent: there is none, or each region has its own. */
  readonly only?: string
  readonly byRegion: ReadonlyMap<string, string>
}

const key = matching(/^[A-Za-z0-9:/_-]{1,2048}$/, 'a KMS key id, an ARN or an alias such as alias/images')

/** Reads one key, or lines `region=key`. */
export function parseKeys(value: string): Keys {
  if (!value.includes('=')) return {only: key(value), byRegion: new Map()}
  const pairs = list((line) => {
    const [region = '', id = ''] = line.split(/=(.*)/s)
    if (!regionName.test(region)) {
      throw new Error(`${quoted(line)} is not allowed; expected one key, or lines such as eu-west-1=alias/images`)
    }
    const own = regionOf(id)
    if (own !== undefined && own !== region) throw new Error(`has a key of ${own} for ${region}`)
    return [region, key(id)] as const
  })(value)
  const byRegion = new Map(pairs)
  if (byRegion.size < pairs.length) throw new Error('has two keys for one region')
  return {byRegion}
}

/** The key of a region. Absent: the account's default key there. */
export function keyFor(region: string, keys: Keys | undefined): string | undefined {
  return keys?.only ?? keys?.byRegion.get(region)
}

/** The region in a key's ARN. @returns undefined for other names of keys */
export function regionOf(id: string): string | undefined {
  return /^arn:[^:]+:kms:([a-z0-9-]+):/.exec(id)?.[1]
}

/** Whether a key has the same name in every region: an alias, or a multi-Region key. The id of another one is of one region. */
export function isEverywhere(id: string): boolean {
  return /^(alias\/.+|mrk-[0-9a-f]+)$/.test(id)
}
