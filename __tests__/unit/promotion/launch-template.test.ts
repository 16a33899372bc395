import {
  CreateLaunchTemplateVersionCommand,
  DescribeImagesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  ModifyLaunchTemplateCommand
} from '@aws-sdk/client-ec2'
import {describe, expect, it} from '@jest/globals'
import {mockClient} from 'aws-sdk-client-mock'
import {giveToLaunchTemplate} from '../../../src/promotion/launch-template.ts'
import {checkLaunchTemplate} from '../../../src/promotion/launch-template-check.ts'
import {tagKeys} from '../../../src/aws/tags.ts'
import type {Origin} from '../../../src/promotion/newer.ts'
import {recordingLog} from '../../helpers/recording-log.ts'

const template = 'lt-0123456789abcdef0'
const older = 'ami-00000000000000009'
const old = 'ami-0000000000000000a'
const ours = 'ami-0000000000000000b'
const newer = 'ami-0000000000000000c'
const newest = 'ami-0000000000000000d'
/** Of a person, newer than all. */
const trial = 'ami-0000000000000000e'
const {signal} = new AbortController()

type Image = string | undefined

/** Those that are there from the beginning were made by bakes, long ago. */
const longAgo = new Date('2026-01-01T00:00:00Z')

/** A launch template with versions of these images, of which the given one is the default. */
function templateOf(images: readonly Image[], standard = images.length) {
  const described = (image: Image, purpose = '$Default') => `${image} by bake-jenkins-ami for ${purpose}`
  const details = images.map((image) => ({description: described(image), created: longAgo}))
  const state = {
    images: [...images],
    standard,
    onCreate: (): void => undefined,
    onDefault: (): void => undefined,
    /** What another bake makes meanwhile. */
    rival(image: string, purpose = '$Default') {
      state.add(image, described(image, purpose))
    },
    add(image: string, description = 'a trial') {
      details.push({description, created: new Date()})
      state.images.push(image)
    }
  }
  const ec2 = new EC2Client({region: 'eu-west-1'})
  const aws = mockClient(ec2)
  const versionOf = (name: string): number =>
    name === '$Default' ? state.standard : name === '$Latest' ? state.images.length : Number(name)
  aws
    .on(DescribeImagesCommand)
    .callsFake(({Filters: [{Values} = {}] = []}: {Filters?: {Values?: string[]}[]}) => ({
      Images: [older, old, ours, newer, newest, trial]
        .map((ImageId, at) => ({
          ImageId,
          CreationDate: `2026-11-2${at}T00:00:00.000Z`,
          State: 'available' as const,
          Tags: ImageId === trial ? [] : [{Key: tagKeys.verified, Value: 'yes'}]
        }))
        .filter(({ImageId}) => Values?.includes(ImageId))
    }))
    .on(DescribeLaunchTemplateVersionsCommand)
    .callsFake(({Versions: [wanted] = [], MinVersion = '1'}) => ({
      LaunchTemplateVersions: (wanted === undefined
        ? state.images.map((_, at) => at + 1).filter((number) => number >= Number(MinVersion))
        : [versionOf(wanted)]
      ).map((number) => ({
        VersionNumber: number,
        VersionDescription: details[number - 1]?.description,
        CreateTime: details[number - 1]?.created,
        LaunchTemplateData: {ImageId: state.images[number - 1]}
      }))
    }))
    .on(CreateLaunchTemplateVersionCommand)
    .callsFake(({LaunchTemplateData, VersionDescription, DryRun}) => {
      if (DryRun === true) throw Object.assign(new Error('it would have succeeded'), {name: 'DryRunOperation'})
      state.onCreate()
      state.add(LaunchTemplateData.ImageId, VersionDescription)
      return {LaunchTemplateVersion: {VersionNumber: state.images.length}}
    })
    .on(ModifyLaunchTemplateCommand)
    .callsFake(({DefaultVersion, DryRun}) => {
      if (DryRun === true) throw Object.assign(new Error('it would have succeeded'), {name: 'DryRunOperation'})
      state.onDefault()
      state.standard = Number(DefaultVersion)
      return {}
    })
  return {ec2, aws, state}
}

async function given(
  {ec2}: Pick<ReturnType<typeof templateOf>, 'ec2'>,
  {becomesDefault = true, origin = 'made'}: {becomesDefault?: boolean; origin?: Origin} = {}
) {
  const log = recordingLog()
  const wish = {template, becomesDefault}
  const result = await giveToLaunchTemplate(
    {ec2, log, region: 'eu-west-1'},
    {wish, imageId: ours, origin, bakeId: '0123456789ab'},
    signal
  )
  return {result, log: log.lines.join('\n')}
}

describe('a launch template', () => {
  it('launches the image by a new default version, made from the default one', async () => {
    const {state, ...cloud} = templateOf([old, 'ami-00000000000000000'], 1)
    const {result, log} = await given(cloud)
    expect(result).toEqual({template, version: 3, previous: old})
    expect(state).toMatchObject({standard: 3, images: [old, 'ami-00000000000000000', ours]})
    expect(log).toContain(
      `Version 3 of the launch template ${template} launches ${ours} (the default version, before: ${old})`
    )
    const [create] = cloud.aws.commandCalls(CreateLaunchTemplateVersionCommand)
    expect(create?.args[0].input).toMatchObject({
      LaunchTemplateId: template,
      SourceVersion: '1',
      LaunchTemplateData: {ImageId: ours}
    })
  })

  it('gets a version from the latest one that does not become the default, if so asked', async () => {
    const {state, ...cloud} = templateOf([old, old], 1)
    expect((await given(cloud, {becomesDefault: false})).result).toEqual({template, version: 3, previous: old})
    expect(state.standard).toBe(1)
    const [create] = cloud.aws.commandCalls(CreateLaunchTemplateVersionCommand)
    expect(create?.args[0].input.SourceVersion).toBe('2')
  })

  it('keeps an image that is newer, and one that it has already', async () => {
    const {state, ...cloud} = templateOf([newer])
    const {result, log} = await given(cloud)
    expect(result).toEqual({template, version: 1})
    expect(log).toContain(`keeps ${newer}, because that image is newer than ${ours}`)
    expect(state.images).toEqual([newer])
    expect((await given(templateOf([ours]))).result).toEqual({template, version: 1})
  })

  it('keeps what somebody has set it back to', async () => {
    const cloud = templateOf([old, ours], 1)
    const {result, log} = await given(cloud, {origin: 'reused'})
    expect(result).toEqual({template, version: 1})
    expect(log).toContain(`its version 2 has ${ours} and is no longer in use`)
    expect(log).toContain(`--default-version 2`)
    expect(cloud.state).toMatchObject({standard: 1, images: [old, ours]})
  })

  it('goes back to an older image that a person has chosen', async () => {
    const cloud = templateOf([old, ours, newer])
    expect((await given(cloud, {origin: 'chosen'})).result).toEqual({template, version: 4, previous: newer})
    expect(cloud.state).toMatchObject({standard: 4, images: [old, ours, newer, ours]})
  })

  it('keeps the newer image of a bake that was faster', async () => {
    const cloud = templateOf([old])
    cloud.state.onCreate = () => {
      cloud.state.onCreate = () => undefined
      cloud.state.rival(newer)
      cloud.state.standard = 2
    }
    expect((await given(cloud)).result).toEqual({template, version: 2})
    expect(cloud.state).toMatchObject({standard: 2, images: [old, newer, ours]})
  })

  it('keeps the default version that a person has chosen while its own was made', async () => {
    const cloud = templateOf([old])
    cloud.state.onCreate = () => {
      cloud.state.onCreate = () => undefined
      cloud.state.add(trial)
      cloud.state.standard = 2
    }
    expect((await given(cloud)).result).toEqual({template, version: 2})
    expect(cloud.state.standard).toBe(2)
  })

  it('gives way to a newer image that comes while it becomes the default', async () => {
    const cloud = templateOf([old])
    cloud.state.onDefault = () => {
      cloud.state.onDefault = () => undefined
      cloud.state.rival(newer)
    }
    const {log} = await given(cloud)
    expect(cloud.state).toMatchObject({standard: 3, images: [old, ours, newer]})
    expect(log).toContain(`launches ${newer}, because that image is newer`)
  })

  it('gives way to a newer image whose version is older than its own', async () => {
    const cloud = templateOf([old])
    cloud.state.onCreate = () => {
      cloud.state.onCreate = () => undefined
      cloud.state.rival(newer)
    }
    const {result} = await given(cloud)
    expect(result).toEqual({template, version: 2})
    expect(cloud.state).toMatchObject({standard: 2, images: [old, newer, ours]})
  })

  it('looks again after each change, so that the newest of three wins', async () => {
    const cloud = templateOf([old])
    cloud.state.onDefault = () => {
      cloud.state.rival(newer)
      cloud.state.onDefault = () => {
        cloud.state.onDefault = () => undefined
        cloud.state.rival(newest)
      }
    }
    expect((await given(cloud)).result).toEqual({template, version: 4})
    expect(cloud.state).toMatchObject({standard: 4, images: [old, ours, newer, newest]})
  })

  it('gives way to a newer image whose version is older than the one that was launched before', async () => {
    const cloud = templateOf([old])
    // Another bake has made its version, and makes it the default only while ours becomes the default, after a third has launched its own.
    cloud.state.rival(newer)
    cloud.state.rival(older)
    cloud.state.standard = 3
    const {result} = await given(cloud)
    expect(result).toEqual({template, version: 2})
    expect(cloud.state).toMatchObject({standard: 2, images: [old, newer, older, ours]})
  })

  it('is given the image also if it cannot be known whether another bake was faster', async () => {
    const cloud = templateOf([old])
    cloud.state.onDefault = () => {
      cloud.state.rival(newer)
      cloud.aws.on(DescribeImagesCommand).rejects(new Error('throttled'))
    }
    const {result, log} = await given(cloud)
    expect(result).toEqual({template, version: 2, previous: old})
    expect(log).toMatch(/^warning: Version 2 of the launch template \S+ is launched, and it is not known .*throttled/m)
  })

  it('leaves a person’s trial as the latest version', async () => {
    const cloud = templateOf([old])
    cloud.state.onCreate = () => {
      cloud.state.onCreate = () => undefined
      queueMicrotask(() => cloud.state.add(newer))
    }
    const {result} = await given(cloud, {becomesDefault: false})
    expect(result).toEqual({template, version: 2, previous: old})
    expect(cloud.state.images).toEqual([old, ours, newer])
  })

  it.each(['chosen', 'made'] as const)('is the latest version again before an older rival’s (%s)', async (origin) => {
    const cloud = templateOf([old])
    cloud.state.onCreate = () => {
      cloud.state.onCreate = () => undefined
      queueMicrotask(() => cloud.state.rival(older, '$Latest'))
    }
    const {result, log} = await given(cloud, {becomesDefault: false, origin})
    const isChosen = origin === 'chosen'
    expect(result).toEqual({template, version: isChosen ? 2 : 4, previous: old})
    expect(cloud.state.images).toEqual([old, ours, older, ...(isChosen ? [] : [ours])])
    expect(log.includes(`launches ${ours}, because that image is newer than ${older}`)).toBe(!isChosen)
  })

  it('does not make a version the default that was there before, or that was made for others', async () => {
    // Somebody has gone back from the second to the first.
    const back = templateOf([old, newer], 1)
    expect((await given(back)).result).toEqual({template, version: 3, previous: old})
    expect(back.state.standard).toBe(3)
    const tried = templateOf([old])
    tried.state.onDefault = () => {
      tried.state.onDefault = () => undefined
      tried.state.rival(newer, '$Latest')
    }
    expect((await given(tried)).result).toEqual({template, version: 2, previous: old})
    expect(tried.state.standard).toBe(2)
  })

  it('leaves the default version that somebody else has chosen meanwhile', async () => {
    const cloud = templateOf([old])
    cloud.state.onDefault = () => {
      cloud.state.onDefault = () => undefined
      cloud.state.rival(newer)
      queueMicrotask(() => (cloud.state.standard = 1))
    }
    expect((await given(cloud)).result).toEqual({template, version: 1})
    expect(cloud.state.standard).toBe(1)
  })

  it('does not give way to an image that no bake has given out', async () => {
    const cloud = templateOf([old])
    cloud.state.onDefault = () => {
      cloud.state.onDefault = () => undefined
      cloud.state.rival(trial)
    }
    expect((await given(cloud)).result).toMatchObject({version: 2})
    expect(cloud.state).toMatchObject({standard: 2, images: [old, ours, trial]})
  })

  it('keeps the newer image as the latest that came while its version was made', async () => {
    const cloud = templateOf([old])
    cloud.state.onCreate = () => {
      cloud.state.onCreate = () => undefined
      cloud.state.rival(newer, '$Latest')
    }
    const {result, log} = await given(cloud, {becomesDefault: false})
    expect(result).toEqual({template, version: 4})
    expect(cloud.state).toMatchObject({standard: 1, images: [old, newer, ours, newer]})
    expect(log).toContain(`launches ${newer}, because that image is newer than ${ours}`)
  })

  it('makes no version that it may not make the default', async () => {
    const cloud = templateOf([old])
    cloud.aws.on(ModifyLaunchTemplateCommand).rejects(Object.assign(new Error('no'), {name: 'UnauthorizedOperation'}))
    await expect(given(cloud)).rejects.toThrow('UnauthorizedOperation')
    expect(cloud.state).toMatchObject({standard: 1, images: [old]})
  })

  it('says what to run where AWS refuses', async () => {
    const cloud = templateOf([old])
    cloud.aws.on(CreateLaunchTemplateVersionCommand).rejects(
      Object.assign(
        new Error(
          'You are not authorized to perform: ec2:CreateLaunchTemplateVersion because no identity-based policy allows it'
        ),
        {
          name: 'UnauthorizedOperation'
        }
      )
    )
    const failure = given(cloud)
    await expect(failure).rejects.toThrow(/could not be given ami-0000000000000000b: UnauthorizedOperation/)
    await expect(failure).rejects.toThrow(/iam\/launch-template-permissions\.json/)
    await expect(failure).rejects.toThrow(
      /aws ec2 create-launch-template-version --region eu-west-1 --launch-template-id \S+ --source-version 1 /
    )
  })

  it('says what AWS finds wrong with the new version', async () => {
    const cloud = templateOf([old])
    cloud.aws
      .on(CreateLaunchTemplateVersionCommand)
      .resolves({LaunchTemplateVersion: {VersionNumber: 2}, Warning: {Errors: [{Code: 'x', Message: 'no such key'}]}})
    const failure = given(cloud)
    await expect(failure).rejects.toThrow(/AWS has made version 2, but reports a problem with it: no such key/)
    await expect(failure).rejects.toThrow(/aws ec2 modify-launch-template .* --default-version 2$/)
    const latest = given(cloud, {becomesDefault: false})
    await expect(latest).rejects.toThrow(/Version 2 has it, and is the latest one. Correct the launch template/)
    expect(cloud.state.standard).toBe(1)
  })
})

describe('before the bake', () => {
  const check = ({ec2}: Pick<ReturnType<typeof templateOf>, 'ec2'>) =>
    checkLaunchTemplate({ec2, region: 'eu-west-1'}, {template, becomesDefault: true}, signal)

  it('a launch template is enough that is there', async () => {
    await expect(check(templateOf([undefined]))).resolves.toBeUndefined()
  })

  it('one that the role may not change is refused, and nothing is made', async () => {
    const cloud = templateOf([old])
    cloud.aws.on(ModifyLaunchTemplateCommand).rejects(Object.assign(new Error('no'), {name: 'UnauthorizedOperation'}))
    await expect(check(cloud)).rejects.toThrow(/cannot be changed: UnauthorizedOperation/)
    expect(cloud.state.images).toEqual([old])
  })

  it('one that follows a parameter is refused', async () => {
    await expect(check(templateOf(['resolve:ssm:/jenkins/ami']))).rejects.toThrow(
      /follows the parameter \/jenkins\/ami, and needs no new version; give the parameter to 'ssm-parameter'/
    )
  })

  it.each([
    ['InvalidLaunchTemplateId.NotFound', /there is no launch template lt-0123456789abcdef0 in eu-west-1/],
    ['InvalidLaunchTemplateName.NotFoundException', /there is no launch template/],
    ['RequestLimitExceeded', /cannot be read: RequestLimitExceeded: said/]
  ])('%s is told', async (name, message) => {
    const cloud = templateOf([old])
    cloud.aws.on(DescribeLaunchTemplateVersionsCommand).rejects(Object.assign(new Error('said'), {name}))
    await expect(check(cloud)).rejects.toThrow(message)
  })
})
