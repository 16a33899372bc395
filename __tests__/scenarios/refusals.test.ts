import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {expect, it} from '@jest/globals'
import {play, withPacker} from './scenario.ts'

withPacker((packer) => {
  it('reports all bad inputs at once, before it calls anybody', async () => {
    const run = await play(packer, {inputs: {'aws-region': 'mars', deregister: 'sometimes', 'bake-timeout': 'soon'}})
    expect(run).toMatchObject({exitCode: 1, calls: [], leftovers: [], outputs: {}})
    expect(run.log).toMatch(/Input 'aws-region': "mars" is not allowed/)
    expect(run.log).toMatch(/Input 'deregister': "sometimes" is not allowed; expected one of on-failure, always, never/)
    expect(run.log).toMatch(/Input 'bake-timeout': "soon" is not allowed/)
  })

  it('shows the claims and a fitting trust policy when the role refuses the job', async () => {
    const run = await play(packer, {inputs: {'role-to-assume': 'arn:aws:iam::123456789012:role/another'}})
    expect(run).toMatchObject({exitCode: 1, changes: [], leftovers: []})
    expect(run.log).toContain('repo:example-org/jenkins-images:ref:refs/heads/main')
    expect(run.log).toContain('"sts:AssumeRoleWithWebIdentity"')
  })

  it('stops in an account that is not allowed, before it makes anything', async () => {
    const run = await play(packer, {inputs: {'allowed-account-ids': '999999999999'}})
    expect(run).toMatchObject({exitCode: 1, changes: [], leftovers: []})
    expect(run.log).toContain('999999999999')
  })

  it('says which image is missing', async () => {
    const run = await play(packer, {inputs: {'source-ami': 'ami-0123456789abcdef0'}})
    expect(run).toMatchObject({exitCode: 1, changes: [], leftovers: []})
    expect(run.log).toContain("Input 'source-ami': no image 'ami-0123456789abcdef0' can be seen in")
  })

  it.each([
    ['no/such/template', /Input 'template': "no\/such\/template" does not exist/],
    ['package.json', /Input 'template': .*package\.json is not a template: it has no "builders"/]
  ])('says what is wrong with the template %s', async (template, message) => {
    const run = await play(packer, {inputs: {template}})
    expect(run).toMatchObject({exitCode: 1, calls: [], leftovers: []})
    expect(run.log).toMatch(message)
  })

  it('installs nothing from a mirror whose signature is not HashiCorp’s', async () => {
    const mirror = createServer((request, response) => {
      response.end(
        request.url?.endsWith('SHA256SUMS') ? `${'0'.repeat(64)}  packer_1.16.0_linux_amd64.zip\n` : 'forged'
      )
    })
    await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve))
    const {port} = mirror.address() as AddressInfo
    try {
      const inputs = {'packer-version': '1.16.0', 'packer-releases-url': `http://127.0.0.1:${port}`}
      const run = await play(packer, {inputs})
      expect(run).toMatchObject({exitCode: 1, changes: [], leftovers: []})
      expect(run.log).toMatch(/signature/)
    } finally {
      mirror.close()
    }
  })
})
