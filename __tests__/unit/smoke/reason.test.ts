import {expect, it} from '@jest/globals'
import type {Evidence} from '../../../src/smoke/evidence.ts'
import {whyRejected, type Circumstances} from '../../../src/smoke/reason.ts'

const nothing: Evidence = {text: '', causes: [], failedUnits: [], gaveUp: false}
const circumstances: Circumstances = {
  timeoutMs: 60_000,
  probe: {otherwise: "this runner does not connect from 203.0.113.7/32: see 'allowed-cidrs'"},
  expectedVersion: '2.568.2',
  isOpen: false
}

it('puts first what the machine says of its failure, and says what to change', () => {
  const reason = whyRejected({state: 'failed', detail: 'Jenkins answered 500: Error'}, circumstances, {
    ...nothing,
    causes: ['java.lang.OutOfMemoryError: Java heap space', 'and more']
  })
  expect(reason.split('\n')).toEqual([
    'Jenkins does not start on the machine of the smoke test: java.lang.OutOfMemoryError: Java heap space (Jenkins answered 500: Error)',
    expect.stringMatching(/What to change: .*'instance-types'/),
    'See docs/troubleshooting.md#jenkins-memory.'
  ])
})

it('keeps a cause that it does not know', () => {
  const evidence = {...nothing, causes: ['the licence is not at /run/licence'], failedUnits: ['jenkins.service']}
  expect(whyRejected({state: 'booting', detail: 'timeout'}, circumstances, evidence)).toBe(
    'Jenkins does not start on the machine of the smoke test: the licence is not at /run/licence (nothing answered on port 8080 within 60 s: timeout)'
  )
})

it('names failed units where nothing tells the cause', () => {
  expect(
    whyRejected({state: 'booting', detail: 'timeout'}, circumstances, {...nothing, failedUnits: ['a.mount']})
  ).toContain('on the machine a.mount failed')
})

it.each(['connect ECONNREFUSED 203.0.113.9:8080', 'read ECONNRESET', 'socket hang up'])(
  'does not blame the network when the machine was reached: %s',
  (detail) => {
    const reason = whyRejected({state: 'booting', detail}, circumstances, nothing)
    expect(reason).not.toContain('allowed-cidrs')
    expect(reason).toMatch(/Jenkins does not start.*'smoke-timeout'/)
  }
)

it('blames the network, too, when nothing came back', () => {
  const reason = whyRejected({state: 'booting', detail: 'The time is up'}, circumstances, nothing)
  expect(reason).toContain(circumstances.probe.otherwise)
})

it('says how to raise the time for a Jenkins that is still starting', () => {
  expect(whyRejected({state: 'starting', detail: ''}, circumstances, nothing)).toContain("Raise 'smoke-timeout'")
})

it('says what is wrong with a Jenkins that is up', () => {
  const ready = {state: 'ready', version: '2.570'} as const
  expect(whyRejected(ready, circumstances, nothing)).toBe('Jenkins 2.570 answers, but 2.568.2 was baked')
  expect(whyRejected(ready, {...circumstances, isOpen: true}, nothing)).toMatch(
    /without signing in[\s\S]*'allow-anonymous'/
  )
})
