import {mkdirSync, mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {namedOutside} from '../../../../src/plan/contents/named-files.ts'

function named(text: string, name = 'own.pkr.hcl') {
  const base = mkdtempSync(join(tmpdir(), 'named-'))
  for (const folder of ['images', 'scripts']) mkdirSync(join(base, folder))
  writeFileSync(join(base, 'scripts/setup.sh'), 'echo\n')
  const location = join(base, 'images', name)
  writeFileSync(location, text)
  const {found, unseen} = namedOutside({path: location, directory: join(base, 'images')})
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

it('finds a folder', () => {
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
