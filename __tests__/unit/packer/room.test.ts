import {mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterEach, expect, it} from '@jest/globals'
import {watchRoom, type RoomWatch} from '../../../src/packer/room.ts'

let watch: RoomWatch | undefined
afterEach(() => watch?.close())

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'room-'))
const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => signal.addEventListener('abort', resolve, {once: true}))

it('ends the build when nothing can be written for a while', async () => {
  const folder = newFolder()
  // Nothing can be written below a file, whoever writes.
  writeFileSync(join(folder, 'file'), '')
  watch = watchRoom(join(folder, 'file'), 10)
  await aborted(watch.signal)
  expect(watch.signal.reason).toMatchObject({
    name: 'UserError',
    message: expect.stringMatching(
      /^The build was ended, because Packer's output cannot be written any more: .*ENOTDIR\)\. Give this runner free disk space/
    )
  })
})

it('goes on while there is room, and when somebody has emptied the folder, and leaves nothing there', async () => {
  const folder = newFolder()
  watch = watchRoom(folder, 5)
  await sleep(100)
  watch.close()
  expect(readdirSync(folder)).toEqual([])
  rmSync(folder, {recursive: true})
  const other = watchRoom(folder, 5)
  await sleep(100)
  other.close()
  expect([watch.signal.aborted, other.signal.aborted]).toEqual([false, false])
})
