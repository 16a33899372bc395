import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {parse} from 'yaml'
import {outputsOf} from '../../../src/action/outputs.ts'
import {verified} from '../../helpers/outcomes.ts'

it('sets exactly what action.yml declares', () => {
  const action = parse(readFileSync(join(import.meta.dirname, '../../../action.yml'), 'utf8')) as {outputs: object}
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
  const {jenkinsVersion: _, ...failed} = verified
  expect(outputsOf({...failed, images: [], verdict: 'unverified'})).toMatchObject({
    'ami-id': '',
    amis: '{}',
    'jenkins-version': ''
  })
})

it('names the copies by region, and the images of several sources by source too', () => {
  const [image] = verified.images
  if (!image) throw new Error('there is an image')
  const copy = {...image, region: 'us-east-1', id: 'ami-0ccccccccccccccccc'}
  const one = {...image, copies: [copy]}
  const two = {...image, source: 'amazon-ebs.other', id: 'ami-0dddddddddddddddd'}
  expect(JSON.parse(outputsOf({...verified, images: [one]})['amis'] ?? '')).toEqual({
    'eu-west-1': image.id,
    'us-east-1': copy.id
  })
  const several = outputsOf({...verified, images: [one, two]})
  expect(several).toMatchObject({'ami-id': image.id})
  expect(JSON.parse(several['amis'] ?? '')).toEqual({
    'eu-west-1': {'amazon-ebs.jenkins': image.id, 'amazon-ebs.other': two.id},
    'us-east-1': {'amazon-ebs.jenkins': copy.id}
  })
})

it('names what other builders made only where it stays', () => {
  const others = [{target: 'amazon-ebsvolume.home', builderId: 'mitchellh.amazon.ebsvolume', id: 'eu-west-1:vol-1'}]
  expect(outputsOf({...verified, others, othersStay: true})).toMatchObject({
    'also-made': '[{"source":"amazon-ebsvolume.home","builder":"mitchellh.amazon.ebsvolume","id":"eu-west-1:vol-1"}]'
  })
  expect(outputsOf({...verified, others})).toMatchObject({'also-made': '[]'})
})
