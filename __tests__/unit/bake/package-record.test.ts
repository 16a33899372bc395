import {expect, it} from '@jest/globals'
import {packageChanges, recordedPackages} from '../../../src/bake/package-record.ts'
import {partsIn, tagKeys, tagsOfParts} from '../../../src/aws/tags.ts'
import type {InstalledPackages} from '../../../src/packer/installed-packages.ts'

function imageOf(...sources: string[]): InstalledPackages {
  const packages = sources.map((source) => ({name: `lib${source}`, version: '1', architecture: 'amd64', source}))
  return {kind: 'deb', system: {id: 'debian', version: '13'}, packages}
}

const before = recordedPackages(imageOf('glibc@2.41-12', 'openssl@3.5.1-1', 'zlib@1.3-1'))

it('finds no change among the same packages, in whatever order', () => {
  const same = imageOf('zlib@1.3-1', 'openssl@3.5.1-1', 'glibc@2.41-12', 'glibc@2.41-12')
  expect(packageChanges(before, same)).toEqual({count: 3, fresh: [], gone: 0})
})

it('names packages that are new or have another version, and counts those that are gone', () => {
  expect(packageChanges(before, imageOf('curl@8.14-1', 'glibc@2.41-12', 'openssl@3.5.4-1'))).toEqual({
    count: 3,
    fresh: ['curl 8.14-1', 'openssl 3.5.4-1'],
    gone: 2
  })
})

it('sees another version of a package that does not name its source', () => {
  const image = (version: string): InstalledPackages => ({
    kind: 'rpm',
    system: {id: 'amzn', version: '2023'},
    packages: [{name: 'agent', version, architecture: 'x86_64', source: 'agent'}]
  })
  expect(packageChanges(recordedPackages(image('1.0-1')), image('1.1-1'))?.fresh).toEqual(['agent 1.1-1'])
})

it('names a source of rpm without its ending', () => {
  const image = imageOf('bash-5.2.15-1.amzn2023.src.rpm')
  expect(packageChanges(before, image)?.fresh).toEqual(['bash-5.2.15-1.amzn2023'])
})

it('sees that Debian has built a package again from the same source', () => {
  const image = imageOf('zlib@1.3-1')
  const again = {...image, packages: image.packages.map((one) => ({...one, version: '1:1.3-1+b2'}))}
  expect(packageChanges(recordedPackages(image), again)?.fresh).toEqual(['zlib 1.3-1+b2'])
})

it('fits 511 source packages into tags of EC2, and records no part of more', () => {
  const many = (count: number): InstalledPackages =>
    imageOf(...Array.from({length: count}, (_, at) => `package-${at}@1`))
  const tags = tagsOfParts(tagKeys.packages, recordedPackages(many(511)))
  expect(Object.keys(tags)).toHaveLength(8)
  expect(Object.values(tags).every((value) => value.length <= 256)).toBe(true)
  expect(packageChanges(partsIn(tags, tagKeys.packages), many(511))).toEqual({count: 511, fresh: [], gone: 0})
  expect(recordedPackages(many(512))).toEqual([])
})

it.each([
  ['nothing', []],
  ['only a part', before.map((part) => part.slice(0, -4))],
  ['more', [...before, 'abcd']],
  ['something else', ['3:((((((((((((']],
  ['no package', ['0:']]
])('compares with no image of which %s is recorded', (_, parts) => {
  expect(packageChanges(parts, imageOf('glibc@2.41-12'))).toBeUndefined()
})
