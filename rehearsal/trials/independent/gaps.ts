/** What the other implementation answered. */
export interface Answered {
  readonly status: number
  readonly body: string
}

/** Sends a request on the caller's behalf. */
type SendAgain<A extends Answered = Answered> = (fields: URLSearchParams) => Promise<A>

/** What the other implementation does not do and AWS does, and how the proxy gets around it. */
export interface Gap {
  /** For the report. */
  readonly lacks: string
  /** What the proxy does in its place. */
  readonly instead: string
  /** @returns what AWS would have answered; undefined where this gap has nothing to do with that answer */
  close<A extends Answered>(fields: URLSearchParams, answer: A, send: SendAgain<A>): Promise<A | undefined>
}

const mapping = /^BlockDeviceMapping\.(\d+)\./
const specification = /^TagSpecification\.(\d+)\./
const filter = /^Filter\.(\d+)\./

const sizes: Gap = {
  lacks:
    'RunInstances with a block device mapping that has neither a size nor a snapshot: AWS takes both from the image',
  instead: 'the proxy adds the size of its image’s volume',
  async close(fields, {status, body}, send) {
    const isHit = status === 400 && /<Code>MissingParameter<[^]*size or snapshotId/.test(body)
    if (!isAction(fields, 'RunInstances') || !isHit) return undefined
    const amended = new URLSearchParams(fields)
    for (const n of numbersOf(fields, mapping)) {
      const has = (name: string): boolean => fields.has(`BlockDeviceMapping.${n}.Ebs.${name}`)
      if (!has('VolumeSize') && !has('SnapshotId')) amended.set(`BlockDeviceMapping.${n}.Ebs.VolumeSize`, '15')
    }
    return send(amended)
  }
}

const snapshotTags: Gap = {
  lacks: 'CreateImage with tags for the snapshots: it answers HTTP 500',
  instead: 'the proxy leaves them out and tags the snapshots of the new image before anybody sees the answer',
  async close(fields, {status}, send) {
    const n = numbersOf(fields, specification).find(
      (one) => fields.get(`TagSpecification.${one}.ResourceType`) === 'snapshot'
    )
    if (!isAction(fields, 'CreateImage') || status !== 500 || n === undefined) return undefined
    const prefix = `TagSpecification.${n}.`
    const made = await send(without(fields, prefix))
    const [image = ''] = idsIn(made.body, 'imageId')
    if (made.status >= 300) return made
    const {body} = await send(call('DescribeImages', [['ImageId.1', image]]))
    const resources = idsIn(body, 'snapshotId').map((id, index): [string, string] => [`ResourceId.${index + 1}`, id])
    const tags = [...fields].flatMap(([name, value]): [string, string][] =>
      name.startsWith(`${prefix}Tag.`) ? [[name.slice(prefix.length), value]] : []
    )
    await send(call('CreateTags', [...resources, ...tags]))
    return made
  }
}

/** The filters of DescribeImages that it does not have, with the member of an image that they are about. */
const unknownFilters: Readonly<Record<string, string>> = {
  'source-image-id': 'sourceImageId',
  'block-device-mapping.snapshot-id': 'snapshotId'
}

const imageFilters: Gap = {
  lacks: `DescribeImages with the filters ${Object.keys(unknownFilters).join(' and ')}: it answers HTTP 500`,
  instead: 'the proxy looks through all images',
  async close(fields, {status}, send) {
    const nameOf = (n: string): string => fields.get(`Filter.${n}.Name`) ?? ''
    const n = numbersOf(fields, filter).find((one) => Object.hasOwn(unknownFilters, nameOf(one)))
    if (!isAction(fields, 'DescribeImages') || status !== 500 || n === undefined) return undefined
    const member = unknownFilters[nameOf(n)] ?? ''
    const wanted = new Set(valuesOf(fields, `Filter.${n}.Value.`))
    const others = without(fields, `Filter.${n}.`)
    const {body} = await send(others)
    const ids = partsOf(body, 'imageId').flatMap(({id, part}) =>
      idsIn(part, member).some((value) => wanted.has(value)) ? [id] : []
    )
    const found = ['none', ...ids].map((id, index): [string, string] => [`Filter.${n}.Value.${index + 1}`, id])
    return send(new URLSearchParams([...others, [`Filter.${n}.Name`, 'image-id'], ...found]))
  }
}

const keyPairIds: Gap = {
  lacks: 'DeleteKeyPair by the id of the key pair: it answers that it is done, and does nothing',
  instead: 'the proxy looks up the name and deletes by that',
  async close(fields, {status}, send) {
    const id = fields.get('KeyPairId')
    if (!isAction(fields, 'DeleteKeyPair') || status !== 200 || id === null || fields.has('KeyName')) return undefined
    const {body} = await send(call('DescribeKeyPairs', []))
    const [name] = partsOf(body, 'keyPairId').flatMap((one) => (one.id === id ? idsIn(one.part, 'keyName') : []))
    // Gone already, which AWS's answer does not tell apart.
    return name === undefined ? undefined : send(call('DeleteKeyPair', [['KeyName', name]]))
  }
}

/**
 * The gaps of moto 5.2.5. A request goes to moto as it is first, and the proxy steps in only when the gap shows in the answer: what
 * moto learns later, the report then no longer names.
 */
export const gaps: readonly Gap[] = [sizes, snapshotTags, imageFilters, keyPairIds]

/** What moto does not do at all, so that a green run says nothing of it; the local cloud does these. */
export const notJudged: readonly string[] = [
  'signatures, permissions, session policies and the expiry of keys: every request is let in',
  'client tokens: a repeated request makes another instance',
  'states that take time: everything is running, available or gone at once',
  'removals in the wrong order: a group in use and a snapshot of an image can be deleted',
  'machines: it has none, so that the rehearsal’s light ones stand behind its instances'
]

function isAction(fields: URLSearchParams, action: string): boolean {
  return fields.get('Action') === action
}

function call(action: string, fields: readonly [string, string][]): URLSearchParams {
  return new URLSearchParams([['Action', action], ['Version', '2016-11-15'], ...fields])
}

function without(fields: URLSearchParams, prefix: string): URLSearchParams {
  return new URLSearchParams([...fields].filter(([name]) => !name.startsWith(prefix)))
}

function valuesOf(fields: URLSearchParams, prefix: string): string[] {
  return [...fields].flatMap(([name, value]) => (name.startsWith(prefix) ? [value] : []))
}

function numbersOf(fields: URLSearchParams, form: RegExp): string[] {
  return [...new Set([...fields.keys()].flatMap((name) => form.exec(name)?.[1] ?? []))]
}

/** An answer's parts about one resource each: whatever stands behind its id, up to the next one's. */
export function partsOf(body: string, element: string): {readonly id: string; readonly part: string}[] {
  return body.split(new RegExp(`(?=<${element}>)`)).map((part) => ({id: idsIn(part, element)[0] ?? '', part}))
}

/** The texts of an element in an answer, each once. */
export function idsIn(body: string, element: string): string[] {
  return [...new Set([...body.matchAll(new RegExp(`<${element}>([^<]+)`, 'g'))].map(([, id = '']) => id))]
}
