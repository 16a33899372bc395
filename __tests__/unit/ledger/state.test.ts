import {expect, it} from '@jest/globals'
import {identify} from '../../../src/lib/processes.ts'
import {savedState, stateOf, type BakeState} from '../../../src/ledger/state.ts'

const state: BakeState = {
  bakeId: '0123456789ab',
  region: 'eu-west-1',
  role: {arn: 'arn:aws:iam::123456789012:role/bake', sessionName: 's', durationSeconds: 3600, audience: 'a'},
  folder: '/tmp/bake',
  main: {pid: 4711, startTime: '815'},
  began: '2026-11-22T12:00:00.000Z'
}

it('gives back what main saved', () => {
  expect(savedState({STATE_bake: JSON.stringify(state)})).toEqual(state)
  expect(savedState({})).toBeUndefined()
})

it('names the temporary folder that post has to remove, unless it is in the bake’s folder', () => {
  const plan = {bakeId: state.bakeId, began: new Date(state.began)}
  const saved = (temporaryFolder: string) =>
    savedState({STATE_bake: JSON.stringify(stateOf(state, plan, {folder: '/tmp/bake', temporaryFolder}))})
  expect(saved('/tmp/bake/tmp')).toEqual({...state, main: identify(process.pid)})
  expect(saved('/tmp/bake-jenkins-ami-0123456789ab')?.temporaryFolder).toBe('/tmp/bake-jenkins-ami-0123456789ab')
})

it.each([
  ['no JSON', '{"bakeId":"01'],
  ['no object', 'null'],
  ['a bake id that means every bake', JSON.stringify({...state, bakeId: '*'})],
  ['a region that is none', JSON.stringify({...state, region: 'evil.example/'})],
  ['a folder that is not absolute', JSON.stringify({...state, folder: 'bake'})],
  ['a process id that means every process', JSON.stringify({...state, main: {pid: -1, startTime: '1'}})],
  ['the first process', JSON.stringify({...state, main: {pid: 1, startTime: '1'}})],
  ['a temporary folder that is none', JSON.stringify({...state, temporaryFolder: '/tmp'})],
  ['a temporary folder of another name', JSON.stringify({...state, temporaryFolder: '/tmp/bake-jenkins-ami-/../..'})],
  ['no beginning', JSON.stringify({...state, began: 'once'})]
])('refuses %s, and says how to find what may be left', (_, text) => {
  expect(() => savedState({STATE_bake: text})).toThrow(/The state of the bake is damaged.*bake-jenkins-ami:bake/)
})
