import {expect, it} from '@jest/globals'
import {placement} from '../../../src/aws/connectivity.ts'

const subnet = 'subnet-0aaaaaaaaaaaaaaaa'

it.each([
  ['public-ip', true],
  ['private-ip', false]
] as const)('in a named subnet, %s decides whether there is a public address: %p', (via, AssociatePublicIpAddress) => {
  expect(placement({via}, subnet, ['sg-1'])).toEqual({
    NetworkInterfaces: [
      {DeviceIndex: 0, SubnetId: subnet, AssociatePublicIpAddress, DeleteOnTermination: true, Groups: ['sg-1']}
    ]
  })
})

it('leaves that to the subnet with Session Manager', () => {
  expect(placement({via: 'session-manager'}, subnet, ['sg-1'])).toEqual({SubnetId: subnet, SecurityGroupIds: ['sg-1']})
})

it.each(['public-ip', 'private-ip', 'session-manager'] as const)('and to the default subnet: %s', (via) => {
  expect(placement({via}, undefined, ['sg-1'])).toEqual({SecurityGroupIds: ['sg-1']})
  expect(placement({via}, undefined, [])).toEqual({})
})
