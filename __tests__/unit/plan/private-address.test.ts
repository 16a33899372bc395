import {expect, it} from '@jest/globals'
import {ownPrivateCidrs, sourceAddress} from '../../../src/plan/private-address.ts'

it('learns from the kernel which address this machine sends from', async () => {
  expect(await sourceAddress('127.0.0.1')).toBe('127.0.0.1')
})

it('asks for the way to the router of each of the VPC’s ranges', async () => {
  const asked: string[] = []
  const source = async (destination: string) => {
    asked.push(destination)
    return '10.2.0.9'
  }
  const vpc = {id: 'vpc-1', cidrs: ['10.1.0.0/16', '10.2.0.0/16']}
  expect(await ownPrivateCidrs(vpc, source)).toEqual(['10.2.0.9/32'])
  expect(asked).toEqual(['10.1.0.1', '10.2.0.1'])
})
