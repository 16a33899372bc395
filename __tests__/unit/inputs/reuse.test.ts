import {expect, it} from '@jest/globals'
import {defaults, type InputName} from '../../../src/inputs/defaults.ts'
import {readReuse} from '../../../src/inputs/reuse.ts'
import {messageOf, type InputError} from '../../../src/lib/errors.ts'

const usual = {env: {GITHUB_REPOSITORY: 'owner/images'}, smokeTest: true, keepsImages: true}

function read(given: Partial<Record<InputName, string>>, context: Partial<typeof usual> = {}) {
  const problems: InputError[] = []
  const reuse = readReuse((name, parse) => parse(given[name] ?? defaults[name]), {...usual, ...context}, problems)
  return {reuse, problems: problems.map(messageOf)}
}

it('is not asked for by default', () => {
  expect(read({})).toEqual({reuse: undefined, problems: []})
})

it('is asked for, with and without a limit of the age', () => {
  expect(read({'skip-unchanged': 'true'})).toEqual({reuse: {}, problems: []})
  expect(read({'skip-unchanged': 'true', 'max-image-age': '4w'})).toEqual({
    reuse: {maxAgeMs: 4 * 7 * 24 * 3_600_000},
    problems: []
  })
})

it.each<[string, Partial<Record<InputName, string>>, Partial<typeof usual>, RegExp]>([
  [
    'an age without it',
    {'max-image-age': '7d'},
    {},
    /^Input 'max-image-age': is used with 'skip-unchanged: true' only/
  ],
  ['no smoke test', {'skip-unchanged': 'true'}, {smokeTest: false}, /without 'smoke-test' none is ever verified/],
  ['no image that is kept', {'skip-unchanged': 'true'}, {keepsImages: false}, /'deregister: always' none is kept/],
  ['no repository', {'skip-unchanged': 'true'}, {env: {} as never}, /GITHUB_REPOSITORY is not set/]
])('refuses %s', (_, given, context, message) => {
  expect(read(given, context).problems).toEqual([expect.stringMatching(message)])
})
