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
    'a build with a name, which belongs to theirs',
    `build {\n name = "nightly"\n ${used}\n}`,
    ['nightly.amazon-ebs.own', 'nightly.amazon-ebs.other']
  ],
  [
    'a source that a build calls otherwise',
    'build {\n source "amazon-ebs.own" {\n  name = "mine"\n }\n}',
    ['amazon-ebs.mine']
  ],
  [
    'two builds',
    'build {\n name = "n"\n sources = ["amazon-ebs.own"]\n}\nbuild {\n source "source.amazon-ebs.own" {\n name = "b"\n }\n source "amazon-ebs.own" {}\n}',
    ['n.amazon-ebs.own', 'amazon-ebs.b', 'amazon-ebs.own']
  ]
])('names %s', (_, build, names) => {
  expect(builds(sources + build).map(({name}) => name)).toEqual(names)
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
  expect(known.map(({name}) => name)).toEqual(['jenkins-server', 'amazon-ebs'])
  expect(unmatched(known, ['-only=jenkins-server'])).toEqual([])
  expect(unmatched(known, ['-only=jenkins'])).toHaveLength(1)
  const unknown = builds(text('jenkins-{{timestamp}}'), true)
  expect(unknown.map(({name}) => name)).toEqual([undefined, 'amazon-ebs'])
  expect(unmatched(unknown, ['-only=jenkins'])).toEqual([])
  expect(unknown.map((one) => isChosen(one, ['-only=jenkins', '-except=amazon-ebs']))).toEqual([true, false])
})

it('says nothing where only Packer knows whether a name fits', () => {
  const unknown = builds(`${sources}build {\n name = "n-\${timestamp()}"\n ${used}\n}`)
  expect(unmatched(unknown, ['-only=n-1.amazon-ebs.own,n-*'])).toEqual([])
  expect(unmatched(unknown, ['-only=web'])).toHaveLength(1)
})

// As Packer 1.16 answers for a build with this name.
it.each<[readonly string[], boolean]>([
  [[], true],
  [['-only=n.*'], true],
  [['-only=*.own'], true],
  [['-only=*amazon-ebs.own'], true],
  [['-only=n.amazon-ebs.own'], true],
  [['-only=amazon-ebs.own'], false],
  [['-only=amazon-ebs.*'], false],
  [['-only=N.*'], false],
  [['-only=n.*', '-except=*.own'], false],
  [['-except=amazon-ebs.own'], true],
  [['-except=n.amazon-ebs.own'], false]
])('chooses n.amazon-ebs.own with %j: %s', (given, expected) => {
  const [own] = builds(`${sources}build {\n name = "n"\n sources = ["amazon-ebs.own"]\n}`)
  expect(own && isChosen(own, given)).toBe(expected)
})

it('chooses by the known end of a name', () => {
  const [own] = builds(`${sources}build {\n name = "n-\${timestamp()}"\n sources = ["amazon-ebs.own"]\n}`)
  const chosen = (...given: readonly string[]) => own && isChosen(own, given)
  expect(chosen('-only=*.amazon-ebs.other')).toBe(false)
  expect(chosen('-only=n-*.amazon-ebs.own')).toBe(true)
  expect(chosen('-except=*.amazon-ebs.own')).toBe(false)
  expect(chosen('-except=n-*.amazon-ebs.own')).toBe(true)
})

it('knows no patterns in legacy JSON', () => {
  const [own] = builds('{"builders": [{"type": "amazon-ebs", "name": "own"}]}', true)
  expect(own && isChosen(own, ['-only=o*'])).toBe(false)
  expect(own && isChosen(own, ['-except=o*'])).toBe(true)
  expect(own && isChosen(own, ['-only=own'])).toBe(true)
})

it('says which builds there are where none is left', () => {
  const all = builds(`${sources}build {\n name = "n"\n ${used}\n}`)
  expect(unmatched(all, ['-only=n.*', '-except=*.own,*.other']).map(({message}) => message)).toEqual([
    "Input 'packer-args': -only and -except leave no build of the template to run; it has n.amazon-ebs.own, n.amazon-ebs.other"
  ])
  expect(unmatched(all, ['-only=amazon-ebs.own'])).toHaveLength(1)
})
