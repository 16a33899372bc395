import {mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {ownTemplate} from '../../rehearsal/trials/templates/own-template.ts'
import {shippedPolicy, statementsOf} from '../helpers/shipped-policy.ts'
import {play, withCurrentPacker, withPacker} from './scenario.ts'

const skip = {'skip-unchanged': 'true'}

withCurrentPacker((packer) => {
  it('gives the last image out again if nothing has changed, within four calls after the login', async () => {
    const {again, ...first} = await play(packer, {inputs: skip, again: [{}]})
    const [second] = again
    expect(first).toMatchObject({exitCode: 0, leftovers: [], outputs: {skipped: 'false', verdict: 'verified'}})
    expect(second).toMatchObject({exitCode: 0})
    const {'smoke-seconds': _, skipped, ...same} = first.outputs
    const files = {manifest: expect.stringMatching(/manifest\.json$/), tfvars: expect.stringMatching(/tfvars\.json$/)}
    // The packages were listed when the image was made.
    const lists = {packages: '', sbom: ''}
    expect(second?.outputs).toEqual({...same, ...files, ...lists, skipped: 'true', 'smoke-seconds': ''})
    expect(skipped).toBe('false')
    expect(same['sbom']).toMatch(/sbom\.cdx\.json$/)
    expect(same['fingerprint']).toMatch(/^[0-9a-f]{64}$/)
    const login = new Set(['GetIdToken', 'AssumeRoleWithWebIdentity', 'GetCallerIdentity'])
    const calls = second?.calls.filter(({action}) => !login.has(action)).map(({action}) => action) ?? []
    expect(calls).toContain('DescribeImages')
    expect(calls.length).toBeLessThanOrEqual(4)
    expect(second?.log).toContain(`Nothing has changed since ${first.outputs['ami-id']}`)
    expect(second?.summary).toContain('Nothing changed: the image is used again')
    expect(first.log).toContain('has no verified image named jenkins in us-east-1 yet')
  })

  it('says what has changed, and bakes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rebake-'))
    const script = join(folder, 'setup.sh')
    writeFileSync(script, 'echo one\n')
    const run = await play(packer, {
      inputs: {...skip, 'setup-script': script},
      again: [{before: () => writeFileSync(script, 'echo two\n'), inputs: {'volume-size': '20'}}, {}]
    })
    expect(run).toMatchObject({exitCode: 0, leftovers: []})
    const [changed, changedBack] = run.again
    expect(changed).toMatchObject({exitCode: 0, outputs: {skipped: 'false', verdict: 'verified'}})
    expect(changed?.log).toMatch(
      /An image is baked, because since ami-\w+ \(.*\), verified .*: volume-size none → 20; setup-script changed\n/
    )
    expect(changed?.summary).toContain('| Baked because | volume-size none → 20')
    expect(changed?.summary).toMatch(/\| Packages \| the same \d+ source packages as in <code>ami-/)
    expect(changedBack?.outputs['skipped']).toBe('false')
  })
})

withPacker((packer) => {
  it('proves an image with the limited role of a pull request, which can mark none as verified', async () => {
    const authorize = shippedPolicy('permissions.json', statementsOf('pull-request-limits.json'))
    const proved = await play(packer, {inputs: {deregister: 'always'}, authorize})
    expect(proved).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified', deregistered: 'true'}})
    const kept = await play(packer, {authorize})
    expect(kept).toMatchObject({exitCode: 1, leftovers: [], outputs: {deregistered: 'true'}})
  })

  it('bakes a template anew of which only Packer knows what goes in, unless the age is limited', async () => {
    const template = ownTemplate()
    // Each image needs a name of its own.
    writeFileSync(template, readFileSync(template, 'utf8').replace(/ami_name( *)= "own"/, 'ami_name$1= "own-{{uuid}}"'))
    const run = await play(packer, {
      inputs: {...skip, template},
      again: [{}, {inputs: {'max-image-age': '7d'}}]
    })
    expect(run.leftovers).toEqual([])
    expect(run.again.map(({exitCode, outputs}) => [exitCode, outputs['skipped']])).toEqual([
      [0, 'false'],
      [0, 'true']
    ])
    expect(run.again[0]?.log).toContain('the version of Jenkins, which the template installs')
  })
})
