import {readFileSync} from 'node:fs'
import * as path from 'node:path'
import {expect, it} from '@jest/globals'
import {parse} from 'yaml'
import {outputsOf} from '../src/outputs.ts'
import {verified} from './outcomes.ts'

it('sets exactly what action.yml declares', () => {
  const action = parse(readFileSync(path.join(import.meta.dirname, '..', 'action.yml'), 'utf8')) as {outputs: object}
  expect(Object.keys(outputsOf(verified))).toEqual(Object.keys(action.outputs))
})

it('names the image, also when it is gone again', () => {
  expect(outputsOf({...verified, deregistered: true})).toMatchObject({
    'ami-id': 'ami-0bbbbbbbbbbbbbbbb',
    amis: '{"eu-west-1":"ami-0bbbbbbbbbbbbbbbb"}',
    verdict: 'verified',
    deregistered: 'true',
    'smoke-seconds': '41.3'
  })
})

it('tells the version that was installed when no smoke test asked for it', () => {
  const {jenkinsVersion: _, smokeSeconds: __, ...untested} = verified
  expect(outputsOf({...untested, verdict: 'unverified'})).toMatchObject({
    'jenkins-version': '2.568.2',
    'smoke-seconds': ''
  })
})

it('leaves empty what a failed build did not come to know', () => {
  const {image: _, jenkinsVersion: __, ...failed} = verified
  expect(outputsOf({...failed, verdict: 'unverified'})).toMatchObject({'ami-id': '', amis: '{}', 'jenkins-version': ''})
})
