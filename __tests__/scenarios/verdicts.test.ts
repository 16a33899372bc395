import {expect, it} from '@jest/globals'
import {standInJenkinsVersion} from '../../rehearsal/jenkins/index-site.ts'
import {play, withPacker} from './scenario.ts'

withPacker((packer) => {
  it('verifies an image whose Jenkins answers, keeps it and leaves nothing else', async () => {
    const run = await play(packer)
    expect(run).toMatchObject({exitCode: 0, leftovers: []})
    expect(run.outputs).toMatchObject({
      'ami-id': expect.stringMatching(/^ami-[0-9a-f]{17}$/),
      'ami-name': expect.stringMatching(`^jenkins-${standInJenkinsVersion}-`),
      'aws-account-id': expect.stringMatching(/^\d{12}$/),
      'jenkins-version': standInJenkinsVersion,
      'packer-version': packer.version,
      verdict: 'verified',
      deregistered: 'false'
    })
    expect(run.summary).toContain('## ✅ Image verified')
    expect(run.phases.map(({name}) => name)).toEqual([
      'Credentials',
      'Plan',
      'Preflight',
      'Install Packer',
      'Build',
      'Smoke test',
      'Promote',
      'Sweep'
    ])
  })

  it('removes a verified image again where that is asked for, and still names it', async () => {
    const run = await play(packer, {inputs: {deregister: 'always'}})
    expect(run).toMatchObject({exitCode: 0, leftovers: []})
    expect(run.outputs).toMatchObject({
      'ami-id': expect.stringMatching(/^ami-/),
      verdict: 'verified',
      deregistered: 'true'
    })
  })

  it('bakes and tests an image for arm64 on machines of that kind', async () => {
    const run = await play(packer, {inputs: {architecture: 'arm64', 'source-ami': 'al2023'}})
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
    expect(run.log).toMatch(/Source image ami-\S+ al2023-ami-\S+-arm64/)
  })

  it('waits for a slow Jenkins', async () => {
    const run = await play(packer, {jenkins: 'slow'})
    expect(run).toMatchObject({exitCode: 0, leftovers: []})
    expect(run.outputs['verdict']).toBe('verified')
    expect(run.log).toMatch(/Jenkins: booting[\s\S]*Jenkins: starting[\s\S]*Jenkins: ready/)
  })

  it.each([
    ['boot-failure', {}, /The image was rejected: Jenkins could not start \(503\): Error loading configuration/],
    [
      'load-failure',
      {},
      /The image was rejected: Jenkins answered 500: .*Unable to read \/var\/lib\/jenkins\/config\.xml/
    ],
    [
      'restart-loop',
      {'smoke-timeout': '60s'},
      // As it was seen: while it showed why, between two starts, or when systemd had given up.
      /The image was rejected: (Jenkins (could not start|began to start and stopped again)|.*jenkins\.service has failed for good)/
    ],
    [
      'absent',
      {'smoke-timeout': '3s'},
      /The image was rejected: nothing answered on port 8080 within 3 s .*The machine was reached, so the network is not the reason/
    ],
    ['wrong-version', {}, /The image was rejected: Jenkins \S+ answers, but 2\.568\.2 was baked/]
  ] as const)('rejects an image whose Jenkins is %s, says why and removes it', async (jenkins, inputs, message) => {
    const run = await play(packer, {jenkins, inputs})
    expect(run).toMatchObject({exitCode: 1, leftovers: []})
    expect(run.outputs).toMatchObject({
      'ami-id': expect.stringMatching(/^ami-/),
      verdict: 'rejected',
      deregistered: 'true'
    })
    expect(run.log).toMatch(message)
    expect(run.log).toContain('console │ ')
  })

  it('keeps a rejected image where that is asked for', async () => {
    const run = await play(packer, {jenkins: 'wrong-version', inputs: {deregister: 'never'}})
    expect(run).toMatchObject({exitCode: 1, leftovers: []})
    expect(run.outputs).toMatchObject({verdict: 'rejected', deregistered: 'false'})
  })

  it('bakes without a smoke test where none is wanted', async () => {
    const run = await play(packer, {inputs: {'smoke-test': 'false'}})
    expect(run).toMatchObject({exitCode: 0, leftovers: []})
    expect(run.outputs).toMatchObject({
      verdict: 'unverified',
      deregistered: 'false',
      'jenkins-version': standInJenkinsVersion
    })
    expect(run.calls.filter(({action}) => action === 'RunInstances')).toHaveLength(1)
  })
})
