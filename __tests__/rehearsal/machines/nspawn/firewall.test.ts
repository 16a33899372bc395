import {expect, it} from '@jest/globals'
import {rulesetOf} from '../../../../rehearsal/machines/nspawn/firewall.ts'

const port = {name: 'm1', address: '10.93.4.10'}
const rule = {protocol: 'tcp', fromPort: 22, toPort: 22, cidrs: ['192.0.2.7/32']}

it('accepts what a rule lets in, before it drops each beginning of a connection', () => {
  const ruleset = rulesetOf([{...port, rules: [rule]}])
  expect(ruleset).toMatch(
    /chain to-m1 \{\s+ip saddr 192\.0\.2\.7\/32 tcp dport 22-22 accept\s+tcp flags & \(syn \| ack\) == syn drop/
  )
  expect(ruleset).toContain('oifname vmap { "m1" : jump to-m1 }')
})

it('lets nothing through to a machine whose rules are not there yet', () => {
  expect(rulesetOf([])).toMatch(
    /chain forward \{[^}]*policy drop;[^}]*ether type ip6 drop\s+oifname "host" accept\s+\}/
  )
})

it('accepts every protocol for -1', () => {
  expect(rulesetOf([{...port, rules: [{...rule, protocol: '-1', fromPort: -1, toPort: -1}]}])).toContain(
    'ip saddr 192.0.2.7/32 accept'
  )
})

it('lets a machine use its own address only', () => {
  expect(rulesetOf([{...port, rules: []}])).toContain('iifname "m1" ip saddr != 10.93.4.10 drop')
})

it.each([
  ['a protocol', {...rule, protocol: 'tcp dport 1-65535 accept #'}],
  ['a range', {...rule, cidrs: ['0.0.0.0/0 accept #']}]
])('takes nothing over from %s that is none', (_, hostile) => {
  const ruleset = rulesetOf([{...port, rules: [hostile]}])
  expect(ruleset).toBe(rulesetOf([{...port, rules: []}]))
})
