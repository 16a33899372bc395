import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {guards} from './guards.ts'

const root = join(import.meta.dirname, '..', '..')

it.each(guards)('$name: the guard stands in $file once, and its tests are there', ({file, guard, without, tests}) => {
  const text = readFileSync(join(root, 'src', file), 'utf8')
  expect(text.split(guard)).toHaveLength(2)
  expect(without).not.toBe(guard)
  expect(tests.filter((test) => !existsSync(join(root, '__tests__', test)))).toEqual([])
})
