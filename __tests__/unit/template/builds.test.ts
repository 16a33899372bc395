import {expect, it} from '@jest/globals'
import {buildsOf, isChosen, unmatched} from '../../../src/template/builds.ts'
import {Values} from '../../../src/template/values.ts'
import {readHclFiles, readLegacyJson} from '../../../src/template/reading.ts'

const sources = 'source "amazon-ebs" "own" {}\nsource "amazon-ebs" "other" {}\nsource "null" "unused" {}\n'
const used = 'sources = ["source.amazon-ebs.own", "source.amazon-ebs.other"]'

function builds(text: string, legacy = false) {
  const reading = legacy ? readLegacyJson('t.json', text) : readHclFiles(new Map([['t.pkr.hcl', text]]))
  return buildsOf(reading, new Values({reading, files: [], vars: {}, env: {}, packerEnv: {}}))
}

it.each([
  ['a build without a name', `build {\n ${used}\n}`, ['amazon-ebs.own', 'amazon-ebs.other']],
  [
    'a build with a name, which may be left out',
    `build {\n name = "nightly"\n ${used}\n}`,
    ['amazon-ebs.own', 'nightly.amazon-ebs.own', 'amazon-ebs.other', 'nightly.amazon-ebs.other']
  ],
  [
    'a source that a build calls otherwise',
    'build {\n source "amazon-ebs.own" {\n  name = "mine"\n }\n}',
    ['amazon-ebs.own', 'amazon-ebs.mine']
  ]
])('names %s', (_, build, names) => {
  expect([...builds(sources + build).ofSources.values()].flat()).toEqual(names)
})

it('says which builds there are where a name is mistyped', () => {
  const all = builds(`${sources}build {\n ${used}\n}`)
  expect(unmatched(all, ['-only=amazon-ebs.onw,amazon-ebs.other']).map(({message}) => message)).toEqual([
    "Input 'packer-args': -only=amazon-ebs.onw matches no build of the template; it has amazon-ebs.own, amazon-ebs.other"
  ])
  expect(unmatched(all, ['-only=amazon-ebs.o*', '--only=*.own', '-only=amazon-ebs.[o]wn', '-except=web'])).toEqual([])
  const legacy = builds('{"builders": [{"type": "amazon-ebs"}, {"type": "amazon-ebs", "name": "own"}]}', true)
  expect(unmatched(legacy, ['-only=amazon-ebs.own']).map(({message}) => message)).toEqual([
    expect.stringContaining('it has amazon-ebs, own')
  ])
})

it('evaluates the names of builders in legacy JSON', () => {
  const text = (name: string): string =>
    JSON.stringify({variables: {flavour: 'server'}, builders: [{type: 'amazon-ebs', name}, {type: 'amazon-ebs'}]})
  const known = builds(text('jenkins-{{user `flavour`}}'), true)
  expect([...known.ofSources.values()]).toEqual([['jenkins-server'], ['amazon-ebs']])
  expect(unmatched(known, ['-only=jenkins-server'])).toEqual([])
  expect(unmatched(known, ['-only=jenkins'])).toHaveLength(1)
  const unknown = builds(text('jenkins-{{timestamp}}'), true)
  expect([...unknown.ofSources.values()]).toEqual([[], ['amazon-ebs']])
  expect(unmatched(unknown, ['-only=jenkins'])).toEqual([])
  expect(isChosen([], ['-only=jenkins', '-except=amazon-ebs'])).toBe(true)
})

it('says nothing where only Packer knows a name', () => {
  const unknown = builds(`${sources}build {\n name = "n-\${timestamp()}"\n ${used}\n}`)
  expect(unmatched(unknown, ['-only=web'])).toEqual([])
})

it('chooses as Packer does', () => {
  expect(isChosen(['amazon-ebs.own'], [])).toBe(true)
  expect(isChosen(['amazon-ebs.own', 'n.amazon-ebs.own'], ['-only=n.*'])).toBe(true)
  expect(isChosen(['amazon-ebs.own'], ['-only=amazon-ebs.other'])).toBe(false)
  expect(isChosen(['amazon-ebs.own'], ['-except=amazon-ebs.own'])).toBe(false)
})
