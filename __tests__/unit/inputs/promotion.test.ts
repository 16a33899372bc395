import {expect, it} from '@jest/globals'
import {defaults} from '../../../src/inputs/defaults.ts'
import {readPromotion} from '../../../src/inputs/promotion.ts'
import {messageOf, type InputError} from '../../../src/lib/errors.ts'

const usual = {images: 1, smokeTest: true, keepsImages: true}

function read(parameter: string, context: Partial<typeof usual> = {}) {
  const {images, ...others} = {...usual, ...context}
  const problems: InputError[] = []
  const promotion = readPromotion(
    (name, parse) => parse(name === 'ssm-parameter' ? parameter : defaults[name]),
    {...others, template: {names: {images}} as never},
    problems
  )
  return {promotion, problems: problems.map(messageOf)}
}

it.each(['/jenkins/ami', 'jenkins-ami', '/a.b/c_d'])('takes the name %s', (name) => {
  expect(read(name)).toEqual({promotion: {parameter: name}, problems: []})
})

it('is not asked for by default', () => {
  expect(read('')).toEqual({promotion: undefined, problems: []})
})

it.each(['/aws/ami', 'ssm-ami', '/jenkins/', 'a/b', '/jenkins/ami:3', 'x'.repeat(1012), '$(id)', '/a b'])(
  'refuses the name %s',
  (name) => {
    expect(() => read(name)).toThrow('expected the name of a parameter, such as /jenkins/ami')
  }
)

it.each<[string, Partial<typeof usual>, RegExp]>([
  ['no smoke test', {smokeTest: false}, /without 'smoke-test' none is ever verified/],
  ['no image that is kept', {keepsImages: false}, /'deregister: always' none does/],
  ['several images', {images: 2}, /names one image, and the template makes 2/]
])('refuses %s', (_, context, message) => {
  expect(read('/jenkins/ami', context).problems).toEqual([expect.stringMatching(message)])
})
