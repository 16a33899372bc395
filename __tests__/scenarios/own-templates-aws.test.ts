import {expect, it} from '@jest/globals'
import {needsDerivedTemplate} from '../../rehearsal/host/packers/packer.ts'
import {ownTemplate, type Kind} from '../../rehearsal/trials/templates/own-template.ts'
import {play, scenarioMs, withPacker} from './scenario.ts'

const anImage: unknown = expect.stringMatching(/^ami-[0-9a-f]{17}$/)

/** What a template may do with AWS beside making one image in one region. */
withPacker((packer) => {
  const isOld = needsDerivedTemplate(packer)

  it.each<Kind>(['HCL2', 'JSON'])(
    'names what other builders made, and leaves it alone (%s)',
    async (kind) => {
      const run = await play(packer, {inputs: {template: ownTemplate({kind, others: ['null', 'file']})}})
      expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
      expect(JSON.parse(run.outputs['amis'] ?? '')).toEqual({'us-east-1': anImage})
      expect(run.log).toMatch(
        /The template also made .*\(packer\.file, .*\): the action only reports it, and does not touch it if the bake succeeds/
      )
      expect(run.summary).toContain('| Also made |')
    },
    scenarioMs
  )

  it(
    'works with a profile that the template names, which holds nothing',
    async () => {
      const template = ownTemplate({settings: {profile: 'builds'}})
      const run = await play(packer, {inputs: {template}})
      expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
    },
    scenarioMs
  )

  // The SDK of an old Packer calls AWS's own addresses for other regions and for STS: the local cloud cannot stand in for them.
  if (isOld) return

  it.each(['on-failure', 'always'])(
    'tests the image at home, and its copies in other regions share its fate (deregister: %s)',
    async (deregister) => {
      const template = ownTemplate({settings: {ami_regions: ['eu-west-1', 'eu-central-1']}})
      const run = await play(packer, {inputs: {template, deregister}})
      expect(run).toMatchObject({exitCode: 0, leftovers: []})
      expect(run.outputs).toMatchObject({verdict: 'verified', deregistered: String(deregister === 'always')})
      const images = {'us-east-1': anImage, 'eu-west-1': anImage, 'eu-central-1': anImage}
      expect(JSON.parse(run.outputs['amis'] ?? '')).toEqual(images)
    },
    scenarioMs
  )

  it(
    'lets the template assume a role that it names',
    async () => {
      const role = {role_arn: 'arn:aws:iam::123456789012:role/bake-jenkins-ami'}
      const run = await play(packer, {inputs: {template: ownTemplate({settings: {assume_role: role}})}})
      expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
      expect(run.calls.filter(({action, by}) => action === 'AssumeRole' && by === 'packer')).not.toEqual([])
    },
    scenarioMs
  )
})
