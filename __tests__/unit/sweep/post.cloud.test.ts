import {spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, it, jest} from '@jest/globals'
import {makeTemporaryFolder, temporaryFolderFor} from '../../../src/packer/temporary-folder.ts'
import {cleanUp} from '../../../src/sweep/post.ts'
import {openLedger, type Ledger} from '../../../src/ledger/ledger.ts'
import {groupRuns, identify, processRuns, startGroup, type ProcessIdentity} from '../../../src/lib/processes.ts'
import type {BakeState} from '../../../src/ledger/state.ts'
import {tagKeys, tagSpecifications} from '../../../src/aws/tags.ts'
import type {CloudOptions} from '../../../rehearsal/index.ts'
import {launch, startTestCloud, type TestCloud} from '../../rehearsal/cloud/test-cloud.ts'
import {quickPause} from '../../helpers/quick-pause.ts'
import {recordingLog} from '../../helpers/recording-log.ts'

const bakeId = '0123456789ab'
const ours = {[tagKeys.bake]: bakeId}
const pause = async (): Promise<void> => {}

let ledger: Ledger
const children: ChildProcess[] = []
const before = process.env['AWS_ENDPOINT_URL']
beforeEach(() => {
  ledger = openLedger(mkdtempSync(join(tmpdir(), 'clean-up-')), 'bake')
})
afterEach(() => {
  if (before === undefined) delete process.env['AWS_ENDPOINT_URL']
  else process.env['AWS_ENDPOINT_URL'] = before
  children.splice(0).forEach(({pid = 0, stdout}) => {
    stdout?.destroy()
    if (groupRuns(pid)) process.kill(-pid, 'SIGKILL')
  })
})

/** A process that ignores the signals that can be ignored, with one of its own in its group. */
async function start(): Promise<ProcessIdentity> {
  const script = 'trap "" INT TERM; sleep 100 & echo ready; wait'
  const child = spawn('sh', ['-c', script], {detached: true, stdio: ['ignore', 'pipe', 'inherit']})
  children.push(child)
  await once(child.stdout, 'data')
  const identity = identify(child.pid ?? 0)
  if (!identity) throw new Error('it ended at once')
  return identity
}

/** What a job's post finds: the local cloud, a role and a job that may ask for tokens. */
async function job(options: Omit<CloudOptions, 'driver' | 'log'> = {}) {
  const test = await startTestCloud(options)
  const {cloud} = test
  // The SDK reads its own settings from the process's environment.
  process.env['AWS_ENDPOINT_URL'] = cloud.endpoint
  const env = {
    ACTIONS_ID_TOKEN_REQUEST_URL: cloud.oidc.requestUrl,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: cloud.oidc.requestToken
  }
  const role = {arn: cloud.roleArn, sessionName: 'test', durationSeconds: 3600, audience: 'sts.amazonaws.com'}
  const state = async (main?: ProcessIdentity): Promise<BakeState> => ({
    bakeId,
    region: cloud.region,
    role,
    folder: ledger.folder,
    main: main ?? {pid: 999_999_999, startTime: '1'},
    began: ledger.began.toISOString()
  })
  return {...test, env, state}
}

const make = ({ec2, cloud}: TestCloud): Promise<string> =>
  launch(ec2, cloud, {TagSpecifications: tagSpecifications(ours, 'instance', 'volume')})

it('ends a main that no signal has reached, and Packer, before it touches AWS', async () => {
  const main = await start()
  const packer = await start()
  ledger.started(packer)
  const stillRan: boolean[] = []
  const post = await job({
    onArrival: ({action}) => {
      if (action === 'GetIdToken') stillRan.push(processRuns(main), groupRuns(packer.pid))
    }
  })
  await make(post)
  await cleanUp(await post.state(main), {log: recordingLog(), env: post.env, pause: quickPause})
  expect(stillRan).toEqual([false, false])
  expect(post.cloud.leftovers()).toEqual([])
})

it('sweeps all the same when main cannot be ended, and is red', async () => {
  const post = await job()
  await make(post)
  const main = await start()
  // As when it hangs in the kernel.
  const kill = jest.spyOn(process, 'kill').mockImplementation(() => true)
  try {
    const work = cleanUp(await post.state(main), {log: recordingLog(), env: post.env, endingMs: 100, pause: quickPause})
    await expect(work).rejects.toThrow(
      new RegExp(`The main step \\(process ${main.pid}\\) is still running and may make more`)
    )
  } finally {
    kill.mockRestore()
  }
  expect(post.cloud.leftovers()).toEqual([])
})

it('leaves a process alone that only has main’s id', async () => {
  const other = await start()
  const post = await job()
  await cleanUp(await post.state({...other, startTime: '1'}), {log: recordingLog(), env: post.env, pause: quickPause})
  expect(processRuns(other)).toBe(true)
})

it('leaves what is kept for a person who wants to look, with the volumes of its machine', async () => {
  const post = await job()
  const kept = await make(post)
  const other = await make(post)
  for (const id of [kept, other]) ledger.made('instance', id)
  ledger.spare([{type: 'instance', id: kept}])
  await cleanUp(await post.state(), {log: recordingLog(), env: post.env, pause: quickPause})
  const left = post.cloud.leftovers().map(({type, id}) => `${type} ${id}`)
  expect(left).toContain(`instance ${kept}`)
  expect(left).not.toContain(`instance ${other}`)
  expect(left.filter((one) => one.startsWith('volume'))).toHaveLength(1)
})

it('names the image that the bake had given out, which stays', async () => {
  const post = await job()
  const instance = await make(post)
  const {ImageId: id = ''} = await post.ec2.createImage({
    InstanceId: instance,
    Name: 'given-out',
    TagSpecifications: tagSpecifications(ours, 'image')
  })
  const {Images: [image] = []} = await post.ec2.describeImages({ImageIds: [id]})
  const snapshots = (image?.BlockDeviceMappings ?? []).flatMap(({Ebs}) => Ebs?.SnapshotId ?? [])
  ledger.release([{type: 'image', id}, ...snapshots.map((snapshot) => ({type: 'snapshot' as const, id: snapshot}))])
  const log = recordingLog()
  await cleanUp(await post.state(), {log, env: post.env, pause: quickPause})
  expect(post.cloud.leftovers([id])).toEqual([])
  expect(post.cloud.leftovers().map(({type}) => type)).toEqual(['image', 'snapshot'])
  expect(log.lines).toContain(`warning: The run had released ${id} before it was ended: it is kept.`)
})

it('tries again while GitHub gives no token', async () => {
  let refusals = 6
  const post = await job({
    onArrival: ({action}) => {
      if (action === 'GetIdToken' && refusals-- > 0) throw new Error('down')
    }
  })
  await make(post)
  await cleanUp(await post.state(), {log: recordingLog(), env: post.env, pause})
  expect(post.cloud.leftovers()).toEqual([])
})

it('names what may be left when it cannot come to AWS at all', async () => {
  const post = await job()
  const {GroupId = ''} = await post.ec2.createSecurityGroup({GroupName: 'g', Description: 'd'})
  ledger.made('security-group', GroupId)
  const name = 'packer_6740f1a0-1111-2222-3333-444455556666'
  writeFileSync(ledger.nextPackerRun().output, `1,,ui,say,==> a.b: Creating temporary keypair: ${name}\n`)
  const env = {}
  const failure = await cleanUp(await post.state(), {log: recordingLog(), env, pause}).catch((error: unknown) => error)
  expect(String(failure)).toMatch(/Nothing could be removed: .*GitHub offers this job no OIDC token/)
  expect(String(failure)).toContain(`This may be left in us-east-1: security-group ${GroupId}, key pair ${name}.`)
  expect(String(failure)).toContain(`bake-jenkins-ami:bake = ${bakeId}`)
})

it('gives up in time, with what was said last', async () => {
  const post = await job({
    onArrival: ({action}) => {
      if (action === 'GetIdToken') throw new Error('down')
    }
  })
  ledger.made('instance', 'i-0123456789abcdef0')
  const work = cleanUp(await post.state(), {log: recordingLog(), env: post.env, limitMs: 2_000, pause: quickPause})
  await expect(work).rejects.toThrow(/GitHub gave no OIDC token[\s\S]*instance i-0123456789abcdef0/)
})

it('looks only in regions of AWS when the machine may have named others and the template’s are lost', async () => {
  const post = await job()
  await make(post)
  writeFileSync(ledger.nextPackerRun().output, '1,,ui,say,==> a.b: Copying to: zz-nowhere-1\n')
  await cleanUp(await post.state(), {log: recordingLog(), env: post.env, pause: quickPause})
  expect(post.cloud.leftovers()).toEqual([])
})

it('does not ask a role again that refuses the job for good', async () => {
  const post = await job({subject: 'repo:somebody/else:ref:refs/heads/main'})
  const work = cleanUp(await post.state(), {log: recordingLog(), env: post.env, pause})
  await expect(work).rejects.toThrow(/Nothing could be removed: The role .* could not be assumed/)
  expect(post.cloud.calls.filter(({action}) => action === 'AssumeRoleWithWebIdentity')).toHaveLength(1)
})

it('finds by tag what a lost ledger knew, and says that it was lost', async () => {
  const post = await job()
  await make(post)
  rmSync(ledger.folder, {recursive: true})
  const log = recordingLog()
  await cleanUp(await post.state(), {log, env: post.env, pause: quickPause})
  expect(log.lines).toContainEqual(expect.stringMatching(/^warning: The ledger in .* was lost/))
  expect(post.cloud.leftovers()).toEqual([])
})

it('leaves nothing of the bake’s folder, whatever comes of the sweep', async () => {
  const post = await job()
  writeFileSync(join(ledger.folder, 'variables.json'), '{"licence": "secret"}')
  const there: string[][] = []
  const log = recordingLog((line) => line.startsWith('Nothing is left') && there.push(readdirSync(ledger.folder)))
  await cleanUp(await post.state(), {log, env: post.env, pause: quickPause})
  expect(there[0]).toEqual(['ledger.jsonl'])
  expect(existsSync(ledger.folder)).toBe(false)

  ledger = openLedger(ledger.folder)
  writeFileSync(join(ledger.folder, 'variables.json'), '{"licence": "secret"}')
  await cleanUp(await post.state(), {log, env: {}, pause}).catch(() => undefined)
  expect(existsSync(ledger.folder)).toBe(false)
})

it('leaves nothing of a temporary folder that is not in the bake’s, whatever comes of the sweep', async () => {
  const post = await job()
  const secret = (): string => {
    const temporaryFolder = temporaryFolderFor('/too long for sockets'.repeat(10))
    makeTemporaryFolder(temporaryFolder)
    writeFileSync(join(temporaryFolder, 'packer-shell1'), 'login --token secret')
    return temporaryFolder
  }
  const there: boolean[] = []
  const temporaryFolder = secret()
  const log = recordingLog((line) => line.startsWith('Nothing is left') && there.push(existsSync(temporaryFolder)))
  await cleanUp({...(await post.state()), temporaryFolder}, {log, env: post.env, pause: quickPause})
  expect(there).toEqual([false])

  const other = secret()
  await cleanUp({...(await post.state()), temporaryFolder: other}, {log, env: {}, pause}).catch(() => undefined)
  expect(existsSync(other)).toBe(false)
})

/** As a bake has made it. @returns the image's id and its snapshot's */
async function makeImage({ec2, cloud}: TestCloud, tags: Record<string, string>): Promise<[string, string]> {
  const instance = await cloud.furnish(() => launch(ec2, cloud))
  const {ImageId = ''} = await ec2.createImage({
    InstanceId: instance,
    Name: 'made',
    TagSpecifications: tagSpecifications(tags, 'image', 'snapshot')
  })
  const {Images: [image] = []} = await ec2.describeImages({ImageIds: [ImageId]})
  return [ImageId, image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '']
}

async function tagsOn({ec2}: TestCloud, id: string): Promise<string[]> {
  const {Tags = []} = await ec2.describeTags({Filters: [{Name: 'resource-id', Values: [id]}]})
  return Tags.flatMap(({Key = ''}) => Key)
}

it('takes the expiry off what was given out', async () => {
  const post = await job()
  const [image, snapshot] = await makeImage(post, {...ours, [tagKeys.expires]: '2020-01-01T00:00:00.000Z'})
  ledger.made('image', image)
  ledger.release([
    {type: 'image', id: image},
    {type: 'snapshot', id: snapshot}
  ])
  await cleanUp(await post.state(), {log: recordingLog(), env: post.env, pause: quickPause})
  expect([await tagsOn(post, image), await tagsOn(post, snapshot)]).toEqual([[tagKeys.bake], [tagKeys.bake]])
})

it('keeps what had been given out when the ledger was lost: it has no expiry any more', async () => {
  const post = await job()
  const instance = await make(post)
  const image = async (Name: string, tags: Record<string, string>): Promise<string> => {
    const request = {InstanceId: instance, Name, TagSpecifications: tagSpecifications(tags, 'image', 'snapshot')}
    const {ImageId = ''} = await post.ec2.createImage(request)
    await post.ec2.describeImages({ImageIds: [ImageId]})
    return ImageId
  }
  const kept = await image('given-out', ours)
  await image('not-given-out', {...ours, [tagKeys.expires]: new Date(Date.now() + 3_600_000).toISOString()})
  rmSync(ledger.folder, {recursive: true})
  await cleanUp(await post.state(), {log: recordingLog(), env: post.env, pause: quickPause})
  expect(post.cloud.leftovers().map(({type}) => type)).toEqual(['image', 'snapshot'])
  expect(post.cloud.leftovers()[0]?.id).toBe(kept)
})

it('reads what main wrote until it was ended', async () => {
  const main = await start()
  const post = await job()
  const kill = process.kill.bind(process)
  const spy = jest.spyOn(process, 'kill').mockImplementation((pid, signal) => {
    // Main's last act.
    if (signal === 'SIGKILL')
      appendFileSync(join(ledger.folder, 'ledger.jsonl'), '{"made":"volume","id":"vol-00000001"}\n')
    return kill(pid, signal)
  })
  try {
    const work = cleanUp(await post.state(main), {log: recordingLog(), env: {}, pause})
    await expect(work).rejects.toThrow('volume vol-00000001')
  } finally {
    spy.mockRestore()
  }
})

it('leaves a group alone that has only the id of Packer’s', async () => {
  const {child, leader} = startGroup('sh', ['-c', 'sleep 100 & echo two; exec sleep 100'], {
    stdio: ['ignore', 'pipe', 'ignore']
  })
  children.push(child)
  if (child.stdout) await once(child.stdout, 'data')
  ledger.started({...leader, mark: '0123456789abcdef'})
  child.kill('SIGKILL')
  await once(child, 'exit')
  const post = await job()
  await cleanUp(await post.state(), {log: recordingLog(), env: post.env, pause: quickPause})
  expect(groupRuns(leader.pid)).toBe(true)
})
