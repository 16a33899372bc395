import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'

const notices = readFileSync(join(import.meta.dirname, '../../dist/THIRD-PARTY-NOTICES.txt'), 'utf8')
const packages = [...notices.matchAll(/^([@a-z0-9/._-]+) \d[0-9A-Za-z.-]* \(([^)]*)\)$/gm)].map(
  ([, name = '', licence = '']) => ({name, licence})
)

it('bundles only packages under licences that ask for no more than their text', () => {
  const permissive = new Set(['MIT', 'ISC', 'Apache-2.0', 'BSD-3-Clause', '0BSD', 'Python-2.0'])
  expect(packages.length).toBeGreaterThan(20)
  expect(packages.filter(({licence}) => !permissive.has(licence))).toEqual([{name: 'openpgp', licence: 'LGPL-3.0+'}])
})

it('has the text of each licence, and with the Lesser GPL the GPL that it builds on', () => {
  const without = notices.split(/^-{80}$/m).filter((section) => section.trim().split('\n').length < 8)
  // Some packages of the SDK come without the text, which stands with others.
  expect(without.filter((section) => !section.includes('Licence: Apache-2.0'))).toEqual([])
  expect(notices).toMatch(/Apache License\s+Version 2\.0/)
  expect(notices).toContain('GNU LESSER GENERAL PUBLIC LICENSE')
  expect(notices).toContain('GNU GENERAL PUBLIC LICENSE')
})
