import {expect, it} from '@jest/globals'
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {zipOf} from '../../../rehearsal/host/zip.ts'
import {run} from '../../../rehearsal/host/run.ts'

it('makes an archive that others unpack', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'zip-'))
  try {
    await writeFile(
      join(folder, 'a.zip'),
      zipOf([
        {name: 'META-INF/MANIFEST.MF', content: 'Name: ü\r\n'},
        {name: 'empty', content: ''}
      ])
    )
    await run('python3', ['-m', 'zipfile', '-e', join(folder, 'a.zip'), folder])
    expect(await readFile(join(folder, 'META-INF/MANIFEST.MF'), 'utf8')).toBe('Name: ü\r\n')
    expect(await readFile(join(folder, 'empty'), 'utf8')).toBe('')
  } finally {
    await rm(folder, {recursive: true})
  }
})
