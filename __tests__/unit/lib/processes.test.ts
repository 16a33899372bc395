import {spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {expect, it, jest} from '@jest/globals'
import {
  endGroup,
  endProcess,
  endStarted,
  groupRuns,
  identify,
  isIdentity,
  processRuns,
  startGroup
} from '../../../src/lib/processes.ts'
import {membersOf} from '../../../src/lib/process-table.ts'
import {poll} from '../../../src/lib/wait.ts'

const until = (look: () => boolean): Promise<true> =>
  poll(() => Promise.resolve(look() || undefined), {signal: limit(), firstMs: 10, slowestMs: 50})
const limit = (): AbortSignal => AbortSignal.timeout(300_000)

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

/** A group whose leader has ended, and what is left of it. */
async function leaderless(script: string) {
  const group = startGroup('sh', ['-c', `${script} echo ready; exec sleep 100`], {
    env: {PATH: process.env['PATH']},
    stdio: ['ignore', 'pipe', 'inherit']
  })
  if (group.child.stdout) await once(group.child.stdout, 'data')
  group.child.kill('SIGKILL')
  await once(group.child, 'exit')
  group.child.stdout?.destroy()
  return group
}

it('ends a group that it started, by what a later process knows of it', async () => {
  const {leader} = await leaderless('sleep 100 &')
  expect(isIdentity(JSON.parse(JSON.stringify(leader)))).toBe(true)
  expect(groupRuns(leader.pid)).toBe(true)
  await endGroup(leader, limit())
  expect(groupRuns(leader.pid)).toBe(false)
})

it('leaves a group alone whose leader has ended, where its id was another’s before', async () => {
  const {leader} = await leaderless('sleep 100 &')
  // Ours had another mark; the members of ours would have started later.
  await endGroup({...leader, mark: '0123456789abcdef'}, limit())
  await endGroup({pid: leader.pid, startTime: String(Number(leader.startTime) + 1_000_000)}, limit())
  expect(groupRuns(leader.pid)).toBe(true)
  await endGroup(leader, limit())
})

it('leaves a group alone that somebody made in a session of his own', async () => {
  // timeout(1) makes a group of its own in the session that it is in.
  const shell = spawn('sh', ['-c', 'timeout 100 sleep 100 & echo $!; wait; exec sleep 100'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const [said] = (await once(shell.stdout, 'data')) as [Buffer]
  const pid = Number(said.toString())
  await until(() => membersOf(pid)?.length === 2)
  process.kill(pid, 'SIGKILL')
  await until(() => identify(pid) === undefined)
  await endGroup({pid, startTime: '1'}, limit())
  expect(groupRuns(pid)).toBe(true)
  process.kill(-pid, 'SIGKILL')
  shell.kill('SIGKILL')
  shell.stdout.destroy()
})

it('ends what has thrown away its environment, for whoever started it', async () => {
  const group = await leaderless('env -i sleep 100 & until grep -q ^sleep /proc/$!/cmdline; do :; done;')
  await endGroup(group.leader, limit())
  expect(groupRuns(group.leader.pid)).toBe(true)
  await endStarted(group, limit())
  expect(groupRuns(group.leader.pid)).toBe(false)
})

it('ends what it started and cannot identify', async () => {
  let pid = 0
  const startHidden = (): unknown =>
    startGroup('sh', ['-c', 'sleep 100 & sleep 100'], {stdio: 'ignore'}, (started) => {
      pid = started
      return undefined
    })
  expect(startHidden).toThrow(
    /^sh was started and ended again, because this system does not show when its process \d+ started/
  )
  await until(() => !groupRuns(pid))
})

it('says of a process that cannot be told from others that it was not ended', async () => {
  // As where /proc shows nothing: there is no stat of a process that kill(2) finds.
  const kill = jest.spyOn(process, 'kill').mockImplementation(() => true)
  try {
    const identity = {pid: 999_999_999, startTime: '1'}
    await expect(endProcess(identity, limit())).rejects.toThrow('this system does not show which process it is')
    expect(processRuns(identity)).toBe(false)
    expect(kill.mock.calls.filter(([, signal]) => signal !== 0)).toEqual([])
  } finally {
    kill.mockRestore()
  }
})
