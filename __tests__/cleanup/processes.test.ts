import {spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {expect, it} from '@jest/globals'
import {endGroup, endProcess, groupRuns, identify} from '../../src/cleanup/processes.ts'

const limit = (): AbortSignal => AbortSignal.timeout(5_000)

async function start(script: string): Promise<ChildProcess & {pid: number}> {
  const child = spawn('sh', ['-c', `${script} echo ready; wait`], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit']
  })
  await once(child.stdout, 'data')
  return child as ChildProcess & {pid: number}
}

it('ends a group with all its members', async () => {
  const child = await start('sleep 100 & sleep 100 &')
  const leader = identify(child.pid)
  expect(groupRuns(child.pid)).toBe(true)
  if (leader) await endGroup(leader, limit())
  expect(groupRuns(child.pid)).toBe(false)
})

it('ends members that outlive their leader', async () => {
  const child = await start('sleep 100 &')
  const leader = identify(child.pid)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(groupRuns(child.pid)).toBe(true)
  if (leader) await endGroup(leader, limit())
  expect(groupRuns(child.pid)).toBe(false)
})

it('leaves a process alone that only has the same id', async () => {
  const child = await start('sleep 100 &')
  const imposter = {pid: child.pid, startTime: '1'}
  await endProcess(imposter, limit())
  await endGroup(imposter, limit())
  expect(groupRuns(child.pid)).toBe(true)
  const leader = identify(child.pid)
  if (leader) await endGroup(leader, limit())
})

it('finds nothing to identify where nothing runs', async () => {
  const child = spawn('true')
  await once(child, 'exit')
  expect(identify(child.pid ?? 0)).toBeUndefined()
})

it('knows a process that ended at once and that nobody has waited for yet', () => {
  const child = spawn('true')
  expect(identify(child.pid ?? 0)).toBeDefined()
})
