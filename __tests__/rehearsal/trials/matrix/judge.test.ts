import {expect, it} from '@jest/globals'
import {parseFault} from '../../../../rehearsal/cloud/faults/fault.ts'
import {judge, type Played} from '../../../../rehearsal/trials/matrix/judge.ts'
import type {BakeCell} from '../../../../rehearsal/trials/matrix/play.ts'

const fault = (text: string): BakeCell => ({section: 'faults', fault: parseFault(text)})
const killed: BakeCell = {section: 'killed', at: {action: 'RunInstances', nth: 1}, moment: 'before'}
const verified = {verdict: 'verified', deregistered: 'false'}
const good = 'Promote: AWS answered UnauthorizedOperation: no.\nAllow it in the role’s policy.'

const played = (exitCode: number, main: string[] = [], more: Partial<Played> = {}): Played => ({
  report: {exitCode, outputs: exitCode === 0 ? verified : {}, leftovers: []},
  errors: {main, post: []},
  met: true,
  touched: [],
  ...more
})

it.each<[string, BakeCell, Played, string]>([
  ['a verified image', fault('CreateTags=throttled'), played(0), 'verified'],
  ['a message that says all', fault('CreateTags=denied'), played(1, [good]), 'failed'],
  ['a killed run that left nothing', killed, played(137), 'ended'],
  ['a fault that never came', fault('CreateTags#9=denied'), played(0, [], {met: false}), 'not met']
])('takes %s for right', (_, cell, run, ending) => {
  expect(judge(cell, run)).toEqual({ending})
})

const left = {exitCode: 0, outputs: verified, leftovers: [{type: 'image' as const, id: 'ami-1'}]}
it.each<[string, BakeCell, Played, RegExp]>([
  [
    'a leftover, whatever else is right',
    fault('CreateTags=denied'),
    played(0, [], {report: left}),
    /left: image ami-1/
  ],
  [
    'a touched look-alike',
    fault('CreateTags=throttled'),
    played(0, [], {touched: ['ami-1 is gone']}),
    /touched: ami-1 is gone/
  ],
  [
    'success without a verified image',
    fault('CreateTags=denied'),
    played(0, [], {report: {exitCode: 0, outputs: {verdict: 'unverified'}, leftovers: []}}),
    /exit code 0 with the verdict unverified/
  ],
  ['silence', fault('CreateTags=denied'), played(1), /without a message/],
  ['a stack', fault('CreateTags=denied'), played(1, ['TypeError: x\n    at promote (app.cjs:1)']), /with a stack/],
  ['no word of what was attempted', fault('CreateTags=denied'), played(1, ['Denied.\nAllow it.']), /was attempted/],
  ['no word of what to change', fault('CreateTags=denied'), played(1, ['Promote: denied']), /what to change/],
  [
    'the wrong words for a call of Packer’s',
    fault('packer:CreateImage=denied'),
    played(1, ['Promote: no. Allow it.']),
    /attempted/
  ],
  ['a crash', fault('CreateTags=denied'), played(134, [good]), /exit code 134/],
  [
    'a post that failed',
    killed,
    played(137, [], {errors: {main: [], post: ['Left in the account: …']}}),
    /post failed: Left in the account/
  ]
])('takes %s for wrong', (_, cell, run, why) => {
  expect(judge(cell, run).wrong).toMatch(why)
})
