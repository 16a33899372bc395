import {EC2, type Image} from '@aws-sdk/client-ec2'
import {SSM} from '@aws-sdk/client-ssm'
import {bystanderAgent} from '../../cloud/calls.ts'
import type {Cloud} from '../../cloud/cloud.ts'

/** Where verified images are copied to. */
export const copyRegions: readonly string[] = ['eu-central-1', 'ap-southeast-2']

const parameter = '/jenkins/ami'
const template = 'jenkins'

/** How the parameter and the launch template follow. */
export interface Following {
  readonly dataType: 'text' | 'aws:ec2:image'
  /** Whether the new version of the launch template becomes the default one. */
  readonly becomesDefault: boolean
}

/** Of a bake that promotes its image, and of the promote action: each in another way. */
export const following: Readonly<Record<'promoted' | 'promote-action', Following>> = {
  promoted: {dataType: 'aws:ec2:image', becomesDefault: true},
  'promote-action': {dataType: 'text', becomesDefault: false}
}

/** The inputs by which an image is given to others in every way that there is. */
export const promotionInputs = ({becomesDefault}: Following): Readonly<Record<string, string>> => ({
  'copy-to-regions': copyRegions.join(','),
  'kms-key-id': 'alias/images',
  'share-with': '210987654321\narn:aws:organizations::123456789012:organization/o-0123456789',
  'deprecate-after': '90d',
  'ssm-parameter': parameter,
  'launch-template': template,
  'launch-template-default': String(becomesDefault)
})

/** What others follow: a parameter and a launch template, which name an image of before. */
export interface Followers {
  /**
   * What must never be: one of the two names an image that is not verified, available and released; an image has some of
   * its copies, but not all; a copy without its image.
   *
   * @param end `good`: both name its image, which has all copies. `lost`: an image may have some of its copies, if the
   *   runner was lost while they lost their expiry, one after the other (docs/promotion.md)
   */
  wrongs(end: 'good' | 'bad' | 'lost'): Promise<string[]>
}

/** Makes both, as part of the account and not of the run. */
export async function placeFollowers(cloud: Cloud, {dataType, becomesDefault}: Following): Promise<Followers> {
  const {endpoint, region: home, administrator: credentials, sourceImageId: before} = cloud
  const settings = {endpoint, credentials, maxAttempts: 5, customUserAgent: bystanderAgent}
  const ec2 = new EC2({...settings, region: home})
  const ssm = new SSM({...settings, region: home})
  const there = await cloud.furnish(async () => {
    const {Images = []} = await ec2.describeImages({Owners: ['self']})
    await ec2.createLaunchTemplate({
      LaunchTemplateName: template,
      LaunchTemplateData: {ImageId: before, InstanceType: 't3.medium'}
    })
    await ssm.putParameter({Name: parameter, Value: before, Type: 'String', DataType: dataType})
    return new Set(Images.map(({ImageId}) => ImageId))
  })

  const imagesOf = async (region: string): Promise<Image[]> => {
    const {Images = []} = await new EC2({...settings, region}).describeImages({Owners: ['self']})
    return Images.filter((image) => !there.has(image.ImageId) && tagOf(image, 'verified') !== undefined)
  }
  const look = async () => {
    const all = await Promise.all([home, ...copyRegions].map(imagesOf))
    const {Parameter: {Value: named} = {}} = await ssm.getParameter({Name: parameter})
    const imageOf = async (version: string): Promise<string | undefined> => {
      const query = {LaunchTemplateName: template, Versions: [version]}
      const {LaunchTemplateVersions: [found] = []} = await ec2.describeLaunchTemplateVersions(query)
      return found?.LaunchTemplateData?.ImageId
    }
    return {
      images: all[0] ?? [],
      copies: all.slice(1),
      named,
      launched: await imageOf(becomesDefault ? '$Default' : '$Latest'),
      untouched: becomesDefault ? before : await imageOf('$Default')
    }
  }

  return {
    async wrongs(end) {
      const done = end === 'good'
      const {images, copies, named, launched, untouched} = await cloud.furnish(look)
      const isGiven = (image: Image): boolean => image.State === 'available' && tagOf(image, 'expires') === undefined
      const given = images.filter(isGiven)
      const followed = {parameter: named, 'launch template': launched}
      const lost = Object.entries(followed).flatMap(([who, id]) => {
        const isRight = given.some(({ImageId}) => ImageId === id) || (id === before && !done)
        return isRight ? [] : [`the ${who} names ${id}`]
      })
      const halves = given.flatMap((image) => {
        const isCopy = (copy: Image): boolean => isGiven(copy) && bakeOf(copy) === bakeOf(image)
        const counts = copies.map((some) => some.filter(isCopy).length)
        const isRight =
          counts.every((count) => count === 1) || (!done && counts.every((count) => count === 0)) || end === 'lost'
        return isRight ? [] : [`${image.ImageId} has ${counts.join(' and ')} copies`]
      })
      const orphans = copies
        .flat()
        .filter((copy) => isGiven(copy) && given.every((image) => bakeOf(image) !== bakeOf(copy)))
        .map(({ImageId}) => `${ImageId} is a copy without its image`)
      const changed = untouched === before ? [] : [`the default version launches ${untouched}`]
      return [...lost, ...halves, ...orphans, ...changed]
    }
  }
}

/** A copy that the promote action made has a bake of its own. */
const bakeOf = (image: Image): string | undefined => tagOf(image, 'origin') ?? tagOf(image, 'bake')

function tagOf({Tags = []}: Image, name: string): string | undefined {
  return Tags.find(({Key}) => Key === `bake-jenkins-ami:${name}`)?.Value
}
