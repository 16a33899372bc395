import {mkdirSync, mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, it} from '@jest/globals'
import {namedOutside} from '../../../../src/plan/contents/named-files.ts'
import type {LocalFile} from '../../../../src/template/local-files.ts'

function named(text: string, name = 'own.pkr.hcl', values: (base: string) => readonly string[] = () => []) {
  const base = mkdtempSync(join(tmpdir(), 'named-'))
  for (const folder of ['images', 'scripts']) mkdirSync(join(base, folder))
  writeFileSync(join(base, 'scripts/setup.sh'), 'echo\n')
  const location = join(base, 'images', name)
  writeFileSync(location, text)
  const template = {path: location, directory: join(base, 'images'), localFiles: []}
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
  const template = {path, directory: join(base, 'repository/images'), localFiles: []}
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

describe('where Packer reads local files', () => {
  const base = mkdtempSync(join(tmpdir(), 'local-'))
  const checkout = join(base, 'checkout')
  for (const folder of ['checkout/images', 'files']) mkdirSync(join(base, folder), {recursive: true})
  for (const file of ['files/casc.yaml', 'checkout/own.sh']) writeFileSync(join(base, file), '')
  const path = join(checkout, 'images/own.pkr.hcl')
  writeFileSync(path, '')

  const of = (...localFiles: LocalFile[]) =>
    namedOutside({path, directory: join(checkout, 'images'), localFiles}, checkout, [])
  const whole = (name: string): LocalFile => ({path: name, isWhole: true})
  const begun = (name: string): LocalFile => ({path: name, isWhole: false})

  it('finds what is outside of the checkout, in any form', () => {
    const file = join(base, 'files/casc.yaml')
    expect(of(whole(file), whole('../../files'), whole(join(checkout, 'own.sh')), whole('../own.sh'))).toEqual({
      found: [join(base, 'files'), file],
      unseen: []
    })
    expect(of(whole(join(base, 'files/other')), whole('setup.sh'), whole('/'), whole('/tmp'))).toEqual({
      found: [],
      unseen: []
    })
  })

  it('says what only Packer knows, where that cannot be in the checkout', () => {
    const {unseen} = of(begun('/opt/jdk-'))
    expect(unseen).toEqual(['the file that "/opt/jdk-…" names'])
  })

  it('does not doubt what may be in the checkout, or is compared already', () => {
    const names = [
      '',
      '/',
      'scripts/',
      '../',
      `${checkout}/`,
      `${checkout}/images/x-`,
      checkout.slice(0, -2),
      `${base}/`
    ]
    expect(of(...names.map(begun)).unseen).toEqual([])
    expect(of(whole(join(base, 'files')), begun(join(base, 'files/casc-'))).unseen).toEqual([])
  })
})
