import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {parse} from 'yaml'

interface Action {
  readonly inputs: Readonly<Record<string, {readonly default?: string}>>
  readonly outputs: Readonly<Record<string, unknown>>
}

const read = (file: string): Action => parse(readFileSync(join(import.meta.dirname, '../..', file), 'utf8')) as Action
const bake = read('action.yml')
const rehearsal = read('rehearse/action.yml')

it('takes every input of the bake, with its default, so that one word of a workflow changes', () => {
  const {machines, ...inputs} = rehearsal.inputs
  expect(machines).toBeDefined()
  expect(inputs).toEqual(bake.inputs)
})

it('gives every output of the bake but the paths of files that are gone', () => {
  const {manifest, tfvars, packages, sbom, ...outputs} = bake.outputs
  expect([manifest, tfvars, packages, sbom]).not.toContain(undefined)
  expect(Object.keys(rehearsal.outputs)).toEqual(Object.keys(outputs))
})
