import {expect, it} from '@jest/globals'
import {parseFault} from '../../rehearsal/index.ts'
import {play, withPacker} from './scenario.ts'

withPacker((packer) => {
  it('tells a failed bake from one debug log: every call, request, ledger entry and command line, and no secret', async () => {
    let secrets = (): readonly string[] => []
    const run = await play(packer, {
      debug: true,
      faults: [parseFault('packer:CreateImage=denied')],
      onCloud: ({cloud}) => void (secrets = () => cloud.secrets())
    })
    expect(run).toMatchObject({exitCode: 1, leftovers: []})
    expect(run.log).toMatch(/HTTP GET http:\/\/127\.0\.0\.1:\d+\/actions\/idtoken: 200 after \d+ ms/)
    expect(run.log).toMatch(/AWS STS AssumeRoleWithWebIdentity in us-east-1: done; request [\w-]{36}, attempts 1, /)
    expect(run.log).toMatch(/AWS EC2 RunInstances in us-east-1: DryRunOperation; request /)
    expect(run.log).toMatch(/Ledger \{"made":"instance","id":"i-[0-9a-f]{17}"/)
    expect(run.log).toMatch(/Running \S+packer\S* build -machine-readable .*variables\.json/)
    expect(run.log).toContain('packer log │')
    expect(secrets().length).toBeGreaterThan(0)
    expect(secrets().filter((secret) => run.log.includes(secret))).toEqual([])
  })

  it('shows none of that otherwise', async () => {
    const run = await play(packer, {inputs: {'smoke-test': 'false'}})
    expect(run).toMatchObject({exitCode: 0, leftovers: []})
    expect(run.log).not.toMatch(/^(?:##\[debug\]|packer log │)/m)
  })
})
