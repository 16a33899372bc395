import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import * as path from 'node:path'
import {once} from 'node:events'
import {expect, it} from '@jest/globals'
import {openLedger} from '../../src/cleanup/ledger.ts'
import {watchTemplate, type WatchContext} from '../../src/packer/watch.ts'
import {launch, startTestCloud} from '../rehearsal/cloud/test-cloud.ts'
import {recordingLog} from '../recordingLog.ts'

async function start(more: Partial<WatchContext> = {}) {
  const test = await startTestCloud()
  const ledger = openLedger(mkdtempSync(path.join(tmpdir(), 'watch-')), 'bake')
  const log = recordingLog()
  const watch = watchTemplate({ec2: test.ec2, region: 'us-east-1', ledger, log, requests: () => 1, ...more})
  return {...test, ledger, log, watch}
}

it('stops a template whose key pair does not show up here', async () => {
  const {watch} = await start({patienceMs: 100})
  watch.onKeyPair('packer_elsewhere')
  await once(watch.signal, 'abort')
  expect(watch.signal.reason).toMatchObject({message: expect.stringMatching(/makes its key pair in another region/)})
})

it('stops a template with a key pair of its own whose instance does not show up here', async () => {
  const {watch} = await start({patienceMs: 100})
  watch.onInstance('i-0123456789abcdef0')
  await once(watch.signal, 'abort')
  expect(watch.signal.reason).toMatchObject({message: expect.stringMatching(/makes its instance in another region/)})
})

it('stops a template that did not ask for its credentials', async () => {
  const {watch} = await start({requests: () => 0})
  watch.onKeyPair('packer_x')
  expect(watch.signal.reason).toMatchObject({message: expect.stringMatching(/credentials of its own/)})
  watch.close()
})

it('is as patient with what is announced late as with what is announced at once', async () => {
  const patienceMs = 300
  const {watch, ec2, log} = await start({patienceMs})
  // Longer than the patience: Packer had plugins to download.
  await once(AbortSignal.timeout(2 * patienceMs), 'abort')
  await ec2.createKeyPair({KeyName: 'packer_late', KeyType: 'ed25519'})
  watch.onKeyPair('packer_late')
  await once(AbortSignal.timeout(2 * patienceMs), 'abort')
  expect(watch.signal.aborted).toBe(false)
  expect(log.lines).toEqual([])
  watch.close()
})

it('records the volumes of the instance while it lives', async () => {
  const test = await start()
  const instance = await launch(test.ec2, test.cloud)
  test.watch.onInstance(instance)
  while (!test.ledger.resources.some(({type}) => type === 'volume'))
    await new Promise((resolve) => setImmediate(resolve))
  expect(test.ledger.resources).toContainEqual({type: 'instance', id: instance})
  test.watch.close()
})

it('says nothing and stops nothing once it is closed', async () => {
  const {watch, log} = await start({patienceMs: 50})
  watch.onKeyPair('packer_elsewhere')
  watch.onInstance('i-0123456789abcdef0')
  watch.close()
  await once(AbortSignal.timeout(150), 'abort')
  expect(watch.signal.aborted).toBe(false)
  expect(log.lines).toEqual([])
})
