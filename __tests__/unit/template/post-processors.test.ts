import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {openTemplate} from '../../../src/template/template.ts'

function throwsAway(text: string, name = 'own.pkr.hcl'): boolean {
  const file = join(mkdtempSync(join(tmpdir(), 'post-processors-')), name)
  writeFileSync(file, text)
  return openTemplate(file, '/shipped').throwsAway
}

const one = (type: string, keep?: string | boolean, more = '') =>
  `post-processor "${type}" {\n${keep === undefined ? '' : `  keep_input_artifact = ${String(keep)}\n`}${more}}\n`
const chain = (...parts: readonly string[]) => `post-processors {\n${parts.join('')}}\n`
const dynamic = (type: string) =>
  `dynamic "post-processor" {\n for_each = ["a"]\n labels = ["${type}"]\n content {\n keep_input_artifact = false\n }\n}\n`
const dynamicChain = (...parts: readonly string[]) =>
  `dynamic "post-processors" {\n for_each = ["a"]\n content {\n${parts.join('')} }\n}\n`
const only = 'only = ["amazon-ebs.other"]\n'

// What Packer 1.16 does with the file of its builder `file`, where the post-processor is a built-in one.
it.each<[string, string, boolean]>([
  ['manifest', one('manifest', false), false],
  ['shell-local', one('shell-local', false), false],
  ['provenance', one('provenance', false), false],
  ['checksum', one('checksum', false), false],
  ['nothing said', one('compress'), false],
  ['true', one('compress', true), false],
  ['null', one('compress', 'null'), false],
  ['false', one('compress', false), true],
  ['false as a string', one('compress', '"false"'), true],
  ['false as a number in a string', one('compress', '"0"'), true],
  ['what only Packer knows', one('compress', 'jsondecode(file("x")).keep'), true],
  ['what only Packer knows, of a manifest', one('manifest', 'jsondecode(file("x")).keep'), false],
  ['false beside one that keeps', one('compress', false) + one('manifest'), false],
  ['false beside one that is told to keep', one('compress', false) + one('compress', true), false],
  ['false beside one that may not be there', one('compress', false) + one('manifest', undefined, only), true],
  ['false for some builds', one('compress', false, only), true],
  ['the first of a chain', chain(one('compress', false), one('compress', true)), true],
  ['the second of a chain', chain(one('compress', true), one('compress', false)), false],
  ['behind one that says nothing', chain(one('compress'), one('artifice', false)), false],
  ['behind a checksum', chain(one('checksum'), one('compress', false)), false],
  ['where a manifest hands the image on', chain(one('manifest'), one('compress', false)), true],
  ['where two hand it on', chain(one('shell-local', false), one('manifest'), one('artifice', false)), true],
  ['handed on, beside one that keeps', chain(one('manifest'), one('compress', false)) + one('manifest'), true],
  ['behind one that may not be there', chain(one('compress', true, only), one('compress', false)), true],
  ['a dynamic block', dynamic('compress'), true],
  ['a dynamic manifest', dynamic('manifest'), false],
  ['false in a dynamic chain', dynamicChain(one('compress', false)), true],
  ['false behind another in a dynamic chain', dynamicChain(one('compress', true), one('artifice', false)), false],
  ['false beside a dynamic chain that keeps', one('compress', false) + dynamicChain(one('manifest')), true],
  ['a dynamic one in a dynamic chain', dynamicChain(one('manifest'), dynamic('compress')), true]
])('knows whether the image is thrown away: %s', (_, body, expected) => {
  expect(throwsAway(`source "amazon-ebs" "x" {}\nbuild {\n${body}}\n`)).toBe(expected)
})

it('judges each build by its own post-processors', () => {
  expect(throwsAway(`build {\n${one('compress', false)}}\nbuild {\n${one('manifest')}}\n`)).toBe(true)
})

it.each<[unknown, boolean]>([
  [['manifest'], false],
  [[{type: 'manifest', keep_input_artifact: false}], false],
  [[{type: 'compress', keep_input_artifact: false}], true],
  [['manifest', {type: 'compress', keep_input_artifact: false}], false],
  [[['manifest', {type: 'compress', keep_input_artifact: false}]], true],
  [
    [
      [
        {type: 'compress', keep_input_artifact: true},
        {type: 'compress', keep_input_artifact: false}
      ]
    ],
    false
  ],
  [undefined, false]
])('knows in legacy JSON whether %j throw the image away: %s', (postProcessors, expected) => {
  const json = {builders: [{type: 'amazon-ebs'}], 'post-processors': postProcessors}
  expect(throwsAway(JSON.stringify(json), 'own.json')).toBe(expected)
})

const keepsNot = {keep_input_artifact: false}
const dynamicOf = (block: object) => ({for_each: ['a'], ...block})

it.each<[unknown, boolean]>([
  [{'post-processor': {manifest: keepsNot}}, false],
  [[{'post-processor': [{compress: keepsNot}]}], true],
  [{'post-processor': {compress: [keepsNot, {keep_input_artifact: '${true}'}]}}, false],
  [{'post-processors': {'post-processor': [{manifest: {}}, {compress: keepsNot}]}}, true],
  [{'post-processors': [{'post-processor': [{compress: {}}, {compress: keepsNot}]}]}, false],
  [{dynamic: {'post-processor': dynamicOf({labels: ['compress'], content: keepsNot})}}, true],
  [{dynamic: [{'post-processor': [dynamicOf({labels: ['manifest'], content: keepsNot})]}]}, false],
  [{dynamic: {'post-processors': dynamicOf({content: {'post-processor': {compress: keepsNot}}})}}, true],
  [{'post-processors': {dynamic: {'post-processor': dynamicOf({labels: ['compress'], content: keepsNot})}}}, true]
])('knows in JSON whether %j throws the image away: %s', (build, expected) => {
  expect(throwsAway(JSON.stringify({build}), 'own.pkr.json')).toBe(expected)
})
