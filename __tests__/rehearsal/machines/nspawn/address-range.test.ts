import {expect, it} from '@jest/globals'
import {freeRange, routedNetworks} from '../../../../rehearsal/machines/nspawn/address-range.ts'

const inOrder =
  (...numbers: number[]) =>
  () =>
    numbers.shift() ?? 0

it('passes over ranges that the host has a route to, whichever of the two is the larger', () => {
  const random = inOrder(1, 2, 3, 4, 5, 6)
  expect(freeRange(['10.1.0.0/16', '10.3.4.128/25'], random)).toBe('10.5.6')
})

it('says so where no range is free', () => {
  expect(() => freeRange(['10.0.0.0/8'])).toThrow('No private address range (10.x.y.0/24) is free')
})

it('reads networks and single addresses from the routes, and no default route', () => {
  const routes = [{dst: 'default'}, {dst: '10.1.0.0/16'}, {dst: '192.0.2.2', type: 'local'}, {}]
  expect(routedNetworks(JSON.stringify(routes))).toEqual(['10.1.0.0/16', '192.0.2.2/32'])
})
