import {expect, it} from '@jest/globals'
import {parseFault} from '../../rehearsal/index.ts'
import {play, withPacker} from './scenario.ts'

/** Which of the secrets a log shows, and whether anything masked was printed at all. */
const shown = (secrets: readonly string[], log: string): string[] =>
  [...secrets, '***'].filter((secret) => log.includes(secret))

withPacker((packer) => {
  it('outlives its sessions, also when GitHub and STS fail it for a moment, and shows no key', async () => {
    let secrets = (): readonly string[] => []
    const run = await play(packer, {
      // States that last, so that the bake takes several sessions.
      stateDelayMs: 3_000,
      actionEnv: {AWS_POLL_DELAY_SECONDS: '1'},
      sessionSeconds: 8,
      faults: ['GetIdToken#3=unavailable', 'AssumeRoleWithWebIdentity#4=unavailable'].map(parseFault),
      onCloud: ({cloud}) => void (secrets = () => cloud.secrets())
    })
    expect(run).toMatchObject({exitCode: 0, leftovers: []})
    // The action has a session and Packer has one; each was renewed three times.
    const sessions = run.calls.filter(({action, status}) => action === 'AssumeRoleWithWebIdentity' && status === 200)
    expect(sessions.length).toBeGreaterThanOrEqual(2 + 3 + 3)
    expect(secrets()).toHaveLength(2 * sessions.length)
    expect(shown(secrets(), run.log)).toEqual([])
    // The check does find a key.
    const renewed = secrets().at(-1) ?? ''
    expect(shown(secrets(), `${run.log}${renewed}`)).toEqual([renewed])
  })
})

withPacker((packer) => {
  it('ends the bake and cleans up with the keys that are still valid when the role’s trust is withdrawn', async () => {
    const run = await play(packer, {
      jenkins: 'absent',
      inputs: {'smoke-timeout': '80s'},
      sessionSeconds: 24,
      faults: [parseFault('AssumeRoleWithWebIdentity#3=denied*')]
    })
    expect(run).toMatchObject({exitCode: 1, leftovers: [], outputs: {verdict: 'unverified', deregistered: 'true'}})
    expect(run.log).toContain('The AWS keys of this run could not be renewed and are about to expire')
    expect(run.log).toContain('"sts:AssumeRoleWithWebIdentity"')
  })
})
