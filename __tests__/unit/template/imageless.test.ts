import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {openTemplate} from '../../../src/template/template.ts'

const folder = mkdtempSync(join(tmpdir(), 'imageless-'))

function problemsOf(name: string, text: string, given: readonly string[] = []): string[] {
  const file = join(folder, name)
  writeFileSync(file, text)
  return openTemplate(file, '/shipped', {arguments: given}).problems.map(({message}) => message)
}

function template(types: readonly string[], more = ''): string {
  const sources = types.map((type) => `source "${type}" "x" {}\n`).join('')
  const names = types.map((type) => `"source.${type}.x"`).join(', ')
  return `${sources}build {\n  sources = [${names}]\n${more}}\n`
}

it.each(['amazon-ebsvolume', 'null', 'file', 'docker', 'googlecompute', 'azure-arm', 'virtualbox-iso', 'qemu'])(
  'refuses a template with %s alone',
  (type) => {
    expect(problemsOf('own.pkr.hcl', template([type]))).toEqual([
      `Input 'template': makes no EC2 image: it builds only ${type}.x. It needs a source of the type amazon-ebs`
    ])
  }
)

it.each(['amazon-ebs', 'amazon-ebssurrogate', 'amazon-instance', 'amazon-chroot', 'made-up', 'docker-made-up'])(
  'takes a template with %s, which may make one',
  (type) => {
    expect(problemsOf('own.pkr.hcl', template([type]))).toEqual([])
    expect(problemsOf('own.pkr.hcl', template(['null', type]))).toEqual([])
  }
)

it('refuses arguments that leave no builder of an image', () => {
  const both = template(['amazon-ebs', 'null', 'file'])
  for (const given of ['-only=null.x', '-except=amazon-ebs.*,file.x']) {
    expect(problemsOf('own.pkr.hcl', both, [given])).toEqual([
      "Input 'packer-args': -only and -except leave only null.x, which makes no EC2 image; amazon-ebs.x would"
    ])
  }
  expect(problemsOf('own.pkr.hcl', both, ['-only=amazon-ebs.x'])).toEqual([])
  expect(problemsOf('own.pkr.hcl', both, ['-only=none.x'])).toEqual([expect.stringMatching(/-only=none\.x matches no/)])
})

it('takes builders of other images where an image is made of them', () => {
  expect(problemsOf('own.pkr.hcl', template(['qemu'], '  post-processor "amazon-import" {}\n'))).toEqual([])
  expect(problemsOf('own.pkr.hcl', template(['qemu'], '  post-processor "manifest" {}\n'))).toHaveLength(1)
})

it('knows builders of legacy JSON, and a source that nobody declares', () => {
  const json = (...types: string[]): string => JSON.stringify({builders: types.map((type) => ({type}))})
  expect(problemsOf('own.json', json('null', 'file'))).toEqual([expect.stringMatching(/it builds only null, file\./)])
  expect(problemsOf('own.json', json('null', 'amazon-ebs'))).toEqual([])
  expect(problemsOf('own.pkr.hcl', 'build {\n  sources = ["source.null.elsewhere"]\n}\n')).toEqual([])
})
