import {expect, it} from '@jest/globals'
import {parseFault} from '../../../../rehearsal/cloud/faults/fault.ts'
import type {Swept} from '../../../../rehearsal/trials/matrix/account-sweep.ts'
import {judgeSweep, type PlayedSweep} from '../../../../rehearsal/trials/matrix/judge-sweep.ts'

const denied = {trial: parseFault('action:TerminateInstances#1=denied*')}
const killed = {trial: {at: {by: 'action' as const, action: 'TerminateInstances', nth: 1}, moment: 'after' as const}}

const green: Swept = {exitCode: 0, seconds: 1, leftovers: [], errors: []}
const instance = {type: 'instance' as const, id: 'i-1'}
const volume = {type: 'volume' as const, id: 'vol-1'}
const red = (...errors: string[]): Swept => ({...green, exitCode: 1, leftovers: [instance], errors})
const named = 'Left in the account: instance i-1 of the bake x: AWS refused to remove it: no'
const advice = "Allow ec2:TerminateInstances in the role's policy"
const played = (disturbed: Swept, more: Partial<PlayedSweep> = {}): PlayedSweep => ({
  disturbed,
  next: green,
  met: true,
  touched: [],
  ...more
})

it.each([
  ['a green sweep with nothing left', denied, played(green), 'swept'],
  ['a red one that names what is left', denied, played(red(named, advice)), 'failed'],
  ['one that was killed, whatever is left', killed, played({...red(), exitCode: 137}), 'ended'],
  ['a fault that never came', denied, played(green, {met: false}), 'not met'],
  [
    'a red one that could not look for it',
    denied,
    played(red('It is not known whether instance (unknown) is left: denied', advice)),
    'failed'
  ],
  [
    'one without access, which knows of nothing',
    denied,
    played(red('The role arn could not be assumed: no.', 'Allow it.')),
    'failed'
  ]
])('takes %s for right', (_, cell, sweep, ending) => {
  expect(judgeSweep(cell, sweep)).toEqual({ending})
})

it.each([
  ['a touched look-alike', denied, played(green, {touched: ['ami-1 is gone']}), /^touched: ami-1 is gone/],
  [
    'what the next one leaves',
    killed,
    played(green, {next: {...green, leftovers: [instance]}}),
    /^left after the next sweep: instance i-1/
  ],
  ['a next one that fails', denied, played(green, {next: red('oh')}), /^left after the next sweep/],
  ['a next one that is red', denied, played(green, {next: {...green, exitCode: 1, errors: ['oh']}}), /failed: oh/],
  [
    'green with something left',
    denied,
    played({...green, leftovers: [volume]}),
    /^exit code 0, and left: volume vol-1/
  ],
  [
    'silence on one of the things that are left',
    denied,
    played({...red(named, advice), leftovers: [instance, volume]}),
    /does not name volume vol-1/
  ],
  ['no word of what to change', denied, played(red(named)), /what to change/],
  ['a kill that did not kill', killed, played(green), /^exit code 0/],
  ['a crash', denied, played({...green, exitCode: 134}), /^exit code 134/]
])('takes %s for wrong', (_, cell, sweep, why) => {
  expect(judgeSweep(cell, sweep).wrong).toMatch(why)
})
