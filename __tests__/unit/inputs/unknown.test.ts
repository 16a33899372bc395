import {expect, it} from '@jest/globals'
import {unknownInputs} from '../../../src/inputs/unknown.ts'

const known = ['aws-region', 'jenkins-version', 'java-version', 'tags', 'smoke-timeout']
const messages = (env: Readonly<Record<string, string>>) => unknownInputs(known, env).map(({message}) => message)

it('knows every input by the name under which the runner hands it on', () => {
  expect(messages({'INPUT_AWS-REGION': 'eu-west-1', INPUT_TAGS: '', PATH: '/bin'})).toEqual([])
})

it.each([
  ['INPUT_JENKINS-VERISON', 'jenkins-version'],
  ['INPUT_JAVA_VERSION', 'java-version'],
  ['INPUT_REGION', 'aws-region'],
  ['INPUT_TAG', 'tags'],
  ['INPUT_TIMEOUT', 'smoke-timeout']
])('says what %s was probably meant to be', (variable, meant) => {
  const name = variable.slice(6).toLowerCase()
  expect(messages({[variable]: 'x'})).toEqual([
    `Input '${name}': is not an input of this action; did you mean '${meant}'?`
  ])
})

it('names an input that is like no other', () => {
  expect(messages({INPUT_COFFEE: 'x'})).toEqual(["Input 'coffee': is not an input of this action"])
})
