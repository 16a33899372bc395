import {createServer, type AddressInfo} from 'node:net'
import {once} from 'node:events'
import {expect, it} from '@jest/globals'
import {addressOf, freeAddress} from '../../../../rehearsal/machines/light/address.ts'

it('gives neighbouring processes addresses far apart', () => {
  expect(addressOf(1000, 0)).toBe('127.239.3.1')
  expect(addressOf(1001, 0)).toBe('127.240.3.1')
})

it('never leaves 127.1.0.1 to 127.254.255.254', () => {
  for (const pid of [1, 253, 254, 65_535, 4_194_304]) {
    for (const n of [0, 253, 254, 100_000]) {
      const [first = 0, second = 0, third = 0, fourth = 0] = addressOf(pid, n).split('.').map(Number)
      expect([first, second >= 1, second <= 254, third <= 255, fourth >= 1, fourth <= 254]).toEqual([
        127,
        true,
        true,
        true,
        true,
        true
      ])
    }
  }
})

it('hands out no address twice', async () => {
  expect(await freeAddress([20_023])).not.toBe(await freeAddress([20_023]))
})

it('says what to change when another server has the port on all addresses', async () => {
  const server = createServer().listen(0, '0.0.0.0')
  await once(server, 'listening')
  try {
    const {port} = server.address() as AddressInfo
    await expect(freeAddress([port])).rejects.toThrow('give the light machines another port')
  } finally {
    server.close()
  }
})
