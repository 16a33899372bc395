import {expect, it} from '@jest/globals'
import {resolveSource} from '../../src/image/source.ts'
import {startTestCloud} from '../rehearsal/cloud/test-cloud.ts'

const never = new AbortController().signal

it('finds the newest image of the distribution, for x86_64', async () => {
  const {ec2, cloud} = await startTestCloud()
  expect(await resolveSource(ec2, 'debian-13', cloud.region, never)).toMatchObject({
    id: cloud.sourceImageId,
    name: expect.stringMatching(/^debian-13-amd64-/),
    rootDeviceName: '/dev/xvda'
  })
})

it('takes an image by its id', async () => {
  const {ec2, cloud} = await startTestCloud()
  expect((await resolveSource(ec2, cloud.sourceImageId, cloud.region, never)).id).toBe(cloud.sourceImageId)
})

it('says that an image cannot be seen, and why that may be', async () => {
  const {ec2} = await startTestCloud()
  await expect(resolveSource(ec2, 'ami-0123456789abcdef0', 'us-east-1', never)).rejects.toThrow(
    "Input 'source-ami': no image 'ami-0123456789abcdef0' can be seen in us-east-1; image ids differ"
  )
})

it('refuses an image for another architecture', async () => {
  const {ec2} = await startTestCloud()
  const {Images: [arm] = []} = await ec2.describeImages({Filters: [{Name: 'architecture', Values: ['arm64']}]})
  await expect(resolveSource(ec2, arm?.ImageId ?? '', 'us-east-1', never)).rejects.toThrow(/is for arm64/)
})
