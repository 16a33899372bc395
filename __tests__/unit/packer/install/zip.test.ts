import {execFileSync} from 'node:child_process'
import {mkdtemp, readFile, rm, stat, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, it} from '@jest/globals'
import {zipOf} from '../../../../rehearsal/host/zip.ts'
import {extractFile, ZipError} from '../../../../src/packer/install/zip.ts'

let folder: string
const signal = new AbortController().signal

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zip-'))
})
afterEach(() => rm(folder, {recursive: true}))

async function extract(zip: string, mostBytes = 1_000_000): Promise<string> {
  const target = join(folder, 'taken')
  await extractFile(zip, 'packer', target, {mostBytes, signal})
  expect((await stat(target)).mode & 0o111).not.toBe(0)
  return readFile(target, 'utf8')
}

it.each([
  ['-9', 'compressed '.repeat(10_000)],
  ['-0', 'stored']
])(
  'takes a file out of what zip %s made, with a folder, other files and a comment around it',
  async (level, content) => {
    await writeFile(join(folder, 'packer'), content, {mode: 0o644})
    await writeFile(join(folder, 'LICENSE.txt'), 'x')
    const options = {cwd: folder, input: 'a comment'}
    execFileSync('zip', ['-q', '-z', level, 'a.zip', 'LICENSE.txt', 'packer'], options)
    expect(await extract(join(folder, 'a.zip'))).toBe(content)
  }
)

it('takes what was streamed into a zip, whose sizes follow the data', async () => {
  await writeFile(join(folder, 'packer'), 'streamed')
  const zip = execFileSync('sh', ['-c', 'zip -q - packer | cat'], {cwd: folder})
  await writeFile(join(folder, 'a.zip'), zip)
  expect(await extract(join(folder, 'a.zip'))).toBe('streamed')
})

it('reads no zip to its harm, whatever byte of it is changed', async () => {
  const good = zipOf([{name: 'packer', content: 'the right content'}])
  const file = join(folder, 'a.zip')
  for (let index = 0; index < good.length; index += 1) {
    const changed = Buffer.from(good)
    changed[index] = (changed[index] ?? 0) ^ 0xff
    await writeFile(file, changed)
    const outcome = await extract(file).catch((error: unknown) => error)
    // A change in what nobody reads, such as a date, does no harm.
    expect(outcome instanceof ZipError ? 'refused' : outcome).toMatch(/^(refused|the right content)$/)
  }
})

it('takes nothing that is empty', async () => {
  const file = join(folder, 'a.zip')
  await writeFile(file, zipOf([{name: 'packer', content: ''}]))
  await expect(extract(file)).rejects.toThrow('packer in it is empty')
})

it('unpacks no more than it may', async () => {
  const file = join(folder, 'a.zip')
  await writeFile(file, zipOf([{name: 'packer', content: 'x'.repeat(2_000_001)}]))
  await expect(extract(file, 2_000_000)).rejects.toThrow('unpacks to more than 2 MB')
})
