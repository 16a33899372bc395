import {expect, it} from '@jest/globals'
import {handTools} from '../../../../rehearsal/trials/bench/by-hand.ts'
import {Missing} from '../../../../rehearsal/trials/bench/figure.ts'

const login = {name: 'configure-aws-credentials', main: '/peers/configure-aws-credentials/dist/index.js'}
const noPacker = {version: '1.16.0', source: 'a stand-in'}

it.each([
  ['the peer that logs in', [{name: 'setup-packer', main: '/x'}], '--peer configure-aws-credentials=PATH'],
  ['a Packer to run', [login], 'there is no Packer on this machine to run by itself']
])('is not measured without %s, and says so', async (_, peers, reason) => {
  const missing = await handTools({peers, packer: async () => noPacker}).catch((error: unknown) => error)
  expect(missing).toBeInstanceOf(Missing)
  expect(String(missing)).toContain(reason)
})
