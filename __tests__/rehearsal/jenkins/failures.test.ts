import {expect, it} from '@jest/globals'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {failureFile, standInFailures} from '../../../rehearsal/jenkins/failures.ts'

it('are the ones that the program knows, and where it looks for them', async () => {
  const java = await readFile(join(import.meta.dirname, '../../../rehearsal/jenkins/java/Failure.java'), 'utf8')
  const known = [...java.matchAll(/^ {4}([A-Z_]+)[,;]$/gm)].map(([, name = '']) =>
    name.toLowerCase().replaceAll('_', '-')
  )
  expect(known).toEqual([...standInFailures])
  expect(java).toContain(`Path.of("${failureFile}")`)
})
