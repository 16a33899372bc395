import {mkdirSync, mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {namedOutside} from '../../../../src/plan/contents/named-files.ts'

function named(text: string, name = 'own.pkr.hcl', values: (base: string) => readonly string[] = () => []) {
  const base = mkdtempSync(join(tmpdir(), 'named-'))
  for (const folder of ['images', 'scripts']) mkdirSync(join(base, folder))
  writeFileSync(join(base, 'scripts/setup.sh'), 'echo\n')
  const location = join(base, 'images', name)
  writeFileSync(location, text)
  const template = {path: location, directory: join(base, 'images')}
  const {found, unseen} = namedOutside(template, undefined, values(base))
  return {found: found.map((path) => path.slice(base.length)), unseen}
}

it.each([
  ['script = "../scripts/setup.sh"', 'own.pkr.hcl'],
  ['script = "${path.root}/../scripts/setup.sh"', 'own.pkr.hcl'],
  ['script = "${path.cwd}/../scripts/setup.sh"', 'own.pkr.hcl'],
  ['{"script": "{{template_dir}}/../scripts/setup.sh"}', 'own.json'],
  ['{"script": "{{ pwd }}/../scripts/setup.sh"}', 'own.json']
])('finds a file that a template names outside of its folder: %s', (text, name) => {
  expect(named(text, name)).toEqual({found: ['/scripts/setup.sh'], unseen: []})
})

it('finds what the values of variables name, in any form', () => {
  const found = (value: (base: string) => string) => named('', 'own.pkr.hcl', (base) => [value(base)]).found
  expect(found((base) => `${base}/scripts/setup.sh`)).toEqual(['/scripts/setup.sh'])
  expect(found(() => '../scripts/setup.sh')).toEqual(['/scripts/setup.sh'])
  expect(found((base) => `files = ["${base}/scripts"]`)).toEqual(['/scripts'])
  expect(found(() => 'own.pkr.hcl')).toEqual([])
  expect(found(() => '/')).toEqual([])
  expect(found(() => '/tmp')).toEqual([])
})

it('finds what is outside of the checkout only, and does not doubt what may be in it', () => {
  const base = mkdtempSync(join(tmpdir(), 'checkout-'))
  mkdirSync(join(base, 'repository/images'), {recursive: true})
  for (const file of ['shared.sh', 'repository/own.sh']) writeFileSync(join(base, file), 'echo\n')
  const path = join(base, 'repository/images/own.pkr.hcl')
  writeFileSync(path, 'a = "../own.sh"\nb = "../../shared.sh"\nc = "../${var.x}"\nd = "../../${var.x}"\n')
  const template = {path, directory: join(base, 'repository/images')}
  expect(namedOutside(template, join(base, 'repository'), [])).toEqual({
    found: [join(base, 'shared.sh')],
    unseen: ['the file that "../../${var.x}" names']
  })
})

it('finds a folder', () => {
  expect(named('a = "${path.root}/.."').found).toEqual([''])
  expect(named('source = "../scripts/"').found).toEqual(['/scripts'])
})

it.each(['script = "scripts/setup.sh"', 'inline = ["cd /opt/a/../b"]', 'script = "../scripts/other.sh"'])(
  'takes a path on the machine, and one in the folder, for none: %s',
  (text) => {
    expect(named(text)).toEqual({found: [], unseen: []})
  }
)

it('says which file it cannot find', () => {
  expect(named('script = "../${var.kind}/setup.sh"')).toEqual({
    found: [],
    unseen: ['the file that "../${var.kind}/setup.sh" names']
  })
})
