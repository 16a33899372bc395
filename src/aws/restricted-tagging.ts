/**
 * Which resources Packer's amazon plugin tags at creation. EC2 can tag everything at creation in every partition, and
 * the action does so; the plugin does not in China, nor for images and their snapshots in GovCloud, and tags them
 * afterwards (packer-plugin-amazon, IsRestricted).
 */
export function tagsAtCreation(region: string): 'everything' | 'no-images' | 'nothing' {
  if (region.startsWith('cn-')) return 'nothing'
  return region.startsWith('us-gov-') ? 'no-images' : 'everything'
}

/** A warning for users whose role requires tags at creation. Undefined where the plugin tags everything. */
export function restrictedTagging(region: string): string | undefined {
  const left = {
    'no-images': 'the image and its snapshots',
    nothing: 'the key pair, the group, the machine, its volume, the image and its snapshots',
    everything: undefined
  }[tagsAtCreation(region)]
  return left === undefined
    ? undefined
    : `In ${region} Packer's amazon plugin makes ${left} without tags and tags them afterwards, although EC2 could tag them at once. A policy that allows only tagged resources to be made, such as iam/permissions.json, denies that: the bake's role needs wider permissions here.`
}
