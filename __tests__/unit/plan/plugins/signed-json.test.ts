import {createSign, generateKeyPairSync} from 'node:crypto'
import {expect, it} from '@jest/globals'
import * as fc from 'fast-check'
import {readSignedJson, type IsWanted} from '../../../../src/plan/plugins/signed-json.ts'

const {publicKey, privateKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
const limits = {longest: 1_000_000, mostKept: 100_000}
const all: IsWanted = (_, inner) => inner === undefined
const none: IsWanted = () => false

async function* inPieces(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const read = (text: string, isWanted: IsWanted = all, size = 1_000, most = limits) =>
  readSignedJson(inPieces(text, size), isWanted, most)

const members = fc.dictionary(
  fc.string({maxLength: 8}).filter((name) => name !== 'signature' && name !== '__proto__'),
  fc.jsonValue()
)

it('takes the members out of any object, whatever its pieces are', async () => {
  await fc.assert(
    fc.asyncProperty(members, fc.integer({min: 1, max: 40}), async (document, size) => {
      const found = await read(JSON.stringify(document), all, size)
      expect(
        Object.fromEntries([...found.members].map(([name, json]) => [JSON.parse(`"${name}"`), JSON.parse(json)]))
      ).toEqual(JSON.parse(JSON.stringify(document)))
    })
  )
})

it('takes the members of a member', async () => {
  const wanted: IsWanted = (name, inner) => name === 'plugins' && (inner === 'git' || inner === 'a')
  const text = JSON.stringify({
    git: 0,
    plugins: {a: 'x', other: {git: 1}, git: {version: '1', plugins: {git: 2}}},
    list: [{git: 3}],
    deep: {plugins: {git: 4}}
  })
  for (let size = 1; size <= text.length; size += 1) {
    const {inner, members: outer} = await read(text, wanted, size)
    expect([...inner]).toEqual([
      ['a', '"x"'],
      ['git', '{"version":"1","plugins":{"git":2}}']
    ])
    expect(outer.size).toBe(0)
  }
})

it('verifies the document without its signature, wherever that stands', async () => {
  const sign = (text: string): Buffer => createSign('RSA-SHA512').update(text).sign(privateKey)
  await fc.assert(
    fc.asyncProperty(members, fc.nat(), fc.integer({min: 1, max: 40}), async (document, place, size) => {
      const unsigned = JSON.stringify(document)
      const entries = Object.entries(document)
      entries.splice(place % (entries.length + 1), 0, ['signature', {certificates: ['a"}']}])
      const signed = `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`
      const {members: found, isSignedBy} = await read(signed, none, size)
      expect([...found]).toEqual([['signature', '{"certificates":["a\\"}"]}']])
      expect(isSignedBy(publicKey, sign(unsigned))).toBe(true)
    }),
    {numRuns: 50}
  )
})

it('does not verify a document in which anything was changed', async () => {
  const signature = createSign('RSA-SHA512').update('{"a":[1,"x"],"b":{"c":2}}').sign(privateKey)
  const verified = async (text: string): Promise<boolean> => (await read(text)).isSignedBy(publicKey, signature)
  expect(await verified('{"a":[1,"x"],"signature":{"s":1},"b":{"c":2}}')).toBe(true)
  expect(await verified(' updateCenter.post(\n{"a":[1,"x"],\n"b":{"c":2},"signature":{"s":1}}\n);\n')).toBe(true)
  for (const changed of [
    '{"a":[2,"x"],"signature":{"s":1},"b":{"c":2}}',
    '{"b":{"c":2},"a":[1,"x"]}',
    '{"a":[1,"x"],"b":{"c":2},"d":0}',
    '{"a":[1,"x"],"b":{"c":2,"signature":{}}}',
    '{"a":[1,"x"],"b":{"c": 2}}',
    '{"a":[1,"x"]}',
    '{}'
  ]) {
    expect(`${changed} ${String(await verified(changed))}`).toBe(`${changed} false`)
  }
})

it('reads nothing that stands between the members or around the signature', async () => {
  const text = '{"plugins":{"git":1},"signature":{"s":1},"warnings":["w"]}'
  const wanted: IsWanted = (name, inner) => (inner === undefined ? name === 'warnings' : name === 'plugins')
  const forged = [
    ['},"signature"', '},{"git":2},"signature"'],
    ['},"signature"', '},:{"git":2},"signature"'],
    ['},"signature"', '},[],"signature"'],
    ['},"signature"', '},,"signature"'],
    ['},"signature"', '},1,"signature"'],
    ['"signature":', '"signature":[],{"git":2},"signature":'],
    ['"signature":', '"signature"::'],
    ['"signature":', '"signature" {"git":2}:'],
    ['"signature":', '"signature"'],
    ['{"s":1}', '{"s":1}:{"s":2}'],
    ['{"s":1}', '{"s":1}]}{"git":2}'],
    ['{"plugins"', '{{"git":2},"plugins"'],
    ['{"plugins"', '{:{"git":2},"plugins"'],
    ['{"plugins"', '{},{"plugins"'],
    ['["w"]}', '["w"],:[]}'],
    ['["w"]}', '["w"],[]}'],
    ['["w"]}', '["w"]]']
  ].map(([from = '', to = '']) => text.replace(from, to))
  for (const changed of forged) {
    for (const size of [1, 1_000]) {
      await expect(read(changed, wanted, size)).rejects.toThrow('it is not a JSON object')
    }
  }
  const blanks = text.replaceAll(',', ' ,\n\t').replace('":{', '" : \r{')
  expect([...(await read(blanks, wanted)).inner]).toEqual([['git', '1']])
})

it.each([
  '{"warnings":[1],"warnings":[]}',
  '{"signature":{"s":1},"signature":{"s":2}}',
  '{"plugins":{"git":1,"git":2}}',
  '{"plugins":{"git":1},"plugins":{"git":2}}'
])('refuses two values of one name: %s', async (text) => {
  const wanted: IsWanted = (name, inner) => (inner === undefined ? name === 'warnings' : name === 'plugins')
  await expect(read(text, wanted)).rejects.toThrow('it has two members of one name')
})

it.each([
  ['<html>', 'it is not a JSON object'],
  ['', 'it is not a JSON object'],
  ['null', 'it is not a JSON object'],
  ['[{}]', 'it is not a JSON object'],
  ['alert(1);{}', 'it is not a JSON object'],
  ['{}{"plugins":{}}', 'it is not a JSON object'],
  ['updateCenter.post({});alert(1)', 'it is not a JSON object'],
  ['{"a":{"b":"}', 'it is cut off'],
  ['{"a":1', 'it is cut off']
])('refuses %s: %s', async (text, problem) => {
  await expect(read(text)).rejects.toThrow(problem)
})

const long = 'x'.repeat(1_000_000)
it.each([
  ['is no JSON', 'it is not a JSON object', long.slice(1), none],
  ['is too long', 'it is longer than 1 MB', `{"a":"${long}"}`, none],
  ['has a value that is too long', 'more than 0.1 MB of it are about these plugins', `{"a":"${long}"}`, all],
  ['has a name that is too long', 'more than 0.1 MB of it are about these plugins', `{"${long}":1}`, none]
])('holds little of a document that %s', async (_, problem, text, isWanted) => {
  await expect(read(text, isWanted)).rejects.toThrow(problem)
})

it('keeps a bounded number of members', async () => {
  const many = `{${Array.from({length: 50_001}, (_, index) => `"${index.toString(36)}":1`).join(',')}}`
  await expect(read(many)).rejects.toThrow('it has more than 50000 members')
  expect((await read(many, none)).members.size).toBe(0)
})
