import {expect, it} from '@jest/globals'
import ssh2 from 'ssh2'
import {newEd25519KeyPair} from '../../../rehearsal/host/ed25519.ts'

it('throws away pairs that cannot be read', () => {
  const good = newEd25519KeyPair()
  const [type = '', body = ''] = good.public.split(' ')
  const short = `${type} ${Buffer.from(body, 'base64').subarray(0, -1).toString('base64')}`
  const made = [{...good, public: short}, good]
  expect(ssh2.utils.parseKey(short)).toBeInstanceOf(Error)
  expect(newEd25519KeyPair(() => made.shift() ?? good)).toBe(good)
  expect(made).toEqual([])
})
