import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {run} from '../../../rehearsal/host/run.ts'

const script = join(import.meta.dirname, '../../../rehearsal/cli/rehearse.ts')
const rehearse = (...args: string[]) => run(process.execPath, ['--import', 'tsx', script, ...args])

it('says before the bake that the report has nowhere to go', async () => {
  await expect(rehearse('--json', '/nowhere/report.json')).rejects.toThrow(
    "--json: the report could not be written: ENOENT: no such file or directory, open '/nowhere/report.json'"
  )
})

it('explains what each driver is and which Jenkins it has', async () => {
  const help = await rehearse('--help')
  expect(help).toMatch(
    /nspawn {2}real ones: Debian 13 .*--jenkins: ready, java-too-old, .*\n {2}light .*--jenkins: ready, slow, /s
  )
  expect(help).toContain('do not prove')
})
