import {expect, it} from '@jest/globals'
import {ownTemplate} from '../../rehearsal/trials/templates/own-template.ts'
import {play, withCurrentPacker} from './scenario.ts'

const profile = {
  temporary_iam_instance_profile_policy_document: {
    Version: '2012-10-17',
    Statement: {Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['*']}
  }
}

/** What a template makes that sets no tags, found by what Packer announces. */
withCurrentPacker((packer) => {
  it.each(['CreateLaunchTemplate', 'CreateFleet:after', 'CreateImage'])(
    'leaves nothing of a spot instance when it is killed at %s',
    async (killAt) => {
      const run = await play(packer, {killAt, inputs: {template: ownTemplate({settings: {spot_price: 'auto'}})}})
      expect(run).toMatchObject({exitCode: 137, leftovers: []})
    }
  )

  it.each(['CreateRole:after', 'AddRoleToInstanceProfile'])(
    'leaves no temporary role when it is killed at %s',
    async (killAt) => {
      // Packer's session policy does not allow it to make one: it works with the environment's credentials.
      const run = await play(packer, {
        killAt,
        inputs: {template: ownTemplate({settings: profile}), 'role-to-assume': ''}
      })
      expect(run).toMatchObject({exitCode: 137, leftovers: []})
    }
  )

  it.each(['CopyImage', 'CopyImage:after'])(
    'leaves no copy in another region when it is killed at %s',
    async (killAt) => {
      const template = ownTemplate({settings: {ami_regions: ['eu-west-1']}})
      const run = await play(packer, {killAt, inputs: {template}})
      expect(run).toMatchObject({exitCode: 137, leftovers: []})
    }
  )
})
