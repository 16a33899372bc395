import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {beforeEach, expect, it} from '@jest/globals'
import {openLedger, type Ledger} from '../../../src/ledger/ledger.ts'
import {takeDown} from '../../../src/sweep/take-down.ts'
import {launch, startTestCloud, type TestCloud} from '../../rehearsal/cloud/test-cloud.ts'
import {recordingLog, type RecordingLog} from '../../helpers/recording-log.ts'
import {accountOf} from '../../helpers/test-account.ts'

let ledger: Ledger
let log: RecordingLog
beforeEach(() => {
  ledger = openLedger(mkdtempSync(join(tmpdir(), 'take-down-')), 'bake')
  log = recordingLog()
})

/** The machine of a smoke test in its group, as the ledger has them. */
async function machineInGroup({ec2, cloud}: TestCloud): Promise<{machine: string; group: string}> {
  const {GroupId: group = ''} = await ec2.createSecurityGroup({GroupName: 'smoke', Description: 'd'})
  const machine = await launch(ec2, cloud, {SecurityGroupIds: [group]})
  ledger.made('security-group', group)
  ledger.made('instance', machine)
  return {machine, group}
}

it('ends the machine before it removes its group, and asks for nothing else', async () => {
  const test = await startTestCloud()
  const {machine, group} = await machineInGroup(test)
  const before = test.cloud.calls.length

  await takeDown(
    accountOf(test.ec2),
    {machines: [machine], groups: [{type: 'security-group', id: group}]},
    {ledger, log}
  )
  expect(test.cloud.calls.slice(before).map(({action}) => action)).toEqual([
    'TerminateInstances',
    'DescribeInstances',
    'DeleteSecurityGroup'
  ])
  expect(test.cloud.leftovers()).toEqual([])
})

it('leaves the machine in the ledger, for what may descend from it, and not the group', async () => {
  const test = await startTestCloud()
  const {machine, group} = await machineInGroup(test)

  await takeDown(
    accountOf(test.ec2),
    {machines: [machine], groups: [{type: 'security-group', id: group}]},
    {ledger, log}
  )
  expect(ledger.resources).toEqual([{type: 'instance', id: machine}])
})

it('leaves to the sweep what AWS refuses to remove, and says so', async () => {
  const test = await startTestCloud()
  const {machine, group} = await machineInGroup(test)
  // Another instance uses the group, too.
  const other = await launch(test.ec2, test.cloud, {SecurityGroupIds: [group]})

  await takeDown(
    accountOf(test.ec2),
    {machines: [machine], groups: [{type: 'security-group', id: group}]},
    {ledger, log}
  )
  expect(ledger.resources).toContainEqual({type: 'security-group', id: group})
  expect(test.cloud.leftovers().map(({id}) => id)).toEqual(expect.arrayContaining([group, other]))
  expect(log.lines.join('\n')).toContain('The sweep removes the rest of the smoke test: ')
})

it('calls nothing where nothing was launched', async () => {
  const test = await startTestCloud()
  const before = test.cloud.calls.length
  await takeDown(accountOf(test.ec2), {machines: [], groups: []}, {ledger, log})
  expect(test.cloud.calls).toHaveLength(before)
})
