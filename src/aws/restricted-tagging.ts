/**
 * What Packer's amazon plugin tags at the moment that it makes it. EC2 itself can tag everything at creation in every partition, and
 * what the action makes is tagged so; the plugin leaves it out in China altogether, and for images and their snapshots in GovCloud,
 * and tags afterwards (packer-plugin-amazon, IsRestricted).
 */
export function tagsAtCreation(region: string): 'everything' | 'no-images' | 'nothing' {
  if (region.startsWith('cn-')) return 'nothing'
  return region.startsWith('us-gov-') ? 'no-images' : 'everything'
}

/** For people whose role demands a tag of what is made. Undefined where nothing is left out. */
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
