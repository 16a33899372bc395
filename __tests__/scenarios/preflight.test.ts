import {expect, it} from '@jest/globals'
import {honourSessionPolicies, type Authorize} from '../../rehearsal/cloud/auth/authorize.ts'
import {ownTemplate} from '../../rehearsal/trials/templates/own-template.ts'
import {play, withPacker} from './scenario.ts'

/** A role that lacks some permissions. */
function without(...actions: readonly string[]): Authorize {
  return (request) => {
    const [resource] = request.resources
    return actions.includes(request.action)
      ? {
          allowed: false,
          resource: resource?.arn ?? '*',
          because: `because no identity-based policy allows the ${request.action} action`
        }
      : honourSessionPolicies(request)
  }
}

const creates = ['ec2:RunInstances', 'ec2:CreateKeyPair', 'ec2:CreateSecurityGroup']

withPacker((packer) => {
  it('tells of all denied creates at once, with the statements to add, before anything is made', async () => {
    // The shipped template's creates are known whatever the Packer; none of them is reached here.
    const run = await play(packer, {authorize: without(...creates), inputs: {template: ''}})
    expect(run).toMatchObject({exitCode: 1, changes: [], leftovers: [], outputs: {}})
    for (const action of creates) expect(run.log).toContain(`- ${action} on arn:aws:ec2:us-east-1:`)
    expect(run.log).toContain(
      '{"Effect":"Allow","Action":["ec2:RunInstances","ec2:CreateKeyPair","ec2:CreateSecurityGroup"],"Resource":"*","Condition":{"StringLike":{"aws:RequestTag/bake-jenkins-ami:bake":"????????????","aws:RequestTag/bake-jenkins-ami:expires":"20??-??-??T??:??:??.???Z"}}}'
    )
    expect(run.log).toContain(
      'See https://github.com/example-org/bake-jenkins-ami/blob/v1/docs/troubleshooting.md#preflight-denied.'
    )
    expect(run.phases.map(({name}) => name)).not.toContain('Install Packer')
  })

  it.each([...creates, 'ec2:CreateTags'])('tells of %s alone when only that is denied', async (action) => {
    const run = await play(packer, {authorize: without(action), inputs: {template: ''}})
    expect(run).toMatchObject({exitCode: 1, changes: [], leftovers: []})
    expect(run.log).toMatch(new RegExp(`AWS denies calls that the bake needs:\\n[^\\n]*- ${action} on `))
    expect(creates.filter((other) => run.log.includes(`- ${other} on `))).toEqual(
      creates.includes(action) ? [action] : []
    )
  })

  it.each([
    ['true', ['DryRunRunInstances', 'DryRunCreateSecurityGroup']],
    ['false', []]
  ])(
    'tries for a template of the user’s own only what the smoke test makes (smoke-test: %s)',
    async (smokeTest, expected) => {
      const template = ownTemplate()
      const run = await play(packer, {inputs: {template, 'smoke-test': smokeTest}})
      expect(run).toMatchObject({exitCode: 0, leftovers: []})
      const tried = run.calls.map(({action}) => action).filter((name) => name.startsWith('DryRun'))
      expect(new Set(tried)).toEqual(new Set(expected))
    }
  )

  it('says which instance type does not fit the image', async () => {
    const run = await play(packer, {inputs: {'instance-types': 't4g.medium, t3.medium'}})
    expect(run).toMatchObject({exitCode: 1, changes: [], leftovers: []})
    expect(run.log).toContain('t4g.medium is for arm64, but the source image is for x86_64')
  })
})
