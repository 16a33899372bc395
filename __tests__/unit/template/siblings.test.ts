import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {openTemplate} from '../../../src/template/template.ts'

const source = 'source "amazon-ebs" "own" {}\n'
const build = 'build {\n  sources = ["source.amazon-ebs.own"]\n}\n'
const added = 'build {\n  source "amazon-ebs.own" {}\n}\n'

/** Opens the first of the files alone. */
function problemsOf(files: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'siblings-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return openTemplate(join(folder, Object.keys(files)[0] ?? ''), '/shipped').problems.map(({message}) => message)
}

it.each<[string, Record<string, string>, RegExp]>([
  [
    'a variable',
    {'a.pkr.hcl': `${source}${build}locals {\n  x = var.y\n}\n`, 'b.pkr.hcl': 'variable "y" {}\n'},
    /^Input 'template': a\.pkr\.hcl uses var\.y, which b\.pkr\.hcl in the same folder declares: give the folder instead/
  ],
  ['a source', {'a.pkr.hcl': build, 'b.pkr.hcl': source}, /uses source\.amazon-ebs\.own, which b\.pkr\.hcl/],
  [
    'a source that it names without quotation marks',
    {'a.pkr.hcl': build.replaceAll('"', ''), 'b.pkr.hcl': source},
    /uses source\.amazon-ebs\.own, which b\./
  ],
  ['a source that it adds to', {'a.pkr.hcl': added, 'b.pkr.hcl': source}, /uses source\.amazon-ebs\.own, which b\./],
  [
    'the build of its source',
    {'a.pkr.hcl': source, 'b.pkr.hcl': 'variable "y" {}\n', 'c.pkr.hcl': build},
    /: a\.pkr\.hcl has no build; the one in c\.pkr\.hcl in the same folder uses source\.amazon-ebs\.own: give the folder/
  ],
  ['the build that adds to its source', {'a.pkr.hcl': source, 'b.pkr.hcl': added}, /no build; the one in b\.pkr\.hcl/],
  [
    'the build of its source in JSON',
    {'a.pkr.hcl': source, 'b.pkr.json': '{"build": {"sources": ["amazon-ebs.own"]}}'},
    /has no build; the one in b\.pkr\.json/
  ]
])('asks for the folder where another file in it has %s', (_, files, message) => {
  expect(problemsOf(files)).toEqual([expect.stringMatching(message)])
})

it.each<[string, Record<string, string>]>([
  ['has all by itself', {'a.pkr.hcl': source + build, 'b.pkr.hcl': source + build}],
  ['is not used by the build of another', {'a.pkr.hcl': source, 'b.pkr.hcl': build.replace('own', 'other')}],
  ['has nothing beside it', {'a.pkr.hcl': source}],
  ['uses what nobody declares', {'a.pkr.hcl': `${source}${build}locals {\n  x = var.y\n}\n`, 'b.pkr.hcl': source}],
  ['stands beside what cannot be read', {'a.pkr.hcl': source, 'b.pkr.json': '{'}]
])('takes a file that %s', (_, files) => {
  expect(problemsOf(files)).toEqual([])
})
